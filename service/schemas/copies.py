"""Copies of events as JSON: what is asked for, the draft, what came along and what did not."""

from typing import Any, ClassVar

from marshmallow import fields, validate

from models.vocabulary import CopyPart, CopyTake, EventKind
from service.schemas.events import KIND_SCHEMAS, AnyEventSchema, EventSchema
from service.schemas.fields import DayField, FlagField, ListField, LocalizedTextField, NumberField, WordField
from service.schemas.rows import StrictSchema


class CopyRequestSchema(StrictSchema):
    """On which first day the copy begins, and what comes along."""

    first_day = DayField(
        required=True, metadata={"description": "Everything moves by as many days as this lies after the event's own."}
    )
    take = ListField(
        WordField(CopyTake),
        required=True,
        validate=validate.Length(max=20),
        metadata={"description": "What comes along; empty: only what the event itself says."},
    )
    dry_run = FlagField(metadata={"description": "True: only say what would be made. Default: false."})


class CopiedCountsSchema(StrictSchema):
    """How much of each came along; of the estimate its lines, computed anew."""

    members = NumberField()
    programme = NumberField()
    tasks = NumberField()
    bookings = NumberField()
    estimate = NumberField()


_ONE_OF = {"always_present": False}


class CopyAlternativeSchema(StrictSchema):
    """What would do instead: a resource with the times at which it is free, or the body that carries on the work."""

    name = LocalizedTextField()
    resource_id = fields.String(metadata=_ONE_OF)
    organisation_id = fields.String(metadata=_ONE_OF)
    from_ = fields.String(data_key="from", attribute="from", metadata=_ONE_OF)
    to = fields.String(metadata=_ONE_OF)


class LeftPartSchema(StrictSchema):
    """Something that did not come along as it was, or is to be looked at: why, and what would do instead."""

    what = WordField(CopyPart)
    why = fields.String(metadata={"description": "In the reader's language."})
    name = LocalizedTextField(allow_none=True)
    id = fields.String(allow_none=True, metadata={"description": "The part of the event that was copied."})
    alternatives = ListField(fields.Nested(CopyAlternativeSchema))


class _Copied:
    """What a copy says besides the event."""

    id = fields.String(allow_none=True, metadata={"description": "Null in a dry run."})
    uid = fields.String(allow_none=True, metadata={"description": "Null in a dry run."})
    copied = fields.Nested(CopiedCountsSchema)
    left = ListField(fields.Nested(LeftPartSchema))
    dry_run = FlagField()


def _copied(kind: EventKind) -> type[EventSchema]:
    schema = KIND_SCHEMAS[kind]
    more = {name: value for name, value in vars(_Copied).items() if isinstance(value, fields.Field)}
    return type(f"Copied{schema.__name__}", (schema,), more | {"__doc__": f"{schema.__doc__} It was copied."})


COPIED_SCHEMAS: dict[EventKind, type[EventSchema]] = {kind: _copied(kind) for kind in KIND_SCHEMAS}


class CopiedEventSchema(AnyEventSchema):
    """A draft that was copied, with the fields of its own kind, what came along and what did not."""

    alternatives = tuple(COPIED_SCHEMAS.values())

    _by_kind: ClassVar[dict[EventKind, EventSchema]] = {kind: schema() for kind, schema in COPIED_SCHEMAS.items()}

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        return self._by_kind[obj["kind"]].dump(obj, many=False)
