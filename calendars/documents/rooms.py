"""The list of who sleeps in which room."""

from collections.abc import Iterator

from calendars.documents import placed
from calendars.documents.facts import BookingFacts, DocumentFacts
from calendars.documents.value import Align, CellKind, Column, Document, Paper, Paragraph, Row, Table, plain
from calendars.documents.wording import Wording, emphasised
from models.i18n import N_, NP_, message
from models.vocabulary import DocumentKind, ResourceType

TITLE = N_("List of rooms and who sleeps in them")


def applies(facts: DocumentFacts) -> bool:
    """Whether lodging is booked for the visit."""
    return bool(placed.bookings_of(facts, ResourceType.LODGING))


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """A group for each lodging, with its days, and a row for each person; rooms are counted from 1. The house's own
    number of a room is entered by hand."""
    rooms = facts.placements.rooms if facts.placements else {}
    houses = [
        one
        for one in placed.bookings_of(facts, ResourceType.LODGING)
        if any(placed.known(facts, room) for room in rooms.get(one.id, ()))
    ]
    if houses:
        there = [one for house in houses for room in rooms[house.id] for one in room]
        placed.note_forgotten(facts, there, wording, "rooms", N_("Guests without a room: {people}."))
    else:
        wording.lacks("rooms", message(N_("Who sleeps in which room.")))
    columns = (
        Column(placed.heading(wording, NP_("where somebody sleeps", "Room")), 9, Align.CENTRE, CellKind.NUMBER),
        Column(placed.heading(wording, N_("Number on the door")), 12, Align.CENTRE),
        *placed.people_columns(wording),
    )
    name = plain(wording.say(TITLE)[:1])
    rows = [row for house in houses for row in _rows(house, facts, wording)]
    people = sum(not row.group for row in rows)
    blocks = (
        Paragraph(wording.say(N_("People: {count}"), count=people), indent=False, keep_with_next=bool(rows)),
        *((Table(name, columns, tuple(rows)),) if rows else ()),
    )
    return placed.listed(DocumentKind.ROOMS, TITLE, facts, wording, blocks, Paper.PORTRAIT)


def _rows(house: BookingFacts, facts: DocumentFacts, wording: Wording) -> Iterator[Row]:
    yield Row((emphasised(placed.about(house, wording), bold=True),), group=True)
    number = 0
    for room in facts.placements.rooms[house.id] if facts.placements else ():
        people = placed.known(facts, room)
        number += bool(people)
        for member in people:
            yield Row((wording.words(str(number)), (), *placed.person_cells(member, wording)))
