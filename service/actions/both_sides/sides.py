"""The offices of a shared event: which it may be shared with, which it is, what they are called.

On which side a reader stands: :mod:`service.actions.event_sides`.
"""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from models.both_sides.share import EventShare
from models.events import Event
from models.places import Locality
from models.queries.shares import office_line, other_offices
from models.text import LocalizedText
from service.actions import permissions
from service.actions.event_sides import SideOfReader, side_of

__all__ = ["SideOfReader", "candidates", "office_names", "office_of_share", "offices_beside", "share_row", "side_of"]


def share_row(session: Session, event: Event) -> EventShare | None:
    """The share of an event; None if it is not shared."""
    return session.get(EventShare, event.id)


def candidates(session: Session, event: Event) -> tuple[str, ...]:
    """The codes of the offices that an event may be shared with."""
    return candidates_of(session, event.organisation_id, event.host, event.guest)


def candidates_of(
    session: Session, organisation_id: str | None, host: str | None, guest: str | None
) -> tuple[str, ...]:
    """As :func:`candidates`, for an event that is not there yet."""
    return other_offices(organisation_id, (host, guest), permissions.offices(session))


def offices_beside(session: Session, organisation_id: str | None) -> tuple[str, ...]:
    """The codes of all offices that have not ended, but that of an organisation."""
    offices = permissions.offices(session)
    if offices.alone:
        return ()
    there = {offices.default, *offices.others} - offices.ended - {offices.of(organisation_id)}
    return tuple(sorted(there))


def office_of_share(session: Session, share: EventShare) -> str:
    """The code of the office that an event is shared with, as it is now."""
    offices = permissions.offices(session)
    found = offices.named(share.office)
    return found if share.office in office_line(offices, found) else share.office


def office_names(session: Session, codes: Sequence[str]) -> Mapping[str, LocalizedText]:
    """Office → the name of its locality."""
    found = (session.get(Locality, code) for code in codes)
    return {one.code: one.name for one in found if one is not None}
