// What makes pages quicker to use; everything works without it.
"use strict";

// A form with data-look="part": while it is filled in, what its button named "look" would show stands in the element with
// that id. The answer is the whole page, as without script; only that part of it is taken.
(() => {
  const PAUSE = 350;

  const watch = (form) => {
    const id = form.dataset.look;
    let timer = 0;
    let asked = null;

    const look = async () => {
      if (!form.checkValidity()) return;
      asked?.abort();
      asked = new AbortController();
      const wish = new FormData(form);
      wish.set("do", form.dataset.lookAs || "look");
      try {
        const answer = await fetch(form.action, {
          method: "POST", body: new URLSearchParams([...wish].filter(([, value]) => typeof value === "string")),
          headers: { Accept: "text/html" }, redirect: "error", signal: asked.signal,
        });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const shown = document.getElementById(id);
        const fresh = page.getElementById(id);
        if (shown && fresh) shown.replaceChildren(...fresh.childNodes);
      } catch {
        // Somebody typed on, or the line is down: the button still asks.
      }
    };

    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE);
    });
  };

  document.querySelectorAll("form[data-look]").forEach(watch);

  // A link with data-part="id" opens or folds a part of the page: only that part is taken from the answer, so that nothing
  // moves and nothing typed is lost. What is open then stands in the address, and in the forms and links of this page.
  const carry = (show) => {
    for (const one of document.querySelectorAll("main a[href], main form[action]")) {
      const name = one.tagName === "A" ? "href" : "action";
      const target = new URL(one.getAttribute(name), location.href);
      if (target.pathname !== location.pathname || target.origin !== location.origin || !target.search && target.hash && name === "href") continue;
      const open = new Set(show);
      if (one.dataset.part && !open.delete(one.dataset.part)) open.add(one.dataset.part);
      if (open.size) target.searchParams.set("show", [...open].join()); else target.searchParams.delete("show");
      one.setAttribute(name, target.pathname + target.search.replaceAll("%2C", ",") + target.hash);
    }
  };

  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-part]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.hasAttribute("aria-busy")) return;
    link.setAttribute("aria-busy", "true");
    const id = link.dataset.part;
    const part = (page) => page.getElementById(id)?.closest("section");
    try {
      const answer = await fetch(link.href, { headers: { Accept: "text/html" }, redirect: "error" });
      const fresh = answer.ok && part(new DOMParser().parseFromString(await answer.text(), "text/html"));
      part(document).replaceWith(fresh);
    } catch {
      location.assign(link.href);
      return;
    }
    history.replaceState(null, "", link.href);
    carry(new URL(link.href).searchParams.get("show")?.split(",") || []);
    const again = part(document).querySelector(`a[data-part="${id}"]`);
    (again || part(document).querySelector("h2")).focus({ preventScroll: true });
  });

  // Browsers write a date as their own language does, mm/dd/yyyy too: which day it is stands beside it in words.
  // The names come with the page: browsers know none in Lao.
  const [months, weekdays] = ["months", "weekdays"].map((names) => (document.body.dataset[names] || "").split("|"));
  const inWords = (day) => `${weekdays[day.getUTCDay()]}, ${day.getUTCDate()} ${months[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
  const spellOut = (box) => {
    let words = box.nextElementSibling;
    if (!words?.classList.contains("in-words")) {
      words = document.createElement("span");
      words.className = "in-words";
      box.after(words);
    }
    const day = box.valueAsDate;
    words.dataset.words = day ? inWords(day) : "";
  };
  const spellAll = () => document.querySelectorAll("input[type=date]").forEach(spellOut);
  spellAll();
  window.addEventListener("pageshow", spellAll);
  document.addEventListener("input", (event) => { if (event.target.matches("input[type=date]")) spellOut(event.target); });

  // The menu of narrow screens is a tick; with script it also says that it is open, and Enter and Escape do what people expect.
  const menu = document.getElementById("menu");
  if (menu) {
    const say = () => menu.setAttribute("aria-expanded", String(menu.checked));
    menu.addEventListener("change", say);
    window.addEventListener("pageshow", () => { menu.checked = false; say(); });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === menu) menu.checked = !menu.checked;
      else if (event.key === "Escape" && menu.checked) { menu.checked = false; menu.focus(); }
      else return;
      say();
    });
  }

  // What was typed before signing in again comes back without another click; once, so that "back" can leave this page.
  const again = document.querySelector("form[data-again]");
  if (again && performance.getEntriesByType("navigation")[0]?.type !== "back_forward") again.requestSubmit();

  // A button that was pressed says so and is not pressed twice.
  let waiting = 0;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    const busy = document.getElementById("busy");
    // What is done at once needs no word.
    if (busy) waiting = setTimeout(() => { busy.textContent = busy.dataset.says; }, 400);
  });
  window.addEventListener("pageshow", () => {
    clearTimeout(waiting);
    const busy = document.getElementById("busy");
    if (busy) busy.textContent = "";
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });
})();
