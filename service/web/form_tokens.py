"""A form that is sent twice is carried out once: it is opened with a token, and what it was answered is kept a day."""

import json
import secrets

from flask import request

from service.actions import idempotency
from service.web.view import View


def new_token() -> str:
    """What tells one wish from another: for the hidden field ``token`` of a form."""
    return secrets.token_urlsafe(18)


def token_of_form() -> str:
    """The token this form was opened with."""
    return request.form.get("token", "")[: idempotency.MAX_KEY] or new_token()


def recalled(view: View, wish: str) -> dict[str, str] | None:
    """What was kept of this wish; None the first time. Whoever presses twice waits until the first is done.

    Raises:
        Conflict: it was carried out, and what was kept can't be read any more.
        Invalid: the token is no token, or that of another wish.
    """
    kept = idempotency.recall(view.session, view.act, _secret(view), token_of_form(), (wish.encode(),), waits=True)
    if kept is None:
        return None
    values: dict[str, str] = json.loads(kept.body)
    return values


def keep(view: View, wish: str, **values: str) -> None:
    """Keep what came of a wish, encrypted, in the transaction that carries it out."""
    answer = idempotency.StoredResponse(200, {}, json.dumps(values).encode())
    idempotency.store(view.session, view.act, _secret(view), token_of_form(), (wish.encode(),), answer)


def _secret(view: View) -> str:
    return view.desk.settings.secret_key
