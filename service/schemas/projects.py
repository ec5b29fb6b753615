"""Projects as JSON."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from calendars.money.formatting import format_money
from calendars.projects.figures import SENTENCES, DifferenceCode, SumDifference
from models.i18n import N_, translate
from models.projects import Project
from models.vocabulary import Currency, MilestoneState, ProjectState
from service.http.error_responses import reader_language
from service.schemas.fields import (
    MAX_TITLE,
    DayField,
    ListField,
    LocalizedTextField,
    MoneyField,
    NumberField,
    TextField,
    VagueDayField,
    WordField,
)
from service.schemas.rows import RowSchema, StrictSchema

_ID = {"description": "Of an entry that is there already; leave it out of a new one."}
_FILE = {"description": "One of the project's files (`/projects/{project_id}/files`)."}


class ProjectSourceSchema(StrictSchema):
    """Who gives money for a project: a locality or somebody else by name, and how much; null: not known."""

    id = TextField(validate=validate.Length(1, 26), metadata=_ID)
    locality = TextField(allow_none=True, validate=validate.Length(1, 60))
    name = LocalizedTextField(allow_none=True, max_length=MAX_TITLE)
    amount = MoneyField(allow_none=True)


class ProjectMilestoneSchema(StrictSchema):
    """A step of a project: `day` by which it is to be done, `percent` of the whole done with it, those before it
    included; `done_on` exactly if it is done."""

    id = TextField(validate=validate.Length(1, 26), metadata=_ID)
    title = LocalizedTextField(required=True, max_length=MAX_TITLE)
    day = DayField(allow_none=True)
    percent = NumberField(allow_none=True, validate=validate.Range(0, 100))
    state = WordField(MilestoneState, load_default=MilestoneState.PLANNED)
    done_on = DayField(allow_none=True)
    file_id = TextField(allow_none=True, validate=validate.Length(1, 26), metadata=_FILE)


class _PositiveMoney(MoneyField):
    """An amount of more than nothing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        money = super()._deserialize(value, attr, data, partial=partial, **kwargs)
        if Currency(money["currency"]).units(money["amount"]) == 0:
            raise ValidationError({"amount": [N_("Must be more than nothing.")]})
        return money


class ProjectDisbursementSchema(StrictSchema):
    """Money that was paid for a project; `paid_on` is a day, a month or a year, null: not known."""

    id = TextField(validate=validate.Length(1, 26), metadata=_ID)
    amount = _PositiveMoney(required=True)
    paid_on = VagueDayField(allow_none=True)
    payer = TextField(allow_none=True, validate=validate.Length(1, 60))
    voucher = TextField(allow_none=True, validate=validate.Length(1, 100))
    note = TextField(allow_none=True, validate=validate.Length(1, 500))
    file_id = TextField(allow_none=True, validate=validate.Length(1, 26), metadata=_FILE)


class ProjectDifferenceSchema(StrictSchema):
    """Two amounts of one currency that should agree and don't: a warning."""

    code = WordField(DifferenceCode)
    found = MoneyField()
    expected = MoneyField()
    message = fields.String()

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """Read amounts as money, and the sentence in the reader's language."""
        if attr in ("found", "expected"):
            return obj.currency.money(getattr(obj, attr))
        return told(obj, reader_language()) if attr == "message" else super().get_attribute(obj, attr, default)


def told(one: SumDifference, language: Any) -> str:
    """A difference as a sentence."""
    amounts = {
        name: format_money(one.currency.money(getattr(one, name)), language)
        for name in ("found", "expected", "difference")
    }
    return translate(SENTENCES[one.code], language, **amounts)


class ProjectSchema(RowSchema):
    """What one side builds or delivers for the other. Its lists are replaced as a whole; entries keep their ids.

    A commitment with projects is fulfilled by their handover only: `handed_over_on`, or a completed activity of the
    type `handover` that is its `handover_event_id`. `state`, `paid`, `percent_done` and `differences` are computed;
    `percent_done` null: no milestone says a percentage.
    """

    class Meta:
        model = Project
        exclude = ("total_amount", "total_currency")

    total = MoneyField(allow_none=True)
    sources = ListField(fields.Nested(ProjectSourceSchema), validate=validate.Length(max=50))
    milestones = ListField(fields.Nested(ProjectMilestoneSchema), validate=validate.Length(max=100))
    disbursements = ListField(fields.Nested(ProjectDisbursementSchema), validate=validate.Length(max=500))
    accepted_on = VagueDayField(allow_none=True)
    handed_over_on = VagueDayField(allow_none=True)
    state = WordField(ProjectState, dump_only=True, attribute="progress")
    paid = ListField(MoneyField(), dump_only=True, metadata={"description": "By currency; none is added to another."})
    percent_done = NumberField(dump_only=True, allow_none=True, validate=validate.Range(0, 100))
    differences = ListField(fields.Nested(ProjectDifferenceSchema), dump_only=True)

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """Read sums as lists of money."""
        return obj.paid.as_money() if attr == "paid" else super().get_attribute(obj, attr, default)
