"""The last step: creates the event with all its bookings, exactly once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import redirect, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from calendars.days.spans import Days
from models.events import Event
from models.i18n import N_, message
from models.vocabulary import EventKind
from service.actions.agreements import planning
from service.actions.events.create_with_bookings import EventRequest
from service.schemas.events import KIND_SCHEMAS
from service.web import form_tokens
from service.web.both_sides.share_box import ShareBox, box_for_new, share_if_ticked
from service.web.form_fields import read_day, values_of
from service.web.plan_event.form_state import SPECS
from service.web.plan_event.proposal import CommitmentChoice, PlanRequest, ProposedFigures
from service.web.view import View

_WISH = "plan a visit"
_DRAFTED = ("description", "funded_by", "subject", "purpose", "level", "composition", "phases")
"""What a commitment fills in besides what the page asks for, in the columns of its kind."""


def recalled(view: View) -> Response | None:
    """The answer this wish was given before; None the first time."""
    known = form_tokens.recalled(view, _WISH)
    return None if known is None else _to(known["event"])


def shared_if_ticked(view: View, event: Event) -> str:
    """The id of a visit that was made, after it was shared as its form asks."""
    share_if_ticked(view, event)
    return event.id


def share_box(view: View, case: PlanRequest, *, chooses_partner: bool = False) -> ShareBox | None:
    """The box that shares the visit with the office of its other side; None if that has none."""
    with_people = bool(case.asked.many.get("person"))
    return box_for_new(view, case.host, case.guest, with_people=with_people, chooses_partner=chooses_partner)


def answered(view: View, event_id: str) -> Response:
    """To the visit's page; the same again when the form comes once more."""
    form_tokens.keep(view, _WISH, event=event_id)
    return _to(event_id)


def _to(event_id: str) -> Response:
    return redirect(url_for("pages.event", event_id=event_id, done="arranged"), 303)


def arrangement(
    view: View, case: PlanRequest, figures: ProposedFigures, days: Days | None, wanted: Mapping[str, int]
) -> EventRequest:
    """What was said, as the API takes it for its kind; days come from an opening or, where there is none, were typed.
    Whoever plans is in charge.

    Raises:
        ValidationError: some of it is not right.
    """
    asked, kind = case.asked, case.kind or EventKind.ACTIVITY
    typed = values_of(SPECS, {**asked.one, **figures.titles, "people": figures.people})
    said = _said(case, typed, kind, days) | {"host": case.host, "guest": case.guest}
    schema = KIND_SCHEMAS[kind]()
    values: dict[str, Any] = schema.load(said)
    if kind is EventKind.ANNIVERSARY:
        if not typed.get("anniversary"):
            raise ValidationError({"anniversary_id": [N_("Missing data for required field.")]})
        values["anniversary_id"] = typed["anniversary"]
    values["in_charge_id"] = view.act.account.id
    if case.promise is not None:
        values |= _of_commitment(case, case.promise, values)
    return EventRequest(kind, values, wanted, tuple(asked.many.get("person", ())), typed["planned"])


def _said(case: PlanRequest, typed: Mapping[str, Any], kind: EventKind, days: Days | None) -> dict[str, Any]:
    """What was typed as JSON of its kind; what was left empty is left out."""
    first = days.first.isoformat() if days else typed.get("first_day")
    last = days.last.isoformat() if days else typed.get("last_day") or first
    said: dict[str, Any] = {"headcount": typed.get("people"), "location": typed.get("location")}
    said |= {name: typed.get(name) for name in ("start_time", "end_time")} if days is None else {}
    if kind is EventKind.ANNIVERSARY and (first or "")[:4].isdecimal():
        said["year"] = int((first or "")[:4])
    if kind is EventKind.ACTIVITY:
        said["activity_type"] = typed.get("activity_type") or case.activity_types[0].value
    kept = {name: value for name, value in said.items() if value is not None}
    return kept | {"title": typed.get("title", {}), "first_day": first, "last_day": last}


def _of_commitment(case: PlanRequest, promise: CommitmentChoice, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a plan of the agreement would write for this commitment; a title that was changed stays as typed."""
    commitment, agreement = promise.commitment, promise.agreement
    days = Days(values["first_day"], max(values["first_day"], values["last_day"]))
    draft = planning.draft_values(agreement, commitment, case.host, case.guest, days, values.get("headcount"))
    found = {name: draft[name] for name in (*_DRAFTED, "activity_type") if name in draft and name not in values}
    if values["title"] == dict(commitment.title):
        found["title"] = draft["title"]
    return found | {"commitment_id": commitment.id}


def window(word: str, length: int) -> Days | None:
    """The days of an opening that was pressed; None when the word is no day."""
    first = read_day(word)
    try:
        return Days(first, date.fromordinal(first.toordinal() + length - 1)) if first else None
    except (ValueError, OverflowError):
        return None


def nothing_chosen() -> Any:
    """Why a button that names no days is refused."""
    return message(N_("These days are not among the openings. Choose one of them."))


def fields_wrong(told: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Errors by the fields of the page rather than by those of the API."""
    names = {"headcount": "people", "anniversary_id": "anniversary", "guest": "partner", "host": "partner"}
    return {names.get(name.split(".")[0], name.split(".")[0]): list(lines) for name, lines in told.items()}
