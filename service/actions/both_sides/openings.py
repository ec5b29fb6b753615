"""Who of the other side opened a shared event: once for each account and day, in the trails of both sides."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import Session, col, select

from models import clock
from models.accounts import User
from models.both_sides.share import ShareOpening
from models.events import Event
from service.actions import permissions
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.event_sides import SideOfReader, seen_for_other_side, side_of


def unrecorded(session: Session, act: ActionContext) -> frozenset[str]:
    """The events that the session read for their other side, and of which its trail says nothing yet today; no query if
    there are none."""
    seen = seen_for_other_side(session)
    if not seen or act.user is None:
        return frozenset()
    told = select(ShareOpening).where(col(ShareOpening.event_id).in_(seen), ShareOpening.user_id == act.user.id)
    return seen - {one.event_id for one in session.exec(told) if _is_today(act, one)}


def record_openings(session: Session, act: ActionContext, event_ids: Collection[str]) -> None:
    """Record that the acting account opened these shared events, as far as it still may."""
    for event_id in sorted(event_ids):
        locked = select(Event).where(Event.id == event_id, permissions.visible(session)).with_for_update()
        event = session.exec(locked).first()
        if event is not None and side_of(session, event) is SideOfReader.OTHER:
            _record(session, act, event)


def _record(session: Session, act: ActionContext, event: Event) -> None:
    known = session.get(ShareOpening, (event.id, act.account.id))
    if known is not None and _is_today(act, known):
        return
    office = permissions.own_office(session)
    if known is None:
        times = {"first_opened_at": act.now, "last_opened_at": act.now}
        session.add(ShareOpening(event_id=event.id, user_id=act.account.id, office=office, **times))
    else:
        known.last_opened_at, known.office = act.now, office
        session.add(known)
    told: dict[str, Any] = {"shared_with": {"from": None, "to": office}}
    record(session, act, "open", "event_share", event.id, told, event_id=event.id)
    # Its own office does not read the history of the event: what its account did stands in its trail as well.
    record(session, act, "open", "event_share", event.id, told)


def _is_today(act: ActionContext, one: ShareOpening) -> bool:
    return clock.today(act.office.timezone, one.last_opened_at) == act.today


def openings_of(session: Session, event: Event) -> Sequence[tuple[ShareOpening, User]]:
    """Who opened an event for its other side, the latest first."""
    found = select(ShareOpening, User).where(ShareOpening.event_id == event.id, User.id == ShareOpening.user_id)
    return [
        (row[0], row[1]) for row in session.exec(found.order_by(col(ShareOpening.last_opened_at).desc()).limit(100))
    ]
