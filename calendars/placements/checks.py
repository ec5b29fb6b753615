"""What of placements can't be saved, what of them is not there any more, and what is worth a warning."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from calendars.placements.tables import is_seated
from calendars.placements.values import Carrier, Guest, PlacedTable, Placements, Setting, at_once
from models.i18n import N_, Message, message
from models.vocabulary import MemberRole, ResourceType, Severity, Side

MOST_NAMED = 12
"""How many people a sentence names; of more it says how many."""


@dataclass(frozen=True, slots=True)
class PlacementWarning:
    """A warning about placements, never blocking.

    ``at`` says where, as errors name fields (``vehicles.BOOKING_ID``, ``tables.0``; empty: all of them), ``people`` are
    the member ids it is about, ``advice`` is the way out.
    """

    code: str
    severity: Severity
    detail: Message
    advice: Message
    at: str = ""
    people: tuple[str, ...] = ()


def refusals(wanted: Placements, setting: Setting) -> dict[str, list[Message]]:
    """Why placements can't be saved, by the field as a request has it; empty if they can."""
    known = {one.id: one for one in setting.people}
    items = {item.id for item in setting.items}
    errors: dict[str, list[Message]] = {}
    for field, placed, carriers in (
        ("vehicles", wanted.vehicles, setting.vehicles),
        ("rooms", wanted.rooms, setting.rooms),
    ):
        there = {one.id for one in carriers}
        for booking in placed:
            if booking not in there:
                errors[f"{field}.{booking}"] = [_not_there(field, booking, setting)]
    for booking, riders in wanted.vehicles.items():
        errors |= _strangers(f"vehicles.{booking}", riders, known)
    for booking, rooms in wanted.rooms.items():
        for number, room in enumerate(rooms):
            errors |= _strangers(f"rooms.{booking}.{number}", room, known)
    for number, table in enumerate(wanted.tables):
        if table.item_id is not None and table.item_id not in items:
            what = message(N_("The programme has no item “{identity}”."), identity=table.item_id)
            errors[f"tables.{number}.for"] = [what]
        errors |= _strangers(f"tables.{number}.seats", table.seats, known)
    return errors


def _not_there(field: str, booking: str, setting: Setting) -> Message:
    other = setting.others.get(booking)
    if other is not None and other.is_released:
        return message(N_("“{resource}” is not booked any more: book it again, or leave it out."), resource=other.name)
    named = next((one.name for one in (*setting.vehicles, *setting.rooms) if one.id == booking), None)
    name = other.name if other is not None else named
    if name is None:
        return message(N_("This event has no booking “{identity}”."), identity=booking)
    if field == "vehicles":
        return message(N_("“{resource}” is no vehicle."), resource=name)
    return message(N_("“{resource}” is no lodging."), resource=name)


def _strangers(field: str, ids: Sequence[str | None], known: Mapping[str, Guest]) -> dict[str, list[Message]]:
    errors: dict[str, list[Message]] = {}
    seen: set[str] = set()
    for number, one in enumerate(ids):
        if one is None:
            continue
        if one not in known:
            what = message(N_("Nobody of this event has the id “{identity}”."), identity=one)
            errors[f"{field}.{number}"] = [what]
        elif one in seen:
            errors[f"{field}.{number}"] = [message(N_("{name} is placed here twice."), name=known[one].name)]
        seen.add(one)
    return errors


def present(
    kept: Placements, setting: Setting, left: Mapping[str, str] | None = None
) -> tuple[Placements, list[PlacementWarning]]:
    """Placements without what is not there any more (bookings, people, items of the programme), and what that was.
    ``left``: the names of former members, by id, as far as they are known."""
    known = {one.id: one for one in setting.people}
    cars, lodging = ({one.id: one for one in carriers} for carriers in (setting.vehicles, setting.rooms))
    items = {item.id for item in setting.items}
    told = [
        *_booking_gone("vehicles", {key: who for key, who in kept.vehicles.items() if key not in cars}, setting),
        *_booking_gone("rooms", {key: sum(who, ()) for key, who in kept.rooms.items() if key not in lodging}, setting),
        *_item_gone([one for one in kept.tables if one.item_id is not None and one.item_id not in items], setting),
    ]
    tables = [one for one in kept.tables if one.item_id is None or one.item_id in items]
    gone: dict[str, None] = {}

    def here(ids: Iterable[str]) -> tuple[str, ...]:
        listed = list(ids)
        gone.update(dict.fromkeys(one for one in listed if one not in known))
        return tuple(one for one in listed if one in known)

    vehicles = {key: here(kept.vehicles[key]) for key in cars if key in kept.vehicles}
    rooms = {
        key: tuple(left for room in kept.rooms[key] for left in [here(room)] if left or not room)
        for key in lodging
        if key in kept.rooms
    }
    placed = []
    for table in tables:
        here(table.seated)
        placed.append(replace(table, seats=tuple(one if one in known else None for one in table.seats)))
    if gone:
        known_names = [name for one in gone if (name := (left or {}).get(one))]
        more = len(gone) - len(known_names[:MOST_NAMED])
        shown = ", ".join([*known_names[:MOST_NAMED], *([f"+{more}"] if more else [])])
        told.append(
            PlacementWarning(
                "member_gone",
                Severity.WARNING,
                message(N_("Left out, as they are not on the list of people any more: {people}."), people=shown),
                message(N_("Save the placements as they are shown now.")),
            )
        )
    return Placements(vehicles, rooms, tuple(placed)), told


def _booking_gone(field: str, placed: Mapping[str, Sequence[str]], setting: Setting) -> Iterator[PlacementWarning]:
    for booking, ids in placed.items():
        other = setting.others.get(booking)
        people = _of(ids, setting)
        if other is not None:
            sentence = N_("“{resource}” is not booked any more; people placed there: {people}.")
            detail = message(sentence, resource=other.name, people=names(people))
        else:
            detail = message(N_("A booking was deleted; people placed there: {people}."), people=names(people))
        advice = message(N_("Place them elsewhere and save, or book it again."))
        yield PlacementWarning(
            "booking_gone", Severity.WARNING, detail, advice, f"{field}.{booking}", tuple(one.id for one in people)
        )


def _item_gone(tables: Sequence[PlacedTable], setting: Setting) -> Iterator[PlacementWarning]:
    for table in tables:
        people = _of(table.seated, setting)
        yield PlacementWarning(
            "item_gone",
            Severity.WARNING,
            message(
                N_("Table “{table}” stood at an item that is not in the programme any more; people there: {people}."),
                table=table.name,
                people=names(people),
            ),
            message(N_("Seat them at another item and save.")),
            "tables",
            tuple(one.id for one in people),
        )


def warnings(placed: Placements, setting: Setting) -> list[PlacementWarning]:
    """What does not fit of placements of which everything is there: too few seats, beds, rooms; people who are in two
    places at once; people who were forgotten where others have a place."""
    return [
        *_cars(placed, setting),
        *_twice(setting.vehicles, placed.vehicles, setting),
        *_rooms(placed, setting),
        *_twice(setting.rooms, {key: sum(rooms, ()) for key, rooms in placed.rooms.items()}, setting),
        *_forgotten(setting.vehicles, placed.vehicles, setting),
        *_forgotten(setting.rooms, {key: sum(rooms, ()) for key, rooms in placed.rooms.items()}, setting),
        *_tables(placed, setting),
    ]


def _cars(placed: Placements, setting: Setting) -> Iterator[PlacementWarning]:
    for car in setting.vehicles:
        riders = [one for one in _of(placed.vehicles.get(car.id, ()), setting) if one.role is not MemberRole.DRIVER]
        at = f"vehicles.{car.id}"
        if riders and car.places is None:
            yield _unknown_seats(car, at)
        elif car.places is not None and len(riders) > car.places:
            yield PlacementWarning(
                "too_few_seats",
                Severity.WARNING,
                message(
                    N_("“{resource}” has {seats} seats; people placed in it: {count}."),
                    resource=car.name,
                    seats=car.places,
                    count=len(riders),
                ),
                message(N_("Place some of them in another car, or book a larger one.")),
                at,
            )


def _unknown_seats(car: Carrier, at: str) -> PlacementWarning:
    return PlacementWarning(
        "seats_unknown",
        Severity.INFO,
        message(N_("How many seats “{resource}” has is not known."), resource=car.name),
        message(N_("Enter its seats in the list of rooms, cars and interpreters.")),
        at,
    )


def _rooms(placed: Placements, setting: Setting) -> Iterator[PlacementWarning]:
    for lodging in setting.rooms:
        rooms = placed.rooms.get(lodging.id, ())
        used = [room for room in rooms if room]
        if len(used) > lodging.quantity:
            yield PlacementWarning(
                "too_few_rooms",
                Severity.WARNING,
                message(
                    N_("Of “{resource}” {booked} rooms are booked; rooms with people: {count}."),
                    resource=lodging.name,
                    booked=lodging.quantity,
                    count=len(used),
                ),
                message(N_("Book more rooms, or put people together.")),
                f"rooms.{lodging.id}",
            )
        for number, room in enumerate(rooms):
            people = _of(room, setting)
            if lodging.seats is not None and len(people) > lodging.seats:
                yield PlacementWarning(
                    "too_few_beds",
                    Severity.WARNING,
                    message(
                        N_("A room of “{resource}” has {beds} beds; people in it: {people}."),
                        resource=lodging.name,
                        beds=lodging.seats,
                        people=names(people),
                    ),
                    message(N_("Give some of them another room.")),
                    f"rooms.{lodging.id}.{number}",
                    tuple(room),
                )


_TWICE = {
    ResourceType.VEHICLE: ("two_cars", N_("In “{first}” and in “{second}” at the same time: {people}.")),
    ResourceType.LODGING: (
        "two_rooms",
        N_("In a room of “{first}” and in one of “{second}” the same night: {people}."),
    ),
}


def _twice(
    carriers: Sequence[Carrier], placed: Mapping[str, Sequence[str]], setting: Setting
) -> Iterator[PlacementWarning]:
    """People in two bookings of the same time; of lodging also in two rooms of one."""
    for one in carriers:
        ids = placed.get(one.id, ())
        if both := {who for who in ids if list(ids).count(who) > 1}:
            yield _in_two(one, one, both, setting)
    for one, other in combinations(carriers, 2):
        both = set(placed.get(one.id, ())) & set(placed.get(other.id, ()))
        if both and one.is_with(other):
            yield _in_two(one, other, both, setting)


def _in_two(one: Carrier, other: Carrier, both: set[str], setting: Setting) -> PlacementWarning:
    code, sentence = _TWICE[one.type]
    people = _of([who.id for who in setting.people if who.id in both], setting)
    return PlacementWarning(
        code,
        Severity.WARNING,
        message(sentence, first=one.name, second=other.name, people=names(people)),
        message(N_("Leave them in one of the two.")),
        ("vehicles." if one.type is ResourceType.VEHICLE else "rooms.") + other.id,
        tuple(who.id for who in people),
    )


_FORGOTTEN = {
    ResourceType.VEHICLE: N_("Guests without a seat in “{resource}” or another car of that time: {people}."),
    ResourceType.LODGING: N_("Guests without a room in “{resource}” or elsewhere in those nights: {people}."),
}


def _forgotten(
    carriers: Sequence[Carrier], placed: Mapping[str, Sequence[str]], setting: Setting
) -> Iterator[PlacementWarning]:
    """Guests without a place where others have one; drivers have no seat."""
    for group in at_once(carriers):
        there = {who for one in group for who in placed.get(one.id, ())}
        if not there:
            continue
        kind = group[0].type
        missing = [
            one
            for one in setting.people
            if one.side is Side.GUEST
            and one.id not in there
            and not (kind is ResourceType.VEHICLE and one.role is MemberRole.DRIVER)
        ]
        if missing:
            field = "vehicles" if kind is ResourceType.VEHICLE else "rooms"
            yield PlacementWarning(
                "forgotten",
                Severity.WARNING,
                message(_FORGOTTEN[kind], resource=group[0].name, people=names(missing)),
                message(N_("Place them, or book more.")),
                f"{field}.{group[0].id}",
                tuple(one.id for one in missing),
            )


def _tables(placed: Placements, setting: Setting) -> Iterator[PlacementWarning]:
    titles = {item.id: item.title for item in setting.items}
    by_item: dict[str | None, list[tuple[int, PlacedTable]]] = {}
    for number, table in enumerate(placed.tables):
        by_item.setdefault(table.item_id, []).append((number, table))
    for item_id, tables in by_item.items():
        seated = [who for _number, table in tables for who in table.seated]
        both = _of([who.id for who in setting.people if seated.count(who.id) > 1], setting)
        at = f"tables.{tables[-1][0]}"
        if both:
            yield PlacementWarning(
                "two_seats",
                Severity.WARNING,
                message(N_("At two tables of one item: {people}."), people=names(both)),
                message(N_("Leave them at one of the two.")),
                at,
                tuple(one.id for one in both),
            )
        missing = [one for one in setting.people if is_seated(one) and one.id not in seated]
        if seated and missing:
            title = titles.get(item_id or "")
            yield PlacementWarning(
                "forgotten",
                Severity.INFO,
                message(N_("Without a seat at “{item}”: {people}."), item=title, people=names(missing))
                if title
                else message(N_("Without a seat: {people}."), people=names(missing)),
                message(N_("Seat them, unless they do not attend.")),
                at,
                tuple(one.id for one in missing),
            )


def unknown_sexes(setting: Setting) -> list[PlacementWarning]:
    """Who is put together with nobody, as their sex is not known to the reader; told with a proposal of rooms."""
    missing = [
        one for one in setting.people if one.side is Side.GUEST and one.sex is None and one.role is not MemberRole.HEAD
    ]
    if not setting.rooms or not missing:
        return []
    detail = message(N_("Sex not known, so nobody shares a room with them: {people}."), people=names(missing))
    advice = message(N_("Enter it with their particulars, or put them together by hand."))
    return [PlacementWarning("sex_unknown", Severity.INFO, detail, advice, "rooms", tuple(one.id for one in missing))]


def names(people: Sequence[Guest]) -> str:
    """Names with commas between; of many the first ones and how many more."""
    shown = ", ".join(one.name for one in people[:MOST_NAMED])
    more = len(people) - MOST_NAMED
    return f"{shown}, … (+{more})" if more > 0 else shown or "–"


def _of(ids: Iterable[str], setting: Setting) -> list[Guest]:
    """The people with these ids, without those who are not on the list."""
    known = {one.id: one for one in setting.people}
    return [known[one] for one in ids if one in known]
