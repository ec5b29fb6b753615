"""The people of an event as JSON."""

from typing import Any

from marshmallow import fields, post_dump, post_load, validate

from calendars.events.journeys import journey_of
from models.event_parts import Member
from models.vocabulary import MemberAnswer, MemberRole, Side
from service.schemas.bookings import BookingTimeField
from service.schemas.fields import FlagField, ListField, LocalizedTextField, NumberField, TextField, WordField
from service.schemas.queries import QuerySchema
from service.schemas.rows import RowSchema, StrictSchema


class MemberPersonSchema(StrictSchema):
    """A member's personal details, for the printed list."""

    id = fields.String()
    name = fields.String()
    name_lo = fields.String(allow_none=True)
    name_latin = fields.String(allow_none=True)
    honorific = LocalizedTextField(allow_none=True)
    position = LocalizedTextField(allow_none=True)
    precedence = NumberField()
    organisation_id = fields.String(allow_none=True)


_SHORT = validate.Length(1, 200)


class JourneySchema(StrictSchema):
    """How somebody arrives or departs; what is not known is left out or null."""

    at = BookingTimeField(
        allow_none=True, metadata={"description": "A day, or a local time of the place, without a zone."}
    )
    by = TextField(allow_none=True, validate=_SHORT, metadata={"description": "A flight, a train, a car."})
    place = TextField(allow_none=True, validate=_SHORT, metadata={"description": "A border gate, an airport."})
    met_by = TextField(allow_none=True, validate=_SHORT, metadata={"description": "Who meets them, or sees them off."})

    @post_load
    def _kept(self, values: dict[str, Any], **kwargs: Any) -> dict[str, str] | None:
        return journey_of(values)

    @post_dump
    def _whole(self, values: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """What is not known is null in an answer, as the document says."""
        return dict.fromkeys(self.fields) | values


class MemberSchema(RowSchema):
    """A person in a visit and their part in it."""

    class Meta:
        model = Member
        dump_only = ("event_id", "organisation_id", "position", "answered_at")

    side = WordField(
        Side,
        metadata={
            "description": "Who receives, or who comes. Without it the locality of the person's organisation tells.",
            "x-extensible-enum": [side.value for side in Side],
        },
    )
    position = LocalizedTextField(
        dump_only=True, allow_none=True, metadata={"description": "What the person was when they were added."}
    )

    answer = WordField(
        MemberAnswer,
        allow_none=True,
        metadata={
            "description": "Whether they take part. Written as null: as if they had not answered; read as null: not"
            " yours to see.",
            "x-extensible-enum": [answer.value for answer in MemberAnswer],
        },
    )
    came = FlagField(allow_none=True, metadata={"description": "Whether they came; null: nobody has said."})
    arrival = fields.Nested(JourneySchema, allow_none=True)
    departure = fields.Nested(JourneySchema, allow_none=True)

    person = fields.Nested(MemberPersonSchema, dump_only=True)
    counterpart = fields.Nested(MemberPersonSchema, dump_only=True, allow_none=True)
    tied = FlagField(
        dump_only=True,
        metadata={"description": "Stands here only by name; give ranks to settle who comes first."},
    )


class ImportQuery(QuerySchema):
    dry_run = fields.Boolean(metadata={"description": "true: only say what would be done. Default: false."})


class ImportedRowSchema(StrictSchema):
    """The outcome of one row of a list."""

    row = NumberField(metadata={"description": "As the spreadsheet program shows it; the header usually is row 1."})
    name = fields.String()
    role = WordField(MemberRole)
    action = fields.String(metadata={"enum": ["added", "changed", "unchanged"]})
    person = fields.String(metadata={"enum": ["new", "known"]})
    person_id = fields.String(allow_none=True, metadata={"description": "In a dry run null for a new person."})
    changed = ListField(fields.String(), metadata={"description": "The columns that changed something known."})
    kept = ListField(
        fields.String(),
        metadata={
            "description": "The columns that say something else than is known of the person, or that you may not "
            "change of them; what is known stays."
        },
    )


class MemberImportSchema(StrictSchema):
    """The result of importing a list, or of a dry run."""

    dry_run = FlagField()
    rows = ListField(fields.Nested(ImportedRowSchema))
    remarks = ListField(fields.String(), metadata={"description": "What of the file was not read, and why."})
    added = NumberField()
    changed = NumberField()
    unchanged = NumberField()
