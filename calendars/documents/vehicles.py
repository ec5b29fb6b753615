"""The list of who rides in which car."""

from collections.abc import Iterator, Mapping, Sequence

from calendars.documents import delegation, placed
from calendars.documents.facts import BookingFacts, DocumentFacts
from calendars.documents.value import Document, Paper, Paragraph, Row, Table, Text, plain
from calendars.documents.wording import GAP, Wording, emphasised
from calendars.events.labels import MEMBER_SIDE_NAMES
from models.i18n import N_, message
from models.vocabulary import DocumentKind, ResourceType

TITLE = N_("List of cars and who rides in them")


def applies(facts: DocumentFacts) -> bool:
    """Whether the visit has cars."""
    return bool(placed.bookings_of(facts, ResourceType.VEHICLE))


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """A group for each car, with its days, seats and note, and who rides in it in the order of their placing.

    The car of whoever comes first in precedence stands first. Plate, driver and telephone are filled in by hand.
    """
    riders = facts.placements.vehicles if facts.placements else {}
    cars = _in_order(facts, riders)
    if cars:
        there = [one for car in cars for one in riders[car.id]]
        placed.note_forgotten(facts, there, wording, "vehicles", N_("Guests without a seat in a car: {people}."))
    else:
        wording.lacks("vehicles", message(N_("Who rides in which car.")))
    columns = (placed.number_column(wording), *placed.people_columns(wording))
    name = plain(wording.say(TITLE)[:1])
    rows = [row for car in cars for row in _rows(car, facts, wording)]
    blocks = (
        Paragraph(wording.say(N_("Cars: {count}"), count=len(cars)), indent=False, keep_with_next=bool(rows)),
        *((Table(name, columns, tuple(rows)),) if rows else ()),
    )
    return placed.listed(DocumentKind.VEHICLES, TITLE, facts, wording, blocks, Paper.PORTRAIT)


def _in_order(facts: DocumentFacts, riders: Mapping[str, Sequence[str]]) -> list[BookingFacts]:
    """The cars that somebody rides in, by who of theirs comes first in precedence, guests before hosts; by time."""
    everybody = [one.id for side in MEMBER_SIDE_NAMES for one in delegation.of_side(facts, side)]
    place = {one: number for number, one in enumerate(everybody)}
    seated = [
        (min(place[one.id] for one in inside), car)
        for car in placed.bookings_of(facts, ResourceType.VEHICLE)
        if (inside := placed.known(facts, riders.get(car.id, ())))
    ]
    return [car for _first, car in sorted(seated, key=lambda one: one[0])]


def _rows(car: BookingFacts, facts: DocumentFacts, wording: Wording) -> Iterator[Row]:
    riders = facts.placements.vehicles[car.id] if facts.placements else ()
    by_hand = wording.say(
        N_("Plate number: {plate} Driver: {driver} Telephone: {phone}"), plate=GAP, driver=GAP, phone=GAP
    )
    yield Row(((*emphasised(_about(car, wording), bold=True), *by_hand),), group=True)
    for number, member in enumerate(placed.known(facts, riders), 1):
        yield Row((wording.words(str(number)), *placed.person_cells(member, wording)))


def _about(car: BookingFacts, wording: Wording) -> Text:
    seats = wording.say(N_("seats: {count}"), count=car.seats * car.quantity) if car.seats is not None else ()
    return wording.join(placed.about(car, wording), seats, wording.words(car.note or "")[:1])
