/* Arrow keys, Shift and dragging in the grid of rooms and cars. Without this program each free cell is a link. */
"use strict";
(() => {
  const table = document.getElementById("resource-grid");
  if (!table) return;
  const heads = [...table.tHead.rows[0].cells].slice(1);
  const rows = [...table.querySelectorAll("tbody > tr:not(.group)")];
  const places = new Map();
  const matrix = rows.map((row, y) => {
    const line = [];
    for (const cell of [...row.cells].slice(1)) {
      places.set(cell, { x: line.length, y });
      for (let more = 0; more < cell.colSpan; more += 1) line.push(cell);
    }
    return line;
  });
  if (!matrix.length) return;
  const link = (cell) => cell.querySelector("a");
  const isFree = (cell) => Boolean(link(cell)?.getAttribute("href").startsWith("grid/"));
  const target = (cell) => link(cell) || cell;

  table.setAttribute("role", "grid");
  table.setAttribute("aria-multiselectable", "true");
  for (const cell of places.keys()) {
    target(cell).tabIndex = -1;
    const text = cell.textContent.trim();
    if (!isFree(cell)) continue;
    cell.setAttribute("aria-selected", "false");
    const words = cell.className.startsWith("p") ? table.dataset.partly : text.includes("/") ? `${text} ${table.dataset.some}` : table.dataset.free;
    const { x, y } = places.get(cell);
    link(cell).setAttribute("aria-label", `${rows[y].cells[0].textContent.trim()}, ${heads[x].textContent.trim()}: ${words}`);
  }
  let current = [...places.keys()].find(isFree) || matrix[0][0];
  let anchor = null;
  let until = 0;
  target(current).tabIndex = 0;

  const chosen = () => {
    if (!anchor) return [];
    const { x, y } = places.get(anchor);
    return matrix[y].slice(Math.min(x, until), Math.max(x, until) + 1);
  };
  const paint = () => {
    const now = new Set(chosen());
    for (const cell of places.keys()) if (isFree(cell)) cell.setAttribute("aria-selected", String(now.has(cell)));
  };
  const go = (cell) => {
    target(current).tabIndex = -1;
    current = cell;
    target(cell).tabIndex = 0;
    target(cell).focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const reach = (x) => {
    const from = places.get(anchor);
    const step = x < from.x ? -1 : 1;
    let last = from.x;
    while (last !== x && matrix[from.y][last + step] && isFree(matrix[from.y][last + step])) last += step;
    until = last;
    paint();
    return matrix[from.y][last];
  };
  const open = () => {
    const cells = chosen();
    const first = cells[0] || current;
    if (!isFree(first)) {
      if (link(first)) link(first).click();
      return;
    }
    const last = cells[cells.length - 1] || first;
    const to = heads[places.get(last).x].dataset.last;
    window.location.assign(`${link(first).href}?to=${encodeURIComponent(to)}`);
  };

  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || !places.has(cell)) return;
    const { x, y } = places.get(cell);
    const across = { ArrowLeft: x - 1, ArrowRight: x + cell.colSpan, Home: 0, End: heads.length - 1 }[event.key];
    const down = { ArrowUp: y - 1, ArrowDown: y + 1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      open();
    } else if (event.key === "Escape") {
      anchor = null;
      paint();
    } else if (across !== undefined) {
      event.preventDefault();
      if (event.shiftKey && isFree(cell)) {
        if (!anchor || places.get(anchor).y !== y) {
          anchor = cell;
          until = x;
        }
        go(reach(Math.max(0, Math.min(heads.length - 1, across))));
        return;
      }
      anchor = null;
      paint();
      if (matrix[y][across]) go(matrix[y][across]);
    } else if (down !== undefined) {
      event.preventDefault();
      anchor = null;
      paint();
      if (matrix[down]) go(matrix[down][x]);
    }
  });

  let isDragging = false;
  let hasMoved = false;
  table.addEventListener("pointerdown", (event) => {
    const cell = event.target.closest("td");
    if (event.button !== 0 || event.pointerType === "touch" || !cell || !places.has(cell) || !isFree(cell)) return;
    anchor = cell;
    until = places.get(cell).x;
    isDragging = true;
    hasMoved = false;
    table.classList.add("choosing");
  });
  table.addEventListener("pointerover", (event) => {
    const cell = event.target.closest("td");
    if (!isDragging || !cell || !places.has(cell) || places.get(cell).y !== places.get(anchor).y || cell === anchor) return;
    hasMoved = true;
    reach(places.get(cell).x);
  });
  window.addEventListener("pointerup", () => {
    if (!isDragging) return;
    isDragging = false;
    table.classList.remove("choosing");
    if (hasMoved) open();
    else anchor = null;
  });
  table.addEventListener("dragstart", (event) => event.preventDefault());
})();
