"""What people of a visit are placed in, as plain values: cars, rooms and tables, and who is placed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from models.text import LocalizedText
from models.vocabulary import MemberRole, ResourceType, Sex, Side

SEATS_OF_A_ROUND_TABLE = 10


class TableForm(StrEnum):
    """How a table stands: a long one has two sides, the near and the far one; a round one has none."""

    LONG = "long"
    ROUND = "round"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to be placed: a member of the visit.

    Lists of them are in order of precedence. ``counterpart`` is the member id of whom they meet on the other side,
    ``sex`` None: not known, or not the reader's to know.
    """

    id: str
    name: str
    role: MemberRole
    side: Side
    counterpart: str | None = None
    sex: Sex | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """A booking of a vehicle or of lodging: ``quantity`` of them with ``seats`` places each (None: not known).

    ``starts`` and ``ends`` are local, half-open, without the resource's buffers.
    """

    id: str
    name: LocalizedText
    type: ResourceType
    quantity: int
    seats: int | None
    starts: datetime
    ends: datetime

    @property
    def places(self) -> int | None:
        """How many people it takes in all; None: not known."""
        return None if self.seats is None else self.seats * self.quantity

    @property
    def nights(self) -> tuple[date, date]:
        """The first and the last night somebody sleeps there; of a single day that day."""
        last = (self.ends - timedelta(microseconds=1)).date()
        return self.starts.date(), max(self.starts.date(), last - timedelta(days=1))

    def is_with(self, other: "Carrier") -> bool:
        """Whether nobody can use both: cars at the same time, rooms in the same night."""
        if self.type is ResourceType.LODGING:
            return self.nights[0] <= other.nights[1] and other.nights[0] <= self.nights[1]
        return self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """A table of an item of the programme (None: of the whole visit): who sits on each seat, None: free.

    Seats of a long table are the near side from left to right, then the far side from left to right, as somebody sees
    them who looks at the picture; of an odd number the near side has one more. Those of a round table go clockwise
    from the top.
    """

    item_id: str | None
    name: str
    seats: tuple[str | None, ...]
    form: TableForm = TableForm.LONG

    @property
    def sides(self) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
        """The near side, and the far one: that of a round table is empty."""
        if self.form is TableForm.ROUND:
            return self.seats, ()
        middle = (len(self.seats) + 1) // 2
        return self.seats[:middle], self.seats[middle:]

    @property
    def seated(self) -> list[str]:
        """Who sits there."""
        return [seat for seat in self.seats if seat is not None]

    def to_json(self) -> dict[str, Any]:
        """As the API writes it."""
        return {"for": self.item_id, "name": self.name, "form": self.form.value, "seats": list(self.seats)}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "PlacedTable":
        """Read what :meth:`to_json` wrote."""
        form = TableForm(stored.get("form", TableForm.LONG))
        return cls(stored.get("for"), stored["name"], tuple(stored["seats"]), form)


@dataclass(frozen=True, slots=True)
class Placements:
    """Who is where: cars (booking id → member ids), rooms (booking id → rooms, each of member ids), tables."""

    vehicles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rooms: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    tables: tuple[PlacedTable, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.vehicles or self.rooms or self.tables)

    def to_json(self) -> dict[str, Any]:
        """As the API writes them."""
        return {
            "vehicles": {booking: list(people) for booking, people in self.vehicles.items()},
            "rooms": {booking: [list(room) for room in rooms] for booking, rooms in self.rooms.items()},
            "tables": [table.to_json() for table in self.tables],
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Placements":
        """Read what :meth:`to_json` wrote."""
        return cls(
            {booking: tuple(people) for booking, people in stored["vehicles"].items()},
            {booking: tuple(map(tuple, rooms)) for booking, rooms in stored["rooms"].items()},
            tuple(map(PlacedTable.read, stored["tables"])),
        )


def with_another(placed: Placements, goes: str, stays: str) -> Placements:
    """Placements in which one member has the places of another who is gone: not in a car or lodging, nor at an item,
    where they have a place themselves."""
    at_items = {table.item_id for table in placed.tables if stays in table.seats}

    def there(ids: Sequence[str], *, has_own: bool) -> tuple[str, ...]:
        return tuple(stays if one == goes else one for one in ids if one != goes or not has_own)

    def seated(table: PlacedTable) -> tuple[str | None, ...]:
        instead = None if table.item_id in at_items else stays
        return tuple(instead if one == goes else one for one in table.seats)

    return Placements(
        {car: there(riders, has_own=stays in riders) for car, riders in placed.vehicles.items()},
        {
            house: tuple(there(room, has_own=any(stays in one for one in rooms)) for room in rooms)
            for house, rooms in placed.rooms.items()
        },
        tuple(replace(table, seats=seated(table)) for table in placed.tables),
    )


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """An item of the programme at which people sit."""

    id: str
    day: date
    title: LocalizedText


@dataclass(frozen=True, slots=True)
class OtherBooking:
    """A booking of the visit in which nobody is placed: it was given back, or is of something else."""

    name: LocalizedText
    is_released: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """What there is to be placed in, and who: people in order of precedence, bookings by time, items by time.
    ``others`` are the visit's other bookings by id."""

    people: Sequence[Guest]
    vehicles: Sequence[Carrier] = ()
    rooms: Sequence[Carrier] = ()
    items: Sequence[PlacedItem] = ()
    others: Mapping[str, OtherBooking] = field(default_factory=dict)


Thing = TypeVar("Thing")


def at_once(carriers: Iterable[Carrier]) -> list[list[Carrier]]:
    """Bookings in groups: those of one group overlap each other, directly or through others; no two groups do."""
    groups: list[list[Carrier]] = []
    for one in carriers:
        near = [group for group in groups if any(one.is_with(other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), one])
    return sorted((sorted(group, key=_by_time) for group in groups), key=lambda group: _by_time(group[0]))


def _by_time(one: Carrier) -> tuple[datetime, datetime, str]:
    return one.starts, one.ends, one.id


def split(things: Iterable[Thing], condition: Callable[[Thing], bool]) -> tuple[list[Thing], list[Thing]]:
    """Those that meet a condition, and the others, each in their order."""
    found: tuple[list[Thing], list[Thing]] = ([], [])
    for one in things:
        found[0 if condition(one) else 1].append(one)
    return found


def leader(people: Sequence[Guest], side: Side) -> Guest | None:
    """Who leads a side: its head, else who comes first of those who are no drivers; None without anybody."""
    of_side = [one for one in people if one.side is side and one.role is not MemberRole.DRIVER]
    return next((one for one in of_side if one.role is MemberRole.HEAD), of_side[0] if of_side else None)
