"""Passwords: hashed with argon2id and compared. Only hashes are stored."""

import secrets
from base64 import b64encode
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from models.errors import Invalid
from models.i18n import N_, message
from service.actions.accounts.password_strength import is_guessable

MINIMUM_PASSWORD = 12

_hasher = PasswordHasher()


def _dummy_hash(hasher: PasswordHasher) -> str:
    """A hash that no password has, because its digest is drawn at random and not computed.

    Computing one takes as long as a sign-in, 0.17 s, and every process would do it when it starts.
    """
    salt, digest = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in (hasher.salt_len, hasher.hash_len)
    )
    work = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${work}${salt}${digest}"


# The hash of no password: checking an unknown account takes as long as checking a known one.
_DUMMY_HASH = _dummy_hash(_hasher)


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
