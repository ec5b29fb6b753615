"""Whether a claimed reminder still holds, asked again right before it is sent, and what its mail is about."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlmodel import Session, SQLModel, col

from calendars import reminding
from calendars.ical import EventFacts
from calendars.letters import Subject
from calendars.published import Published
from calendars.reminding import EventDays, RuleFacts
from calendars.workdays import WorkingDays
from jobs.queue import TABLE, Claimed
from models.audience import Directory, Events
from models.events import Event
from models.holidays import office_holidays
from models.i18n import Message, message
from models.office import Office
from models.parts import Task, last_revisions
from models.places import Locality, Organisation, places_on
from models.reminders import ReminderRule
from models.vocabulary import EventStatus, Language, ReminderPurpose, ReminderState

Stamp = tuple[int, int | None]
"""The versions of a reminder's event and of its rule: while they stay, what was found out about it stays true."""


_EVENT, _RULE = Event.__table__, ReminderRule.__table__  # type: ignore[attr-defined]
_VERSIONS = (
    select(_EVENT.c.version, _RULE.c.version)
    .select_from(TABLE)
    .join(_EVENT, _EVENT.c.id == TABLE.c.event_id)
    .outerjoin(_RULE, _RULE.c.id == TABLE.c.rule_id)
    .where(
        TABLE.c.id == bindparam("row_id"),
        TABLE.c.state == ReminderState.SENDING,
        TABLE.c.lease_owner == bindparam("me"),
    )
)


@dataclass(frozen=True, slots=True)
class Holding:
    """A reminder that holds: in which language it goes out, what about, and as of which state of event and rule."""

    language: Language
    about: Subject
    stamp: Stamp


@dataclass(slots=True)
class Facts:
    """All that the recheck of some reminders needs, read with a handful of queries however many they are."""

    events: Mapping[str, Event]
    rules: Mapping[str, ReminderRule]
    tasks: Mapping[str, list[Task]]
    localities: Mapping[str, Locality]
    organisations: Mapping[str, Organisation]
    directory: Directory
    days_off: WorkingDays | None
    programmes: Mapping[str, Published]

    @classmethod
    def load(cls, session: Session, claimed: Sequence[Claimed]) -> "Facts":
        """Read what these reminders are about."""
        event_ids = {one.event_id for one in claimed}
        reminded = {one.event_id for one in claimed if one.purpose is ReminderPurpose.REMINDER}
        events = _by_id(session, Event, event_ids)
        rules = _by_id(session, ReminderRule, {one.rule_id for one in claimed if one.rule_id})
        tasks: dict[str, list[Task]] = defaultdict(list)
        if any(one.task_id for one in claimed):
            for task in session.execute(select(Task).where(col(Task.event_id).in_(event_ids))).scalars():
                tasks[task.event_id].append(task)
        counts_working_days = any(rule.working_days for rule in rules.values())
        return cls(
            events,
            rules,
            tasks,
            {place.code: place for place in session.execute(select(Locality)).scalars()},
            _by_id(session, Organisation, {one.organisation_id for one in events.values() if one.organisation_id}),
            Directory.load(
                session, {word for rule in rules.values() for word in rule.audience}, Events(tuple(event_ids))
            ),
            reminding.office_days(office_holidays(session)) if counts_working_days else None,
            # After the events: what is published in between gives its event a version that the stamp does not have.
            {
                event_id: Published.read(last.number, last.items)
                for event_id, last in last_revisions(session, reminded).items()
            },
        )

    def check(self, one: Claimed, now: datetime, office: Office) -> Holding | Message:
        """The reminder as it is to be sent, or why it is not to be. Raises ValueError for a rule that can't be read."""
        event = self.events[one.event_id]
        tasks = self.tasks.get(event.id, [])
        days = EventDays.of(event, tasks)
        rule = self.rules.get(one.rule_id or "")
        language = one.locale
        if one.purpose is ReminderPurpose.CANCELLATION:
            if event.status is not EventStatus.CANCELLED:
                return message(reminding.TAKES_PLACE)
        else:
            facts = RuleFacts.of(rule) if rule else None
            if reason := reminding.no_longer(facts, days, one.task_key or None, one.due_at, self.days_off):
                return reason
            people = self.directory.addresses(rule.audience if rule else (), event)
            if one.recipient not in people:
                return message(reminding.NOT_ADDRESSED)
            language = people[one.recipient]
        if now >= reminding.useful_until(days, one.due_at):
            return message(reminding.OVER)
        task = next((task for task in tasks if task.id == one.task_id), None)
        about = Subject(
            one.purpose,
            self._shown(event, office),
            rule.name if rule else None,
            task.title if task else None,
            task.due_day if task else None,
        )
        return Holding(language, about, (event.version, rule.version if rule else None))

    def _shown(self, event: Event, office: Office) -> EventFacts:
        return EventFacts.of(
            event,
            hosts=places_on(self.localities, event.host, event.first_day),
            guests=places_on(self.localities, event.guest, event.first_day),
            organisation=self.organisations.get(event.organisation_id or ""),
            url=office.event_url(event.id),
            programme=self.programmes.get(event.id),
        )


def still_holds(session: Session, one: Claimed, now: datetime, office: Office) -> Holding | Message:
    """One reminder looked at from scratch: as it is to be sent, or why it is not to be."""
    facts = Facts.load(session, [one])
    return facts.check(one, now, office) if one.event_id in facts.events else message(reminding.MOVED)


def stamp(connection: Connection, one: Claimed, owner: str) -> Stamp | None:
    """The present versions of event and rule; None when the reminder is no longer this owner's to send, or gone."""
    row = connection.execute(_VERSIONS, {"row_id": one.id, "me": owner}).first()
    return None if row is None else (row[0], row[1])


def _by_id(session: Session, model: type[Any], ids: set[str]) -> dict[str, Any]:
    rows: Sequence[SQLModel] = session.execute(select(model).where(col(model.id).in_(ids))).scalars().all()
    return {row.id: row for row in rows}  # type: ignore[attr-defined]
