"""What a person's page asks besides the person: terms of office, and particulars for those concerned."""

from collections.abc import Sequence
from typing import Any

from flask import request

from calendars.people.passport_words import SEX_NAMES
from calendars.people.terms import DEFAULT_PRECEDENCE
from models.errors import NotFound
from models.i18n import N_
from models.places import Person
from service.actions import permissions
from service.actions.directory import directory, particulars, positions
from service.actions.files import file_rights
from service.schemas.particulars import ParticularsSchema
from service.schemas.places import PersonChangeSchema
from service.web.administration.section import organisations, words
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.view import View

SEXES = SEX_NAMES
SEEN = "particulars_seen"
"""The hidden field with what names the particulars that the form showed."""


def names() -> list[FieldSpec]:
    """The fields of a person's other names."""
    return [
        FieldSpec("name_lo", FieldType.LINE, N_("Name in Lao script")),
        FieldSpec("name_latin", FieldType.LINE, N_("Name as in the passport"), N_("Latin capitals.")),
        FieldSpec("honorific", FieldType.TEXTS, N_("Form of address"), N_("Like Mr or Ms; it stands before the name.")),
    ]


def since() -> FieldSpec:
    """The field that lets another position begin on a day."""
    hint = N_("Then the position so far ends on the day before. Left empty, the position of today is corrected.")
    return FieldSpec("as_of", FieldType.DAY, N_("The new position holds from"), hint)


def _photos(view: View, person: Person) -> Sequence[FieldSpec]:
    """The choice of a photo, for who may see the person's files."""
    if not file_rights.may_see_files_of(view.session, view.act, person):
        return ()
    offered = [(one.id, one.title) for one in particulars.photos_of(view.session, person)]
    return [
        FieldSpec(
            "photo_id",
            FieldType.CHOICE,
            N_("Photo"),
            N_("Of the photos among the person’s files."),
            options=offered,
        )
    ]


def asked(view: View, person: Person) -> dict[str, Sequence[FieldSpec]]:
    """What the steps ask for: all terms of office anew, and the particulars."""
    term = (
        FieldSpec("title", FieldType.TEXTS, N_("Position")),
        FieldSpec("organisation_id", FieldType.CHOICE, N_("Organisation"), options=organisations(view)),
        FieldSpec("precedence", FieldType.NUMBER, N_("Precedence"), N_("1 is the highest.")),
        FieldSpec("starts_on", FieldType.DAY, N_("From")),
        FieldSpec("ends_on", FieldType.DAY, N_("Last day")),
    )
    return {
        "positions": (FieldSpec("positions", FieldType.ROWS, N_("Positions"), columns=term),),
        "particulars": (
            FieldSpec("sex", FieldType.CHOICE, N_("Sex"), options=words(view, SEXES)),
            FieldSpec("born_on", FieldType.DAY, N_("Date of birth")),
            FieldSpec("nationality", FieldType.LINE, N_("Nationality"), N_("Two letters, like VN or LA.")),
            FieldSpec("diet", FieldType.LINE, N_("Diet"), length=500),
            *_photos(view, person),
        ),
    }


def held(view: View, person: Person) -> dict[str, Any]:
    """What the forms of the steps show beforehand."""
    found = positions.described(positions.terms_of(view.session, [person])[person.id])
    shown = known(view, person)
    return {"positions": {"positions": found}, "particulars": particulars.shown(shown) if shown is not None else {}}


def known(view: View, person: Person) -> particulars.OpenParticulars | None:
    """A person's particulars, if any are kept and the reader may read them."""
    try:
        return particulars.particulars_of(view.session, view.desk.settings.secret_key, person)
    except NotFound:
        return None


def more(view: View, person: Person) -> dict[str, Any]:
    """What the page shows only to some: nothing says to others that there are particulars."""
    hold = permissions.hold_of(view.session, person)
    found: dict[str, Any] = {"moves": hold is permissions.Hold.ALL}
    if particulars.may_read(view.session, person):
        shown = known(view, person)
        found["particulars"] = {"seen": shown.seen if shown is not None else ""}
    return found


def keep_particulars(view: View, person: Person) -> None:
    """Keep what the form says of a person, if it is still what it showed."""
    fields = asked(view, person)["particulars"]
    values = ParticularsSchema().load(values_of(fields, request.form))
    secret = view.desk.settings.secret_key
    if not any(spec.name == "photo_id" for spec in fields):
        before = known(view, person)
        values["photo_id"] = before.photo_id if before is not None else None
    particulars.store_particulars(view.session, view.act, secret, person, values, request.form.get(SEEN, ""))


def keep_positions(view: View, person: Person) -> None:
    """Take the terms of office from the form; a row without a precedence has the one of whoever has none."""
    wish = values_of(asked(view, person)["positions"], request.form)
    for row in wish.get("positions", ()):
        row["precedence"] = DEFAULT_PRECEDENCE if row["precedence"] is None else row["precedence"]
    schema: Any = PersonChangeSchema
    values = schema(partial=True).load({"positions": wish.get("positions", [])})
    directory.change_person(view.session, view.act, person, values)
