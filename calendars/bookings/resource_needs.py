"""Which rooms, vehicles and interpreter a visit needs, and how many of each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from calendars.events.host_days import LONG_STAY_DAYS
from models.vocabulary import Language, ResourceType

LANGUAGE_OF_COUNTRY: Mapping[str, str] = {"VN": Language.VI.value, "LA": Language.LO.value}
"""Country code (ISO 3166-1) → the language its guests speak."""

_SHARED_TYPES = frozenset({ResourceType.ROOM, ResourceType.LODGING, ResourceType.VEHICLE})
"""Types of which a visit takes as many units as its people need."""


@dataclass(frozen=True, slots=True)
class ResourceOption:
    """A resource that can be booked: ``capacity`` units with ``seats`` each, None where seats are not known.

    ``name`` decides between resources that suit equally well.
    """

    id: str
    name: str
    type: ResourceType
    capacity: int = 1
    seats: int | None = None
    languages: Collection[str] = ()
    is_at_host: bool = True

    @property
    def total_seats(self) -> int:
        """The seats of all units."""
        return (self.seats or 0) * self.capacity


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """What decides what a visit needs: people (0 where not known), whole days, the countries of both sides.

    ``is_hosted_by_office``: the office itself receives the visit. ``has_guests`` is False where nobody travels.
    """

    people: int
    days: int
    host_country: str | None
    guest_country: str | None
    is_hosted_by_office: bool
    has_guests: bool


def units_needed(people: int, option: ResourceOption) -> int:
    """How many units of a resource people need: at least one, at most its capacity.

    One where seats or people are not known, and of interpreters and equipment.
    """
    if option.type not in _SHARED_TYPES or option.capacity <= 1 or not option.seats or not people:
        return 1
    return max(1, min(option.capacity, ceil(people / option.seats)))


def propose_resources(visit: VisitPlan, options: Sequence[ResourceOption]) -> list[str]:
    """What a visit is likely to need, as ids: a room, vehicles for guests, an interpreter between two languages.

    Rooms and vehicles are proposed for visits the office receives, from those of the host. Nothing is proposed for a
    stay longer than ``LONG_STAY_DAYS``: rooms and cars are then wanted for single days only.
    """
    if visit.days > LONG_STAY_DAYS:
        return []
    found: list[ResourceOption] = []
    if visit.is_hosted_by_office:
        at_host = [one for one in options if one.is_at_host]
        found += _smallest_room(at_host, visit.people)
        if visit.has_guests:
            found += _fewest_vehicles(at_host, visit.people)
    return [one.id for one in [*found, *_interpreter(visit, options)]]


def _smallest_room(options: Iterable[ResourceOption], people: int) -> list[ResourceOption]:
    """The smallest room with enough seats."""
    fitting = [one for one in options if one.type is ResourceType.ROOM and (one.seats or 0) >= people]
    return sorted(fitting, key=lambda one: (one.seats or 0, one.name, one.id))[:1]


def _fewest_vehicles(options: Iterable[ResourceOption], people: int) -> list[ResourceOption]:
    """The smallest vehicle that takes all, else the largest until all have a seat; none when there are too few."""
    vehicles = sorted(
        (one for one in options if one.type is ResourceType.VEHICLE and one.seats),
        key=lambda one: (one.total_seats, one.name, one.id),
    )
    if enough := [one for one in vehicles if one.total_seats >= people]:
        return enough[:1]
    chosen: list[ResourceOption] = []
    for one in reversed(vehicles):
        chosen.append(one)
        if sum(each.total_seats for each in chosen) >= people:
            return chosen
    return []


def _interpreter(visit: VisitPlan, options: Iterable[ResourceOption]) -> list[ResourceOption]:
    """The first who speaks the languages of both sides, where they are two."""
    countries = (visit.host_country or "", visit.guest_country or "")
    spoken = {LANGUAGE_OF_COUNTRY[country] for country in countries if country in LANGUAGE_OF_COUNTRY}
    if len(spoken) < 2:
        return []
    speaking = (one for one in options if one.type is ResourceType.INTERPRETER and spoken <= set(one.languages))
    return list(speaking)[:1]
