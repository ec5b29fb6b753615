"""Beginning an office: a locality whose own people work with this service from now on. The operator's step.

An office is its accounts (:mod:`models.queries.offices`), so it begins with the first of them, an administrator, who
makes all others. What it has of its own (rules, rooms, templates, norms …) it enters itself; nothing is copied from
another office, and nothing that others entered before is taken from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlmodel import Session, col, select

from calendars.events.place_names import in_sentence
from models.accounts import User
from models.both_sides.office_profiles import OfficeProfile
from models.i18n import N_, Message, message
from models.places import Locality, Organisation
from models.queries.languages import country_language
from models.queries.offices import Offices, forgets, line_end, line_of, within
from models.text import fold
from models.vocabulary import Language, Role
from service.actions import crud
from service.actions.accounts import accounts
from service.actions.accounts.offices import older_accounts
from service.actions.both_sides.profiles import stored, value_errors
from service.actions.context import ActionContext
from service.actions.directory import directory

PROTOCOL_OFFICE: Mapping[str, str] = {"vi": "Cơ quan lễ tân", "lo": "ຫ້ອງການພິທີການ", "en": "Office of Protocol"}
"""What a body is called that is made because nobody has named one, with its place behind it."""


@dataclass(frozen=True, slots=True)
class BegunOffice:
    """A new office: its profile, its first administrator, the body that they belong to, and whether that was made."""

    profile: OfficeProfile
    administrator: User
    organisation: Organisation
    is_new_body: bool


def begin_office(
    session: Session,
    act: ActionContext,
    code: str,
    account: Mapping[str, Any],
    values: Mapping[str, Any],
    name: str | None = None,
) -> BegunOffice:
    """Begin an office with its first administrator.

    ``account`` are address and password of the administrator; ``values`` those of the profile, ``name`` what it is
    called in its language. An office that was ended begins again where it ended: its events, papers and rules are
    there, its former accounts stay switched off.

    Raises:
        Invalid: under ``locality``: there is none, it has ended, or it has an office; under ``email``: there is an
            account with this address; or a value of the profile is none.
    """
    locality = _locality(session, code)
    offices = Offices.load_whole(session.connection())
    hindrances = {"locality": _hindrances(session, offices, locality)}
    crud.check(hindrances | _taken(session, account["email"]) | value_errors(values))
    language = Language(values.get("language") or country_language(locality.country) or Language.VI)
    names = _names(locality) | ({language.value: name} if name else {})
    values = {**values, "language": language, "name": names}
    organisation = _protocol_office(session, offices, locality, act)
    is_new_body = organisation is None
    if organisation is None:
        organisation = _make_body(session, act, locality, name, names)
    elif not organisation.protocol_office:
        directory.change_organisation(session, act, organisation, {"protocol_office": True})
    profile = _profile(session, act, offices, locality.code, values, is_named=name is not None)
    whole = {"role": Role.ADMIN, "organisation_id": organisation.id, "locale": language, "must_change_password": True}
    administrator = accounts.create_user(session, act, {**whole, **account})
    crud.flush(session)
    forgets(session)
    return BegunOffice(profile, administrator, organisation, is_new_body)


def _locality(session: Session, code: str) -> Locality:
    """The locality with this code.

    Raises:
        Invalid: there is none; says which code may be meant.
    """
    found = session.get(Locality, code)
    if found is not None:
        return found
    names: dict[str, str] = {}
    for one in session.exec(select(Locality).order_by(col(Locality.code))):
        for text in (one.code, *one.name.values(), *one.aliases):
            names.setdefault(fold(text), one.code)
    near = {names[one]: None for one in get_close_matches(fold(code), names, n=5, cutoff=0.5)}
    text = N_("There is no locality with this code. Codes are like vientiane-province; near to it: {codes}.")
    if not near:
        text = N_("There is no locality with this code. Codes are like vientiane-province; the console lists them.")
    return crud.refuse("locality", message(text, codes=", ".join(near)))


def _hindrances(session: Session, offices: Offices, locality: Locality) -> list[Message]:
    """Why no office can begin in a locality, each with what would be right."""
    end = line_end(offices.successors, locality.code)
    if end == offices.default:
        text = N_("This is the locality of the default office: make its accounts with desk user create.")
        return [message(text)]
    if locality.successor is not None:
        text = N_("This locality has been part of another one since {day}: begin the office of {code}.")
        return [message(text, day=locality.succeeded_on, code=end)]
    if end in offices.others and end not in offices.ended:
        text = N_("This locality has an office: its administrators make its accounts ({emails}).")
        return [message(text, emails=", ".join(_administrators(session, offices, end)) or "–")]
    if end not in offices.others and (older := older_accounts(session, offices, end)):
        text = N_("There are accounts from before there were offices ({emails}): desk office open {code} comes first.")
        return [message(text, emails=", ".join(one.email for one in older), code=end)]
    return []


def _administrators(session: Session, offices: Offices, office: str) -> list[str]:
    """The addresses of an office's active administrators."""
    is_own = offices.marks(office, col(User.office))
    found = select(User.email).where(col(User.active), User.role == Role.ADMIN).order_by(col(User.email))
    return list(session.exec(found if is_own is None else found.where(is_own)))


def _taken(session: Session, email: str) -> crud.Errors:
    """An error if there is an account with this address, in whichever office."""
    if session.exec(select(User.id).where(User.email == email.lower())).first() is None:
        return {}
    text = N_("There is already an account for {email}: an account belongs to one office. Give another address.")
    return {"email": [message(text, email=email)]}


def _protocol_office(session: Session, offices: Offices, locality: Locality, act: ActionContext) -> Organisation | None:
    """The protocol office of a locality's line that exists today; None if there is none."""
    in_line = col(Organisation.id).in_(within(line_of(offices.successors, locality.code)))
    bodies = session.exec(select(Organisation).where(in_line, col(Organisation.protocol_office)))
    standing = [one for one in bodies if one.ends_on is None or one.ends_on >= act.today]
    return min(standing, key=lambda one: (one.locality != locality.code, one.id), default=None)


def _names(locality: Locality) -> dict[str, str]:
    """What a protocol office is called in a locality, in each language in which the locality has a name."""
    separator = {"vi": " ", "lo": "", "en": ", "}
    return {
        language: f"{PROTOCOL_OFFICE[language]}{separator[language]}{place}"
        for language, place in in_sentence(locality.name).items()
        if place
    }


def _make_body(
    session: Session, act: ActionContext, locality: Locality, name: str | None, names: Mapping[str, str]
) -> Organisation:
    """The protocol office of a locality: the body of this name if there is one, else a new one."""
    if name is not None:
        for one in session.exec(select(Organisation).where(Organisation.locality == locality.code)):
            if fold(name) in {fold(text) for text in one.name.values()} and one.ends_on is None:
                return directory.change_organisation(session, act, one, {"protocol_office": True})
    values = {"name": dict(names), "locality": locality.code, "protocol_office": True}
    return directory.create_organisation(session, act, values)


def _profile(
    session: Session, act: ActionContext, offices: Offices, code: str, values: Mapping[str, Any], *, is_named: bool
) -> OfficeProfile:
    """The profile of an office that begins; one that begins again keeps what is not given anew."""
    profile = stored(session, offices, code, locks=True) if code in offices.others else None
    if profile is None:
        return crud.create(session, act, OfficeProfile(code=code, began_at=act.now, **values))
    given = {name: value for name, value in values.items() if value is not None and (is_named or name != "name")}
    crud.change(session, act, profile, {**given, "began_at": act.now, "ended_at": None}, action="begin_again")
    return profile
