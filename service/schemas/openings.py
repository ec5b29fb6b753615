"""Queries for openings and their results."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from models.i18n import N_
from service.actions.scheduling.openings import OpeningsRequest
from service.schemas.fields import DayField, ListField, NumberField, TextField
from service.schemas.queries import QuerySchema
from service.schemas.rows import StrictSchema


class OpeningsQuery(QuerySchema):
    """A window of whole days in a range; ``person``, ``resource`` and ``containing`` may be repeated."""

    days = fields.Integer(required=True, validate=validate.Range(1, 3660))
    from_ = DayField(data_key="from", required=True)
    to = DayField(
        required=True,
        metadata={"description": "The last day of the range, inclusive; 1830 days after from at the most."},
    )
    host = TextField(metadata={"description": "A locality's code. Default: the office's own."})
    guest = TextField(metadata={"description": "A locality's code; its public holidays count too."})
    headcount = fields.Integer(
        validate=validate.Range(1, 100_000),
        metadata={"description": "How many people come; resources asked for that seat fewer are refused."},
    )
    person = ListField(
        TextField(),
        validate=validate.Length(max=100),
        metadata={"description": "Somebody who must be free on every day."},
    )
    resource = ListField(
        TextField(),
        validate=validate.Length(max=100),
        metadata={"description": "Something that must be free on every day."},
    )
    containing = ListField(
        TextField(),
        validate=validate.Length(max=20),
        metadata={
            "description": "A day, or the id of an office holiday: the window must hold all of it, or lie in it when it"
            " is longer; of one that comes round, one time. Holidays are then welcome."
        },
    )
    event_id = TextField(
        validate=validate.Length(1, 26),
        metadata={
            "description": "The event whose days are looked for: gives host and guest, and is not in its own way."
        },
    )
    limit = fields.Integer(
        validate=validate.Range(1, 500), metadata={"description": "At most so many, the best. Default: all."}
    )

    @staticmethod
    def request(query: Mapping[str, Any]) -> OpeningsRequest:
        """Convert a loaded query to a request, without the number of results to show."""
        return OpeningsRequest(**{name: value for name, value in query.items() if name != "limit"})

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_pages(self, data: Any, original: Any, **kwargs: Any) -> None:
        """The result is not paged: a page number would be a filter without effect."""
        if paging := sorted({"page", "page_size"} & set(original)):
            raise ValidationError({name: [N_("Unknown parameter.")] for name in paging})


class ReasonSchema(StrictSchema):
    """A reason for or against a window."""

    code = fields.String()
    detail = fields.String()


class OpeningSchema(StrictSchema):
    """A window without conflicts; ``score`` is 0 to 100."""

    first_day = DayField()
    last_day = DayField()
    score = NumberField()
    reasons = ListField(fields.Nested(ReasonSchema))


class OpeningsSchema(StrictSchema):
    """The openings, best first; with equal scores the earliest first."""

    openings = ListField(fields.Nested(OpeningSchema))
    total = NumberField(metadata={"description": "How many openings there are, also when a limit leaves some out."})
    refused = fields.Dict(
        keys=fields.String(),
        values=NumberField(),
        metadata={"description": "Rule → how many windows it refused; one that breaks two rules counts under both."},
    )
