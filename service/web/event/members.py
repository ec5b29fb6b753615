"""The people of an event: adding, changing and removing them."""

from collections.abc import Mapping
from typing import Any

from flask import request

from models.errors import Invalid
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, NP_, message
from models.places import Person
from models.text import fold
from models.vocabulary import MemberRole
from service.actions import crud
from service.actions.directory import directory
from service.actions.events import members
from service.schemas.members import MemberSchema
from service.schemas.places import PersonSchema
from service.web.event.choices import BETWEEN, Choices
from service.web.event.editor import EditRequest, OpenEditor, RemovalButton, check_version, load
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.view import View

UNKNOWN = N_("Nobody is known by this name. Choose a name from the list, or tick that this person is new.")

_SIDE_HINT = N_("Left empty, the locality of the person's organisation tells.")
_ROLE = (
    FieldSpec("side", FieldType.CHOICE, choices="sides", hint=_SIDE_HINT),
    FieldSpec("role", FieldType.CHOICE, choices="roles", is_required=True),
    FieldSpec(
        "rank", FieldType.NUMBER, hint=N_("Settles who comes first among people of equal precedence: 1 before 2.")
    ),
    FieldSpec("counterpart_id", FieldType.PERSON, hint=N_("Whom this person meets on the other side.")),
)
_NEW = (
    FieldSpec("is_new", FieldType.FLAG, N_("This person is new to the office"), is_more=True),
    FieldSpec("position", FieldType.TEXTS, N_("Position"), is_more=True),
    FieldSpec("organisation_id", FieldType.CHOICE, N_("Organisation"), choices="organisations", is_more=True),
    FieldSpec(
        "precedence", FieldType.NUMBER, N_("Precedence"), hint=N_("1 is the highest; 100 unless given."), is_more=True
    ),
)
ADDED = (
    FieldSpec(
        "person_id",
        FieldType.PERSON,
        NP_("of a person", "Name"),
        hint=N_("Type a name, or choose one from the list."),
        is_required=True,
    ),
    *_ROLE,
    *_NEW,
)


def editor(asked: EditRequest) -> OpenEditor:
    """The form of somebody on the list; of somebody new when there is nobody with the asked id (any more)."""
    view, event = asked.view, asked.event
    member = view.session.get(Member, asked.row) if asked.row else None
    if member is None or member.event_id != event.id:
        form, choices = asked.form(ADDED, {"role": MemberRole.MEMBER}, "add_person", "change_person")
        return OpenEditor(
            edit="person",
            part="people",
            do="add_person",
            title=view.say(N_("Add a person")),
            save=view.say(N_("Put on the list")),
            form=form,
            choices=choices,
            more=view.say(N_("Somebody the office does not know yet")),
        )
    person = crud.find(view.session, Person, member.person_id)
    form, choices = asked.form(_ROLE, member.model_dump(), "change_person")
    return OpenEditor(
        edit=f"person:{member.id}",
        part="people",
        do="change_person",
        title=view.person(person),
        save=view.say(N_("Save this person")),
        form=form,
        choices=choices,
        row=member.id,
        version=str(member.version),
        removal=RemovalButton(
            "remove_person",
            view.say(N_("Take off the list")),
            view.say(N_("Take {name} off the list? The person stays known to the office."), name=view.person(person)),
        ),
    )


def add(view: View, event: Event) -> None:
    """Put a person on the list: one who is known, or one who is made known with it."""
    wish = values_of(ADDED, request.form)
    new = {spec.name: wish.pop(spec.name, None) for spec in _NEW}
    name = (wish.get("person_id") or "").strip()
    if not name:
        raise Invalid({"person_id": [message(N_("Say who it is."))]})
    choices = Choices(view, event)
    wish = _told_side(wish) | _counterpart(choices, wish)
    if new.pop("is_new"):
        wish["person_id"] = _make(view, name, {key: value for key, value in new.items() if value is not None})
    else:
        chosen = request.form.get("person_id.choice", "")
        wish["person_id"] = _identify(choices, name, chosen)
    members.add_member(view.session, view.act, event, load(MemberSchema, wish))


def _identify(choices: Choices, name: str, chosen: str) -> str | None:
    """Who is meant. Of somebody unknown it is told where they are entered as new, too: that unfolds the part.

    Raises:
        Invalid: nobody is called so, or several.
    """
    try:
        return choices.identify("person_id", name, chosen, none=UNKNOWN)
    except Invalid as problem:
        if choices.named(name)[0][1]:
            raise
        told = message(N_("Tick this to put “{name}” on the list as somebody new."), name=name)
        raise Invalid({**problem.errors, "is_new": [told]}) from None


def change(view: View, event: Event) -> None:
    """Change what somebody is in the visit."""
    member = _member(view, event)
    wish = values_of(_ROLE, request.form)
    wish = _told_side(wish) | _counterpart(Choices(view, event), wish, member.counterpart_id)
    members.change_member(view.session, view.act, event, member, load(MemberSchema, wish, partial=True))


def _told_side(wish: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says without an empty side: that is told by where somebody comes from, or stays."""
    return {name: value for name, value in wish.items() if name != "side" or value is not None}


def remove(view: View, event: Event) -> None:
    """Take somebody off the list."""
    members.remove_member(view.session, view.act, event, _member(view, event))


def _member(view: View, event: Event) -> Member:
    member = crud.part(view.session, Member, event.id, request.form.get("row", ""))
    check_version(member.version)
    return member


def _counterpart(choices: Choices, wish: Mapping[str, Any], present: str | None = None) -> dict[str, Any]:
    if "counterpart_id" not in wish:
        return {}
    chosen = request.form.get("counterpart_id.choice", "")
    meant = choices.identify("counterpart_id", wish["counterpart_id"] or "", chosen, present=present)
    return {"counterpart_id": meant}


def _make(view: View, name: str, values: Mapping[str, Any]) -> str:
    """Make a person known. Names in the office's own lists hold no “ · ”, which parts them from what follows."""
    plain_name = name.split(BETWEEN)[0]
    if not fold(plain_name):
        raise Invalid({"person_id": [message(N_("Say who it is."))]})
    return directory.create_person(view.session, view.act, load(PersonSchema, {"name": plain_name, **values})).id
