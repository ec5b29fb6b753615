"""Who sits where: for each table of the programme's items a picture, and the list of its seats."""

from collections.abc import Iterator, Sequence

from calendars.days.formatting import format_hours
from calendars.days.spans import MIDNIGHT
from calendars.documents import delegation, placed
from calendars.documents.facts import DocumentFacts, ItemFacts, MemberFacts, TableSeats
from calendars.documents.value import (
    Block,
    Column,
    Document,
    Heading,
    PageBreak,
    Paper,
    Paragraph,
    Row,
    Seat,
    SeatingPlan,
    Table,
    Text,
    plain,
)
from calendars.documents.wording import Wording, emphasised
from calendars.events.labels import MEMBER_SIDE_NAMES
from models.i18n import N_, NP_, message
from models.vocabulary import DocumentKind

TITLE = N_("Seating plan")


def applies(facts: DocumentFacts) -> bool:
    """Whether the visit has a programme at whose items people can sit."""
    return bool(facts.programme)


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """Each table on a page of its own, in the order of the programme: what it is for, the picture, the list."""
    tables = _in_order(facts)
    if not tables:
        wording.lacks("seating", message(N_("Who sits at which table.")))
    blocks: list[Block] = []
    for number, (item, table) in enumerate(tables):
        blocks += [PageBreak()] if number else []
        blocks += _table(item, table, facts, wording)
    return placed.listed(DocumentKind.SEATING, TITLE, facts, wording, blocks, Paper.PORTRAIT)


def plan_of(table: TableSeats, members: dict[str, MemberFacts], wording: Wording, title: Text) -> SeatingPlan:
    """A table as it is drawn; seats are numbered from 1 in the order in which they are stored."""
    seats = [
        Seat(number, wording.name(members[one].person) if one in members else ())
        for number, one in enumerate(table.seats, 1)
    ]
    middle = len(seats) if table.round else (len(seats) + 1) // 2
    return SeatingPlan(title, tuple(seats[:middle]), tuple(seats[middle:]), round=table.round)


def table_name(table: TableSeats, wording: Wording) -> Text:
    """``Bàn 1`` for a table that is only numbered; else the name that somebody gave it."""
    if table.name.isascii() and table.name.isdigit():
        return wording.say(N_("Table {number}"), number=table.name)
    return wording.words(table.name)


def _in_order(facts: DocumentFacts) -> Sequence[tuple[ItemFacts | None, TableSeats]]:
    """Tables by their items, those of the whole visit first, each item's in the order in which they are stored."""
    by_time = sorted(facts.programme, key=lambda item: (item.day, item.start_time or MIDNIGHT))
    items = {item.id: (number, item) for number, item in enumerate(by_time, 1)}
    found = [
        (*items.get(table.item_id or "", (0, None)), table)
        for table in (facts.placements.tables if facts.placements else ())
        if any(table.seats) and (table.item_id is None or table.item_id in items)
    ]
    return [(item, table) for _number, item, table in sorted(found, key=lambda one: one[0])]


def _table(item: ItemFacts | None, table: TableSeats, facts: DocumentFacts, wording: Wording) -> Iterator[Block]:
    members = {one.id: one for one in facts.members}
    name = table_name(table, wording)
    if item is not None:
        title = wording.text(item.title, message(N_("Items of the programme: what happens.")))
        yield Heading(title)
        hours = wording.words(format_hours(item.start_time, item.end_time)) if item.start_time else ()
        place = wording.text(item.place, message(N_("Items of the programme: places.")))
        yield Paragraph(
            emphasised(wording.join(wording.days(item.day, item.day), hours, place), italic=True),
            indent=False,
            keep_with_next=True,
        )
    yield plan_of(table, members, wording, name)
    columns = (
        Column(placed.heading(wording, N_("Seat")), 8, kind=placed.number_column(wording).kind),
        Column(placed.heading(wording, N_("Full name")), 30),
        Column(placed.heading(wording, N_("Position")), 38),
        Column(placed.heading(wording, NP_("in a visit", "Side")), 14),
    )
    rows = [
        Row(
            (
                wording.words(str(number)),
                wording.name(members[one].person),
                delegation.position_and_body(members[one].person, wording),
                wording.text(MEMBER_SIDE_NAMES[members[one].side], message(N_("Role"))),
            )
        )
        for number, one in enumerate(table.seats, 1)
        if one in members
    ]
    if rows:
        yield Table(plain(name[:1]), columns, tuple(rows))
