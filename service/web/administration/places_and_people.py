"""Localities, organisations and people; a person's passport, masked unless a reason is given."""

from collections.abc import Sequence
from typing import Any

from flask import request

from models.errors import Forbidden, NotFound
from models.i18n import N_, NP_
from models.places import Locality, Organisation, Person
from models.vocabulary import Role
from service.actions import permissions
from service.actions.directory import directory, organisation_times, passports
from service.actions.directory.directory_queries import people_page, shown
from service.actions.files import file_rights, files
from service.schemas.passports import PassportSchema, RevealSchema
from service.schemas.places import (
    LocalityChangeSchema,
    LocalitySchema,
    OrganisationSchema,
    PersonChangeSchema,
    PersonSchema,
)
from service.schemas.word_names import LOCALITY_LEVELS
from service.web import relations
from service.web.administration import person_parts
from service.web.administration.section import (
    AdminSection,
    SectionRow,
    all_organisations,
    by_name,
    localities,
    organisations,
    words,
)
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.labels import PASSPORT_KINDS
from service.web.row_names import named_organisations
from service.web.view import View, ids

_COUNTRY_HINT = N_("Two capital letters (ISO 3166), like VN or LA.")
_PASSPORT = (
    FieldSpec("number", FieldType.LINE, N_("Passport number"), is_required=True),
    FieldSpec(
        "passport_country",
        FieldType.LINE,
        N_("Country"),
        N_("Two letters, like VN or LA."),
        error_name="country",
    ),
    FieldSpec("expires_on", FieldType.DAY, N_("Valid until")),
    FieldSpec("passport_kind", FieldType.CHOICE, N_("Kind of passport"), words=PASSPORT_KINDS, error_name="kind"),
)
_REVEAL = (FieldSpec("reason", FieldType.LINE, N_("What do you need it for?"), is_required=True),)
_SINCE_EVER = N_("Leave this out if the organisation has been there for long.")
_SUCCESSION = N_("After this day its successor is named and offered; what happened before keeps the old name.")
_READS = N_("Its accounts read what this organisation was in charge of.")
_ALIASES = N_("Other names, with commas between them; searches find them.")


def _locality_lines(view: View, found: Sequence[Locality]) -> list[SectionRow]:
    lines = []
    for one in found:
        facts = [view.say(LOCALITY_LEVELS[one.level]), one.country]
        if one.successor and one.succeeded_on:
            successor = view.plain(view.compass.gazetteer.name(one.successor, one.succeeded_on))
            told = N_("Part of {successor} since {day}")
            facts.append(view.say(told, successor=successor, day=view.day(one.succeeded_on)))
        lines.append(SectionRow(one.code, view.text(one.name), facts))
    return lines


def _locality_fields(view: View, locality: Locality | None) -> list[FieldSpec]:
    home = view.home_country or "VN"
    others = [choice for choice in localities(view) if locality is None or choice[0] != locality.code]
    succession = N_("From this day on its successor's name is shown; what happened before keeps the old name.")
    code = FieldSpec(
        "code",
        FieldType.LINE,
        N_("Code"),
        N_("Small letters, digits and hyphens; it stays for ever."),
        is_required=True,
    )
    return [
        *([code] if locality is None else []),
        FieldSpec("name", FieldType.TEXTS, N_("Name"), is_required=True),
        FieldSpec("country", FieldType.LINE, N_("Country"), _COUNTRY_HINT, default=home, is_required=True),
        FieldSpec(
            "level",
            FieldType.CHOICE,
            NP_("of a locality", "Level"),
            options=words(view, LOCALITY_LEVELS),
            default="province",
            is_required=True,
        ),
        FieldSpec("timezone", FieldType.LINE, N_("Time zone"), default="Asia/Ho_Chi_Minh", is_required=True),
        FieldSpec("aliases", FieldType.LIST, N_("Also called"), _ALIASES),
        FieldSpec("parent", FieldType.CHOICE, N_("Part of"), options=others),
        FieldSpec("successor", FieldType.CHOICE, N_("Succeeded by"), options=others),
        FieldSpec("succeeded_on", FieldType.DAY, N_("Succeeded on"), succession),
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
    part="relations",
    more=relations.of_locality,
    title_of=lambda view, one: view.text(one.name),
    write=Role.ADMIN,
)


def _organisation_lines(view: View, found: Sequence[Organisation]) -> list[SectionRow]:
    lines = []
    for one in found:
        facts = [view.place(one.locality), one.email or ""]
        facts.append(view.say(N_("Protocol office")) if one.protocol_office else "")
        facts.append(relations.validity(view, one))
        lines.append(SectionRow(one.id, view.text(one.name), [fact for fact in facts if fact]))
    return lines


def _organisation_fields(view: View, organisation: Organisation | None) -> list[FieldSpec]:
    others = [choice for choice in all_organisations(view) if organisation is None or choice[0] != organisation.id]
    fields = [
        FieldSpec("name", FieldType.TEXTS, N_("Name"), is_required=True),
        FieldSpec(
            "locality",
            FieldType.CHOICE,
            N_("Locality"),
            options=localities(view),
            default=view.act.office.locality,
            is_required=True,
        ),
        FieldSpec("email", FieldType.LINE, N_("E-mail address")),
        FieldSpec("aliases", FieldType.LIST, N_("Also called"), _ALIASES),
        FieldSpec("parent_id", FieldType.CHOICE, N_("Belongs to"), options=others),
        FieldSpec("starts_on", FieldType.DAY, N_("First day"), _SINCE_EVER),
        FieldSpec("ends_on", FieldType.DAY, N_("Last day"), _SUCCESSION),
    ]
    if view.may(Role.ADMIN):
        fields.append(FieldSpec("successor_id", FieldType.CHOICE, N_("Succeeded by"), _READS, options=others))
        hint = N_("Its accounts read and change the events of all.")
        fields.append(FieldSpec("protocol_office", FieldType.FLAG, N_("Protocol office"), hint, default=False))
    if organisation is None and not permissions.gives_mailboxes(view.session):
        fields = [field for field in fields if field.name != "email"]
    if not permissions.oversees_own(view.session):
        closed = organisation_times.TIMES | (permissions.NAMES if organisation is not None else frozenset())
        fields = [field for field in fields if field.name not in closed]
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
    removes=lambda view, one: not permissions.is_beside_others(view.session),
    follows=N_("Only what nothing refers to can be deleted."),
    part="relations",
    more=relations.of_organisation,
)


def _person_lines(view: View, found: Sequence[Person]) -> list[SectionRow]:
    names = named_organisations(view, ids(*(one.organisation_id for one in found)))
    lines = []
    for one in found:
        address = shown(view.session, one).email
        facts = [view.text(one.position), names.get(one.organisation_id or "", ""), address or ""]
        lines.append(SectionRow(one.id, view.person(one), [fact for fact in facts if fact]))
    return lines


def _person_fields(view: View, person: Person | None) -> list[FieldSpec]:
    """What a form asks of a person; what the reader may not change of them is not among it."""
    fields = [
        FieldSpec("name", FieldType.LINE, NP_("of a person", "Name"), is_required=True),
        *person_parts.names(),
        FieldSpec("position", FieldType.TEXTS, N_("Position")),
        FieldSpec(
            "organisation_id",
            FieldType.CHOICE,
            N_("Organisation"),
            options=organisations(view, person.organisation_id if person else None),
        ),
        FieldSpec(
            "precedence", FieldType.NUMBER, N_("Precedence"), N_("1 is the highest."), default=100, is_required=True
        ),
        FieldSpec("email", FieldType.LINE, N_("E-mail address")),
        FieldSpec("phone", FieldType.LINE, N_("Telephone")),
        FieldSpec("languages", FieldType.LIST, N_("Languages"), N_("Codes like vi, lo, en, with commas between them.")),
    ]
    if person is not None and not permissions.reads_address_of(view.session, person.kept_by):
        fields = [field for field in fields if field.name not in {"email", "phone"}]
    hold = permissions.Hold.ALL if person is None else permissions.hold_of(view.session, person)
    if hold is not permissions.Hold.WORDS:
        if person is not None:
            fields.insert(1 + [field.name for field in fields].index("precedence"), person_parts.since())
        return fields
    return [field for field in fields if permissions.may_change_field(hold, field.name)]


def _secret(view: View) -> str:
    return view.desk.settings.secret_key


def _keep_passport(view: View, person: Person) -> None:
    wish = values_of(_PASSPORT, request.form)
    wish["country"], wish["kind"] = wish.pop("passport_country", None), wish.pop("passport_kind", None) or None
    values = PassportSchema().load(wish)
    passports.store_passport(view.session, view.act, _secret(view), person, values)


def _forget_passport(view: View, person: Person) -> None:
    passports.delete_passport(view.session, view.act, person)


def _reveal(view: View, person: Person) -> str:
    wish = RevealSchema().load(values_of(_REVEAL, request.form))
    return passports.reveal(view.session, view.act, _secret(view), person, wish["reason"])


def _person_more(view: View, person: Person | None) -> dict[str, Any]:
    """A person's passport as far as the reader may see it, and how many files they have, None if that is not told."""
    if person is None:
        return {}
    sees_files = file_rights.may_see_files_of(view.session, view.act, person)
    count = files.counts(view.session, "person_id", [person.id]).get(person.id, 0) if sees_files else None
    more = person_parts.more(view, person) | {"file_count": count}
    try:
        found = passports.passport_of(view.session, _secret(view), person)
        kind = view.say(PASSPORT_KINDS[found.kind]) if found.kind else ""
        return more | {"passport": found, "passport_kind": kind, "may_keep": True}
    except NotFound:
        return more | {"may_keep": True}
    except Forbidden:
        return more | {"may_keep": False, "why_not": passports.NOT_CONCERNED}


PEOPLE = AdminSection(
    name="people",
    title=N_("Directory of people"),
    lead=N_("For officers: who hosts, travels or interprets, and their passports."),
    new=N_("Add a person"),
    empty=N_("There are no people yet. Add the first, or take in a list from a visit's page."),
    model=Person,
    schema=PersonSchema,
    change_schema=PersonChangeSchema,
    fields=_person_fields,
    lines=_person_lines,
    found=lambda view, q, first, size: people_page(view.session, q, first, size),
    create=directory.create_person,
    change=directory.change_person,
    changes=lambda view, one: permissions.hold_of(view.session, one) is not permissions.Hold.NONE,
    title_of=lambda view, one: view.person(one),
    delete=directory.delete_person,
    removes=lambda view, one: (
        permissions.hold_of(view.session, one) is permissions.Hold.ALL
        and not permissions.is_beside_others(view.session)
    ),
    follows=N_("Only what nothing refers to can be deleted."),
    part="people",
    more=_person_more,
    steps={
        "passport": _keep_passport,
        "forget": _forget_passport,
        "reveal": _reveal,
        "particulars": person_parts.keep_particulars,
        "positions": person_parts.keep_positions,
    },
    asked=person_parts.asked,
    holds=person_parts.held,
    asks={
        "passport": _PASSPORT,
        "reveal": _REVEAL,
    },
)
