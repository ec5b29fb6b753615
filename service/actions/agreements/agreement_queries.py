"""Agreements, commitments and anniversaries, as pages and the API list them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import case
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from models.agreements import Agreement, AgreementParty, Anniversary, Commitment
from models.events import Event
from models.vocabulary import EventKind, EventStatus
from service.actions import crud, locality_index, permissions

AGREEMENT_ORDER = (col(Agreement.starts_on), col(Agreement.sort_key), col(Agreement.id))
AGREEMENT_ORDER_LATEST = (col(Agreement.starts_on).desc(), col(Agreement.sort_key), col(Agreement.id))
COMMITMENT_ORDER = (col(Commitment.position), col(Commitment.id))
COMMITMENT_ORDER_EVERYWHERE = (col(Commitment.agreement_id), col(Commitment.position), col(Commitment.id))
ANNIVERSARY_ORDER = (col(Anniversary.origin), col(Anniversary.sort_key), col(Anniversary.id))


def all_agreements(session: Session, order: Sequence[Any] = AGREEMENT_ORDER) -> Sequence[Agreement]:
    """All agreements, the oldest first unless ``order`` says otherwise."""
    return session.exec(select(Agreement).order_by(*order)).all()


# Commitments


def commitments_where(agreement_id: str) -> Any:
    """The SELECT of an agreement's commitments."""
    return select(Commitment).where(Commitment.agreement_id == agreement_id)


def commitments_of(session: Session, agreement_id: str) -> Sequence[Commitment]:
    """An agreement's commitments in the order of its articles."""
    found: Sequence[Commitment] = session.exec(commitments_where(agreement_id).order_by(*COMMITMENT_ORDER)).all()
    return found


def find_commitment(session: Session, commitment_id: str) -> tuple[Commitment, Agreement] | None:
    """A commitment with its agreement; None if it does not exist."""
    statement = select(Commitment, Agreement).where(
        Commitment.id == commitment_id, Commitment.agreement_id == Agreement.id
    )
    return session.exec(statement).first()


def commitments_in_force(
    session: Session, kind: EventKind, today: date, limit: int
) -> Sequence[tuple[Commitment, Agreement]]:
    """The commitments to a kind of event in agreements that have not ended, grouped by agreement."""
    statement = (
        select(Commitment, Agreement)
        .where(Commitment.agreement_id == Agreement.id, Commitment.activity == kind, Agreement.ends_on >= today)
        .order_by(*AGREEMENT_ORDER, *COMMITMENT_ORDER)
        .limit(limit)
    )
    return session.exec(statement).all()


def commitments_of_kind(session: Session, kind: EventKind, limit: int) -> Sequence[tuple[Commitment, Agreement]]:
    """The commitments to a kind of event in all agreements, the latest agreement first, by article."""
    statement = (
        select(Commitment, Agreement)
        .where(Commitment.agreement_id == Agreement.id, Commitment.activity == kind)
        .order_by(col(Agreement.starts_on).desc(), col(Commitment.article), col(Commitment.id))
        .limit(limit)
    )
    return session.exec(statement).all()


# Anniversaries


def anniversaries_where(query: Mapping[str, Any]) -> Any:
    """The SELECT of the anniversaries that match a query string."""
    return crud.matching(select(Anniversary), col(Anniversary.search_text), query.get("q"))


def all_anniversaries(session: Session, limit: int | None = None) -> Sequence[Anniversary]:
    """The anniversaries, the oldest origin first."""
    return session.exec(select(Anniversary).order_by(*ANNIVERSARY_ORDER).limit(limit)).all()


def ceremonies_of(session: Session, anniversary_id: str) -> dict[int | None, str]:
    """Year → the id of an anniversary's ceremony, if it is not cancelled and visible to the reader; the one of the
    reader's own office where several offices have one."""
    statement = select(Event.year, Event.id).where(
        Event.anniversary_id == anniversary_id,
        Event.status != EventStatus.CANCELLED,
        permissions.visible(session),
    )
    return dict(session.exec(statement.order_by(*_own_last(session))).all())


def ceremonies_between(session: Session, first_year: int, last_year: int) -> dict[tuple[str, int], Event]:
    """Anniversary and year → the ceremony, as :func:`ceremonies_of`."""
    statement = select(Event).where(
        col(Event.anniversary_id).is_not(None),
        Event.status != EventStatus.CANCELLED,
        col(Event.year).between(first_year, last_year),
        permissions.visible(session),
    )
    found = session.exec(statement.order_by(*_own_last(session)))
    return {(one.anniversary_id or "", one.year or 0): one for one in found}


def _own_last(session: Session) -> tuple[Any, ...]:
    """The order in which an event of the reader's own office comes last: as a dictionary is filled, it stays."""
    rights = permissions.account_rights(session)
    own = None if rights is None else rights.offices.holds(rights.office, col(Event.organisation_id))
    return (col(Event.id),) if own is None else (case((own, 1), else_=0), col(Event.id))


def agreements_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The SELECT of the agreements that match a query string; a party is found under its old and its new code."""
    rows: tuple[Any, ...] = (Agreement.body_rows, Agreement.signatory_rows)
    statement: Any = select(Agreement).options(*map(selectinload, rows))
    if query.get("party"):
        succession = locality_index.succession_of_code(session, query["party"])
        of_party = select(AgreementParty.agreement_id).where(col(AgreementParty.locality).in_(succession))
        statement = statement.where(col(Agreement.id).in_(of_party))
    for name in ("kind", "parent_id"):
        if query.get(name):
            statement = statement.where(col(getattr(Agreement, name)) == query[name])
    return crud.matching(statement, col(Agreement.search_text), query.get("q"))
