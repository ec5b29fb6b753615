"""Exchange rates: what one kip or dollar was worth in đồng on a day, as somebody entered it with its source."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from calendars.money.exchange import Rate, rates_on
from models.exchange_rates import ExchangeRate
from models.i18n import N_, message
from models.vocabulary import Currency
from service.actions import crud, permissions
from service.actions.context import ActionContext

RATE_ORDER = (col(ExchangeRate.day).desc(), col(ExchangeRate.currency), col(ExchangeRate.id))
"""The latest first."""


def create_exchange_rate(session: Session, act: ActionContext, values: Mapping[str, Any]) -> ExchangeRate:
    """Enter a rate.

    Raises:
        Invalid: it is one of the đồng, its day is yet to come, or the office has one of that currency and day.
    """
    _lock(session)
    crud.check(_errors(session, act, None, values))
    return crud.create(session, act, ExchangeRate(**values))


def change_exchange_rate(
    session: Session, act: ActionContext, row: ExchangeRate, values: Mapping[str, Any]
) -> ExchangeRate:
    """Change a rate.

    Raises:
        Invalid: as in :func:`create_exchange_rate`.
    """
    _lock(session)
    crud.check(_errors(session, act, row, values))
    crud.change(session, act, row, values)
    return row


def delete_exchange_rate(session: Session, act: ActionContext, row: ExchangeRate) -> None:
    """Delete a rate; what it was used for stays in its currency."""
    crud.delete(session, act, row)


def exchange_rates_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The SELECT of the rates of the reader's office that match a query string."""
    statement: Any = select(ExchangeRate).where(permissions.marked_own(session, col(ExchangeRate.office)))
    if query.get("currency"):
        statement = statement.where(col(ExchangeRate.currency) == query["currency"])
    if query.get("from_"):
        statement = statement.where(col(ExchangeRate.day) >= query["from_"])
    if query.get("to"):
        statement = statement.where(col(ExchangeRate.day) <= query["to"])
    return statement


def rates_of_day(session: Session, day: date) -> dict[Currency, Rate]:
    """Currency → the last rate of the reader's office that is not later than a day; one query."""
    rows = session.exec(exchange_rates_where(session, {"to": day}))
    return rates_on((Rate(row.currency, row.day, Decimal(row.rate), row.source) for row in rows), day)


def _errors(session: Session, act: ActionContext, row: ExchangeRate | None, values: Mapping[str, Any]) -> crud.Errors:
    def after(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    errors: crud.Errors = {}
    currency, day = after("currency"), after("day")
    if currency is Currency.VND:
        errors["currency"] = [message(N_("The đồng has no rate: choose the currency that is worth so many đồng."))]
    if day is not None and day > act.today:
        errors["day"] = [message(N_("The day of a rate can't lie in the future."))]
    same = (
        select(ExchangeRate.id)
        .where(permissions.marked_own(session, col(ExchangeRate.office)))
        .where(col(ExchangeRate.currency) == currency, col(ExchangeRate.day) == day)
    )
    if row is not None:
        same = same.where(col(ExchangeRate.id) != row.id)
    if session.exec(same).first() is not None:
        told = N_("There is a rate of {currency} on that day already: change that one.")
        errors.setdefault("day", []).append(message(told, currency=str(currency)))
    return errors


def _lock(session: Session) -> None:
    """Lock the rates against other writers until this transaction ends: each is checked against those there are.

    A unique index does not see two rates of the default office, whose ``office`` may be NULL. SQLite's write lock does
    this anyway.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE exchange_rate IN SHARE ROW EXCLUSIVE MODE"))
