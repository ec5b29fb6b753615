"""Progress of agreements, and plans for what they still owe, as JSON."""

from marshmallow import fields

from models.vocabulary import EventStatus, ProgressState
from service.schemas.fields import (
    DayField,
    FlagField,
    LocalizedTextField,
    MoneySchema,
    NumberField,
    WordField,
    WrittenField,
)
from service.schemas.queries import QuerySchema
from service.schemas.rows import StrictSchema


class ProgressQuery(QuerySchema):
    as_of = DayField(metadata={"description": "The day to judge by. Default: today."})


class YearSchema(StrictSchema):
    """A calendar year of a commitment; people and days are those of what was held."""

    year = NumberField()
    due = NumberField()
    held = NumberField()
    planned = NumberField()
    people = NumberField()
    days = NumberField()
    state = WordField(ProgressState)
    event_ids = WrittenField(fields.String())


class TotalsSchema(StrictSchema):
    """The same over the whole period; ``people_due`` is the quota, null when there is none."""

    due = NumberField()
    held = NumberField()
    planned = NumberField()
    people = NumberField()
    people_planned = NumberField()
    people_due = NumberField(allow_none=True)
    days = NumberField()


class ExplainedEventSchema(StrictSchema):
    """An event and what there is to say about it as a fulfilment of the commitment."""

    event_id = fields.String(allow_none=True, metadata={"description": "null: an event the reader may not see."})
    title = LocalizedTextField()
    first_day = DayField()
    last_day = DayField()
    status = WordField(EventStatus)
    reasons = fields.List(fields.String())


class CommitmentProgressSchema(StrictSchema):
    """Where a commitment stands. ``near`` are events that nearly count, ``remarks`` are about those that do."""

    commitment_id = fields.String()
    article = fields.String()
    field = LocalizedTextField()
    title = LocalizedTextField()
    state = WordField(ProgressState)
    detail = fields.String(metadata={"description": "Why the state is what it is, in the reader's language."})
    years = fields.List(fields.Nested(YearSchema))
    totals = fields.Nested(TotalsSchema)
    near = WrittenField(fields.Nested(ExplainedEventSchema))
    remarks = WrittenField(fields.Nested(ExplainedEventSchema))


class PassageSchema(StrictSchema):
    """What went from one party to the other: visits held, their people and days, visits to come, money paid."""

    class Meta:
        include = {  # noqa: RUF012 - "from" is no name in Python
            "from": fields.String(attribute="giver"),
        }

    to = fields.String(attribute="receiver")
    visits = NumberField()
    people = NumberField()
    days = NumberField()
    planned = NumberField()
    money = fields.List(fields.Nested(MoneySchema))


class StatesSchema(StrictSchema):
    """How many commitments are in which state."""

    missed = NumberField()
    at_risk = NumberField()
    on_track = NumberField()
    fulfilled = NumberField()
    open = NumberField()


class AgreementProgressSchema(StrictSchema):
    """An agreement's progress on a day, commitment by commitment, and what passed each way."""

    agreement_id = fields.String()
    as_of = DayField()
    states = fields.Nested(StatesSchema)
    commitments = fields.List(fields.Nested(CommitmentProgressSchema))
    reciprocity = fields.List(fields.Nested(PassageSchema))


class AttentionSchema(StrictSchema):
    """A commitment that wants somebody's attention: missed or at risk."""

    commitment_id = fields.String()
    article = fields.String()
    title = LocalizedTextField()
    state = WordField(ProgressState)
    detail = fields.String()


class AgreementGlanceSchema(StrictSchema):
    """An agreement at a glance."""

    agreement_id = fields.String()
    title = LocalizedTextField()
    starts_on = DayField()
    ends_on = DayField()
    states = fields.Nested(StatesSchema)
    attention = fields.List(fields.Nested(AttentionSchema))


class OfficeProgressSchema(StrictSchema):
    """All agreements of the office at a glance."""

    as_of = DayField()
    states = fields.Nested(StatesSchema)
    agreements = fields.List(fields.Nested(AgreementGlanceSchema))


class PlanOptionsSchema(StrictSchema):
    """How to plan: a dry run writes nothing."""

    dry_run = FlagField(metadata={"description": "True: only show what would be planned. Default: false."})


class UnplacedSchema(StrictSchema):
    """Something still owed that found no days, or that somebody has to settle by hand."""

    commitment_id = fields.String()
    reason = fields.String()


class PlanSchema(StrictSchema):
    """What a plan made, and what it could not place."""

    created = fields.List(
        fields.Dict(),
        metadata={
            "description": "The drafts, each as at /events/{event_id}, with `reasons`: why it is owed and why on these"
            " days. In a dry run `id` and `uid` are null."
        },
    )
    unplaced = fields.List(fields.Nested(UnplacedSchema))
    dry_run = FlagField()
