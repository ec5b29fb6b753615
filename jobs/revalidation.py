"""Revalidate a claimed reminder right before it is sent, and collect the content of its mail."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select
from sqlmodel import Session, SQLModel, col

from calendars.days.office_clock import times_of
from calendars.days.spans import Days, days_after, wall_time
from calendars.events.lifecycle import REMINDED
from calendars.ical.vevent import EventFacts
from calendars.mails.digests import FailedMail
from calendars.mails.event_mail import MailTopic, OfficeMail
from calendars.reminders import due_times
from calendars.reminders.change_notices import (
    NOTICES,
    TAKING_BACK,
    TELLING,
    TOLD_OF,
    CalendarEntry,
    Known,
    Method,
    ReaderNow,
    Values,
    notice,
    reason_of,
    values_of,
)
from calendars.reminders.due_times import EventDays, OfficeDays, RuleFacts
from jobs.booking_checks import BookingChecks
from jobs.document_checks import DocumentChecks
from jobs.enqueue import new_row
from jobs.failure_notices import FailureReaders, failure_readers
from jobs.note_checks import NoteChecks
from jobs.occasion_checks import OccasionChecks
from jobs.ports import OfficeMails, PaperToSend
from jobs.proposal_checks import ProposalChecks
from jobs.queue import TABLE, ClaimedReminder
from models.accounts import User
from models.both_sides.proposals import Proposal
from models.clock import today
from models.event_parts import ProgrammeRevision, Task, last_revisions
from models.events import Event
from models.i18n import Message, message
from models.office import Office
from models.places import Locality, Organisation
from models.queries.approved_rules import approved_rules
from models.queries.audience import (
    MEMBERS,
    MESSENGER,
    OWNER,
    UNANSWERED,
    AudienceIndex,
    EntitledReaders,
    EventSelection,
    Reader,
)
from models.queries.invited import invited_members
from models.queries.notice_wishes import NoticeWishes, topic_of
from models.queries.office_profiles import DEFAULT_OFFICE, OfficeFacts, OfficeProfiles
from models.queries.office_rows import OfficeHolidays, OfficeZones, RuleOffices
from models.queries.organisation_lines import OrganisationLines
from models.queries.stand_ins import StandIns
from models.queries.told import Told
from models.reminders import Reminder, ReminderRule
from models.text import LocalizedText
from models.vocabulary import (
    APPROVER_PURPOSES,
    BOOKING_PURPOSES,
    OFFICE_PURPOSES,
    AboutType,
    EventStatus,
    Language,
    NoticeTopic,
    ReminderChannel,
    ReminderPurpose,
    ReminderState,
)

RowVersions = tuple[int | None, int | None]
"""The versions of a reminder's event, or of the proposal it is about, and of its rule: while they are unchanged, an
earlier check remains valid."""

_EVENT, _RULE, _PROPOSAL = Event.__table__, ReminderRule.__table__, Proposal.__table__  # type: ignore[attr-defined]
_VERSIONS = (
    select(TABLE.c.id, func.coalesce(_EVENT.c.version, _PROPOSAL.c.version), _RULE.c.version)
    .select_from(TABLE)
    .outerjoin(_EVENT, _EVENT.c.id == TABLE.c.event_id)
    .outerjoin(_PROPOSAL, _PROPOSAL.c.id == TABLE.c.about_id)
    .outerjoin(_RULE, _RULE.c.id == TABLE.c.rule_id)
    .where(TABLE.c.state == ReminderState.SENDING, TABLE.c.lease_owner == bindparam("me"))
)
_VERSIONS_OF_ONE = _VERSIONS.where(TABLE.c.id == bindparam("row_id"))
_VERSIONS_OF_SOME = _VERSIONS.where(TABLE.c.id.in_(bindparam("ids", expanding=True)))


_OF_PEOPLE = (ReminderPurpose.MENTION, *BOOKING_PURPOSES)
"""Mails that are about something as occasions are, but of what people did: no rule makes them."""


@dataclass(frozen=True, slots=True)
class DeliverableReminder:
    """A reminder that is still valid: its language, its content, and the versions it was checked with.

    ``entry`` is what the recipient's own calendar should do with the event; None: no calendar entry is sent.
    ``messenger`` is the encrypted address of the messenger it goes to instead of a mailbox. ``failure`` is the failed
    mail that a notice is about. ``reply_to`` is the address that answers go to, None if nobody would read them. ``to``
    is the address of who stands in for the recipient, None: it goes to the recipient. ``paper`` is the kept paper that
    goes with it. ``writer`` is the office in whose name it is written.
    """

    language: Language
    about: MailTopic | OfficeMail
    versions: RowVersions
    entry: CalendarEntry | None = None
    messenger: bytes | None = None
    failure: FailedMail | None = None
    reply_to: str | None = None
    to: str | None = None
    paper: PaperToSend | None = None
    writer: OfficeFacts = DEFAULT_OFFICE

    @property
    def told_sequence(self) -> int | None:
        """The SEQUENCE of the event whose values it tells; None if it tells none."""
        if isinstance(self.about, MailTopic) and self.about.purpose in TELLING:
            return self.about.told_sequence
        return None


@dataclass(frozen=True, slots=True)
class _SharedFacts:
    """The facts shared by all recipients of one reminder of an event, or of one notice with the same content."""

    about: MailTopic
    versions: RowVersions
    people: Mapping[str, Language]
    participants: Mapping[str, Reader]
    reply_to: str | None
    writer: OfficeFacts
    _deliverables: dict[tuple[Language, CalendarEntry | None], DeliverableReminder] = field(default_factory=dict)

    def deliverable(self, language: Language, entry: CalendarEntry | None) -> DeliverableReminder:
        """One object for all recipients of the same content."""
        if (language, entry) not in self._deliverables:
            reply_to = entry.organizer if entry is not None and entry.asks else self.reply_to
            told = (language, self.about, self.versions, entry)
            made = DeliverableReminder(*told, reply_to=reply_to, writer=self.writer)
            self._deliverables[language, entry] = made
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
    lines: OrganisationLines
    directory: AudienceIndex
    vouched: frozenset[str]
    entitled: EntitledReaders
    failure_readers: Mapping[str, tuple[Row[Any], FailureReaders]]
    days_off: OfficeDays | None
    programmes: Mapping[str, ProgrammeRevision]
    told: Told
    failed: Mapping[str, Reminder]
    offices: RuleOffices
    zones: OfficeZones | None
    stand_ins: StandIns
    profiles: OfficeProfiles
    occasions: OccasionChecks | None = None
    documents: DocumentChecks | None = None
    proposals: ProposalChecks | None = None
    notes: NoteChecks | None = None
    bookings: BookingChecks | None = None
    wishes: NoticeWishes = field(default_factory=NoticeWishes)
    asked: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Event and address of who is asked for an answer → the address that it goes to."""
    when_back: list[dict[str, Any]] = field(default_factory=list)
    """The rows to add to the queue: what accounts on leave are told of changes when they are back."""
    # Cache of what is the same for every recipient of a batch.
    _shown: dict[str, EventFacts] = field(default_factory=dict)
    _days: dict[str, EventDays] = field(default_factory=dict)
    _shared: dict[tuple[object, ...], "_SharedFacts | Message"] = field(default_factory=dict)

    @classmethod
    def load(
        cls, session: Session, claimed: Sequence[ClaimedReminder], office: Office, now: datetime
    ) -> "ReminderFacts":
        """Read the data of these reminders."""
        event_ids = {one.event_id for one in claimed if one.event_id}
        telling = [one for one in claimed if one.event_id and one.purpose in TELLING]
        reminded = {one.event_id for one in telling if one.event_id}
        events = _by_id(session, Event, event_ids)
        rules = _by_id(session, ReminderRule, {one.rule_id for one in claimed if one.rule_id})
        tasks: dict[str, list[Task]] = defaultdict(list)
        if any(one.task_id for one in claimed):
            for task in session.execute(select(Task).where(col(Task.event_id).in_(event_ids))).scalars():
                tasks[task.event_id].append(task)
        counts_working_days = any(rule.working_days for rule in rules.values())
        words = {word for rule in rules.values() for word in rule.audience} | ({OWNER, MEMBERS} if reminded else set())
        words |= {OWNER} if any(one.purpose is ReminderPurpose.DOCUMENT for one in claimed) else set()
        words |= {UNANSWERED} if any(one.purpose is ReminderPurpose.UNANSWERED for one in claimed) else set()
        words |= {f"email:{_address(one)}" for one in claimed if _by_messenger(one)}
        of_leave = {_address(one) for one in claimed if one.purpose in TELLING}
        stand_ins = StandIns.load(session, of_leave, today(office.timezone, now))
        words |= {f"email:{address}" for address in stand_ins.addresses}
        failed = {one.failed_id for one in claimed if one.failed_id}
        notices = [one for one in claimed if one.purpose in NOTICES]
        return cls(
            office,
            events,
            rules,
            tasks,
            {place.code: place for place in session.execute(select(Locality)).scalars()},
            _by_id(session, Organisation, {one.organisation_id for one in events.values() if one.organisation_id}),
            OrganisationLines.load(session),
            AudienceIndex.load(session, words, EventSelection(tuple(event_ids)), of_tasks=bool(tasks)),
            approved_rules(session, {rule.id: rule.audience for rule in rules.values()}),
            EntitledReaders.load(
                session,
                {one.recipient for one in notices} | (stand_ins.addresses if notices else set()),
                {event_id for one in notices if (event_id := one.event_id)},
                words=(OWNER, MEMBERS),
            ),
            failure_readers(
                session.connection(),
                {one.event_id for one in claimed if one.event_id and one.purpose is ReminderPurpose.FAILURE},
            ),
            OfficeDays(OfficeHolidays.load(session)) if counts_working_days else None,
            # After the events: a revision published in between gives its event a version that the recorded versions do
            # not have.
            last_revisions(session, reminded),
            Told.load(session, reminded, {one.recipient for one in telling} | stand_ins.addresses),
            _by_id(session, Reminder, failed) if failed else {},
            RuleOffices.load(session) if rules else RuleOffices(),
            OfficeZones.load(session, office.timezone) if tasks else None,
            stand_ins,
            OfficeProfiles.load(session),
            OccasionChecks.load(
                session,
                [one for one in claimed if one.purpose not in _OF_PEOPLE],
                rules,
                office,
                stand_ins,
            ),
            DocumentChecks.load(session, claimed, office),
            ProposalChecks.load(session, claimed, office, stand_ins),
            NoteChecks.load(session, claimed, office),
            BookingChecks.load(session, claimed, office),
            NoticeWishes.load(session, {_address(one) for one in claimed if _topic(one) is not None}),
            _asked(session, office, reminded),
        )

    def check(
        self, session: Session, one: ClaimedReminder, now: datetime, reports: OfficeMails | None = None
    ) -> DeliverableReminder | Message:
        """The reminder as it is to be sent, or the reason to skip it.

        Raises ValueError for an invalid rule, or for one of the office's own mails without a ``reports`` writer.
        """
        if not self.wishes.is_wanted(_address(one), _topic(one), by_messenger=_by_messenger(one)):
            return message(due_times.NOT_WANTED)
        if one.about_type is AboutType.PROPOSAL:
            return self._of_proposal(one, now)
        if one.purpose is ReminderPurpose.MENTION:
            return self._of_note(one)
        if one.purpose in BOOKING_PURPOSES:
            return self._of_booking(one, now)
        if one.about_type is not None:
            return self._of_occasion(one, now)
        if one.purpose in OFFICE_PURPOSES:
            return self._of_office(session, one, now, reports)
        event = self.events[one.event_id or ""]
        if one.purpose in APPROVER_PURPOSES:
            return self._to_approver(session, one, event, reports)
        if one.purpose is ReminderPurpose.FAILURE:
            return self._of_failure(one, event)
        if one.purpose is ReminderPurpose.DOCUMENT:
            return self._of_document(one, event)
        if one.purpose in NOTICES:
            return self._of_notice(one, event, now)
        return self._of_rule(one, event, now)

    def _of_occasion(self, one: ClaimedReminder, now: datetime) -> DeliverableReminder | Message:
        """A rule's reminder about something else than an event."""
        if self.occasions is None:
            raise ValueError("reminders of occasions are checked with the others of their batch")
        found = self.occasions.check(one, now)
        if isinstance(found, Message):
            return found
        rule = self.rules.get(one.rule_id or "")
        versions = (None, rule.version if rule else None)
        writer = self.profiles.of(self.profiles.offices.named(rule.office if rule else None))
        reply_to = writer.contact(self.office.contact)
        mail = found.mail
        return DeliverableReminder(
            mail.language, mail, versions, messenger=found.messenger, reply_to=reply_to, to=found.to, writer=writer
        )

    def _of_proposal(self, one: ClaimedReminder, now: datetime) -> DeliverableReminder | Message:
        """A mail about proposed days; answers are given on the visit's page, so a reply goes to the office."""
        if self.proposals is None:
            raise ValueError("mails about proposals are checked with the others of their batch")
        found = self.proposals.check(one, now)
        if isinstance(found, Message):
            return found
        writer, mail = self.profiles.of(found.office), found.mail
        reply_to, versions = writer.contact(self.office.contact), (found.version, None)
        return DeliverableReminder(
            mail.language, mail, versions, messenger=found.messenger, reply_to=reply_to, to=found.to, writer=writer
        )

    def _of_note(self, one: ClaimedReminder) -> DeliverableReminder | Message:
        """A mail to an account that a note mentions."""
        if self.notes is None:
            raise ValueError("mentions are checked with the others of their batch")
        found = self.notes.check(one)
        if isinstance(found, Message):
            return found
        writer = self.profiles.of(found.office)
        reply_to = writer.contact(self.office.contact)
        return DeliverableReminder(found.mail.language, found.mail, (None, None), reply_to=reply_to, writer=writer)

    def _of_booking(self, one: ClaimedReminder, now: datetime) -> DeliverableReminder | Message:
        """A mail about a booking, in the name of the office that lends what was booked."""
        if self.bookings is None:
            raise ValueError("mails about bookings are checked with the others of their batch")
        found = self.bookings.check(one, now)
        if isinstance(found, Message):
            return found
        writer = self.profiles.of(self.profiles.offices.named(found.office))
        reply_to = writer.contact(self.office.contact)
        return DeliverableReminder(found.mail.language, found.mail, (None, None), reply_to=reply_to, writer=writer)

    def _of_document(self, one: ClaimedReminder, event: Event) -> DeliverableReminder | Message:
        """A kept paper; answers go to who is in charge of its event."""
        if self.documents is None:
            raise ValueError("papers are checked with the others of their batch")
        found = self.documents.check(one, event)
        if isinstance(found, Message):
            return found
        reply_to = self._reply_to(event, self.directory)
        told = (found.mail.language, found.mail, (event.version, None))
        return DeliverableReminder(*told, reply_to=reply_to, paper=found.paper, writer=self._writer(event))

    def _of_rule(self, one: ClaimedReminder, event: Event, now: datetime) -> DeliverableReminder | Message:
        """A rule's reminder, or a mail that asks who has not answered."""
        if self._was_late(one, now):
            return message(due_times.TOO_LATE)
        is_asked = one.purpose is ReminderPurpose.UNANSWERED
        key = (one.purpose, event.id, one.rule_id, one.task_key, one.due_at, one.reckoning)
        if key not in self._shared:
            self._shared[key] = self._load_shared(one, event, now)
        shared = self._shared[key]
        if isinstance(shared, Message):
            return shared
        if one.recipient not in shared.people:
            return message(due_times.ANSWERED if is_asked else due_times.NOT_ADDRESSED)
        language = shared.people[one.recipient]
        if (instead := self._instead(one, event, shared)) is not None:
            return instead
        if _by_messenger(one):
            return replace(shared.deliverable(language, None), messenger=self.directory.messenger_of(_address(one)))
        # A mail about a task does not carry the visit's days: they are in the calendar already, or come with the next
        # mail.
        invites = one.recipient in shared.participants and shared.about.task is None
        return shared.deliverable(language, self._entry(one, event, self.directory) if invites else None)

    def _instead(
        self, one: ClaimedReminder, event: Event, shared: "_SharedFacts"
    ) -> DeliverableReminder | Message | None:
        """The reminder as it goes to who stands in for a recipient on leave; None if it goes to the recipient. Who is
        reminded anyway, and a messenger beside the mail, need no second one."""
        task = next((task for task in self.tasks.get(event.id, ()) if task.id == one.task_id), None)
        reader = self.stand_ins.reader(self.directory, _address(one), event, task)
        if reader is None:
            return None
        if _by_messenger(one) or reader.address in shared.people:
            return message(due_times.STOOD_IN_FOR)
        absence = self.stand_ins.away[_address(one)]
        about = replace(shared.about, instead_of=absence.name, away_until=absence.until)
        told = (reader.language, about, shared.versions)
        return DeliverableReminder(*told, reply_to=shared.reply_to, to=reader.address, writer=shared.writer)

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
        rule = self.rules.get(one.rule_id or "")
        is_asked = one.purpose is ReminderPurpose.UNANSWERED
        if reason := self._why_not_asked(event) if is_asked else self._why_not(one, event, rule):
            return reason
        if now >= due_times.useful_until(self._days_of(event), one.due_at):
            return message(due_times.OVER)
        task = next((task for task in self.tasks.get(event.id, ()) if task.id == one.task_id), None)
        about = MailTopic(
            one.purpose,
            self._shown_of(event),
            told_sequence=event.sequence,
            rule=rule.name if rule else None,
            task=task.title if task else None,
            task_due_on=task.due_day if task else None,
            today=today(self._zone(event), now),
        )
        people: Mapping[str, Language] = {}
        if is_asked:
            people = self.directory.addresses([UNANSWERED], event)
        elif rule is not None:
            vouched = rule.id in self.vouched
            people = self.directory.addresses(rule.audience, event, vouched=vouched, task=task)
        versions = (event.version, rule.version if rule else None)
        participants = self.directory.participants(event)
        reply_to = self._reply_to(event, self.directory)
        return _SharedFacts(about, versions, people, participants, reply_to, self._writer(event))

    def _of_notice(self, one: ClaimedReminder, event: Event, now: datetime) -> DeliverableReminder | Message:
        """A notice of what changed since the recipient was told; it is decided anew what that is."""
        if one.purpose is ReminderPurpose.CANCELLATION and event.status is not EventStatus.CANCELLED:
            return message(due_times.TAKES_PLACE)
        if event.status not in TOLD_OF:
            return message(due_times.SILENT[event.status])
        if now >= due_times.useful_until(self._days_of(event), one.due_at):
            return message(due_times.OVER)
        reader, known = self.entitled.reader(one.recipient, event), self._known(one, event)
        if known is None:
            if one.purpose is not ReminderPurpose.CANCELLATION:
                return message(due_times.NOTHING_TOLD)
            if reader is None:
                return message(due_times.NOT_ADDRESSED)
        elif reason := self._why_no_notice(one, event, known, reader):
            return reason
        language = reader.language if reader else one.locale
        shared = self._shared_notice(one, event, known)
        if (instead := self._notice_instead(one, event, shared, known, now)) is not None:
            return instead
        if _by_messenger(one):
            messenger = self.entitled.directory.messenger_of(_address(one))
            return replace(shared.deliverable(language, None), messenger=messenger)
        concerned = known is not None and known.holds_entry
        if one.purpose not in TAKING_BACK:
            concerned = one.recipient in shared.participants
        return shared.deliverable(language, self._entry(one, event, self.entitled.directory) if concerned else None)

    def _notice_instead(
        self, one: ClaimedReminder, event: Event, shared: "_SharedFacts", known: Known | None, now: datetime
    ) -> DeliverableReminder | Message | None:
        """The notice as it goes to who stands in; None if it goes to the recipient. Who got mails about the event
        themselves has a notice of their own.

        It tells the recipient nothing: they hear what changed since they were told when they are back. Whether they
        take part concerns nobody else.
        """
        if one.purpose is ReminderPurpose.REMOVED or shared.about.is_back:
            return None
        reader = self.stand_ins.reader(self.entitled.directory, _address(one), event)
        if reader is None:
            return None
        if _by_messenger(one):
            return message(due_times.STOOD_IN_FOR)
        absence = self.stand_ins.away[one.recipient]
        if known is not None:
            back_at = wall_time(days_after(absence.until, 1), time.min, self.office.timezone)
            row = new_row(one.purpose, one.rule_key, one.recipient, one.locale, back_at, now, event_id=event.id)
            self.when_back.append(row)
        if (event.id, reader.address) in self.told.mails:
            return message(due_times.STOOD_IN_FOR)
        about = replace(shared.about, instead_of=absence.name, away_until=absence.until)
        told = (reader.language, about, shared.versions)
        return DeliverableReminder(*told, reply_to=shared.reply_to, to=reader.address, writer=shared.writer)

    def _why_no_notice(self, one: ClaimedReminder, event: Event, known: Known, reader: Reader | None) -> Message | None:
        directory = self.entitled.directory
        now = ReaderNow(
            reader is not None,
            one.recipient in directory.participants(event),
            directory.is_shut(_address(one), event),
        )
        then = self.told.content(event.id, known.sequence)
        if notice(known, then, values_of(event), event.sequence, now) is one.purpose:
            return None
        if reader is None or now.is_shut:
            return message(due_times.NOT_ADDRESSED)
        return message(due_times.UP_TO_DATE if known.sequence >= event.sequence else due_times.AS_TOLD)

    def _shared_notice(self, one: ClaimedReminder, event: Event, known: Known | None) -> "_SharedFacts":
        """What all readers who know the same are told by the same notice."""
        key = (one.purpose, event.id, known and (known.sequence, known.is_removed))
        found = self._shared.get(key)
        if not isinstance(found, _SharedFacts):
            directory = self.entitled.directory
            found = _SharedFacts(
                self._topic_of_notice(one.purpose, event, known),
                (event.version, None),
                {},
                directory.participants(event),
                self._reply_to(event, directory),
                self._writer(event),
            )
            self._shared[key] = found
        return found

    def _topic_of_notice(self, purpose: ReminderPurpose, event: Event, known: Known | None) -> MailTopic:
        then = self.told.content(event.id, known.sequence) if known else None
        facts = self._shown_of(event)
        if purpose is ReminderPurpose.REMOVED:
            told = values_of(event) if known and known.sequence >= event.sequence else then
            return MailTopic(purpose, _as_told(facts, told), told_sequence=event.sequence)
        is_back = known is not None and known.is_removed
        versions = self.told.versions.get(event.id, {})
        reasons = {sequence: (row.content["status"], row.reason) for sequence, row in versions.items()}
        days_before = _days_of(then) if then and purpose is ReminderPurpose.MOVED else None
        return MailTopic(
            purpose,
            facts,
            told_sequence=event.sequence,
            reason=None if is_back else reason_of(reasons, known.sequence if known else None, event.sequence),
            days_before=days_before if days_before != Days(event.first_day, event.last_day) else None,
            told_status=EventStatus(then["status"]) if then else None,
            is_back=is_back,
        )

    def _known(self, one: ClaimedReminder, event: Event) -> Known | None:
        """What the recipient knows from other mails about the event."""
        mails = [mail for mail in self.told.mails.get((event.id, one.recipient), ()) if mail.id != one.id]
        return Known.of(mails, self.told.before(event.id, event.sequence))

    def _entry(self, one: ClaimedReminder, event: Event, directory: AudienceIndex) -> CalendarEntry:
        """The entry for the recipient's calendar.

        An answer goes to who is in charge; without anybody who reads it there is nothing to answer (PUBLISH). Who is in
        charge is not invited by themselves: calendar programs ignore that. Where an inbox is read, members answer to
        it. Gmail and Apple answer the organizer, whatever Reply-To says: so it is the organizer, too.
        """
        asked = self.asked.get((event.id, one.recipient))
        reply_to = self._reply_to(event, directory)
        method = Method.REQUEST if asked or reply_to else Method.PUBLISH
        if one.purpose in TAKING_BACK:
            method = Method.CANCEL
        alone = reply_to == one.recipient
        organizer = asked or (self._writer(event).contact(self.office.contact) if alone else reply_to)
        known = self._known(one, event)
        if known is None:
            entry = CalendarEntry(method, event.sequence, organizer)
        else:
            entry = known.next_entry(method, event.sequence, organizer)
        return replace(entry, asks=True) if asked and entry.method is Method.REQUEST else entry

    def _reply_to(self, event: Event, directory: AudienceIndex) -> str | None:
        """The address that answers about an event go to: of who is in charge of it, else its office's contact."""
        return directory.in_charge(event) or self._writer(event).contact(self.office.contact)

    def _writer(self, event: Event) -> OfficeFacts:
        """The office of an event, in whose name mails about it are written."""
        return self.profiles.of_event(event.organisation_id)

    def _zone(self, event: Event) -> str:
        """The zone by which mails about an event tell its days: its office's."""
        return self._writer(event).timezone or self.office.timezone

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
            times_of(event, self._zone(event)).days,
        )
        about = MailTopic(one.purpose, self._shown_of(event), told_sequence=event.sequence)
        writer = self._writer(event)
        told, reply_to = (language, about, (event.version, None)), writer.contact(self.office.contact)
        return DeliverableReminder(*told, failure=failure, reply_to=reply_to, writer=writer)

    def _of_office(
        self, session: Session, one: ClaimedReminder, now: datetime, reports: OfficeMails | None
    ) -> DeliverableReminder | Message:
        if reports is None:
            raise ValueError(f"nobody writes mails of the kind {one.purpose.value} here")
        written = reports.write(session, one.purpose, one.recipient, one.due_at, now)
        if isinstance(written, Message):
            return written
        writer = self.profiles.of(self._office_of(session, one.recipient))
        reply_to = writer.contact(self.office.contact)
        return DeliverableReminder(written.language, written, (None, None), reply_to=reply_to, writer=writer)

    def _office_of(self, session: Session, address: str) -> str:
        """The office of the account with an address; no query while there is only the default one."""
        if self.profiles.offices.alone:
            return self.profiles.offices.default
        found = session.execute(select(col(User.office)).where(col(User.email) == address.lower())).scalar()
        return self.profiles.offices.named(found)

    def _to_approver(
        self, session: Session, one: ClaimedReminder, event: Event, reports: OfficeMails | None
    ) -> DeliverableReminder | Message:
        if reports is None:
            raise ValueError(f"nobody writes mails of the kind {one.purpose.value} here")
        written = reports.write_to_approver(session, one.purpose, one.recipient, event.id)
        if isinstance(written, Message):
            return written
        writer = self._writer(event)
        told, reply_to = (written.language, written, (event.version, None)), writer.contact(self.office.contact)
        return DeliverableReminder(*told, reply_to=reply_to, writer=writer)

    def _why_not(self, one: ClaimedReminder, event: Event, rule: ReminderRule | None) -> Message | None:
        facts = RuleFacts.of(rule) if rule else None
        if rule is not None and not self.offices.covers(rule.id, event):
            return message(due_times.NOT_ADDRESSED)
        days_off = self.days_off.of(event.organisation_id) if self.days_off else None
        is_former = one.reckoning is not None
        return due_times.skip_reason(
            facts, self._days_of(event), one.task_key or None, one.due_at, days_off, is_former=is_former
        )

    def _why_not_asked(self, event: Event) -> Message | None:
        return None if event.status in REMINDED else message(due_times.SILENT[event.status])

    def _days_of(self, event: Event) -> EventDays:
        if event.id not in self._days:
            self._days[event.id] = EventDays.of(event, self.tasks.get(event.id, []), self.zones)
        return self._days[event.id]

    def _shown_of(self, event: Event) -> EventFacts:
        if event.id not in self._shown:
            self._shown[event.id] = EventFacts.of(
                event,
                localities=self.localities,
                organisation=self.lines.shown(self.organisations.get(event.organisation_id or ""), event.first_day),
                revision=self.programmes.get(event.id),
                url=self.office.event_url(event.id),
                office_zone=self._zone(event),
            )
        return self._shown[event.id]


def _as_told(facts: EventFacts, told: Values | None) -> EventFacts:
    """An event as a reader knows it who may not be told more: no name that they were not told, no page.

    ``told`` None: what they were told is not kept; then it has no title.
    """
    title: LocalizedText = told["title"] if told else {}
    days = _days_of(told) if told else Days(facts.first_day, facts.last_day)
    return replace(
        facts,
        title=title,
        first_day=days.first,
        last_day=days.last,
        start_time=None,
        end_time=None,
        status=EventStatus.PLANNED,
        description=None,
        location=None,
        host_name={},
        guest_name=None,
        organisation_name=None,
        headcount=None,
        programme=None,
        url=None,
        is_changed=False,
    )


def _days_of(values: Values) -> Days:
    return Days(date.fromisoformat(values["first_day"]), date.fromisoformat(values["last_day"]))


def _by_messenger(one: ClaimedReminder) -> bool:
    return one.channel is ReminderChannel.MESSENGER


def _address(one: ClaimedReminder) -> str:
    """The mail address of a recipient, also of one reached by messenger."""
    return one.recipient.removeprefix(MESSENGER)


def _topic(one: ClaimedReminder) -> NoticeTopic | None:
    """What it is about, as far as its reader can choose not to get it."""
    return topic_of(one.purpose, one.about_type)


def revalidate(
    session: Session, one: ClaimedReminder, now: datetime, office: Office, reports: OfficeMails | None = None
) -> DeliverableReminder | Message:
    """Check a single reminder from scratch: the reminder as it is to be sent, or the reason to skip it."""
    facts = ReminderFacts.load(session, [one], office, now)
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


def _asked(session: Session, office: Office, event_ids: Collection[str]) -> Mapping[tuple[str, str], str]:
    """Who is asked for an answer to these events: nobody while no inbox is read."""
    if office.answers is None:
        return {}
    found = invited_members(session, event_ids)
    return {key: office.answers.address(invited) for key, invited in found.items()}


def _by_id(session: Session, model: type[Any], ids: Collection[str]) -> dict[str, Any]:
    rows: Sequence[SQLModel] = session.execute(select(model).where(col(model.id).in_(ids))).scalars().all()
    return {row.id: row for row in rows}  # type: ignore[attr-defined]
