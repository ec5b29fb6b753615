"""Days that the sides of a shared event propose to each other, as JSON."""

from marshmallow import fields, validate

from calendars.proposals.steps import ProposalStep
from models.both_sides.proposals import LONGEST_NOTE
from models.vocabulary import ProposalState
from service.schemas.fields import DayField, InstantField, ListField, TextField, WordField
from service.schemas.rows import StrictSchema


class WantedProposalSchema(StrictSchema):
    """Days to propose, and until when the other side is to answer."""

    first_day = DayField(required=True)
    last_day = DayField(required=True)
    note = TextField(
        multiline=True,
        allow_none=True,
        validate=validate.Length(max=LONGEST_NOTE),
        metadata={"description": "For the other side to read."},
    )
    answer_by = DayField(
        allow_none=True,
        metadata={
            "description": "The last day for the answer, before `first_day`. After it, by the clock of the office that"
            " is asked, the proposal expires; without one when `first_day` begins."
        },
    )


class DeclinedProposalSchema(StrictSchema):
    """Why proposed days are declined."""

    note = TextField(
        multiline=True,
        allow_none=True,
        validate=validate.Length(max=LONGEST_NOTE),
        metadata={"description": "For the other side to read."},
    )


class ProposalSchema(StrictSchema):
    """Days that one of the two offices which share an event proposed to the other, and what became of them.

    `office` proposed them, `to_office` is asked. `counters_id` is the proposal that this one answers. `possible` are
    the steps that the reader can take now.
    """

    id = fields.String()
    event_id = fields.String()
    state = WordField(ProposalState, metadata={"x-extensible-enum": [state.value for state in ProposalState]})
    first_day = DayField()
    last_day = DayField()
    note = fields.String(allow_none=True)
    answer_by = DayField(allow_none=True)
    expires_at = InstantField(metadata={"description": "From when on it is expired, if nobody answers."})
    office = fields.String()
    to_office = fields.String()
    made_by = fields.String(
        allow_none=True, metadata={"description": "The account; null for readers of the other office."}
    )
    made_by_name = fields.String()
    made_at = InstantField()
    counters_id = fields.String(allow_none=True)
    answered_by = fields.String(
        allow_none=True, metadata={"description": "The account; null for readers of the other office."}
    )
    answered_by_name = fields.String(allow_none=True)
    answered_at = InstantField(
        allow_none=True, metadata={"description": "When it was answered, withdrawn, or expired."}
    )
    answer_note = fields.String(allow_none=True)
    refused_at = InstantField(
        allow_none=True,
        metadata={"description": "When the other side last tried to accept it in vain; null for its readers."},
    )
    refused_reason = fields.String(
        allow_none=True,
        metadata={"description": "What stood in the way of the event's move; for the readers of its own side only."},
    )
    possible = ListField(WordField(ProposalStep, metadata={"x-extensible-enum": [one.value for one in ProposalStep]}))
