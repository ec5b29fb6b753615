"""Whom the invitations to events ask for an answer: members who alone have their address."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, func, select
from sqlmodel import Session, col

from models.answer_tokens import Invited
from models.event_parts import Member
from models.places import Person

_ADDRESS = func.lower(func.trim(col(Person.email)))


def invited_members(work: Session | Connection, event_ids: Collection[str]) -> Mapping[tuple[str, str], Invited]:
    """Whom invitations to these events can ask, by event and address (in lower case); one query.

    An address that several members of an event share is not among them: of an answer from there nobody knows whose it
    is.
    """
    if not event_ids:
        return {}
    rows = work.execute(
        select(col(Member.event_id), col(Member.id), col(Member.person_id), _ADDRESS)
        .join(Person, col(Person.id) == col(Member.person_id))
        .where(col(Member.event_id).in_(event_ids), col(Person.email).is_not(None))
    ).all()
    found: dict[tuple[str, str], Invited | None] = {}
    for event_id, member_id, person_id, address in rows:
        key = (event_id, address)
        found[key] = None if key in found else Invited(event_id, member_id, person_id, address)
    return {key: one for key, one in found.items() if one is not None}
