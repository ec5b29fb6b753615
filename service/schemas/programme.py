"""A programme, its warnings and its published revisions as JSON."""

from typing import Any

from marshmallow import fields, validate

from calendars.programmes.differences import ChangeType
from calendars.programmes.items import NAMES
from models.event_parts import ProgrammeItem, ProgrammeRevision
from models.vocabulary import Severity
from service.schemas.fields import ListField, LocalizedTextField, NumberField, TextField, WordField, WrittenField
from service.schemas.rows import RowOptions, RowSchema, StrictSchema


class ProgrammeItemSchema(RowSchema):
    """One line of a visit programme."""

    class Meta:
        model = ProgrammeItem
        exclude: tuple[str, ...] = ("event_id",)


class PublishedItemSchema(ProgrammeItemSchema):
    """One line of a visit programme as published."""

    class Meta(ProgrammeItemSchema.Meta):
        exclude = ("id", "event_id")


class NamedByIdOptions(RowOptions):
    """Options of a schema whose rows are named by id in a request."""

    def __init__(self, meta: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(meta, *args, **kwargs)
        self.dump_only = tuple(name for name in self.dump_only if name != "id")


class ReplacingItemSchema(ProgrammeItemSchema):
    """One line of a visit programme; by its id an item stays the same when the programme is replaced."""

    OPTIONS_CLASS = NamedByIdOptions

    id = TextField(
        allow_none=True,
        validate=validate.Length(1, 26),
        metadata={
            "description": "Without it an item with the same content, the same title or the same day and hour keeps its"
            " id."
        },
    )


class ProgrammeDifferenceSchema(StrictSchema):
    """How one item differs between two versions of the programme."""

    change = WordField(ChangeType)
    item = fields.Nested(
        PublishedItemSchema, allow_none=True, metadata={"description": "As it is now; null when it was removed."}
    )
    was = fields.Nested(
        PublishedItemSchema, allow_none=True, metadata={"description": "As it was; null when it was added."}
    )
    fields_ = ListField(
        fields.String(validate=validate.OneOf(NAMES)),
        data_key="fields",
        metadata={"description": "The names that differ; empty unless it was changed."},
    )


class ProgrammeWarningSchema(StrictSchema):
    """An inconsistency within a programme or with its visit; never blocking."""

    code = fields.String()
    severity = WordField(Severity)
    detail = fields.String()
    advice = fields.String(metadata={"description": "The way out."})
    items = ListField(NumberField(), metadata={"description": "Which items it is about: places in `items`, from 0."})


class ProgrammeRevisionSchema(RowSchema):
    """A published version of the programme."""

    class Meta:
        model = ProgrammeRevision
        exclude = ("id", "event_id", "first_day")
        dump_only = ("number", "items", "published_at", "published_by")

    label = LocalizedTextField(dump_only=True, metadata={"description": "The programme, or which adjustment of it."})
    items = WrittenField(fields.Nested(PublishedItemSchema), dump_only=True)
    changes = WrittenField(
        fields.Nested(ProgrammeDifferenceSchema),
        dump_only=True,
        metadata={"description": "What changed since the revision before, in running order; empty for the first."},
    )


class ProgrammeSchema(StrictSchema):
    """The working programme with its warnings, and the revisions published so far."""

    items = ListField(fields.Nested(ReplacingItemSchema), required=True, validate=validate.Length(max=500))
    warnings = WrittenField(fields.Nested(ProgrammeWarningSchema), dump_only=True)
    unpublished = WrittenField(
        fields.Nested(ProgrammeDifferenceSchema),
        dump_only=True,
        allow_none=True,
        metadata={"description": "What changed since the last revision; null before the first."},
    )
    revisions = ListField(fields.Nested(ProgrammeRevisionSchema), dump_only=True)
