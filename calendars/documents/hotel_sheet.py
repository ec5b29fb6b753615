"""The sheet for each hotel: who sleeps in which room from when to when, the meals there, who pays, whom to call.

It goes out of the house, so it holds no particulars: diets are told by hand to whoever cooks.
"""

from collections.abc import Iterator
from datetime import date

from calendars.days.formatting import format_hours
from calendars.documents import delegation, placed
from calendars.documents.facts import BookingFacts, DocumentFacts, MemberFacts
from calendars.documents.value import (
    Align,
    Block,
    CellKind,
    Column,
    Document,
    Items,
    Paragraph,
    Row,
    Table,
    Text,
    plain,
)
from calendars.documents.wording import GAP, Wording, emphasised
from calendars.events.journeys import day_of
from models.i18n import N_, NP_, message
from models.text import fold_all
from models.vocabulary import DocumentKind, ResourceType

TITLE = N_("Sheet for the hotel")
WITHOUT_ROOM = N_("Guests without a room: {people}.")


def applies(facts: DocumentFacts) -> bool:
    """Whether lodging is booked for the visit."""
    return bool(placed.bookings_of(facts, ResourceType.LODGING))


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """A sheet for each lodging, by time, each on a page of its own. Whose arrival or departure is not known has the
    visit's; the house's own numbers of rooms and the diets are entered by hand."""
    houses = placed.bookings_of(facts, ResourceType.LODGING)
    rooms = facts.placements.rooms if facts.placements else {}
    there = [one for house in houses for room in rooms.get(house.id, ()) for one in room]
    if placed.known(facts, there):
        placed.note_forgotten(facts, there, wording, "rooms", WITHOUT_ROOM)
    else:
        wording.lacks("rooms", message(N_("Who sleeps in which room.")))
    sheets = [_sheet(house, facts, wording) for house in houses]
    return placed.sheets(DocumentKind.HOTEL_SHEET, TITLE, facts, wording, sheets)


def _sheet(house: BookingFacts, facts: DocumentFacts, wording: Wording) -> tuple[Block, ...]:
    rows = tuple(_rows(house, facts, wording))
    columns = (
        Column(placed.heading(wording, NP_("where somebody sleeps", "Room")), 8, Align.CENTRE, CellKind.NUMBER),
        Column(placed.heading(wording, N_("Number on the door")), 12, Align.CENTRE),
        Column(placed.heading(wording, N_("Full name")), 26),
        Column(placed.heading(wording, N_("Position")), 28),
        Column(placed.heading(wording, NP_("of a member", "Arrival")), 13, Align.CENTRE, CellKind.DATE),
        Column(placed.heading(wording, NP_("of a member", "Departure")), 13, Align.CENTRE, CellKind.DATE),
    )
    name = plain(wording.text(house.name, placed.PLACES_OF_BOOKINGS)[:1])
    forgotten = _forgotten(facts)
    meals = tuple(_meals(house, facts, wording))
    return (
        Paragraph(placed.about_in_full(house, wording), indent=False),
        Paragraph(wording.say(N_("Rooms: {count}"), count=house.quantity), indent=False),
        Paragraph(wording.say(N_("Paid by: {payer}"), payer=GAP), indent=False),
        *_contact(facts, wording),
        Paragraph(wording.say(N_("People: {count}"), count=len(rows)), indent=False, keep_with_next=bool(rows)),
        *((Table(name, columns, rows),) if rows else ()),
        *((Paragraph(wording.say(WITHOUT_ROOM, people=forgotten), indent=False),) if forgotten else ()),
        *(
            (
                Paragraph(emphasised(wording.say(N_("In your house")), bold=True), indent=False, keep_with_next=True),
                Items(meals),
            )
            if meals
            else ()
        ),
        Paragraph(wording.say(N_("Diets: {gap}"), gap=GAP), indent=False),
    )


def _rows(house: BookingFacts, facts: DocumentFacts, wording: Wording) -> Iterator[Row]:
    number = 0
    for room in facts.placements.rooms.get(house.id, ()) if facts.placements else ():
        people = placed.known(facts, room)
        number += bool(people)
        for member in people:
            yield Row(
                (
                    wording.words(str(number)),
                    (),
                    wording.name(member.person),
                    delegation.position(member.person, wording),
                    wording.day(_arrival(member, house)),
                    wording.day(_departure(member, house)),
                )
            )


def _forgotten(facts: DocumentFacts) -> str:
    """Who has no room, for the one house there is: of several, none is told whom another may have to take in."""
    houses = placed.bookings_of(facts, ResourceType.LODGING)
    rooms = facts.placements.rooms if facts.placements else {}
    if len(houses) != 1 or not rooms.get(houses[0].id):
        return ""
    there = [one for room in rooms[houses[0].id] for one in room]
    return ", ".join(one.person.name for one in placed.forgotten(facts, there, "rooms"))


def _arrival(member: MemberFacts, house: BookingFacts) -> date:
    return max(day_of(member.arrival) or house.first_day, house.first_day)


def _departure(member: MemberFacts, house: BookingFacts) -> date:
    return min(day_of(member.departure) or house.last_day, house.last_day)


def _meals(house: BookingFacts, facts: DocumentFacts, wording: Wording) -> Iterator[Text]:
    """The items of the programme that take place in the house on its days: meals, and what else it has to prepare."""
    names = {word for word in house.name.values() if word}
    for item in facts.programme:
        places = [fold_all([place]) for place in (item.place or {}).values()]
        is_here = any(fold_all([name]) in place for name in names for place in places)
        if is_here and house.first_day <= item.day <= house.last_day:
            hours = wording.words(format_hours(item.start_time, item.end_time))
            told = wording.text(item.title, message(N_("Items of the programme: what happens.")), entry_id=item.id)
            yield wording.join(wording.day(item.day), hours, told)


def _contact(facts: DocumentFacts, wording: Wording) -> Iterator[Block]:
    one = facts.visit.in_charge
    if one is not None:
        told = wording.join(wording.name(one), wording.words(one.phone or GAP), between=": ")
        yield Paragraph(wording.join(wording.say(N_("Contacts")), told, between=": "), indent=False)
