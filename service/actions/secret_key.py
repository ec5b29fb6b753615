"""The secret key and the database belong together: a key that was damaged or replaced is noticed before it is used."""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from models.encryption import fingerprint
from models.errors import Conflict
from models.i18n import N_, message
from models.installation import SecretKeyCheck
from service.actions.audit import record
from service.actions.context import ActionContext

_ONLY = 1
"""The key of the only row."""


_OTHER = N_(
    "DESK_SECRET_KEY is not the key this database has been used with since {day}: it was damaged or replaced. Put the"
    " old key back (the copy of DESK_VAR/secret_key). If it is lost, stop the service and run `desk key adopt`: the"
    " service then goes on with the present key, and what was sealed under the old one has to be entered anew."
)


class OtherKey(Conflict):
    """The secret key is not the database's."""

    code = "other_secret_key"


def check(session: Session, secret: str) -> bool:
    """Whether the database knows a key; then it is this one.

    Raises:
        OtherKey: it is another one.
    """
    known = session.get(SecretKeyCheck, _ONLY)
    if known is not None and known.fingerprint != fingerprint(secret):
        raise OtherKey(message(_OTHER, day=known.since.date()))
    return known is not None


def remember(session: Session, secret: str, now: datetime) -> None:
    """Store the key's fingerprint if the database knows no key yet; two processes may do so at once."""
    if session.get(SecretKeyCheck, _ONLY) is None:
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        row = {"id": _ONLY, "fingerprint": fingerprint(secret), "since": now}
        session.execute(insert(SecretKeyCheck).values(row).on_conflict_do_nothing())


def adopt(session: Session, act: ActionContext, secret: str) -> bool:
    """Make this the database's key from now on; returns whether it is another than before. Audited."""
    known = session.get(SecretKeyCheck, _ONLY)
    if known is not None and known.fingerprint == fingerprint(secret):
        return False
    if known is None:
        session.add(SecretKeyCheck(id=_ONLY, fingerprint=fingerprint(secret), since=act.now))
    else:
        known.fingerprint, known.since = fingerprint(secret), act.now
    session.flush()
    record(session, act, "adopt_key", "database", "secret_key", {})
    return True
