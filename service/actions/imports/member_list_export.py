"""A visit's member list as a spreadsheet that can be filled in and taken in again; empty, it is the template."""

from sqlmodel import Session

from calendars.events.labels import member_role_name
from calendars.member_lists.column_names import COLUMNS
from calendars.member_lists.csv_files import write_csv
from models.places import Person
from models.text import localized
from models.vocabulary import Language
from service.actions.events.members import MemberPosition, seats_of
from service.actions.imports.member_lists import UNSAID_PRECEDENCE
from service.actions.imports.name_matching import OrganisationIndex, PeopleIndex

_DELIMITERS = {Language.EN: ","}


def member_sheet(session: Session, event_id: str, language: Language) -> bytes:
    """The list as CSV with a header in one language; taken in again it changes nothing.

    Vietnamese and Lao programs expect semicolons, as they write decimals with a comma.
    """
    organisations, people = OrganisationIndex.load(session), PeopleIndex.load(session)

    def row(seat: MemberPosition) -> list[str]:
        person, member = seat.person, seat.member
        return [
            person.name,
            member_role_name(member.role, language),
            localized(person.position, language),
            organisations.told(person.organisation_id, language),
            "" if person.precedence == UNSAID_PRECEDENCE else str(person.precedence),
            str(member.rank or ""),
            person.email or "",
            person.phone or "",
            ", ".join(person.languages),
            _named(people, seat.counterpart),
        ]

    header = [localized(title, language) for title in COLUMNS.values()]
    rows = [header, *(row(seat) for seat in seats_of(session, event_id))]
    return write_csv(rows, _DELIMITERS.get(language, ";"))


def _named(people: PeopleIndex, person: Person | None) -> str:
    """Somebody by name, or by id where others have the name too."""
    if person is None:
        return ""
    return person.name if len(people.named(person.name)) == 1 else person.id
