"""What the grid of rooms and cars is asked to show, from its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs

from flask import request

from calendars.bookings.grid import day_slots, hour_edges, hour_slots
from calendars.days.spans import Days, Span, days_after
from models.events import Event
from service.schemas.bookings import ResourceQuery
from service.schemas.fields import EARLIEST, LATEST
from service.web.form_fields import TICKED, read_day
from service.web.query_params import filters, page_number
from service.web.view import View

LEAST_DAYS, USUAL_DAYS, MOST_DAYS = 1, 14, 92
MOST_CELLS = 1860
"""Cells of one page: sixty resources over a month. Longer ranges show fewer resources at once."""

MOST_ROWS = 60
HOURS = "hours"
_PLAIN = ("type", "locality", "seats", "q")
_LONGEST_QUERY, _MOST_PARAMETERS = 1000, 30


@dataclass(frozen=True, slots=True)
class SlotColumn:
    """A slot's column: ``key`` is how its beginning stands in addresses, ``last`` how its end does in the form."""

    key: str
    last: str
    day: date
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True, slots=True)
class GridQuery:
    """What is shown: ``days`` in columns, or the hours of their first; ``asked`` are the filters as they were typed."""

    days: Days
    is_hours: bool
    asked: Mapping[str, Any]
    query: Mapping[str, Any]
    page: int
    problems: Mapping[str, list[str]]

    @property
    def free_only(self) -> bool:
        """Whether only what is free for all of the range is shown."""
        return self.asked.get("free") == TICKED

    @property
    def columns(self) -> list[SlotColumn]:
        """The columns, in order."""
        if not self.is_hours:
            return [SlotColumn(day.isoformat(), day.isoformat(), day) for day in self.days]
        day, edges = self.days.first, hour_edges()
        ends = [*edges[1:], time(0)]
        return [
            SlotColumn(
                moment_key(day, start), moment_key(day if end > start else days_after(day, 1), end), day, start, end
            )
            for start, end in zip(edges, ends, strict=True)
        ]

    def slots(self, zone: str) -> list[Span]:
        """The columns as instants of a zone."""
        return hour_slots(self.days.first, zone) if self.is_hours else day_slots(self.days, zone)

    def whole(self, zone: str) -> Span:
        """The whole range as instants of a zone."""
        found = day_slots(Days(self.days.first, self.days.first) if self.is_hours else self.days, zone)
        return Span(found[0].start, found[-1].end)

    @property
    def rows(self) -> int:
        """How many resources a page has."""
        return max(10, min(MOST_ROWS, MOST_CELLS // len(self.columns)))

    def parameters(self, **other: Any) -> dict[str, Any]:
        """The address's parameters, some of them another."""
        own: dict[str, Any] = {
            **{name: value for name, value in self.asked.items() if value},
            "from": self.days.first.isoformat(),
            "to": self.days.last.isoformat(),
            "view": HOURS if self.is_hours else None,
        }
        return {name: value for name, value in (own | other).items() if value}

    def moved(self, by: int) -> dict[str, Any]:
        """The parameters of the range before (-1) or after (1) this one."""
        step = 1 if self.is_hours else len(self.days)
        first = days_after(self.days.first, by * step)
        return self.parameters(**{"from": first.isoformat(), "to": days_after(self.days.last, by * step).isoformat()})


def kept_parameters(query: str) -> dict[str, list[str]]:
    """What of a query string chooses what the grid shows; nothing else gets into an address of ours."""
    known = {*_PLAIN, "free", "language", "from", "to", "view", "page"}
    try:
        asked = parse_qs(query[:_LONGEST_QUERY], max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return {}
    return {name: values for name, values in asked.items() if name in known}


def moment_key(day: date, at: time) -> str:
    """A local time in an address: ``2027-03-10T0730``."""
    return f"{day.isoformat()}T{at:%H%M}"


def read_moment(text: str) -> date | None:
    """A day or a local time as :func:`moment_key` writes it; None for anything else."""
    try:
        if "T" not in text:
            found = date.fromisoformat(text) if len(text) == 10 else None
        else:
            found = datetime.strptime(text, "%Y-%m-%dT%H%M")  # noqa: DTZ007 - a local time
    except ValueError:
        return None
    if found is None:
        return None
    day = found.date() if isinstance(found, datetime) else found
    return found if EARLIEST <= day <= LATEST else None


def read_grid_query(view: View, event: Event | None) -> GridQuery:
    """The query of the page's address; of an event's grid around its days."""
    asked: dict[str, Any] = {name: request.args.get(name, "").strip() for name in (*_PLAIN, "free")}
    asked["language"] = [one for one in request.args.getlist("language") if one]
    given = {name: value for name, value in asked.items() if value and name != "free"}
    if "type" in given:
        given["type"] = [given["type"]]
    query, problems = filters(view, ResourceQuery, given)
    is_hours = request.args.get("view") == HOURS
    return GridQuery(_days(view, event), is_hours, asked, {**query, "active": True}, page_number(), problems)


def _days(view: View, event: Event | None) -> Days:
    """The range: as asked, else around the event, else two weeks from today on; 1 day to 92, within the calendar."""
    first, last = (read_day(request.args.get(name, "")) for name in ("from", "to"))
    if first is None:
        first = event.first_day if event is not None else view.act.today
        if event is not None and last is None:
            last = max(event.last_day, days_after(first, USUAL_DAYS - 1))
    first = min(max(first, EARLIEST), LATEST - timedelta(days=MOST_DAYS))
    if last is None or last < first:
        last = days_after(first, USUAL_DAYS - 1)
    return Days(first, min(last, days_after(first, MOST_DAYS - 1)))


def framed(query: GridQuery, event: Event | None) -> Sequence[bool]:
    """Which columns are the event's own days."""
    return [event is not None and event.first_day <= one.day <= event.last_day for one in query.columns]
