"""Import of a calendar file by hand: uploaded or pasted, previewed, then confirmed."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.ical_import.content_lines import MAX_BYTES, invalid_file
from models.errors import Conflict, Invalid, Stale
from models.i18n import N_, message
from models.vocabulary import EventKind, Role
from service.actions import outside
from service.actions.dry_run import dry_run_savepoint
from service.actions.imports.calendar_files import KINDS, ComponentOutcome, ImportDefaults, import_calendar
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.view import View

RESULTS: Mapping[str, str] = {
    "created": N_("Becomes a draft"),
    "changed": N_("Will be changed"),
    "unchanged": N_("Stays as it is"),
    "refused": N_("Can't be taken in"),
    "ignored": N_("Skipped"),
}
_CHOICES = ("kind", "host", "guest", "source")


@page(read=Role.OFFICER, is_long=True)
def imports(view: View) -> Response:
    """The form; with POST, a preview of a file, or its import: exactly as previewed, or not at all."""
    if request.method != "POST":
        return _show(view)
    content: list[bytes] = []
    outcomes: list[ComponentOutcome] = []
    refusal = attempt(view, lambda: _do(view, content, outcomes))
    if refusal is None and request.form.get("do") == "import":
        done = Counter(one.result for one in outcomes)
        return redirect(url_for("pages.imports", created=done["created"], changed=done["changed"]), 303)
    return _show(view, refusal, content, outcomes)


def _do(view: View, content: list[bytes], outcomes: list[ComponentOutcome]) -> None:
    match request.form.get("do"):
        case "look":
            content.append(_sent())
            with dry_run_savepoint(view.session, is_dry=True):
                outcomes += import_calendar(view.session, view.act, content[0], _defaults(view))
        case "import":
            content.append(_sent_back())
            outcomes += import_calendar(view.session, view.act, content[0], _defaults(view))
            if _digest(content[0], outcomes) != request.form.get("seen"):
                raise Stale
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _sent() -> bytes:
    content = outside.ask("upload", lambda: _uploaded)
    content = content or request.form.get("text", "").encode(errors="replace")
    if not content.strip():
        raise invalid_file(message(N_("Choose a file that is not empty, or paste its text.")))
    return content


def _uploaded() -> bytes:
    """The file, if there is one; it can be read once only."""
    file = request.files.get("file")
    if not file:
        return b""
    with file.stream as opened:
        return opened.read(MAX_BYTES + 1)


def _sent_back() -> bytes:
    try:
        return urlsafe_b64decode(request.form.get("content", "").encode())
    except (NotBase64, ValueError):
        raise Stale from None


def _defaults(view: View) -> ImportDefaults:
    chosen = _chosen()
    kind = chosen["kind"] or EventKind.ACTIVITY.value
    if kind not in set(KINDS):
        raise Invalid({"kind": [message(N_("Must be one of: {choices}."), choices=", ".join(KINDS))]})
    return ImportDefaults(
        EventKind(kind), chosen["host"] or None, chosen["guest"] or None, view.language, chosen["source"]
    )


def _chosen() -> dict[str, str]:
    """The options besides the file; its name comes with the file the first time, and from a form field afterwards."""
    chosen = {name: request.form.get(name, "")[:200] for name in _CHOICES}
    file = request.files.get("file")
    return chosen | ({"source": (file.filename or "")[:200]} if file else {})


def _digest(content: bytes, outcomes: Sequence[ComponentOutcome]) -> str:
    """Distinguishes previews: the file, the options, and the outcome of each component."""
    # A new event has another id each time.
    rows = [
        [
            one.number,
            one.uid,
            one.result,
            "" if one.result == "created" else one.event_id,
            [str(why) for why in one.reasons],
        ]
        for one in outcomes
    ]
    chosen = _chosen()
    content_key = json.dumps([[chosen[name] for name in _CHOICES], rows])
    return sha256(content + content_key.encode()).hexdigest()[:20]


def _show(
    view: View,
    refusal: FormRefusal | None = None,
    content: Sequence[bytes] = (),
    outcomes: Sequence[ComponentOutcome] = (),
) -> Response:
    is_seen = refusal is None and bool(content)
    gazetteer = view.compass.gazetteer
    places = gazetteer.standing(view.act.today)
    return view.page(
        "imports/calendar_files.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        wrong=[line for lines in refusal.fields.values() for line in lines] if refusal else [],
        is_seen=is_seen,
        outcomes=outcomes if is_seen else (),
        count=Counter(one.result for one in outcomes),
        results={result: view.say(label) for result, label in RESULTS.items()},
        kinds=KINDS,
        places=[(code, view.plain(places[code])) for code in view.places_in_order if code in places],
        chosen=_chosen(),
        own=gazetteer.carrier(view.act.office.locality, view.act.today),
        text=request.form.get("text", "") if refusal else "",
        content=urlsafe_b64encode(content[0]).decode() if is_seen else "",
        seen=_digest(content[0], outcomes) if is_seen else "",
        done={name: number for name in ("created", "changed") if (number := request.args.get(name, "")).isdigit()},
    )
