"""One's own password: proven, then replaced."""

from sqlmodel import Session

from models.i18n import N_, message
from service.actions import crud
from service.actions.accounts import accounts, login_throttling
from service.actions.accounts.credentials import check_password, hash_password
from service.actions.context import ActionContext

WRONG = N_("This is not your present password.")


def is_own(session: Session, act: ActionContext, password: str, address: str) -> bool:
    """Whether this is the present password of the account that acts; a failure counts like a failed sign-in.

    It is counted in this transaction, which therefore must be committed whatever the answer is.

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
    """Give the account that acts a new password, once :func:`is_own` has said yes to the present one.

    All its browsers are signed out; the secret of a new session comes back, for the one that asked. Tokens stay.

    Raises:
        Invalid: under ``new``: too short, too long, too easy to guess, or the one it has.
    """
    user = act.account
    if new == current:
        crud.check({"new": [message(N_("This is the password you have. Choose another one."))]})
    kept = hash_password(new, accounts.known_texts(user.email, user.name), "new")
    values = {"password_hash": kept, "must_change_password": False}
    crud.change(session, act, user, values, also={"password": {"from": None, "to": "new"}})
    accounts.end_sessions(session, user)
    return accounts.open_session(session, user, act.now)
