"""Render the last published programme for calendars and mails: a heading, days, one line per item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from calendars.days.formatting import format_day, format_hours
from calendars.days.spans import Days
from calendars.programmes.items import ProgrammeItemValues, label
from models.i18n import N_, translate
from models.text import localized, one_line, shorten

MOST_ITEMS = 100
"""The maximum number of items shown; the rest is given as a count with a link."""

MOST_CHARACTERS = 300
"""The maximum length of a line; longer ones are truncated."""

OUTDATED = N_("Published before the visit was moved; a new one follows.")
"""What readers of an outdated programme are told (:meth:`PublishedProgramme.is_outdated`)."""


@dataclass(frozen=True, slots=True)
class PublishedProgramme:
    """A published revision: its number, and its items in running order.

    ``first_day`` is the visit's first day when it was published; None where that was not kept.
    """

    number: int
    items: tuple[ProgrammeItemValues, ...]
    first_day: date | None = None

    @classmethod
    def read(
        cls, number: int, written: Iterable[Mapping[str, Any]], first_day: date | None = None
    ) -> "PublishedProgramme":
        """The revision with this number, from its items as stored."""
        return cls(number, tuple(map(ProgrammeItemValues.read, written)), first_day)

    def is_outdated(self, first_day: date, stay: Days) -> bool:
        """Whether the visit was moved after this was published: it begins on another day, or an item is on none of its.

        ``first_day`` is the visit's own now, ``stay`` its days with those of arrival and departure. Nobody should
        travel by an outdated programme: it is shown with a note (:data:`OUTDATED`) or not at all.
        """
        is_moved = self.first_day is not None and self.first_day != first_day
        return is_moved or any(item.day not in stay for item in self.items)


def read_revision(row: Any) -> PublishedProgramme | None:
    """The revision of a row; None for None."""
    return PublishedProgramme.read(row.number, row.items, row.first_day) if row else None


@dataclass(frozen=True, slots=True)
class ProgrammeText:
    """A programme in one language: ``notes`` come below the heading, ``more`` (may be empty) after the last day."""

    heading: str
    notes: tuple[str, ...]
    days: tuple[tuple[str, tuple[str, ...]], ...]
    more: str

    def lines(self) -> list[str]:
        """All of it, line by line."""
        found = [self.heading, *self.notes]
        for day, items in self.days:
            found += [day, *items]
        return [*found, self.more] if self.more else found


def render_text(
    published: PublishedProgramme, language: str, url: str | None = None, *, is_outdated: bool = False
) -> ProgrammeText:
    """The programme in a language: at most 100 items of at most 300 characters each, with a link to the rest.

    Of an outdated one (:meth:`PublishedProgramme.is_outdated`) a note says so.
    """
    shown, left = published.items[:MOST_ITEMS], len(published.items) - MOST_ITEMS
    more = ""
    if left > 0 and url:
        more = translate(N_("… and {count} more: {url}"), language, count=left, url=one_line(url))
    elif left > 0:
        more = translate(N_("… and {count} more"), language, count=left)
    return ProgrammeText(
        heading=heading(published.number, language),
        notes=(translate(OUTDATED, language),) if is_outdated else (),
        days=tuple(
            (format_day(day, language), tuple(_line(item, language) for item in items))
            for day, items in groupby(shown, key=_day)
        ),
        more=more,
    )


def heading(number: int, language: str) -> str:
    """“Programme”, later “Programme (Adjustment 2)”: the label of an adjustment alone does not say of what."""
    first = localized(label(1), language)
    return first if number == 1 else f"{first} ({localized(label(number), language)})"


def _day(item: ProgrammeItemValues) -> date:
    return item.day


def _line(item: ProgrammeItemValues, language: str) -> str:
    """“08:00–09:30 Title – place”, without unknown parts."""
    text = " – ".join(
        part for part in (one_line(localized(item.title, language)), one_line(localized(item.place, language))) if part
    )
    line = " ".join(part for part in (format_hours(item.start_time, item.end_time), text) if part)
    return shorten(line, MOST_CHARACTERS)
