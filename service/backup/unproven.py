"""After restoring a backup whose origin nothing proves: nobody gets in by anything the file says.

Whoever had the file in their hands may have planted a token, a calendar's address, an account, a role, or the hash of a
password of their choice. So every secret that the file vouches for ends: API tokens and calendar addresses, and the
passwords of all accounts, not only of those that are administrators according to the file. Signing in through a login
provider does not get past the new password either (``must_change_password``). Browsers and the answers kept for
repeated requests are never part of a backup. What remains is for people to look at: who has which role, and which rules
write to addresses of nobody's account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from models.accounts import ApiToken, User
from models.feeds import Feed
from models.reminders import ReminderRule
from models.text import localized
from models.vocabulary import Language, Role
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.tokens import new_token, token_hash
from service.backup.archive import Doubt


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account as the file has it; ``role_here`` is its role in the database that was replaced, None if unknown."""

    email: str
    role: Role
    active: bool
    role_here: str | None

    @property
    def is_raised(self) -> bool:
        """Whether the file gives it another role than the database had, or the database did not have it at all."""
        return self.role_here != self.role.value


@dataclass(frozen=True, slots=True)
class ShutOut:
    """What ended with an unproven restore, and what somebody has to look at.

    ``mailing_rules``: name → addresses, of rules that write to addresses which are no active account's.
    """

    doubt: Doubt
    tokens: int
    feeds: int
    passwords: int
    accounts: Sequence[StoredAccount]
    mailing_rules: Mapping[str, Sequence[str]]

    @property
    def administrators(self) -> list[str]:
        """The active accounts that administer according to the file."""
        return [one.email for one in self.accounts if one.active and one.role is Role.ADMIN]


def shut_out(session: Session, act: ActionContext, doubt: Doubt, roles_here: Mapping[str, str]) -> ShutOut:
    """End every secret that came with the file; ``roles_here`` are the roles in the database that was replaced."""
    passwords = session.exec(select(func.count()).where(col(User.password_hash).is_not(None))).one()
    tokens = session.exec(select(func.count()).select_from(ApiToken)).one()
    session.execute(delete(ApiToken))
    session.execute(
        update(User).values(password_hash=None, must_change_password=True, updated_at=act.now),
        execution_options={"synchronize_session": False},
    )
    feeds = session.exec(select(Feed.id)).all()
    for identity in feeds:
        unknown = token_hash(new_token())  # an address nobody has
        session.execute(update(Feed).where(col(Feed.id) == identity).values(token_hash=unknown))
    accounts = session.exec(select(User.email, User.role, User.active).order_by(User.email)).all()
    ended = ShutOut(
        doubt,
        tokens,
        len(feeds),
        passwords,
        [StoredAccount(email, Role(role), active, roles_here.get(email)) for email, role, active in accounts],
        _mailing_rules(session, {email for email, _role, active in accounts if active}),
    )
    counted = {"tokens": ended.tokens, "feeds": ended.feeds, "passwords": ended.passwords, "doubt": doubt.value}
    changed = {name: {"from": None, "to": value} for name, value in counted.items()}
    record(session, act, "restore_unproven", "database", "unproven", changed)
    return ended


def _mailing_rules(session: Session, known: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for rule in session.exec(select(ReminderRule).where(col(ReminderRule.active)).order_by(ReminderRule.id)):
        addresses = [one.removeprefix("email:") for one in rule.audience if one.startswith("email:")]
        if unknown := [one for one in addresses if one.lower() not in known]:
            found[f"{localized(rule.name, Language.VI)} ({rule.id})"] = unknown
    return found
