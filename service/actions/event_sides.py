"""On which side of an event a session stands: the one in charge, the one it is shared with, or neither.

Who acts for the other side of a shared event are the accounts of that office that read all of it, and those whose
organisation takes part; by their role they answer or only read.
"""

from enum import Enum
from typing import Any

from sqlalchemy import union_all
from sqlmodel import Session

from models.both_sides.share import EventShare
from models.queries.event_readers import TAKING_PART
from models.queries.shares import office_line
from service.actions import permissions
from service.actions.permissions import Sight


class SideOfReader(Enum):
    """Where a reader of an event stands."""

    OWN = "own"
    OTHER = "other"
    NONE = "none"


def share_row(session: Session, event_id: str) -> EventShare | None:
    """The share of an event; None if it is not shared."""
    return session.get(EventShare, event_id)


_OPENED = "opened_shares"


def note_seen(session: Session, event: Any) -> None:
    """Remember that the session read an event, if it did so for its other side (:func:`seen_for_other_side`)."""
    if permissions.reader(session) is not None and side_of(session, event) is SideOfReader.OTHER:
        session.info.setdefault(_OPENED, set()).add(event.id)


def seen_for_other_side(session: Session) -> frozenset[str]:
    """The events that the session read for their other side."""
    return frozenset(session.info.get(_OPENED, ()))


def side_of(session: Session, event: Any) -> SideOfReader:
    """On which side of an event that it may read the session stands; at most two queries."""
    if permissions.sight(session, event) is not Sight.SHARED:
        return SideOfReader.OWN
    one = permissions.reader(session)
    if one is None or one.offices.alone:
        return SideOfReader.NONE
    share = share_row(session, event.id)
    if share is None or share.office not in office_line(one.offices, one.office):
        return SideOfReader.NONE
    if one.whole_office:
        return SideOfReader.OTHER
    pairs = (part.where(part.selected_columns[0] == event.id) for part in TAKING_PART)
    takes_part = {row[1] for row in session.execute(union_all(*pairs))}
    return SideOfReader.OTHER if one.organisation_id in takes_part else SideOfReader.NONE
