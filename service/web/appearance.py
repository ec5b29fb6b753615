"""Light or dark, as chosen in this browser, and what a telephone needs to install the service among its programs."""

import json
from enum import StrEnum
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from models.i18n import N_, translate
from models.vocabulary import Language
from service.http.app_context import current_context
from service.web.language import choose_language
from service.web.page_decorator import check_own_form, local_target
from service.web.rendering import asset

COOKIE = "desk_appearance"
_YEAR = 365 * 86_400
LIGHT_FRAME, DARK_FRAME = "#17365d", "#0f141b"
"""The colours of the frame that a telephone draws around the pages."""

_ABOUT = N_("Delegations, training batches, art troupes and anniversaries between twin provinces")
_ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-mask.png", "512x512", "maskable"),
)


class Appearance(StrEnum):
    """How pages look."""

    DEVICE = "device"
    LIGHT = "light"
    DARK = "dark"


NAMES = {
    Appearance.DEVICE: N_("As the device"),
    Appearance.LIGHT: N_("Light"),
    Appearance.DARK: N_("Dark"),
}


def chosen_appearance() -> Appearance:
    """What was chosen in this browser; what the device says if nothing was."""
    word = request.cookies.get(COOKIE, "")
    return Appearance(word) if word in set(Appearance) else Appearance.DEVICE


def in_templates() -> dict[str, Any]:
    """What the frame of every page shows of it."""
    return {
        "appearance": chosen_appearance(),
        "appearances": NAMES,
        "frame_colours": {Appearance.LIGHT: LIGHT_FRAME, Appearance.DARK: DARK_FRAME},
    }


def switch_appearance() -> AnyResponse:
    """Store the appearance chosen in this browser, and show the same page again."""
    check_own_form()
    response = redirect(local_target(request.form.get("next")), 303)
    response.headers["Cache-Control"] = "no-store"
    word = request.form.get("appearance", "")
    if word in set(Appearance):
        secure = current_context().settings.is_https
        response.set_cookie(COOKIE, word, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
    return response


def manifest() -> Response:
    """The web app manifest, which says how the service is installed; it tells of nobody and may be cached.

    Browsers fetch it without cookies: the page that names it says the language.
    """
    asked = request.args.get("language", "")
    language = asked if asked in set(Language) else choose_language().value
    described = {
        "id": "/",
        "name": "Protocol Desk",
        "short_name": "Protocol Desk",
        "description": translate(_ABOUT, language),
        "lang": language,
        "start_url": url_for("pages.coming"),
        "scope": "/",
        "display": "standalone",
        "theme_color": LIGHT_FRAME,
        "background_color": "#f5f4f0",
        "icons": [
            {"src": asset(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in _ICONS
        ],
    }
    response = Response(json.dumps(described, ensure_ascii=False), mimetype="application/manifest+json")
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language"
    response.cache_control.max_age = 3600
    response.cache_control.public = True
    return response
