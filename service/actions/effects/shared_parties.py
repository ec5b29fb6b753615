"""A share ends when the office it is with is no party of the event any more: with another guest comes another side."""

from sqlmodel import Session

from models.both_sides.share import EventShare
from models.events import Event
from models.queries.shares import other_offices
from service.actions import permissions
from service.actions.audit import record
from service.actions.context import ActionContext

PARTIES = frozenset({"host", "guest", "organisation_id"})
"""The fields of an event that decide which offices are its other side."""


def end_if_left(session: Session, act: ActionContext, event: Event) -> bool:
    """End the share of an event whose parties changed, if it is with none of them; whether it did."""
    share = session.get(EventShare, event.id)
    offices = permissions.offices(session)
    if share is None or offices.alone:
        return False
    if offices.named(share.office) in other_offices(event.organisation_id, (event.host, event.guest), offices):
        return False
    told = {"shared_with": {"from": offices.named(share.office), "to": None}}
    session.delete(share)
    session.flush()
    record(session, act, "delete", "event_share", event.id, told, event_id=event.id)
    return True
