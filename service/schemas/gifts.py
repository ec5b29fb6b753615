"""Gifts as JSON."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from models.gifts import Gift
from models.i18n import N_
from models.vocabulary import GiftKind
from service.schemas.events import EventWarningSchema
from service.schemas.fields import (
    MoneyField,
    NumberField,
    QuantityField,
    TextField,
    VagueDayField,
    WordField,
)
from service.schemas.queries import SearchQuery
from service.schemas.rows import RowSchema

_CODE = validate.Length(min=1, max=60)
_ID = validate.Length(min=1, max=26)
_YEAR = validate.Range(1900, 2199)
_KINDS = {"x-extensible-enum": [kind.value for kind in GiftKind]}


class GiftSchema(RowSchema):
    """Something that one locality gave another, or is going to give it: goods or money.

    ``giver_id`` and ``receiver_id`` are bodies. ``kept_by`` says who keeps what was received, ``receipt`` by which
    paper, ``source`` where it is known from.
    """

    class Meta:
        model = Gift
        exclude = ("currency",)
        dump_only = ("organisation_id",)

    given_by = TextField(
        validate=_CODE,
        metadata={"description": "The locality that gives; without it that side of the event which the rest tells."},
    )
    given_to = TextField(
        validate=_CODE,
        metadata={"description": "The locality that receives; without it that side of the event which the rest tells."},
    )
    kind = WordField(GiftKind, required=True, metadata=_KINDS)
    quantity = QuantityField(allow_none=True, metadata={"description": "How many, in `unit`; null: not known."})
    value = MoneyField(
        attribute="money",
        allow_none=True,
        metadata={"description": "What it is worth, all of it; null: not known. Money always has one."},
    )
    received_on = VagueDayField(
        allow_none=True,
        metadata={"description": "The day, month or year it was given; null: that of its event, or not known."},
    )
    norm_id = TextField(
        validate=_ID,
        allow_none=True,
        metadata={
            "description": "The norm it is measured by; without one the norm that the class of the guests and the "
            "receiver's part in the visit give."
        },
    )
    year = NumberField(
        dump_only=True,
        allow_none=True,
        metadata={"description": "That it was given in, else its event's; null: not known."},
    )
    over_norm = MoneyField(
        dump_only=True,
        allow_none=True,
        metadata={"description": "By how much the value is above the norm; null: it is not, or that is not known."},
    )
    warnings = fields.List(fields.Nested(EventWarningSchema), dump_only=True)


class GiftQuery(SearchQuery):
    """Filters of gifts; localities are meant with what they were called before and since."""

    event_id = TextField(validate=_ID)
    given_by = TextField(validate=_CODE)
    given_to = TextField(validate=_CODE)
    kind = WordField(GiftKind)
    is_planned = fields.Boolean(metadata={"description": "Not given yet, or given."})
    agreement_id = TextField(validate=_ID, metadata={"description": "What its parties gave each other in its period."})
    year = fields.Integer(validate=_YEAR)
    from_year = fields.Integer(validate=_YEAR)
    to_year = fields.Integer(validate=_YEAR)

    @validates_schema
    def in_order(self, data: Any, **kwargs: Any) -> None:
        """``from_year`` can't be after ``to_year``."""
        if data.get("from_year") and data.get("to_year") and data["from_year"] > data["to_year"]:
            raise ValidationError({"to_year": [N_("Can't be before from_year.")]})
