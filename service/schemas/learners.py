"""Learners of training batches as JSON."""

from marshmallow import fields

from models.learners import Learner
from models.vocabulary import LearnerOutcome, LearnerStage
from service.schemas.fields import DayField, ListField, MoneyField, TextField, VagueDayField, WordField
from service.schemas.queries import QuerySchema
from service.schemas.rows import RowSchema, StrictSchema


class LearnerPersonSchema(StrictSchema):
    """What a learner who stands in the directory is called."""

    id = fields.String()
    name = fields.String()
    name_lo = fields.String(allow_none=True)
    name_latin = fields.String(allow_none=True)
    organisation_id = fields.String(allow_none=True)


class LearnerSchema(RowSchema):
    """Somebody of a training batch in one stage, from the language to the degree, and what has become of it.

    Give either ``person_id`` or ``name``. One row per person and stage; a later stage does not begin before an earlier
    one ended, as far as that is known.
    """

    class Meta:
        model = Learner
        exclude = ("stipend_amount", "stipend_currency")
        dump_only = ("event_id",)

    stage = WordField(
        LearnerStage, required=True, metadata={"x-extensible-enum": [stage.value for stage in LearnerStage]}
    )
    starts_on = VagueDayField(
        allow_none=True,
        metadata={"description": "The day, the month or the year it began; null: not known, or not yet."},
    )
    ends_on = VagueDayField(
        allow_none=True,
        metadata={
            "description": "The day, the month or the year it ended or will. Needed with `graduated` and `left`; with "
            "`graduated` it is not to come. Who left before it began has an end before the beginning, and does not "
            "count for a quota."
        },
    )
    stipend = MoneyField(allow_none=True, metadata={"description": "What is paid for a month."})
    outcome = WordField(LearnerOutcome, metadata={"x-extensible-enum": [outcome.value for outcome in LearnerOutcome]})
    person = fields.Nested(LearnerPersonSchema, dump_only=True, allow_none=True)


class LearnerQuery(QuerySchema):
    """Filters of learners; a repeated filter matches any of its values."""

    outcome = ListField(WordField(LearnerOutcome))
    stage = ListField(WordField(LearnerStage))
    institution_id = TextField()
    person_id = TextField()
    current = fields.Boolean(metadata={"description": "true: stages that are not over; false: those that are."})
    permit_until = DayField(metadata={"description": "Whose permit ends by this day."})
