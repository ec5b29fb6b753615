"""Exporting a visit's member list as a spreadsheet that can be imported again; without members it is the template."""

from sqlmodel import Session

from calendars.events.labels import member_role_name
from calendars.member_lists.column_names import COLUMNS
from calendars.member_lists.csv_files import write_csv
from models.events import Event
from models.places import Person
from models.text import localized
from models.vocabulary import Language
from service.actions import permissions
from service.actions.events.members import MemberPosition, positions_of
from service.actions.imports.member_lists import DEFAULT_PRECEDENCE
from service.actions.imports.name_matching import OrganisationIndex, PeopleIndex
from service.actions.permissions import Sight

_DELIMITERS = {Language.EN: ","}


def member_sheet(session: Session, event_id: str, language: Language) -> bytes:
    """The list as CSV with a header in one language; importing it again changes nothing.

    Vietnamese and Lao programs expect semicolons, because their decimal separator is the comma.
    """
    organisations, people = OrganisationIndex.load(session), PeopleIndex.load(session)
    event = session.get(Event, event_id)
    shows_addresses = event is None or permissions.sight(session, event) is not Sight.SHARED

    def row(position: MemberPosition) -> list[str]:
        person, member = position.person, position.member
        return [
            person.name,
            member_role_name(member.role, language),
            localized(person.position, language),
            organisations.label(person.organisation_id, language),
            "" if person.precedence == DEFAULT_PRECEDENCE else str(person.precedence),
            str(member.rank or ""),
            (person.email or "") if shows_addresses else "",
            (person.phone or "") if shows_addresses else "",
            ", ".join(person.languages),
            _name_or_id(people, position.counterpart),
        ]

    header = [localized(title, language) for title in COLUMNS.values()]
    rows = [header, *(row(position) for position in positions_of(session, event_id))]
    return write_csv(rows, _DELIMITERS.get(language, ";"))


def _name_or_id(people: PeopleIndex, person: Person | None) -> str:
    """A person's name, or their id if others have the same name."""
    if person is None:
        return ""
    return person.name if len(people.named(person.name)) == 1 else person.id
