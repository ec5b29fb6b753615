"""Encrypt short secrets stored in the database, and derive keys; only the service's own secret decrypts and signs."""

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def cipher(secret: str, purpose: str) -> "Fernet":
    """The cipher for one purpose: a value encrypted for one purpose cannot be decrypted for another."""
    # Not with the module: it takes 10 ms of a start, and most requests encrypt nothing.
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{secret}".encode()).digest()))


def seal(secret: str, purpose: str, text: str) -> bytes:
    """Encrypt a text; only the same ``secret`` decrypts it."""
    return cipher(secret, purpose).encrypt(text.encode())


def unseal(secret: str, purpose: str, sealed: bytes) -> str | None:
    """Decrypt a value; None if it was encrypted with another secret or not at all."""
    from cryptography.fernet import InvalidToken

    try:
        return cipher(secret, purpose).decrypt(sealed).decode()
    except InvalidToken:
        return None


def derived_key(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, from which neither the secret nor the key for another follows.

    HKDF with SHA-256 and one block of output. Source: RFC 5869.
    """
    extracted = hmac.digest(b"protocol-desk", secret.encode("utf-8", "surrogateescape"), "sha256")
    return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")


def fingerprint(secret: str) -> str:
    """64 hexadecimal digits that tell secrets apart and nothing else about them: what a database keeps of its own."""
    return derived_key(secret, "fingerprint in the database").hex()
