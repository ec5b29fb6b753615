"""The notes on an event: reading and writing them, striking them out."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from models.errors import Conflict, Forbidden
from models.events import Event
from models.i18n import N_, NP_, message
from models.vocabulary import NoteVisibility, Role
from service.actions.both_sides import mentions, notes
from service.actions.both_sides.note_sight import NoteSight
from service.actions.events import events
from service.schemas.notes import NoteSchema
from service.schemas.word_names import NOTE_VISIBILITIES
from service.web.both_sides.wrong_fields import wrong_fields
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.view import View

_DONE: Mapping[str, str] = {
    "write": N_("The note is written."),
    "strike": N_("The note is struck out."),
    "delete": N_("The note was deleted."),
    "read": N_("Marked as read."),
}

_FIELDS = {
    "text": (NP_("on an event", "Note"), "text"),
    "visibility": (N_("Who may read it"), "visibility"),
    "mentions": (N_("Tell somebody of it by mail"), "mention"),
}
"""By what errors call them: the labels of a new note's fields, and their ids."""


@page(write=Role.VIEWER)
def event_notes(view: View, event_id: str) -> Response:
    """The notes on an event that are for the reader; with POST one is written, struck out, deleted, or read."""
    event = events.find_event(view.session, event_id)
    refusal: FormRefusal | None = None
    if request.method == "POST":
        word = request.form.get("do", "")
        refusal = attempt(view, lambda: _do(view, event, word))
        if refusal is None:
            return redirect(url_for("pages.event_notes", event_id=event_id, done=word), 303)
        event = events.find_event(view.session, event_id)
    return _show(view, event, refusal)


def _do(view: View, event: Event, word: str) -> None:
    if word == "read":
        mentions.mark_read(view.session, view.act, event)
        return
    if not view.may(Role.OFFICER):
        raise Forbidden(message(N_("Your account may read this, but not change it.")))
    if word == "write":
        wish = {
            "text": request.form.get("text", ""),
            "visibility": request.form.get("visibility") or NoteVisibility.OWN.value,
            "mentions": request.form.getlist("mention"),
        }
        schema: type[Schema] = NoteSchema
        values: dict[str, Any] = schema().load(wish)
        notes.write_note(view.session, view.act, event, values["text"], values["visibility"], values["mentions"])
        mentions.mark_read(view.session, view.act, event)
        return
    found = notes.find_note(view.session, view.act, request.form.get("row", ""))
    if word == "strike":
        notes.strike_note(view.session, view.act, found)
    elif word == "delete":
        notes.delete_note(view.session, view.act, found)
    else:
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _show(view: View, event: Event, refusal: FormRefusal | None) -> Response:
    sight = NoteSight.of(view.session, event)
    found = notes.notes_of(view.session, view.act, event)
    may_write = view.may(Role.OFFICER) and sight.writes
    offered = []
    if may_write:
        offered = [NoteVisibility.OWN, *([NoteVisibility.SHARED] if sight.writes_shared else [])]
    mentionable = {one: mentions.eligible(view.session, view.act, event, one) for one in offered}
    own = {one.id for one in mentionable.get(NoteVisibility.OWN, ())}
    everybody = {one.id: one.name for listed in mentionable.values() for one in listed}
    me = view.act.account.id
    names = notes.names_of(view.session, found)
    return view.page(
        "both_sides/notes.html",
        refusal.status if refusal else 200,
        event=event,
        notes=found,
        names=names,
        mentioned={one.note.id: ", ".join(names[each] for each in one.mentions if each in names) for one in found},
        unread={one.note.id for one in found if me in one.mentions}
        & {one.note.id for one in mentions.unread_mentions(view.session, view.act, notes.MOST_NOTES)},
        me=me,
        may_act=view.may(Role.OFFICER),
        visibilities=[(one.value, NOTE_VISIBILITIES[one]) for one in offered],
        whose=NOTE_VISIBILITIES,
        people=sorted(everybody.items(), key=lambda one: one[1].casefold()),
        of_other_side=set(everybody) - own,
        refusal=refusal,
        problems=wrong_fields(refusal, {name: (view.say(told), at) for name, (told, at) in _FIELDS.items()}),
        form=request.form if refusal else {"visibility": request.args.get("visibility", NoteVisibility.OWN.value)},
        ticked=set(request.form.getlist("mention")) if refusal else set(),
        done=view.say(_DONE[request.args["done"]]) if request.args.get("done") in _DONE and not refusal else "",
    )
