"""Who is in which car, room and seat, as JSON."""

from marshmallow import fields, validate

from calendars.placements.item_forms import ItemForm
from calendars.placements.values import SEATS_OF_A_ROUND_TABLE, TableForm
from models.vocabulary import Severity
from service.schemas.fields import DictField, ListField, NumberField, TextField, WordField, WrittenField
from service.schemas.rows import StrictSchema

MOST_BOOKINGS = 100
MOST_RIDERS = 500
MOST_ROOMS = 500
MOST_IN_A_ROOM = 50
MOST_TABLES = 200
MOST_SEATS = 200
LONGEST_NAME = 60


def _id() -> TextField:
    return TextField(validate=validate.Length(1, 26))


class PlacedTableSchema(StrictSchema):
    """A table and who sits at it."""

    for_ = TextField(
        data_key="for",
        attribute="for",
        required=True,
        allow_none=True,
        validate=validate.Length(1, 26),
        metadata={"description": "The item of the programme; null: the whole visit."},
    )
    name = TextField(required=True, validate=validate.Length(1, LONGEST_NAME))
    form = WordField(
        TableForm,
        load_default=TableForm.LONG,
        metadata={
            "description": "A long table has two sides. Default: long.",
            "x-extensible-enum": [form.value for form in TableForm],
        },
    )
    seats = ListField(
        TextField(allow_none=True, validate=validate.Length(1, 26)),
        required=True,
        validate=validate.Length(max=MOST_SEATS),
        metadata={
            "description": "Member ids, null: free. Of a long table the near side from left to right, then the far side"
            " from left to right (the near one has one more if their number is odd); of a round one clockwise from the"
            " top."
        },
    )


class PlacementWarningSchema(StrictSchema):
    """What does not fit, or what is not there any more; never blocking."""

    code = fields.String()
    severity = WordField(Severity)
    detail = fields.String()
    advice = fields.String(metadata={"description": "The way out."})
    at = fields.String(metadata={"description": "Where: `vehicles.BOOKING_ID`, `tables.0`; empty: everywhere."})
    people = ListField(fields.String(), metadata={"description": "The members it is about."})


class PlacementsSchema(StrictSchema):
    """Who is in which car, room and seat."""

    vehicles = DictField(
        keys=_id(),
        values=ListField(_id(), validate=validate.Length(max=MOST_RIDERS)),
        load_default=dict,
        validate=validate.Length(max=MOST_BOOKINGS),
        metadata={"description": "Booking of a vehicle → members who ride in it."},
    )
    rooms = DictField(
        keys=_id(),
        values=ListField(
            ListField(_id(), validate=validate.Length(max=MOST_IN_A_ROOM)), validate=validate.Length(max=MOST_ROOMS)
        ),
        load_default=dict,
        validate=validate.Length(max=MOST_BOOKINGS),
        metadata={"description": "Booking of lodging → its rooms, each with the members who sleep there."},
    )
    tables = ListField(fields.Nested(PlacedTableSchema), load_default=list, validate=validate.Length(max=MOST_TABLES))
    warnings = WrittenField(fields.Nested(PlacementWarningSchema), dump_only=True)


class WantedTablesSchema(StrictSchema):
    """An item of the programme to set tables for."""

    for_ = TextField(data_key="for", attribute="for", required=True, validate=validate.Length(1, 26))
    form = WordField(
        ItemForm,
        required=True,
        metadata={
            "description": "Opposite each other at a long table, or mixed at round ones.",
            "x-extensible-enum": [form.value for form in ItemForm],
        },
    )
    size = NumberField(
        load_default=SEATS_OF_A_ROUND_TABLE,
        validate=validate.Range(2, 50),
        metadata={"description": "Seats of a round table. Default: 10."},
    )


class ProposalWantedSchema(StrictSchema):
    """What to propose."""

    tables = ListField(
        fields.Nested(WantedTablesSchema),
        validate=validate.Length(max=MOST_TABLES),
        metadata={"description": "Default: the items whose titles say that people sit together."},
    )
