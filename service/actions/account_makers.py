"""Who made an account, or changed how one signs in to it: lately the two are no two persons, whichever acts first."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from models.accounts import Audit

LATELY = timedelta(days=30)
"""So long an account and whoever made it, or changed how one signs in to it, are not two persons."""

_ACCESS = frozenset({"password", "email", "role", "active"})
"""Fields of an account that let somebody else in, or give it its rights."""


def tied_to(session: Session, now: datetime, user_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Account → the other accounts that may be in the same hand: one of the two made the other, gave it another
    address, password or role, or switched it on or off :data:`LATELY`, by the audit trail; one query.

    In both directions: whoever made an account may sign in to it, to write what they approve as themselves. What is
    done on the machine itself is nobody's.
    """
    if not user_ids:
        return {}
    ids = sorted({*user_ids})
    rows = session.exec(
        select(Audit.entity_id, Audit.actor_id, Audit.action, Audit.changes).where(
            Audit.entity == "user",
            or_(col(Audit.entity_id).in_(ids), col(Audit.actor_id).in_(ids)),
            col(Audit.actor_id).is_not(None),
            col(Audit.actor_id) != col(Audit.entity_id),
            Audit.at > now - LATELY,
        )
    ).all()
    found: dict[str, set[str]] = {identity: set() for identity in user_ids}
    for identity, actor, action, changed in rows:
        if actor is not None and (action == "create" or _ACCESS & changed.keys()):
            for one, other in ((identity, actor), (actor, identity)):
                if one in found:
                    found[one].add(other)
    return {identity: frozenset(others) for identity, others in found.items()}
