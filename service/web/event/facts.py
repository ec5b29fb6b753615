"""The facts of a visit, of any kind: one table of fields, from which its form follows."""

from collections.abc import Mapping
from typing import Any

from flask import request

from models.events import Event
from models.i18n import _
from models.vocabulary import EventKind
from service.actions.events import events
from service.schemas.events import KIND_SCHEMAS
from service.web.event.choices import Choices
from service.web.event.editor import Asked, Editor, check_version, load
from service.web.event.form import Shape, Spec, wish_of
from service.web.view import View

_BEFORE = (
    Spec("title", Shape.WORDS, is_required=True),
    Spec("location", Shape.WORDS),
    Spec("headcount", Shape.NUMBER),
)
_OWN: Mapping[EventKind, tuple[Spec, ...]] = {
    EventKind.DELEGATION: (
        Spec("purpose", Shape.WORDS),
        Spec("level", Shape.CHOICE, choices="levels"),
        Spec("head_id", Shape.PERSON, hint=_("Type a name, or choose one from the list.")),
    ),
    EventKind.TRAINING_BATCH: (
        Spec("subject", Shape.WORDS),
        Spec("institution_id", Shape.CHOICE, choices="organisations"),
        Spec("composition", Shape.COUNTS, hint=_("One line each, like “athlete: 8”.")),
        Spec(
            "phases",
            Shape.ROWS,
            is_more=True,
            columns=(
                Spec("title", Shape.WORDS, is_required=True),
                Spec("first_day", Shape.DAY),
                Spec("last_day", Shape.DAY),
                Spec("institution_id", Shape.CHOICE, choices="organisations"),
            ),
        ),
    ),
    EventKind.ART_TROUPE_VISIT: (
        Spec("troupe", Shape.WORDS),
        Spec("occasion", Shape.WORDS),
        Spec(
            "performances",
            Shape.ROWS,
            is_more=True,
            columns=(
                Spec("day", Shape.DAY, _("Day")),
                Spec("time", Shape.HOUR, _("Begins at")),
                Spec("title", Shape.WORDS),
                Spec("venue", Shape.WORDS, _("Place")),
            ),
        ),
    ),
    EventKind.ANNIVERSARY: (Spec("year", Shape.NUMBER, is_required=True),),
    EventKind.ACTIVITY: (Spec("activity_type", Shape.CHOICE, choices="activity_types"),),
}
_AFTER = (
    Spec("description", Shape.PROSE, is_more=True),
    Spec("headcount_actual", Shape.NUMBER, is_more=True),
    Spec("host", Shape.CHOICE, choices="places", is_required=True, is_more=True),
    Spec("guest", Shape.CHOICE, choices="places", is_more=True),
    Spec("organisation_id", Shape.CHOICE, choices="organisations", is_more=True),
    Spec("commitment_id", Shape.CHOICE, choices="commitments", is_more=True),
    Spec("funded_by", Shape.CHOICE, choices="places", is_more=True),
    Spec("budget", Shape.MONEY, hint=_("The amount and its currency."), is_more=True),
    Spec("visibility", Shape.CHOICE, choices="visibilities", is_required=True, is_more=True),
)


def specs_of(kind: EventKind) -> tuple[Spec, ...]:
    """The fields of a kind of event, in the order its form asks for them."""
    return (*_BEFORE, *_OWN[kind], *_AFTER)


def editor(asked: Asked) -> Editor:
    """The form of the facts."""
    event = asked.event
    specs = specs_of(event.kind)
    present: dict[str, Any] = {spec.name: getattr(event, spec.name) for spec in specs if spec.shape is not Shape.ROWS}
    for spec in specs:
        if spec.shape is Shape.ROWS:
            present[spec.name] = [row.model_dump() for row in getattr(event, spec.name)]
    form, choices = asked.form(specs, present, "facts")
    return Editor(
        edit="facts",
        part="facts",
        do="facts",
        title=asked.view.say(_("Change the facts")),
        save=asked.view.say(_("Save the facts")),
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
