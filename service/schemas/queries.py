"""Query strings of lists; an unknown parameter is an error, not a filter without effect."""

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from models.i18n import N_
from models.vocabulary import (
    AboutType,
    AgreementKind,
    Direction,
    EventKind,
    EventStatus,
    KnownTo,
    Language,
    ProjectState,
    ReminderPurpose,
    ReminderState,
    Visibility,
)
from service.schemas.fields import DayField, ListedField, ListField, TextField, WordField

_PAGING = {"page", "page_size"}
_TOO_MANY = N_("Unknown parameter.")


class QuerySchema(Schema):
    """Base of all query strings."""

    class Meta:
        unknown = EXCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_unknown(self, data: Any, original: Any, **kwargs: Any) -> None:
        """Report each unknown parameter."""
        known = {field.data_key or name for name, field in self.fields.items()} | _PAGING
        if unknown := sorted(set(original) - known):
            raise ValidationError({name: [_TOO_MANY] for name in unknown})


class SearchQuery(QuerySchema):
    q = TextField(
        validate=validate.Length(max=200), metadata={"description": "Words to find; accents and case don't matter."}
    )


class LocalityQuery(SearchQuery):
    country = TextField(validate=validate.Length(max=2))


class OrganisationQuery(SearchQuery):
    locality = TextField()


class PersonQuery(SearchQuery):
    organisation_id = TextField()


class AgreementQuery(SearchQuery):
    party = TextField()
    kind = WordField(AgreementKind)
    parent_id = TextField(metadata={"description": "What stands directly below this agreement."})


class ProjectQuery(SearchQuery):
    commitment_id = TextField()
    agreement_id = TextField(metadata={"description": "Those of its commitments."})
    given_by = TextField()
    host = TextField()
    beneficiary_id = TextField()
    organisation_id = TextField()
    state = WordField(ProjectState)


class RangeQuery(SearchQuery):
    """A range of days, both inclusive; it selects what overlaps it."""

    from_ = DayField(data_key="from")
    to = DayField()

    @validates_schema
    def in_order(self, data: Any, **kwargs: Any) -> None:
        """``from`` can't be after ``to``."""
        if data.get("from_") and data.get("to") and data["from_"] > data["to"]:
            raise ValidationError({"to": [N_("Can't be before from.")]})


class KindEventQuery(RangeQuery):
    """Filters of the events of one kind; a repeated filter matches any of its values."""

    status = ListField(WordField(EventStatus))
    host = TextField()
    guest = TextField()
    locality = TextField(metadata={"description": "Host or guest, under its old or new name."})
    organisation_id = TextField(
        metadata={"description": "In charge: it, those whose work it carries on, or those that carry on its work."}
    )
    in_charge_id = TextField(metadata={"description": "The account in charge, one of your own office."})
    agreement_id = TextField()
    commitment_id = TextField()
    direction = WordField(Direction)
    visibility = WordField(Visibility)
    known_to = ListedField(
        WordField(KnownTo),
        metadata={
            "description": "How exactly the days are known, e.g. `month,year`. Without it only events whose days are "
            "known are listed."
        },
    )


class EventQuery(KindEventQuery):
    kind = ListField(WordField(EventKind))


class ReminderQuery(RangeQuery):
    """Filters of reminders; ``from`` and ``to`` are due days, ``q`` searches the address."""

    state = ListField(WordField(ReminderState))
    purpose = ListField(WordField(ReminderPurpose))
    event_id = TextField()
    about_type = WordField(AboutType)
    about_id = TextField(metadata={"description": "What it is about if that is no event."})
    rule_id = TextField()
    recipient = TextField()
    unseen = fields.Boolean(metadata={"description": "Failed, and nobody has seen that."})


class PreviewQuery(QuerySchema):
    """Which event to preview, and the language of the mails."""

    event_id = TextField()
    locale = WordField(Language)


class YearsQuery(QuerySchema):
    from_year = fields.Integer(validate=validate.Range(1, 9999))
    to_year = fields.Integer(validate=validate.Range(1, 9999))


class AuditQuery(RangeQuery):
    entity = TextField()
    entity_id = TextField()
    actor_id = TextField()
    event_id = TextField()


class UserQuery(SearchQuery):
    active = fields.Boolean()
