"""Moving an event: its days and times, with a preview of the consequences before anything is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import request
from markupsafe import Markup

from calendars.bookings.times import BookingTimes
from calendars.conflicts.commitment_checks import EventWarning
from calendars.days.known_days import in_figures, known_days_of
from calendars.programmes.checks import ProgrammeWarning
from models.events import Event
from models.i18n import N_
from models.queries.event_parts import programme_of, tasks_of
from models.vocabulary import EventStatus
from service.actions import permissions
from service.actions.bookings import bookings
from service.actions.dry_run import dry_run_savepoint
from service.actions.events import events, programme, undated
from service.actions.reminders.reminder_queries import pending_of_event
from service.actions.scheduling.event_warnings import EventPresenter
from service.schemas.events import CHANGE_SCHEMAS
from service.web.event import estimate_change
from service.web.event.editor import EditRequest, OpenEditor, check_version, load
from service.web.event.estimate_change import EstimateChange
from service.web.form_fields import FieldSpec, FieldType, values_of, with_days_read
from service.web.forms import FormRefusal, attempt
from service.web.view import View

Value = Markup | str

SHOWN = 20
"""Of the reminders that move along; there are as many as there are rules and tasks."""

_TRAVEL = ("arrives_on", "departs_on")
_REASON = FieldSpec(
    "reason", label=N_("Reason"), hint=N_("Goes into the mails to those who were told of the old days.")
)
SPECS = (
    FieldSpec("first_day", FieldType.DAY, is_required=True),
    FieldSpec("last_day", FieldType.DAY, is_required=True),
    FieldSpec("start_time", FieldType.HOUR, is_more=True),
    FieldSpec("end_time", FieldType.HOUR, is_more=True),
    FieldSpec("timezone", FieldType.LINE, is_required=True, is_more=True),
    FieldSpec("arrives_on", FieldType.DAY, hint=N_("Moves along with the days when it is left empty."), is_more=True),
    FieldSpec("departs_on", FieldType.DAY, hint=N_("Moves along with the days when it is left empty."), is_more=True),
)


KNOWN_SPECS = (
    FieldSpec(
        "first_day",
        FieldType.LINE,
        N_("When"),
        N_("As closely as it is known: 2008, 6/2021 or 7/3/2024."),
        is_required=True,
        length=20,
    ),
    FieldSpec(
        "last_day", FieldType.LINE, N_("Until"), N_("Only if it went on into another day, month or year."), length=20
    ),
)
"""What is asked of an event that was over when it was entered."""


@dataclass(frozen=True, slots=True)
class MovedThing:
    """Something that moves along: what it is, when it was, when it would be (empty: it falls away)."""

    name: Value
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MovePreview:
    """What a visit would be on other days; with a refusal it can't be, and that says why and what would fit."""

    days: str
    travel: Sequence[MovedThing] = ()
    notices: Sequence[EventWarning] = ()
    hitches: Sequence[ProgrammeWarning] = ()
    bookings: Sequence[MovedThing] = ()
    tasks: Sequence[MovedThing] = ()
    reminders: Sequence[MovedThing] = ()
    items: int = 0
    estimate: EstimateChange | None = None
    refusal: FormRefusal | None = None


def editor(asked: EditRequest) -> OpenEditor:
    """The form of the days; days in the address are filled in, so that other pages can propose some."""
    event = asked.event
    if undated.is_history(event):
        return _known_editor(asked)
    present = {spec.name: getattr(event, spec.name) for spec in SPECS if spec.name not in _TRAVEL} | {"reason": ""}
    present |= {name: request.args[name] for name in ("first_day", "last_day") if name in request.args}
    form, choices = asked.form(_specs(event), present, "days", "look")
    return OpenEditor(
        edit="days",
        part="days",
        do="days",
        title=asked.view.say(N_("Move it to other days")),
        save=asked.view.say(N_("Save the days")),
        form=form,
        choices=choices,
        version=str(event.version),
        looks="outlook",
    )


def _known_editor(asked: EditRequest) -> OpenEditor:
    """The form of what is known of the days of an event without one."""
    event = asked.event
    first, last = in_figures(*known_days_of(event))
    form, choices = asked.form(KNOWN_SPECS, {"first_day": first, "last_day": "" if last == first else last}, "days")
    return OpenEditor(
        edit="days",
        part="days",
        do="days",
        title=asked.view.say(N_("Give its days, or correct what is known")),
        save=asked.view.say(N_("Save the days")),
        form=form,
        choices=choices,
        version=str(event.version),
    )


def may_date(view: View, event: Event) -> bool:
    """Whether the reader may put right the days of what was entered as history."""
    return undated.is_history(event) and permissions.oversees_own(view.session)


def save(view: View, event: Event) -> None:
    """Move the event as the form says."""
    check_version(event.version)
    _move(view, event)


def look(view: View, event: Event) -> tuple[MovePreview, FormRefusal | None]:
    """What saving would do, found out by doing it and undoing it; and what is wrong with the form, if anything is."""
    check = attempt(view, lambda: check_version(event.version))
    if check is not None:
        return MovePreview("", refusal=check), check
    before, estimated = _standing(view, event), estimate_change.standing(view, event)
    made: list[MovePreview] = []

    def move() -> None:
        with dry_run_savepoint(view.session, is_dry=True):
            _move(view, event)
            changed = estimate_change.change_since(view, event, estimated)
            made.append(replace(_outlook(view, event, before), estimate=changed))

    refusal = attempt(view, move)
    if refusal is not None:
        # That a booking is in the way is what was asked; anything else is wrong with the asking.
        return MovePreview("", refusal=refusal), None if refusal.extra.get("conflicts") else refusal
    return made[0], None


def _move(view: View, event: Event) -> None:
    """Change the event to the days the form wants, as the schema reads them; travel days left empty move along."""
    if undated.is_history(event):
        known = with_days_read(values_of(KNOWN_SPECS, request.form))
        events.change_event(view.session, view.act, event, load(CHANGE_SCHEMAS[event.kind], known, partial=True))
        return
    wish = values_of(_specs(event), request.form)
    for name in (*_TRAVEL, "reason"):
        if not wish.get(name):
            wish.pop(name, None)
    wanted = load(CHANGE_SCHEMAS[event.kind], wish, partial=True)
    reason = wanted.pop("reason", None)
    events.change_event(view.session, view.act, event, wanted, reason=reason)


def _specs(event: Event) -> Sequence[FieldSpec]:
    """The fields of the form; nobody was told of a draft that was never planned, so it asks for no reason."""
    return SPECS if event.status is EventStatus.DRAFT else (*SPECS, _REASON)


@dataclass(frozen=True, slots=True)
class _DependentTimes:
    """What hangs on an event's days, by its ids."""

    travel: tuple[date, date]
    bookings: Mapping[str, tuple[Value, str]]
    tasks: Mapping[str, tuple[Value, date | None]]
    reminders: Mapping[tuple[str, str], tuple[Value, datetime]]
    items: Mapping[str, date]


def _standing(view: View, event: Event) -> _DependentTimes:
    session = view.session
    booked = bookings.listed_bookings(session, {"event_id": event.id})
    tasks = {task.id: (view.text(task.title), task.due_day) for task in tasks_of(session, event.id)}
    reminders: dict[tuple[str, str], tuple[Value, datetime]] = {}
    for reminder, rule in pending_of_event(session, event.id):
        of_task = tasks[reminder.task_key][0] if reminder.task_key in tasks else ""
        name = Markup("{} – {}").format(view.text(rule.name), of_task) if of_task else view.text(rule.name)
        reminders.setdefault((reminder.rule_key, reminder.task_key), (name, reminder.due_at))
    return _DependentTimes(
        (event.arrives_on, event.departs_on),
        {row.id: (view.text(resource.name), BookingTimes.of(row).format()) for row, resource, _event in booked},
        tasks,
        reminders,
        {item.id: item.day for item in programme_of(session, event.id)},
    )


def _outlook(view: View, event: Event, before: _DependentTimes) -> MovePreview:
    """What the event, moved just now, differs in from how it stood before."""
    after = _standing(view, event)

    def day(one: date | None) -> str:
        return view.day(one) if one else ""

    names = (view.say(N_("Arrival")), view.say(N_("Departure")))
    travels = after.travel != (event.first_day, event.last_day)
    return MovePreview(
        days=view.event_days(event),
        travel=[
            MovedThing(name, day(was), day(now))
            for name, was, now in zip(names, before.travel, after.travel, strict=True)
            if was != now and travels
        ],
        notices=EventPresenter(view.session, view.act).warnings(event),
        hitches=programme.warnings_of(event, programme_of(view.session, event.id)),
        bookings=_moved(before.bookings, after.bookings, str),
        tasks=_moved(before.tasks, after.tasks, day),
        reminders=_moved(before.reminders, after.reminders, lambda at: view.instant(at) if at else "")[:SHOWN],
        items=sum(day != before.items.get(identity) for identity, day in after.items.items()),
    )


def _moved(before: Mapping[Any, Any], after: Mapping[Any, Any], told: Any) -> list[MovedThing]:
    """What differs, in the order it stood before; what is new comes last."""
    found = []
    for key in dict.fromkeys((*before, *after)):
        was, now = (one[key][1] if key in one else None for one in (before, after))
        if was != now:
            name = (before.get(key) or after[key])[0]
            found.append(MovedThing(name, told(was) if was else "", told(now) if now else ""))
    return found
