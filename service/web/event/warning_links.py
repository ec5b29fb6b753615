"""Links from warnings to where their cause can be fixed: on the same page, or on another one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from calendars.conflicts.commitment_checks import EventWarning
from calendars.days.spans import Days
from calendars.programmes.checks import ProgrammeWarning
from models.event_parts import ProgrammeItem
from models.events import Event
from models.i18n import Message
from models.vocabulary import Severity
from service.actions.scheduling.event_warnings import MEETINGS
from service.web.event import folding
from service.web.view import View

_MENDED_IN: Mapping[str, str] = {
    "headcount_out_of_range": "facts",
    "composition_incomplete": "facts",
    "activity_type_differs": "facts",
    "person_double_committed": "people",
    "changed_since_confirmed": "confirmation",
    "booking_hours_stale": "bookings",
    "booking_not_approved": "bookings",
    "booking_refused": "bookings",
    "organisation_ended": "facts",
    "nobody_in_charge": "in-charge",
    "nobody_reached": "in-charge",
}
"""Warning → part of the page; any other is mended by other days."""

_EDITED = {"facts", "days"}


@dataclass(frozen=True, slots=True)
class LinkedWarning:
    """A warning for the page: its sentence, the advice and where to follow it, the other event it is about."""

    severity: Severity
    detail: Message
    advice: Message | None
    link: str
    other: str


def of_event(
    view: View, event: Event, notices: Sequence[EventWarning], *, is_saved: bool = True
) -> list[LinkedWarning]:
    """The warnings about an event; who may not change it, or has not saved it yet, is led nowhere."""
    may_change = is_saved and view.may_change(event)
    return [
        LinkedWarning(
            one.severity,
            one.detail,
            one.advice,
            _link(event, _MENDED_IN.get(one.code, "days"), free=one.free) if may_change else "",
            url_for("pages.event", event_id=one.with_) if one.code in MEETINGS and one.with_ else "",
        )
        for one in notices
    ]


def of_programme(
    view: View, event: Event, hitches: Sequence[ProgrammeWarning], items: Sequence[ProgrammeItem], *, may_change: bool
) -> list[LinkedWarning]:
    """The warnings about a programme: each leads to the last of the items it is about."""
    return [
        LinkedWarning(
            one.severity,
            one.detail,
            one.advice,
            _link(event, "programme", f"item:{items[one.items[-1]].id}") if may_change and one.items else "",
            "",
        )
        for one in hitches
    ]


def _link(event: Event, part: str, edit: str = "", free: Days | None = None) -> str:
    """Where it is mended; the form of the days is filled in with those that are free."""
    word = edit or (part if part in _EDITED else None)
    shown = folding.written(folding.asked_for())
    first, last = (free.first.isoformat(), free.last.isoformat()) if free and word == "days" else (None, None)
    return url_for(
        "pages.event", event_id=event.id, show=shown, edit=word, first_day=first, last_day=last, _anchor=part
    )
