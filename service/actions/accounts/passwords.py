"""One's own password: checked, then replaced."""

from functools import partial

from sqlmodel import Session

from models.errors import Busy
from models.i18n import N_, message
from service.actions import crud, outside
from service.actions.accounts import accounts, login_throttling
from service.actions.accounts.credentials import check_new_password, hashed
from service.actions.context import ActionContext

WRONG = N_("This is not your present password.")


def is_own(session: Session, act: ActionContext, password: str, address: str) -> bool:
    """Whether this is the current password of the acting account; a failure counts like a failed sign-in.

    It is counted in this transaction, which must therefore be committed even if the answer is no or Busy is raised. Not
    to be called in a savepoint.

    Raises:
        TooMany: too many failures from here within 15 minutes.
        Busy: too many passwords are being checked.
    """
    user = act.account

    def prepare() -> partial[accounts.CheckedPassword]:
        attempt = login_throttling.begin(session, act, user.email, address)
        return partial(accounts.CheckedPassword.check, attempt, user.password_hash, password)

    checked = outside.ask("own password", prepare, keeps=True)
    if checked.is_busy:
        login_throttling.take_back(session, checked.attempt)
        raise Busy
    if checked.fits(user):
        login_throttling.take_back(session, checked.attempt)
        return True
    login_throttling.note_failure(session, act, checked.attempt, user)
    return False


def replace(session: Session, act: ActionContext, current: str, new: str) -> str:
    """Give the acting account a new password, after :func:`is_own` has accepted the current one.

    All its browser sessions end; returns the secret of a new one for the browser that asked. Tokens stay valid.

    Raises:
        Invalid: under ``new``: too short, too long, too easy to guess, or the current one.
        Busy: too many passwords are being hashed.
    """
    user = act.account
    if new == current:
        crud.check({"new": [message(N_("This is the password you have. Choose another one."))]})
    check_new_password(new, accounts.known_texts(user.email, user.name), "new")
    password_hash = outside.ask("new password", lambda: partial(hashed, new))
    values = {
        "password_hash": password_hash,
        "must_change_password": False,
        "known_browsers": user.known_browsers + 1,
    }
    crud.change(session, act, user, values, also={"password": {"from": None, "to": "new"}})
    accounts.end_sessions(session, user)
    return accounts.open_session(session, user, act.now)
