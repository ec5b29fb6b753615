"""/events/{}/notes and /notes: what the two sides of a visit note on it, each for itself or for both."""

from collections.abc import Sequence
from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.vocabulary import NoteVisibility, Role
from service.actions.both_sides import notes
from service.actions.both_sides.notes import WrittenNote
from service.actions.events import events
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session, sliced
from service.schemas.notes import NoteSchema
from service.schemas.queries import QuerySchema

blp = ApiBlueprint("notes", __name__, description="Notes on events, for one side or for both")


def _answers(found: Sequence[WrittenNote]) -> list[dict[str, Any]]:
    names = notes.names_of(session(), found)
    return [one.as_json() | {"author": names.get(one.note.author_id or "")} for one in found]


def _answer(one: WrittenNote) -> dict[str, Any]:
    return _answers([one])[0]


@blp.route("/events/<event_id>/notes")
class EventNotesView(ApiView):
    @requires(Role.VIEWER)
    @operation("listEventNotes")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(NoteSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """The notes on an event that are for you, oldest first

        Your own side's, and those for both sides; these as long as the event is shared with your office.
        """
        event = events.find_event(session(), event_id)
        return _answers(sliced(notes.notes_of(session(), act(), event), pagination_parameters))

    @requires(Role.OFFICER)
    @operation("createNote")
    @blp.arguments(NoteSchema)
    @blp.created(NoteSchema, at="/api/v1/notes")
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Write a note on an event, for your own side or for both

        A note for both sides of an event that is not shared is refused: 409 `not_shared`. Nobody can change a note;
        see `strikeNote` and `deleteNote`.
        """
        event = events.find_event(session(), event_id)
        visibility = values.get("visibility", NoteVisibility.OWN)
        mentions = values.get("mentions", ())
        return _answer(notes.write_note(session(), act(), event, values["text"], visibility, mentions))


@blp.route("/notes/<note_id>")
class NoteView(ApiView):
    @requires(Role.VIEWER)
    @operation("getNote")
    @blp.one(NoteSchema)
    def get(self, note_id: str) -> Any:
        """Read a note"""
        return _answer(notes.find_note(session(), act(), note_id))

    @requires(Role.OFFICER)
    @operation("deleteNote")
    @blp.gone()
    def delete(self, note_id: str) -> None:
        """Delete a note of your own that only your side reads, within 15 minutes

        What both sides read, and what is older, stays: 409 `note_stays`. Strike it out instead.
        """
        found = notes.find_note(session(), act(), note_id)
        blp.check_etag(_answer(found), NoteSchema)
        notes.delete_note(session(), act(), found)


@blp.route("/notes/<note_id>/strike")
class StruckNoteView(ApiView):
    @requires(Role.OFFICER)
    @operation("strikeNote")
    @blp.one(NoteSchema)
    def post(self, note_id: str) -> Any:
        """Strike out a note: it stays to be read, as one that holds no longer

        By who wrote it, or who is in charge of the event on that side.
        """
        return _answer(notes.strike_note(session(), act(), notes.find_note(session(), act(), note_id)))
