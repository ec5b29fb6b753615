"""The budget of an event: what was entered, while it has no estimate; then what the estimate plans.

Once there is an estimate its sum is money: who reads the event whole, and not its money, sees no budget any more.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_
from sqlmodel import Session, col, select

from models.estimates import Estimate
from models.events import Event
from models.i18n import N_, message
from models.vocabulary import Currency
from service.actions import permissions
from service.actions.crud import Errors
from service.actions.ledger import rights
from service.actions.ledger.estimates import planned_of
from service.actions.permissions import Sight

FROM_ESTIMATE = N_("The budget is what the estimate of this event plans, {value} now: change the estimate.")
NO_SUM = N_("none")


def has_estimate(session: Session, event_id: str) -> bool:
    """Whether an event has an estimate."""
    return session.get(Estimate, event_id) is not None


def planned_budget(session: Session, event: Event) -> dict[str, str] | None:
    """What the estimate of an event plans, if that is in one currency; of an event without one its budget as it is."""
    if not has_estimate(session, event.id):
        return event.budget
    planned = planned_of(session, event.id).as_money()
    return planned[0] if len(planned) == 1 else None


def budget_errors(session: Session, event: Event, values: Mapping[str, Any]) -> Errors:
    """The refusal of another budget for an event whose estimate says what it is; the same one passes."""
    if "budget" not in values or not has_estimate(session, event.id):
        return {}
    budget = event.budget
    if _units(values["budget"]) == _units(budget):
        return {}
    shown: object = message(NO_SUM) if budget is None else f"{budget['amount']} {budget['currency']}"
    return {"budget": [message(FROM_ESTIMATE, value=shown)]}


def _units(money: Mapping[str, str] | None) -> tuple[Currency, int] | None:
    if money is None:
        return None
    currency = Currency(money["currency"])
    return currency, currency.units(money["amount"])


def shows_budget(session: Session, events: Collection[Any]) -> frozenset[str]:
    """The ids of those of these readable events whose budget the session sees; one query at the most."""
    money = {event.id for event in events if rights.reads_money(session, event)}
    whole = {event.id for event in events if permissions.sight(session, event) is Sight.WHOLE} - money
    if not whole:
        return frozenset(money)
    estimated = session.exec(select(Estimate.event_id).where(col(Estimate.event_id).in_(sorted(whole)))).all()
    return frozenset(money | (whole - set(estimated)))


def budget_readable(session: Session) -> ColumnElement[bool]:
    """:func:`shows_budget` as a condition for SELECTs from the table of events."""
    if rights.reads_all_money(session):
        return permissions.overseen(session)
    estimated = exists().where(col(Estimate.event_id) == col(Event.id))
    return or_(rights.money_readable(session), and_(permissions.overseen(session), not_(estimated)))
