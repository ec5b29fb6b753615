"""Failed sign-ins, counted per account and address and per address over all accounts; no door stays shut for good."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, IPv6Network, ip_address

from sqlalchemy import func, text
from sqlmodel import Session, select

from models.accounts import LoginFailure, User
from models.errors import TooMany
from models.i18n import N_, message
from service.actions.audit import record
from service.actions.context import ActionContext

MAX_FAILURES = 10
"""For one account from one address within the window."""

MAX_FROM_ADDRESS = 100
"""For all accounts together from one address: who tries one password on everybody is stopped here."""

WINDOW = timedelta(minutes=15)

_MINUTES = int(WINDOW.total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """Somebody at ``address`` is about to prove who they are; how often that failed within the window so far."""

    account: str
    address: str
    failures: int
    from_address: int


def begin(session: Session, act: ActionContext, email: str, address: str) -> LoginAttempt:
    """The attempt to prove to be ``email``, an account or not, before the password is looked at.

    Attempts on one account from one address come one after the other, so that many at once get no further than one by
    one. On SQLite the writer's lock sees to that.

    Raises:
        TooMany: too many failed within 15 minutes. What is refused here is not counted.
    """
    account = sha256(email.encode("utf-8", "surrogatepass")).hexdigest()
    address = network_of(address)
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(sha256(f"{account}:{address}".encode()).digest()[:8], "big", signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
    count = select(func.count()).where(LoginFailure.address == address, LoginFailure.at > act.now - WINDOW)
    of_account = session.exec(count.where(LoginFailure.account == account)).one()
    of_all = session.exec(count).one()
    if of_account >= MAX_FAILURES or of_all >= MAX_FROM_ADDRESS:
        raise TooMany(
            message(N_("Too many failed sign-ins. Wait {minutes} minutes, then try again."), minutes=_MINUTES),
            retry_after=int(WINDOW.total_seconds()),
        )
    return LoginAttempt(account, address, of_account, of_all)


def note_failure(session: Session, act: ActionContext, attempt: LoginAttempt, user: User | None) -> None:
    """Count a failure; the one that reaches a limit stands in the trail.

    Neither the password nor an address that is no account's is kept: people type the one where the other belongs.
    """
    session.add(LoginFailure(account=attempt.account, address=attempt.address, at=act.now))
    told = {"address": {"from": None, "to": attempt.address}}
    if attempt.failures + 1 == MAX_FAILURES:
        record(session, act, "sign_in_limit", "user", user.id if user else "unknown", told)
    if attempt.from_address + 1 == MAX_FROM_ADDRESS:
        record(session, act, "sign_in_limit", "login_failure", "all", told)


def network_of(address: str) -> str:
    """What one machine is counted by: an IPv4 address as it is, of an IPv6 address the first 64 bits.

    An IPv6 machine has 2⁶⁴ addresses to choose from. What is no address counts as it is, up to 64 characters.
    """
    try:
        known = ip_address(address)
    except ValueError:
        return address[:64]
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(IPv6Network((int(known), 64), strict=False))
