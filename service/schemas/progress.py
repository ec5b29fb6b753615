"""Progress of agreements, and plans for what is outstanding, as JSON."""

from marshmallow import fields

from models.vocabulary import EventStatus, ProgressState
from service.schemas.fields import (
    DayField,
    FlagField,
    ListField,
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
    """A calendar year of a commitment; people and days are those of the events held."""

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
    people_unknown = NumberField(
        metadata={"description": "Events held whose head-count nobody has written down; not among `people`."}
    )
    days = NumberField()


class ExplainedEventSchema(StrictSchema):
    """An event and the explanation of how it relates to the commitment."""

    event_id = fields.String(allow_none=True, metadata={"description": "null: an event the reader may not see."})
    title = LocalizedTextField()
    first_day = DayField()
    last_day = DayField()
    status = WordField(EventStatus)
    reasons = ListField(fields.String())


class CommitmentProgressSchema(StrictSchema):
    """A commitment's progress. ``near`` lists events that nearly count, ``remarks`` is about those that do."""

    commitment_id = fields.String()
    article = fields.String()
    field = LocalizedTextField()
    title = LocalizedTextField()
    state = WordField(ProgressState)
    detail = fields.String(metadata={"description": "Why the state is what it is, in the reader's language."})
    years = ListField(fields.Nested(YearSchema))
    totals = fields.Nested(TotalsSchema)
    near = WrittenField(fields.Nested(ExplainedEventSchema))
    remarks = WrittenField(fields.Nested(ExplainedEventSchema))


class ExchangeFlowSchema(StrictSchema):
    """The exchange from one party to the other: visits held with their people and days, visits to come, money paid."""

    class Meta:
        include = {  # noqa: RUF012 - "from" is no name in Python
            "from": fields.String(attribute="giver"),
        }

    to = fields.String(attribute="receiver")
    visits = NumberField()
    people = NumberField()
    people_unknown = NumberField(
        metadata={"description": "Visits held whose head-count nobody has written down; not among `people`."}
    )
    days = NumberField()
    planned = NumberField()
    money = ListField(fields.Nested(MoneySchema))


class StatesSchema(StrictSchema):
    """The number of commitments in each state."""

    missed = NumberField()
    at_risk = NumberField()
    on_track = NumberField()
    fulfilled = NumberField()
    open = NumberField()


class AgreementProgressSchema(StrictSchema):
    """An agreement's progress on a day, commitment by commitment, and the exchange each way."""

    agreement_id = fields.String()
    as_of = DayField()
    states = fields.Nested(StatesSchema)
    commitments = ListField(fields.Nested(CommitmentProgressSchema))
    reciprocity = ListField(fields.Nested(ExchangeFlowSchema))


class AttentionItemSchema(StrictSchema):
    """A commitment that needs attention: missed or at risk."""

    commitment_id = fields.String()
    article = fields.String()
    title = LocalizedTextField()
    state = WordField(ProgressState)
    detail = fields.String()


class AgreementSummarySchema(StrictSchema):
    """A summary of an agreement."""

    agreement_id = fields.String()
    title = LocalizedTextField()
    starts_on = DayField()
    ends_on = DayField()
    states = fields.Nested(StatesSchema)
    attention = ListField(fields.Nested(AttentionItemSchema))


class OfficeProgressSchema(StrictSchema):
    """A summary of all agreements of the office."""

    as_of = DayField()
    states = fields.Nested(StatesSchema)
    agreements = ListField(fields.Nested(AgreementSummarySchema))


class PlanOptionsSchema(StrictSchema):
    """How to plan: a dry run writes nothing."""

    dry_run = FlagField(metadata={"description": "True: only show what would be planned. Default: false."})


class UnplacedSchema(StrictSchema):
    """Something outstanding for which no days were found, or that must be settled by hand."""

    commitment_id = fields.String()
    reason = fields.String()


class PlanSchema(StrictSchema):
    """The drafts a plan created, and what it could not place."""

    created = ListField(
        fields.Dict(),
        metadata={
            "description": "The drafts, each as at /events/{event_id}, with `reasons`: why it is owed and why on these"
            " days. In a dry run `id` and `uid` are null."
        },
    )
    unplaced = ListField(fields.Nested(UnplacedSchema))
    dry_run = FlagField()
