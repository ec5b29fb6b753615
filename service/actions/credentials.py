"""Passwords and tokens: made, hashed, compared. Only hashes are ever kept."""

import hashlib
import secrets
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import Invalid
from models.i18n import _, message
from service.actions.accounts.password_strength import is_guessable

TOKEN_PREFIX = "desk_"  # noqa: S105 - a visible mark for secret scanners, not a secret
MINIMUM_PASSWORD = 12

_hasher = PasswordHasher()
# A hash nobody's password has: an unknown account takes the same time as a known one.
_NOBODY = _hasher.hash(secrets.token_urlsafe(32))


def new_token() -> str:
    """A bearer secret of 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token. SHA-256 suffices: 256 random bits can't be guessed from it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def hash_password(password: str, own: Iterable[str] = (), field: str = "password") -> str:
    """The argon2id hash of a new password; ``own`` are texts about the account it must not be made of.

    Raises:
        Invalid: under ``field``: it is shorter than 12 characters, longer than 1,000, or one an attacker tries first.
    """
    if len(password) < MINIMUM_PASSWORD:
        problem = message(_("A password needs at least {count} characters."), count=MINIMUM_PASSWORD)
    elif len(password) > 1000:
        problem = message(_("A password has at most {count} characters."), count=1000)
    elif is_guessable(password, own):
        problem = message(_("This password is too easy to guess. Take several unrelated words."))
    else:
        return _hasher.hash(password)
    raise Invalid({field: [problem]})


def check_password(kept: str | None, password: str) -> bool:
    """Whether the password is the one kept; takes as long for an account without one."""
    try:
        _hasher.verify(kept or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
