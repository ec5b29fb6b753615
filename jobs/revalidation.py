"""Revalidate a claimed reminder right before it is sent, and collect the content of its mail."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select
from sqlmodel import Session, SQLModel, col

from calendars.days.spans import Days
from calendars.ical.vevent import EventFacts
from calendars.mails.digests import FailedMail
from calendars.mails.event_mail import MailTopic, OfficeMail
from calendars.mails.invitations import Method
from calendars.reminders import due_times
from calendars.reminders.due_times import EventDays, OfficeDays, RuleFacts
from jobs.failure_notices import FailureReaders, failure_readers
from jobs.ports import OfficeMails
from jobs.queue import TABLE, ClaimedReminder
from models.event_parts import ProgrammeRevision, Task, last_revisions
from models.events import Event
from models.i18n import Message, message
from models.office import Office
from models.places import Locality, Organisation
from models.queries.approved_rules import approved_rules
from models.queries.audience import MEMBERS, MESSENGER, OWNER, AudienceIndex, EntitledReaders, EventSelection, Reader
from models.queries.office_rows import OfficeHolidays, OfficeZones, RuleOffices
from models.reminders import Reminder, ReminderRule
from models.vocabulary import (
    APPROVER_PURPOSES,
    OFFICE_PURPOSES,
    EventStatus,
    Language,
    ReminderChannel,
    ReminderPurpose,
    ReminderState,
)

RowVersions = tuple[int | None, int | None]
"""The versions of a reminder's event and of its rule: while they are unchanged, an earlier check remains valid."""

_EVENT, _RULE = Event.__table__, ReminderRule.__table__  # type: ignore[attr-defined]
_VERSIONS = (
    select(TABLE.c.id, _EVENT.c.version, _RULE.c.version)
    .select_from(TABLE)
    .outerjoin(_EVENT, _EVENT.c.id == TABLE.c.event_id)
    .outerjoin(_RULE, _RULE.c.id == TABLE.c.rule_id)
    .where(TABLE.c.state == ReminderState.SENDING, TABLE.c.lease_owner == bindparam("me"))
)
_VERSIONS_OF_ONE = _VERSIONS.where(TABLE.c.id == bindparam("row_id"))
_VERSIONS_OF_SOME = _VERSIONS.where(TABLE.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class DeliverableReminder:
    """A reminder that is still valid: its language, its content, and the versions it was checked with.

    ``entry`` is what the recipient's own calendar should do with the event; None: no calendar entry is sent.
    ``messenger`` is the encrypted address of the messenger it goes to instead of a mailbox. ``failure`` is the failed
    mail that a notice is about.
    """

    language: Language
    about: MailTopic | OfficeMail
    versions: RowVersions
    entry: Method | None = None
    messenger: bytes | None = None
    failure: FailedMail | None = None


@dataclass(frozen=True, slots=True)
class _SharedFacts:
    """The facts shared by all recipients of one reminder of an event; ``people`` None: all its participants."""

    about: MailTopic
    versions: RowVersions
    people: Mapping[str, Language] | None
    participants: Mapping[str, Reader]
    _deliverables: dict[tuple[Language, Method | None], DeliverableReminder] = field(default_factory=dict)

    def deliverable(self, language: Language, entry: Method | None) -> DeliverableReminder:
        """One object for all recipients of the same content."""
        if (language, entry) not in self._deliverables:
            self._deliverables[language, entry] = DeliverableReminder(language, self.about, self.versions, entry)
        return self._deliverables[language, entry]


@dataclass(slots=True)
class ReminderFacts:
    """All data needed to revalidate some reminders, read with a few queries however many they are."""

    office: Office
    events: Mapping[str, Event]
    rules: Mapping[str, ReminderRule]
    tasks: Mapping[str, list[Task]]
    localities: Mapping[str, Locality]
    organisations: Mapping[str, Organisation]
    directory: AudienceIndex
    vouched: frozenset[str]
    entitled: EntitledReaders
    failure_readers: Mapping[str, tuple[Row[Any], FailureReaders]]
    days_off: OfficeDays | None
    programmes: Mapping[str, ProgrammeRevision]
    entries: Mapping[tuple[str, str], int]
    called_off: Set[tuple[str, str]]
    """Event and recipient, of those who were told that it was cancelled and don't have it in their calendars."""
    failed: Mapping[str, Reminder]
    offices: RuleOffices
    zones: OfficeZones | None
    # Cache of what is the same for every recipient of a batch.
    _shown: dict[str, EventFacts] = field(default_factory=dict)
    _days: dict[str, EventDays] = field(default_factory=dict)
    _shared: dict[tuple[object, ...], "_SharedFacts | Message"] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, claimed: Sequence[ClaimedReminder], office: Office) -> "ReminderFacts":
        """Read the data of these reminders."""
        event_ids = {one.event_id for one in claimed if one.event_id}
        reminded = {one.event_id for one in claimed if one.event_id and one.purpose in _OF_RULE}
        events = _by_id(session, Event, event_ids)
        rules = _by_id(session, ReminderRule, {one.rule_id for one in claimed if one.rule_id})
        tasks: dict[str, list[Task]] = defaultdict(list)
        if any(one.task_id for one in claimed):
            for task in session.execute(select(Task).where(col(Task.event_id).in_(event_ids))).scalars():
                tasks[task.event_id].append(task)
        counts_working_days = any(rule.working_days for rule in rules.values())
        words = {word for rule in rules.values() for word in rule.audience} | ({OWNER, MEMBERS} if reminded else set())
        words |= {f"email:{_address(one)}" for one in claimed if _by_messenger(one)}
        failed = {one.failed_id for one in claimed if one.failed_id}
        notified_events = {
            one.event_id
            for one in claimed
            if one.event_id and one.purpose in {ReminderPurpose.CANCELLATION, ReminderPurpose.UPDATE}
        }
        notices = [one for one in claimed if one.purpose in {ReminderPurpose.CANCELLATION, ReminderPurpose.UPDATE}]
        entries = _entries(session, notified_events)
        return cls(
            office,
            events,
            rules,
            tasks,
            {place.code: place for place in session.execute(select(Locality)).scalars()},
            _by_id(session, Organisation, {one.organisation_id for one in events.values() if one.organisation_id}),
            AudienceIndex.load(session, words, EventSelection(tuple(event_ids))),
            approved_rules(session, {rule.id: rule.audience for rule in rules.values()}),
            EntitledReaders.load(
                session,
                {one.recipient for one in notices},
                {event_id for one in notices if (event_id := one.event_id)},
            ),
            failure_readers(
                session.connection(),
                {one.event_id for one in claimed if one.event_id and one.purpose is ReminderPurpose.FAILURE},
            ),
            OfficeDays(OfficeHolidays.load(session)) if counts_working_days else None,
            # After the events: a revision published in between gives its event a version that the recorded versions do
            # not have.
            last_revisions(session, reminded),
            entries,
            _called_off(session, notified_events) - entries.keys(),
            _by_id(session, Reminder, failed) if failed else {},
            RuleOffices.load(session) if rules else RuleOffices(),
            OfficeZones.load(session, office.timezone) if tasks else None,
        )

    def check(
        self, session: Session, one: ClaimedReminder, now: datetime, reports: OfficeMails | None = None
    ) -> DeliverableReminder | Message:
        """The reminder as it is to be sent, or the reason to skip it.

        Raises ValueError for an invalid rule, or for one of the office's own mails without a ``reports`` writer.
        """
        if one.purpose in OFFICE_PURPOSES:
            return self._of_office(session, one, now, reports)
        event = self.events[one.event_id or ""]
        if one.purpose in APPROVER_PURPOSES:
            return self._to_approver(session, one, event, reports)
        if one.purpose is ReminderPurpose.FAILURE:
            return self._of_failure(one, event)
        if one.purpose in _OF_RULE:
            return self._of_rule(one, event, now)
        return self._of_cancellation(one, event, now)

    def _of_rule(self, one: ClaimedReminder, event: Event, now: datetime) -> DeliverableReminder | Message:
        """A rule's reminder, or a notice that an event changed for those who have it in their calendars."""
        if self._was_late(one, now):
            return message(due_times.TOO_LATE)
        key = (one.purpose, event.id, one.rule_id, one.task_key, one.due_at, one.reckoning)
        if key not in self._shared:
            self._shared[key] = self._load_shared(one, event, now)
        shared = self._shared[key]
        if isinstance(shared, Message):
            return shared
        participant = shared.participants.get(one.recipient)
        if shared.people is None and (event.id, one.recipient) in self.called_off:
            # Nothing of it is in their calendar; they know only that it was cancelled.
            reader = self.entitled.reader(one.recipient, event)
            if reader is None:
                return message(due_times.NOT_ADDRESSED)
            participant, language = None, reader.language
        elif shared.people is None:
            if participant is None:
                return message(due_times.NOT_ADDRESSED)
            if self.entries.get((event.id, one.recipient), event.sequence) >= event.sequence:
                return message(due_times.UP_TO_DATE)
            language = participant.language
        elif one.recipient in shared.people:
            language = shared.people[one.recipient]
        else:
            return message(due_times.NOT_ADDRESSED)
        if _by_messenger(one):
            directory = self.directory if shared.people is not None else self.entitled.directory
            return replace(shared.deliverable(language, None), messenger=directory.messenger_of(_address(one)))
        # A mail about a task does not carry the visit's days: they are in the calendar already, or come with the next
        # mail.
        invites = participant is not None and shared.about.task is None
        return shared.deliverable(language, Method.REQUEST if invites else None)

    def _was_late(self, one: ClaimedReminder, now: datetime) -> bool:
        """Whether a reminder came too late when it was planned, by a clock that the present one does not contradict.

        It was skipped then; but while the clock is behind, what is late looks as if it had been planned by a clock
        ahead, and is brought back (:mod:`jobs.clock_repairs`).
        """
        if one.purpose is not ReminderPurpose.REMINDER or one.created_at is None or one.created_at > now:
            return False
        rule = self.rules.get(one.rule_id or "")
        return due_times.too_late(one.due_at, one.created_at) and not (rule is not None and rule.catch_up)

    def _load_shared(self, one: ClaimedReminder, event: Event, now: datetime) -> "_SharedFacts | Message":
        is_update = one.purpose is ReminderPurpose.UPDATE
        rule = self.rules.get(one.rule_id or "")
        if reason := self._why_silent(event) if is_update else self._why_not(one, event, rule):
            return reason
        if now >= due_times.useful_until(self._days_of(event), one.due_at):
            return message(due_times.OVER)
        task = next((task for task in self.tasks.get(event.id, ()) if task.id == one.task_id), None)
        about = MailTopic(
            one.purpose,
            self._shown_of(event),
            rule.name if rule else None,
            task.title if task else None,
            task.due_day if task else None,
        )
        people = None
        if rule is not None:
            vouched = rule.id in self.vouched
            people = self.directory.addresses(rule.audience, event, vouched=vouched, task_id=one.task_id)
        versions = (event.version, rule.version if rule else None)
        return _SharedFacts(about, versions, people, self.directory.participants(event))

    def _of_cancellation(self, one: ClaimedReminder, event: Event, now: datetime) -> DeliverableReminder | Message:
        if event.status is not EventStatus.CANCELLED:
            return message(due_times.TAKES_PLACE)
        if now >= due_times.useful_until(self._days_of(event), one.due_at):
            return message(due_times.OVER)
        reader = self.entitled.reader(one.recipient, event)
        if reader is None:
            return message(due_times.NOT_ADDRESSED)
        entry = Method.CANCEL if (event.id, one.recipient) in self.entries else None
        messenger = self.entitled.directory.messenger_of(reader.address) if _by_messenger(one) else None
        about = MailTopic(one.purpose, self._shown_of(event))
        return DeliverableReminder(reader.language, about, (event.version, None), entry, messenger)

    def _of_failure(self, one: ClaimedReminder, event: Event) -> DeliverableReminder | Message:
        failed = self.failed.get(one.failed_id or "")
        if failed is None or failed.state is not ReminderState.FAILED:
            return message(due_times.ARRIVED)
        in_charge, readers = self.failure_readers[event.id]
        language = readers.language(in_charge, one.recipient)
        if language is None:
            return message(due_times.NOT_ADDRESSED)
        failure = FailedMail(
            failed.id,
            failed.recipient,
            failed.purpose,
            failed.reason or "",
            failed.updated_at,
            event.title,
            Days(event.first_day, event.last_day),
        )
        about = MailTopic(one.purpose, self._shown_of(event))
        return DeliverableReminder(language, about, (event.version, None), failure=failure)

    def _of_office(
        self, session: Session, one: ClaimedReminder, now: datetime, reports: OfficeMails | None
    ) -> DeliverableReminder | Message:
        if reports is None:
            raise ValueError(f"nobody writes mails of the kind {one.purpose.value} here")
        written = reports.write(session, one.purpose, one.recipient, one.due_at, now)
        if isinstance(written, Message):
            return written
        return DeliverableReminder(written.language, written, (None, None))

    def _to_approver(
        self, session: Session, one: ClaimedReminder, event: Event, reports: OfficeMails | None
    ) -> DeliverableReminder | Message:
        if reports is None:
            raise ValueError(f"nobody writes mails of the kind {one.purpose.value} here")
        written = reports.write_to_approver(session, one.purpose, one.recipient, event.id)
        if isinstance(written, Message):
            return written
        return DeliverableReminder(written.language, written, (event.version, None))

    def _why_silent(self, event: Event) -> Message | None:
        return message(due_times.SILENT[event.status]) if event.status in due_times.SILENT else None

    def _why_not(self, one: ClaimedReminder, event: Event, rule: ReminderRule | None) -> Message | None:
        facts = RuleFacts.of(rule) if rule else None
        if rule is not None and not self.offices.covers(rule.id, event):
            return message(due_times.NOT_ADDRESSED)
        days_off = self.days_off.of(event.organisation_id) if self.days_off else None
        is_former = one.reckoning is not None
        return due_times.skip_reason(
            facts, self._days_of(event), one.task_key or None, one.due_at, days_off, is_former=is_former
        )

    def _days_of(self, event: Event) -> EventDays:
        if event.id not in self._days:
            self._days[event.id] = EventDays.of(event, self.tasks.get(event.id, []), self.zones)
        return self._days[event.id]

    def _shown_of(self, event: Event) -> EventFacts:
        if event.id not in self._shown:
            self._shown[event.id] = EventFacts.of(
                event,
                localities=self.localities,
                organisation=self.organisations.get(event.organisation_id or ""),
                revision=self.programmes.get(event.id),
                url=self.office.event_url(event.id),
            )
        return self._shown[event.id]


_OF_RULE = frozenset({ReminderPurpose.REMINDER, ReminderPurpose.UPDATE})


def _by_messenger(one: ClaimedReminder) -> bool:
    return one.channel is ReminderChannel.MESSENGER


def _address(one: ClaimedReminder) -> str:
    """The mail address of a recipient, also of one reached by messenger."""
    return one.recipient.removeprefix(MESSENGER)


def revalidate(
    session: Session, one: ClaimedReminder, now: datetime, office: Office, reports: OfficeMails | None = None
) -> DeliverableReminder | Message:
    """Check a single reminder from scratch: the reminder as it is to be sent, or the reason to skip it."""
    facts = ReminderFacts.load(session, [one], office)
    if one.event_id is not None and one.event_id not in facts.events:
        return message(due_times.MOVED)
    return facts.check(session, one, now, reports)


def row_versions(connection: Connection, ids: Sequence[str], owner: str) -> dict[str, RowVersions]:
    """The current versions of event and rule by reminder, of those that this owner still holds."""
    if len(ids) == 1:
        rows = connection.execute(_VERSIONS_OF_ONE, {"row_id": ids[0], "me": owner})
    else:
        rows = connection.execute(_VERSIONS_OF_SOME, {"ids": ids, "me": owner})
    return {one: (event, rule) for one, event, rule in rows}


def _entries(session: Session, event_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """(event, recipient) → the SEQUENCE of the latest calendar entry sent to them."""
    if not event_ids:
        return {}
    newest = (
        select(TABLE.c.event_id, TABLE.c.recipient, func.max(TABLE.c.entry_sequence))
        .where(TABLE.c.event_id.in_(event_ids), TABLE.c.entry_sequence.is_not(None))
        .group_by(TABLE.c.event_id, TABLE.c.recipient)
    )
    return {(event_id, recipient): sequence for event_id, recipient, sequence in session.execute(newest)}


def _called_off(session: Session, event_ids: Collection[str]) -> set[tuple[str, str]]:
    """Event and recipient of the cancellations that were sent."""
    if not event_ids:
        return set()
    sent = select(TABLE.c.event_id, TABLE.c.recipient).where(
        TABLE.c.event_id.in_(event_ids),
        TABLE.c.purpose == ReminderPurpose.CANCELLATION,
        TABLE.c.state == ReminderState.SENT,
    )
    return {(event_id, recipient) for event_id, recipient in session.execute(sent)}


def _by_id(session: Session, model: type[Any], ids: Collection[str]) -> dict[str, Any]:
    rows: Sequence[SQLModel] = session.execute(select(model).where(col(model.id).in_(ids))).scalars().all()
    return {row.id: row for row in rows}  # type: ignore[attr-defined]
