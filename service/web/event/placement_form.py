"""The form of placements: a choice of car, a room's number, a table and a seat for each person.

Its controls are ``car.COLUMN.MEMBER`` (a booking), ``room.BOOKING.MEMBER`` (the room's number, from 1 to as many as
are booked; numbers that nobody has are closed up, so that the number shown is the one on the printed list),
``table.N.item`` with ``.name``, ``.form``, ``.seats`` and ``.remove``, ``seat.ITEM.MEMBER.table`` (N) and ``.seat``
(from 1). What can't be read as its kind is refused by the name of its control.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from calendars.placements.values import Carrier, Guest, PlacedTable, Placements, Setting, TableForm
from models.errors import Invalid
from models.i18n import N_, Message, message
from models.text import one_line
from models.vocabulary import Side
from service.schemas.placements import LONGEST_NAME, MOST_ROOMS, MOST_SEATS, MOST_TABLES

WHOLE_VISIT = "-"
"""Stands for the whole visit where an item's id stands otherwise."""

Errors = dict[str, list[Message]]


def columns(carriers: Iterable[Carrier]) -> list[list[Carrier]]:
    """Bookings in columns, by time: those of one column all overlap each other, so that nobody needs two of them."""
    found: list[list[Carrier]] = []
    for one in sorted(carriers, key=lambda one: (one.starts, one.ends, one.id)):
        column = next((listed for listed in found if all(one.is_with(other) for other in listed)), None)
        if column is None:
            found.append([one])
        else:
            column.append(one)
    return found


@dataclass(frozen=True, slots=True)
class FormTable:
    """A table as the form has it; ``seats`` is how many it has, as typed (empty: as many as sit there)."""

    number: int
    item: str
    name: str
    form: str = TableForm.LONG
    seats: str = ""
    is_removed: bool = False

    @property
    def item_id(self) -> str | None:
        """The item of the programme it stands at."""
        return None if self.item == WHOLE_VISIT else self.item


@dataclass(frozen=True, slots=True)
class PlacementForm:
    """What stands in the form's controls: by their names, and table by table."""

    setting: Setting
    values: Mapping[str, str]
    tables: Sequence[FormTable]

    @classmethod
    def of(cls, placed: Placements, setting: Setting) -> "PlacementForm":
        """The form that shows placements. Who is in two cars of a column, or at two tables of an item, stands in the
        first."""
        values: dict[str, str] = {}
        for number, column in enumerate(columns(setting.vehicles)):
            for car in column:
                for one in placed.vehicles.get(car.id, ()):
                    values.setdefault(f"car.{number}.{one}", car.id)
        for booking, rooms in placed.rooms.items():
            for place, room in enumerate(filter(None, rooms), 1):
                for one in room:
                    values.setdefault(f"room.{booking}.{one}", str(place))
        tables = []
        for number, table in enumerate(placed.tables):
            item = table.item_id or WHOLE_VISIT
            tables.append(FormTable(number, item, table.name, table.form.value, str(len(table.seats))))
            for place, seated in enumerate(table.seats, 1):
                if seated is not None and f"seat.{item}.{seated}.table" not in values:
                    values[f"seat.{item}.{seated}.table"] = str(number)
                    values[f"seat.{item}.{seated}.seat"] = str(place)
        return cls(setting, values, tables)

    @classmethod
    def typed(cls, form: Mapping[str, str], setting: Setting) -> "PlacementForm":
        """The form as it was sent."""
        numbers = [number for number in range(MOST_TABLES) if f"table.{number}.name" in form]
        tables = [
            FormTable(
                number,
                form.get(f"table.{number}.item", WHOLE_VISIT),
                one_line(form[f"table.{number}.name"]),
                form.get(f"table.{number}.form", TableForm.LONG),
                form.get(f"table.{number}.seats", "").strip(),
                bool(form.get(f"table.{number}.remove")),
            )
            for number in numbers
        ]
        named = ("car.", "room.", "seat.")
        return cls(setting, {name: text.strip() for name, text in form.items() if name.startswith(named)}, tables)

    def placements(self) -> Placements:
        """What is meant; people of one car or room stand in the order of the form.

        Raises:
            Invalid: a control holds something else than its kind, or two people are to have one seat.
        """
        errors: Errors = {}
        placed = Placements(self._vehicles(), self._rooms(errors), self._tables(errors))
        if errors:
            raise Invalid(errors)
        return placed

    def without_rooms(self) -> "PlacementForm":
        """The form with nobody in a room, whatever was typed there."""
        return replace(self, values={name: text for name, text in self.values.items() if not name.startswith("room.")})

    @property
    def people(self) -> Sequence[Guest]:
        """Everybody as the form lists them: guests, then hosts, each in order of precedence."""
        return sorted(self.setting.people, key=lambda one: one.side is not Side.GUEST)

    def people_at(self, item: str) -> Sequence[tuple[Guest, str, str]]:
        """Everybody with their table (its number in the form) and seat at an item, as the form has them."""
        return [
            (
                one,
                self.values.get(f"seat.{item}.{one.id}.table", ""),
                self.values.get(f"seat.{item}.{one.id}.seat", ""),
            )
            for one in self.people
        ]

    def with_table(self, item: str, form: TableForm, seats: str) -> "PlacementForm":
        """The form with one more table, named by the next number at its item."""
        used = {table.number for table in self.tables}
        number = next(number for number in count() if number not in used)
        of_item = [table for table in self.tables if table.item == item]
        made = FormTable(number, item, str(len(of_item) + 1), form.value, seats)
        return replace(self, tables=[*self.tables, made])

    def _vehicles(self) -> dict[str, tuple[str, ...]]:
        riders: dict[str, list[str]] = {}
        chosen: dict[str, list[str]] = {}
        for name, booking in self.values.items():
            if name.startswith("car.") and booking:
                chosen.setdefault(name.rpartition(".")[2], []).append(booking)
        for one in self.people:
            for booking in dict.fromkeys(chosen.get(one.id, ())):
                riders.setdefault(booking, []).append(one.id)
        return {booking: tuple(ids) for booking, ids in riders.items()}

    def _rooms(self, errors: Errors) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Groups of people in the order of their numbers; numbers that nobody has are closed up."""
        found: dict[str, dict[int, list[str]]] = {}
        booked = {one.id: one.quantity for one in self.setting.rooms}
        bookings = dict.fromkeys(name.split(".")[1] for name in self.values if name.startswith("room."))
        for booking in bookings:
            most = booked.get(booking, MOST_ROOMS)
            for one in self.setting.people:
                name = f"room.{booking}.{one.id}"
                if typed := self.values.get(name):
                    number = _number(name, typed, most, errors, _NO_ROOM)
                    found.setdefault(booking, {}).setdefault(number, []).append(one.id)
        return {
            booking: tuple(tuple(people) for _number, people in sorted(rooms.items()))
            for booking, rooms in found.items()
        }

    def _tables(self, errors: Errors) -> tuple[PlacedTable, ...]:
        return tuple(self._table(table, errors) for table in self.tables if not table.is_removed)

    def _table(self, table: FormTable, errors: Errors) -> PlacedTable:
        field = f"table.{table.number}"
        if not table.name or len(table.name) > LONGEST_NAME:
            what = message(N_("A table needs a name of at most {max} characters."), max=LONGEST_NAME)
            errors[f"{field}.name"] = [what]
        form = TableForm(table.form) if table.form in set(TableForm) else TableForm.LONG
        size = _number(f"{field}.seats", table.seats, MOST_SEATS, errors) if table.seats else 0
        seats: dict[int, Guest] = {}
        anywhere: list[Guest] = []
        for one, chosen, seat in self.people_at(table.item):
            if chosen != str(table.number):
                continue
            name = f"seat.{table.item}.{one.id}.seat"
            number = _number(name, seat, MOST_SEATS, errors) if seat else 0
            if not number:
                anywhere.append(one)
            elif number in seats:
                sentence = N_("Seat {number} of table “{table}” is given to {first} and to {second}.")
                errors[name] = [
                    message(sentence, number=number, table=table.name, first=seats[number].name, second=one.name)
                ]
            else:
                seats[number] = one
        free = (number for number in range(1, MOST_SEATS + 1) if number not in seats)
        for one, number in zip(anywhere, list(free)[: len(anywhere)], strict=False):
            seats[number] = one
        last = max([size, *seats])
        return PlacedTable(
            table.item_id,
            table.name,
            tuple(seats[number].id if number in seats else None for number in range(1, last + 1)),
            form,
        )


_NO_NUMBER = N_("“{typed}” is no number from 1 to {most}.")
_NO_ROOM = N_("“{typed}” is no room of the list: those booked are numbered from 1 to {most}.")


def _number(name: str, typed: str, most: int, errors: Errors, sentence: str = _NO_NUMBER) -> int:
    """A whole number from 1; 1 with an error if it is something else."""
    if typed.isascii() and typed.isdecimal() and len(typed) < 10 and 1 <= int(typed) <= most:
        return int(typed)
    errors[name] = [message(sentence, typed=typed[:40], most=most)]
    return 1
