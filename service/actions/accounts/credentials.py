"""Passwords: hashed with argon2id and compared. Only hashes are stored."""

import secrets
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import Invalid
from models.i18n import N_, message
from service.actions.accounts.password_strength import is_guessable

MINIMUM_PASSWORD = 12

_hasher = PasswordHasher()
# The hash of no password: checking an unknown account takes as long as checking a known one.
_DUMMY_HASH = _hasher.hash(secrets.token_urlsafe(32))


def hash_password(password: str, own: Iterable[str] = (), field: str = "password") -> str:
    """The argon2id hash of a new password; it must not be made of ``own``, texts about the account.

    Raises:
        Invalid: under ``field``: it is shorter than 12 characters, longer than 1,000, or one an attacker tries first.
    """
    if len(password) < MINIMUM_PASSWORD:
        problem = message(N_("A password needs at least {count} characters."), count=MINIMUM_PASSWORD)
    elif len(password) > 1000:
        problem = message(N_("A password has at most {count} characters."), count=1000)
    elif is_guessable(password, own):
        problem = message(N_("This password is too easy to guess. Take several unrelated words."))
    else:
        return _hasher.hash(password)
    raise Invalid({field: [problem]})


def check_password(stored_hash: str | None, password: str) -> bool:
    """Whether the password matches the stored hash; takes as long for an account without one."""
    try:
        _hasher.verify(stored_hash or _DUMMY_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored_hash is not None
