"""Exporting a visit's member list as a spreadsheet that can be imported again, and the workbook to fill in."""

from io import BytesIO

from sqlmodel import Session

from calendars.events.labels import member_role_name
from calendars.member_lists.column_names import COLUMNS
from calendars.member_lists.csv_files import MAX_LINES, write_csv
from calendars.member_lists.rows import HIGHEST
from models.events import Event
from models.places import Person
from models.text import localized
from models.vocabulary import Language, MemberRole
from service.actions import permissions
from service.actions.events.members import MemberPosition, positions_of
from service.actions.imports.member_lists import DEFAULT_PRECEDENCE
from service.actions.imports.name_matching import OrganisationIndex, PeopleIndex
from service.actions.permissions import Sight

_DELIMITERS = {Language.EN: ","}
_WIDTHS = {"name": 28, "role": 20, "position": 30, "organisation": 34, "email": 26, "counterpart": 28}
"""The widths of columns, in characters."""
_A4 = 9


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


def member_template(language: Language) -> bytes:
    """An empty list as an XLSX workbook: the header in one language, and the roles to choose from."""
    # Not with the module: few requests need it, and it takes time to import.
    from xlsxwriter import Workbook

    written = BytesIO()
    book = Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(localized(COLUMNS["name"], language)[:31])
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    for column, (name, title) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, _WIDTHS.get(name, 14), None if name in HIGHEST else text)
        sheet.write_string(0, column, localized(title, language), heading)
        if name == "role":
            roles = [member_role_name(role, language) for role in MemberRole]
            sheet.data_validation(1, column, MAX_LINES, column, {"validate": "list", "source": roles})
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return written.getvalue()


def _name_or_id(people: PeopleIndex, person: Person | None) -> str:
    """A person's name, or their id if others have the same name."""
    if person is None:
        return ""
    return person.name if len(people.named(person.name)) == 1 else person.id
