"""Agreements, commitments and anniversaries as JSON."""

from marshmallow import fields, validate

from models.agreements import Agreement, Anniversary, Commitment
from models.i18n import N_
from models.vocabulary import DurationUnit, FrequencyType, Grade, Language
from service.schemas.fields import MAX_TITLE, DayField, ListField, LocalizedTextField, NumberField, TextField, WordField
from service.schemas.rows import RowSchema, StrictSchema

_SOMETIMES = {"always_present": False}


class AgreementSchema(RowSchema):
    """A cooperation agreement: parties, period (both days inclusive), signature."""

    class Meta:
        model = Agreement

    parties = ListField(TextField(), required=True, validate=validate.Length(max=20))
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
