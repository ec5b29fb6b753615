"""Exchange rates as JSON."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import validate

from models.exchange_rates import ExchangeRate
from models.i18n import N_
from models.vocabulary import Currency
from service.schemas.fields import RawTextField, WordField
from service.schemas.queries import RangeQuery
from service.schemas.rows import RowSchema


class RateField(RawTextField):
    """A decimal number above 0 as text, ``"25410"`` or ``"1.18"``; never a float."""

    default_error_messages = {  # noqa: RUF012
        "rate": N_('Not a rate; write it like "25410" or "1.18", with a point before the decimals.'),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=24), **kwargs)
        self.metadata = {"pattern": r"^\d{1,12}(\.\d{1,10})?$", "example": "25410", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"\d{1,12}(\.\d{1,10})?", text, re.ASCII) or not Decimal(text):
            raise self.make_error("rate")
        return text


class ExchangeRateSchema(RowSchema):
    """How many đồng one unit of a currency was worth on a day. An office has one of each currency and day."""

    class Meta:
        model = ExchangeRate

    rate = RateField(required=True)


class ExchangeRateQuery(RangeQuery):
    """``from`` and ``to`` are days."""

    class Meta(RangeQuery.Meta):
        exclude = ("q",)

    currency = WordField(Currency)
