"""One's own password: checked, then replaced."""

from sqlmodel import Session

from models.i18n import N_, message
from service.actions import crud
from service.actions.accounts import accounts, login_throttling
from service.actions.accounts.credentials import check_password, hash_password
from service.actions.context import ActionContext

WRONG = N_("This is not your present password.")


def is_own(session: Session, act: ActionContext, password: str, address: str) -> bool:
    """Whether this is the current password of the acting account; a failure counts like a failed sign-in.

    It is counted in this transaction, which must therefore be committed even if the answer is no.

    Raises:
        TooMany: too many failures from here within 15 minutes.
    """
    user = act.account
    attempt = login_throttling.begin(session, act, user.email, address)
    if check_password(user.password_hash, password):
        return True
    login_throttling.note_failure(session, act, attempt, user)
    return False


def replace(session: Session, act: ActionContext, current: str, new: str) -> str:
    """Give the acting account a new password, after :func:`is_own` has accepted the current one.

    All its browser sessions end; returns the secret of a new one for the browser that asked. Tokens stay valid.

    Raises:
        Invalid: under ``new``: too short, too long, too easy to guess, or the current one.
    """
    user = act.account
    if new == current:
        crud.check({"new": [message(N_("This is the password you have. Choose another one."))]})
    password_hash = hash_password(new, accounts.known_texts(user.email, user.name), "new")
    values = {"password_hash": password_hash, "must_change_password": False}
    crud.change(session, act, user, values, also={"password": {"from": None, "to": "new"}})
    accounts.end_sessions(session, user)
    return accounts.open_session(session, user, act.now)
