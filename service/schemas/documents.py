"""Papers of visits as JSON."""

from typing import Any

from marshmallow import fields, post_load, validate

from models.documents import KeptDocument
from models.vocabulary import DocumentFormat, DocumentKind, Language
from service.actions.documents.access import LANGUAGES, written
from service.actions.documents.reading import Wanted
from service.schemas.fields import FlagField, ListField, TextField, WordField
from service.schemas.queries import QuerySchema
from service.schemas.rows import RowSchema, StrictSchema

_WORDS = [written(one) for one in LANGUAGES]
_ID = validate.Length(1, 26)
_OPEN = {"x-extensible-enum": _WORDS}


class LanguagesField(TextField):
    """The languages of a paper: one, or two that stand beside each other (``vi,lo``)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"enum": _WORDS, "description": "Of two, each has a column or line of its own."})
        super().__init__(validate=validate.OneOf(_WORDS), **kwargs)


def languages(written_as: str) -> tuple[Language, ...]:
    """The languages that a field of them names."""
    return tuple(Language(one) for one in written_as.split(","))


_ISSUED_BY = {"description": "Which body issues it. Without it who is in charge of the visit, else your own."}
_SIGNED_BY = {"description": "Who signs it: the id of a person."}
_WHOSE = {"description": "Of letters to several bodies only the one to this body, with its tasks and nothing else."}


class DocumentsQuery(QuerySchema):
    """Who issues the papers and who signs them; what a paper lacks depends on it."""

    issued_by = TextField(validate=_ID, metadata=_ISSUED_BY)
    signed_by = TextField(validate=_ID, metadata=_SIGNED_BY)

    @post_load
    def as_wanted(self, values: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """The values with what a paper is asked for with, as actions take it."""
        return values | {
            "wanted": Wanted(values.get("issued_by"), values.get("signed_by"), values.get("organisation_id"))
        }


class DocumentQuery(DocumentsQuery):
    language = LanguagesField(load_default=Language.VI.value)
    organisation_id = TextField(validate=_ID, metadata=_WHOSE)
    reason = TextField(
        validate=validate.Length(1, 500),
        metadata={
            "description": "What it is needed for: recorded in the audit trail where the paper holds particulars. "
            "Without it, what the paper is for."
        },
    )


class DocumentContentQuery(QuerySchema):
    format = WordField(DocumentFormat, load_default=DocumentFormat.DOCX)


class NewDocumentSchema(StrictSchema):
    """Which paper of a visit to keep, as it is now."""

    kind = WordField(DocumentKind, required=True)
    language = LanguagesField(load_default=Language.VI.value)
    issued_by = TextField(allow_none=True, validate=_ID, metadata=_ISSUED_BY)
    signed_by = TextField(allow_none=True, validate=_ID, metadata=_SIGNED_BY)
    organisation_id = TextField(allow_none=True, validate=_ID, metadata=_WHOSE)

    @post_load
    def as_wanted(self, values: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """The values with what a paper is asked for with, as actions take it."""
        return values | {
            "wanted": Wanted(values.get("issued_by"), values.get("signed_by"), values.get("organisation_id"))
        }


class MissingSchema(StrictSchema):
    """What a paper lacks: a gap stands in its place."""

    code = fields.String(
        metadata={"description": "Stable: `language`, `name_in_script`, `issuer`, `signatory`, `programme` and others."}
    )
    language = fields.String(
        allow_none=True,
        metadata={
            "description": "Which language it concerns; null: all.",
            "x-extensible-enum": [one.value for one in Language],
        },
    )
    detail = fields.String(metadata={"description": "What is to be entered, in words."})
    person_id = fields.String(allow_none=True, metadata={"description": "About whom it is."})


class DocumentKindSchema(StrictSchema):
    """A paper that a visit has for its reader."""

    kind = WordField(DocumentKind)
    name = fields.String(metadata={"description": "What it is called, in your language."})
    formats = ListField(fields.String(metadata={"x-extensible-enum": [one.value for one in DocumentFormat]}))
    languages = ListField(fields.String(metadata=_OPEN))
    personal = FlagField(
        metadata={"description": "It holds particulars: made anew each time, with a reason, and never kept or mailed."}
    )
    missing = ListField(fields.Nested(MissingSchema))


class DifferenceOfDocumentSchema(StrictSchema):
    """A part of a kept paper that would be otherwise today."""

    part = fields.String(
        metadata={
            "description": "Stable: `head`, `title`, `text`, `table`, `cards`, `seating`, `signature`, `recipients`, "
            "`papers`."
        }
    )
    detail = fields.String(metadata={"description": "How it differs, in words."})


class DocumentSchema(RowSchema):
    """A paper that was kept as it was when it was made; its words never change."""

    class Meta:
        model = KeptDocument
        exclude = ("content", "created_at", "updated_at")
        dump_only = (
            "event_id",
            "kind",
            "language",
            "issued_by",
            "signed_by",
            "organisation_id",
            "made_by",
            "made_at",
            "was_issued",
        )

    formats = ListField(
        fields.String(metadata={"x-extensible-enum": [one.value for one in DocumentFormat]}), dump_only=True
    )
    outdated = FlagField(
        dump_only=True, metadata={"description": "The visit has changed since, as far as the paper tells of it."}
    )
    differs = ListField(
        fields.Nested(DifferenceOfDocumentSchema),
        dump_only=True,
        allow_none=True,
        metadata={"description": "What it would say otherwise today; null: it could not be made any more."},
    )


class DocumentsSchema(StrictSchema):
    """The papers of a visit: those that can be made, and those that are kept."""

    kinds = ListField(fields.Nested(DocumentKindSchema))
    kept = ListField(fields.Nested(DocumentSchema), metadata={"description": "The latest first."})


class SendDocumentSchema(StrictSchema):
    """Whom to send a kept paper to."""

    to = ListField(
        TextField(validate=_ID),
        required=True,
        validate=validate.Length(1, 50),
        metadata={"description": "Ids of people, organisations and accounts."},
    )


class ReceiverSchema(StrictSchema):
    """Somebody a paper is sent to."""

    id = fields.String()
    name = fields.String()
    address = fields.String(allow_none=True)


class SentDocumentSchema(StrictSchema):
    """What came of sending a paper."""

    sent = ListField(fields.Nested(ReceiverSchema), metadata={"description": "To them it is on its way."})
    already = ListField(
        fields.Nested(ReceiverSchema),
        metadata={"description": "They have it as it is now, or it is on its way: nobody gets the same twice."},
    )
    without_address = ListField(
        fields.Nested(ReceiverSchema), metadata={"description": "No address of theirs is known that you may use."}
    )
