"""Creating, changing and deleting localities, organisations and people."""

import re
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from calendars.days.spans import zone_info
from models.errors import Conflict, Forbidden, InvalidValue
from models.i18n import N_, Message, message
from models.office import CODE_PATTERN
from models.places import Locality, Organisation, Person
from models.queries.audience import is_address
from models.queries.offices import Offices, line_end
from models.text import fold
from models.vocabulary import Role
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.directory import organisation_times, positions
from service.actions.effects import changes

_OTHER_OFFICE = N_(
    "This would move something from one office to another: only the operator can do that, with a seed file or on the"
    " command line."
)


def create_locality(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Locality:
    """Create a locality; its code can never be changed."""
    errors = _locality_errors(session, None, values)
    if not re.fullmatch(CODE_PATTERN, values["code"]):
        errors.setdefault("code", []).append(
            message(N_("A code has small letters, digits and hyphens only, like vientiane-province."))
        )
    crud.check(errors)
    if session.get(Locality, values["code"]):
        raise Conflict(message(N_("There is already a locality “{code}”."), code=values["code"]), code="already_exists")
    _check_lines(session, values["code"], values.get("successor"))
    _check_own(session, "successor", values.get("successor"))
    return crud.create(session, act, Locality(**values))


def change_locality(session: Session, act: ActionContext, locality: Locality, values: Mapping[str, Any]) -> Locality:
    """Change a locality; feeds that show its name are rendered again."""
    crud.check(_locality_errors(session, locality, values))
    _check_lines(session, locality.code, values.get("successor", locality.successor))
    _check_own(session, "code", locality.code)
    if values.get("successor") != locality.successor:
        _check_own(session, "successor", values.get("successor"))
    crud.change(session, act, locality, values)
    return locality


def _check_own(session: Session, field: str, code: str | None) -> None:
    """Refuse what concerns a locality of another office's line, at either end of a succession: one without
    organisations as well, for whoever has the line has all that is entered there later.

    Raises:
        Forbidden: it is one; ``errors`` names the field.
    """
    offices = permissions.offices(session)
    if code and not offices.alone and offices.at(code) != permissions.own_office(session):
        permissions.check_operator(session, field, message(_OTHER_OFFICE))


def _check_lines(session: Session, code: str, successor: str | None) -> None:
    """Refuse a successor by which organisations or accounts would come from one office into another.

    Raises:
        Forbidden: they would, and the session acts for an account.
    """
    now = Offices.load_whole(session.connection())
    succeeded = {one: new for one, new in now.successors.items() if one != code}
    then = Offices.of_facts(now.locality, now.codes, succeeded | ({code: successor} if successor else {}))
    places = {*session.exec(select(Organisation.locality).distinct()), *now.codes, now.locality} - {""}
    before: dict[str, set[str]] = {}
    after: dict[str, set[str]] = {}
    for place in places:
        before.setdefault(now.at(place), set()).add(place)
        after.setdefault(then.at(place), set()).add(place)
    if sorted(map(sorted, before.values())) != sorted(map(sorted, after.values())):
        permissions.check_operator(session, "successor", message(_OTHER_OFFICE))


def _locality_errors(session: Session, locality: Locality | None, values: Mapping[str, Any]) -> crud.Errors:
    errors = crud.missing_references(session, Locality, values)
    errors |= {"timezone": found} if (found := zone_errors(values.get("timezone"))) else {}

    def after(name: str) -> Any:
        return values[name] if name in values else getattr(locality, name, None)

    successor, since, code = after("successor"), after("succeeded_on"), after("code")
    if successor and not since:
        errors["succeeded_on"] = [message(N_("A successor needs the day from which it stands."))]
    if since and not successor:
        errors["successor"] = [message(N_("Name the locality that succeeds from this day on."))]
    # The chain of successors must end: a cycle would make every lookup loop forever.
    if "successor" not in errors and _leads_to(session, "successor", successor, code):
        errors["successor"] = [message(N_("A locality can't be succeeded by itself, not even through others."))]
    parent = session.get(Locality, after("parent") or "")
    if parent is not None and _leads_to(session, "parent", parent.code, code):
        errors["parent"] = [message(N_("A locality can't be a part of itself, not even through others."))]
    elif parent is not None and parent.country != after("country"):
        told = N_("“{parent}” lies in {country}; name a locality of the same country.")
        errors["parent"] = [message(told, parent=parent.name, country=parent.country)]
    return errors


def _leads_to(session: Session, name: str, first: str | None, code: str) -> bool:
    """Whether following a column of localities from ``first`` leads to ``code``, or in circles."""
    seen: set[str] = set()
    following = first
    while following:
        if following == code or following in seen:
            return True
        seen.add(following)
        row = session.get(Locality, following)
        following = getattr(row, name) if row is not None else None
    return False


def zone_errors(name: str | None) -> list[Message]:
    """The errors of an IANA time zone name; none for None."""
    if name is None:
        return []
    try:
        zone_info(name)
    except InvalidValue as problem:
        return [problem.detail]
    return []


def create_organisation(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Organisation:
    """Create an organisation.

    Raises:
        Forbidden: it is to be a protocol office, which only an administrator can decide; its locality is another
            office's; or it is given a mailbox by somebody who does not oversee its office.
    """
    crud.check(_organisation_errors(session, None, values))
    organisation_times.check(session, act, None, values, message(_OTHER_OFFICE))
    _check_office(act, values.get("protocol_office", False), was=False)
    if values.get("protocol_office") and not permissions.is_own_place(session, values["locality"]):
        permissions.check_operator(session, "protocol_office", message(_OTHER_OFFICE))
    permissions.check_place(session, values["locality"])
    crud.check(_names_taken(session, act, None, values))
    if values.get("email") is not None:
        permissions.check_mailbox(session, values["locality"])
    return crud.create(session, act, Organisation(**values))


def change_organisation(
    session: Session, act: ActionContext, organisation: Organisation, values: Mapping[str, Any]
) -> Organisation:
    """Change an organisation; feeds that show its name are rendered again.

    Raises:
        Forbidden: the session may not change it, or an officer would rename it; or only an administrator can make it a
            protocol office or revoke that.
    """
    permissions.check_organisation(session, organisation)
    permissions.check_renaming(session, [name for name in values if values[name] != getattr(organisation, name)])
    taken = _names_taken(session, act, organisation, values)
    crud.check(_organisation_errors(session, organisation, values) | taken)
    organisation_times.check(session, act, organisation, values, message(_OTHER_OFFICE))
    _check_line_kept(session, act, organisation, values.get("locality", organisation.locality))
    _check_office(act, values.get("protocol_office", organisation.protocol_office), was=organisation.protocol_office)
    successor_before = organisation.successor_id
    changed = crud.change(session, act, organisation, values)
    changes.organisation_changed(session, act, organisation, successor_before, changed)
    return organisation


def _check_line_kept(session: Session, act: ActionContext, organisation: Organisation, locality: str) -> None:
    """Refuse to carry an organisation from one line to another, also if neither has accounts yet: a line is a possible
    office, and whose an organisation is decides who reads what is there.

    Raises:
        Forbidden: it has accounts, or would come to another office: that is the operator's. Otherwise it is an
            administrator's.
    """
    offices = Offices.load_whole(session.connection())
    before, after = (line_end(offices.successors, code) for code in (organisation.locality, locality))
    if before == after:
        return
    if offices.at(before) != offices.at(after) or permissions.has_accounts(session, organisation.id):
        permissions.check_operator(session, "locality", message(_OTHER_OFFICE))
    if act.user is not None and act.user.role is not Role.ADMIN:
        what = message(N_("Only an administrator moves an organisation to another locality."))
        raise Forbidden(what, code="not_in_charge", errors={"locality": [what]})


def delete_organisation(session: Session, act: ActionContext, organisation: Organisation) -> None:
    """Delete an organisation that nothing refers to.

    Raises:
        Forbidden: the session may not change it.
    """
    permissions.check_organisation(session, organisation)
    crud.delete(session, act, organisation)


def _check_office(act: ActionContext, wanted: bool, *, was: bool) -> None:
    if wanted != was and act.user is not None and act.user.role is not Role.ADMIN:
        raise Forbidden(message(N_("Only an administrator decides which organisation is the protocol office.")))


def _organisation_errors(session: Session, organisation: Organisation | None, values: Mapping[str, Any]) -> crud.Errors:
    errors = crud.missing_references(session, Organisation, values)
    errors |= organisation_times.errors(session, organisation, {**values, **dict.fromkeys(errors)})
    if values.get("email") is not None:
        errors["email"] = address_errors(values["email"])
    return errors


def _names_taken(
    session: Session, act: ActionContext, organisation: Organisation | None, values: Mapping[str, Any]
) -> crud.Errors:
    """What is wrong with new names: lists would take another organisation for this one. What it is called already is
    not judged, nor is what the service itself takes in."""
    before = (
        {} if organisation is None else {fold(text) for text in (*organisation.name.values(), *organisation.aliases)}
    )
    given = {"name": (values.get("name") or {}).values(), "aliases": values.get("aliases") or ()}
    new = {field: {fold(text): text for text in texts if fold(text) not in before} for field, texts in given.items()}
    if act.user is None or not any(new.values()):
        return {}
    errors: crud.Errors = {}
    offices = permissions.offices(session)
    locality = values.get("locality") or (organisation.locality if organisation is not None else "")
    for other in session.exec(select(Organisation).order_by(col(Organisation.id))):
        if offices.at(other.locality) != offices.at(locality):
            continue  # each office's lists mean its own first
        for folded in (
            {fold(text) for text in (*other.name.values(), *other.aliases)} if other is not organisation else ()
        ):
            for field in (field for field in new if folded in new[field]):
                errors.setdefault(field, []).append(
                    message(
                        N_("“{name}” is taken for “{other}” ({locality}). Write what tells the two apart."),
                        name=new[field][folded],
                        other=other.name,
                        locality=session.get_one(Locality, other.locality).name,
                    )
                )
    return errors


def create_person(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Person:
    """Create a person, with their terms of office (:mod:`service.actions.directory.positions`).

    Raises:
        Forbidden: they are to join another organisation (:func:`service.actions.permissions.check_joining`).
    """
    crud.check(_person_errors(session, values))
    wanted = positions.wanted(session, None, values, act.common.today)
    _check_joining(session, wanted, act, None, values)
    kept = _kept(wanted, permissions.keeper_of_nobodys(session))
    person = crud.create(session, act, Person(**wanted.values | kept), also=wanted.audited)
    positions.write(session, person, wanted.after)
    return person


def change_person(session: Session, act: ActionContext, person: Person, values: Mapping[str, Any]) -> Person:
    """Change a person; reminders move to a new address, and a new organisation's accounts may read their events.

    ``positions`` are all terms of office anew; ``organisation_id``, ``position`` and ``precedence`` change that of
    today, or from ``as_of`` on begin another.

    Raises:
        Forbidden: the session may not change them (:func:`service.actions.permissions.check_person`), or the
            organisation they are to join, to be kept by, or to have been of is somebody else's; or they would leave
            an office that has ended (:func:`service.actions.permissions.check_leaving`).
    """
    permissions.check_person(session, person, values)
    crud.check(_person_errors(session, values))
    wanted = positions.wanted(session, person, values, act.common.today)
    if wanted.moves():
        permissions.check_person(session, person, values, moves=True)
    _check_joining(session, wanted, act, person.kept_by, values)
    email = person.email
    kept = _kept(wanted, person.former_organisation_id)
    then = {"organisation_id": person.organisation_id, "former_organisation_id": person.former_organisation_id}
    then |= wanted.values | kept
    joined = [then["organisation_id"] or then["former_organisation_id"], *wanted.joined(act.common.today)]
    permissions.check_leaving(session, person.kept_by, joined, _moving_field(values))
    changed = crud.change(session, act, person, wanted.values | kept, also=wanted.audited)
    if wanted.after != wanted.before:
        positions.write(session, person, wanted.after)
    changes.person_changed(session, act, person, email, changed)
    return person


def _kept(wanted: positions.WantedTerms, keeper: str | None) -> dict[str, Any]:
    """Who keeps somebody that belongs to no body and never did: ``keeper``; nothing where their terms of office say."""
    belongs = any(term.organisation_id for term in (*wanted.before, *wanted.after))
    return {} if belongs or keeper is None else {"former_organisation_id": keeper}


def _check_joining(
    session: Session, wanted: positions.WantedTerms, act: ActionContext, own: str | None, values: Mapping[str, Any]
) -> None:
    """Refuse to put somebody into somebody else's organisation; ``own`` is theirs today."""
    for joined in wanted.joined(act.common.today):
        if joined != own:
            permissions.check_joining(session, joined, _moving_field(values))


def _moving_field(values: Mapping[str, Any]) -> str:
    return "positions" if "positions" in values and "organisation_id" not in values else "organisation_id"


def delete_person(session: Session, act: ActionContext, person: Person) -> None:
    """Delete a person that nothing refers to.

    Raises:
        Forbidden: the session may not change them.
    """
    permissions.check_person(session, person)
    crud.delete(session, act, person)


def _person_errors(session: Session, values: Mapping[str, Any]) -> crud.Errors:
    errors = crud.missing_references(session, Person, values)
    if email_errors := address_errors(values.get("email")):
        errors["email"] = email_errors
    return errors


def address_errors(address: str | None) -> list[Message]:
    """The errors of a mail address; none for None."""
    if address is not None and not is_address(address):
        return [message(N_("Not a mail address; write it like name@example.org."))]
    return []
