"""Sharing an event with the office of the other side: what it reads, what is asked of it, who opened it."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.both_sides.share import EventShare
from models.errors import Conflict, Stale
from models.events import Event
from models.i18n import N_, message
from models.vocabulary import Asked, Visibility
from service.actions.both_sides import openings, shared_reading, shares, sides
from service.actions.both_sides.shares import Ask, WantedShare
from service.actions.event_sides import SideOfReader, side_of
from service.actions.events import events
from service.schemas.shares import ShareSchema
from service.web.both_sides.ways import reads_in
from service.web.both_sides.words import ASKED, ask_lines, asks_with_answers, office_name
from service.web.both_sides.wrong_fields import FieldPlaces, wrong_fields
from service.web.form_fields import TICKED
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.view import View

_DONE: Mapping[str, str] = {
    "shared": N_("It is shared."),
    "unshared": N_("It is shared no more."),
}


@page()
def share(view: View, event_id: str) -> Response:
    """What the other side reads of an event and is asked; who is in charge shares it and takes that back."""
    event = events.find_event(view.session, event_id)
    if side_of(view.session, event) is not SideOfReader.OWN:
        return redirect(url_for("pages.event", event_id=event_id), 303)
    refusal: FormRefusal | None = None
    if request.method == "POST":
        word = request.form.get("do", "")
        refusal = attempt(view, lambda: _do(view, event, word))
        if refusal is None:
            done = "unshared" if word == "unshare" else "shared"
            return redirect(url_for("pages.share", event_id=event_id, done=done), 303)
        event = events.find_event(view.session, event_id)  # rolling back discarded it
    return _show(view, event, refusal)


def _do(view: View, event: Event, word: str) -> None:
    if word == "unshare":
        shares.delete_share(view.session, view.act, event, _checked)
    elif word == "share":
        try:
            shares.replace_share(view.session, view.act, event, typed_share(), _checked)
        except Conflict as conflict:
            if conflict.code != "law_not_acknowledged":
                raise
            # The page has a box to tick for what the API calls "acknowledged".
            raise Conflict(message(shares.LAW), code=conflict.code) from None
    else:
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _checked(found: EventShare | None) -> None:
    if request.form.get("version", "0") != _version(found):
        raise Stale


def _version(found: EventShare | None) -> str:
    return "0" if found is None else str(found.version)


def typed_share() -> WantedShare:
    """What the form asks for.

    Raises:
        ValidationError: a day is missing or is none.
    """
    typed = request.form
    chosen = _chosen()
    body: dict[str, Any] = {
        "asks": [{"what": word, "until": typed.get(f"until-{word}", "").strip() or None} for word in chosen],
        "note": typed.get("note", "").strip() or None,
        "acknowledged": typed.get("acknowledged") == TICKED,
    }
    if typed.get("with"):
        body["with"] = typed["with"]
    values = ShareSchema().load(body)
    asks = [Ask(one["what"], one["until"]) for one in values["asks"]]
    return WantedShare(values.get("with"), asks, values["note"], values["acknowledged"])


def _chosen() -> list[str]:
    return [word for word in request.form.getlist("ask") if word in set(Asked)]


def _places(view: View) -> FieldPlaces:
    places = {
        f"asks.{number}": (f"{view.say(ASKED[Asked(word)])} – {view.say(N_('Until'))}", f"until-{word}")
        for number, word in enumerate(_chosen())
    }
    return places | {
        "with": (view.say(N_("Shared with the office of")), "with"),
        "note": (view.say(N_("Note for the other side (may stay empty)")), "note"),
    }


def _staying(view: View, event: Event, found: EventShare | None) -> str:
    """The bodies of the other side that read the event even if it is shared no more."""
    if found is None:
        return ""
    office = sides.office_of_share(view.session, found)
    bodies = shared_reading.bodies_taking_part(view.session, event, office)
    return ", ".join(view.body(one, event.first_day) for one in bodies)


def _show(view: View, event: Event, refusal: FormRefusal | None) -> Response:
    found = sides.share_row(view.session, event)
    codes = sides.candidates(view.session, event)
    asked = shares.asks_of(found) if found is not None else []
    until = {one.what.value: one.until.isoformat() for one in asked}
    note = (found.note if found else "") or ""
    if refusal is not None:
        until = {word: request.form.get(f"until-{word}", "") for word in request.form.getlist("ask")}
        note = request.form.get("note", "")
    done = request.args.get("done", "")
    return view.page(
        "both_sides/share.html",
        refusal.status if refusal else 200,
        event=event,
        share=found,
        office=office_name(view, sides.office_of_share(view.session, found)) if found else "",
        offices=[(code, office_name(view, code)) for code in codes],
        chosen=request.form.get("with", codes[0] if codes else ""),
        may_change=view.may_change(event),
        asked=ask_lines(view, asks_with_answers(view, event, found)),
        asks=[(word.value, view.say(label), until.get(word.value)) for word, label in ASKED.items()],
        note=note,
        reads_in=reads_in(view, codes[0]) if len(codes) == 1 else "",
        version=_version(found),
        law=view.say(shares.LAW),
        is_known=found is not None and found.acknowledged_at is not None,
        openings=[
            (user.name, opening, office_name(view, opening.office))
            for opening, user in openings.openings_of(view.session, event)
        ],
        staying=_staying(view, event, found),
        is_public=event.visibility is Visibility.PUBLIC,
        refusal=refusal,
        problems=wrong_fields(refusal, _places(view)),
        done=view.say(_DONE[done]) if done in _DONE and refusal is None else "",
    )
