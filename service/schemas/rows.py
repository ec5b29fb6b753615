"""Schemas from tables: the SQLModel class is the single source of names, types, lengths and ranges."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any, Self, cast

import annotated_types
import sqlalchemy as sa
from marshmallow import RAISE, Schema, validate
from marshmallow_sqlalchemy import ModelConverter, SQLAlchemyAutoSchema, SQLAlchemyAutoSchemaOpts
from sqlmodel import AutoString, Session, SQLModel

from models import tables, types
from models.i18n import N_
from service.actions import crud
from service.schemas.fields import (
    MAX_TITLE,
    DayField,
    DictField,
    FlagField,
    HourField,
    InstantField,
    ListField,
    LocalizedTextField,
    NumberField,
    TextField,
    WordField,
)

MACHINE_FIELDS = ("search_text", "results_text", "sort_key", "version", "position")
"""Internal columns that are never shown."""

_TITLES = {"title", "name", "field", "position"}


@cache
def _models_by_table() -> dict[sa.FromClause, type[SQLModel]]:
    known = {mapper.local_table: mapper.class_ for mapper in SQLModel._sa_registry.mappers}
    return {table: known[table] for table in tables.metadata.tables.values()}


class Converter(ModelConverter):
    """Converts columns to fields: our column types, and the ranges and lengths in the table's annotations."""

    SQLA_TYPE_MAPPING = {  # noqa: RUF012 - the base class's own way
        **ModelConverter.SQLA_TYPE_MAPPING,
        types.LocalizedTextType: LocalizedTextField,
        types.WordType: lambda converter, data_type: partial(WordField, words=data_type.words),
        types.UtcDateTime: InstantField,
        types.JsonList: lambda converter, data_type: partial(ListField, TextField(validate=validate.Length(1, 200))),
        types.JsonObject: DictField,
        sa.Date: DayField,
        sa.Time: HourField,
        sa.Integer: NumberField,
        sa.BigInteger: NumberField,
        sa.Boolean: FlagField,
        sa.String: TextField,
    }

    def _add_column_kwargs(self, kwargs: dict[str, Any], column: sa.Column[Any]) -> None:
        known = _models_by_table()[column.table].model_fields[column.key]
        kwargs["required"] = known.is_required()
        kwargs["allow_none"] = bool(column.nullable)
        if column.key == "end_time":
            kwargs["is_end"] = True
        checks: list[Any] = kwargs.setdefault("validate", [])
        low = next((item.ge for item in known.metadata if isinstance(item, annotated_types.Ge)), None)
        high = next((item.le for item in known.metadata if isinstance(item, annotated_types.Le)), None)
        if low is not None or high is not None:
            checks.append(validate.Range(min=low, max=high))
        if isinstance(column.type, types.LocalizedTextType):
            kwargs["max_length"] = MAX_TITLE if column.key in _TITLES else 20_000
        elif isinstance(column.type, AutoString):
            checks.append(validate.Length(min=1, max=column.type.length))
        elif isinstance(column.type, types.JsonList):
            checks.append(validate.Length(max=100))


def _is_number(model: type[SQLModel], name: str) -> bool:
    return name in model.model_fields and model.model_fields[name].annotation is int


class RowOptions(SQLAlchemyAutoSchemaOpts):
    """Options of every row schema: foreign keys are ids, unknown fields are refused, internal fields never shown."""

    def __init__(self, meta: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(meta, *args, **kwargs)
        self.include_fk = True
        self.unknown = RAISE
        self.model_converter = Converter
        model = getattr(meta, "model", None)
        if model is not None:
            # A person's position is a text for people; elsewhere it is a row's index in its list.
            machine = {name for name in MACHINE_FIELDS if name != "position" or _is_number(model, name)}
            self.exclude = tuple({*self.exclude, *machine} & {*model.model_fields})
            always = {"id", "created_at", "updated_at", "office"} & {*model.model_fields}
            self.dump_only = tuple({*self.dump_only, *always})


class UncopiedSchema(Schema):
    """A schema that stays the same object when its holder is copied; nothing changes a schema once it is made.

    flask-smorest copies what it documents of an operation at each of its decorators. With the schemas in it that was
    140,000 copies, 0.12 s of a start.
    """

    def __deepcopy__(self, memo: Any) -> Self:
        return self


class StrictSchema(UncopiedSchema):
    """A schema that refuses unknown fields with its own message."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": N_("Unknown field, or one that can't be set."), "type": N_("Must be a JSON object.")}  # noqa: RUF012


class RowSchema(UncopiedSchema, SQLAlchemyAutoSchema[Any]):
    """Base of the schemas that show a table's rows and accept changes to them."""

    OPTIONS_CLASS = RowOptions

    error_messages = StrictSchema.error_messages

    def other_errors(self, session: Session, values: Mapping[str, Any]) -> crud.Errors:
        """Further errors of a partly invalid body, so that all are reported at once and not one request later."""
        return crud.missing_references(session, cast(type[SQLModel], self.opts.model), values)

    def _init_fields(self) -> None:
        super()._init_fields()
        # Display order: the id first, then the domain fields, the timestamps last.
        places = {"id": 0, "created_at": 2, "updated_at": 3}
        self.dump_fields = dict(sorted(self.dump_fields.items(), key=lambda item: places.get(item[0], 1)))
        if self.partial is True:
            # A change omits what stays as it is; a nested value (a phase, a frequency) must be complete.
            self.partial = tuple(self.load_fields)
