"""Exporting a visit's member list as a spreadsheet that can be imported again, and the workbook to fill in."""

from io import BytesIO

from sqlmodel import Session

from calendars.events.labels import MEMBER_SIDE_NAMES, member_role_name, member_side_name
from calendars.member_lists.column_names import COLUMNS
from calendars.member_lists.csv_files import MAX_LINES, delimiter_for, write_csv
from calendars.member_lists.rows import HIGHEST
from calendars.people.names import display_name
from models.places import Person
from models.text import localized
from models.vocabulary import Language, MemberRole
from service.actions import permissions
from service.actions.events.members import MemberPosition, positions_of
from service.actions.imports.member_lists import DEFAULT_PRECEDENCE
from service.actions.imports.name_matching import OrganisationIndex, PeopleIndex

_WIDTHS = {
    "name": 28,
    "name_lo": 28,
    "name_latin": 28,
    "role": 20,
    "position": 30,
    "organisation": 34,
    "email": 26,
    "counterpart": 28,
}
"""The widths of columns, in characters."""
_A4 = 9


def member_sheet(session: Session, event_id: str, language: Language) -> bytes:
    """The list as CSV with a header in one language; importing it again changes nothing.

    Addresses and telephone numbers are those that the reader may read of each person, however they read the event.
    """
    organisations, people = OrganisationIndex.load(session), PeopleIndex.load(session)

    def row(position: MemberPosition) -> list[str]:
        person, member = position.person, position.member
        shows_addresses = permissions.reads_address_of(session, person.kept_by)
        return [
            display_name(person, language),
            person.name_lo or "",
            person.name_latin or "",
            member_role_name(member.role, language),
            localized(position.position, language),
            organisations.label(position.organisation_id, language),
            "" if person.precedence == DEFAULT_PRECEDENCE else str(person.precedence),
            str(member.rank or ""),
            (person.email or "") if shows_addresses else "",
            (person.phone or "") if shows_addresses else "",
            ", ".join(person.languages),
            _name_or_id(people, position.counterpart, language),
            member_side_name(member.side, language),
        ]

    header = [localized(title, language) for title in COLUMNS.values()]
    rows = [header, *(row(position) for position in positions_of(session, event_id))]
    return write_csv(rows, delimiter_for(language))


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
        if name == "side":
            sides = [member_side_name(side, language) for side in MEMBER_SIDE_NAMES]
            sheet.data_validation(1, column, MAX_LINES, column, {"validate": "list", "source": sides})
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return written.getvalue()


def _name_or_id(people: PeopleIndex, person: Person | None, language: Language) -> str:
    """A person's name, or their id if others have the same name."""
    if person is None:
        return ""
    name = display_name(person, language)
    return name if len(people.named(name)) == 1 else person.id
