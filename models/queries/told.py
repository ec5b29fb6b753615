"""What readers were told of events: the mails sent to them, and the values that these told."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, bindparam, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from models.reminders import EventVersion, Reminder
from models.vocabulary import ReminderPurpose, ReminderState

_REMINDER: Table = Reminder.__table__  # type: ignore[attr-defined]
_VERSION: Table = EventVersion.__table__  # type: ignore[attr-defined]
_MAILS = (
    ReminderPurpose.REMINDER, ReminderPurpose.CANCELLATION, ReminderPurpose.UPDATE, ReminderPurpose.POSTPONED,
    ReminderPurpose.MOVED, ReminderPurpose.REMOVED, ReminderPurpose.UNANSWERED,
)  # fmt: skip
_COLUMNS = (
    "id", "event_id", "recipient", "sent_to", "purpose", "locale", "told_sequence", "entry_sequence", "entry_organizer",
    "state",
)  # fmt: skip
_MAY_HAVE_TOLD = or_(
    _REMINDER.c.told_sequence.is_not(None),
    # What is being sent may arrive although it does not count as sent yet.
    and_(_REMINDER.c.state == ReminderState.SENDING, _REMINDER.c.purpose.in_(_MAILS)),
)
_TOLD = select(*(_REMINDER.c[name] for name in _COLUMNS)).where(
    _REMINDER.c.event_id.in_(bindparam("event_ids", expanding=True)), _MAY_HAVE_TOLD
)
_TOLD_TO = _TOLD.where(
    or_(
        _REMINDER.c.recipient.in_(bindparam("recipients", expanding=True)),
        _REMINDER.c.sent_to.in_(bindparam("recipients", expanding=True)),
    )
)
_VERSIONS = select(_VERSION).where(_VERSION.c.event_id.in_(bindparam("event_ids", expanding=True)))
_HAS = select(_VERSION.c.sequence).where(_VERSION.c.event_id == bindparam("event")).limit(1)
_KEEP = {
    "sqlite": sqlite.insert(_VERSION).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_VERSION).on_conflict_do_nothing(),
}


def receiver(row: Any) -> str:
    """Who got a mail that was sent: its recipient, or who stood in for it. That is who knows what it told."""
    return str(row.sent_to or row.recipient)


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of some events, and the values they had."""

    mails: Mapping[tuple[str, str], list[Row[Any]]] = field(default_factory=dict)
    """Event and who got it (:func:`receiver`) → the rows of the mails sent to them or being sent."""
    versions: Mapping[str, Mapping[int, Row[Any]]] = field(default_factory=dict)
    """Event → SEQUENCE → its values then, as far as they are kept."""

    @classmethod
    def load(
        cls, work: Session | Connection, event_ids: Collection[str], recipients: Collection[str] | None = None
    ) -> "Told":
        """Read it for these events, to these recipients or to all; two queries, the second only if there is a mail."""
        if not event_ids or (recipients is not None and not recipients):
            return cls()
        connection = work if isinstance(work, Connection) else work.connection()
        mails: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
        values: dict[str, Any] = {"event_ids": sorted(event_ids)}
        statement = _TOLD
        if recipients is not None:
            statement = _TOLD_TO
            values["recipients"] = sorted(recipients)
        for row in connection.execute(statement, values):
            if recipients is None or receiver(row) in recipients:
                mails[row.event_id, receiver(row)].append(row)
        versions: dict[str, dict[int, Row[Any]]] = defaultdict(dict)
        if mails:
            told_of = sorted({event_id for event_id, _recipient in mails})
            for row in connection.execute(_VERSIONS, {"event_ids": told_of}):
                versions[row.event_id][row.sequence] = row
        return cls(mails, versions)

    def content(self, event_id: str, sequence: int) -> Mapping[str, Any] | None:
        """The values of an event at a SEQUENCE; None if they are not kept."""
        version = self.versions.get(event_id, {}).get(sequence)
        return None if version is None else version.content

    def before(self, event_id: str, sequence: int) -> int:
        """The last SEQUENCE before this one whose values are kept; the same if there is none."""
        return max((one for one in self.versions.get(event_id, {}) if one < sequence), default=sequence)


def has_versions(session: Session, event_id: str) -> bool:
    """Whether values of an event are kept: it was planned once, and changed since."""
    return session.connection().execute(_HAS, {"event": event_id}).first() is not None


def keep_versions(session: Session, rows: Collection[Mapping[str, Any]]) -> None:
    """Store values of events (the columns of ``event_version``); those that are kept already stay as they are."""
    connection = session.connection()
    for row in rows:
        connection.execute(_KEEP[connection.dialect.name], row)
