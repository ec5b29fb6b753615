// Hours as people type them into the programme editor: the rule of calendars/programmes/hours.py; one table tests both.
"use strict";

// [begin, end] as "08:30", empty for none; null if the text can't be read. 24:00 is only an end.
const readHours = (() => {
  const LONGEST = 40;

  const plain = (text) => text.normalize("NFKC").toLowerCase()
    .replace(/[\u0ed0-\u0ed9]/g, (digit) => String(digit.charCodeAt(0) - 0x0ed0)).trim().replace(/\s+/g, " ");

  const moment = (text, isEnd) => {
    const written = text.replace(/(\d)\s*(?:phút|ນາທີ|min|m|p|')$/, "$1").replace(/\s*(?:giờ|ໂມງ|h|g|:|\.)\s*/g, ":");
    const found = /^(\d{1,2})(?::(\d{1,2})?)?$/.exec(written) || /^(\d{1,2})(\d{2})$/.exec(written);
    if (!found) return null;
    const hour = Number(found[1]), minute = Number(found[2] || 0);
    if (isEnd && hour === 24 && !minute) return "00:00";
    if (hour > 23 || minute > 59) return null;
    return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
  };

  return (typed, isEnd = false) => {
    if (typed.length > LONGEST) return null;
    if (isEnd) {
      const end = plain(typed) && moment(plain(typed), true);
      return end === null ? null : ["", end];
    }
    const text = plain(typed).replace(/[\u2010-\u2015\u2212~]/g, "-").replace(/(^|\s)(?:đến|tới|to|until)(?=\s|\d|$)/g, "$1-")
      .replace(/ຫາ|ຮອດ|ເຖິງ/g, "-").replace(/^(?:từ|lúc|from|at|ເວລາ|ແຕ່)\s*/, "");
    if (!text) return ["", ""];
    const dash = text.indexOf("-");
    const [first, second] = dash < 0 ? [text, ""] : [text.slice(0, dash), text.slice(dash + 1)].map((part) => part.trim());
    const begins = moment(first.trim());
    if (begins === null) return null;
    const ends = second ? moment(second, true) : "";
    return ends === null ? null : [begins, ends];
  };
})();
