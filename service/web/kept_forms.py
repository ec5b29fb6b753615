"""What was typed into a form whose session had ended: kept until its author has signed in again.

The sign-in page that answers such a form carries what was typed, encrypted, in a hidden field. After signing in the
browser sends it back to the page it was for, which shows its form again, filled in, as if it had been refused: nothing
is saved by that, whatever was asked for. It opens for the account whose page it was typed into only, for
:data:`LIFETIME`, and it is read only from browsers that signed in here before (:mod:`service.http.front_door`).

Passwords are not kept, and files can't be: a browser fills no file in.
"""

import json
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import request, url_for
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response

from models.accounts import User
from models.encryption import seal, unseal
from models.i18n import N_
from service.web.language import choose_language
from service.web.rendering import here
from service.web.view import View

FIELD = "kept"
LIFETIME = timedelta(hours=12)
MOST_SEALED = 28 * 1024
"""Characters of the hidden field. Text shrinks to a third before it is encrypted, so this is a form of some 50 kB."""

PURPOSE = "typed into a form"

_OF_PASSWORDS = ("/account",)
"""Pages whose forms are not kept."""

SIGNED_OUT = N_("You were signed out in the meantime. Sign in again: what you typed is kept and will be shown again.")
LOST = N_("You were signed out in the meantime, and what you typed could not be kept. Nothing was saved.")
RESTORED = N_(
    "You are signed in again. Below is what you typed; it is not saved yet: look it over and send it once more."
)
NO_FILE = N_("A file can’t be kept: choose it again.")


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form that was typed: the address it was sent to, and its fields."""

    target: str
    fields: ImmutableMultiDict[str, str]
    had_file: bool

    def told(self, view: View) -> str:
        """What the page says above it."""
        return " ".join(view.say(one) for one in (RESTORED, *([NO_FILE] if self.had_file else [])))


def refused(view: View, token: str) -> Response | None:
    """The sign-in page with what was typed, for a form that nobody signed in has sent; None if it can't be kept.

    ``token`` is the form's token: it tells whose page it was.
    """
    mark = view.desk.account_mark_of(token)
    is_known = bool(view.desk.known_browser(view.act.now))
    if not mark or not is_known or request.path in _OF_PASSWORDS or any(map(_is_secret, request.form)):
        return None
    fields = [[name, text] for name, text in request.form.items(multi=True) if name not in ("csrf", FIELD)]
    kept = {
        "account": mark,
        "target": here(),
        "at": view.act.now.isoformat(),
        "fields": fields,
        "file": any(file.filename for file in request.files.values()),
    }
    packed = b64encode(zlib.compress(json.dumps(kept, ensure_ascii=False).encode(errors="replace"), 9)).decode()
    sealed = seal(view.desk.settings.secret_key, PURPOSE, packed).decode()
    if len(sealed) > MOST_SEALED:
        return None
    choose_language()
    return view.page(
        "account/sign_in.html",
        401,
        target=here(),
        email="",
        problem=view.say(SIGNED_OUT),
        provider=view.desk.settings.login_provider,
        kept=sealed,
    )


def sign_in_address(*, is_lost: bool) -> str:
    """Where somebody is sent to sign in; ``is_lost``: they are told that what they typed is lost."""
    return url_for("pages.sign_in", next=here(), lost="yes" if is_lost else None)


def opened(view: View, user: User | None, sealed: str) -> KeptForm | None:
    """What was typed, if this account typed it and not too long ago."""
    text = unseal(view.desk.settings.secret_key, PURPOSE, sealed[:MOST_SEALED].encode(errors="replace"))
    if text is None or user is None:
        return None
    kept: dict[str, Any] = json.loads(zlib.decompress(b64decode(text)))
    age = view.act.now - datetime.fromisoformat(kept["at"])
    if kept["account"] != view.desk.account_mark(user) or not timedelta() <= age <= LIFETIME:
        return None
    return KeptForm(kept["target"], ImmutableMultiDict([(name, text) for name, text in kept["fields"]]), kept["file"])


def _is_secret(name: str) -> bool:
    return "password" in name
