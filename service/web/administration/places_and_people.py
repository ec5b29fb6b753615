"""Localities, organisations and people; a person's passport, masked unless a reason is given."""

from collections.abc import Sequence
from typing import Any

from flask import request

from models.errors import Forbidden, NotFound
from models.i18n import N_, NP_
from models.places import Locality, Organisation, Person
from models.vocabulary import LocalityLevel, Role
from service.actions import permissions
from service.actions.directory import directory, passports
from service.actions.directory.directory_queries import PERSON_ORDER_BY_NAME
from service.schemas.passports import PassportSchema, RevealSchema
from service.schemas.places import LocalityChangeSchema, LocalitySchema, OrganisationSchema, PersonSchema
from service.web.administration.fields import Control, Field
from service.web.administration.section import (
    AdminSection,
    SectionRow,
    by_name,
    localities,
    named_organisations,
    organisations,
    words,
)
from service.web.view import View, ids

_LEVELS = {
    LocalityLevel.PROVINCE: N_("Province"),
    LocalityLevel.CITY: N_("City"),
    LocalityLevel.CAPITAL: N_("Capital"),
    LocalityLevel.COUNTRY: N_("Country"),
}
_COUNTRY_HINT = N_("Two capital letters (ISO 3166), like VN or LA.")
_ALIASES = N_("Other names, with commas between them; searches find them.")


def _locality_lines(view: View, found: Sequence[Locality]) -> list[SectionRow]:
    lines = []
    for one in found:
        facts = [view.say(_LEVELS[one.level]), one.country]
        if one.successor and one.succeeded_on:
            successor = view.plain(view.compass.gazetteer.name(one.successor, one.succeeded_on))
            told = N_("Part of {successor} since {day}")
            facts.append(view.say(told, successor=successor, day=view.day(one.succeeded_on)))
        lines.append(SectionRow(one.code, view.text(one.name), facts))
    return lines


def _locality_fields(view: View, locality: Locality | None) -> list[Field]:
    others = [choice for choice in localities(view) if locality is None or choice[0] != locality.code]
    succession = N_("From this day on its successor's name is shown; what happened before keeps the old name.")
    code = Field("code", N_("Code"), hint=N_("Small letters, digits and hyphens; it stays for ever."))
    return [
        *([code] if locality is None else []),
        Field("name", N_("Name"), Control.TEXTS),
        Field("country", N_("Country"), hint=_COUNTRY_HINT, default="VN"),
        Field("level", NP_("of a locality", "Level"), Control.CHOICE, choices=words(view, _LEVELS), default="province"),
        Field("timezone", N_("Time zone"), default="Asia/Ho_Chi_Minh"),
        Field("aliases", N_("Also called"), Control.LIST, _ALIASES),
        Field("successor", N_("Succeeded by"), Control.CHOICE, optional=True, choices=others),
        Field("succeeded_on", N_("Succeeded on"), Control.DAY, succession, optional=True),
    ]


LOCALITIES = AdminSection(
    name="localities",
    title=N_("Localities"),
    lead=N_("For administrators: provinces, cities and countries, and what became of them."),
    new=N_("Add a locality"),
    empty=N_("There are no localities yet. Add your own first."),
    model=Locality,
    schema=LocalitySchema,
    change_schema=LocalityChangeSchema,
    fields=_locality_fields,
    lines=_locality_lines,
    found=by_name(Locality),
    create=directory.create_locality,
    change=directory.change_locality,
    title_of=lambda view, one: view.text(one.name),
    write=Role.ADMIN,
)


def _organisation_lines(view: View, found: Sequence[Organisation]) -> list[SectionRow]:
    lines = []
    for one in found:
        facts = [view.place(one.locality), one.email or ""]
        facts.append(view.say(N_("Protocol office")) if one.protocol_office else "")
        lines.append(SectionRow(one.id, view.text(one.name), [fact for fact in facts if fact]))
    return lines


def _organisation_fields(view: View, organisation: Organisation | None) -> list[Field]:
    fields = [
        Field("name", N_("Name"), Control.TEXTS),
        Field("locality", N_("Locality"), Control.CHOICE, choices=localities(view), default=view.act.office.locality),
        Field("email", N_("E-mail address"), optional=True),
        Field("aliases", N_("Also called"), Control.LIST, _ALIASES),
    ]
    if view.may(Role.ADMIN):
        hint = N_("Its accounts read and change the events of all.")
        fields.append(Field("protocol_office", N_("Protocol office"), Control.FLAG, hint, default=False))
    if organisation is not None and permissions.reader(view.session) is not None:
        fields = [field for field in fields if field.name not in permissions.NAMES]
    return fields


ORGANISATIONS = AdminSection(
    name="organisations",
    title=N_("Organisations"),
    lead=N_("For officers: departments, committees, offices, schools and centres."),
    new=N_("Add an organisation"),
    empty=N_("There are no organisations yet. Add the one you work for first."),
    model=Organisation,
    schema=OrganisationSchema,
    fields=_organisation_fields,
    lines=_organisation_lines,
    found=by_name(Organisation),
    create=directory.create_organisation,
    change=directory.change_organisation,
    changes=lambda view, one: permissions.may_change_organisation(view.session, one),
    title_of=lambda view, one: view.text(one.name),
    delete=directory.delete_organisation,
    remove=Role.ADMIN,
    follows=N_("Only what nothing refers to can be deleted."),
)


def _person_lines(view: View, found: Sequence[Person]) -> list[SectionRow]:
    names = named_organisations(view, ids(*(one.organisation_id for one in found)))
    lines = []
    for one in found:
        facts = [view.text(one.position), names.get(one.organisation_id or "", ""), one.email or ""]
        lines.append(SectionRow(one.id, one.name, [fact for fact in facts if fact]))
    return lines


def _person_fields(view: View, person: Person | None) -> list[Field]:
    """What a form asks of a person; what the reader may not change of them is not among it."""
    fields = [
        Field("name", NP_("of a person", "Name")),
        Field("position", N_("Position"), Control.TEXTS, optional=True),
        Field("organisation_id", N_("Organisation"), Control.CHOICE, optional=True, choices=organisations(view)),
        Field("precedence", N_("Precedence"), Control.NUMBER, N_("1 is the highest."), default=100),
        Field("email", N_("E-mail address"), optional=True),
        Field("phone", N_("Telephone"), optional=True),
        Field("languages", N_("Languages"), Control.LIST, N_("Codes like vi, lo, en, with commas between them.")),
    ]
    hold = permissions.Hold.ALL if person is None else permissions.hold_of(view.session, person)
    if hold is not permissions.Hold.WORDS:
        return fields
    return [field for field in fields if permissions.may_change_field(hold, field.name)]


def _secret(view: View) -> str:
    return view.desk.settings.secret_key


def _keep_passport(view: View, person: Person) -> None:
    form = request.form
    wish: dict[str, Any] = {
        "number": form.get("number", ""),
        "country": form.get("passport_country", "").strip() or None,
        "expires_on": form.get("expires_on", "") or None,
    }
    values = PassportSchema().load(wish)
    passports.store_passport(view.session, view.act, _secret(view), person, values)


def _forget_passport(view: View, person: Person) -> None:
    passports.delete_passport(view.session, view.act, person)


def _reveal(view: View, person: Person) -> str:
    wish = RevealSchema().load({"reason": request.form.get("reason", "")})
    return passports.reveal(view.session, view.act, _secret(view), person, wish["reason"])


def _person_more(view: View, person: Person | None) -> dict[str, Any]:
    """A person's passport as far as the reader may see it."""
    if person is None:
        return {}
    try:
        return {"passport": passports.passport_of(view.session, _secret(view), person), "may_keep": True}
    except NotFound:
        return {"may_keep": True}
    except Forbidden:
        return {"may_keep": False, "why_not": passports.NOT_CONCERNED}


PEOPLE = AdminSection(
    name="people",
    title=N_("Directory of people"),
    lead=N_("For officers: who hosts, travels or interprets, and their passports."),
    new=N_("Add a person"),
    empty=N_("There are no people yet. Add the first, or take in a list from a visit's page."),
    model=Person,
    schema=PersonSchema,
    fields=_person_fields,
    lines=_person_lines,
    found=by_name(Person, *PERSON_ORDER_BY_NAME),
    create=directory.create_person,
    change=directory.change_person,
    changes=lambda view, one: permissions.hold_of(view.session, one) is not permissions.Hold.NONE,
    title_of=lambda view, one: one.name,
    delete=directory.delete_person,
    removes=lambda view, one: permissions.hold_of(view.session, one) is permissions.Hold.ALL,
    follows=N_("Only what nothing refers to can be deleted."),
    part="people",
    more=_person_more,
    steps={"passport": _keep_passport, "forget": _forget_passport, "reveal": _reveal},
    asks={
        "passport": [
            Field("number", N_("Passport number")),
            Field("passport_country", N_("Country"), hint=N_("Two letters, like VN or LA."), wrong_as="country"),
            Field("expires_on", N_("Valid until"), Control.DAY),
        ],
        "reveal": [Field("reason", N_("What do you need it for?"))],
    },
)
