"""Makes a session act for an account: with its rights, and seen from its own office.

This is the one place that derives whose eyes an action looks through. With only the default office it asks nothing more
than the rights do.
"""

from datetime import datetime

from sqlmodel import Session

from models.accounts import User
from models.events import Event
from models.office import Office
from models.queries.office_profiles import OfficeProfiles
from models.queries.offices import Offices
from service.actions import permissions
from service.actions.context import ActionContext


def acting_as(
    session: Session, user: User, now: datetime, default_office: Office, request_id: str | None = None
) -> ActionContext:
    """The context of what an account does; from now on the session reads and changes what the account may."""
    permissions.reads_as(session, user)
    return context_of_reader(session, user, now, default_office, request_id)


def context_of_reader(
    session: Session, user: User, now: datetime, default_office: Office, request_id: str | None = None
) -> ActionContext:
    """As :func:`acting_as`, of a session that already reads as the account."""
    office = own_office(session, default_office)
    is_default = office is default_office
    return ActionContext(user, now, office, request_id, None if is_default else default_office)


def without_account(
    session: Session, event: Event, now: datetime, default_office: Office, request_id: str | None = None
) -> ActionContext:
    """The context of somebody without an account who was let in to one event: seen from the office of that event."""
    offices = permissions.offices(session)
    office = _office(session, offices, offices.of(event.organisation_id), default_office)
    return ActionContext(None, now, office, request_id, None if office is default_office else default_office)


def own_office(session: Session, default_office: Office) -> Office:
    """The office that the session reads for: the default one with its settings, or another at its place and by its
    clock. No query for the default office, two for another."""
    rights = permissions.account_rights(session)
    return default_office if rights is None else _office(session, rights.offices, rights.office, default_office)


def _office(session: Session, offices: Offices, code: str, default_office: Office) -> Office:
    if code == offices.default:
        return default_office
    zone = OfficeProfiles.load(session, offices).zone(code, default_office.timezone)
    return default_office.at(code, zone)
