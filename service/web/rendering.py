"""Rendering templates in one language, without caching; static files get addresses that may be cached forever."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Response, render_template, request, url_for

from calendars.days.formatting import names_of_months, names_of_weekdays
from models.i18n import NP_, translate
from models.vocabulary import Language
from service.web.language import SELF_NAMES

STATIC = Path(__file__).parent / "static"


def render(template: str, language: str, /, **values: Any) -> Response:
    """A page in a language. Caches must not store it: it shows what one account may see."""

    def say(sentence: str, /, **filled: object) -> str:
        return translate(sentence, language, **filled)

    def say_in_context(context: str, sentence: str, /, **filled: object) -> str:
        return translate(NP_(context, sentence), language, **filled)

    body = render_template(
        template,
        **({"view": None} | values),
        _=say,
        pgettext=say_in_context,
        language=language,
        languages=SELF_NAMES,
        asset=asset,
        here=here(),
        words_of_months="|".join(names_of_months(Language(language))),
        words_of_weekdays="|".join(names_of_weekdays(Language(language))),
    )
    response = Response(body, mimetype="text/html")
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Cookie, Accept-Language"
    # Not no-referrer: with that, browsers send "Origin: null" with our own forms.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def here() -> str:
    """The path of this page, including its query."""
    return request.full_path if request.query_string else request.path


@cache
def asset_version(name: str) -> str:
    """The part of a static file's address that changes with its content."""
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file, which may be cached forever."""
    return url_for("pages.static_file", name=name, v=asset_version(name))
