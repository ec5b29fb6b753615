"""What the ledger holds of the exchange between an agreement's parties: estimates, payments, gifts and projects.

Each function is one SELECT whose sums the database makes; none reads what the session may not read.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, extract, func, or_, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from calendars.commitments.ledger_totals import Cost, EventMoney, Goods, LedgerEntry, LedgerTotals
from calendars.days.known_days import KnownDay
from calendars.days.spans import Days
from calendars.gifts.days import gives_day
from calendars.money.sums import Sums
from models.clock import today
from models.estimates import Estimate, EstimateLine, Payment
from models.events import Event
from models.gifts import Gift
from models.places import Organisation
from models.vocabulary import Currency, EstimateState, EventStatus, GiftKind, KnownTo
from service.actions import permissions
from service.actions.ledger import past_approvals, rights
from service.actions.locality_index import AgreementParties

_PART = 10**9


def exact_sum(column: Any) -> tuple[Any, Any]:
    """The columns whose values :func:`whole` makes one sum of: no sum of amounts leaves the 64 bits of a database."""
    return func.sum(column // _PART), func.sum(column % _PART)


def whole(high: Any, low: Any) -> int | None:
    """The sum of :func:`exact_sum`; None: there was no amount."""
    return None if high is None else int(high) * _PART + int(low)


def event_money(session: Session, which: Any, parties: AgreementParties, as_of: date) -> dict[str, EventMoney]:
    """Event id → what it is to cost, what of that was approved, and paid, until ``as_of``; in two
    queries, and two more where something was approved only later. What it is to cost is what is entered now.

    Of the events of the condition ``which`` only those whose money the session may read. One with an estimate is there
    even if that has no lines. Who pays is who did as the line was approved; before that, the line's payer, else its
    body's locality, else who pays for the event.
    """
    asked = and_(which, permissions.visible(session), rights.money_readable(session))
    # As one value: SQLite would look through all events that it could be true of, however few have estimates.
    readable = case((asked, 1), else_=0) == 1
    found: dict[str, EventMoney] = {}
    decided_later: set[str] = set()
    for row in session.execute(_lines(readable)):
        event_id, first_day, state, payer, currency, zone, decided_at = row[:7]
        planned_high, planned_low, approved_high, approved_low = row[7:]
        if decided_at is not None and today(zone, decided_at) > as_of:
            decided_later.add(event_id)
        money = found.setdefault(event_id, EventMoney([], [], [], state == EstimateState.SETTLED.value))
        party = parties.of(payer, first_day) if payer else None
        for costs, amount in (
            (money.planned, whole(planned_high, planned_low)),
            (money.approved, whole(approved_high, approved_low)),
        ):
            if amount is not None:
                costs.append(Cost(party, Currency(currency), amount))  # type: ignore[attr-defined]
    for event_id, first_day, payer, currency, year, high, low in session.execute(_payments(readable, as_of)):
        party = parties.of(payer, first_day) if payer else None
        paid = Cost(party, Currency(currency), whole(high, low) or 0, int(year))
        found[event_id].paid.append(paid)  # type: ignore[attr-defined]
    for event_id, approved in past_approvals.approved_until(session, decided_later, parties, as_of).items():
        found[event_id].approved = approved
    return found


_PAYER = func.coalesce(
    col(EstimateLine.approved_payer), col(EstimateLine.payer), col(Organisation.locality), col(Event.funded_by)
)


def _lines(readable: Any) -> Any:
    groups = (
        col(Event.id),
        col(Event.first_day),
        type_coerce(col(Estimate.state), String),
        _PAYER,
        type_coerce(col(EstimateLine.currency), String),
        col(Event.timezone),
        col(Estimate.approved_at),
    )
    return (
        core_select(*groups, *exact_sum(col(EstimateLine.planned)), *exact_sum(col(EstimateLine.approved)))
        .select_from(Estimate)
        .join(Event, col(Event.id) == col(Estimate.event_id))
        .outerjoin(EstimateLine, col(EstimateLine.event_id) == col(Estimate.event_id))
        .outerjoin(Organisation, col(Organisation.id) == col(EstimateLine.payer_organisation_id))
        .where(readable)
        .group_by(*groups)
        .order_by(col(Event.id))
    )


def _payments(readable: Any, as_of: date) -> Any:
    groups = (
        col(Event.id),
        col(Event.first_day),
        _PAYER,
        type_coerce(col(Payment.currency), String),
        extract("year", col(Payment.paid_on)),
    )
    return (
        core_select(*groups, *exact_sum(col(Payment.amount)))
        .select_from(Payment)
        .join(Event, col(Event.id) == col(Payment.event_id))
        .join(EstimateLine, col(EstimateLine.id) == col(Payment.line_id))
        .outerjoin(Organisation, col(Organisation.id) == col(EstimateLine.payer_organisation_id))
        .where(readable, col(Payment.paid_on) <= as_of)
        .group_by(*groups)
        .order_by(col(Event.id))
    )


def gifts_readable(session: Session) -> ColumnElement[bool]:
    """The condition for gifts that the session may read, in SELECTs of gifts with their events outer-joined: of an
    event whose money it reads, or of none and its own."""
    of_event = and_(col(Event.id).is_not(None), permissions.visible(session), rights.money_readable(session))
    return or_(of_event, and_(col(Gift.event_id).is_(None), rights.entries_readable(session, Gift)))


def gift_entries(
    session: Session, parties: AgreementParties, codes: Collection[str], period: Days, as_of: date
) -> Iterator[LedgerEntry]:
    """What was given between the parties within the period until ``as_of``; one query. ``codes`` are all localities
    that count as one of the parties on some day.

    A gift belongs to the day it was given, else to its event's if that was held, or, of a planned gift, is not called
    off. What is known to the month or the year counts where all
    of that lies within the period; without any day it belongs to no period.
    """
    groups = (
        col(Gift.given_by),
        col(Gift.given_to),
        type_coerce(col(Gift.kind), String),
        col(Gift.is_planned),
        type_coerce(col(Gift.currency), String),
        col(Gift.received_on),
        col(Event.first_day),
        col(Event.last_day),
        type_coerce(col(Event.known_to), String),
        col(Event.commitment_id),
        type_coerce(col(Event.status), String),
    )
    first, last = str(period.first.year), str(period.last.year)
    dated = and_(col(Gift.received_on) >= first, func.substr(col(Gift.received_on), 1, 4) <= last)
    of_event = and_(
        col(Gift.received_on).is_(None), col(Event.last_day) >= period.first, col(Event.first_day) <= period.last
    )
    rows = session.execute(
        core_select(*groups, func.count(), func.count(col(Gift.value)), *exact_sum(col(Gift.value)))
        .select_from(Gift)
        .outerjoin(Event, col(Event.id) == col(Gift.event_id))
        .where(
            col(Gift.given_by).in_(sorted(codes)),
            col(Gift.given_to).in_(sorted(codes)),
            or_(dated, of_event),
            gifts_readable(session),
        )
        .group_by(*groups)
    )
    for row in rows:
        giver, receiver, kind, is_planned, currency, received_on, begins, ends, known_to, commitment_id, status = row[
            :11
        ]
        count, valued, high, low = row[11:]
        if not received_on and not gives_day(EventStatus(status), begins, as_of, is_planned=is_planned):
            continue
        days = days_of(received_on) if received_on else _event_days(begins, ends, known_to)
        if days.first not in period or days.last not in period or (days.first > as_of and not is_planned):
            continue
        amount = whole(high, low)
        value = Sums() if amount is None else Sums({Currency(currency): amount})
        if (given := _given(kind, value, count, count - valued, is_planned=is_planned)) is not None:
            first_day = days.first
            ways = parties.of(giver, first_day), parties.of(receiver, first_day)
            yield LedgerEntry(*ways, first_day.year, commitment_id, given)


def _given(kind: str, value: Sums, count: int, unknown: int, *, is_planned: bool) -> LedgerTotals | None:
    """What gifts of one kind add: planned ones only the money that is to be given."""
    if kind == GiftKind.GOODS.value:
        return None if is_planned else LedgerTotals(goods=Goods(count, value, unknown))
    return LedgerTotals(money_planned=value) if is_planned else LedgerTotals(money=value, money_unknown=unknown)


def days_of(text: str) -> Days:
    """The first and the last day of what is known: of ``2008`` the year's."""
    first, last = (KnownDay.written(text, is_last=is_last) or date.fromisoformat(text) for is_last in (False, True))
    return Days(first, last)


def _event_days(first: date, last: date, known_to: str) -> Days:
    """The day an event begins on, or its bounds where only the month or the year is known."""
    return Days(first, first) if known_to == KnownTo.DAY.value else Days(first, last)
