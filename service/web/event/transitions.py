"""The transitions of an event between statuses, and deleting what never took place."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import request

from calendars.events.lifecycle import REMINDED, is_back, needs_reason
from models.events import Event
from models.i18n import N_
from models.vocabulary import EventStatus
from service.actions import issued_papers, permissions
from service.actions.effects import confirmation
from service.actions.events import events, undated
from service.actions.undo import trash
from service.schemas.events import KIND_SCHEMAS, TransitionSchema
from service.web.both_sides.share_box import box_of, share_if_ticked
from service.web.event.editor import check_version, load
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.view import View

_STEPS: Mapping[EventStatus, str] = {
    EventStatus.DRAFT: N_("Back to draft"),
    EventStatus.PLANNED: N_("Put into the plan"),
    EventStatus.CONFIRMED: N_("Confirm"),
    EventStatus.ONGOING: N_("Start the visit"),
    EventStatus.COMPLETED: N_("Record as completed"),
    EventStatus.POSTPONED: N_("Postpone"),
    EventStatus.CANCELLED: N_("Cancel the event"),
}
_OTHER_STEPS: Mapping[tuple[EventStatus, EventStatus], str] = {
    (EventStatus.CONFIRMED, EventStatus.PLANNED): N_("Take the confirmation back"),
    (EventStatus.POSTPONED, EventStatus.PLANNED): N_("Plan with new days"),
    (EventStatus.CANCELLED, EventStatus.PLANNED): N_("Plan it after all"),
    (EventStatus.ONGOING, EventStatus.CONFIRMED): N_("It has not begun: back to confirmed"),
    (EventStatus.COMPLETED, EventStatus.ONGOING): N_("It is not over: back to ongoing"),
}
_ASKED = (
    FieldSpec("to", FieldType.CHOICE),
    FieldSpec("reason"),
    FieldSpec("first_day", FieldType.DAY),
    FieldSpec("last_day", FieldType.DAY),
)
_DELETABLE = {EventStatus.DRAFT, EventStatus.CANCELLED}


def take(view: View, event: Event) -> None:
    """Take the event to another status, as it stood when the page was read."""
    wish = values_of(_ASKED, request.form)
    wanted = load(TransitionSchema, {name: value for name, value in wish.items() if value})
    check_version(event.version)
    if _asks_who(event, wanted["to"]) and (person := request.form.get("in_charge_id")):
        person = load(KIND_SCHEMAS[event.kind], {"in_charge_id": person}, partial=True)["in_charge_id"]
        events.change_event(view.session, view.act, event, {"in_charge_id": person})
    days: dict[str, date] = {name: wanted[name] for name in ("first_day", "last_day") if name in wanted}
    events.transition(view.session, view.act, event, wanted["to"], wanted.get("reason"), days)
    if wanted["to"] is EventStatus.PLANNED:
        share_if_ticked(view, event)


def _asks_who(event: Event, to: EventStatus) -> bool:
    """Whether a step asks who is in charge: an event that enters the plan and that nobody is in charge of."""
    return to is EventStatus.PLANNED and event.in_charge_id is None and event.status not in REMINDED


def delete(view: View, event: Event) -> None:
    """Delete the event with all that hangs on it, as it stood when the page was read: a draft into the trash."""
    check_version(event.version)
    if event.status is EventStatus.DRAFT:
        trash.put_away(view.session, view.act, view.desk.settings.secret_key, event)
        return
    events.delete_event(view.session, view.act, event)


def possible(view: View, event: Event) -> list[dict[str, Any]]:
    """The steps this reader may take: to which status, what it is called, what it asks for, which day it waits for."""
    if not view.may_change(event):
        return []
    steps = undated.steps_of(event)
    return [
        {
            "to": to,
            "label": view.say(_OTHER_STEPS.get((event.status, to), _STEPS[to])),
            "needs_reason": needs_reason(event.status, to),
            "is_usual": to is steps[0],
            "waits_for": _waits_for(view, event, to),
            "asks_who": _asks_who(event, to),
            "share_box": box_of(view, event) if to is EventStatus.PLANNED else None,
            "needs_days": event.status is EventStatus.POSTPONED and to is EventStatus.PLANNED,
        }
        for to in steps
        if _may_take(view, event, to)
    ]


def _waits_for(view: View, event: Event, to: EventStatus) -> date | None:
    """The day still to come before which a step can't be taken; None for one that can be taken now."""
    day = events.opens_on(event, to)
    return day if day is not None and day > view.act.today else None


def _may_take(view: View, event: Event, to: EventStatus) -> bool:
    if is_back(event.status, to):
        return view.may("approver")
    return to is not EventStatus.CONFIRMED or _may_confirm(view, event)


def may_delete(view: View, event: Event) -> bool:
    """Whether this reader may delete the event as it is now."""
    if undated.is_history(event):
        may = view.may_change(event) and permissions.oversees_own(view.session)
    else:
        may = event.status in _DELETABLE and view.may_change(event)
    return may and not issued_papers.has_issued(view.session, event)


def _may_confirm(view: View, event: Event) -> bool:
    """Whether this reader can be the second pair of eyes."""
    if view.user is None:
        return False
    return confirmation.refusal_of(view.session, view.act.now, event, view.user) is None
