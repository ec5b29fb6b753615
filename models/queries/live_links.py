"""Which links open: what ends one is a condition of one SELECT, so dead and unknown ones can't be told apart.

A link opens until the end of its last day, and of the day of arrival wherever that moves; not once it was revoked, the
visit was cancelled, is over or is a draft again, or the account that made it was switched off, as all are of an office
that ended.
"""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from models.accounts import User
from models.both_sides.links import EventLink
from models.events import Event
from models.queries.dated import is_dated
from models.vocabulary import EventStatus

OPEN = (EventStatus.PLANNED, EventStatus.CONFIRMED, EventStatus.ONGOING, EventStatus.POSTPONED)
"""The states of a visit for which something can be filled in."""


def is_live(today: date) -> ColumnElement[bool]:
    """The condition for links, joined with their events and (outer) with their makers, that open on a day."""
    return and_(
        col(EventLink.revoked_at).is_(None),
        col(EventLink.expires_on) >= today,
        col(Event.arrives_on) >= today,
        is_dated(),
        col(Event.status).in_(OPEN),
        or_(col(EventLink.made_by).is_(None), col(User.active)),
    )


def find_live(session: Session, token_hash: str, today: date, *, to_change: bool = False) -> EventLink | None:
    """The link with a token's hash if it opens on a day; ``to_change``: locked until the transaction ends."""
    found = (
        select(EventLink)
        .join(Event, col(Event.id) == col(EventLink.event_id))
        .join(User, col(User.id) == col(EventLink.made_by), isouter=True)
        .where(col(EventLink.token_hash) == token_hash, is_live(today))
    )
    if to_change:
        found = found.with_for_update(of=EventLink).execution_options(populate_existing=True)
    return session.scalars(found).first()


def live_ids(session: Session, event_id: str, today: date) -> frozenset[str]:
    """The links of an event that open on a day."""
    found = (
        select(col(EventLink.id))
        .join(Event, col(Event.id) == col(EventLink.event_id))
        .join(User, col(User.id) == col(EventLink.made_by), isouter=True)
        .where(col(EventLink.event_id) == event_id, is_live(today))
    )
    return frozenset(session.scalars(found))
