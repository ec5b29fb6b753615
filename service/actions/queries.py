"""Lists and look-ups: what people can ask for, each in a fixed number of queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, false, not_, or_
from sqlalchemy.orm import attributes
from sqlmodel import Session, col, select

from calendars.commitments.evaluation import CommitmentTerms
from calendars.conflicts import commitment_checks
from calendars.days.spans import Days
from models.accounts import Audit
from models.agreements import Agreement, AgreementParty, Commitment
from models.events import Event, Performance, TrainingPhase
from models.reminders import Reminder
from models.vocabulary import Direction, EventKind, EventStatus, ReminderState
from service.actions import crud, permissions
from service.actions.agreements.commitment_terms import terms_of
from service.actions.context import ActionContext
from service.actions.locality_index import DirectionResolver, LocalityIndex
from service.actions.scheduling.event_warnings import WarningContext

UNWARNED = frozenset({EventStatus.COMPLETED, EventStatus.CANCELLED, EventStatus.POSTPONED})


MEETINGS = frozenset({"host_overlap", "person_double_committed"})
"""Warnings in which two events meet: ``with_`` is the other one."""


class EventPresenter:
    """Adds to events what is computed for the reader: direction and warnings, without a query per event."""

    def __init__(self, session: Session, act: ActionContext) -> None:
        self.session = session
        self.act = act
        self.compass = DirectionResolver.load(session, act)
        self._promises: dict[str, CommitmentTerms] = {}
        self._clashes: dict[str, list[commitment_checks.EventWarning]] = {}

    def prefetch(self, events: Sequence[Event], *, closely: bool = False) -> None:
        """Load the parts of these events, the commitments they are held against and what stands around them.

        As many queries for many events as for one. ``closely`` looks for free days for each that clashes.
        """
        self._load_parts(events, EventKind.TRAINING_BATCH, "phases", TrainingPhase)
        self._load_parts(events, EventKind.ART_TROUPE_VISIT, "performances", Performance)
        self._load_promises(events)
        self._load_clashes(events, closely)

    def _load_parts(self, events: Sequence[Event], kind: EventKind, name: str, model: type[Any]) -> None:
        wanted = {event.id: event for event in events if event.kind is kind and name not in event.__dict__}
        if not wanted:
            return
        found: dict[str, list[Any]] = {event_id: [] for event_id in wanted}
        for part in self.session.exec(
            select(model).where(col(model.event_id).in_(wanted)).order_by(col(model.position))
        ):
            found[part.event_id].append(part)
        for event_id, parts in found.items():
            attributes.set_committed_value(wanted[event_id], name, parts)

    def _load_promises(self, events: Sequence[Event]) -> None:
        wanted = {event.commitment_id for event in events if event.commitment_id} - set(self._promises)
        if not wanted:
            return
        found = self.session.exec(
            select(Commitment, Agreement).where(col(Commitment.id).in_(wanted), Commitment.agreement_id == Agreement.id)
        ).all()
        for commitment, agreement in found:
            self._promises[commitment.id] = terms_of(agreement, commitment)

    def _load_clashes(self, events: Sequence[Event], closely: bool) -> None:
        # Loaded anew each time: within one request an event may be shown before and after its days have changed.
        warned = [event for event in events if event.status not in UNWARNED]
        if not warned:
            return
        around = WarningContext(
            self.session,
            self.act.today,
            warned,
            gazetteer=self.compass.gazetteer,
            closely=closely,
        )
        self._clashes |= self._kept_from({event.id: around.notices(event) for event in warned})

    def notices(self, event: Event) -> list[commitment_checks.EventWarning]:
        """The warnings about an event; none for one that is over or called off.

        One that was not prefetched is looked at closely.
        """
        if event.status in UNWARNED:
            return []
        if event.id not in self._clashes:
            self._load_clashes([event], closely=True)
        visit = commitment_checks.CheckedEvent(Days(event.first_day, event.last_day), event.headcount)
        self._load_promises([event])
        found = []
        if event.commitment_id:
            found += commitment_checks.commitment_warnings(visit, self._promises[event.commitment_id])
        if (short := commitment_checks.short_notice(visit, self.act.today)) is not None:
            found.append(short)
        if event.changed_since_confirmed:
            found.append(commitment_checks.changed_since_confirmed())
        return found + self._clashes[event.id]

    def _kept_from(
        self, clashes: Mapping[str, list[commitment_checks.EventWarning]]
    ) -> dict[str, list[commitment_checks.EventWarning]]:
        """The same, without the ids of events the reader may not see."""
        hidden = permissions.hidden(
            self.session,
            {one.with_ for found in clashes.values() for one in found if one.code in MEETINGS},
        )
        return {
            event_id: [replace(one, with_=None) if one.with_ in hidden else one for one in found]
            for event_id, found in clashes.items()
        }


def events_where(
    session: Session, act: ActionContext, query: Mapping[str, Any], kind: EventKind | None = None
) -> Select[Any]:
    """The select of events a query string asks for, without their parts (phases, performances)."""
    statement: Any = select(Event).where(permissions.visible(session))
    kinds = [kind] if kind else query.get("kind")
    if kinds:
        statement = statement.where(col(Event.kind).in_(kinds))
    if query.get("status"):
        statement = statement.where(_of_statuses(query["status"]))
    for name in ("host", "guest"):
        if query.get(name):
            statement = statement.where(col(getattr(Event, name)).in_(succession_of_code(session, query[name])))
    if query.get("locality"):
        line = succession_of_code(session, query["locality"])
        statement = statement.where(or_(col(Event.host).in_(line), col(Event.guest).in_(line)))
    for name in ("organisation_id", "commitment_id", "visibility"):
        if query.get(name):
            statement = statement.where(getattr(Event, name) == query[name])
    if query.get("agreement_id"):
        of_agreement = select(Commitment.id).where(Commitment.agreement_id == query["agreement_id"])
        statement = statement.where(col(Event.commitment_id).in_(of_agreement))
    if query.get("from_"):
        statement = statement.where(Event.last_day >= query["from_"])
    if query.get("to"):
        statement = statement.where(Event.first_day <= query["to"])
    if query.get("direction"):
        statement = statement.where(directed(DirectionResolver.load(session, act), Direction(query["direction"])))
    return crud.matching(statement, col(Event.search_text), query.get("q"))  # type: ignore[no-any-return]


def _of_statuses(wanted: Collection[EventStatus]) -> ColumnElement[bool]:
    """Most of the statuses are asked for by naming the others: SQLite would read every event by their index."""
    others = set(EventStatus) - set(wanted)
    if len(others) < len(EventStatus) / 2:
        return col(Event.status).not_in(sorted(others))
    return col(Event.status).in_(sorted(set(wanted)))


def succession_of_code(session: Session, code: str) -> frozenset[str]:
    """A locality's line of succession; one query."""
    return LocalityIndex.load(session).line(code)


def directed(seen: DirectionResolver, wanted: Direction, table: Any = Event) -> Any:
    """The condition for a direction: every pair of localities that gives it (there are few localities)."""
    pairs = []
    codes = seen.gazetteer.localities
    for host in codes:
        right = [guest for guest in (*codes, None) if guest != host and seen.between(host, guest) is wanted]
        if not right:
            continue
        condition: Any = col(table.guest).in_([guest for guest in right if guest])
        if None in right:
            condition = or_(condition, col(table.guest).is_(None))
        pairs.append(and_(col(table.host) == host, condition))
    return or_(*pairs) if pairs else false()


EVENT_ORDER = (col(Event.first_day), col(Event.id))


def agreements_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The select of agreements a query string asks for; a party is found under its old and its new name."""
    statement: Any = select(Agreement)
    if query.get("party"):
        line = succession_of_code(session, query["party"])
        having = select(AgreementParty.agreement_id).where(col(AgreementParty.locality).in_(line))
        statement = statement.where(col(Agreement.id).in_(having))
    return crud.matching(statement, col(Agreement.search_text), query.get("q"))


UNSEEN = and_(col(Reminder.state) == ReminderState.FAILED, col(Reminder.seen_at).is_(None))
"""The condition that a reminder failed and nobody has seen that."""


def of_visible_events(session: Session) -> ColumnElement[bool]:
    """The condition for reminders the session may read: of no event, or of one it may see."""
    # Looked up reminder by reminder: few are asked for at a time, and events are many.
    seen = select(col(Event.id)).where(col(Event.id) == col(Reminder.event_id), permissions.visible(session))
    return or_(col(Reminder.event_id).is_(None), seen.correlate(Reminder).exists())


def find_reminder(session: Session, identity: str) -> Reminder:
    """A reminder.

    Raises:
        NotFound: there is none, or the reader may not see its event.
    """
    return crud.find_of_event(session, Reminder, identity)


def reminders_where(session: Session, act: ActionContext, query: Mapping[str, Any]) -> Any:
    """The select of reminders a query string asks for; days are those of the office's zone."""
    statement: Any = select(Reminder)
    if permissions.reader(session) is not None:
        statement = statement.where(of_visible_events(session))
    for name in ("event_id", "rule_id"):
        if query.get(name):
            statement = statement.where(getattr(Reminder, name) == query[name])
    if query.get("recipient"):
        statement = statement.where(Reminder.recipient == query["recipient"].lower())
    for word in query.get("q", "").lower().split():
        statement = statement.where(col(Reminder.recipient).contains(word, autoescape=True))
    for name in ("state", "purpose"):
        if query.get(name):
            statement = statement.where(col(getattr(Reminder, name)).in_(query[name]))
    if "unseen" in query:
        statement = statement.where(UNSEEN if query["unseen"] else not_(UNSEEN))
    return within(statement, col(Reminder.due_at), act, query)


def audit_where(act: ActionContext, query: Mapping[str, Any]) -> Any:
    """The select of audit rows a query string asks for."""
    statement: Any = select(Audit)
    for name in ("entity", "entity_id", "actor_id", "event_id"):
        if query.get(name):
            statement = statement.where(getattr(Audit, name) == query[name])
    return within(statement, col(Audit.at), act, query)


AUDIT_ORDER = (col(Audit.id).desc(),)


def newest_audits(
    session: Session, act: ActionContext, query: Mapping[str, Any], *, below: int | None = None, limit: int
) -> list[Audit]:
    """The newest audit rows a query string asks for, of those with an id below ``below`` where it is given."""
    statement = audit_where(act, query)
    if below is not None:
        statement = statement.where(col(Audit.id) < below)
    return list(session.exec(statement.order_by(*AUDIT_ORDER).limit(limit)))


def within(statement: Any, column: Any, act: ActionContext, query: Mapping[str, Any]) -> Any:
    """Narrow a select to instants that fall on the office's days ``from`` to ``to``, both inclusive."""
    zone = ZoneInfo(act.office.timezone)
    if query.get("from_"):
        statement = statement.where(column >= datetime.combine(query["from_"], time(), zone).astimezone(UTC))
    if query.get("to"):
        after = datetime.combine(query["to"] + timedelta(days=1), time(), zone).astimezone(UTC)
        statement = statement.where(not_(column >= after))
    return statement
