"""History: events that are entered when they are over, and those known only to the month or the year.

The days of an undated event are bounds, whole months or years. It is completed from the start, takes no step and has
nothing that needs a day: no hours, arrival, programme, bookings, tasks. Who may change everything of an office enters
its history, and puts right what was entered (:func:`is_history`): nobody prepared it, confirmed it or waited for it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, select

from calendars.days.formatting import in_words
from calendars.days.known_days import are_bounds, began_by
from calendars.days.spans import Days
from calendars.events.lifecycle import possible_steps
from models.errors import Forbidden, Invalid
from models.event_parts import ProgrammeItem, Task
from models.events import Event
from models.i18n import N_, Message, message
from models.queries.dated import has_days
from models.resources import Booking
from models.vocabulary import EventStatus, KnownTo
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.known_days import no_day

BOUNDS = ("first_day", "last_day")
_TRAVEL = {"arrives_on": "first_day", "departs_on": "last_day"}
_NEED_A_DAY = ("start_time", "end_time", "phases", "performances")

ONLY_WHAT_IS_OVER = N_(
    "Only what is over can be known to the month or the year: enter it as completed, or give its days."
)
NEEDS_PROTOCOL_OFFICE = N_("What is over is entered, and its days are corrected, by the protocol office.")
HAS_PARTS_OF_DAYS = N_("It has tasks, bookings or a programme, which need a day: delete them first, or give its days.")


def is_history(event: Event) -> bool:
    """Whether an event was over when it was entered, with its days or without.

    Every other way to completed leads through confirmed, and what has begun since stays confirmed
    (:func:`service.actions.effects.confirmation.after_step`).
    """
    return event.status is EventStatus.COMPLETED and event.confirmed_at is None


def steps_of(event: Event) -> tuple[EventStatus, ...]:
    """The statuses that may follow an event's; none of history: it was never planned, so nothing leads back there."""
    return () if is_history(event) else possible_steps(event.status, event.known_to)


def without_days(session: Session, event: Event, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an event whose days turn out not to be known: its arrival and departure are not known either.

    Raises:
        Invalid: it has something that needs a day.
    """
    if not has_days(event) or values.get("known_to", KnownTo.DAY) is KnownTo.DAY:
        return dict(values)
    first, last = (values.get(name, getattr(event, name)) for name in BOUNDS)
    what = no_day(Days(first, last), values["known_to"])
    errors: crud.Errors = {
        name: [what] for name in _NEED_A_DAY if values.get(name) or (name not in values and getattr(event, name))
    }
    crud.check(errors)
    of_event = (select(model.id).where(model.event_id == event.id) for model in (Task, Booking, ProgrammeItem))
    if any(session.exec(one).first() is not None for one in of_event):
        raise Invalid({"known_to": [message(HAS_PARTS_OF_DAYS)]})
    return {name: values.get(day, getattr(event, day)) for name, day in _TRAVEL.items()} | dict(values)


def with_known_days(event: Event | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with plain days, and with ``known_to`` where it changes; ``event`` is None for a new one.

    Raises:
        Invalid: first and last day, and ``known_to``, do not agree.
    """
    wanted = dict(values)
    before = event.known_to if event is not None else KnownTo.DAY
    given = {name: wanted[name] for name in BOUNDS if name in wanted}
    known = wanted.pop("known_to", None)
    after = _known_to(event, given, known, before)
    for name, day in given.items():
        wanted[name] = date(day.year, day.month, day.day)
    if after is not before:
        wanted["known_to"] = after
        if missing := [name for name in BOUNDS if name not in given]:
            raise Invalid({name: [message(N_("Give both days, as closely as they are known."))] for name in missing})
    if after is not KnownTo.DAY and given:
        first, last = (wanted.get(name, getattr(event, name, None)) for name in BOUNDS)
        if first is not None and last is not None and first <= last and not are_bounds(Days(first, last), after):
            raise Invalid({name: [_whole(after)] for name in given})
    return wanted


def _known_to(event: Event | None, given: Mapping[str, date], known: KnownTo | None, before: KnownTo) -> KnownTo:
    """How closely the days are known after the change."""
    written = {name: getattr(day, "known_to", KnownTo.DAY) for name, day in given.items()}
    short = {name: one for name, one in written.items() if one is not KnownTo.DAY}
    if known is not None:
        if other := [name for name, one in short.items() if one is not known]:
            raise Invalid({"known_to": [message(N_("It does not agree with {field}."), field=other[0])]})
        return known
    if short:
        if len(set(written.values())) > 1:
            raise Invalid(
                {
                    "last_day": [
                        message(
                            N_("Must be known as closely as the first day: both to the month, or both to the year.")
                        )
                    ]
                }
            )
        return next(iter(short.values()))
    is_same = event is not None and all(getattr(event, name) == day for name, day in given.items())
    return before if not given or is_same else KnownTo.DAY


def _whole(known_to: KnownTo) -> Message:
    if known_to is KnownTo.YEAR:
        return message(N_("Known to the year, it begins on 1 January and ends on 31 December; write it like 2008."))
    return message(
        N_("Known to the month, it begins on the first and ends on the last of a month; write it like 2021-06.")
    )


def undated_errors(
    act: ActionContext, event: Event | None, values: Mapping[str, Any], status: EventStatus
) -> crud.Errors:
    """The errors of an event that is undated, or is to become so; nothing about others."""

    def after(name: str) -> Any:
        return values[name] if name in values else getattr(event, name, None)

    known_to = after("known_to") or KnownTo.DAY
    if known_to is KnownTo.DAY:
        return {}
    if status is not EventStatus.COMPLETED:
        return {"status" if event is None else "known_to": [message(ONLY_WHAT_IS_OVER)]}
    first, last = after("first_day"), after("last_day")
    if last < first:
        return {}
    what = no_day(Days(first, last), known_to)
    errors: crud.Errors = {name: [what] for name in _NEED_A_DAY if values.get(name)}
    errors |= {name: [what] for name, day in _TRAVEL.items() if values.get(name) and values[name] != after(day)}
    return errors | (ahead_errors(act, last, known_to) if act.user is not None else {})


def ahead_errors(act: ActionContext, last: date, known_to: KnownTo) -> crud.Errors:
    """The errors of days of which some lie ahead, of what is said to be over."""
    if began_by(last, known_to, act.today):
        return {}
    return {"last_day": [message(N_("What is over can't end after today, {day}."), day=in_words(act.today))]}


def known_before(event: Event, values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What the trail says of other days of an undated event: both bounds, and how closely they were and are known.

    Without it they would read there as days.
    """
    if has_days(event) or not any(getattr(event, name) != values.get(name, getattr(event, name)) for name in BOUNDS):
        return {}
    told = {name: (getattr(event, name), values.get(name, getattr(event, name))) for name in ("known_to", *BOUNDS)}
    return {name: {"from": str(before), "to": str(after)} for name, (before, after) in told.items()}


def check_may_enter(session: Session, field: str) -> None:
    """Refuse to enter or correct history.

    Raises:
        Forbidden: the account may not change everything of its office; ``errors`` names the field.
    """
    if not permissions.oversees_own(session):
        what = message(NEEDS_PROTOCOL_OFFICE)
        raise Forbidden(what, code="protocol_office_required", errors={field: [what]})
