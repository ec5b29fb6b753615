"""On which side of an event a session stands: the one in charge, the one it is shared with, or neither.

Who acts for the other side of a shared event are the accounts of that office that read all of it, and those whose
organisation takes part; by their role they answer or only read.
"""

from collections.abc import Mapping
from enum import Enum

from sqlalchemy import union_all
from sqlmodel import Session

from models.both_sides.share import EventShare
from models.events import Event
from models.places import Locality
from models.queries.event_readers import TAKING_PART
from models.queries.shares import office_line, other_offices
from models.text import LocalizedText
from service.actions import permissions
from service.actions.permissions import Sight


class SideOfReader(Enum):
    """Where a reader of an event stands."""

    OWN = "own"
    OTHER = "other"
    NONE = "none"


def share_row(session: Session, event: Event) -> EventShare | None:
    """The share of an event; None if it is not shared."""
    return session.get(EventShare, event.id)


def side_of(session: Session, event: Event) -> SideOfReader:
    """On which side of an event that it may read the session stands; at most two queries."""
    if permissions.sight(session, event) is not Sight.SHARED:
        return SideOfReader.OWN
    one, share = permissions.reader(session), share_row(session, event)
    if one is None or share is None or share.office not in office_line(one.offices, one.office):
        return SideOfReader.NONE
    if one.whole_office:
        return SideOfReader.OTHER
    pairs = (part.where(part.selected_columns[0] == event.id) for part in TAKING_PART)
    takes_part = {row[1] for row in session.execute(union_all(*pairs))}
    return SideOfReader.OTHER if one.organisation_id in takes_part else SideOfReader.NONE


def candidates(session: Session, event: Event) -> tuple[str, ...]:
    """The codes of the offices that an event may be shared with."""
    return other_offices(event, permissions.offices(session))


def office_of_share(session: Session, share: EventShare) -> str:
    """The code of the office that an event is shared with, as it is now."""
    return permissions.offices(session).named(share.office)


def office_names(session: Session, codes: tuple[str, ...]) -> Mapping[str, LocalizedText]:
    """Office → the name of its locality."""
    found = (session.get(Locality, code) for code in codes)
    return {one.code: one.name for one in found if one is not None}
