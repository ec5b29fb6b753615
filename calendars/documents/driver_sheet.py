"""The sheet for each driver: whom they drive, day by day from where to where, and whom to call."""

from collections.abc import Iterator
from datetime import date

from calendars.days.formatting import format_hours
from calendars.days.office_clock import running_order
from calendars.documents import delegation, placed
from calendars.documents.facts import BookingFacts, DocumentFacts, MemberFacts
from calendars.documents.value import Align, Block, Column, Document, Items, Paragraph, Row, Table, Text, plain
from calendars.documents.wording import GAP, Wording, emphasised
from calendars.events.journeys import day_of
from models.i18n import N_, NP_, message
from models.vocabulary import DocumentKind, MemberRole, ResourceType

TITLE = N_("Sheet for the driver")
_SERVING = frozenset({MemberRole.INTERPRETER, MemberRole.SECURITY, MemberRole.STAFF, MemberRole.SECRETARY})
_WHAT = message(N_("Items of the programme: what happens."))
_WHERE = message(N_("Items of the programme: places."))


def applies(facts: DocumentFacts) -> bool:
    """Whether the visit has cars."""
    return bool(placed.bookings_of(facts, ResourceType.VEHICLE))


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """A sheet for each car, by time, each on a page of its own; plate, driver and telephone are filled in by hand.

    Days and hours are the programme's on the days of the car, with the journeys of those who ride in it.
    """
    riders = facts.placements.vehicles if facts.placements else {}
    cars = placed.bookings_of(facts, ResourceType.VEHICLE)
    if not any(placed.known(facts, riders.get(car.id, ())) for car in cars):
        wording.lacks("vehicles", message(N_("Who rides in which car.")))
    if not facts.programme:
        wording.lacks("programme", message(N_("Items of the programme.")))
    return placed.sheets(
        DocumentKind.DRIVER_SHEET, TITLE, facts, wording, [_sheet(car, facts, wording) for car in cars]
    )


def _sheet(car: BookingFacts, facts: DocumentFacts, wording: Wording) -> tuple[Block, ...]:
    riders = placed.known(facts, facts.placements.vehicles.get(car.id, ()) if facts.placements else ())
    by_hand = N_("Plate number: {plate} Driver: {driver} Telephone: {phone}")
    name = plain(wording.text(car.name, placed.PLACES_OF_BOOKINGS)[:1])
    columns = (
        Column(placed.heading(wording, N_("Time")), 20, Align.CENTRE),
        Column(placed.heading(wording, N_("Content")), 48),
        Column(placed.heading(wording, N_("Place")), 32),
    )
    rows = tuple(_days(car, riders, facts, wording))
    listed = (placed.number_column(wording), *placed.people_columns(wording))
    people = tuple(
        Row((wording.words(str(number)), *placed.person_cells(member, wording)))
        for number, member in enumerate(riders, 1)
    )
    return (
        Paragraph(placed.about_in_full(car, wording), indent=False),
        Paragraph(wording.say(by_hand, plate=GAP, driver=GAP, phone=GAP), indent=False),
        *_contacts(riders, facts, wording),
        Paragraph(wording.say(N_("People: {count}"), count=len(riders)), indent=False, keep_with_next=bool(people)),
        *((Table(name, listed, people),) if people else ()),
        *((Table(name, columns, rows),) if rows else ()),
    )


def _contacts(riders: list[MemberFacts], facts: DocumentFacts, wording: Wording) -> Iterator[Block]:
    """Whom the driver calls: who is in charge, and who of the riders serves the visit and has a telephone."""
    people = [facts.visit.in_charge] if facts.visit.in_charge is not None else []
    people += [one.person for one in riders if one.role in _SERVING and one.person.phone]
    if people:
        yield Paragraph(emphasised(wording.say(N_("Contacts")), bold=True), indent=False, keep_with_next=True)
        yield Items(
            tuple(
                wording.join(
                    wording.join(wording.name(one), delegation.position(one, wording)),
                    wording.words(one.phone or GAP),
                    between=": ",
                )
                for one in people
            )
        )


def _days(car: BookingFacts, riders: list[MemberFacts], facts: DocumentFacts, wording: Wording) -> Iterator[Row]:
    """The journeys and items of each day of the car, a day's heading before them."""
    ordered = sorted(facts.programme, key=lambda item: running_order(item.day, item.start_time, item.end_time)[:4])
    days = sorted({item.day for item in ordered} | {day for one in riders for day in _travel_days(one)})
    for day in days:
        if not car.first_day <= day <= car.last_day:
            continue
        yield Row((wording.weekday(day),), group=True)
        for member in riders:
            yield from _journeys(member, day, wording)
        for item in (one for one in ordered if one.day == day):
            hours = wording.words(format_hours(item.start_time, item.end_time))
            yield Row(
                (
                    hours,
                    wording.text(item.title, _WHAT, entry_id=item.id),
                    wording.text(item.place, _WHERE, entry_id=item.id),
                )
            )


def _travel_days(member: MemberFacts) -> list[date]:
    return [day for journey in (member.arrival, member.departure) if (day := day_of(journey)) is not None]


def _journeys(member: MemberFacts, day: date, wording: Wording) -> Iterator[Row]:
    for name, journey in (
        (NP_("of a member", "Arrival"), member.arrival),
        (NP_("of a member", "Departure"), member.departure),
    ):
        if journey is not None and day_of(journey) == day:
            told: Text = wording.join(wording.say(name), wording.name(member.person), between=": ")
            by = wording.words(journey.get("by", ""))
            hour = wording.words(journey.get("at", "")[11:16])
            yield Row((hour, wording.join(told, by), wording.words(journey.get("place", ""))))
