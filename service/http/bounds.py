"""What an address and a form may hold, checked before anything is looked up: size, number of fields, whole characters.

Werkzeug reads what is no UTF-8 as other characters without a word. Whoever sent it would find something else than they
wrote, so it is refused by name. The bounds of each field are its schema's (:mod:`service.schemas.fields`).
"""

from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.exceptions import RequestURITooLarge

from models.errors import Invalid
from models.i18n import N_, Message, message
from service.http.json_body import MOST_TOLD

MAX_BODY = 2 * 1024 * 1024
"""Bytes of a request's body."""

MOST_OF_AN_ADDRESS = 16 * 1024
"""Bytes of path and query string together."""

MOST_OF_A_HEADER = 16 * 1024
"""Characters of a header with ETags."""

MOST_FIELDS = 5000
"""Fields of a form; the longest programme there can be has 4,500."""

MOST_PARAMETERS = 1000
"""Parameters of a query string."""

FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"

_NO_TEXT = N_("Is no text in UTF-8: a character is cut off or damaged.")
_MANY = N_("Holds more than {max} values in all.")
_LONGER = N_("Longer than maximum length {max}.")
_LOST = "\ufffd"
_TAGS = ("If-Match", "If-None-Match")


def check_address() -> None:
    """Refuse an address that is too long or whose parameters are not UTF-8, and ETags that are none.

    A path that is not UTF-8 leads nowhere: parts of addresses are ASCII.

    Raises:
        RequestURITooLarge: it is too long.
        Invalid: a parameter is not UTF-8, or there are too many; a header is too long.
    """
    query = request.query_string
    if len(query) + len(request.path) > MOST_OF_AN_ADDRESS:
        raise RequestURITooLarge
    if long := [name for name in _TAGS if len(request.headers.get(name, "")) > MOST_OF_A_HEADER]:
        raise Invalid({name: [message(_LONGER, max=MOST_OF_A_HEADER)] for name in long})
    if query:
        _check_pairs(query, MOST_PARAMETERS)


def check_form() -> None:
    """Refuse a page's form with too many fields or with one that is not UTF-8, before it is taken apart.

    Operations of the API look at their bodies themselves, after they know who sent them.

    Raises:
        Invalid: names the field.
    """
    if request.path.startswith("/api/"):
        return
    if request.mimetype == FORM:
        _check_pairs(request.get_data(cache=True, parse_form_data=False), MOST_FIELDS)
    elif request.mimetype == UPLOAD:
        # Its parts are read already when they can be looked at; a text that was damaged has the sign that says so.
        wrong = [name for name, text in request.form.items(multi=True) if _LOST in name or _LOST in text]
        if wrong:
            raise Invalid({name: [message(_NO_TEXT)] for name in wrong})


def _check_pairs(encoded: bytes, most: int) -> None:
    if encoded.count(b"&") >= most:
        raise Invalid({"body": [message(_MANY, max=most)]})
    if errors := dict(islice(_wrong(encoded), MOST_TOLD)):
        raise Invalid(errors)


def _wrong(encoded: bytes) -> Iterator[tuple[str, list[Message]]]:
    """The pairs of a query string or form whose name or value is not UTF-8."""
    if b"%" not in encoded and encoded.isascii():
        return
    for pair in encoded.split(b"&"):
        if _is_utf8(pair):
            continue
        name, _equals, _value = pair.partition(b"=")
        shown = unquote_to_bytes(name[:300]).decode("utf-8", "backslashreplace")
        yield shown or "body", [message(_NO_TEXT)]


def _is_utf8(encoded: bytes) -> bool:
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return False
    return True
