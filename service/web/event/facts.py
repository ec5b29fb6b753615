"""The fields of an event of any kind: one table of fields, from which its form is built."""

from collections.abc import Mapping
from typing import Any

from flask import request

from models.events import Event
from models.i18n import N_
from models.vocabulary import EventKind
from service.actions.events import events
from service.schemas.events import KIND_SCHEMAS
from service.web.event.choices import Choices
from service.web.event.editor import EditRequest, OpenEditor, check_version, load
from service.web.event.form import FieldShape, FieldSpec, wish_of
from service.web.view import View

_BEFORE = (
    FieldSpec("title", FieldShape.WORDS, is_required=True),
    FieldSpec("location", FieldShape.WORDS),
    FieldSpec("headcount", FieldShape.NUMBER),
)
_OWN: Mapping[EventKind, tuple[FieldSpec, ...]] = {
    EventKind.DELEGATION: (
        FieldSpec("purpose", FieldShape.WORDS),
        FieldSpec("level", FieldShape.CHOICE, choices="levels"),
        FieldSpec("head_id", FieldShape.PERSON, hint=N_("Type a name, or choose one from the list.")),
    ),
    EventKind.TRAINING_BATCH: (
        FieldSpec("subject", FieldShape.WORDS),
        FieldSpec("institution_id", FieldShape.CHOICE, choices="organisations"),
        FieldSpec("composition", FieldShape.COUNTS, hint=N_("One line each, like “athlete: 8”.")),
        FieldSpec(
            "phases",
            FieldShape.ROWS,
            is_more=True,
            columns=(
                FieldSpec("title", FieldShape.WORDS, is_required=True),
                FieldSpec("first_day", FieldShape.DAY),
                FieldSpec("last_day", FieldShape.DAY),
                FieldSpec("institution_id", FieldShape.CHOICE, choices="organisations"),
            ),
        ),
    ),
    EventKind.ART_TROUPE_VISIT: (
        FieldSpec("troupe", FieldShape.WORDS),
        FieldSpec("occasion", FieldShape.WORDS),
        FieldSpec(
            "performances",
            FieldShape.ROWS,
            is_more=True,
            columns=(
                FieldSpec("day", FieldShape.DAY, N_("Day")),
                FieldSpec("time", FieldShape.HOUR, N_("Begins at")),
                FieldSpec("title", FieldShape.WORDS),
                FieldSpec("venue", FieldShape.WORDS, N_("Place")),
            ),
        ),
    ),
    EventKind.ANNIVERSARY: (FieldSpec("year", FieldShape.NUMBER, is_required=True),),
    EventKind.ACTIVITY: (FieldSpec("activity_type", FieldShape.CHOICE, choices="activity_types"),),
}
_AFTER = (
    FieldSpec("description", FieldShape.PROSE, is_more=True),
    FieldSpec("headcount_actual", FieldShape.NUMBER, is_more=True),
    FieldSpec("host", FieldShape.CHOICE, choices="places", is_required=True, is_more=True),
    FieldSpec("guest", FieldShape.CHOICE, choices="places", is_more=True),
    FieldSpec("organisation_id", FieldShape.CHOICE, choices="organisations", is_more=True),
    FieldSpec("commitment_id", FieldShape.CHOICE, choices="commitments", is_more=True),
    FieldSpec("funded_by", FieldShape.CHOICE, choices="places", is_more=True),
    FieldSpec("budget", FieldShape.MONEY, hint=N_("The amount and its currency."), is_more=True),
    FieldSpec("visibility", FieldShape.CHOICE, choices="visibilities", is_required=True, is_more=True),
)


def specs_of(kind: EventKind) -> tuple[FieldSpec, ...]:
    """The fields of a kind of event, in the order its form asks for them."""
    return (*_BEFORE, *_OWN[kind], *_AFTER)


def editor(asked: EditRequest) -> OpenEditor:
    """The form of the facts."""
    event = asked.event
    specs = specs_of(event.kind)
    present: dict[str, Any] = {
        spec.name: getattr(event, spec.name) for spec in specs if spec.shape is not FieldShape.ROWS
    }
    for spec in specs:
        if spec.shape is FieldShape.ROWS:
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
    wish = wish_of(specs_of(event.kind), request.form)
    if "head_id" in wish:
        chosen = request.form.get("head_id.choice", "")
        wish["head_id"] = Choices(view, event).identify("head_id", wish["head_id"] or "", chosen)
    values = load(KIND_SCHEMAS[event.kind], wish, partial=True)
    events.change_event(view.session, view.act, event, values)
