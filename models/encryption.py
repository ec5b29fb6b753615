"""Short secrets kept in the database so that only who has the service's own secret reads them."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


def cipher(secret: str, purpose: str) -> Fernet:
    """The cipher for one purpose: what is sealed for one opens with no other."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{secret}".encode()).digest()))


def seal(secret: str, purpose: str, text: str) -> bytes:
    """A text that only ``secret`` opens again."""
    return cipher(secret, purpose).encrypt(text.encode())


def unseal(secret: str, purpose: str, sealed: bytes) -> str | None:
    """What was sealed; None when another secret, or nobody, sealed it."""
    try:
        return cipher(secret, purpose).decrypt(sealed).decode()
    except InvalidToken:
        return None
