"""Unsubscribing from the office's own mails by the link in them: it allows switching that mail off and on, no more."""

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from itsdangerous import BadData, URLSafeSerializer
from sqlmodel import Session, select

from models.accounts import User
from models.errors import DomainError, NotFound
from models.i18n import N_, message
from models.office import Office
from models.vocabulary import ReminderPurpose
from service.actions import crud
from service.actions.context import ActionContext

FLAGS: Mapping[ReminderPurpose, str] = MappingProxyType(
    {ReminderPurpose.WEEKLY: "weekly_schedule", ReminderPurpose.DIGEST: "daily_digest"}
)
"""The mails one can unsubscribe from, and the account's column that says whether it gets them."""


class NoSubscription(NotFound):
    """No subscription at this address; a wrong link and one of a disabled account give the same answer."""

    def __init__(self) -> None:
        DomainError.__init__(self, message(N_("There is nothing at this address.")))


def leaving_url(office: Office, secret_key: str, user_id: str, purpose: ReminderPurpose) -> str:
    """The link to unsubscribe from one of the office's mails; the same in every mail, valid as long as the account."""
    return f"{office.public_url}/unsubscribe/{_signer(secret_key).dumps([user_id, purpose.value])}"


def subscription_of(
    session: Session, secret_key: str, token: str, *, to_change: bool = False
) -> tuple[User, ReminderPurpose]:
    """The account and the mail a link is for; ``to_change`` locks the account until the transaction ends.

    Raises:
        NoSubscription: the service did not sign this link, or its account is deleted or disabled.
    """
    try:
        user_id, word = _signer(secret_key).loads(token)
        purpose = ReminderPurpose(word)
    except (BadData, ValueError, TypeError):
        raise NoSubscription from None
    statement = select(User).where(User.id == str(user_id))
    # Two clicks at once: the second waits for the first and has nothing left to do.
    user = session.exec(statement.with_for_update() if to_change else statement).first()
    if user is None or not user.active or purpose not in FLAGS:
        raise NoSubscription
    return user, purpose


def switch(session: Session, act: ActionContext, user: User, purpose: ReminderPurpose, *, is_wanted: bool) -> None:
    """Switch a mail on or off for its recipient; no change is recorded if it is so already."""
    action = "resubscribe" if is_wanted else "unsubscribe"
    crud.change(session, act, user, {FLAGS[purpose]: is_wanted}, action=action)


def _signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        secret_key, salt="unsubscribe", signer_kwargs={"key_derivation": "hmac", "digest_method": sha256}
    )
