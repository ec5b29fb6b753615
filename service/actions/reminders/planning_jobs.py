"""What a change means for many events waits in a table and is planned in batches: who waits, and for which events.

A change of a rule, an account or a day off concerns up to all future events. Up to ``AT_ONCE`` events are planned in
the transaction of the change. More would keep it open for half a minute, and everybody who changes one of these events
would wait for it; so then the change only leaves a row (:class:`models.workers.PlanningJob`), and the leading worker
plans it in batches of ``BATCH`` events, each in a transaction of its own, in the order of their days. A batch plans
what rules, accounts and events say by then; so it may be repeated, and the order of several changes does not matter.
What was planned before and no longer holds is not sent meanwhile: each reminder is checked again before it is sent.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, false, func, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from calendars.events.lifecycle import REMINDED
from models.accounts import User
from models.event_parts import Member, Task
from models.events import Event
from models.places import Organisation, Person
from models.queries.audience import ASSIGNEE, MEMBERS, MESSENGER, ORGANISATION, OWNER, UNANSWERED, WORDS, is_coming
from models.queries.event_readers import ReadingRights, visible_to
from models.queries.offices import Offices
from models.queries.organisation_lines import OrganisationLines
from models.reminders import Reminder
from models.workers import PlanningJob
from service.actions.context import ActionContext

AT_ONCE = 500
"""How many events a change plans itself; they take a quarter of a second or so."""

BATCH = 200
"""How many events the worker plans in one transaction."""

_JOB: Table = PlanningJob.__table__  # type: ignore[attr-defined]
_EVENT: Table = Event.__table__  # type: ignore[attr-defined]
_TASK: Table = Task.__table__  # type: ignore[attr-defined]
_MEMBER: Table = Member.__table__  # type: ignore[attr-defined]
_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
_USER: Table = User.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]
_REMINDER: Table = Reminder.__table__  # type: ignore[attr-defined]

_ROLE, _EMAIL = "role:", "email:"
_USERS = select(
    *(_USER.c[name] for name in ("id", "email", "role", "organisation_id", "active", "office")),
    _ORGANISATION.c.protocol_office,
).outerjoin(_ORGANISATION, _ORGANISATION.c.id == _USER.c.organisation_id)


def count_coming(session: Session, since: date) -> int:
    """How many events have reminders that may be to come, from a day on."""
    coming = select(func.count()).select_from(_EVENT).where(is_coming(since), _EVENT.c.status.in_(REMINDED))
    return int(session.connection().execute(coming).scalar_one())


def ask(session: Session, act: ActionContext, key: str, remaining: int, **limits: Any) -> None:
    """Leave a change to the worker; one with the same key that waits already begins anew. ``limits``: see the table.

    ``since`` among them is the first day from which events are to come, today by default.
    """
    connection = session.connection()
    values = {
        "rules": None,
        "recipients": None,
        "event_ids": None,
        "counts_days": False,
        "since": act.common.today,
        "asked_at": act.now,
        "after_day": None,
        "after_id": "",
        "remaining": remaining,
    } | limits
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(_JOB).values(key=key, changed=0, **values)
    again = values | {"changed": _JOB.c.changed + 1}
    connection.execute(row.on_conflict_do_update(index_elements=["key"], set_=again))


def readers_key(recipients: Collection[str]) -> str:
    """The key of a change of these accounts or people."""
    return "readers:" + hashlib.sha256("\n".join(sorted(recipients)).encode()).hexdigest()[:40]


def events_of(session: Session, job: Any, rules: Mapping[str, tuple[Any, Collection[str]]]) -> ColumnElement[bool]:
    """The condition for the events a job concerns. ``rules``: the active ones, id → facts and audience."""
    if job.event_ids is not None:
        return _EVENT.c.id.in_(job.event_ids[:BATCH])
    coming = is_coming(job.since)
    if job.recipients is not None:
        return and_(coming, reached(session, rules, job.recipients))
    return or_(coming, _EVENT.c.id.in_(_counting_days())) if job.counts_days else coming


def reached(
    session: Session, rules: Mapping[str, tuple[Any, Collection[str]]], recipients: Collection[str]
) -> ColumnElement[bool]:
    """The condition for the events of which these recipients have reminders or might get some by these rules.

    An account that no word of an audience means is reached by no event. A word that is not known here means everybody.
    """
    connection = session.connection()
    words = {word for _facts, audience in rules.values() for word in audience}
    addresses = {one.removeprefix(MESSENGER) for one in recipients}
    if any(word not in WORDS and not word.startswith((_ROLE, _EMAIL)) for word in words):
        return true()
    named = {word.removeprefix(_EMAIL).strip().lower() for word in words if word.startswith(_EMAIL)} & addresses
    found = connection.execute(_USERS.where(_USER.c.email.in_(sorted(addresses)))).all()
    if named - {user.email for user in found}:
        return true()  # an address of no account may be told of any event
    has_some = select(_REMINDER.c.event_id).where(_REMINDER.c.recipient.in_(sorted(recipients)))
    conditions: list[ColumnElement[bool]] = [_EVENT.c.id.in_(has_some)]
    if {MEMBERS, UNANSWERED} & set(words):
        of_members = select(_MEMBER.c.event_id).join(_PERSON, _PERSON.c.id == _MEMBER.c.person_id)
        conditions.append(_EVENT.c.id.in_(of_members.where(func.lower(_PERSON.c.email).in_(sorted(addresses)))))
    if ASSIGNEE in words:
        of_doers = select(_TASK.c.event_id).join(_PERSON, _PERSON.c.id == _TASK.c.person_id)
        conditions.append(_EVENT.c.id.in_(of_doers.where(func.lower(_PERSON.c.email).in_(sorted(addresses)))))
    offices = Offices.load(session)
    lines = OrganisationLines.load(session)
    conditions += [_reached_account(words, user, user.email in named, offices, lines) for user in found if user.active]
    return or_(*conditions)


def _reached_account(
    words: Collection[str], user: Any, is_named: bool, offices: Offices, lines: OrganisationLines
) -> ColumnElement[bool]:
    """The events of which an account might be told."""
    conditions: list[ColumnElement[bool]] = [false()]
    if is_named or f"{_ROLE}{user.role}" in words:
        rights = ReadingRights.of(user, user.protocol_office, offices)
        conditions.append(visible_to(rights.carrying_on(lines)))
    if {OWNER, ASSIGNEE} & set(words):
        conditions += [_EVENT.c.in_charge_id == user.id, _EVENT.c.created_by == user.id]
    if user.organisation_id is not None and {OWNER, ORGANISATION, ASSIGNEE} & set(words):
        conditions.append(_EVENT.c.organisation_id == user.organisation_id)
    if user.organisation_id is not None and ASSIGNEE in words:
        own = select(_TASK.c.event_id).where(_TASK.c.organisation_id == user.organisation_id)
        conditions.append(_EVENT.c.id.in_(own))
    return or_(*conditions)


def next_events(connection: Connection, condition: ColumnElement[bool], job: Any) -> list[Any]:
    """The next batch of a job: ids and first days, in the order of the days."""
    chosen = select(_EVENT.c.id, _EVENT.c.first_day).where(condition)
    if job.event_ids is None and job.after_day is not None:
        same_day = and_(_EVENT.c.first_day == job.after_day, _EVENT.c.id > job.after_id)
        chosen = chosen.where(_EVENT.c.first_day >= job.after_day, or_(_EVENT.c.first_day > job.after_day, same_day))
    return list(connection.execute(chosen.order_by(_EVENT.c.first_day, _EVENT.c.id).limit(BATCH)).all())


def count_events(connection: Connection, condition: ColumnElement[bool]) -> int:
    """How many events a condition selects."""
    return int(connection.execute(select(func.count()).select_from(_EVENT).where(condition)).scalar_one())


def _counting_days() -> Select[tuple[str]]:
    counts = (_TASK.c.working_days, _TASK.c.due_offset.is_not(None), _TASK.c.done.is_(False))
    return select(_TASK.c.event_id).where(*counts)


def remaining(session: Session) -> int:
    """How many events are still to be planned, each counted for every change that concerns it."""
    left = func.coalesce(func.sum(_JOB.c.remaining), 0)
    return int(session.connection().execute(select(left)).scalar_one())


def remaining_of_rule(session: Session, rule_id: str) -> int:
    """How many events a rule is still to be planned for; 0 when everything is planned."""
    own = select(func.coalesce(func.sum(_JOB.c.remaining), 0)).where(
        or_(_JOB.c.key == rule_key(rule_id), _JOB.c.key == DAYS_OFF)
    )
    return int(session.connection().execute(own).scalar_one())


def rule_key(rule_id: str) -> str:
    """The key of a change of a rule."""
    return f"rule:{rule_id}"


DAYS_OFF = "days_off"
"""The key of a change of the office's days off."""
