"""Links without an account, and what is handed in with them, as JSON."""

from marshmallow import fields, validate

from models.vocabulary import Language, LinkSubject, SubmissionState
from service.actions.both_sides.differences import Step
from service.schemas.fields import DayField, FlagField, InstantField, ListField, NumberField, TextField, WordField
from service.schemas.rows import StrictSchema

MOST_PATHS = 2_000


class LinkSchema(StrictSchema):
    """A link with which somebody without an account fills in what is asked of the other side."""

    id = fields.String(dump_only=True)
    event_id = fields.String(dump_only=True)
    may = ListField(
        WordField(LinkSubject, metadata={"x-extensible-enum": [word.value for word in LinkSubject]}),
        required=True,
        validate=validate.Length(1, len(LinkSubject)),
        metadata={"description": "What is filled in with it: the list of people, travel, other days."},
    )
    recipient = TextField(
        data_key="for",
        required=True,
        validate=validate.Length(1, 200),
        metadata={"description": "Whom it is made for, as the office calls them."},
    )
    language = WordField(
        Language, metadata={"description": "In which its page is at first, and the text to pass on. Default: vi."}
    )
    expires_on = DayField(metadata={"description": "The last day it opens; by default, and at most, that of arrival."})
    made_by = fields.String(dump_only=True, allow_none=True)
    made_at = InstantField(dump_only=True)
    revoked_at = InstantField(dump_only=True, allow_none=True)
    revoked_reason = fields.String(dump_only=True, allow_none=True)
    opens = FlagField(dump_only=True, metadata={"description": "Whether it opens today."})
    url = fields.String(
        dump_only=True, allow_none=True, metadata={"description": "Its address, in the answer to its making only."}
    )


class TakeableSchema(StrictSchema):
    """Something that was handed in beside what the visit has; a passport's number only by its last characters."""

    path = fields.String(metadata={"description": "What `take` calls it."})
    step = fields.String(metadata={"x-extensible-enum": [step.value for step in Step]})
    who = fields.String(metadata={"description": "The person it is about; empty for travel and days."})
    person_id = fields.String(allow_none=True)
    before = fields.String(metadata={"description": "Empty too where the reader may not read what is stored."})
    after = fields.String()
    others = NumberField(metadata={"description": "How many other values somebody typed into the same field."})


class SubmissionSchema(StrictSchema):
    """Something handed in with a link, and what became of it."""

    id = fields.String(dump_only=True)
    event_id = fields.String(dump_only=True)
    link_id = fields.String(dump_only=True)
    recipient = fields.String(data_key="for", dump_only=True)
    state = WordField(
        SubmissionState, dump_only=True, metadata={"x-extensible-enum": [one.value for one in SubmissionState]}
    )
    submitted_at = InstantField(dump_only=True)
    is_late = FlagField(
        dump_only=True, metadata={"description": "Something from this link had been accepted before it."}
    )
    decided_by = fields.String(dump_only=True, allow_none=True)
    decided_at = InstantField(dump_only=True, allow_none=True)
    reason = fields.String(dump_only=True, allow_none=True)
    taken = ListField(fields.String(), dump_only=True, metadata={"description": "The paths that were taken."})
    differences = ListField(
        fields.Nested(TakeableSchema),
        dump_only=True,
        metadata={
            "description": "What can be taken, while nobody has decided about it; empty afterwards. It is in no file:"
            " it tells what is sealed."
        },
    )


class AcceptSchema(StrictSchema):
    """What is taken of something handed in."""

    take = ListField(
        TextField(validate=validate.Length(1, 100)),
        validate=validate.Length(1, MOST_PATHS),
        metadata={
            "description": "Paths of differences, or their beginnings (`people.k3f9`). Without it everything, but"
            " nobody is removed from the list."
        },
    )


class RejectSchema(StrictSchema):
    """Why nothing is taken of it."""

    reason = TextField(required=True, validate=validate.Length(1, 2000))
