"""Notes on events as JSON."""

from marshmallow import fields, validate

from models.both_sides.notes import NOTE_LENGTH, EventNote
from models.vocabulary import NoteSource, NoteVisibility
from service.schemas.fields import ListField, TextField, WordField
from service.schemas.rows import RowSchema

MOST_MENTIONS = 20


class NoteSchema(RowSchema):
    """A note on an event: never changed, at most struck out."""

    class Meta:
        model = EventNote
        exclude = ("shared_with",)
        dump_only = (
            "event_id",
            "author_id",
            "sender",
            "first_day",
            "last_day",
            "struck_at",
            "struck_by",
        )

    text = TextField(required=True, multiline=True, validate=validate.Length(1, NOTE_LENGTH))
    visibility = WordField(
        NoteVisibility,
        metadata={
            "description": "Whether only the author's side reads it, or both. Default: own.",
            "x-extensible-enum": [word.value for word in NoteVisibility],
        },
    )
    source = WordField(
        NoteSource,
        dump_only=True,
        metadata={
            "description": "Who wrote it here, or what a mail said; that has a `sender` and no author, and may propose"
            " days.",
            "x-extensible-enum": [word.value for word in NoteSource],
        },
    )
    author = fields.String(dump_only=True, allow_none=True, metadata={"description": "The name of who wrote it."})
    mentions = ListField(
        TextField(validate=validate.Length(1, 26)),
        validate=validate.Length(max=MOST_MENTIONS),
        metadata={
            "description": "Ids of accounts that are told of it by mail, once. Only who can read the note. Read: those"
            " that you may know of."
        },
    )
