"""Reading gifts: which ones, in which order, and what is computed of them, in a fixed number of queries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, case, cast, extract, false, func, not_, or_, true
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.conflicts.ceremony_checks import ceremony_not_allowed
from calendars.conflicts.commitment_checks import EventWarning
from calendars.days.known_days import known_days_of
from calendars.estimates.norms import NormFacts
from calendars.events.lifecycle import CALLED_OFF
from calendars.gifts import days, norms, warnings
from calendars.money.sums import Sums
from models.agreements import Agreement
from models.estimates import Estimate
from models.event_parts import Member
from models.events import Event
from models.gifts import Gift
from models.norms import Norm
from models.queries.anniversary_levels import between_states
from models.vocabulary import EventKind, GiftKind, GuestClass, KnownTo, MemberRole, NormItem
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.ledger import rights
from service.actions.ledger.norms import norm_facts
from service.actions.locality_index import LocalityIndex

_IN_SOME_YEAR = and_(
    col(Event.known_to) != KnownTo.DAY,
    extract("year", col(Event.first_day)) != extract("year", col(Event.last_day)),
)
"""Events of which is known only that they were in one of several years."""

GIFT_YEAR: ColumnElement[int | None] = case(
    (col(Gift.received_on).is_not(None), cast(func.substr(col(Gift.received_on), 1, 4), Integer)),
    (_IN_SOME_YEAR, None),
    else_=cast(extract("year", col(Event.first_day)), Integer),
)
"""The year of a gift: that it was received in, else its event's, NULL: not known; of a SELECT of gifts joined with
their events. As :func:`year_of` of one."""

_WHEN: ColumnElement[str | None] = case(
    (col(Gift.received_on).is_not(None), col(Gift.received_on)),
    (_IN_SOME_YEAR, None),
    else_=cast(col(Event.first_day), String),
)

GIFT_ORDER = (_WHEN.is_(None), _WHEN.desc(), col(Gift.event_id), col(Gift.id))
"""The latest first, those of one event together, what is of no known day last."""


def readable(session: Session) -> ColumnElement[bool]:
    """The condition for gifts that the session may read: those of events whose money it reads, and its own entries."""
    if permissions.reader(session) is None:
        return true()
    events = core_select(col(Event.id)).where(permissions.visible(session), rights.money_readable(session))
    entered = and_(col(Gift.event_id).is_(None), rights.entries_readable(session, Gift))
    return or_(col(Gift.event_id).in_(events), entered)


def gifts_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The SELECT of the gifts that match a query string, joined with their events.

    ``given_by`` and ``given_to`` mean a locality's line; ``agreement_id`` what its parties gave each other in its
    period, as far as the day is known.
    """
    statement: Any = select(Gift).outerjoin(Event, col(Event.id) == col(Gift.event_id)).where(readable(session))
    for name in ("event_id", "kind", "is_planned"):
        if query.get(name) is not None:
            statement = statement.where(getattr(Gift, name) == query[name])
    if query.get("given_by") or query.get("given_to") or query.get("agreement_id"):
        lines = LocalityIndex.load(session)
        for name in ("given_by", "given_to"):
            if query.get(name):
                statement = statement.where(getattr(Gift, name).in_(sorted(lines.line(query[name]))))
        if query.get("agreement_id"):
            statement = statement.where(_under(session, lines, query["agreement_id"]))
    if query.get("year") is not None:
        statement = statement.where(query["year"] == GIFT_YEAR)
    if query.get("from_year") is not None:
        statement = statement.where(query["from_year"] <= GIFT_YEAR)
    if query.get("to_year") is not None:
        statement = statement.where(query["to_year"] >= GIFT_YEAR)
    return crud.matching(statement, col(Gift.search_text), query.get("q"))


def _under(session: Session, lines: LocalityIndex, agreement_id: str) -> ColumnElement[bool]:
    agreement = session.get(Agreement, agreement_id)
    if agreement is None:
        return false()
    parties = sorted(frozenset().union(*map(lines.line, agreement.parties)))
    known = func.length(_WHEN)
    return and_(
        col(Gift.given_by).in_(parties),
        col(Gift.given_to).in_(parties),
        func.substr(agreement.starts_on.isoformat(), 1, known) <= _WHEN,
        func.substr(agreement.ends_on.isoformat(), 1, known) >= _WHEN,
    )


@dataclass(frozen=True, slots=True)
class GiftTotal:
    """What one locality gave, or plans to give, another: how many rows, their sums currency by currency, and of how
    many rows the value is not known."""

    given_by: str
    given_to: str
    is_planned: bool
    count: int
    sums: Sums
    unknown: int


def totals(session: Session, act: ActionContext, query: Mapping[str, Any]) -> list[GiftTotal]:
    """The totals of the gifts that match a query string, from whom to whom; what is planned stands for itself. One
    query besides those for the conditions.

    What has no day but its visit's counts as :func:`calendars.gifts.days.gives_day` says: as planned until the visit is
    held, and not at all once it is called off.
    """
    of_visit = and_(col(Gift.received_on).is_(None), col(Gift.event_id).is_not(None))
    was_held = and_(col(Event.status).in_(days.HELD), col(Event.first_day) <= act.today)
    is_planned = or_(col(Gift.is_planned), and_(of_visit, not_(was_held))).label("is_planned")
    counted = gifts_where(session, query).where(not_(and_(of_visit, col(Event.status).in_(CALLED_OFF))))
    rows = counted.with_only_columns(
        col(Gift.given_by), col(Gift.given_to), is_planned, col(Gift.currency), func.sum(Gift.value),
        func.count(), maintain_column_froms=True,
    )  # fmt: skip
    groups: dict[tuple[bool, str, str], list[Any]] = {}
    for row in session.execute(rows.group_by(col(Gift.given_by), col(Gift.given_to), is_planned, col(Gift.currency))):
        groups.setdefault((row[2], row[0], row[1]), []).append(row)
    return [
        GiftTotal(
            given_by,
            given_to,
            is_planned,
            sum(row[5] for row in found),
            Sums.of((row[3], int(row[4])) for row in found if row[3] is not None),
            sum(row[5] for row in found if row[3] is None),
        )
        for (is_planned, given_by, given_to), found in sorted(groups.items())
    ]


def year_of(row: Gift, event: Event | None) -> int | None:
    """The year of a gift: that it was received in, else its event's; None: not known."""
    when = row.received_on or (days.within(*known_days_of(event)) if event is not None else None)
    return days.year_of(when) if when else None


@dataclass(frozen=True, slots=True)
class GiftRecord:
    """A gift with what is computed of it; all else are the row's own fields.

    ``norm_id`` is the norm that was chosen, else the proposed one. ``over_norm`` is by how much the value is above it,
    None: it is not, or that can't be known. ``year`` None: not known.
    """

    row: Gift
    year: int | None
    norm_id: str | None = None
    over_norm: Mapping[str, str] | None = None
    warnings: Sequence[EventWarning] = ()
    event: Event | None = field(default=None, compare=False)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


class GiftReader:
    """Computes what belongs to gifts: as many queries for many as for one."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def records(self, rows: Sequence[Gift]) -> list[GiftRecord]:
        """The gifts with what is computed of them, in the same order."""
        if not rows:
            return []
        context = _Context.load(self.session, rows)
        return [context.record(row) for row in rows]

    def record(self, row: Gift) -> GiftRecord:
        """One gift with what is computed of it."""
        return self.records([row])[0]


@dataclass(frozen=True, slots=True)
class _Context:
    """What gifts are measured by and warned of: their events with the classes of guests, who is the head of which
    delegation, the norms of the reader's office, and its own localities."""

    lines: LocalityIndex
    own: frozenset[str]
    events: Mapping[str, Event]
    classes: Mapping[str, GuestClass]
    roles: Mapping[tuple[str, str], MemberRole]
    norms: Sequence[NormFacts]
    of_states: Mapping[str, bool]

    @classmethod
    def load(cls, session: Session, rows: Sequence[Gift]) -> "_Context":
        """Read what these gifts need; at most six queries."""
        lines = LocalityIndex.load(session)
        events = crud.by_id(session, Event, sorted({row.event_id for row in rows if row.event_id}))
        people = sorted({row.receiver_person_id for row in rows if row.receiver_person_id and row.event_id})
        ceremonies = {one.anniversary_id for one in events.values() if one.anniversary_id}
        return cls(
            lines,
            lines.line(permissions.own_office(session)),
            events,
            _classes(session, sorted(events)),
            _roles(session, sorted(events), people),
            gift_norms(session),
            between_states(session, ceremonies),
        )

    def record(self, row: Gift) -> GiftRecord:
        event = self.events.get(row.event_id or "")
        norm = self._norm(row, event)
        over = _over(row, norm)
        return GiftRecord(
            row,
            year_of(row, event),
            row.norm_id or (norm.id if norm is not None else None),
            norm.currency.money(over[0]) if norm is not None and over is not None else None,
            list(self._warnings(row, event, norm, over)),
            event,
        )

    def _norm(self, row: Gift, event: Event | None) -> NormFacts | None:
        """The norm that was chosen; else the one that the class of the guests and the receiver's role give."""
        if row.norm_id is not None:
            return next((one for one in self.norms if one.id == row.norm_id), None)
        if event is None or not self._is_measured(row, event) or event.id not in self.classes:
            return None
        role = self.roles.get((event.id, row.receiver_person_id or ""))
        if role is None:
            return None
        return norms.norm_for(self.norms, self.classes[event.id], norms.role_of(role), event.first_day)

    def _is_measured(self, row: Gift, event: Event) -> bool:
        """Whether the norms are about it: the office's side receives the visit and gives its guests something."""
        if event.guest is None or not self.norms:
            return False
        hosts, guests = self.lines.line(event.host), self.lines.line(event.guest)
        return event.host in self.own and row.given_by in hosts and row.given_to in guests

    def _warnings(
        self, row: Gift, event: Event | None, norm: NormFacts | None, over: tuple[int, int] | None
    ) -> Iterator[EventWarning]:
        if norm is not None and over is not None:
            yield warnings.over_norm(norm, *over)
        if event is not None:
            if row.received_on and days.bounds(row.received_on)[0].last < event.first_day:
                yield warnings.before_visit(event.first_day)
            if row.norm_id is None and event.id not in self.classes and self._is_measured(row, event):
                yield warnings.class_unknown()
            if (refused := self._ceremony(event)) is not None:
                yield replace(refused, code="gift_not_allowed", with_=event.id)
        if row.kind is GiftKind.GOODS and not (row.is_planned or row.kept_by) and row.given_to in self.own:
            yield warnings.keeper_unknown()

    def _ceremony(self, event: Event) -> EventWarning | None:
        """Why a ceremony's year allows no gifts; None: it does, or the event is no ceremony."""
        if event.kind is not EventKind.ANNIVERSARY or event.anniversary_id is None:
            return None
        of_states = self.of_states[event.anniversary_id]
        return ceremony_not_allowed(event.anniversary_id, event.ordinal, between_states=of_states)


def gift_norms(session: Session) -> list[NormFacts]:
    """The norms of gifts that the reader's office has; one query."""
    found = select(Norm).where(Norm.item == NormItem.GIFT, permissions.marked_own(session, col(Norm.office)))
    return [norm_facts(one) for one in session.exec(found.order_by(col(Norm.id)))]


def _classes(session: Session, event_ids: Sequence[str]) -> dict[str, GuestClass]:
    """Event → the class of its guests that was decided."""
    if not event_ids:
        return {}
    columns = core_select(col(Estimate.event_id), col(Estimate.guest_class))
    found = session.execute(columns.where(col(Estimate.event_id).in_(event_ids)))
    return {event_id: guest_class for event_id, guest_class in found if guest_class is not None}


def _roles(session: Session, event_ids: Sequence[str], person_ids: Sequence[str]) -> dict[tuple[str, str], MemberRole]:
    """Event and person → what the person is in the visit."""
    if not event_ids or not person_ids:
        return {}
    columns = core_select(col(Member.event_id), col(Member.person_id), col(Member.role))
    found = columns.where(col(Member.event_id).in_(event_ids), col(Member.person_id).in_(person_ids))
    return {(event_id, person_id): role for event_id, person_id, role in session.execute(found)}


def _over(row: Gift, norm: NormFacts | None) -> tuple[int, int] | None:
    """By how much a gift is above its norm, and what that allows; None: it is not, or one of both is not known."""
    if norm is None or row.value is None or row.currency is not norm.currency:
        return None
    limit = norms.limit_of(norm, for_one=row.receiver_person_id is not None, quantity=row.quantity)
    return (row.value - limit, limit) if limit is not None and row.value > limit else None
