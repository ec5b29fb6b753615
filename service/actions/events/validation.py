"""Validation of an event's values: its days and hours, localities, commitment and parts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from calendars.days.formatting import in_words
from calendars.events.host_days import TRAVEL_DAYS
from models.agreements import Commitment
from models.events import Event, TrainingPhase
from models.i18n import N_, Message, message
from models.labels import noun
from models.vocabulary import EventKind, KnownTo
from service.actions import crud
from service.actions.directory.directory import zone_errors

LONGEST_DAYS = 3660
LONGEST_HISTORY_DAYS = 36600
"""Between the bounds of what is known only to the month or the year: they take no days of any calendar."""


def event_errors(session: Session, kind: EventKind, event: Event | None, values: Mapping[str, Any]) -> crud.Errors:
    """All errors of an event's values; ``event`` is the event before the change, None for a new one."""
    errors = crud.missing_references(session, Event, values)
    if found := zone_errors(values.get("timezone")):
        errors["timezone"] = found

    def after(name: str) -> Any:
        return values[name] if name in values else getattr(event, name, None)

    names = ("first_day", "last_day", "arrives_on", "departs_on", "known_to")
    errors |= order_errors({name: after(name) for name in names})
    first, last = after("first_day"), after("last_day")
    if after("guest") and after("host") == after("guest"):
        errors["guest"] = [message(N_("Host and guest must be two different localities."))]
    if after("commitment_id") and "commitment_id" not in errors and "commitment_id" in values:
        errors |= _commitment_errors(session, kind, after("commitment_id"))
    if kind is EventKind.TRAINING_BATCH:
        errors |= _phase_errors(session, values.get("phases") or ())
    if kind is EventKind.ART_TROUPE_VISIT:
        errors |= _performance_errors(values.get("performances") or (), first, last)
    return errors


def order_errors(values: Mapping[str, Any]) -> crud.Errors:
    """The errors in the order of an event's days, as far as they are given.

    Hours are always in order: an end that is not after its start lies on the next day.
    """
    errors: crud.Errors = {}
    first, last = values.get("first_day"), values.get("last_day")
    if first and last and last < first:
        errors["last_day"] = [
            message(N_("The last day can't be before the first day, {first_day}."), first_day=in_words(first))
        ]
    elif first and last and (found := _too_long(first, last, values.get("known_to"))):
        errors["last_day"] = [found]
    arrives, departs = values.get("arrives_on"), values.get("departs_on")
    if not errors and arrives and departs and departs < arrives:
        errors["departs_on"] = [
            message(N_("The departure can't be before the arrival, {arrives_on}."), arrives_on=in_words(arrives))
        ]
    for name, travel, day in (("arrives_on", arrives, first), ("departs_on", departs, last)):
        # Other events are searched no further than this around a visit.
        if not errors and travel and day and abs((travel - day).days) > TRAVEL_DAYS:
            errors[name] = [message(N_("Must lie within {count} days of {day}."), count=TRAVEL_DAYS, day=in_words(day))]
    return errors


def _too_long(first: date, last: date, known_to: KnownTo | None) -> Message | None:
    if (known_to or getattr(first, "known_to", KnownTo.DAY)) is KnownTo.DAY:
        return message(N_("An event lasts ten years at the most.")) if (last - first).days > LONGEST_DAYS else None
    if (last - first).days > LONGEST_HISTORY_DAYS:
        return message(N_("What is known of its days spans a hundred years at the most."))
    return None


def _commitment_errors(session: Session, kind: EventKind, commitment_id: str) -> crud.Errors:
    commitment = crud.find(session, Commitment, commitment_id)
    if commitment.activity is kind:
        return {}
    return {
        "commitment_id": [
            message(N_("This commitment is about another kind of event: {kind}."), kind=noun(commitment.activity))
        ]
    }


def _phase_errors(session: Session, phases: Sequence[Mapping[str, Any]]) -> crud.Errors:
    errors: crud.Errors = {}
    for number, phase in enumerate(phases):
        if phase["last_day"] < phase["first_day"]:
            errors[f"phases.{number}.last_day"] = [
                message(
                    N_("The last day can't be before the first day, {first_day}."),
                    first_day=in_words(phase["first_day"]),
                )
            ]
        for field, found in crud.missing_references(session, TrainingPhase, phase).items():
            errors[f"phases.{number}.{field}"] = found
    return errors


def _performance_errors(performances: Sequence[Mapping[str, Any]], first: date, last: date) -> crud.Errors:
    return {
        f"performances.{number}.day": [
            message(
                N_("Must lie within the visit, {first_day} to {last_day}."),
                first_day=in_words(first),
                last_day=in_words(last),
            )
        ]
        for number, performance in enumerate(performances)
        if not first <= performance["day"] <= last
    }
