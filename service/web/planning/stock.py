"""What a visit takes with it: rooms, lodging, vehicles, interpreters; what is proposed; who must be free."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, or_, select

from calendars.stays import LONG_STAY_DAYS
from models.places import Organisation, Person
from models.resources import Resource
from models.vocabulary import Language, ResourceType
from service.actions import rows
from service.web.planning.asked import Asked
from service.web.planning.case import Case, needed
from service.web.view import View
from service.web.words import RESOURCE_TYPES

_MOST_RESOURCES = 300
_PEOPLE_SHOWN = 12
_SPOKEN: Mapping[str, str] = {"VN": Language.VI.value, "LA": Language.LO.value}
"""Country → what its guests speak."""

_COUNTED = (ResourceType.ROOM, ResourceType.LODGING, ResourceType.VEHICLE)


@dataclass(frozen=True, slots=True)
class Item:
    """A resource in the list of what can be booked; ``quantity`` is how many of it are taken."""

    resource: Resource
    is_chosen: bool
    quantity: int


def active_resources(view: View) -> list[Resource]:
    """Everything in service; one query."""
    statement = select(Resource).where(col(Resource.active)).order_by(col(Resource.search_text), col(Resource.id))
    return list(view.session.exec(statement.limit(_MOST_RESOURCES)))


def items_of(resources: Iterable[Resource], asked: Asked, proposed: Iterable[str], people: int) -> list[Item]:
    """The resources with what was chosen, or is proposed while nothing was looked at."""
    chosen = set(asked.many.get("resource", ()) if asked.has_needs else proposed)
    return [Item(one, one.id in chosen, quantity_of(one, asked, people)) for one in resources]


def quantity_of(resource: Resource, asked: Asked, people: int) -> int:
    """How many of a resource are taken: as typed, or as many as the people need."""
    typed = asked.number(f"n-{resource.id}")
    if typed is not None:
        return typed
    if resource.capacity > 1 and resource.seats and resource.type in _COUNTED and people:
        return needed(people, resource.seats, resource.capacity)
    return 1


def grouped(view: View, items: Sequence[Item]) -> list[tuple[str, list[Item]]]:
    """The items by type, in the order a visit needs them."""
    by_type = {kind: [item for item in items if item.resource.type is kind] for kind in RESOURCE_TYPES}
    return [(view.say(RESOURCE_TYPES[kind]), listed) for kind, listed in by_type.items() if listed]


def proposal(view: View, case: Case, resources: Sequence[Resource], people: int, days: int) -> list[str]:
    """What a visit of so many people for so many days is likely to need, as ids.

    At home a room with enough seats and vehicles for all; for foreign guests an interpreter who speaks their language.
    Nothing for a stay so long that rooms and cars are wanted for single days only.
    """
    if days > LONG_STAY_DAYS:
        return []
    line = view.compass.gazetteer.line
    is_ours = line(case.host) == line(view.act.office.locality)
    near = [one for one in resources if line(one.locality) == line(case.host)]
    found: list[Resource] = []
    if is_ours:
        found += _room(near, people)
        if case.guest is not None:
            found += _vehicles(near, people)
    return [one.id for one in [*found, *_interpreter(view, case, resources)]]


def _room(resources: Iterable[Resource], people: int) -> list[Resource]:
    """The smallest room with enough seats."""
    fitting = [one for one in resources if one.type is ResourceType.ROOM and (one.seats or 0) >= people]
    return sorted(fitting, key=lambda one: (one.seats or 0, one.search_text, one.id))[:1]


def _vehicles(resources: Iterable[Resource], people: int) -> list[Resource]:
    """The smallest vehicle that takes all, or the largest until all have a seat; nothing when there are too few."""
    vehicles = sorted(
        (one for one in resources if one.type is ResourceType.VEHICLE and one.seats),
        key=lambda one: (_seats(one), one.search_text, one.id),
    )
    if enough := [one for one in vehicles if _seats(one) >= people]:
        return enough[:1]
    taken: list[Resource] = []
    for one in reversed(vehicles):
        taken.append(one)
        if sum(map(_seats, taken)) >= people:
            return taken
    return []


def _seats(resource: Resource) -> int:
    return (resource.seats or 0) * resource.capacity


def _interpreter(view: View, case: Case, resources: Iterable[Resource]) -> list[Resource]:
    """One who speaks the languages of both sides, where they are two."""
    countries = view.compass.gazetteer.country_of
    spoken = {_SPOKEN.get(countries.get(code or "", "")) for code in (case.host, case.guest)} - {None}
    if len(spoken) < 2:
        return []
    speaking = (one for one in resources if one.type is ResourceType.INTERPRETER and spoken <= set(one.languages))
    return list(speaking)[:1]


# People


def people_for(view: View, asked: Asked, words: str) -> list[tuple[Person, Organisation | None, bool]]:
    """Who was chosen, and who answers to some words (the first of the office's own where there are none); one query."""
    chosen = asked.many.get("person", ())
    own = view.user.organisation_id if view.user else None
    found = select(Person.id).order_by(col(Person.precedence), col(Person.search_text), col(Person.id))
    if words:
        found = rows.matching(found, col(Person.search_text), words)
    elif own is not None:
        found = found.where(Person.organisation_id == own)
    else:
        found = found.join(Organisation).where(col(Organisation.protocol_office))
    first = found.limit(_PEOPLE_SHOWN).subquery()
    statement = (
        select(Person, Organisation)
        .join(Organisation, col(Organisation.id) == col(Person.organisation_id), isouter=True)
        .where(or_(col(Person.id).in_(chosen), col(Person.id).in_(select(first.c.id))))
        .order_by(col(Person.precedence), col(Person.search_text), col(Person.id))
    )
    listed = [(row[0], row[1], row[0].id in chosen) for row in view.session.exec(statement)]
    return sorted(listed, key=lambda one: not one[2])
