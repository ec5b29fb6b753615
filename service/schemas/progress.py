"""Progress of agreements, and plans for what is outstanding, as JSON."""

import re

from marshmallow import fields, validate

from models.i18n import N_
from models.vocabulary import EventStatus, ProgressState
from service.schemas.fields import (
    DayField,
    FlagField,
    ListField,
    LocalizedTextField,
    MoneySchema,
    NumberField,
    RawTextField,
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


class LearnerCountsSchema(StrictSchema):
    """How many people began to learn, and what had become of them by the day; ``began`` is the sum of the others."""

    began = NumberField()
    studying = NumberField()
    graduated = NumberField()
    left = NumberField()
    outcome_unknown = NumberField(
        attribute="unknown", metadata={"description": "Their last stage is over, and its outcome is not entered."}
    )


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
    learners = fields.Nested(
        LearnerCountsSchema,
        metadata={
            "always_present": False,
            "description": "Of the batches whose learners are entered; not there where none are. Those who began are "
            "`people`, each once, in the year they began.",
        },
    )
    near = WrittenField(fields.Nested(ExplainedEventSchema))
    remarks = WrittenField(fields.Nested(ExplainedEventSchema))


class SumSchema(MoneySchema):
    """A sum of amounts, which may have more digits than one of them."""

    amount = RawTextField(
        validate=[
            validate.Regexp(
                re.compile(r"\d{1,27}(\.\d{1,2})?", re.ASCII),
                error=N_('Not an amount; write it like "100000000" or "99.50".'),
            ),
            validate.Length(max=30),
        ]
    )


class GoodsSchema(StrictSchema):
    """Gifts of goods: how many, what they were worth where it is known, and of how many nobody knows it."""

    count = NumberField()
    value = ListField(fields.Nested(SumSchema))
    value_unknown = NumberField()


class ExchangeTotalsSchema(StrictSchema):
    """What passed one way. Money is one object per currency, and a currency that is missing is not known to be 0."""

    visits = NumberField()
    people = NumberField()
    people_unknown = NumberField(
        metadata={"description": "Visits held whose head-count nobody has written down; not among `people`."}
    )
    days = NumberField()
    planned = NumberField()
    money = ListField(
        fields.Nested(SumSchema),
        metadata={"description": "What was paid: payments of estimates, gifts of money, disbursements of projects."},
    )
    money_planned = ListField(
        fields.Nested(SumSchema),
        metadata={"description": "Lines of estimates, of events without one their `budget`, gifts of money to come."},
    )
    money_approved = ListField(
        fields.Nested(SumSchema), metadata={"description": "What was approved of the lines of estimates."}
    )
    money_unknown = NumberField(
        metadata={
            "description": "Visits held, and gifts of money, of which nobody has entered what was paid, or which the"
            " reader may not know; not among `money`. A visit counts where its people come from."
        }
    )
    goods = fields.Nested(GoodsSchema)


class YearExchangeSchema(ExchangeTotalsSchema):
    """What passed one way in a year: that of the payment or the gift, of all else that in which the event begins."""

    year = NumberField(allow_none=True, metadata={"description": "null: it is not known in which year."})


class FieldExchangeSchema(ExchangeTotalsSchema):
    """What passed one way in a field of cooperation: the `field` of the commitment that it was done for."""

    field = LocalizedTextField(allow_none=True, metadata={"description": "null: what belongs to no commitment."})


class ExchangeFlowSchema(ExchangeTotalsSchema):
    """The exchange from one party to the other: visits held with their people and days, visits to come, what `from`
    gave `to`; all together, by year and by field."""

    class Meta:
        include = {  # noqa: RUF012 - "from" is no name in Python
            "from": fields.String(attribute="giver"),
        }

    to = fields.String(attribute="receiver")
    years = ListField(fields.Nested(YearExchangeSchema))
    fields_ = ListField(fields.Nested(FieldExchangeSchema), data_key="fields")


class StatesSchema(StrictSchema):
    """The number of commitments in each state."""

    missed = NumberField()
    at_risk = NumberField()
    on_track = NumberField()
    fulfilled = NumberField()
    no_records = NumberField()
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
