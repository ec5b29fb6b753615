"""Where a line of a paper must not end: inside amounts and dates, before units, after forms of address.

One rule for every kind of paper: it looks at the words alone, in all three languages at once, because a Lao paper has
Vietnamese names in it. It is applied when a paper is written as a file (:func:`unbroken`), so that values that are
kept, compared and listed hold ordinary blanks.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from calendars.documents.value import Block, Document, Heading, Items, Paper, Paragraph, Row, Table, Text

NO_BREAK = "\u00a0"
"""A blank at which no line ends (U+00A0)."""

LONGEST = 28
"""Characters that stay together at most; a longer stretch would be wider than a narrow line of text."""

_CHARACTERS = {Paper.PORTRAIT: 78, Paper.LANDSCAPE: 119, Paper.POCKET: 60}
"""How many characters of a table stand beside each other on a sheet."""
_EDGES = 3
"""Characters that the edges of a cell take."""

_CAPITALS = "".join(letter for letter in map(chr, range(0x41, 0x1F00)) if letter.isupper())
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|ມັງກອນ|ກຸມພາ|ມີນາ|ເມສາ|ພຶດສະພາ|ມິຖຸນາ|ກໍລະກົດ|ສິງຫາ|ກັນຍາ|ຕຸລາ|ພະຈິກ|ທັນວາ"
)
_SCALES = "(?i:nghìn|ngàn|triệu|tỷ|tỉ|thousand|million|billion)|ພັນ|ລ້ານ|ຕື້"
# Lao writes words without blanks between them, so what it measures in may be the beginning or the end of a longer word.
_UNITS = (
    "(?:[A-Z]{3}|(?i:đồng|kíp|năm|tháng|tuần|ngày|đêm|giờ|phút|tuổi|người|đại biểu|thành viên|học viên|cán bộ"
    "|vận động viên|đoàn|lần|lượt|buổi|suất|phòng|giường|chỗ|xe|bàn|mục|điều|km|m²|m2|kg|ha|years?|months?|weeks?|days?"
    "|nights?|hours?|minutes?|people|persons?|members?|guests?|delegates?|times|rooms?|beds?|seats?|cars?|dong|kip))(?!\\w)"
    "|(?:ກີບ|ດົ່ງ|ປີ|ເດືອນ|ອາທິດ|ວັນ|ຄືນ|ຊົ່ວໂມງ|ນາທີ|ຄົນ|ທ່ານ|ຄັ້ງ|ຄະນະ|ຫ້ອງ|ຄັນ|ບ່ອນ|ໂຕະ)"
)
_NUMBERED = (
    "(?<!\\w)(?i:ngày|tháng|năm|quý|lần thứ|lần|thứ|số:?|mục|điều|khoản|khóa|đợt|kỳ|phòng|bàn|xe|trang|no\\.:?|article"
    "|section|item|room|table|car|page)"
    "|(?:ວັນທີ|ເດືອນ|ປີ|ຄັ້ງທີ|ປີທີ|ຊຸດທີ|ເລກທີ:?|ຂໍ້|ມາດຕາ|ຫ້ອງ|ໂຕະ|ໜ້າ)"
)
_ADDRESS = (
    "(?<!\\w)(?i:ông/bà|ông|bà|đồng chí|đ/c|ngài|anh|chị|(?:gs|pgs|ts|ths|bs|mr|mrs|ms|dr|prof)\\.?|miss|madam|comrade"
    "|h\\.\\s?e\\.)"
)
_LAO_ADDRESS = "ທ່ານ ນາງ|ທ່ານ|ນາງ|ທ້າວ|ສະຫາຍ"
_GROUPED = r"\d{1,3}(?: \d{3})+(?!\d)"
_KEPT = re.compile(
    "|".join(
        (
            rf"(?<![\w.,/:])(?:\d\d?[–-])?\d\d? (?:{_MONTHS})(?: (?:\d{{4}}(?!\d)|–))?",
            rf"(?<!\w)(?:{_MONTHS}) \d{{4}}(?!\d)",
            rf"(?:{_NUMBERED}) (?:{_GROUPED}|[\d…]+)",
            rf"(?<![\w.,/:])(?:{_GROUPED}|\d[\d.,–-]*)(?: (?:{_SCALES}))?(?: (?:{_UNITS}))",
            rf"(?<![\w.,/:])(?:{_GROUPED}|\d[\d.,]*)(?: (?:{_SCALES})(?!\w))",
            rf"(?<![\w.,/:]){_GROUPED}",
            rf"(?:{_ADDRESS}) (?=[{_CAPITALS}])",
            rf"(?:{_LAO_ADDRESS}) (?=[{_CAPITALS}\u0e80-\u0eff])",
        )
    )
)


@lru_cache(maxsize=8192)
def bound(text: str, most: int = LONGEST) -> str:
    """A text whose amounts, dates, numbers with their units, and people with their form of address stay on one line.

    Only blanks change. What would stay together with more than ``most`` characters may be broken at its blanks: it
    would not fit between the edges of its column.
    """
    text = text.replace(NO_BREAK, " ")
    kept = _KEPT.sub(lambda found: found[0].replace(" ", NO_BREAK), text)
    if kept == text:
        return text
    return " ".join(part if len(part) <= most else part.replace(NO_BREAK, " ") for part in kept.split(" "))


def unbroken(document: Document) -> Document:
    """A paper, and those that follow it, with its words bound together for files that have lines.

    Cards and figures stay: their names are drawn as large as there is room for, in lines of their own.
    """
    return replace(
        document,
        head=replace(
            document.head,
            superior=_bound(document.head.superior),
            issuer=_bound(document.head.issuer),
            number=_bound(document.head.number),
            subject=_bound(document.head.subject),
            place_and_date=_bound(document.head.place_and_date),
        ),
        title=_bound(document.title),
        abstract=_bound(document.abstract),
        addressee=_bound(document.addressee),
        blocks=tuple(_block(block, document.paper) for block in document.blocks),
        signatures=tuple(
            replace(one, authority=_all(one.authority), name=_bound(one.name)) for one in document.signatures
        ),
        recipients=_all(document.recipients),
        following=tuple(map(unbroken, document.following)),
    )


def _block(block: Block, paper: Paper) -> Block:
    match block:
        case Heading(text=text) | Paragraph(text=text):
            return replace(block, text=_bound(text))
        case Items(items=items):
            return replace(block, items=_all(items))
        case Table():
            return _table(block, paper)
        case _:
            return block


def _table(table: Table, paper: Paper) -> Table:
    whole = sum(column.width for column in table.columns) or 1.0
    room = [int(_CHARACTERS[paper] * column.width / whole) - _EDGES for column in table.columns]
    return replace(
        table,
        columns=tuple(
            replace(column, heading=_bound(column.heading, most))
            for column, most in zip(table.columns, room, strict=True)
        ),
        rows=tuple(_row(row, room) for row in table.rows),
    )


def _row(row: Row, room: list[int]) -> Row:
    if row.group:
        return replace(row, cells=_all(row.cells))
    cells = [_bound(cell, most) for cell, most in zip(row.cells, room, strict=False)]
    return replace(row, cells=(*cells, *row.cells[len(cells) :]))


def _all(texts: Iterable[Text]) -> tuple[Text, ...]:
    return tuple(_bound(text) for text in texts)


def _bound(text: Text, most: int = LONGEST) -> Text:
    return tuple(tuple(replace(run, text=bound(run.text, min(most, LONGEST))) for run in line) for line in text)
