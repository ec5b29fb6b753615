// The programme editor is typed like a spreadsheet. Without this file its tables are a plain form.
"use strict";

(() => {
  const form = document.querySelector("form.sheets");
  if (!form) return;
  const said = document.getElementById("said");
  const tools = form.querySelector(".tools");
  const keys = document.getElementById("keys");
  const PAUSE = 600;
  const UNDONE = 30;

  // Rows and cells

  const bodies = () => [...form.querySelectorAll(".day tbody")];
  const dayOf = (body) => body.closest(".day").dataset.day;
  const rowsOf = (body) => [...body.querySelectorAll("tr.item")];
  const cells = (row) => [...row.querySelectorAll("input:not([type=hidden])")];
  const shownCells = (row) => cells(row).filter((cell) => cell.offsetParent !== null);
  const cell = (row, name) => row.querySelector(`input[name="${name}"]`);
  const isEmpty = (row) => cells(row).every((one) => !one.value.trim());
  const told = (row) => row.nextElementSibling?.matches(".told") ? row.nextElementSibling : null;
  const blank = form.querySelector("tr.item").cloneNode(true);
  for (const one of blank.querySelectorAll("input")) {
    one.removeAttribute("value");
    one.removeAttribute("aria-invalid");
    one.removeAttribute("aria-describedby");
    }

  const newRow = (body, before = null) => {
    const row = blank.cloneNode(true);
    cell(row, "day").value = dayOf(body);
    body.insertBefore(row, before);
    return row;
  };
  // A day always ends with one empty row to type into.
  const withEmpty = (body) => {
    const rows = rowsOf(body);
    const last = rows.at(-1);
    return last && isEmpty(last) && !cell(last, "id").value ? last : newRow(body);
  };
  const place = (row, body, before) => {
    const beside = told(row);
    body.insertBefore(row, before);
    if (beside) body.insertBefore(beside, before);
    cell(row, "day").value = dayOf(body);
  };
  const valuesOf = (row) => Object.fromEntries([...row.querySelectorAll("input")].map((one) => [one.name, one.value]));
  const put = (row, values) => { for (const [name, value] of Object.entries(values)) if (name !== "day") cell(row, name).value = value; };

  // What is undone: the whole as it was before.
  const undone = [];
  const remember = () => {
    const day = current?.isConnected ? bodies().indexOf(current.parentElement) : -1;
    const row = day < 0 ? -1 : rowsOf(current.parentElement).indexOf(current);
    undone.push({ rows: bodies().map((body) => rowsOf(body).map(valuesOf)), day, row, name: document.activeElement?.name });
    if (undone.length > UNDONE) undone.shift();
    form.querySelector("[data-tool=undo]").hidden = false;
  };
  const undo = () => {
    const before = undone.pop();
    if (!before) return;
    bodies().forEach((body, number) => {
      body.replaceChildren();
      for (const values of before.rows[number]) put(newRow(body), values);
      withEmpty(body);
    });
    form.querySelector("[data-tool=undo]").hidden = !undone.length;
    current = null;
    changed();
    // Where one was: the next keys go on from there.
    const row = before.day < 0 ? null : rowsOf(bodies()[before.day])[before.row];
    if (row) focus(cell(row, before.name) || cell(row, "begins"));
    say("restored");
  };

  const say = (what, value = "") => { said.textContent = form.dataset[what].replace(/\{\w+\}/, value); };
  const titleOf = (row) => cells(row).find((one) => one.name.startsWith("title.") && one.value)?.value || "–";
  const dayName = (day) => [...document.getElementById("tool-day").options].find((one) => one.value === day)?.textContent || day;

  // Hours

  const isHour = (one) => one.name === "begins" || one.name === "ends";
  const settle = (one) => {
    if (!isHour(one)) return;
    const hours = readHours(one.value, one.name === "ends");
    if (hours) {
      const row = one.closest("tr");
      one.value = hours[one.name === "ends" ? 1 : 0];
      if (one.name === "begins" && hours[1]) cell(row, "ends").value = hours[1];
      one.removeAttribute("aria-invalid");
    } else {
      one.setAttribute("aria-invalid", "true");
      said.textContent = `${one.value}: ${form.dataset.unreadable}`;
    }
  };

  // Proposals: the begin is the end before, the place is the place before. Grey until typed over or taken over.

  const languages = document.getElementById("places").dataset.languages.split(" ");
  const before = (row) => { let one = row.previousElementSibling; while (one && !one.matches(".item")) one = one.previousElementSibling; return one; };
  const after = (row) => { let one = row.nextElementSibling; while (one && !one.matches(".item")) one = one.nextElementSibling; return one; };
  const propose = (row) => {
    const last = before(row);
    const isNew = !cell(row, "id").value;
    const begins = cell(row, "begins");
    begins.placeholder = isNew && last && !begins.dataset.refused ? cell(last, "ends").value : "";
    for (const language of languages) {
      cell(row, `place.${language}`).placeholder = isNew && last ? cell(last, `place.${language}`).value : "";
    }
  };
  const takeBegin = (row) => {
    const begins = cell(row, "begins");
    if (!begins.value && begins.placeholder) begins.value = begins.placeholder;
  };
  const takePlace = (row) => {
    for (const language of languages) {
      const one = cell(row, `place.${language}`);
      if (!one.value) one.value = one.placeholder;
    }
  };

  // Both languages: what was chosen from the proposals fills the other one's cell.

  const others = new Map();
  for (const list of form.querySelectorAll("datalist")) {
    const other = document.createElement("datalist");
    other.id = `${list.id}-${languages[1]}`;
    for (const option of list.options) {
      const second = option.getAttribute("label");
      if (!second) continue;
      const turned = document.createElement("option");
      turned.value = second;
      turned.setAttribute("label", option.value);
      other.append(turned);
      if (option.value) others.set(`${list.id} ${languages[0]} ${option.value}`, second);
      if (option.value) others.set(`${list.id} ${languages[1]} ${second}`, option.value);
    }
    form.append(other);
  }
  const listOf = (one) => /^place\./.test(one.name) ? "places" : /^(hosted_by|attendees)\./.test(one.name) ? "people" : "";
  const useLists = (row) => {
    for (const one of cells(row)) if (one.lang === languages[1] && listOf(one)) one.setAttribute("list", `${listOf(one)}-${languages[1]}`);
  };
  const fillOther = (one) => {
    const text = others.get(`${listOf(one)} ${one.lang} ${one.value.trim()}`);
    if (!text) return;
    const language = languages.find((each) => each !== one.lang);
    const other = cell(one.closest("tr"), one.name.replace(/\.\w+$/, `.${language}`));
    // What was filled in from the proposals follows; what somebody wrote stays.
    if (!other.value || others.has(`${listOf(other)} ${language} ${other.value.trim()}`)) other.value = text;
  };

  // What is missing in one language

  const lacking = () => {
    const count = Object.fromEntries(languages.map((language) => [language, 0]));
    for (const body of bodies()) for (const row of rowsOf(body)) {
      const empty = isEmpty(row);
      for (const name of ["title", "place", "hosted_by", "attendees"]) {
        const pair = languages.map((language) => cell(row, `${name}.${language}`));
        const wanted = !empty && (name === "title" || pair.some((one) => one.value.trim()));
        for (const one of pair) {
          const lacks = wanted && !one.value.trim();
          if (lacks) { one.setAttribute("aria-describedby", "no"); count[one.lang] += 1; }
          else if (one.getAttribute("aria-describedby") === "no") one.removeAttribute("aria-describedby");
        }
      }
    }
    for (const language of languages) form.querySelector(`[data-lacks="${language}"] strong`).textContent = count[language];
  };

  // Warnings: the page asks while one types; nothing is saved by that.

  let timer = 0;
  let asked = null;
  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    const rows = bodies().flatMap(rowsOf);
    const wish = new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "pasted"));
    wish.set("do", "look");
    wish.set("only", "notes");
    try {
      const answer = await fetch(form.action, { method: "POST", body: wish, headers: { Accept: "text/html" }, redirect: "error", signal: asked.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = new Map([...page.querySelectorAll("[data-row]")].map((one) => [Number(one.dataset.row), one]));
      rows.forEach((row, number) => tell(row, fresh.get(number), number));
      document.getElementById("attention").replaceChildren(...(page.getElementById("attention")?.childNodes || []));
    } catch {
      // Somebody typed on, or the line is down: the button still asks.
    }
  };
  const tell = (row, fresh, number) => {
    if (!row.isConnected) return;
    const old = told(row);
    const ticked = new Set([...(old?.querySelectorAll("[name=book]:checked") || [])].map((one) => one.value.split("|")[0]));
    if (!fresh) { old?.remove(); return; }
    const line = old || document.createElement("tr");
    line.className = "told";
    const box = document.createElement("td");
    box.id = `n${number}`;
    box.colSpan = cells(row).length - 1;  // the minutes of travel may be hidden
    box.append(...fresh.childNodes);
    // A tick stays while its hours change.
    for (const one of box.querySelectorAll("[name=book]")) if (ticked.has(one.value.split("|")[0])) one.checked = true;
    if (old?.textContent.trim() === box.textContent.trim()) { old.cells[0].id = box.id; return; }
    line.replaceChildren(box);
    if (!old) row.after(line);
  };

  let awaited = null;
  let isChanged = Boolean(document.querySelector(".notice:not(.good)"));
  const changed = () => {
    isChanged = true;
    for (const body of bodies()) { withEmpty(body); for (const row of rowsOf(body)) { propose(row); useLists(row); } }
    lacking();
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  };
  window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
  form.addEventListener("submit", (event) => {
    if (awaited) {
      // What was pasted is not there yet: saved is what one saw, and that.
      event.preventDefault();
      awaited.then((isThere) => isThere && form.requestSubmit(event.submitter));
      return;
    }
    for (const one of form.querySelectorAll("[name=begins], [name=ends]")) settle(one);
    isChanged = false;
  });

  // Where one is

  let current = null;
  let begunAt = null;
  let isTabbing = false;
  const focus = (one) => { one?.focus(); one?.select(); };
  form.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("tr.item");
    if (!row) return;
    tools.hidden = false;
    if (row !== current || !isTabbing) begunAt = event.target.name;
    current = row;
    isTabbing = false;
  });
  // A text that is cut is read whole by pointing at it.
  form.addEventListener("mouseover", (event) => { if (event.target.matches?.("tr.item input")) event.target.title = event.target.value; });
  form.addEventListener("focusout", (event) => { if (event.target.closest?.("tr.item")) settle(event.target); });
  form.addEventListener("change", (event) => {
    if (!event.target.name) return;
    if (event.target.closest("tr.item")) fillOther(event.target);
    changed();
  });
  form.addEventListener("input", (event) => {
    const row = event.target.closest?.("tr.item");
    if (!row) return;
    if (!isHour(event.target)) takeBegin(row);
    if (event.inputType === "insertReplacementText" || !event.inputType) fillOther(event.target);
    const body = row.parentElement;
    if (row === rowsOf(body).at(-1)) withEmpty(body);
    const next = after(row);
    for (const one of [row, next]) if (one) { propose(one); useLists(one); }
    isChanged = true;
    lacking();
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });

  const step = (row, name, forth) => {
    let next = forth ? after(row) : before(row);
    const all = bodies();
    const number = all.indexOf(row.parentElement);
    if (!next && forth && !isEmpty(row)) next = withEmpty(row.parentElement);
    if (!next && forth && all[number + 1]) {
      withEmpty(all[number + 1]);
      next = rowsOf(all[number + 1]).find(isEmpty);
    }
    if (!next && !forth && all[number - 1]) next = rowsOf(all[number - 1]).at(-1);
    if (next) { propose(next); focus(cell(next, forth && isEmpty(row) ? "begins" : name)); }
  };

  // What is done with an item

  const move = (row, forth) => {
    const next = forth ? after(row) : before(row);
    const body = row.parentElement;
    remember();
    if (next && !(forth && isEmpty(next) && !after(next))) {
      if (forth) place(row, body, (told(next) || next).nextSibling);
      else place(row, body, next);
    } else {
      const all = bodies();
      const target = all[all.indexOf(body) + (forth ? 1 : -1)];
      if (!target) { undone.pop(); return; }
      place(row, target, forth ? target.firstElementChild : withEmpty(target));
      say("moved", dayName(dayOf(target)));
    }
    changed();
  };
  const copyOf = (row) => {
    const values = valuesOf(row);
    return { ...values, id: values.id && !values.id.startsWith("=") ? `=${values.id}` : values.id };
  };
  const double = (row) => {
    if (isEmpty(row)) return row;
    remember();
    const copy = newRow(row.parentElement, (told(row) || row).nextSibling);
    put(copy, copyOf(row));
    changed();
    return copy;
  };
  const remove = (row) => {
    if (isEmpty(row) && !cell(row, "id").value) return row;
    remember();
    const next = after(row) || before(row);
    say("removed", titleOf(row));
    told(row)?.remove();
    const body = row.parentElement;
    row.remove();
    const stays = next?.isConnected ? next : withEmpty(body);
    changed();
    return stays;
  };
  // Where an item of another day belongs: before the first that begins later.
  const laterThan = (body, hour) => rowsOf(body).find((one) => hour && cell(one, "begins").value > hour) || withEmpty(body);
  const dayBody = (day) => bodies().find((one) => dayOf(one) === day);
  const toDay = (row, day) => {
    const target = dayBody(day);
    if (!target || target === row.parentElement || isEmpty(row)) return;
    remember();
    place(row, target, laterThan(target, cell(row, "begins").value));
    say("moved", dayName(day));
    changed();
  };
  const copyDay = (row, day) => {
    const target = dayBody(day);
    if (!target || target === row.parentElement) return;
    remember();
    for (const one of rowsOf(row.parentElement)) if (!isEmpty(one)) put(newRow(target, laterThan(target, cell(one, "begins").value)), copyOf(one));
    say("copied", dayName(day));
    changed();
  };

  tools.addEventListener("click", (event) => {
    const tool = event.target.dataset?.tool;
    const day = document.getElementById("tool-day").value;
    if (tool === "keys") keys.showModal();
    else if (tool === "undo") undo();
    else if (!tool || !current?.isConnected) return;
    else if (tool === "up" || tool === "down") move(current, tool === "down");
    else if (tool === "double") current = double(current);
    else if (tool === "remove") current = remove(current);
    else if (tool === "move") toDay(current, day);
    else if (tool === "copy-day") copyDay(current, day);
  });

  // Keys

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input:not([type=checkbox]), textarea, select");
    if (event.key === "F1" || (event.key === "?" && !typing)) { event.preventDefault(); keys.showModal(); }
    else if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      event.target.blur?.();
      form.requestSubmit(form.querySelector("button[value=save]"));
    } else if (event.altKey && event.code === "KeyZ") { event.preventDefault(); undo(); }
  });
  form.addEventListener("keydown", (event) => {
    const one = event.target;
    const row = one.closest?.("tr.item");
    if (!row || event.isComposing) return;
    const name = one.name;
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    const vertical = event.key === "ArrowDown" || event.key === "ArrowUp";
    if (event.key === "Tab") {
      isTabbing = !event.shiftKey;
      const hours = name === "begins" && !event.shiftKey && readHours(one.value);
      if (hours && hours[1]) { event.preventDefault(); settle(one); isTabbing = true; focus(cell(row, `title.${languages[0]}`)); }
    } else if (event.key === "Enter" && plain) {
      event.preventDefault();
      step(row, begunAt || name, !event.shiftKey);
    } else if (vertical && plain && !event.shiftKey) {
      event.preventDefault();
      step(row, name, event.key === "ArrowDown");
    } else if (vertical && event.altKey && !event.ctrlKey) {
      event.preventDefault();
      move(row, event.key === "ArrowDown");
      focus(cell(row, name));
    } else if (event.key === "ArrowRight" && plain && !one.value && one.placeholder) {
      event.preventDefault();
      if (name.startsWith("place.")) takePlace(row); else one.value = one.placeholder;
      changed();
    } else if ((event.key === "Backspace" || event.key === "Delete") && plain && name === "begins" && !one.value) {
      one.dataset.refused = "yes";
      propose(row);
    } else if (event.ctrlKey && !event.altKey && event.key.toLowerCase() === "d") {
      event.preventDefault();
      focus(cell(double(row), name));
    } else if (event.altKey && event.key === "Delete") {
      event.preventDefault();
      focus(cell(remove(row), name));
    }
  });

  // Pasting: the page's server reads the table; only texts come back.

  // Tables only, without what word processors write into every tag: shorter, and nothing of it is ever part of a page.
  const bare = (html) => {
    const from = html.search(/<table/i), to = html.toLowerCase().lastIndexOf("</table>");
    return html.slice(Math.max(from, 0), to < 0 ? html.length : to + 8).replace(/<!--[\s\S]*?-->/g, "")
      .replace(/<(style|script)\b[\s\S]*?<\/\1>/gi, "")
      .replace(/<(\/?[a-z][\w:]*)[^>]*>/gi, (tag, name) => `<${[name, ...(tag.match(/\b(?:col|row)span\s*=\s*["']?\d+["']?/gi) || [])].join(" ")}>`);
  };
  form.addEventListener("paste", (event) => {
    const row = event.target.closest?.("tr.item");
    const text = event.clipboardData?.getData("text/plain") || "";
    const html = event.clipboardData?.getData("text/html") || "";
    const isTable = /[\t\n]/.test(text.replace(/[\r\n]+$/, "")) || (/<t[dh][\s>][\s\S]*<t[dh][\s>]/i.test(html) && /<table/i.test(html));
    if (!row || !isTable) return;
    event.preventDefault();
    const target = event.target;
    const wish = new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "pasted" && name !== "book"));
    for (const [name, value] of Object.entries({ do: "paste", only: "rows", paste_at: target.name, pasted: text, pasted_html: bare(html) })) wish.set(name, value);
    // One after the other: the first may add the rows that the next one stands below.
    const mine = Promise.all([read(wish), awaited]).then(([rows, earlier]) => { fill(row, rows, target); return earlier !== false; }, () => { say("failed"); return false; })
      .finally(() => { if (awaited === mine) awaited = null; });
    awaited = mine;
  });
  const read = async (wish) => {
    const answer = await fetch(form.action, { method: "POST", body: wish, headers: { Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).rows;
  };
  const fill = (first, pasted, target) => {
    remember();
    let row = first;
    let last = first;
    let marked = 0;
    for (const { day, cells: texts } of pasted) {
      const body = day && dayBody(day);
      if (body && body !== row.parentElement) row = withEmpty(body);
      put(row, texts);
      for (const one of [cell(row, "begins"), cell(row, "ends")]) { settle(one); if (one.hasAttribute("aria-invalid")) marked += 1; }
      last = row;
      row = after(row) || newRow(row.parentElement);
    }
    changed();
    // Who went elsewhere while the answer was on its way stays there.
    if (document.activeElement === target) focus(cells(last).find((one) => one.value) || cells(last)[0]);
    say("pasted", pasted.length);
    if (marked) said.textContent += ` – ${form.dataset.marked.replace(/\{\w+\}/, marked)}`;
  };

  // One empty row a day is enough where another begins by itself.
  for (const body of bodies()) {
    const rows = rowsOf(body);
    for (const row of rows.slice(0, -1)) if (isEmpty(row) && !cell(row, "id").value && !told(row)) row.remove();
    for (const row of rowsOf(body)) { propose(row); useLists(row); }
  }
})();
