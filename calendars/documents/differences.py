"""What a kept paper says otherwise than the same paper made today, in words: which rows came, went or changed.

Only words count, not how they are set. The day on which a paper is issued does not count, nor do the numbers of rows:
they follow from the rows.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

from calendars.documents.value import (
    Cards,
    Document,
    Heading,
    Items,
    Paragraph,
    SeatingPlan,
    Table,
    Text,
    plain,
)
from models.i18n import N_, Message, message

Kind = TypeVar("Kind", Table, Cards, SeatingPlan)

_NAMED = 3
"""Of so many rows their names are told, of the others only how many they are."""

_MOST = 60
"""Characters of what a row is called by."""

_MOST_OF_TEXT = 160
"""Characters of a paragraph that are told."""

_NO_NAME = re.compile(r"[\d\s.:,/–-]*")


@dataclass(frozen=True, slots=True)
class PaperDifference:
    """A part of a paper that is not as it is kept: a stable ``part`` (``head``, ``title``, ``table``, ``text``,
    ``cards``, ``seating``, ``signature``, ``recipients``, ``papers``), and how it differs, in words."""

    part: str
    detail: Message


def differences(kept: Document, now: Document) -> tuple[PaperDifference, ...]:
    """How the paper made now differs from the one that is kept; empty if it says the same."""
    found: dict[tuple[str, str], PaperDifference] = {}
    for before, after in zip_longest((kept, *kept.following), (now, *now.following)):
        if before is None or after is None:
            more = message(N_("Papers in the file: {before}, now {now}."), before=_papers(kept), now=_papers(now))
            found["papers", ""] = PaperDifference("papers", more)
            continue
        for one in _of_paper(before, after):
            found[one.part, str(one.detail)] = one
    return tuple(found.values())


def _papers(document: Document) -> int:
    return 1 + len(document.following)


def _of_paper(kept: Document, now: Document) -> Iterable[PaperDifference]:
    told = (
        ("head", N_("Issued by: “{before}”, now “{now}”."), _issuer(kept), _issuer(now)),
        ("head", N_("Number and subject: “{before}”, now “{now}”."), _subject(kept), _subject(now)),
        ("head", N_("Place of issue: “{before}”, now “{now}”."), _place(kept), _place(now)),
        ("title", N_("Title: “{before}”, now “{now}”."), _title(kept), _title(now)),
        ("title", N_("Addressed to: “{before}”, now “{now}”."), _words(kept.addressee), _words(now.addressee)),
        ("signature", N_("Signed by: “{before}”, now “{now}”."), _signed(kept), _signed(now)),
        ("recipients", N_("Recipients: “{before}”, now “{now}”."), _joined(kept.recipients), _joined(now.recipients)),
    )
    for part, sentence, before, after in told:
        if before != after:
            yield PaperDifference(part, message(sentence, before=before or "–", now=after or "–"))
    yield from _of_text(kept, now)
    yield from _of_tables(kept, now)
    yield from _of_cards(kept, now)
    yield from _of_seating(kept, now)


def _issuer(document: Document) -> str:
    return _joined((document.head.superior, document.head.issuer))


def _subject(document: Document) -> str:
    return _joined((document.head.number, document.head.subject))


def _title(document: Document) -> str:
    return _joined((document.title, document.abstract))


def _signed(document: Document) -> str:
    return _joined(text for one in document.signatures for text in (*one.authority, one.name))


def _place(document: Document) -> str:
    """The place without the day behind it."""
    lines = (line.rpartition(", ") for line in plain(document.head.place_and_date).splitlines())
    return " / ".join(place or rest for place, _comma, rest in lines)


def _of_text(kept: Document, now: Document) -> Iterable[PaperDifference]:
    """Which paragraphs say something else; a few of them word by word, of many only how many."""
    before, after = _paragraphs(kept), _paragraphs(now)
    gone, come = _left(before, after), _left(after, before)
    count = max(len(gone), len(come))
    if count > _NAMED:
        yield PaperDifference("text", message(N_("Text: paragraphs changed: {count}."), count=count))
    elif count:
        for old, new in zip_longest(map(_short, gone), map(_short, come), fillvalue="–"):
            yield PaperDifference("text", message(N_("Text: “{before}”, now “{now}”."), before=old, now=new))
    elif before != after:
        yield PaperDifference("text", message(N_("Text: paragraphs in another order.")))


def _left(some: Sequence[str], others: Sequence[str]) -> list[str]:
    """Those of some texts that are not among others, in their order."""
    found, there = [], Counter(others)
    for one in some:
        if there[one]:
            there[one] -= 1
        else:
            found.append(one)
    return found


def _short(text: str) -> str:
    return text if len(text) <= _MOST_OF_TEXT else f"{text[:_MOST_OF_TEXT].rsplit(' ', 1)[0]} …"


def _paragraphs(document: Document) -> list[str]:
    found: list[str] = []
    for block in document.blocks:
        match block:
            case Heading(text=text) | Paragraph(text=text):
                found.append(_words(text))
            case Items(items=items):
                found += map(_words, items)
            case _:
                pass
    return found


@dataclass(frozen=True, slots=True)
class _ComparedRow:
    """A row by its words: what it is called, the heading it stands below, and its cells without its number."""

    name: str
    below: str
    cells: tuple[str, ...]

    @property
    def called(self) -> str:
        """Its name, cut where it is long."""
        return self.name[:_MOST]

    @property
    def place(self) -> tuple[str, str] | None:
        """The heading and the first cell, as the day and the hour of an item; None without any."""
        return (self.below, self.cells[0]) if self.cells and self.cells[0] else None


def _of_tables(kept: Document, now: Document) -> Iterable[PaperDifference]:
    for before, after in zip_longest(_all(kept, Table), _all(now, Table)):
        if before is None or after is None:
            sentence = N_("{table}: was not there before.") if before is None else N_("{table}: is no longer there.")
            yield PaperDifference("table", message(sentence, table=(before or after).name))
            continue
        yield from _of_rows("table", after.name, _rows(before), _rows(after))
        headings = [[_words(column.heading) for column in table.columns] for table in (before, after)]
        if headings[0] != headings[1] or before.name != after.name:
            yield PaperDifference("table", message(N_("{table}: other columns."), table=after.name))


def _of_cards(kept: Document, now: Document) -> Iterable[PaperDifference]:
    before, after = (
        [
            _ComparedRow(_words(card.name), "", (*map(_words, (card.name, *card.lines)), card.mark))
            for cards in _all(document, Cards)
            for card in cards.cards
        ]
        for document in (kept, now)
    )
    yield from _of_rows("cards", message(N_("Cards")), before, after)


def _of_seating(kept: Document, now: Document) -> Iterable[PaperDifference]:
    for before, after in zip_longest(_all(kept, SeatingPlan), _all(now, SeatingPlan)):
        if before is None or after is None or _seats(before) != _seats(after):
            title = _words((after or before).title)
            yield PaperDifference("seating", message(N_("Seating changed: {table}."), table=title))


def _seats(plan: SeatingPlan) -> tuple[object, ...]:
    sides = ([(seat.number, _words(seat.name)) for seat in side] for side in (plan.near, plan.far))
    return (_words(plan.title), *sides)


def _of_rows(
    part: str, table: object, kept: Sequence[_ComparedRow], now: Sequence[_ComparedRow]
) -> Iterable[PaperDifference]:
    """Which rows came, went, or say something else; a row that moved below another heading says something else."""
    gone, come = list((Counter(kept) - Counter(now)).elements()), list((Counter(now) - Counter(kept)).elements())
    changed = [*_paired(gone, come, lambda row: row.name), *_paired(gone, come, lambda row: row.place)]
    told = (
        (N_("{table}: changed: {names}."), [_change(was, row) for was, row in changed]),
        (N_("{table}: added: {names}."), [row.called for row in come]),
        (N_("{table}: removed: {names}."), [row.called for row in gone]),
    )
    for sentence, names in told:
        if names:
            yield PaperDifference(part, message(sentence, table=table, names=_names(names)))
    if not (changed or come or gone) and kept != now:
        yield PaperDifference(part, message(N_("{table}: in another order."), table=table))


def _paired(
    gone: list[_ComparedRow], come: list[_ComparedRow], called: Callable[[_ComparedRow], object]
) -> list[tuple[_ComparedRow, _ComparedRow]]:
    """The rows that went with those that stand for them, as both are called the same; they are taken out of their
    lists."""
    found = []
    for row in list(come):
        same = next((one for one in gone if called(one) and called(one) == called(row)), None)
        if same is not None:
            gone.remove(same)
            come.remove(row)
            found.append((same, row))
    return found


def _change(was: _ComparedRow, row: _ComparedRow) -> str:
    """What a row is called, and from what to what each of its cells, and the day it stands below, changed:
    ``Hội đàm (14:00 → 16:00; Trụ sở → Hội trường)``."""
    called = row.called if was.called == row.called else f"{was.called} → {row.called}"
    pairs = [(was.below, row.below)]
    pairs += zip(was.cells, row.cells, strict=True) if len(was.cells) == len(row.cells) else []
    changes = [
        f"{before[:_MOST] or '–'} → {after[:_MOST] or '–'}"
        for before, after in pairs
        if before != after and (before, after) != (was.name, row.name)
    ]
    return f"{called} ({'; '.join(changes)})" if changes else called


def _names(named: Sequence[str]) -> tuple[object, ...]:
    told: list[object] = [*named[:_NAMED]]
    if rest := len(named) - len(told):
        told.append(message(N_("{count} more"), count=rest))
    return tuple(told)


def _rows(table: Table) -> list[_ComparedRow]:
    found: list[_ComparedRow] = []
    below = ""
    for row in table.rows:
        cells = tuple(map(_words, row.cells))
        if row.group:
            below = _joined(row.cells)
            continue
        if cells and cells[0].isdigit():
            cells = cells[1:]
        name = next((cell for cell in cells if not _NO_NAME.fullmatch(cell)), next(iter(cells), ""))
        found.append(_ComparedRow(name, below, cells))
    return found


def _all(document: Document, kind: type[Kind]) -> list[Kind]:
    return [block for block in document.blocks if isinstance(block, kind)]


def _words(text: Text) -> str:
    return plain(text, " / ")


def _joined(several: Iterable[Text]) -> str:
    return "; ".join(words for words in map(_words, several) if words)
