"""Resources and bookings as JSON."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from marshmallow import fields, validate
from sqlmodel import Session

from models.i18n import N_
from models.queries.keepers import MOST_KEEPERS
from models.resources import Booking, Resource
from models.vocabulary import BookingState, ResourceType
from service.actions import crud
from service.actions.bookings.bookings import MOST_AT_ONCE
from service.schemas.fields import (
    EARLIEST,
    LATEST,
    Bounded,
    ListField,
    LocalizedTextField,
    NumberField,
    TextField,
    WordField,
)
from service.schemas.queries import QuerySchema, RangeQuery, SearchQuery
from service.schemas.rows import RowSchema, StrictSchema

_NULL_IF_HIDDEN = {"type": ["string", "null"], "description": "null: for an event the reader may not see."}
_LANGUAGE = validate.Regexp(re.compile("[a-z]{2,3}", re.ASCII), error=N_("A language code like vi, lo or en."))


def _moment(value: str) -> date:
    """A day or local time; 24:00 is 00:00 of the day after (ISO 8601)."""
    if value[10:].startswith("T24:00"):
        return datetime.fromisoformat(value[:10]) + timedelta(days=1)
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


class BookingTimeField(Bounded, fields.Field[date]):
    """A whole day ``YYYY-MM-DD``, or a local time ``YYYY-MM-DDTHH:MM`` without a zone."""

    longest = 19

    default_error_messages = {  # noqa: RUF012
        "invalid": N_("Write a day like 2027-03-10, or a local time like 2027-03-10T08:00 without a zone."),
        "range": N_("Must be a day between 1 January 1900 and 31 December 2199."),
    }

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"type": "string", "example": "2027-03-10T08:00"} | kwargs.pop("metadata", {})
        super().__init__(metadata=metadata, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:00)?)?", value, re.ASCII):
            raise self.make_error("invalid")
        try:
            moment = _moment(value)
        except (ValueError, OverflowError):
            raise self.make_error("invalid") from None
        if not EARLIEST <= (moment.date() if isinstance(moment, datetime) else moment) <= LATEST:
            raise self.make_error("range")
        return moment


class ResourceSchema(RowSchema):
    """A room, lodging, vehicle, interpreter or piece of equipment that events can book."""

    class Meta:
        model = Resource

    name = LocalizedTextField(required=True, max_length=300, plain_allowed=True)
    languages = ListField(TextField(validate=_LANGUAGE), validate=validate.Length(max=20))
    capacity = NumberField(
        validate=validate.Range(1, 1000),
        metadata={"description": "How many bookings of quantity 1 fit at once. Default: 1."},
    )
    buffer_before = NumberField(
        validate=validate.Range(0, 1440), metadata={"description": "Minutes taken before each booking."}
    )
    buffer_after = NumberField(
        validate=validate.Range(0, 1440), metadata={"description": "Minutes taken after each booking."}
    )
    keepers = ListField(
        TextField(validate=validate.Length(1, 260)),
        validate=validate.Length(max=MOST_KEEPERS),
        metadata={
            "description": "Who hears of its bookings, and approves them: `user:ID` is an account, `email:ADDRESS` an"
            " address; that of an account means the account. Of a resource that exists only its keepers, its"
            " organisation, approvers and the protocol office change this and `needs_approval`."
        },
    )
    needs_approval = fields.Boolean(
        metadata={"description": "Bookings are `asked` until a keeper, or who oversees the office, has approved them."}
    )


class BookingSchema(RowSchema):
    """A resource booked for an event: for whole days, both inclusive, or for local times, the end exclusive."""

    class Meta:
        model = Booking
        exclude = (
            "first_day",
            "last_day",
            "start_time",
            "end_time",
            "starts_at",
            "ends_at",
            "length_class",
            "is_exclusive",
            "made_for",
        )
        dump_only: tuple[str, ...] = (
            "timezone",
            "created_by",
            "asked_by",
            "answered_by",
            "answered_at",
            "answer_reason",
        )

    id = fields.String(dump_only=True, metadata={"answer": _NULL_IF_HIDDEN})
    event_id = TextField(
        required=True,
        metadata={"answer": _NULL_IF_HIDDEN},
    )
    from_ = BookingTimeField(data_key="from", metadata={"description": "Default: the event's own days or hours."})
    to = BookingTimeField()
    state = WordField(
        BookingState,
        metadata={
            "description": "`requested` takes nothing until the event is confirmed; `released` is what a booking of an"
            " event that is called off becomes. Of a resource that `needs_approval` a booking is `asked`: it takes the"
            " resource, and waits until a keeper approves it (`held`) or refuses it (`refused`)."
        },
    )
    resource_name = LocalizedTextField(dump_only=True)
    resource_type = WordField(ResourceType, dump_only=True)
    event_title = LocalizedTextField(dump_only=True)


class BookingChangeSchema(BookingSchema):
    """The editable fields of a booking; its event can't be changed."""

    class Meta(BookingSchema.Meta):
        dump_only = (*BookingSchema.Meta.dump_only, "event_id")


class BookingRefusalSchema(StrictSchema):
    """Why a keeper refuses a booking; who asked is told."""

    reason = TextField(required=True, validate=validate.Length(1, 500))


class OneOfBookingsSchema(BookingSchema):
    """One booking of several; missing fields are taken from outside the list."""

    resource_id = TextField()
    event_id = TextField()
    timezone = fields.String(dump_only=True)  # not required: of several bookings each has its own


class BookingListSchema(StrictSchema):
    """Several bookings created at once."""

    bookings = ListField(fields.Nested(BookingSchema))


class NewBookingsSchema(OneOfBookingsSchema):
    """A booking, or several at once under ``bookings``, of which all are created or none.

    Fields outside the list apply to each booking that does not set its own. The response has the same shape.
    """

    alternatives = (BookingSchema, BookingListSchema)

    bookings = ListField(fields.Nested(OneOfBookingsSchema), validate=validate.Length(1, MOST_AT_ONCE))

    def other_errors(self, session: Session, values: Mapping[str, Any]) -> crud.Errors:
        """References that do not exist; for several bookings the action reports them."""
        return {} if "bookings" in values else super().other_errors(session, values)


class ResourceQuery(SearchQuery):
    """Filters of resources; ``type`` and ``language`` may be repeated: any of the types, all of the languages."""

    type = ListField(WordField(ResourceType))
    locality = TextField()
    language = ListField(TextField(validate=_LANGUAGE))
    seats = fields.Integer(validate=validate.Range(1, 100_000), metadata={"description": "At least so many."})
    active = fields.Boolean()


class BookingQuery(RangeQuery):
    """Filters of bookings; days are the resource's own."""

    class Meta(RangeQuery.Meta):
        exclude = ("q",)

    resource_id = TextField()
    event_id = TextField()
    state = ListField(WordField(BookingState))
    type = ListField(WordField(ResourceType))


class EventBookingsQuery(QuerySchema):
    state = ListField(WordField(BookingState))
