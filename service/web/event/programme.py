"""An event's programme: adding, changing and removing items; publishing is a separate action."""

from hashlib import sha256
from json import dumps
from typing import Any

from flask import request

from models.event_parts import ProgrammeItem
from models.events import Event
from models.i18n import N_, NP_
from service.actions import crud
from service.actions.audit import plain
from service.actions.events import programme, programme_revisions
from service.schemas.programme import ProgrammeItemSchema, ProgrammeRevisionSchema
from service.web.event.editor import EditRequest, OpenEditor, RemovalButton, check_version, load
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.view import View

SPECS = (
    FieldSpec("title", FieldType.TEXTS, NP_("of a programme item", "Title"), is_required=True),
    FieldSpec("day", FieldType.DAY, N_("Day"), is_required=True),
    FieldSpec("start_time", FieldType.HOUR),
    FieldSpec("end_time", FieldType.HOUR),
    FieldSpec("place", FieldType.TEXTS, N_("Place"), is_more=True),
    FieldSpec("hosted_by", FieldType.TEXTS, N_("Received by"), is_more=True),
    FieldSpec("attendees", FieldType.TEXTS, N_("Attending"), is_more=True),
    FieldSpec("travel_minutes", FieldType.NUMBER, N_("Minutes of travel from the item before"), is_more=True),
)


def editor(asked: EditRequest) -> OpenEditor:
    """The form of an item; of a new one, a day of the visit proposed, when there is none with the asked id."""
    view, event = asked.view, asked.event
    item = view.session.get(ProgrammeItem, asked.row) if asked.row else None
    if item is None or item.event_id != event.id:
        day = request.args.get("day") or event.first_day.isoformat()
        form, choices = asked.form(SPECS, {"day": day}, "add_item", "change_item")
        return OpenEditor(
            edit="item",
            part="programme",
            do="add_item",
            title=view.say(N_("Add to the programme")),
            save=view.say(N_("Put into the programme")),
            form=form,
            choices=choices,
        )
    form, choices = asked.form(SPECS, item.model_dump(), "change_item")
    return OpenEditor(
        edit=f"item:{item.id}",
        part="programme",
        do="change_item",
        title=view.plain(item.title),
        save=view.say(N_("Save this item")),
        form=form,
        choices=choices,
        row=item.id,
        version=version_of(item),
        removal=RemovalButton(
            "remove_item",
            view.say(N_("Take out of the programme")),
            view.say(N_("Take “{title}” out of the programme? What is published stays as it is."), title=item.title),
        ),
    )


def version_of(item: ProgrammeItem) -> str:
    """What changes when an item does: items have no number of their own."""
    return sha256(dumps(plain(item), sort_keys=True).encode()).hexdigest()[:16]


def add(view: View, event: Event) -> None:
    """Put an item into the programme."""
    programme.add_item(view.session, view.act, event, _wanted())


def change(view: View, event: Event) -> None:
    """Change an item."""
    programme.change_item(view.session, view.act, event, _item(view, event), _wanted())


def remove(view: View, event: Event) -> None:
    """Take an item out."""
    programme.remove_item(view.session, view.act, event, _item(view, event))


def publish(view: View, event: Event) -> None:
    """Publish the programme as it is, with a note."""
    wish = load(ProgrammeRevisionSchema, {"note": request.form.get("note") or None})
    programme_revisions.publish_programme(view.session, view.act, event, wish["note"])


def _wanted() -> dict[str, Any]:
    return load(ProgrammeItemSchema, values_of(SPECS, request.form))


def _item(view: View, event: Event) -> ProgrammeItem:
    programme.lock(view.session, event)
    item = crud.part(view.session, ProgrammeItem, event.id, request.form.get("row", ""))
    check_version(version_of(item))
    return item
