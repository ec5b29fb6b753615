/* Saves a link's form as it is typed. Without this program the buttons do the same. */
"use strict";
(() => {
  const form = document.getElementById("fill");
  const state = document.getElementById("state");
  if (!form || !state) return;
  const PAUSE = 1500;
  const AGAIN = 5000;
  let timer = 0;
  let saving = false;
  let isStale = false;
  let isLeaving = false;

  const later = (wait) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, wait);
  };

  const field = (path) => form.elements.namedItem(path);

  const take = (sent, answer) => {
    form.elements.namedItem("version").value = answer.version;
    for (const [path, value] of Object.entries(answer.changed)) {
      const shown = field(path);
      if (shown && shown.value === sent.get(path)) shown.value = value;
    }
    for (const path of answer.entered) {
      const shown = field(path);
      if (!shown) continue;
      const told = document.getElementById(shown.id + "-state");
      if (told) told.hidden = false;
      if (sent.get(path) && shown.value === sent.get(path) && shown !== document.activeElement) shown.value = "";
    }
    for (const [path, values] of Object.entries(answer.others)) {
      const shown = field(path);
      const told = shown && document.getElementById(shown.id + "-other");
      if (!told) continue;
      told.textContent = form.dataset.other.replace("{values}", values.join("; "));
      told.hidden = false;
    }
  };

  const save = async () => {
    if (saving || isLeaving) {
      isStale = true;
      return;
    }
    saving = true;
    isStale = false;
    state.textContent = form.dataset.saving;
    const sent = new FormData(form);
    sent.delete("clear");
    sent.set("do", "save");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(sent),
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      const told = await answer.json();
      if (answer.ok) take(sent, told);
      state.textContent = answer.ok ? form.dataset.saved : told.problem || form.dataset.failed;
      if (answer.status >= 500) later(AGAIN);
    } catch {
      state.textContent = form.dataset.failed;
      later(AGAIN);
    }
    saving = false;
    if (isStale) later(PAUSE);
  };

  form.addEventListener("input", () => later(PAUSE));
  form.addEventListener("focusout", () => later(PAUSE));
  form.addEventListener("submit", () => {
    isLeaving = true;
    window.clearTimeout(timer);
  });
})();
