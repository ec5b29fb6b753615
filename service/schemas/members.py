"""The people of an event as JSON."""

from marshmallow import fields

from models.event_parts import Member
from models.vocabulary import MemberRole, Side
from service.schemas.fields import FlagField, ListField, LocalizedTextField, NumberField, WordField
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


class MemberSchema(RowSchema):
    """A person in a visit and their part in it."""

    class Meta:
        model = Member
        dump_only = ("event_id", "organisation_id", "position")

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
