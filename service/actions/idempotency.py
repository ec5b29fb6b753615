"""Keyed POSTs: the first answer is kept in the transaction of the change and given again to the same request.

Change and kept answer commit together or not at all: a process killed in between leaves neither, and the repeated
request is then simply the first. Only answers that changed something are kept; an error changed nothing.
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
class KeptAnswer:
    """What a request was answered: status, the headers that matter, body."""

    status: int
    headers: dict[str, str]
    body: bytes


def _cipher(secret: str) -> "Fernet":
    # An answer may show a token once; at rest it is readable only with the service's secret.
    return cipher(secret, "idempotency")


def _digest(*parts: bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def recall(
    session: Session, act: ActionContext, secret: str, key: str, request: tuple[bytes, ...], *, waits: bool = False
) -> KeptAnswer | None:
    """The kept answer to this key, or None when the request is the first.

    On PostgreSQL a lock says at once that the first is still running, or ``waits`` until it has ended, as a person who
    presses a button twice does; on SQLite the writer's lock has made us wait.

    Raises:
        Conflict: the first request with this key is still running.
        Invalid: the key was used with another body or address.
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

    kept = session.get(IdempotencyKey, (act.account.id, key_hash))
    if kept is None:
        return None
    if kept.created_at + LIFETIME <= act.now:
        session.delete(kept)
        session.flush()
        return None
    if kept.request_hash != _digest(secret.encode(), *request):
        raise Invalid({"Idempotency-Key": [message(N_("This key was used for another request; take a new one."))]})
    try:
        stored = json.loads(_cipher(secret).decrypt(kept.answer))
    except InvalidToken:
        # The secret was changed since: the answer can't be read any more, but the wish was carried out.
        raise Conflict(
            message(N_("This was already carried out, but its answer can't be shown again.")), code="already_exists"
        ) from None
    return KeptAnswer(kept.status, stored["headers"], base64.b64decode(stored["body"]))


def keep(
    session: Session, act: ActionContext, secret: str, key: str, request: tuple[bytes, ...], answer: KeptAnswer
) -> None:
    """Keep the first answer for 24 hours."""
    stored = json.dumps({"headers": answer.headers, "body": base64.b64encode(answer.body).decode()})
    session.add(
        IdempotencyKey(
            user_id=act.account.id,
            key_hash=_digest(key.encode()),
            # Keyed: a request may hold a password, which must not be found by trying.
            request_hash=_digest(secret.encode(), *request),
            status=answer.status,
            answer=_cipher(secret).encrypt(stored.encode()),
            created_at=act.now,
        )
    )
    session.flush()
