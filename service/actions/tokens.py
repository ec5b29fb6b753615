"""Creating and hashing the bearer secrets of accounts, sessions and feeds. Only hashes are stored."""

import hashlib
import secrets

TOKEN_PREFIX = "desk_"  # noqa: S105 - a visible mark for secret scanners, not a secret


def new_token() -> str:
    """A bearer secret of 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The hash of a token, as it is stored. SHA-256 suffices: 256 random bits can't be guessed from it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
