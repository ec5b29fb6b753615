"""What a visit takes with it: rooms, lodging, vehicles, interpreters; what is proposed; who must be free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import col, or_, select

from calendars.resource_needs import ResourceOption, VisitPlan, propose_resources, units_needed
from models.places import Organisation, Person
from models.resources import Resource
from service.actions import rows
from service.web.planning.asked import Asked
from service.web.planning.case import Case
from service.web.view import View
from service.web.words import RESOURCE_TYPES

_MOST_RESOURCES = 300
_PEOPLE_SHOWN = 12


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
    return units_needed(people, _option(resource)) if typed is None else typed


def _option(resource: Resource, is_at_host: bool = True) -> ResourceOption:
    return ResourceOption(
        resource.id,
        resource.search_text,
        resource.type,
        resource.capacity,
        resource.seats,
        resource.languages,
        is_at_host,
    )


def grouped(view: View, items: Sequence[Item]) -> list[tuple[str, list[Item]]]:
    """The items by type, in the order a visit needs them."""
    by_type = {kind: [item for item in items if item.resource.type is kind] for kind in RESOURCE_TYPES}
    return [(view.say(RESOURCE_TYPES[kind]), listed) for kind, listed in by_type.items() if listed]


def proposal(view: View, case: Case, resources: Sequence[Resource], people: int, days: int) -> list[str]:
    """What a visit of so many people for so many days is likely to need, as ids."""
    line, countries = view.compass.gazetteer.line, view.compass.gazetteer.country_of
    visit = VisitPlan(
        people,
        days,
        countries.get(case.host),
        countries.get(case.guest or ""),
        is_hosted_by_office=line(case.host) == line(view.act.office.locality),
        has_guests=case.guest is not None,
    )
    host = line(case.host)
    return propose_resources(visit, [_option(one, line(one.locality) == host) for one in resources])


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
