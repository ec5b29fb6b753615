"""Everything an event's page shows except its history, read in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from calendars.commitments.event_matching import counted
from calendars.conflicts.commitment_checks import EventWarning
from calendars.estimates.labels import state_name
from calendars.events.task_due_dates import is_overdue
from models.agreements import Agreement, Anniversary, Commitment
from models.event_parts import Task
from models.events import Event
from models.places import Organisation, Person
from models.reminders import Reminder, ReminderRule
from models.vocabulary import ReminderState
from service.actions import crud
from service.actions.agreements.agreement_queries import find_commitment
from service.actions.events import task_queries
from service.actions.events.members import MemberPosition, positions_of
from service.actions.ledger import estimate_budgets, rights
from service.actions.ledger.event_sums import EventSums, event_sums
from service.actions.reminders.reminder_queries import reminder_counts, reminders_of_event
from service.actions.scheduling.event_warnings import EventPresenter
from service.web.event_bookings import BookingLine, lines_of
from service.web.labels import ACTIVITY_TYPES, DIRECTIONS, FIELDS, LEVELS, REMINDER_STATES, VISIBILITIES, money
from service.web.programme_board import ProgrammeBoard, read_board
from service.web.task_facts import how_counted, may_finish, responsible
from service.web.view import View, ids

REMINDERS_SHOWN = 500

Value = Markup | str


@dataclass(frozen=True, slots=True)
class EventTaskLine:
    """A task with how its due day is counted and whoever is responsible; ``is_late`` when it is overdue.

    ``may_finish``: whether the reader may mark it as done, as the organisation it is for may too.
    """

    task: Task
    counted: str
    responsible: list[Value]
    is_late: bool
    may_finish: bool


@dataclass(frozen=True, slots=True)
class ReminderSummary:
    """Reminders that differ in their address only."""

    first: Reminder
    rule: ReminderRule | None
    all: Sequence[Reminder]
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class EventPageData:
    """An event's page, ready to be written; ``mailings`` are empty where nobody opened them."""

    facts: list[tuple[str, Value]]
    estimate_state: str
    commitment: Commitment | None
    agreement: Agreement | None
    seats: list[MemberPosition]
    programme: ProgrammeBoard
    tasks: list[EventTaskLine]
    mailings: list[tuple[str, list[ReminderSummary]]]
    organisations: Mapping[str, Value]
    has_more_reminders: bool
    reminder_counts: Mapping[ReminderState, int]
    bookings: list[BookingLine]
    notices: list[EventWarning]

    @property
    def foldable(self) -> Mapping[str, Mapping[str, Any]]:
        """The lists of which the page shows the beginning, by the ids of what stands in them."""
        return {
            "people": {seat.member.id: seat for seat in self.seats},
            "tasks": {line.task.id: line for line in self.tasks},
        }


def read_dossier(view: View, event: Event, *, with_reminders: bool) -> EventPageData:
    """Read what an event's page shows; as many queries for a large visit as for a small one.

    Reminders are many, and looked at now and then: they are only counted unless they are asked for.
    """
    session = view.session
    seats = positions_of(session, event.id)
    tasks = task_queries.tasks_of_event(session, event)
    concerned = ids(
        event.organisation_id,
        event.institution_id,
        *(phase.institution_id for phase in event.phases),
        *(task.organisation_id for task in tasks),
        *(seat.organisation_id for seat in seats),
    )
    organisations = crud.by_id(session, Organisation, concerned)
    people = crud.by_id(session, Person, ids(event.head_id, *(task.person_id for task in tasks)))
    commitment, agreement = _promise(view, event)
    found_counts = reminder_counts(session, event.id)
    counts = {state: found_counts[state] for state in REMINDER_STATES if state in found_counts}
    found, has_more = _reminders(view, event) if with_reminders and counts else ([], False)
    sums = event_sums(session, event.id) if rights.reads_money(session, event) else None
    return EventPageData(
        bookings=lines_of(view, {"event_id": event.id})[0],
        facts=_facts(view, event, sums, organisations, people),
        estimate_state=_estimate_state(view, sums),
        commitment=commitment,
        agreement=agreement,
        seats=seats,
        organisations={key: view.body(row, event.first_day) for key, row in organisations.items()},
        programme=read_board(view, event),
        tasks=_task_lines(view, event, tasks, organisations, people),
        mailings=_mailings(view, found, {task.id: task for task in tasks}),
        has_more_reminders=has_more,
        reminder_counts=counts,
        notices=EventPresenter(session, view.act).warnings(event),
    )


def _promise(view: View, event: Event) -> tuple[Commitment | None, Agreement | None]:
    if event.commitment_id is None:
        return None, None
    return find_commitment(view.session, event.commitment_id) or (None, None)


def _facts(
    view: View,
    event: Event,
    sums: EventSums | None,
    organisations: Mapping[str, Organisation],
    people: Mapping[str, Person],
) -> list[tuple[str, Value]]:
    """What is known, label by label; what is not known is left out."""

    def organisation(identity: str | None) -> Value:
        return view.body(organisations.get(identity or ""), event.first_day)

    anniversary = view.session.get(Anniversary, event.anniversary_id) if event.anniversary_id else None
    head = people.get(event.head_id or "")
    found: dict[str, Any] = {
        "host": view.place(event.host, event.first_day),
        "guest": view.place(event.guest, event.first_day) if event.guest else "",
        "direction": view.say(DIRECTIONS[view.direction(event)]),
        "location": view.text(event.location),
        "headcount": "" if event.headcount is None else str(event.headcount),
        "headcount_actual": "" if event.headcount_actual is None else str(event.headcount_actual),
        "purpose": view.text(event.purpose),
        "level": view.say(LEVELS[event.level]) if event.level else "",
        "head_id": view.person(head) if head else "",
        "subject": view.text(event.subject),
        "institution_id": organisation(event.institution_id),
        "composition": view.plain(counted(event.composition or {})),
        "troupe": view.text(event.troupe),
        "occasion": view.text(event.occasion),
        "anniversary_id": view.text(anniversary.title) if anniversary else "",
        "ordinal": "" if event.ordinal is None else str(event.ordinal),
        "activity_type": view.say(ACTIVITY_TYPES[event.activity_type]) if event.activity_type else "",
        "organisation_id": organisation(event.organisation_id),
        "funded_by": view.place(event.funded_by, event.first_day) if event.funded_by else "",
        **_money(view, event, sums),
        "visibility": view.say(VISIBILITIES[event.visibility]),
    }
    return [(view.say(FIELDS[name]), value) for name, value in found.items() if value]


def _money(view: View, event: Event, sums: EventSums | None) -> dict[str, str]:
    """The budget, or what is planned, approved and paid once there is an estimate, for who may read it."""
    if sums is None:
        is_shown = bool(estimate_budgets.shows_budget(view.session, [event]))
        return {"budget": money(event.budget, view.language) if is_shown else ""}
    told = {"planned": sums.planned, "approved": sums.approved, "paid": sums.paid}
    return {name: view.sums(found) if found else "" for name, found in told.items()}


def _estimate_state(view: View, sums: EventSums | None) -> str:
    """What state the event's estimate is in; empty without one, or for who does not read money."""
    if sums is None:
        return ""
    return view.plain(state_name(sums.state, is_returned=sums.is_returned, needs_approval=sums.needs_approval))


def _task_lines(
    view: View,
    event: Event,
    tasks: Sequence[Task],
    organisations: Mapping[str, Organisation],
    people: Mapping[str, Person],
) -> list[EventTaskLine]:
    lines = [
        EventTaskLine(
            task,
            how_counted(view, task),
            responsible(view, task, event.first_day, organisations, people),
            is_overdue(task.due_day, task.done, event.status, view.act.today),
            may_finish(view, event, task),
        )
        for task in tasks
    ]
    return sorted(lines, key=lambda line: (line.task.done, line.task.due_day or date.max, line.task.id))


def _reminders(view: View, event: Event) -> tuple[list[tuple[Reminder, ReminderRule | None]], bool]:
    found = reminders_of_event(view.session, event.id, REMINDERS_SHOWN + 1)
    return found[:REMINDERS_SHOWN], len(found) > REMINDERS_SHOWN


def _mailings(
    view: View, found: Sequence[tuple[Reminder, ReminderRule | None]], tasks: Mapping[str, Task]
) -> list[tuple[str, list[ReminderSummary]]]:
    """By state, those that need somebody first; addresses that share all else stand together."""
    by_state: dict[ReminderState, dict[tuple[Any, ...], list[tuple[Reminder, ReminderRule | None]]]] = {}
    for reminder, rule in found:
        alike = (reminder.due_at, reminder.rule_key, reminder.task_key, reminder.reason)
        by_state.setdefault(reminder.state, {}).setdefault(alike, []).append((reminder, rule))
    return [
        (
            view.say(told),
            [
                ReminderSummary(
                    alike[0][0],
                    alike[0][1],
                    [reminder for reminder, _rule in alike],
                    tasks.get(alike[0][0].task_id or ""),
                )
                for alike in groups.values()
            ],
        )
        for state, told in REMINDER_STATES.items()
        if (groups := by_state.get(state))
    ]
