"""Failed sign-ins, counted per account and address and per address over all accounts; no lockout is permanent.

An attempt is counted before its password is checked, which happens outside the transaction, and taken back when the
password was right: so attempts at the same time get no further than one after the other. A known browser
(:mod:`service.actions.accounts.known_browsers`) is counted by itself, whatever others do behind the same address.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, IPv6Network, ip_address

from sqlalchemy import ColumnElement, delete, func, text
from sqlmodel import Session, col, select

from models.accounts import LoginFailure, User
from models.errors import TooMany
from models.i18n import N_, message
from service.actions.audit import record
from service.actions.context import ActionContext

MAX_FAILURES = 10
"""For one account from one address within the window."""

MAX_FROM_ADDRESS = 100
"""For all accounts together from one address: this stops whoever tries one password on every account."""

WINDOW = timedelta(minutes=15)

_MINUTES = int(WINDOW.total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """A sign-in that is counted as a failure until it is taken back; how many have failed within the window so far.

    ``address`` is what it is counted by: a machine's address or a known browser.
    """

    id: str
    address: str
    failures: int
    from_address: int


def within(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions that a failure counts: within the window before ``now``, or as long after it.

    What lies further ahead was noted by a clock that was ahead: it would lock people out for as long.
    """
    return col(LoginFailure.at) > now - WINDOW, col(LoginFailure.at) < now + WINDOW


def begin(session: Session, act: ActionContext, email: str, address: str, browser: str | None = None) -> LoginAttempt:
    """Count an attempt to sign in as ``email``, whether such an account exists or not, before the password is checked.

    Attempts from one address are counted one after the other, under a lock; on SQLite the write lock does this.
    ``browser`` is the key of a browser known for this account: then only its own failures limit it.

    Raises:
        TooMany: too many failed within 15 minutes. An attempt refused here is not counted.
    """
    account = sha256(email.encode("utf-8", "surrogatepass")).hexdigest()
    address = browser or network_of(address)
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(sha256(f"sign in:{address}".encode()).digest()[:8], "big", signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
    count = select(func.count()).where(LoginFailure.address == address, *within(act.now))
    of_account = session.exec(count.where(LoginFailure.account == account)).one()
    of_all = session.exec(count).one()
    if of_account >= MAX_FAILURES or of_all >= MAX_FROM_ADDRESS:
        raise TooMany(
            message(N_("Too many failed sign-ins. Wait {minutes} minutes, then try again."), minutes=_MINUTES),
            retry_after=int(WINDOW.total_seconds()),
        )
    counted = LoginFailure(account=account, address=address, at=act.now)
    session.add(counted)
    session.flush()
    return LoginAttempt(counted.id, address, of_account, of_all)


def take_back(session: Session, attempt: LoginAttempt) -> None:
    """Count an attempt no longer: its password was right, or was never checked."""
    session.execute(delete(LoginFailure).where(col(LoginFailure.id) == attempt.id))


def note_failure(session: Session, act: ActionContext, attempt: LoginAttempt, user: User | None) -> None:
    """Leave an attempt counted; the one that reaches a limit gets an audit row.

    Neither the password nor an address without an account is stored: people type one into the other's field.
    """
    audited = {"address": {"from": None, "to": attempt.address}}
    if attempt.failures + 1 == MAX_FAILURES:
        record(session, act, "sign_in_limit", "user", user.id if user else "unknown", audited)
    if attempt.from_address + 1 == MAX_FROM_ADDRESS:
        record(session, act, "sign_in_limit", "login_failure", "all", audited)


def network_of(address: str) -> str:
    """The key one machine is counted by: the whole IPv4 address, or the first 64 bits of an IPv6 address.

    An IPv6 machine has 2⁶⁴ addresses to choose from. A text that is no address is used as it is, up to 64 characters.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed), 64), strict=False))
