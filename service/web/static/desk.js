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
