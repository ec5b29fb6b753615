"""Estimates of events and payments, as JSON."""

from typing import Any

from marshmallow import fields, pre_load, validate

from models.i18n import N_
from models.vocabulary import EstimateState, GuestClass, NormItem, NormUnit, Severity, WhoPays
from service.actions.ledger.estimate_values import MOST_LINES
from service.schemas.fields import (
    MAX_TITLE,
    DayField,
    DictField,
    FlagField,
    InstantField,
    ListField,
    LocalizedTextField,
    MoneyField,
    NumberField,
    QuantityField,
    TextField,
    WordField,
    WrittenField,
)
from service.schemas.queries import QuerySchema
from service.schemas.rows import StrictSchema, UncopiedSchema

MOST_PEOPLE = 100_000
MOST_QUANTITY = 100_000_000
MOST_DECIDED_BY = 300
MOST_VOUCHER = 100
MOST_REASON = 2000


def _words(words: Any) -> dict[str, Any]:
    return {"x-extensible-enum": [word.value for word in words]}


def _id(**kwargs: Any) -> TextField:
    return TextField(validate=validate.Length(1, 26), **kwargs)


class EstimateNormSchema(UncopiedSchema):
    """The norm of a line."""

    amount = MoneyField(allow_none=True, metadata={"description": "Null: as invoiced."})
    act = fields.String()
    article = fields.String(allow_none=True)
    verified = FlagField()


class EstimateLineSchema(UncopiedSchema):
    """A line of an estimate: so much of an item, at so much each, paid by whom."""

    id = fields.String()
    rule = fields.String(
        allow_none=True, metadata={"description": "The formula that computed it; null: entered by hand."}
    )
    item = WordField(NormItem, metadata=_words(NormItem))
    description = LocalizedTextField(allow_none=True)
    people = fields.Integer(allow_none=True)
    times = fields.String(allow_none=True, metadata={"description": "A decimal number; with `people` the quantity."})
    quantity = fields.String(metadata={"description": "A decimal number of `unit`s."})
    unit = WordField(NormUnit, metadata=_words(NormUnit))
    currency = fields.String()
    unit_amount = MoneyField(allow_none=True)
    norm_id = fields.String(allow_none=True)
    norm = fields.Nested(EstimateNormSchema, allow_none=True)
    planned = MoneyField(allow_none=True, metadata={"description": "Null: nobody knows yet what it costs."})
    approved = MoneyField(allow_none=True, metadata={"description": "What was approved last; null: nothing yet."})
    paid = MoneyField()
    over_norm = MoneyField(allow_none=True, metadata={"description": "By how much it is planned above its norm."})
    payer = fields.String(allow_none=True, metadata={"description": "The locality that pays."})
    payer_organisation_id = fields.String(allow_none=True)
    overridden = ListField(
        fields.String(), metadata={"description": "The fields entered in place of what the formula gives."}
    )


class EstimateTotalsSchema(UncopiedSchema):
    """Sums, one for each currency; currencies are never added."""

    planned = ListField(MoneyField())
    approved = ListField(MoneyField())
    paid = ListField(MoneyField())
    over_norm = ListField(MoneyField())


class LineDifferenceSchema(UncopiedSchema):
    """One line before and after; null where there is no such line, or no price."""

    line_id = fields.String(allow_none=True)
    rule = fields.String(allow_none=True)
    item = WordField(NormItem, metadata=_words(NormItem))
    description = LocalizedTextField(allow_none=True)
    kind = fields.String(
        metadata={
            "description": "`added`, `removed` or `changed`.",
            "x-extensible-enum": ["added", "removed", "changed"],
        }
    )
    changed = ListField(fields.String(), metadata={"description": "The fields of a changed line that are others now."})
    needs_approval = FlagField(
        metadata={"description": "Whether it is more than was approved, or something else; not if it only costs less."}
    )
    before = MoneyField(allow_none=True)
    after = MoneyField(allow_none=True)
    quantity_before = fields.String(allow_none=True)
    quantity_after = fields.String(allow_none=True)


class SumDifferenceSchema(UncopiedSchema):
    """The sum of one currency before and after; null where nothing is counted in it."""

    currency = fields.String()
    before = MoneyField(allow_none=True)
    after = MoneyField(allow_none=True)


class TermDifferenceSchema(UncopiedSchema):
    """What holds for the whole estimate, before and after; null where it was or is not decided."""

    field = fields.String(
        metadata={"description": "Its field.", "x-extensible-enum": ["guest_class", "class_decided_by", "who_pays"]}
    )
    before = fields.String(allow_none=True)
    after = fields.String(allow_none=True)


class DifferencesSchema(UncopiedSchema):
    """What differs between two states of the plan."""

    lines = ListField(fields.Nested(LineDifferenceSchema))
    totals = ListField(fields.Nested(SumDifferenceSchema))
    terms = ListField(fields.Nested(TermDifferenceSchema))


class EstimatePreviewSchema(DifferencesSchema):
    """What would differ from the plan as it stands."""

    needs_approval = FlagField(metadata={"description": "Whether it would have to be approved, or approved anew."})


class PaymentSchema(UncopiedSchema):
    """Money paid for a line."""

    id = fields.String()
    line_id = fields.String()
    amount = MoneyField()
    paid_on = DayField()
    voucher = fields.String(allow_none=True)
    file_id = fields.String(allow_none=True)
    approved_by = fields.String(
        allow_none=True,
        metadata={"description": "The account that approved it above what was approved; null: it is not above."},
    )
    made_by = fields.String(allow_none=True)
    made_at = InstantField()


class ApprovalSchema(UncopiedSchema):
    """One approval: who asked, who approved (ids of accounts), when, and what: sums, terms and lines."""

    number = fields.Integer()
    submitted_by = fields.String(allow_none=True)
    submitted_at = InstantField(allow_none=True)
    approved_by = fields.String(allow_none=True)
    approved_at = InstantField()
    planned = ListField(MoneyField())
    guest_class = WordField(GuestClass, allow_none=True, metadata=_words(GuestClass))
    class_decided_by = fields.String(allow_none=True)
    who_pays = WordField(WhoPays, metadata=_words(WhoPays))
    lines = ListField(fields.Nested(EstimateLineSchema), metadata={"description": "The lines as they were approved."})


class EstimateWarningSchema(UncopiedSchema):
    """What is worth a look, never blocking."""

    code = fields.String(
        metadata={
            "x-extensible-enum": [
                "no_class",
                "no_norm",
                "as_invoiced",
                "left_out",
                "act_changes",
                "over_norm",
                "paid_over_norm",
                "over_approved",
                "norms_unverified",
            ]
        }
    )
    severity = WordField(Severity)
    detail = fields.String()
    items = ListField(fields.String(), metadata={"description": "The ids of the lines it is about."})


class EstimateSchema(UncopiedSchema):
    """The estimate of an event: what it is to cost, what of it was approved, what was paid."""

    event_id = fields.String()
    state = WordField(EstimateState, metadata=_words(EstimateState))
    guest_class = WordField(GuestClass, allow_none=True, metadata=_words(GuestClass))
    class_decided_by = fields.String(allow_none=True)
    who_pays = WordField(WhoPays, metadata=_words(WhoPays))
    inputs = DictField(allow_none=True, metadata={"description": "Null: nothing is computed."})
    lines = ListField(fields.Nested(EstimateLineSchema))
    totals = fields.Nested(EstimateTotalsSchema)
    needs_approval = FlagField()
    steps = ListField(fields.String(), metadata={"description": "The steps that are possible in this state."})
    payments = ListField(fields.Nested(PaymentSchema))
    approvals = ListField(fields.Nested(ApprovalSchema))
    written_by = fields.String(allow_none=True, metadata={"description": "The account that changed the plan last."})
    submitted_by = fields.String(allow_none=True)
    submitted_at = InstantField(allow_none=True)
    returned_reason = fields.String(allow_none=True)
    approved_by = fields.String(allow_none=True)
    approved_at = InstantField(allow_none=True)
    settled_by = fields.String(allow_none=True)
    settled_at = InstantField(allow_none=True)
    differs = fields.Nested(
        DifferencesSchema,
        allow_none=True,
        metadata={"description": "From what was approved last; null: nothing was approved yet."},
    )
    would_change = fields.Nested(
        EstimatePreviewSchema, allow_none=True, metadata={"description": "Of a preview; null: it is none."}
    )
    warnings = WrittenField(fields.Nested(EstimateWarningSchema))


COMPUTED_OF_LINES = ("currency", "norm", "over_norm", "overridden")
COMPUTED = (
    "event_id",
    "totals",
    "needs_approval",
    "steps",
    "payments",
    "approvals",
    "written_by",
    "submitted_by",
    "submitted_at",
    "returned_reason",
    "approved_by",
    "approved_at",
    "settled_by",
    "settled_at",
    "differs",
    "would_change",
    "warnings",
)
"""What of an answer may stand in a body, and is not read: it follows from the rest."""


class WantedLineSchema(StrictSchema):
    """A line as it is entered."""

    id = _id(allow_none=True, metadata={"description": "Of a line that stands; none: a new one."})
    rule = TextField(allow_none=True, validate=validate.Length(1, 60))
    item = WordField(NormItem, metadata=_words(NormItem))
    description = LocalizedTextField(allow_none=True, max_length=MAX_TITLE)
    people = NumberField(allow_none=True, validate=validate.Range(0, MOST_PEOPLE))
    times = QuantityField(
        allow_none=True,
        validate=validate.Range(max=MOST_QUANTITY, error=N_("At most 1000000.")),
    )
    quantity = QuantityField(
        allow_none=True,
        validate=validate.Range(max=MOST_QUANTITY, error=N_("At most 1000000.")),
        metadata={"description": "Default: people × times, or 1."},
    )
    unit = WordField(NormUnit, metadata=_words(NormUnit))
    unit_amount = MoneyField(allow_none=True)
    planned = MoneyField(
        allow_none=True,
        metadata={"description": "Default: quantity × unit_amount; if both are given they must agree."},
    )
    norm_id = _id(allow_none=True, metadata={"description": "The norm a line entered by hand is measured by."})
    payer = TextField(allow_none=True, validate=validate.Length(1, 60))
    payer_organisation_id = _id(allow_none=True)
    approved = MoneyField(allow_none=True, metadata={"description": "Only as it stands."})
    paid = MoneyField(allow_none=True, metadata={"description": "Only as it stands."})

    @pre_load
    def without_computed(self, data: Any, **kwargs: Any) -> Any:
        """Leave out what follows from the rest."""
        return _without(data, COMPUTED_OF_LINES)


class WantedEstimateSchema(StrictSchema):
    """What is entered of an estimate. What an answer has besides may stand here and is not read; `state` and a line's
    `approved` and `paid` are refused unless they are as they stand."""

    state = WordField(EstimateState, metadata=_words(EstimateState))
    guest_class = WordField(GuestClass, allow_none=True, load_default=None, metadata=_words(GuestClass))
    class_decided_by = TextField(
        allow_none=True,
        load_default=None,
        validate=validate.Length(1, MOST_DECIDED_BY),
        metadata={"description": "Who decided the class, and on what paper; needed with it."},
    )
    who_pays = WordField(WhoPays, load_default=WhoPays.HOST_ALL, metadata=_words(WhoPays))
    inputs = DictField(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "What the formulas take besides the visit. Null or none: nothing is computed; `{}`: all from"
            " the visit. Each member may be missing; null takes the visit's own figure.\n\n"
            "- `people`: `heads`, `deputies`, `members`, whole numbers\n"
            "- `nights`: a whole number\n"
            "- `meal_days`: days with both meals, a decimal text like `3.5`\n"
            "- `breakfast`: true if it is paid apart from the rooms\n"
            "- `banquet`: `hosts`, how many; null: no banquet\n"
            "- `sessions`: a list of `half_days` (needed, 1 or more), `hosts`, `payer_organisation_id`\n"
            "- `interpreting`: a list of `hours` (needed, a decimal text), `people` (1 if missing), `booth`,"
            " `own_staff`\n"
            "- `translations`: a list of `pages` (needed, a decimal text), `into_vietnamese`,"
            " `extra_percent` (0 to 30)\n"
            "- `flowers`: how many\n"
            "- `gifts`: `heads`, `spouses`, `members`, how many\n"
            "- `per_diems`: a list of `item` (`per_diem` or `lodging`), `rate` (money), `people`, `times`",
            "example": {
                "people": {"heads": 1, "deputies": 1, "members": 8},
                "banquet": {"hosts": 10},
                "sessions": [{"half_days": 1, "hosts": 10}],
                "interpreting": [{"hours": "12", "people": 1, "booth": False, "own_staff": False}],
                "flowers": 1,
                "gifts": {"heads": 1},
            },
        },
    )
    lines = ListField(fields.Nested(WantedLineSchema), load_default=list, validate=validate.Length(max=MOST_LINES))

    @pre_load
    def without_computed(self, data: Any, **kwargs: Any) -> Any:
        """Leave out what follows from the rest."""
        return _without(data, COMPUTED)


def _without(data: Any, names: tuple[str, ...]) -> Any:
    if not isinstance(data, dict):
        return data
    return {name: value for name, value in data.items() if name not in names}


class EstimateQuery(QuerySchema):
    """The visit as it would be."""

    first_day = DayField()
    last_day = DayField()
    arrives_on = DayField(metadata={"description": "Default: moved as much as the first day."})
    departs_on = DayField(metadata={"description": "Default: moved as much as the last day."})
    headcount = fields.Integer(validate=validate.Range(0, MOST_PEOPLE))


class EstimateReasonSchema(StrictSchema):
    """Why an estimate is returned, or its settlement reversed."""

    reason = TextField(required=True, validate=validate.Length(1, MOST_REASON))


class WantedPaymentSchema(StrictSchema):
    """A payment as it is entered."""

    line_id = _id(required=True)
    amount = MoneyField(required=True, metadata={"description": "In the line's currency."})
    paid_on = DayField(required=True, metadata={"description": "No day to come."})
    voucher = TextField(
        allow_none=True,
        load_default=None,
        validate=validate.Length(1, MOST_VOUCHER),
        metadata={"description": "The number of the receipt; nothing is settled without it."},
    )
    file_id = _id(allow_none=True, load_default=None, metadata={"description": "Its scan, a file of this event."})


class VoucherSchema(StrictSchema):
    """The voucher of a payment; what is missing stays as it is."""

    voucher = TextField(
        validate=validate.Length(1, MOST_VOUCHER),
        metadata={"description": "The number of the receipt; nothing is settled without it."},
    )
    file_id = _id(allow_none=True, metadata={"description": "Its scan, a file of this event."})
