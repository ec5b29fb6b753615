"""The effects of changes, in order: one function for each kind of change.

Feeds are not mentioned here: every audit row notes which events it concerns
(:mod:`service.actions.change_log`), so a change that is audited cannot be missed.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, or_
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from calendars.bookings.times import EventTimes
from calendars.days.spans import Days
from calendars.events.host_days import whole_stay
from models.accounts import User
from models.event_parts import Task
from models.events import Event
from models.places import Organisation, Person
from models.queries.approved_rules import approved_by
from models.queries.audience import is_coming
from models.queries.organisation_lines import OrganisationLines
from models.vocabulary import APPROVER_PURPOSES, EventStatus, ReminderPurpose
from service.actions import change_log, crud, permissions
from service.actions.bookings import following
from service.actions.context import ActionContext
from service.actions.effects import (
    confirmation,
    open_proposals,
    programme_days,
    shared_parties,
    task_due_days,
    template_tasks,
)
from service.actions.ledger import estimate_budgets, estimates, learners
from service.actions.reminders import change_notices, occasion_planning, planning_jobs, reminder_planning
from service.actions.reminders.change_notices import EventVersionBefore


@dataclass(frozen=True, slots=True)
class EventBefore:
    """The values of an event before a change that its effects depend on."""

    times: EventTimes
    days: Days
    status: EventStatus
    version: EventVersionBefore

    @classmethod
    def of(cls, event: Event) -> "EventBefore":
        """To be called before anything is changed."""
        days = Days(event.first_day, event.last_day)
        return cls(EventTimes.of(event), days, event.status, EventVersionBefore.of(event))


def event_created(session: Session, act: ActionContext, event: Event) -> None:
    """Create the tasks of templates for an event that is planned from the start; then plan reminders."""
    template_tasks.make_tasks(session, act, event, EventStatus.DRAFT)
    reminder_planning.plan_event(session, act, event)
    _ceremony_changed(session, act, event)


def event_changed(
    session: Session,
    act: ActionContext,
    event: Event,
    before: EventBefore,
    changed: Collection[str],
    reason: str | None = None,
) -> None:
    """Move the programme, bookings and due days; create tasks if the event enters the plan; compute its estimate anew;
    tell approvers that it is no longer what was confirmed; plan reminders last.

    ``changed`` are the fields that really changed, ``reason`` is what their author typed: it goes into the notices.

    Raises:
        BookingClash: a booking does not fit after the change.
        Invalid: a task cannot be counted from the new days.
    """
    change_notices.keep_version(session, act, event, before.version, reason)
    programme_days.move_with_event(session, act, event, before.days)
    following.update_bookings_for_event(session, act, event, before.times, before.status)
    task_due_days.update_due_days(session, event, changed)
    stay_before = whole_stay(
        before.times.first_day, before.times.last_day, before.times.arrives_on, before.times.departs_on
    )
    template_tasks.make_tasks(session, act, event, before.status, stay_before)
    if shared_parties.PARTIES.intersection(changed):
        if shared_parties.end_if_left(session, act, event):
            change_log.note(session, act.now, [event.id])
        open_proposals.end_if_apart(session, act, event)
    if moved := FIGURES.intersection(changed):
        visit_changed(session, act, event, moved)
    if event.changed_since_confirmed or "changed_since_confirmed" in changed:
        confirmation.tell_approvers(session, act, event)
    if "asked_at" in changed:
        confirmation.take_back(session, act, event, ReminderPurpose.ASKED)
    reminder_planning.plan_event(session, act, event)
    if CEREMONY.intersection(changed):
        _ceremony_changed(session, act, event)
    if PERMITS.intersection(changed):
        learners.permits_changed(session, act, event)


FIGURES = frozenset({"arrives_on", "departs_on", "headcount", "host", "guest", "organisation_id"})
"""The fields of an event that its estimate is computed from."""


def visit_changed(session: Session, act: ActionContext, event: Event, changed: Collection[str] = ()) -> None:
    """The estimate follows the visit: its days, its guests, how many they are.

    Raises:
        Invalid: the plan would become impossible; ``errors`` name one of the fields that changed.
    """
    if estimates.follow_visit(session, act, event, sorted(changed)):
        estimate_changed(session, act, event)


def estimate_changed(session: Session, act: ActionContext, event: Event) -> None:
    """The budget of an event with an estimate is what that plans, which was part of what was confirmed.

    It has no row of its own in the trail, which tells of the estimate instead: not all who read the event's history
    read its money. Calendars show no budget: their entry gets a new time of change only if it now shows another status.
    """
    before = event.budget
    budget = estimate_budgets.planned_budget(session, event)
    if budget == before:
        return
    was_changed = event.changed_since_confirmed
    values = confirmation.after_change(session, act, event, {"budget": budget})
    crud.assign(event, {"budget": budget} | values)
    if event.changed_since_confirmed != was_changed:
        event.updated_at = act.now
        change_log.note(session, act.now, [event.id])
    session.flush()
    if event.changed_since_confirmed or was_changed:
        confirmation.tell_approvers(session, act, event)


CEREMONY = frozenset({"anniversary_id", "year", "status"})
"""The fields of a ceremony that decide whether its anniversary still needs a reminder of its own."""


PERMITS = frozenset({"organisation_id", "status"})
"""The fields of a training batch that decide who is reminded of its learners' permits, and whether anybody is."""


def _ceremony_changed(session: Session, act: ActionContext, event: Event) -> None:
    """An anniversary with a ceremony is reminded of by its ceremony; without one by the rules for anniversaries."""
    if event.anniversary_id is not None:
        occasion_planning.plan(session, act)


def event_cancelled(session: Session, act: ActionContext, event: Event) -> None:
    """After :func:`event_changed`: pending reminders are skipped, and whoever was reminded is notified once."""
    reminder_planning.announce_cancellation(session, act, event)


def event_parts_changed(
    session: Session, act: ActionContext, event: Event, heads_before: frozenset[str] | None = None
) -> None:
    """Members or tasks were added, changed or removed: replan reminders, whose recipients and instants may differ.

    Whoever changes members gives the ``heads_before`` (:func:`service.actions.effects.confirmation.heads_of`): the head
    is part of what was confirmed, and the estimate counts the guests.
    """
    if heads_before is not None:
        confirmation.head_changed(session, act, event, heads_before)
        if event.confirmed_at is not None:
            confirmation.tell_approvers(session, act, event)
        visit_changed(session, act, event)
    template_tasks.make_for_passports(session, act, event)
    reminder_planning.plan_event(session, act, event)


def event_shared(session: Session, act: ActionContext, event: Event) -> None:
    """Another office may now read an event, or may no more: its feeds gain or lose it, and the reminders are planned
    for whoever they may reach now."""
    change_log.note(session, act.now, [event.id])
    reminder_planning.plan_event(session, act, event)


def event_confirmed_anew(session: Session, act: ActionContext, event: Event) -> None:
    """Somebody accepted what changed since an event was confirmed: nobody has to be told or asked any more."""
    for purpose in APPROVER_PURPOSES:
        confirmation.take_back(session, act, event, purpose)


def account_created(session: Session, act: ActionContext, user: User) -> None:
    """A new account gets the reminders to come that are for it."""
    reminder_planning.plan_readers(session, act, [user.email])


def account_changed(
    session: Session, act: ActionContext, user: User, email_before: str, changed: Collection[str]
) -> None:
    """Replan what an account's address, role, organisation, state or messenger decides.

    That is the reminders to its old and its new address; those to whoever is told in its place while it is not to be
    told (:func:`_stand_ins`); and the rules whose addresses it approved.
    """
    if not ADDRESSING.intersection(changed):
        return
    readers = [email_before, user.email]
    if RIGHTS.intersection(changed):
        readers += _stand_ins(session, act, user)
    reminder_planning.plan_readers(session, act, readers)
    if RIGHTS.intersection(changed):
        reminder_planning.plan_rules(session, act, approved_by(session.connection(), accounts=[user.id]))


def _stand_ins(session: Session, act: ActionContext, user: User) -> list[str]:
    """Who is told in place of an account that is not to be told, and was or is told only for that: the creators and the
    organisations of the events it is in charge of or made, and the owners of those it may have tasks in."""
    coming = is_coming(reminder_planning.coming_since(session, act))
    own = [col(Event.in_charge_id) == user.id, col(Event.created_by) == user.id]
    if user.organisation_id is not None:
        own.append(col(Event.id).in_(select(Task.event_id).where(Task.organisation_id == user.organisation_id)))
    of_person = select(Task.event_id).join(Person, col(Person.id) == Task.person_id)
    own.append(col(Event.id).in_(of_person.where(func.lower(Person.email) == user.email)))
    concerned = select(Event).where(coming, or_(*own)).subquery()
    owners = or_(
        col(User.id).in_(sa_select(concerned.c.in_charge_id)),
        col(User.id).in_(sa_select(concerned.c.created_by)),
        col(User.organisation_id).in_(sa_select(concerned.c.organisation_id)),
    )
    return list(session.exec(select(User.email).where(owners, col(User.active)).order_by(User.email)))


ADDRESSING = frozenset({"email", "role", "organisation_id", "office", "active", "messenger"})
"""The fields of an account that decide which reminders it gets."""

RIGHTS = frozenset({"role", "organisation_id", "office", "active"})
"""Those of them that decide what it may read, and whether what it approved holds."""


def person_changed(
    session: Session, act: ActionContext, person: Person, email_before: str | None, changed: Collection[str]
) -> None:
    """Replan reminders: of the old and new address, and of future events, which other accounts may now read. Approvers
    of the confirmed events they head are told of another name."""
    if "name" in changed:
        for event in confirmation.head_renamed(session, act, person):
            change_log.note(session, act.now, [event.id])
            confirmation.tell_approvers(session, act, event)
    if "email" in changed:
        reminder_planning.plan_readers(session, act, [email_before, person.email])
    if "organisation_id" in changed:
        has_task = col(Event.id).in_(select(Task.event_id).where(Task.person_id == person.id))
        since = reminder_planning.coming_since(session, act)
        coming = select(Event).where(or_(permissions.takes_part(person.id), has_task), is_coming(since))
        events = session.exec(coming.order_by(col(Event.id))).all()
        reminder_planning.plan_events(session, act, f"person:{person.id}", events)


def organisation_changed(
    session: Session,
    act: ActionContext,
    organisation: Organisation,
    successor_before: str | None,
    changed: Collection[str],
) -> None:
    """Accounts of an organisation that becomes or stops being a protocol office may now read other events, and the
    addresses they approved hold, or do so no more. Whoever succeeds an organisation, or did, reads other events too.
    """
    if "successor_id" in changed:
        # Filters mean the line: feeds may show events that they did not show before.
        change_log.note(session, act.now, None)
        successors = {one for one in (successor_before, organisation.successor_id) if one is not None}
        _plan_readers_of(session, act, OrganisationLines.load(session).lines(successors))
    if "protocol_office" in changed:
        _plan_readers_of(session, act, {organisation.id})
        approved = approved_by(session.connection(), organisations=[organisation.id])
        reminder_planning.plan_rules(session, act, approved)


def _plan_readers_of(session: Session, act: ActionContext, organisations: Collection[str]) -> None:
    """Replan the reminders to the accounts of some organisations."""
    accounts = select(User.email).where(col(User.organisation_id).in_(sorted(organisations)))
    reminder_planning.plan_readers(session, act, session.exec(accounts).all())


def days_off_changed(session: Session, act: ActionContext) -> None:
    """A day off or a worked day of the office changed: due days of tasks first, the reminders counted from them last.

    Raises:
        Conflict: a task could no longer be counted.
    """
    coming = planning_jobs.count_coming(session, reminder_planning.coming_since(session, act))
    if max(coming, task_due_days.count_counting(session)) > planning_jobs.AT_ONCE:
        task_due_days.check_for_days_off(session)
        reminder_planning.ask_for_working_days(session, act)
    else:
        task_due_days.update_for_days_off(session)
        reminder_planning.plan_working_days(session, act)
    occasion_planning.plan(session, act)
