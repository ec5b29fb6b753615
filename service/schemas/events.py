"""Events of the five kinds and their parts as JSON."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import fields, validate
from sqlmodel import Session

from models.events import OWN_FIELDS, RESULTS_LENGTH, Event, Performance, TrainingPhase
from models.i18n import N_
from models.vocabulary import Direction, EventKind, EventStatus, Severity
from service.actions import crud
from service.actions.events.validation import order_errors
from service.schemas.fields import (
    DayField,
    DictField,
    InstantField,
    KnownDayField,
    ListField,
    LocalizedTextField,
    MoneyField,
    NumberField,
    TextField,
    WordField,
    WrittenField,
)
from service.schemas.rows import RowSchema, StrictSchema

_INTERNAL = (
    "budget_amount", "budget_currency", "postponed_from", "confirmed_values", "corrections", "changed_at", "asked_by",
    "asked_at", "head_organisation_id",
)  # fmt: skip
"""Columns shown in another form, or not at all."""

_OWN = {field for names in OWN_FIELDS.values() for field in names}


def _without(*kept: EventKind) -> tuple[str, ...]:
    """The columns that a kind's schema omits: those of other kinds, and those shown in another form."""
    own = {field for kind in kept for field in OWN_FIELDS[kind]}
    return (*sorted(_OWN - own), *_INTERNAL)


_COMPUTED = (
    "kind",
    "uid",
    "sequence",
    "created_by",
    "confirmed_by",
    "confirmed_at",
    "changed_since_confirmed",
)


class EventWarningSchema(StrictSchema):
    """A warning about an event: never blocking, always naming its subject."""

    code = fields.String()
    severity = WordField(Severity)
    detail = fields.String()
    with_ = fields.String(data_key="with", attribute="with_", allow_none=True)
    advice = fields.String(metadata={"description": "The way out."})


class ConfirmationSchema(StrictSchema):
    """What was confirmed: by whom, when, and the values; ``values`` is null if what was confirmed is not known."""

    by = fields.String(allow_none=True)
    at = InstantField()
    values = fields.Dict(
        keys=fields.String(),
        allow_none=True,
        metadata={
            "description": "Field → value as it was confirmed. `head`: ids of the people who lead the delegation; "
            "`phases`, `performances`: their days, hours and places."
        },
    )


_ANY_VALUE = {"type": ["string", "integer", "array", "object", "null"]}
"""The value of any field, as an event has it."""


class DifferenceSchema(StrictSchema):
    """A value as it was confirmed and as it is now, and who last changed it (null: the service itself)."""

    confirmed = fields.Raw(metadata=_ANY_VALUE)
    now = fields.Raw(metadata=_ANY_VALUE)
    changed_by = fields.String(allow_none=True)
    changed_at = fields.String(allow_none=True, metadata={"format": "date-time"})


class AskedSchema(StrictSchema):
    """Who asked for the confirmation of an event, and when; nobody has answered yet."""

    by = fields.String(allow_none=True)
    at = InstantField()


class ConfirmationRequestSchema(StrictSchema):
    """A request to confirm an event, or to accept what changed since: who is asked."""

    event_id = fields.String()
    asked_by = fields.String()
    asked_at = InstantField()
    asked = fields.List(fields.String(), metadata={"description": "The accounts that were asked, by id."})


_IN_CHARGE = {"always_present": False}
"""Told where one event is read, to those who may change it."""


class EventSchema(RowSchema):
    """The fields of every kind of event."""

    class Meta:
        model = Event
        exclude: tuple[str, ...] = _without()
        dump_only: tuple[str, ...] = _COMPUTED

    status = WordField(
        EventStatus,
        validate=validate.OneOf(
            (EventStatus.DRAFT, EventStatus.COMPLETED),
            error=N_("An event begins as draft, or as completed if it is over."),
        ),
        metadata={
            "enum": [EventStatus.DRAFT.value, EventStatus.COMPLETED.value],
            "answer": {"x-extensible-enum": [status.value for status in EventStatus]},
            "description": "`completed`: what is over is entered as it was, by officers of the protocol office. "
            "Otherwise an event begins as a draft.",
        },
    )
    first_day = KnownDayField(
        required=True,
        metadata={"description": "The day, or of what is over and known no closer the month or the year it began in."},
    )
    last_day = KnownDayField(
        required=True,
        is_last=True,
        metadata={"description": "The last day, inclusive; known as closely as first_day."},
    )
    arrives_on = DayField(metadata={"description": "Default: first_day."})
    departs_on = DayField(metadata={"description": "Default: last_day."})
    budget = MoneyField(allow_none=True)
    results = TextField(
        allow_none=True,
        multiline=True,
        validate=validate.Length(min=1, max=RESULTS_LENGTH),
        metadata={"description": "What came of it, for the report; null also for readers who do not see all of it."},
    )
    direction = WordField(Direction, dump_only=True)
    host_name = LocalizedTextField(
        dump_only=True,
        metadata={"description": "What the host is called on the first day: its successor once it merged."},
    )
    guest_name = LocalizedTextField(dump_only=True, allow_none=True, metadata={"description": "As host_name."})
    conflicts = WrittenField(fields.Nested(EventWarningSchema), dump_only=True)
    confirmed = fields.Nested(
        ConfirmationSchema,
        dump_only=True,
        allow_none=True,
        metadata={**_IN_CHARGE, "description": "What was confirmed, told to those in charge of the event."},
    )
    differs = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(DifferenceSchema),
        dump_only=True,
        allow_none=True,
        metadata={
            **_IN_CHARGE,
            "description": "Field → how it differs from what was confirmed; null if it changed and that is not known.",
        },
    )
    confirmation_asked = fields.Nested(
        AskedSchema,
        dump_only=True,
        allow_none=True,
        metadata={**_IN_CHARGE, "description": "Who asked for its confirmation, while nobody has answered."},
    )

    def other_errors(self, session: Session, values: Mapping[str, Any]) -> crud.Errors:
        """References that do not exist, and days in the wrong order."""
        return super().other_errors(session, values) | order_errors(values)


class DelegationSchema(EventSchema):
    """A delegation, incoming or outgoing as seen from the office."""

    class Meta(EventSchema.Meta):
        exclude = _without(EventKind.DELEGATION)


class TrainingPhaseSchema(RowSchema):
    """A phase of a training batch; both days inclusive."""

    class Meta:
        model = TrainingPhase
        exclude = ("id", "event_id")


class TrainingBatchSchema(EventSchema):
    """A cohort that arrives, stays and leaves; possibly in phases."""

    class Meta(EventSchema.Meta):
        exclude = _without(EventKind.TRAINING_BATCH)

    composition = DictField(
        keys=TextField(validate=validate.Length(1, 60)),
        values=NumberField(validate=validate.Range(0, 100_000)),
        allow_none=True,
        validate=validate.Length(max=50),
        metadata={"example": {"coach": 1, "athlete": 8}},
    )
    phases = ListField(fields.Nested(TrainingPhaseSchema), validate=validate.Length(max=50))


class PerformanceSchema(RowSchema):
    """One evening of an art troupe."""

    class Meta:
        model = Performance
        exclude = ("id", "event_id")


class ArtTroupeVisitSchema(EventSchema):
    """An art troupe's visit with its performances."""

    class Meta(EventSchema.Meta):
        exclude = _without(EventKind.ART_TROUPE_VISIT)

    performances = ListField(fields.Nested(PerformanceSchema), validate=validate.Length(max=100))


class CeremonySchema(EventSchema):
    """A ceremony of an anniversary; its ordinal is counted from the origin."""

    class Meta(EventSchema.Meta):
        exclude = _without(EventKind.ANNIVERSARY)
        dump_only = (*_COMPUTED, "anniversary_id", "ordinal")

    year = NumberField(required=True, validate=validate.Range(1, 9999))


class ActivitySchema(EventSchema):
    """A meeting, seminar, forum, fair, sports event, ceremony, survey, handover …"""

    class Meta(EventSchema.Meta):
        exclude = _without(EventKind.ACTIVITY)


KIND_SCHEMAS: dict[EventKind, type[EventSchema]] = {
    EventKind.DELEGATION: DelegationSchema,
    EventKind.TRAINING_BATCH: TrainingBatchSchema,
    EventKind.ART_TROUPE_VISIT: ArtTroupeVisitSchema,
    EventKind.ANNIVERSARY: CeremonySchema,
    EventKind.ACTIVITY: ActivitySchema,
}


MADE_WITH = ("status",)
"""Fields that are given when an event is made and changed by nothing but a transition afterwards."""


class AnyEventSchema(EventSchema):
    """An event of any kind, with the fields of its own kind."""

    alternatives = tuple(KIND_SCHEMAS.values())

    _by_kind: ClassVar[dict[EventKind, EventSchema]] = {}

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        if many if many is not None else self.many:
            return [self.dump(one, many=False) for one in obj]
        kind = obj["kind"]
        if kind not in self._by_kind:
            self._by_kind[kind] = KIND_SCHEMAS[kind]()
        return self._by_kind[kind].dump(obj, many=False)


REASON_LENGTH = 2000


def _changes_of(kind: EventKind) -> type[EventSchema]:
    """What a change of an event says: its values, and why."""
    schema = KIND_SCHEMAS[kind]
    reason = TextField(
        allow_none=True,
        multiline=True,
        load_only=True,
        validate=validate.Length(max=REASON_LENGTH),
        metadata={"description": "Why: for the history, and for those who are told that days, hours or place changed."},
    )
    return type(f"{schema.__name__.removesuffix('Schema')}ChangeSchema", (schema,), {"reason": reason})


CHANGE_SCHEMAS: dict[EventKind, type[EventSchema]] = {kind: _changes_of(kind) for kind in KIND_SCHEMAS}
"""Kind → what is sent to change an event of it."""


class TransitionSchema(StrictSchema):
    """A transition to another status. Days are given when a postponed event returns to planned."""

    to = WordField(EventStatus, required=True)
    reason = TextField(allow_none=True, multiline=True, validate=validate.Length(max=REASON_LENGTH))
    first_day = DayField()
    last_day = DayField()


class RefusalSchema(StrictSchema):
    """Why the confirmation that somebody asked for is refused; whoever asked is told."""

    reason = TextField(required=True, multiline=True, validate=validate.Length(1, REASON_LENGTH))


class HistoryEntrySchema(StrictSchema):
    """One change: who, when, what (field → from, to), why."""

    id = fields.String()
    at = InstantField()
    actor_id = fields.String(allow_none=True)
    actor_name = fields.String()
    action = fields.String()
    entity = fields.String()
    entity_id = fields.String()
    event_id = fields.String(allow_none=True)
    changes = fields.Dict()
    reason = fields.String(allow_none=True)
    request_id = fields.String(allow_none=True)
