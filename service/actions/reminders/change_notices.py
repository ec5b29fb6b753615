"""Plan notices: who was told of an event hears that it moved, is postponed or cancelled, or goes on without them.

A notice waits a while (``DESK_NOTICE_SECONDS``) after the last change. There is one for each reader: a further change
makes it another one, and what undoes the changes takes it back. What it has to say is compared again when it leaves
(:mod:`calendars.reminders.change_notices`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from calendars.events.lifecycle import CALLED_OFF, REMINDED
from calendars.reminders import change_notices, due_times
from calendars.reminders.change_notices import NOTICES, Known, ReaderNow, Values
from calendars.reminders.due_times import EventDays
from models.queries.audience import MEMBERS, MESSENGER, OWNER, EntitledReaders, Reader
from models.queries.told import Told, has_versions, keep_versions
from models.reminders import Reminder
from models.types import new_id
from models.vocabulary import EventStatus, Language, ReminderChannel, ReminderPurpose, ReminderState
from service.actions.context import ActionContext

_TABLE: Table = Reminder.__table__  # type: ignore[attr-defined]
_UNSENT = (ReminderState.PENDING, ReminderState.SENDING)
_COLUMNS = ("id", "event_id", "recipient", "purpose", "rule_key", "state", "locale", "created_at")
_WAITING = select(*(_TABLE.c[name] for name in _COLUMNS)).where(
    _TABLE.c.event_id.in_(bindparam("ids", expanding=True)),
    _TABLE.c.purpose.in_(sorted(NOTICES)),
    _TABLE.c.state.in_(_UNSENT),
)
_EXPECTING = (
    select(_TABLE.c.recipient, _TABLE.c.locale)
    .where(
        _TABLE.c.event_id == bindparam("event"),
        _TABLE.c.purpose == ReminderPurpose.REMINDER,
        or_(_TABLE.c.state != ReminderState.SKIPPED, _TABLE.c.reason == due_times.RESTORED),
    )
    .distinct()
)
_PENDING = (_TABLE.c.id == bindparam("row"), _TABLE.c.state == ReminderState.PENDING)
_SKIP = (
    update(_TABLE)
    .where(*_PENDING)
    .values(state=ReminderState.SKIPPED, reason=bindparam("why"), updated_at=bindparam("now"))
)
_REWRITTEN = ("purpose", "rule_key", "locale", "due_at", "next_at", "updated_at")
_REWRITE = (
    update(_TABLE)
    .where(*_PENDING)
    .values(
        {name: bindparam(f"new_{name}") for name in _REWRITTEN}
        | {"attempts": 0, "deferred_since": None, "waits_for_server": False, "reason": None}
    )
    .returning(_TABLE.c.id)
)
_ONCE = ("event_id", "rule_key", "task_key", "recipient", "due_at")


def _insert(dialect: Any) -> Any:
    row = dialect.insert(_TABLE)
    again = {name: row.excluded[name] for name in ("state", "reason", "next_at", "locale", "created_at", "updated_at")}
    # One that was taken back and is wanted again for the same instant.
    was_taken_back = (_TABLE.c.state == ReminderState.SKIPPED) & _TABLE.c.told_sequence.is_(None)
    return row.on_conflict_do_update(index_elements=_ONCE, set_=again, where=was_taken_back)


_INSERT = {"sqlite": _insert(sqlite), "postgresql": _insert(postgresql)}


@dataclass(frozen=True, slots=True)
class EventVersionBefore:
    """An event's values before a change."""

    sequence: int
    values: Values

    @classmethod
    def of(cls, event: Any) -> "EventVersionBefore":
        """To be called before anything is changed."""
        return cls(event.sequence, change_notices.values_of(event))


def keep_version(
    session: Session, act: ActionContext, event: Any, before: EventVersionBefore, reason: str | None
) -> None:
    """Store an event's values before and after a change that raised its SEQUENCE. Nobody was told of a draft, unless it
    was planned before: then its values are kept already."""
    if event.sequence == before.sequence:
        return
    session.flush()
    if before.values["status"] == EventStatus.DRAFT and not has_versions(session, event.id):
        return
    common = {"event_id": event.id, "changed_at": act.now}
    after = change_notices.values_of(event)
    keep_versions(
        session,
        [
            common | {"sequence": before.sequence, "content": before.values, "reason": None},
            common | {"sequence": event.sequence, "content": after, "reason": reason},
        ],
    )


def plan(
    session: Session, act: ActionContext, events: Sequence[Any], recipients: Collection[str] | None = None
) -> None:
    """Plan, change or take back the notices about some events (or rows of them), to these recipients or to all.

    The caller has locked the events. A bounded number of statements, besides one for each notice that changes.
    """
    by_id = {event.id: event for event in events}
    session.flush()
    told = Told.load(session, by_id, recipients)
    connection = session.connection()
    waiting: dict[tuple[str, str], list[Any]] = {}
    for row in connection.execute(_WAITING, {"ids": sorted(by_id)}) if by_id else ():
        if recipients is None or row.recipient in recipients:
            waiting.setdefault((row.event_id, row.recipient), []).append(row)
    mails_of: dict[str, dict[str, list[Any]]] = {}
    waiting_of: dict[str, dict[str, list[Any]]] = {}
    for found, by_event in ((told.mails, mails_of), (waiting, waiting_of)):
        for (event_id, recipient), rows in found.items():
            by_event.setdefault(event_id, {})[recipient] = rows
    concerned = sorted({*mails_of, *waiting_of})
    readers = {recipient for _event, recipient in (*told.mails, *waiting)}
    entitled = EntitledReaders.load(session, readers, concerned, words=(OWNER, MEMBERS))
    for event_id in concerned:
        mails, pending = mails_of.get(event_id, {}), waiting_of.get(event_id, {})
        planner = _NoticePlanner.of(act, by_id[event_id], told, mails, pending, {}, entitled)
        planner.apply(session, planner.wanted())


def plan_cancellation(session: Session, act: ActionContext, event: Any) -> None:
    """As :func:`plan`, for an event that was cancelled: also to those who would have been reminded of it.

    To be called while their reminders are still pending.
    """
    session.flush()
    told = Told.load(session, [event.id])
    connection = session.connection()
    pending: dict[str, list[Any]] = {}
    for row in connection.execute(_WAITING, {"ids": [event.id]}):
        pending.setdefault(row.recipient, []).append(row)
    expecting = {row.recipient: row.locale for row in connection.execute(_EXPECTING, {"event": event.id})}
    of_event = {recipient: mails for (_event, recipient), mails in told.mails.items()}
    readers = {*of_event, *pending, *expecting}
    entitled = EntitledReaders.load(session, readers, [event.id], words=(OWNER, MEMBERS))
    planner = _NoticePlanner.of(act, event, told, of_event, pending, expecting, entitled)
    planner.apply(session, planner.wanted())


@dataclass(slots=True)
class _NoticePlanner:
    """The notices about one event."""

    act: ActionContext
    event: Any
    told: Told
    mails: Mapping[str, list[Any]]
    """Recipient → the mails sent to them."""
    pending: Mapping[str, list[Any]]
    """Recipient → the notices that wait or are being sent."""
    expecting: Mapping[str, Language]
    """Recipients who were told nothing yet but would have been reminded, of a cancelled event."""
    entitled: EntitledReaders
    participants: Mapping[str, Reader] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        act: ActionContext,
        event: Any,
        told: Told,
        mails: Mapping[str, list[Any]],
        pending: Mapping[str, list[Any]],
        expecting: Mapping[str, Language],
        entitled: EntitledReaders,
    ) -> "_NoticePlanner":
        """``entitled`` must know all these recipients, and the words ``owner`` and ``members``."""
        made = cls(act, event, told, mails, pending, expecting, entitled)
        made.participants = entitled.directory.participants(event)
        before = told.before(event.id, event.sequence)
        for recipient, rows in mails.items():
            if (known := Known.of(rows, before)) is not None:
                made.known[recipient] = known
        return made

    def wanted(self) -> dict[str, tuple[ReminderPurpose, Language]]:
        """Recipient → what they are to be told, in which language."""
        values = change_notices.values_of(self.event)
        found: dict[str, tuple[ReminderPurpose, Language]] = {}
        for recipient, known in self.known.items():
            reader = self.entitled.reader(recipient, self.event)
            now = ReaderNow(
                reader is not None,
                recipient in self.participants,
                self.entitled.directory.is_shut(recipient.removeprefix(MESSENGER), self.event),
            )
            then = self.told.content(self.event.id, known.sequence)
            purpose = change_notices.notice(known, then, values, self.event.sequence, now)
            if purpose is not None:
                language = reader.language if reader else Language(self.mails[recipient][-1].locale)
                found[recipient] = (purpose, language)
        found |= self._unexpected(found)
        return {one: found[one] for one in found if not self._follows_mailbox(one, found)}

    def _unexpected(self, found: Collection[str]) -> dict[str, tuple[ReminderPurpose, Language]]:
        """The cancellation for those who were told nothing yet."""
        if self.event.status is not EventStatus.CANCELLED:
            return {}
        waiting = {
            recipient
            for recipient, rows in self.pending.items()
            if any(row.purpose is ReminderPurpose.CANCELLATION for row in rows)
        }
        more: dict[str, tuple[ReminderPurpose, Language]] = {}
        for recipient in sorted({*self.expecting, *waiting} - set(found) - set(self.known)):
            if (reader := self.entitled.reader(recipient, self.event)) is not None:
                more[recipient] = (ReminderPurpose.CANCELLATION, reader.language)
        return more

    def _follows_mailbox(self, recipient: str, found: Mapping[str, tuple[ReminderPurpose, Language]]) -> bool:
        """Whether a messenger stays silent because its account is told that it is no longer part of the event."""
        address = recipient.removeprefix(MESSENGER)
        if address == recipient:
            return False
        known = self.known.get(address)
        is_told = found.get(address, (None,))[0] is ReminderPurpose.REMOVED
        return is_told or (known is not None and known.is_removed)

    def apply(self, session: Session, wanted: Mapping[str, tuple[ReminderPurpose, Language]]) -> None:
        """Bring the waiting notices in line with those that are wanted."""
        is_over = EventDays.of(self.event).over_at <= self.act.now
        for recipient in sorted({*self.pending, *wanted}):
            rows = [row for row in self.pending.get(recipient, ()) if row.state is ReminderState.PENDING]
            told = wanted.get(recipient)
            if told is None or is_over:
                for row in rows:
                    self._skip(session, row, due_times.OVER if told else self._why_not(row))
                if told is not None and told[0] is ReminderPurpose.CANCELLATION and not rows:
                    self._add(session, recipient, *told, late=due_times.OVER)
                continue
            self._keep(session, recipient, *told, rows)

    def _keep(
        self, session: Session, recipient: str, purpose: ReminderPurpose, language: Language, rows: Sequence[Any]
    ) -> None:
        """Have one notice with this purpose wait for a recipient, and no other."""
        key = self._key(purpose)
        same = next((row for row in rows if row.rule_key == key), None)
        chosen = same or next(iter(rows), None)
        for row in rows:
            if row is not chosen:
                self._skip(session, row, due_times.UP_TO_DATE)
        if same is not None:
            return
        if chosen is not None:
            due_at = self._due_at(chosen.created_at)
            values = {"purpose": purpose, "rule_key": key, "locale": language, "due_at": due_at, "next_at": due_at}
            values |= {"updated_at": self.act.now}
            new = {f"new_{name}": value for name, value in values.items()}
            if session.connection().execute(_REWRITE, {"row": chosen.id} | new).first() is not None:
                return
        self._add(session, recipient, purpose, language)

    def _add(
        self, session: Session, recipient: str, purpose: ReminderPurpose, language: Language, late: str | None = None
    ) -> None:
        due_at = self.act.now if late else self._due_at(self.act.now)
        connection = session.connection()
        row = {
            "id": new_id(),
            "purpose": purpose,
            "channel": ReminderChannel.MESSENGER if recipient.startswith(MESSENGER) else ReminderChannel.EMAIL,
            "rule_key": self._key(purpose),
            "event_id": self.event.id,
            "task_key": "",
            "recipient": recipient,
            "locale": language,
            "due_at": due_at,
            "next_at": due_at,
            "state": ReminderState.SKIPPED if late else ReminderState.PENDING,
            "reason": late,
            "attempts": 0,
            "created_at": self.act.now,
            "updated_at": self.act.now,
        }
        connection.execute(_INSERT[connection.dialect.name], row)

    def _skip(self, session: Session, row: Any, why: str) -> None:
        session.connection().execute(_SKIP, {"row": row.id, "why": why, "now": self.act.now})

    def _key(self, purpose: ReminderPurpose) -> str:
        return f"{purpose}:{self.event.sequence}"

    def _due_at(self, first_change: datetime) -> datetime:
        return change_notices.leaves_at(self.act.now, first_change, self.act.office.notice_seconds)

    def _why_not(self, row: Any) -> str:
        """Why a waiting notice is no longer to be sent."""
        status = self.event.status
        if status in due_times.SILENT and status not in CALLED_OFF:
            return due_times.SILENT[status]
        if row.purpose is ReminderPurpose.CANCELLATION and status in REMINDED:
            return due_times.TAKES_PLACE
        if self.entitled.reader(row.recipient, self.event) is None:
            return due_times.NOT_ADDRESSED
        return due_times.AS_TOLD
