"""The fields of an event of any kind: one table of fields, from which its form is built."""

from collections.abc import Mapping
from typing import Any

from flask import request

from models.events import RESULTS_LENGTH, Event
from models.i18n import N_
from models.vocabulary import EventKind, EventStatus
from service.actions.events import events
from service.schemas.events import KIND_SCHEMAS
from service.web.event.choices import Choices
from service.web.event.editor import EditRequest, OpenEditor, check_version, load
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.view import View

_BEFORE = (
    FieldSpec("title", FieldType.TEXTS, is_required=True),
    FieldSpec("location", FieldType.TEXTS),
    FieldSpec("headcount", FieldType.NUMBER),
)
_OWN: Mapping[EventKind, tuple[FieldSpec, ...]] = {
    EventKind.DELEGATION: (
        FieldSpec("purpose", FieldType.TEXTS),
        FieldSpec("level", FieldType.CHOICE, choices="levels"),
        FieldSpec("head_id", FieldType.PERSON, hint=N_("Type a name, or choose one from the list.")),
    ),
    EventKind.TRAINING_BATCH: (
        FieldSpec("subject", FieldType.TEXTS),
        FieldSpec("institution_id", FieldType.CHOICE, choices="organisations"),
        FieldSpec("composition", FieldType.COUNTS, hint=N_("One line each, like “athlete: 8”.")),
        FieldSpec(
            "phases",
            FieldType.ROWS,
            is_more=True,
            columns=(
                FieldSpec("title", FieldType.TEXTS, is_required=True),
                FieldSpec("first_day", FieldType.DAY),
                FieldSpec("last_day", FieldType.DAY),
                FieldSpec("institution_id", FieldType.CHOICE, choices="organisations"),
            ),
        ),
    ),
    EventKind.ART_TROUPE_VISIT: (
        FieldSpec("troupe", FieldType.TEXTS),
        FieldSpec("occasion", FieldType.TEXTS),
        FieldSpec(
            "performances",
            FieldType.ROWS,
            is_more=True,
            columns=(
                FieldSpec("day", FieldType.DAY, N_("Day")),
                FieldSpec("time", FieldType.HOUR, N_("Begins at")),
                FieldSpec("title", FieldType.TEXTS),
                FieldSpec("venue", FieldType.TEXTS, N_("Place")),
            ),
        ),
    ),
    EventKind.ANNIVERSARY: (FieldSpec("year", FieldType.NUMBER, is_required=True),),
    EventKind.ACTIVITY: (FieldSpec("activity_type", FieldType.CHOICE, choices="activity_types"),),
}
_AFTER = (
    FieldSpec("description", FieldType.PROSE, is_more=True),
    FieldSpec("headcount_actual", FieldType.NUMBER, is_more=True),
    FieldSpec("host", FieldType.CHOICE, choices="places", is_required=True, is_more=True),
    FieldSpec("guest", FieldType.CHOICE, choices="places", is_more=True),
    FieldSpec("organisation_id", FieldType.CHOICE, choices="organisations", is_more=True),
    FieldSpec("commitment_id", FieldType.CHOICE, choices="commitments", is_more=True),
    FieldSpec("funded_by", FieldType.CHOICE, choices="places", is_more=True),
    FieldSpec("budget", FieldType.MONEY, hint=N_("The amount and its currency."), is_more=True),
    FieldSpec("visibility", FieldType.CHOICE, choices="visibilities", is_required=True, is_more=True),
)


_RESULTS = FieldSpec(
    "results", FieldType.LINES, hint=N_("What came of the visit: the report begins with it."), length=RESULTS_LENGTH
)
_HAS_RESULTS = (EventStatus.ONGOING, EventStatus.COMPLETED)


def specs_of(kind: EventKind, status: EventStatus) -> tuple[FieldSpec, ...]:
    """The fields of a kind of event, in the order its form asks for them; results once it has begun."""
    results = (_RESULTS,) if status in _HAS_RESULTS else ()
    return (*_BEFORE, *_OWN[kind], *results, *_AFTER)


def editor(asked: EditRequest) -> OpenEditor:
    """The form of the facts."""
    event = asked.event
    specs = specs_of(event.kind, event.status)
    present: dict[str, Any] = {
        spec.name: getattr(event, spec.name) for spec in specs if spec.type is not FieldType.ROWS
    }
    for spec in specs:
        if spec.type is FieldType.ROWS:
            present[spec.name] = [row.model_dump() for row in getattr(event, spec.name)]
    form, choices = asked.form(specs, present, "facts")
    return OpenEditor(
        edit="facts",
        part="facts",
        do="facts",
        title=asked.view.say(N_("Change the facts")),
        save=asked.view.say(N_("Save the facts")),
        form=form,
        choices=choices,
        version=str(event.version),
    )


def save(view: View, event: Event) -> None:
    """Change the facts as the form says."""
    check_version(event.version)
    wish = values_of(specs_of(event.kind, event.status), request.form)
    if "head_id" in wish:
        chosen = request.form.get("head_id.choice", "")
        choices = Choices(view, event)
        wish["head_id"] = choices.identify("head_id", wish["head_id"] or "", chosen, present=event.head_id)
    values = load(KIND_SCHEMAS[event.kind], wish, partial=True)
    events.change_event(view.session, view.act, event, values)
