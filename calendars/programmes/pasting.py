"""Spreads a pasted table over the columns of the programme editor, from a cell onwards; no cell's text is lost.

A row of headings in Vietnamese, Lao or English says which column is which. Without one the columns are taken in their
order: a leading column of hours fills both of the editor's, and texts in Lao letters go to the columns in Lao.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from calendars.people.names import is_lao
from calendars.programmes.hours import format_hour, read_end, read_hours
from calendars.programmes.pasted_table import Matrix
from models.text import fold
from models.vocabulary import Language

BEGINS, ENDS, TRAVEL, DAY, NUMBER = "begins", "ends", "travel", "day", "number"
TEXTS = ("title", "place", "hosted_by", "attendees")

_FIRST = 4
"""Rows among which headings are looked for."""

_LONGEST_HEADING = 50
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    NUMBER: ("tt", "stt", "so tt", "no", "no.", "#", "ລ/ດ", "ລຳດັບ"),
    DAY: ("ngay", "ngay thang", "day", "date", "ວັນທີ", "ວັນ"),
    BEGINS: ("thoi gian", "gio", "bat dau", "time", "hour", "hours", "begins", "begins at", "begin", "start", "from",
             "ເວລາ", "ເລີ່ມ", "ເລີ່ມແຕ່", "ໂມງ"),
    ENDS: ("ket thuc", "ends", "ends at", "end", "to", "until", "ສິ້ນສຸດ", "ຈົບ", "ເຖິງ"),
    "title": ("noi dung", "noi dung cong viec", "hoat dong", "cong viec", "chuong trinh", "muc", "ten muc", "tieu de",
              "title", "content", "contents", "activity", "item", "programme", "ເນື້ອໃນ", "ກິດຈະກຳ", "ລາຍການ", "ຫົວຂໍ້"),
    "place": ("dia diem", "noi", "place", "venue", "location", "ສະຖານທີ່", "ບ່ອນ"),
    "hosted_by": ("chu tri", "chu tri tiep", "nguoi chu tri", "nguoi tiep", "don tiep", "received by", "presided by",
                  "host", "hosted by", "ເປັນປະທານ", "ປະທານ", "ຜູ້ຕ້ອນຮັບ", "ຜູ້ຮັບຮອງ"),
    "attendees": ("thanh phan", "thanh phan du", "thanh phan tham du", "tham du", "attending", "attendees",
                  "participants", "ຜູ້ເຂົ້າຮ່ວມ", "ພາກສ່ວນເຂົ້າຮ່ວມ"),
    TRAVEL: ("di chuyen", "thoi gian di chuyen", "travel", "on the way", "ເດີນທາງ"),
}  # fmt: skip
_MEANT = {fold(word): name for name, words in _HEADINGS.items() for word in words}
_TONGUE = re.compile(r"\((?:vi|lo|en|[^()]{1,20})\)\s*$")
_TONGUES = {"vi": Language.VI, "tieng viet": Language.VI, "vietnamese": Language.VI, "ພາສາຫວຽດ": Language.VI,
            "lo": Language.LO, "tieng lao": Language.LO, "lao": Language.LO, "ພາສາລາວ": Language.LO,
            "en": Language.EN, "tieng anh": Language.EN, "english": Language.EN}  # fmt: skip
_DATE = re.compile(r"\b(\d{1,2})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{4}))?\b")
_LONGEST_DAY = 60
_WORDS_OF_DAYS = frozenset(
    fold("ngày thứ hai ba tư năm sáu bảy chủ nhật day date on monday tuesday wednesday thursday friday saturday sunday"
         " ວັນ ວັນທີ ວັນຈັນ ວັນອັງຄານ ວັນພຸດ ວັນພະຫັດ ວັນສຸກ ວັນເສົາ ວັນອາທິດ 2 3 4 5 6 7").split()
)  # fmt: skip
_LED = re.compile(
    r"^\s*(?P<hours>[\d໐-໙][\dhg:.ໂມງ໐-໙\s–—-]{0,16}?[\dhg])\s*(?:[:.–—-]\s+|\s{2,}|\s(?=\D))(?P<rest>\S.*)$", re.S
)
"""“8h00 - 9h00: Talks”: hours at the beginning of a text."""


@dataclass(frozen=True, slots=True)
class PastedRow:
    """A row for the editor: the texts by column, and its day where the table named one."""

    cells: dict[str, str] = field(default_factory=dict)
    day: date | None = None


def columns_of(languages: Sequence[Language]) -> list[str]:
    """The editor's columns in their order."""
    texts = [f"{name}.{language}" for name in TEXTS for language in languages]
    return [BEGINS, ENDS, *texts, TRAVEL]


def spread(matrix: Matrix, start: str, languages: Sequence[Language], days: Collection[date] = ()) -> list[PastedRow]:
    """The rows of a table for the editor, from the column ``start`` onwards; ``days`` are those that a row may name.

    A single cell stays in its column, whatever it says.
    """
    if len(matrix) == 1 and len(matrix[0]) == 1:
        return [PastedRow({start: matrix[0][0]})]
    width = max((len(row) for row in matrix), default=0)
    rows = [row + [""] * (width - len(row)) for row in matrix]
    headings = next((row for row in rows[:_FIRST] if _is_heading(row)), None)
    if headings is None:
        target = _in_order(rows, start, languages)
    else:
        rows = [row for row in rows if row != headings]  # repeated on each page
        target = _by_headings(headings, rows, languages)
    return [found for found in _spread(rows, target, languages, days) if found.cells]


def _is_heading(row: Sequence[str]) -> bool:
    told = [text for text in row if text]
    return len(told) > 1 and sum(_heading(text) is not None for text in told) * 2 > len(told)


def _heading(text: str) -> str | None:
    if len(text) > _LONGEST_HEADING:
        return None
    return _MEANT.get(fold(text)) or _MEANT.get(fold(_TONGUE.sub("", text)))


def _tongue(heading: str, texts: Sequence[str], languages: Sequence[Language]) -> Language:
    """In which of the editor's languages a column is: as its heading says, else by its letters."""
    named = _TONGUE.search(heading)
    told = _TONGUES.get(fold(named[0].strip("() "))) if named else None
    if told is not None and told in languages:
        return told
    return _written_in(texts, languages)


def _written_in(texts: Sequence[str], languages: Sequence[Language]) -> Language:
    written = [text for text in texts if any(letter.isalpha() for letter in text)]
    lao = sum(map(is_lao, written)) * 2 > len(written)
    fitting = [language for language in languages if (language is Language.LO) == lao]
    return fitting[0] if fitting else languages[0]


def _by_headings(headings: Sequence[str], body: Matrix, languages: Sequence[Language]) -> list[str]:
    """Column of the table → column of the editor; what no heading names goes to the title, after what stands there."""
    target: list[str] = []
    for place, heading in enumerate(headings):
        meant = _heading(heading) or "title"
        texts = [row[place] for row in body]
        if meant == NUMBER and not all(not text or re.fullmatch(r"\d{1,4}\.?", text) for text in texts):
            meant = "title"
        if meant in TEXTS:
            tongue = _tongue(heading, texts, languages)
            other = next((one for one in languages if f"{meant}.{one}" not in target), tongue)
            named = f"{meant}.{tongue}"
            # Two columns of one heading are the two languages, if nothing says otherwise.
            meant = f"{meant}.{other}" if named in target and _heading(heading) else named
        target.append(meant)
    return target


def _in_order(rows: Matrix, start: str, languages: Sequence[Language]) -> list[str]:
    """Column of the table → column of the editor, without headings."""
    columns = columns_of(languages)
    left = columns[columns.index(start) :]
    target: list[str] = []
    for place, texts in enumerate(zip(*rows, strict=True)):
        if place == 0 and start == BEGINS:
            column = _first(texts, languages)
        elif place == 0 or not any(texts):
            column = left[0] if left else _last_text(target, columns)
        else:
            column = _next(texts, left, languages) or _last_text(target, columns)
        target.append(column)
        if column in left:
            left = left[left.index(column) + 1 :]
        if place == 0 and column == BEGINS and not _are_hours(texts):
            left = left[left.index(f"title.{_written_in(texts, languages)}") + 1 :]
        elif column == BEGINS and any((hours := _hours_of(text)) and hours[1] for text in texts):
            left = left[1:]  # that fills the end too
    return target


def _first(texts: Sequence[str], languages: Sequence[Language]) -> str:
    if not any(texts) or _are_hours(texts) or any(map(_led, texts)):
        return BEGINS
    return f"title.{_written_in(texts, languages)}"


def _next(texts: Sequence[str], left: Sequence[str], languages: Sequence[Language]) -> str | None:
    """The next of the columns that are left for these texts; None if there is none."""
    if left[:1] == [ENDS] and _are_hours(texts):
        return ENDS
    if left[:1] == [TRAVEL] and all(not text or text.isdecimal() for text in texts):
        return TRAVEL
    tongue = _written_in(texts, languages)
    return next((one for one in left if one.endswith(f".{tongue}")), None)


def _last_text(target: Sequence[str], columns: Sequence[str]) -> str:
    """Where what has no column goes: behind the last text."""
    return next((one for one in reversed(target) if "." in one), columns[2])


def _are_hours(texts: Sequence[str]) -> bool:
    told = [text for text in texts if text]
    return bool(told) and sum(_hours_of(text) is not None for text in told) * 2 > len(told)


def _hours_of(text: str) -> tuple[str, str] | None:
    hours = read_hours(text)
    return (format_hour(hours.begins), format_hour(hours.ends)) if hours and hours.begins else None


def _led(text: str) -> tuple[str, str, str] | None:
    """Begin, end and the rest of a text that begins with hours."""
    found = _LED.match(text)
    # A number alone is more often one of a list, or of people, than an hour.
    if found is None or not re.search(r"[hg:.ໂ]|[-–—]", found["hours"]):
        return None
    hours = _hours_of(found["hours"])
    return (*hours, found["rest"].strip()) if hours else None


def _spread(
    rows: Matrix, target: Sequence[str], languages: Sequence[Language], days: Collection[date]
) -> Iterator[PastedRow]:
    day: date | None = None
    for row in rows:
        if (named := _day_of(row, days)) is not None:
            day = named
            continue
        cells: dict[str, str] = {}
        for text, column in zip(row, target, strict=True):
            if column == DAY and (named := _day_in(text, days)) is not None:
                day = named
            elif text and column != NUMBER:
                _put(cells, column, text, languages)
        yield PastedRow(cells, day)


def _put(cells: dict[str, str], column: str, text: str, languages: Sequence[Language]) -> None:
    """Put a text into a column, behind what is there; hours of a beginning fill the end too."""
    if column == BEGINS and BEGINS not in cells:
        if hours := _hours_of(text):
            cells[BEGINS] = hours[0]
            if hours[1] and ENDS not in cells:
                cells[ENDS] = hours[1]
            return
        if led := _led(text):
            _put(cells, BEGINS, "-".join(filter(None, led[:2])), languages)
            _put(cells, f"title.{_written_in([led[2]], languages)}", led[2], languages)
            return
        if any(letter.isalpha() for letter in text) and not any(letter.isdecimal() for letter in text):
            column = f"title.{_written_in([text], languages)}"
    if column == ENDS and ENDS not in cells and (end := read_end(text)) is not None:
        cells[ENDS] = format_hour(end)
        return
    if column == DAY or (column in (BEGINS, ENDS, TRAVEL) and column in cells):
        column = f"title.{_written_in([text], languages)}"
    cells[column] = f"{cells[column]}; {text}" if cells.get(column) else text


def _day_of(row: Sequence[str], days: Collection[date]) -> date | None:
    """The day that a row is the heading of: nothing else stands in it."""
    told = [text for text in row if text]
    return _day_in(told[0], days) if len(told) == 1 else None


def _day_in(text: str, days: Collection[date]) -> date | None:
    if len(text) > _LONGEST_DAY or not (found := _DATE.search(text)):
        return None
    beside = fold(re.sub(r"[(),:;.–—-]", " ", text[: found.start()] + " " + text[found.end() :])).split()
    if not set(beside) <= _WORDS_OF_DAYS:
        return None
    year = int(found[3]) if found[3] else None
    return next(
        (
            one
            for one in sorted(days)
            if (one.day, one.month) == (int(found[1]), int(found[2])) and year in (None, one.year)
        ),
        None,
    )
