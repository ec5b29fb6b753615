"""Agreements, commitments and anniversaries as JSON."""

from collections.abc import Mapping
from typing import ClassVar

from marshmallow import fields, validate

from models.agreements import Agreement, AgreementSignatory, Anniversary, Commitment
from models.i18n import N_
from models.vocabulary import ActivityType, DurationUnit, FrequencyType, Grade, Language
from service.schemas.fields import (
    MAX_TITLE,
    DayField,
    DictField,
    ListField,
    LocalizedTextField,
    NumberField,
    TextField,
    WordField,
)
from service.schemas.rows import RowSchema, StrictSchema

_SOMETIMES = {"always_present": False}


class SignatorySchema(RowSchema):
    """Who signed for a party: somebody of the directory (``person_id``) or a ``name``, with that day's position."""

    class Meta:
        model = AgreementSignatory
        exclude = ("id", "agreement_id", "number")


class AgreementSchema(RowSchema):
    """A cooperation agreement, a memorandum, a plan or minutes: parties, period (both days inclusive), signatures."""

    class Meta:
        model = Agreement

    LISTED: ClassVar[Mapping[str, str]] = {"bodies": "organisation"}
    """Lists of ids → the table they refer to."""

    parties = ListField(TextField(), required=True, validate=validate.Length(max=20))
    bodies = ListField(
        TextField(validate=validate.Length(1, 26)),
        validate=validate.Length(max=20),
        metadata={"description": "Ids of the organisations whose paper it is, in its order. They open no event."},
    )
    signatories = ListField(
        fields.Nested(SignatorySchema),
        validate=validate.Length(max=40),
        metadata={"description": "In the order of the signatures; each with `person_id` or `name`."},
    )
    languages = ListField(WordField(Language))


class FrequencySchema(StrictSchema):
    """How often: n a year, one every a–b years, n in the period, or open (no quota)."""

    type = WordField(FrequencyType, required=True)
    count = NumberField(validate=validate.Range(1, 1000), metadata=_SOMETIMES)
    min_years = NumberField(validate=validate.Range(1, 100), metadata=_SOMETIMES)
    max_years = NumberField(validate=validate.Range(1, 100), metadata=_SOMETIMES)


class CommitmentPhaseSchema(StrictSchema):
    """A stage of a commitment: a year of Vietnamese, then the degree."""

    title = LocalizedTextField(required=True, max_length=MAX_TITLE)
    duration = NumberField(allow_none=True, validate=validate.Range(1, 10_000))
    unit = fields.String(
        allow_none=True,
        validate=validate.OneOf([unit.value for unit in DurationUnit], error=N_("Must be one of: {choices}.")),
    )


class CommitmentSchema(RowSchema):
    """The commitment of one article; host and guest null mean either party."""

    class Meta:
        model = Commitment
        exclude = ("frequency_type", "frequency_count", "frequency_min_years", "frequency_max_years")
        dump_only: tuple[str, ...] = ("agreement_id",)

    field = LocalizedTextField(required=True, max_length=MAX_TITLE, plain_allowed=True)
    activity_types = ListField(
        WordField(ActivityType),
        validate=validate.Length(max=len(ActivityType)),
        metadata={"description": "With `activity` = `activity`: the types that fulfil it. Empty: any."},
    )
    composition = DictField(
        keys=TextField(validate=validate.Length(1, 60)),
        values=NumberField(validate=validate.Range(1, 100_000)),
        validate=validate.Length(max=50),
        metadata={
            "description": "With `activity` = `training_batch`: the least number of each sort of people, by the keys of"
            " the batch's `composition`. Empty: any. A batch whose composition nobody has entered counts.",
            "example": {"coach": 1, "athlete": 8},
        },
    )
    frequency = fields.Nested(FrequencySchema)
    phases = ListField(fields.Nested(CommitmentPhaseSchema), validate=validate.Length(max=20))


class AnniversarySchema(RowSchema):
    """What is commemorated; ``origin`` is a year, a month or a day, as precise as is known."""

    class Meta:
        model = Anniversary

    parties = ListField(TextField(), required=True, validate=validate.Length(max=20))


class OccurrenceSchema(StrictSchema):
    """An anniversary in one year; ``date`` is null unless the origin is known to the day."""

    year = NumberField()
    ordinal = NumberField()
    grade = WordField(Grade)
    date = DayField(allow_none=True)
    ceremony_event_id = fields.String(allow_none=True)
