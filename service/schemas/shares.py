"""Shared events as JSON: with whom, and what is asked of them."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from models.both_sides.share import LONGEST_NOTE
from models.i18n import N_
from models.vocabulary import Asked
from service.schemas.fields import DayField, FlagField, InstantField, ListField, TextField, WordField
from service.schemas.rows import StrictSchema


class AskSchema(StrictSchema):
    """One thing that is asked of the other side, and until which day."""

    what = WordField(Asked, required=True, metadata={"x-extensible-enum": [one.value for one in Asked]})
    until = DayField(required=True)


class ShareSchema(StrictSchema):
    """With which office an event is shared, and what is asked of it."""

    event_id = fields.String(dump_only=True)
    with_ = TextField(
        data_key="with",
        attribute="with",
        validate=validate.Length(1, 60),
        metadata={
            "description": "The code of the other side's office, or of a locality that is carried on by it. Not needed"
            " while there is only one."
        },
    )
    asks = ListField(
        fields.Nested(AskSchema),
        load_default=list,
        validate=validate.Length(max=len(Asked)),
        metadata={"description": "Each thing once; answered with the earliest day first."},
    )
    note = TextField(
        multiline=True,
        allow_none=True,
        load_default=None,
        validate=validate.Length(max=LONGEST_NOTE),
        metadata={"description": "For the other side to read."},
    )
    acknowledged = FlagField(
        load_default=False,
        metadata={
            "description": "true: whoever shares it has taken note of the law on personal data. Needed once, where"
            " people are on the list or particulars are asked for (409 `law_not_acknowledged`)."
        },
    )
    shared_by = fields.String(dump_only=True, allow_none=True, metadata={"description": "Null for the other side."})
    shared_at = InstantField(dump_only=True)

    @validates_schema
    def _check_once(self, data: dict[str, Any], **kwargs: Any) -> None:
        asked = [one["what"] for one in data.get("asks", ())]
        if len(asked) != len(set(asked)):
            raise ValidationError({"asks": [N_("Ask for each thing once.")]})
