"""Accounts, API tokens, sign-ins and browser sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy import delete as core_delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models.accounts import ApiToken, SpentState, User, WebSession
from models.constraint_violations import Violation, violation_of
from models.errors import Busy, Conflict, Unauthenticated
from models.i18n import N_, message
from models.places import Organisation
from models.queries.offices import OTHERS_EXIST, Offices, knows, line_end, line_of, within
from models.text import one_line
from models.vocabulary import Role, TokenScope
from service.actions import crud, outside, permissions
from service.actions.accounts import first_day, known_browsers, leave, login_throttling
from service.actions.accounts.credentials import Queue, check_new_password, check_password, hashed, needs_rehash
from service.actions.accounts.login_throttling import LoginAttempt
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.directory.directory import address_errors
from service.actions.effects import changes
from service.actions.tokens import new_token, token_hash

SESSION_LENGTH = timedelta(hours=12)
"""A session ends after this time, however much it is used."""

SESSION_IDLE = timedelta(hours=2)
"""A session ends after this time without a request."""

CLOCK_SLACK = timedelta(minutes=5)
"""How far in the future a session may lie: the clocks of several machines differ, and one may be put back a little."""


def create_user(session: Session, act: ActionContext, values: Mapping[str, Any]) -> User:
    """Create an account; without a password it can use API tokens only."""
    values = _prepared(session, act, values)
    _check_office(session, values.get("organisation_id"))
    _check_first(session, act, values)
    if session.exec(select(User.id).where(User.email == values["email"])).first():
        raise Conflict(
            message(N_("There is already an account for {email}."), email=values["email"]), code="already_exists"
        )
    values.setdefault("name", values["email"].split("@")[0])
    user = crud.create(session, act, User(**values))
    first_day.begin(session, user)
    changes.account_created(session, act, user)
    return user


def change_user(session: Session, act: ActionContext, user: User, values: Mapping[str, Any]) -> User:
    """Change an account. Disabling it takes effect with the next request of every token, feed and session.

    A password set by somebody else must be changed at the next sign-in, unless ``must_change_password`` says otherwise.

    Raises:
        Conflict: it is the last active administrator and would no longer be one.
    """
    values = _prepared(session, act, values, user)
    if values.get("organisation_id", user.organisation_id) != user.organisation_id:
        _check_office(session, values["organisation_id"])
        _check_line(session, user, values["organisation_id"])
    if "password_hash" in values and act.user is not None and act.user.id != user.id:
        values.setdefault("must_change_password", True)
    loses_admin = user.role is Role.ADMIN and user.active
    loses_admin = loses_admin and (values.get("role", user.role) is not Role.ADMIN or not values.get("active", True))
    if loses_admin:
        others = select(func.count()).where(
            User.role == Role.ADMIN, col(User.active), User.id != user.id, permissions.own_accounts(session)
        )
        if session.exec(others).one() == 0:
            raise Conflict(message(N_("This is the last active administrator.")), code="last_admin")
    # The audit row says that the password is new; it never contains the hash.
    audited = {"password": {"from": None, "to": "new"}} if "password_hash" in values else {}
    if "messenger" in values and (values["messenger"] is not None or user.messenger is not None):
        audited["messenger"] = {"from": None, "to": "new" if values["messenger"] else "none"}
    email = user.email
    changed = crud.change(session, act, user, values, also=audited)
    changes.account_changed(session, act, user, email, changed)
    if values.get("active") is False or "password_hash" in values:
        end_sessions(session, user)
    return user


def _check_office(session: Session, organisation_id: str | None) -> None:
    """Refuse an account of another office: its own administrators make it, and only the operator makes its first one.

    Raises:
        Forbidden: the organisation, or what has none, belongs to another office than the session's.
    """
    if organisation_id is None:
        what = message(N_("An account without an organisation belongs to the default office: choose one of yours."))
    else:
        what = message(
            N_(
                "“{organisation}” belongs to another office: its administrator makes its accounts, or the operator on"
                " the command line."
            ),
            organisation=session.get_one(Organisation, organisation_id).name,
        )
    permissions.check_own_organisation(session, "organisation_id", organisation_id, what)


def _check_line(session: Session, user: User, organisation_id: str | None) -> None:
    """Refuse to put an existing account into a line that is not its office's, though nobody works there yet: it keeps
    its office, and the line's own would begin with somebody of another.

    Raises:
        Forbidden: it would be, and the session acts for an account; ``errors`` names the field.
    """
    organisation = session.get(Organisation, organisation_id or "")
    if organisation is None:
        return
    present = session.get(Organisation, user.organisation_id or "")
    offices = Offices.load_whole(session.connection())
    known = {offices.named(user.office), present.locality if present is not None else offices.default}
    if line_end(offices.successors, organisation.locality) not in {line_end(offices.successors, one) for one in known}:
        text = N_("“{organisation}” belongs to another locality: make a new account there, or ask the operator.")
        permissions.check_operator(session, "organisation_id", message(text, organisation=organisation.name))


def _check_first(session: Session, act: ActionContext, values: Mapping[str, Any]) -> None:
    """Refuse anybody but an administrator as the first account of another office: nobody could manage its accounts. And
    anybody at all beside accounts that are older than offices: those get their office first, which is the operator's.

    Raises:
        Invalid: under ``role``.
        Forbidden: there are older accounts.
    """
    organisation = session.get(Organisation, values.get("organisation_id") or "")
    if act.user is None or organisation is None:
        return
    offices = Offices.load_whole(session.connection())
    line = line_end(offices.successors, organisation.locality)
    if line in {offices.default, *offices.others}:
        return
    of_line = col(User.organisation_id).in_(within(line_of(offices.successors, line)))
    if session.exec(select(User.id).where(of_line, col(User.office).is_(None)).limit(1)).first() is not None:
        text = N_(
            "The accounts of this locality are older than offices: the operator opens their office first, on the"
            " command line (desk office open)."
        )
        permissions.check_operator(session, "organisation_id", message(text))
    if values["role"] is not Role.ADMIN:
        text = N_(
            "This is the first account of another office: make it an administrator's. From then on only they manage the"
            " accounts there, and only they see them."
        )
        crud.check({"role": [message(text)]})


def _prepared(
    session: Session, act: ActionContext, values: Mapping[str, Any], user: User | None = None
) -> dict[str, Any]:
    values = leave.completed(values)
    errors = crud.missing_references(session, User, values)
    errors |= leave.errors(session, act, user, values)
    if "email" in values:
        values["email"] = values["email"].lower()
        errors["email"] = address_errors(values["email"])
    crud.check(errors)
    if values.get("password") is not None:
        email, name = (values.get(part, getattr(user, part, "")) for part in ("email", "name"))
        check_new_password(values["password"], known_texts(email, name))
        values["password_hash"] = outside.ask("password", lambda: partial(hashed, values["password"]))
    if user is not None and ("password_hash" in values or (user.active and values.get("active") is False)):
        values["known_browsers"] = user.known_browsers + 1
    values.pop("password", None)
    return values


def known_texts(email: str, name: str) -> tuple[str, ...]:
    """Texts about an account that others know, so its password must not be made of them."""
    return (email.partition("@")[0], *email.partition("@")[0].replace("-", ".").replace("_", ".").split("."), name)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token's row and its secret, which is shown only now."""

    row: ApiToken
    secret: str


def issue_token(
    session: Session,
    act: ActionContext,
    user: User,
    name: str,
    expires_at: datetime | None = None,
    scope: TokenScope = TokenScope.WRITE,
) -> IssuedToken:
    """Create an API token for an account."""
    if expires_at is not None and expires_at <= act.now:
        crud.check({"expires_at": [message(N_("Must lie in the future."))]})
    secret = new_token()
    row = ApiToken(
        user_id=user.id,
        name=name,
        token_hash=token_hash(secret),
        scope=scope,
        expires_at=expires_at,
        created_at=act.now,
    )
    crud.create(session, act, row)
    return IssuedToken(row, secret)


def token_and_account(session: Session, secret: str, now: datetime) -> tuple[ApiToken, User]:
    """The token with this secret, and its account, which is active.

    Raises:
        Unauthenticated: unknown, expired or revoked token, or a disabled account; the error does not say which.
    """
    found = session.exec(
        select(ApiToken, User, OTHERS_EXIST).where(
            ApiToken.token_hash == token_hash(secret), ApiToken.user_id == User.id
        )
    ).first()
    if found is not None:
        token, user, several = found
        knows(session, several=bool(several))
        if user.active and (token.expires_at is None or token.expires_at > now):
            return token, user
    raise Unauthenticated(message(N_("This token is not valid (any more). Make a new one, or sign in.")))


@dataclass(frozen=True, slots=True)
class CheckedPassword:
    """A password checked outside the transaction against the hash that an account had then.

    ``new_hash``: the hash to store from now on, where the old one was made with too little work.
    """

    attempt: LoginAttempt
    stored_hash: str | None
    is_right: bool
    new_hash: str | None = None
    is_busy: bool = False

    @classmethod
    def check(
        cls, attempt: LoginAttempt, stored_hash: str | None, password: str, queue: Queue = Queue.KNOWN
    ) -> "CheckedPassword":
        """Check a password; takes as long for an account without one."""
        try:
            is_right = check_password(stored_hash, password, queue)
            new_hash = hashed(password) if is_right and stored_hash is not None and needs_rehash(stored_hash) else None
        except Busy:
            return cls(attempt, stored_hash, is_right=False, is_busy=True)
        return cls(attempt, stored_hash, is_right, new_hash)

    def fits(self, user: User) -> bool:
        """Whether it is the password of this account now: not one that was replaced while it was checked."""
        return self.is_right and user.password_hash == self.stored_hash


def sign_in(
    session: Session,
    act: ActionContext,
    email: str,
    password: str,
    address: str,
    known: known_browsers.Cookie | None = None,
) -> User | None:
    """The account with this address and password, or None if they don't match; the failure is then counted.

    ``known`` is what the browser shows of having signed in before. The attempt is counted in this transaction, which
    must be committed also when the answer is None or Busy is raised. Not to be called in a savepoint.

    Raises:
        TooMany: too many failures from here within 15 minutes; nobody is locked out permanently.
        Busy: too many passwords are being checked.
    """
    email = one_line(email).lower()
    find = select(User).where(User.email == email)

    def prepare() -> partial[CheckedPassword]:
        user = session.exec(find).first()
        browser = known.browser_of(user) if known is not None and user is not None else None
        attempt = login_throttling.begin(session, act, email, address, browser)
        queue = Queue.STRANGERS if browser is None else Queue.KNOWN
        return partial(CheckedPassword.check, attempt, user.password_hash if user else None, password, queue)

    checked = outside.ask("sign in", prepare, keeps=True)
    if checked.is_busy:
        login_throttling.take_back(session, checked.attempt)
        raise Busy
    user = session.exec(find).first()
    if user is None or not checked.fits(user) or not user.active:
        login_throttling.note_failure(session, act, checked.attempt, user)
        return None
    login_throttling.take_back(session, checked.attempt)
    if checked.new_hash is not None:
        user.password_hash = checked.new_hash
    record(session, replace(act, user=user), "sign_in", "user", user.id, {})
    return user


def sign_in_by_address(session: Session, act: ActionContext, email: str) -> User | None:
    """The active account with an address that the login provider has verified; None if there is none.

    No account is created. Its password is not checked and the limits on failed sign-ins don't apply.
    """
    user = session.exec(select(User).where(User.email == one_line(email).lower(), col(User.active))).first()
    if user is not None:
        record(session, replace(act, user=user), "sign_in", "user", user.id, {"by": {"from": None, "to": "provider"}})
    return user


def spend_state(session: Session, act: ActionContext, state: str, lifetime: timedelta) -> bool:
    """Mark a login provider's state as used; False if it was used before."""
    try:
        with session.begin_nested():
            session.add(SpentState(state_hash=token_hash(state), expires_at=act.now + lifetime))
    except IntegrityError as problem:
        if violation_of(problem) is not Violation.UNIQUE:
            raise
        return False
    return True


def open_session(session: Session, user: User, now: datetime) -> str:
    """Sign a browser in and return the secret for its cookie; only the hash is stored."""
    secret = new_token()
    session.add(
        WebSession(
            token_hash=token_hash(secret),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + SESSION_LENGTH,
        )
    )
    return secret


def session_and_account(
    session: Session, secret: str, now: datetime, seen_at: datetime | None = None
) -> tuple[WebSession, User] | None:
    """A browser's session and its active account; None if the session is unknown or has ended.

    ``seen_at`` is a last use that may be later than the stored one, None if there is none. A session that began or was
    last used in the future, under a clock that was ahead, has ended: it would last longer than others.
    """
    found = session.exec(
        select(WebSession, User, OTHERS_EXIST)
        .join(User, col(WebSession.user_id) == col(User.id))
        .where(WebSession.token_hash == token_hash(secret), *_may_last(now), col(User.active))
    ).first()
    if found is None:
        return None
    stored, user, several = found
    knows(session, several=bool(several))
    if seen_at is not None and seen_at > now + CLOCK_SLACK:
        return None
    last = stored.last_seen_at if seen_at is None else max(seen_at, stored.last_seen_at)
    return (stored, user) if last > now - SESSION_IDLE else None


def _may_last(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a session has not expired, and was not begun or used in the future."""
    begun_by, used_by = (
        col(WebSession.created_at) <= now + CLOCK_SLACK,
        col(WebSession.last_seen_at) <= now + CLOCK_SLACK,
    )
    return col(WebSession.expires_at) > now, begun_by, used_by


def close_session(session: Session, secret: str) -> None:
    """End one browser session."""
    session.execute(core_delete(WebSession).where(col(WebSession.token_hash) == token_hash(secret)))


def end_sessions(session: Session, user: User) -> None:
    """End all browser sessions of an account."""
    session.execute(core_delete(WebSession).where(col(WebSession.user_id) == user.id))


def sign_out_everywhere(session: Session, act: ActionContext) -> None:
    """End all of one's own sessions, including the current one; API tokens and calendars keep working."""
    end_sessions(session, act.account)
    record(session, act, "sign_out_everywhere", "user", act.account.id, {})
