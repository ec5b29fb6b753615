"""What is over, year by year: the history of an office and its partners, also where only the month or year is known."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import case, extract
from sqlmodel import Session, col, select

from models.agreements import Agreement, AgreementParty
from models.events import Event
from models.vocabulary import EventStatus, KnownTo
from service.actions import crud, locality_index
from service.actions.context import ActionContext
from service.actions.events.event_queries import events_where

HISTORY_ORDER = (
    extract("year", col(Event.first_day)).desc(),
    # Of a year first what has a day, then what is known to the month, then the rest.
    case((col(Event.known_to) == KnownTo.DAY, 0), (col(Event.known_to) == KnownTo.MONTH, 1), else_=2),
    col(Event.first_day),
    *crud.EVENT_ORDER_WITHIN_A_DAY,
)


def past_events(
    session: Session, act: ActionContext, query: Mapping[str, Any], first: int, size: int
) -> tuple[list[Event], int]:
    """One page of the completed events that match a query (``locality``, ``q``), and how many there are.

    The latest year comes first, and within a year those with a day before those without.
    """
    statement = events_where(session, act, {**query, "status": [EventStatus.COMPLETED], "known_to": list(KnownTo)})
    return crud.page_of(session, statement, HISTORY_ORDER, first, size)


def agreements_signed(session: Session, query: Mapping[str, Any], years: range) -> list[Agreement]:
    """The agreements that match a query (``locality``, ``q``) and were signed in these years, by that day."""
    statement: Any = select(Agreement).where(
        col(Agreement.signed_on).between(date(years.start, 1, 1), date(years.stop - 1, 12, 31))
    )
    if query.get("locality"):
        line = locality_index.succession_of_code(session, query["locality"])
        parties = select(AgreementParty.agreement_id).where(col(AgreementParty.locality).in_(line))
        statement = statement.where(col(Agreement.id).in_(parties))
    statement = crud.matching(statement, col(Agreement.search_text), query.get("q"))
    return list(session.exec(statement.order_by(col(Agreement.signed_on), col(Agreement.id))))
