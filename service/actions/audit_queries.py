"""The audit trail as pages and the API list it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import Session, col, select

from models.accounts import Audit, User
from models.both_sides.proposals import Proposal
from models.events import Event
from models.queries.event_readers import ReadingRights
from models.queries.proposal_readers import is_between
from service.actions import crud, permissions
from service.actions.context import ActionContext

AUDIT_ORDER = (col(Audit.id).desc(),)


def audit_where(session: Session, act: ActionContext, query: Mapping[str, Any]) -> Any:
    """The SELECT of the audit rows that match a query string, as far as the reader sees them."""
    statement: Any = select(Audit).where(_seen(session))
    for name in ("entity", "entity_id", "actor_id", "event_id"):
        if query.get(name):
            statement = statement.where(getattr(Audit, name) == query[name])
    return crud.within(statement, col(Audit.at), act, query)


def _seen(session: Session) -> ColumnElement[bool]:
    """The condition for audit rows the session sees: about events it oversees; of those that are gone, and of all else,
    what accounts of its office did, and what was done to these accounts. What the service itself did to nobody's event
    is the default office's. What two offices proposed to each other is in the trail of both."""
    one = permissions.reader(session)
    if one is None:
        return true()
    accounts = select(col(User.id)).where(permissions.own_accounts(session))
    overseen = select(col(Event.id)).where(permissions.overseen(session))
    is_gone = col(Audit.event_id).not_in(select(col(Event.id)))
    own = [col(Audit.actor_id).in_(accounts), and_(col(Audit.entity) == "user", col(Audit.entity_id).in_(accounts))]
    if one.office == one.offices.default:
        own.append(and_(col(Audit.actor_id).is_(None), col(Audit.entity) != "user"))
    sides = [] if one.offices.alone else [_of_own_proposals(one)]
    return or_(col(Audit.event_id).in_(overseen), *sides, and_(or_(col(Audit.event_id).is_(None), is_gone), or_(*own)))


def _of_own_proposals(one: ReadingRights) -> ColumnElement[bool]:
    """The condition for rows about days that the reader's office proposed, or was asked for, if it reads its whole
    office."""
    if not one.whole_office:
        return false()
    own = select(col(Proposal.id)).where(is_between(one.offices, one.office))
    return and_(col(Audit.entity) == "proposal", col(Audit.entity_id).in_(own))


def newest_audits(
    session: Session, act: ActionContext, query: Mapping[str, Any], *, below: int | None = None, limit: int
) -> list[Audit]:
    """The newest audit rows that match a query string, only those with an id below ``below`` if it is given."""
    statement = audit_where(session, act, query)
    if below is not None:
        statement = statement.where(col(Audit.id) < below)
    return list(session.exec(statement.order_by(*AUDIT_ORDER).limit(limit)))
