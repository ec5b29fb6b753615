"""Progress of agreements, and plans for what they still owe, as JSON."""

from marshmallow import fields

from models.vocabulary import EventStatus, ProgressState
from service.schemas.fields import Day, Flag, LocalizedText, MoneySchema, Number, Word, Written
from service.schemas.queries import QuerySchema
from service.schemas.rows import StrictSchema


class ProgressQuery(QuerySchema):
    as_of = Day(metadata={"description": "The day to judge by. Default: today."})


class YearSchema(StrictSchema):
    """A calendar year of a commitment; people and days are those of what was held."""

    year = Number()
    due = Number()
    held = Number()
    planned = Number()
    people = Number()
    days = Number()
    state = Word(ProgressState)
    event_ids = Written(fields.String())


class TotalsSchema(StrictSchema):
    """The same over the whole period; ``people_due`` is the quota, null when there is none."""

    due = Number()
    held = Number()
    planned = Number()
    people = Number()
    people_planned = Number()
    people_due = Number(allow_none=True)
    days = Number()


class ExplainedEventSchema(StrictSchema):
    """An event and what there is to say about it as a fulfilment of the commitment."""

    event_id = fields.String(allow_none=True, metadata={"description": "null: an event the reader may not see."})
    title = LocalizedText()
    first_day = Day()
    last_day = Day()
    status = Word(EventStatus)
    reasons = fields.List(fields.String())


class CommitmentProgressSchema(StrictSchema):
    """Where a commitment stands. ``near`` are events that nearly count, ``remarks`` are about those that do."""

    commitment_id = fields.String()
    article = fields.String()
    field = LocalizedText()
    title = LocalizedText()
    state = Word(ProgressState)
    detail = fields.String(metadata={"description": "Why the state is what it is, in the reader's language."})
    years = fields.List(fields.Nested(YearSchema))
    totals = fields.Nested(TotalsSchema)
    near = Written(fields.Nested(ExplainedEventSchema))
    remarks = Written(fields.Nested(ExplainedEventSchema))


class PassageSchema(StrictSchema):
    """What went from one party to the other: visits held, their people and days, visits to come, money paid."""

    class Meta:
        include = {  # noqa: RUF012 - "from" is no name in Python
            "from": fields.String(attribute="giver"),
        }

    to = fields.String(attribute="receiver")
    visits = Number()
    people = Number()
    days = Number()
    planned = Number()
    money = fields.List(fields.Nested(MoneySchema))


class StatesSchema(StrictSchema):
    """How many commitments are in which state."""

    missed = Number()
    at_risk = Number()
    on_track = Number()
    fulfilled = Number()
    open = Number()


class AgreementProgressSchema(StrictSchema):
    """An agreement's progress on a day, commitment by commitment, and what passed each way."""

    agreement_id = fields.String()
    as_of = Day()
    states = fields.Nested(StatesSchema)
    commitments = fields.List(fields.Nested(CommitmentProgressSchema))
    reciprocity = fields.List(fields.Nested(PassageSchema))


class AttentionSchema(StrictSchema):
    """A commitment that wants somebody's attention: missed or at risk."""

    commitment_id = fields.String()
    article = fields.String()
    title = LocalizedText()
    state = Word(ProgressState)
    detail = fields.String()


class AgreementGlanceSchema(StrictSchema):
    """An agreement at a glance."""

    agreement_id = fields.String()
    title = LocalizedText()
    starts_on = Day()
    ends_on = Day()
    states = fields.Nested(StatesSchema)
    attention = fields.List(fields.Nested(AttentionSchema))


class OfficeProgressSchema(StrictSchema):
    """All agreements of the office at a glance."""

    as_of = Day()
    states = fields.Nested(StatesSchema)
    agreements = fields.List(fields.Nested(AgreementGlanceSchema))


class PlanOptionsSchema(StrictSchema):
    """How to plan: a dry run writes nothing."""

    dry_run = Flag(metadata={"description": "True: only show what would be planned. Default: false."})


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
    dry_run = Flag()
