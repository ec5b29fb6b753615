"""Norms as JSON."""

from marshmallow import validate

from models.norms import Norm
from models.vocabulary import GuestClass, NormItem
from service.schemas.fields import DayField, MoneyField, TextField, WordField
from service.schemas.queries import SearchQuery
from service.schemas.rows import RowSchema


class NormSchema(RowSchema):
    """The most that may be spent on one ``unit`` of an ``item`` from ``valid_from`` to ``valid_to``, both included.

    ``amount`` null: as invoiced. ``guest_class`` and ``role`` null: for all. ``locality`` null: a national act.
    ``verified``: somebody has compared it with the act.
    """

    class Meta:
        model = Norm
        exclude = ("currency",)

    amount = MoneyField(attribute="money", allow_none=True, required=True)


class NormQuery(SearchQuery):
    """``q`` are words of the act; ``on`` a day on which the norm holds."""

    item = WordField(NormItem)
    guest_class = WordField(GuestClass)
    locality = TextField(validate=validate.Length(max=60))
    on = DayField()
