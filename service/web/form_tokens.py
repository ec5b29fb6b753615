"""Form tokens: a form submitted twice is processed once, and its result is stored for a day."""

import json
import secrets

from flask import request

from service.actions import idempotency
from service.web.view import View


def new_token() -> str:
    """A new idempotency token, for the hidden field ``token`` of a form."""
    return secrets.token_urlsafe(18)


def token_of_form() -> str:
    """The token that this form was opened with."""
    return request.form.get("token", "")[: idempotency.MAX_KEY] or new_token()


def recalled(view: View, action: str) -> dict[str, str] | None:
    """The stored result of this submission; None the first time. A concurrent second submission waits for the first.

    Raises:
        Conflict: it was processed, but the stored result can't be decrypted any more.
        Invalid: the token is malformed, or belongs to another submission.
    """
    stored = idempotency.recall(view.session, view.act, _secret(view), token_of_form(), (action.encode(),), waits=True)
    if stored is None:
        return None
    values: dict[str, str] = json.loads(stored.body)
    return values


def kept(view: View, action: str, token: str) -> dict[str, str] | None:
    """What was stored of the submission with this token, to be told on the page it led to; None: nothing, any more."""
    stored = idempotency.peek(view.session, view.act, _secret(view), token[: idempotency.MAX_KEY], (action.encode(),))
    if stored is None:
        return None
    values: dict[str, str] = json.loads(stored.body)
    return values


def keep(view: View, action: str, **values: str) -> None:
    """Store the result of a submission, encrypted, in the transaction that processes it."""
    answer = idempotency.StoredResponse(200, {}, json.dumps(values).encode())
    idempotency.store(view.session, view.act, _secret(view), token_of_form(), (action.encode(),), answer)


def _secret(view: View) -> str:
    return view.desk.settings.secret_key
