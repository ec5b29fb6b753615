"""Files as JSON."""

from marshmallow import validate

from models.files import File
from models.i18n import N_
from models.vocabulary import FileKind, FileVisibility
from service.schemas.fields import TextField, WordField
from service.schemas.rows import RowSchema, StrictSchema


class FileSchema(RowSchema):
    """A file: what it is, what it belongs to (one of the five ids), and which bytes it has.

    ``media_type`` was found from the content, ``size`` and ``sha256`` are those of the bytes that are downloaded: of a
    picture, which is written anew without what cameras note in it, not of those that were sent.
    """

    class Meta:
        model = File
        exclude = ("created_at",)
        dump_only = (
            "event_id",
            "agreement_id",
            "commitment_id",
            "person_id",
            "project_id",
            "name",
            "media_type",
            "size",
            "sha256",
            "uploaded_by",
            "uploaded_at",
        )


class FileFormSchema(StrictSchema):
    """What a form says of the file that comes with it."""

    title = TextField(required=True, validate=validate.Length(min=1, max=200))
    kind = WordField(
        FileKind,
        required=True,
        error_messages={
            "unknown": N_(
                "Must be one of: {choices}. Pictures of passports are not kept: enter the number with the person."
            )
        },
    )
    visibility = WordField(FileVisibility, load_default=FileVisibility.INTERNAL)
