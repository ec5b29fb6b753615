"""Idempotency keys: the first response is stored in the transaction of the change and returned to repeated requests.

The change and the stored response are committed together or not at all: a process killed in between leaves neither, and
the repeated request is then simply the first. Only responses of requests that changed something are stored; an error
changed nothing.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlmodel import Session

from models.accounts import IdempotencyKey
from models.encryption import cipher
from models.errors import Conflict, Invalid
from models.i18n import N_, message
from service.actions.context import ActionContext

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

LIFETIME = timedelta(hours=24)
MAX_KEY = 255


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The stored response to a request: status, relevant headers, body."""

    status: int
    headers: dict[str, str]
    body: bytes


def _cipher(secret: str) -> "Fernet":
    # A response may contain a token that is shown only once; it is stored encrypted with the service's secret.
    return cipher(secret, "idempotency")


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def recall(
    session: Session, act: ActionContext, secret: str, key: str, request: tuple[bytes, ...], *, waits: bool = False
) -> StoredResponse | None:
    """The stored response to this key, or None if the request is the first.

    On PostgreSQL a lock shows whether the first request is still running; ``waits`` waits until it has ended, which is
    right for a person who presses a button twice. On SQLite the write lock has already waited for it.

    Raises:
        Conflict: the first request with this key is still running.
        Invalid: the key is not valid, or was used with another body or URL.
    """
    if not key or len(key) > MAX_KEY or not key.isprintable():
        raise Invalid(
            {
                "Idempotency-Key": [
                    message(N_("Must be 1 to {max} printable characters, new for each wish."), max=MAX_KEY)
                ]
            }
        )
    key_hash = _digest(key.encode())
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(
            hashlib.sha256(f"{act.account.id}:{key_hash}".encode()).digest()[:8], "big", signed=True
        )
        if waits:
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
        elif not session.execute(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}).scalar_one():
            raise Conflict(
                message(N_("The first request with this key is still running. Ask again shortly.")),
                code="idempotency_in_progress",
            )
    from cryptography.fernet import InvalidToken

    row = session.get(IdempotencyKey, (act.account.id, key_hash))
    if row is None:
        return None
    if row.created_at + LIFETIME <= act.now:
        session.delete(row)
        session.flush()
        return None
    if row.request_hash != _digest(secret.encode(), *request):
        raise Invalid({"Idempotency-Key": [message(N_("This key was used for another request; take a new one."))]})
    try:
        stored = json.loads(_cipher(secret).decrypt(row.answer))
    except InvalidToken:
        # The secret has been changed: the response can't be decrypted any more, but the request was carried out.
        raise Conflict(
            message(N_("This was already carried out, but its answer can't be shown again.")), code="already_exists"
        ) from None
    return StoredResponse(row.status, stored["headers"], base64.b64decode(stored["body"]))


def peek(
    session: Session, act: ActionContext, secret: str, key: str, request: tuple[bytes, ...]
) -> StoredResponse | None:
    """The stored response to a key, for showing it again; None if there is none that can be shown. Writes nothing."""
    from cryptography.fernet import InvalidToken

    row = session.get(IdempotencyKey, (act.account.id, _digest(key.encode())))
    if row is None or row.created_at + LIFETIME <= act.now or row.request_hash != _digest(secret.encode(), *request):
        return None
    try:
        stored = json.loads(_cipher(secret).decrypt(row.answer))
    except InvalidToken:
        return None
    return StoredResponse(row.status, stored["headers"], base64.b64decode(stored["body"]))


def store(
    session: Session, act: ActionContext, secret: str, key: str, request: tuple[bytes, ...], answer: StoredResponse
) -> None:
    """Store the first response for 24 hours."""
    stored = json.dumps({"headers": answer.headers, "body": base64.b64encode(answer.body).decode()})
    session.add(
        IdempotencyKey(
            user_id=act.account.id,
            key_hash=_digest(key.encode()),
            # Keyed with the secret: a request may contain a password, which must not be guessable from the hash.
            request_hash=_digest(secret.encode(), *request),
            status=answer.status,
            answer=_cipher(secret).encrypt(stored.encode()),
            created_at=act.now,
        )
    )
    session.flush()
