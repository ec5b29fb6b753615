"""Conflicts from a day on, with links to resolve them, a limited number of events at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from flask import Response, request
from marshmallow import ValidationError

from calendars.days.spans import days_after
from models.events import Event
from service.actions.events.event_queries import first_day_beyond
from service.actions.scheduling import conflicts
from service.http.error_responses import flat
from service.schemas.queries import EventQuery
from service.web.page_decorator import page
from service.web.view import View

AT_ONCE = 60
"""How many events are checked for one page; a usual office's year has fewer."""


@dataclass(frozen=True, slots=True)
class ConflictDays:
    """The days of a page, both inclusive; ``has_more`` if there are events after them."""

    first: date
    last: date
    has_more: bool

    @property
    def following(self) -> date:
        """The first day of the next page."""
        return days_after(self.last, 1)


@page()
def conflicts_page(view: View) -> Response:
    """The conflicts from a day on (today by default), by the first day of the events."""
    asked = request.args.get("from", "").strip()
    first, problems = view.act.today, []
    if asked:
        try:
            first = EventQuery().load({"from": asked})["from_"]
        except ValidationError as wrong:
            problems = [view.said(line) for lines in flat(wrong.messages).values() for line in lines]
    period = _period(view, first)
    entries = [
        one
        for one in conflicts.conflicts_between(view.session, view.act, {"from_": period.first, "to": period.last})
        # Events that began earlier are on the previous page.
        if view.when(one.event).days.first >= first or first == view.act.today
    ]
    months = groupby(entries, key=lambda one: max(view.when(one.event).days.first, first).replace(day=1))
    return view.page(
        "lists/conflicts.html",
        total=len(entries),
        months=[(view.month(begin), _by_event(list(listed))) for begin, listed in months],
        period=period,
        asked=asked if problems else first.isoformat(),
        problems=problems,
    )


def _period(view: View, first: date) -> ConflictDays:
    """A year, or fewer days if it has more events than a page checks."""
    last = days_after(first, conflicts.DEFAULT_DAYS)
    beyond = first_day_beyond(view.session, view.act, first, last, AT_ONCE)
    if beyond is None:
        return ConflictDays(first, last, False)
    return ConflictDays(first, max(first, beyond - timedelta(days=1)), True)


def _by_event(entries: Sequence[conflicts.ConflictEntry]) -> list[tuple[Event, list[conflicts.ConflictEntry]]]:
    return [
        (listed[0].event, listed)
        for _id, group in groupby(entries, key=lambda one: one.event.id)
        if (listed := list(group))
    ]
