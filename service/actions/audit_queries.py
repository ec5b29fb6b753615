"""The audit trail as pages and the API list it."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Audit
from service.actions import crud
from service.actions.context import ActionContext

AUDIT_ORDER = (col(Audit.id).desc(),)


def audit_where(act: ActionContext, query: Mapping[str, Any]) -> Any:
    """The SELECT of the audit rows that match a query string."""
    statement: Any = select(Audit)
    for name in ("entity", "entity_id", "actor_id", "event_id"):
        if query.get(name):
            statement = statement.where(getattr(Audit, name) == query[name])
    return crud.within(statement, col(Audit.at), act, query)


def newest_audits(
    session: Session, act: ActionContext, query: Mapping[str, Any], *, below: int | None = None, limit: int
) -> list[Audit]:
    """The newest audit rows that match a query string, only those with an id below ``below`` if it is given."""
    statement = audit_where(act, query)
    if below is not None:
        statement = statement.where(col(Audit.id) < below)
    return list(session.exec(statement.order_by(*AUDIT_ORDER).limit(limit)))
