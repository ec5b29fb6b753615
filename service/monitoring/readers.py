"""Who may read figures about the whole service: programs on its own machine, and administrators of its own office.

The figures count what belongs to all offices; those of another office read only what is theirs.
"""

from flask import request
from sqlmodel import Session

from models.errors import Unauthenticated
from models.queries.event_readers import reader_of
from models.vocabulary import Role
from service.api.resource import authenticate
from service.http.app_context import AppContext

_LOOPBACK = {"127.0.0.1", "::1"}
_PASSED_ON = ("x-forwarded-", "forwarded", "x-real-ip", "via")
"""Headers by which a proxy marks a forwarded request; a remote client must not pass for a local one."""


def is_local() -> bool:
    """Whether the request comes from this machine itself, not through a proxy."""
    is_passed_on = any(name.lower().startswith(_PASSED_ON) for name in request.headers.keys())  # noqa: SIM118
    return request.remote_addr in _LOOPBACK and not is_passed_on


def is_entitled(session: Session, desk: AppContext) -> bool:
    """Whether the request comes from an administrator of the default office."""
    try:
        user = authenticate(session, desk)
    except Unauthenticated:
        return False
    rights = reader_of(session, user)
    return user.role.suffices_for(Role.ADMIN) and rights.office == rights.offices.default
