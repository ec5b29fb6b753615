"""Passwords and tokens: made, hashed, compared. Only hashes are ever kept."""

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import Invalid
from models.i18n import _, message

TOKEN_PREFIX = "desk_"  # noqa: S105 - a visible mark for secret scanners, not a secret
MINIMUM_PASSWORD = 12

_hasher = PasswordHasher()
# A hash nobody's password has: an unknown account takes the same time as a known one.
_NOBODY = _hasher.hash(secrets.token_urlsafe(32))

# The most common long passwords; an office's own words are refused below.
_COMMON = {
    "123456789012",
    "1234567890123",
    "password1234",
    "passwordpassword",
    "qwertyuiop12",
    "qwertyuiop123",
    "iloveyou1234",
    "administrator",
    "administrator1",
    "changeme1234",
    "letmein12345",
    "welcome12345",
    "matkhau123456",
    "123456abcdef",
    "abcdef123456",
}


def new_token() -> str:
    """A bearer secret of 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token. SHA-256 suffices: 256 random bits can't be guessed from it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def hash_password(password: str) -> str:
    """The argon2id hash of a password.

    Raises:
        Invalid: it is shorter than 12 characters, longer than 1,000, too common, or one character repeated.
    """
    if len(password) < MINIMUM_PASSWORD:
        problem = message(_("A password needs at least {count} characters."), count=MINIMUM_PASSWORD)
    elif len(password) > 1000:
        problem = message(_("A password has at most {count} characters."), count=1000)
    elif password.casefold() in _COMMON or len(set(password)) < 4:
        problem = message(_("This password is too easy to guess. Take several unrelated words."))
    else:
        return _hasher.hash(password)
    raise Invalid({"password": [problem]})


def check_password(kept: str | None, password: str) -> bool:
    """Whether the password is the one kept; takes as long for an account without one."""
    try:
        _hasher.verify(kept or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
