// Days of a calendar chosen with the mouse or with Shift and the arrow keys: both lead to the planning form.
"use strict";

(() => {
  const cells = new Map([...document.querySelectorAll("[data-day]")].map((cell) => [cell.dataset.day, cell]));
  if (!cells.size) return;
  const told = document.getElementById("plan-days");
  document.getElementById("plan-hint").hidden = false;
  const DAY = 86_400_000;
  const link = (day) => {
    const cell = cells.get(day);
    return cell?.matches("a") ? cell : cell?.querySelector("a.plan-day");
  };
  const after = (day, count) => new Date(Date.parse(day) + count * DAY).toISOString().slice(0, 10);
  const shown = (day) => day.split("-").map(Number).reverse().join("/");

  let from = null;
  let to = null;
  let pressed = false;

  const mark = () => {
    const [first, last] = [from, to].sort();
    for (const [day, cell] of cells) cell.classList.toggle("is-chosen", from !== null && day >= first && day <= last);
    told.textContent = from === null || from === to ? "" : `${shown(first)} – ${shown(last)}`;
  };
  const clear = () => { from = to = null; pressed = false; mark(); };
  const go = () => {
    const [first, last] = [from, to].sort();
    const target = new URL(link(first).href);
    if (first !== last) {
      target.searchParams.set("first_day", first);
      target.searchParams.set("last_day", last);
      target.searchParams.set("days", String(Math.round((Date.parse(last) - Date.parse(first)) / DAY) + 1));
    }
    clear();
    location.assign(target);
  };

  // The day under the pointer; in a month also from the rows of visits below its days.
  const under = (event) => {
    const over = document.elementFromPoint(event.clientX, event.clientY);
    const cell = over?.closest("[data-day]");
    if (cell) return cell.dataset.day;
    for (const one of over?.closest("tbody")?.querySelectorAll("td[data-day]") || []) {
      const box = one.getBoundingClientRect();
      if (event.clientX >= box.left && event.clientX < box.right) return one.dataset.day;
    }
    return null;
  };

  document.addEventListener("mousedown", (event) => {
    const other = event.target.closest?.("a, button, summary, input, label");
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || other && !other.matches(".plan-day")) return;
    const day = other ? other.closest("[data-day]").dataset.day : under(event);
    if (!cells.has(day)) return;
    if (!other) event.preventDefault();
    from = to = day;
    pressed = true;
    mark();
  });
  document.addEventListener("mousemove", (event) => {
    const day = pressed && under(event);
    if (day && cells.has(day) && day !== to) { to = day; mark(); }
  });
  document.addEventListener("mouseup", (event) => {
    if (!pressed) return;
    const day = under(event);
    pressed = false;
    if (!day) clear();
    else if (from !== to || !event.target.closest("a")) go();
  });
  const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 7, ArrowUp: -7 };
  document.addEventListener("keydown", (event) => {
    const here = event.target.closest?.("a.plan-day, [data-day] a.number");
    if (!here) return;
    if (event.key === "Escape" && from !== null) { clear(); return; }
    if (event.key === "Enter" && from !== null && from !== to) { event.preventDefault(); go(); return; }
    if (!event.shiftKey || !(event.key in STEPS)) return;
    event.preventDefault();
    const { day } = here.closest("[data-day]").dataset;
    if (from === null) from = to = day;
    const next = after(to, STEPS[event.key]);
    if (cells.has(next)) to = next;
    mark();
  });
  window.addEventListener("pageshow", clear);
})();
