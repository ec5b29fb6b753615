"""Merges of people and organisations as JSON."""

from marshmallow import fields, validate

from models.vocabulary import MergedEntity
from service.schemas.fields import (
    FlagField,
    ListField,
    LocalizedTextField,
    NumberField,
    TextField,
    WordField,
)
from service.schemas.queries import QuerySchema
from service.schemas.rows import StrictSchema
from service.schemas.undoable import NamedRowSchema, UndoableSchema


class MergeRequestSchema(StrictSchema):
    """What a double is merged into."""

    into = TextField(
        required=True,
        validate=validate.Length(1, 26),
        metadata={"description": "The id of the one that stays."},
    )
    dry_run = FlagField(metadata={"description": "True: only say what would be done. Default: false."})


class MergeCountsSchema(StrictSchema):
    """How much refers to the one that stays by this; of events that the reader may not see nothing is counted."""

    events = NumberField()
    members = NumberField()
    tasks = NumberField()
    task_templates = NumberField()
    resources = NumberField()
    files = NumberField()
    phases = NumberField()
    accounts = NumberField()
    people = NumberField()
    rules = NumberField()
    feeds = NumberField()


class MergeSchema(UndoableSchema):
    """A merge: ``merged_id`` is gone, and everything that referred to it refers to ``into``."""

    entity = WordField(MergedEntity, metadata={"x-extensible-enum": [word.value for word in MergedEntity]})
    merged_id = fields.String()
    merged_name = LocalizedTextField()
    into = fields.String(attribute="into_id")
    moved = fields.Nested(MergeCountsSchema)


class MergeOutcomeSchema(MergeSchema):
    """What a merge did, or would do."""

    filled = ListField(
        fields.String(),
        metadata={"description": "The fields that the one that stays lacked and takes over, wholly or in part."},
    )
    combined = ListField(
        fields.Nested(NamedRowSchema),
        metadata={"description": "The events that both were members of; one of the two members stays in each."},
    )
    dry_run = FlagField()


class MergesQuery(QuerySchema):
    entity = WordField(MergedEntity)
