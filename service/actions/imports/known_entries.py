"""What is known of the entries of a calendar file: the events they became, and which version of them was taken in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement, case, or_
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from calendars.events.lifecycle import CALLED_OFF
from calendars.ical_import.entries import ImportedEvent
from calendars.ical_import.reader import CalendarFile
from models.events import Event
from models.feeds import DeletedEvent
from models.i18n import N_, Message, message
from models.imports import ImportedEntry
from models.queries.event_readers import in_charge
from models.vocabulary import EventStatus
from service.actions import permissions

MOVED_AT_MOST = timedelta(days=3)
"""How far an occurrence of a series may have been moved to be taken for the same one."""

_BATCH = 500
_SERIES_AT_ONCE = 50


@dataclass
class KnownEntries:
    """The events that the entries of one file became before.

    An occurrence is identified by the day and hour it had in the file. When a whole series moves, its occurrences have
    others; then each is taken for the known event of the series on the same day, or on the nearest one.
    """

    session: Session
    by_uid: dict[str, Event] = field(default_factory=dict)
    last: dict[str, ImportedEntry] = field(default_factory=dict)
    moved: dict[str, Event] = field(default_factory=dict)
    """Entry's UID → the event of its series that it is taken for."""
    left: list[Event] = field(default_factory=list)
    """The events of series that the file contains, but without them."""
    numbers: dict[str, int] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    """The events that no file which the session takes in may change (:func:`permissions.filled_by`)."""
    closed: frozenset[str] = frozenset()
    """The series of which somebody else holds an event that the session may not change, on whatever day: nothing is
    matched by its day there and nothing new taken in, or the answers would tell which days others have."""

    @classmethod
    def load(cls, session: Session, entries: Sequence[ImportedEvent], file: CalendarFile) -> "KnownEntries":
        """Read what is known of these entries; a fixed number of queries for each 500 of them."""
        known = cls(session)
        uids = [one.uid for one in entries]
        for begin in range(0, len(uids), _BATCH):
            known._add(uids[begin : begin + _BATCH])
        series = sorted(file.series)
        of_series: dict[str, list[Event]] = {}
        for begin in range(0, len(series), _BATCH):
            statement = (
                _events()
                .add_columns(col(ImportedEntry.series_uid))
                .join(ImportedEntry, col(ImportedEntry.event_id) == col(Event.id))
                .where(
                    col(ImportedEntry.series_uid).in_(series[begin : begin + _BATCH]),
                    col(Event.first_day) >= file.earliest,
                    col(Event.first_day) <= file.latest,
                    permissions.of_own_office(session, col(Event.organisation_id)),
                )
            )
            for event, series_uid in session.execute(statement.order_by(col(Event.first_day), col(Event.id))):
                of_series.setdefault(series_uid, []).append(event)
        found = [*known.by_uid.values(), *(event for events in of_series.values() for event in events)]
        ids = list({event.id: event for event in found})
        for begin in range(0, len(ids), _BATCH):
            rows = select(ImportedEntry).where(col(ImportedEntry.event_id).in_(ids[begin : begin + _BATCH]))
            known.last |= {row.event_id: row for row in session.exec(rows).all()}
        known.others = _not(session, ids, permissions.filled_by(session))
        known.closed = _closed(session, series)
        for series_uid, events in of_series.items():
            if series_uid not in known.closed:
                own = [event for event in events if event.id not in known.others]
                known._match([one for one in entries if one.series_uid == series_uid], own)
        return known

    @property
    def events(self) -> list[Event]:
        """All known events."""
        return [*self.by_uid.values(), *self.moved.values(), *self.left]

    def event_of(self, entry: ImportedEvent) -> Event | None:
        """The event an entry became before."""
        return self.by_uid.get(entry.uid) or self.moved.get(entry.uid)

    def uid_of(self, event: Event) -> str:
        """The UID that an event's entry has in files."""
        last = self.last.get(event.id)
        return event.uid if last is None or last.uid is None else last.uid

    def is_closed(self, entry: ImportedEvent) -> bool:
        """Whether an entry is of a series that somebody else holds."""
        return entry.series_uid in self.closed

    def number_of(self, event: Event) -> int:
        """The number of the component of an event that is left."""
        return self.numbers[event.id]

    def why_older(self, entry: ImportedEvent, event: Event) -> Message | None:
        """Why an entry must not change its event, None if it may.

        An event that nobody has touched since it was imported follows every file that is not older than that one;
        otherwise the entry must be newer than the event itself. Source: RFC 5546 section 2.1.5.
        """
        last = self.last.get(event.id)
        if last is not None and last.event_version == event.version:
            is_older = entry.sequence < last.sequence or (
                entry.sequence == last.sequence
                and entry.stamp is not None
                and last.stamp is not None
                and entry.stamp < last.stamp
            )
            return message(N_("A newer version of this entry was taken in before; it stays.")) if is_older else None
        if entry.sequence != event.sequence:
            is_newer = entry.sequence > event.sequence
        else:
            is_newer = entry.stamp is not None and entry.stamp > event.updated_at
        if is_newer:
            return None
        return message(
            N_("What the desk has is newer (SEQUENCE {known}, in the file {given}); it stays."),
            known=event.sequence,
            given=entry.sequence,
        )

    def remember(self, entry: ImportedEvent, event: Event) -> None:
        """Note that an event now is as this entry says."""
        self.session.flush()
        row = self.last.get(event.id)
        if row is None:
            row = self.last[event.id] = ImportedEntry(event_id=event.id)
            if event.uid != entry.uid and entry.uid not in self.moved:
                row.uid = entry.uid
        row.series_uid = entry.series_uid or None
        row.sequence, row.stamp, row.event_version = entry.sequence, entry.stamp, event.version
        self.session.add(row)

    def _add(self, uids: Sequence[str]) -> None:
        """Read the events with these UIDs. Those of another office that the session may not even notice are unknown
        here: what it was sent too is nobody else's."""
        events = self.session.exec(_events().where(col(Event.uid).in_(uids))).all()
        unnoticed = permissions.unnoticed(self.session, [event.id for event in events])
        self.by_uid |= {event.uid: event for event in events if event.id not in unnoticed}
        if permissions.offices(self.session).alone:
            return
        own = (
            _events()
            .add_columns(col(ImportedEntry.uid))
            .join(ImportedEntry, col(ImportedEntry.event_id) == col(Event.id))
            .where(
                col(ImportedEntry.uid).in_(uids), permissions.of_own_office(self.session, col(Event.organisation_id))
            )
        )
        self.by_uid |= {uid: event for event, uid in self.session.execute(own)}

    def _match(self, entries: Sequence[ImportedEvent], events: Sequence[Event]) -> None:
        """Pair the entries of one series that are new with those of its events that the file does not name."""
        named = {one.uid for one in entries}
        free = [event for event in events if self.uid_of(event) not in named]
        new = [one for one in entries if one.uid not in self.by_uid]
        for reach in (timedelta(), MOVED_AT_MOST):
            for entry in new:
                near = [event for event in free if abs(event.first_day - entry.hours.first_day) <= reach]
                if near and entry.uid not in self.moved:
                    event = min(near, key=lambda one: abs(one.first_day - entry.hours.first_day))
                    self.moved[entry.uid] = event
                    free.remove(event)
        gone = {*CALLED_OFF, EventStatus.COMPLETED}
        self.left += [event for event in free if event.status not in gone]
        self.numbers |= {event.id: entries[0].number if entries else 1 for event in free}


def _events() -> SelectOfScalar[Event]:
    return select(Event).options(selectinload(Event.phases), selectinload(Event.performances))  # type: ignore[arg-type]


def _not(session: Session, event_ids: Sequence[str], condition: ColumnElement[bool]) -> frozenset[str]:
    """Those of these events that a condition does not hold for."""
    ids = sorted(set(event_ids))
    found: set[str] = set()
    for begin in range(0, len(ids), _BATCH):
        batch = col(Event.id).in_(ids[begin : begin + _BATCH])
        found |= set(session.exec(select(Event.id).where(batch, condition)).all())
    return frozenset(ids) - found


def _closed(session: Session, series: Sequence[str]) -> frozenset[str]:
    """Those of these series of which its office holds, or held, an event that the session may not change.

    What other offices took in is nobody's business here: each knows the entries of files on its own.
    """
    one = permissions.reader(session)
    if one is None:
        return frozenset()
    closed: set[str] = set()
    for begin in range(0, len(series), _SERIES_AT_ONCE):
        batch = series[begin : begin + _SERIES_AT_ONCE]
        for table in (Event, DeletedEvent):
            statement = select(table.uid).where(
                _of_series(table, batch),
                _is_not(in_charge(one, table)),
                permissions.of_own_office(session, col(table.organisation_id)),
            )
            uids = session.exec(statement).all()
            closed |= {known for known in batch for uid in uids if uid.startswith(f"{known}/")}
        imported = select(ImportedEntry.series_uid).join(Event, col(Event.id) == col(ImportedEntry.event_id))
        of_batch = imported.where(
            col(ImportedEntry.series_uid).in_(batch),
            _is_not(in_charge(one)),
            permissions.of_own_office(session, col(Event.organisation_id)),
        )
        closed |= {known for known in session.exec(of_batch).all() if known is not None}
    return frozenset(closed)


def _of_series(table: type[Event | DeletedEvent], series: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(col(table.uid).startswith(f"{uid}/", autoescape=True) for uid in series))


def _is_not(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The opposite of a condition; an unknown one does not hold."""
    return case((condition, 0), else_=1) == 1
