"""The resources of a visit: rooms, lodging, vehicles, interpreters; proposed ones; who must be free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from calendars.bookings.resource_needs import ResourceOption, VisitPlan, propose_resources, units_needed
from models.places import Organisation, Person
from models.resources import Resource
from service.actions.bookings.resources import all_resources
from service.actions.directory.directory_queries import people_to_choose
from service.web.labels import RESOURCE_TYPES
from service.web.plan_event.form_state import FormState
from service.web.plan_event.proposal import PlanRequest
from service.web.view import View

_MOST_RESOURCES = 300
_PEOPLE_SHOWN = 12


@dataclass(frozen=True, slots=True)
class ResourceChoice:
    """A resource in the list of what can be booked; ``quantity`` is how many of it are taken."""

    resource: Resource
    is_chosen: bool
    quantity: int


def active_resources(view: View) -> list[Resource]:
    """Everything in service; one query."""
    return all_resources(view.session, _MOST_RESOURCES, only_active=True)


def items_of(
    resources: Iterable[Resource], asked: FormState, proposed: Iterable[str], people: int
) -> list[ResourceChoice]:
    """The resources with what was chosen, or is proposed while nothing was looked at."""
    chosen = set(asked.many.get("resource", ()) if asked.has_needs else proposed)
    return [ResourceChoice(one, one.id in chosen, quantity_of(one, asked, people)) for one in resources]


def quantity_of(resource: Resource, asked: FormState, people: int) -> int:
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


def grouped(view: View, items: Sequence[ResourceChoice]) -> list[tuple[str, list[ResourceChoice]]]:
    """The items by type, in the order a visit needs them."""
    by_type = {kind: [item for item in items if item.resource.type is kind] for kind in RESOURCE_TYPES}
    return [(view.say(RESOURCE_TYPES[kind]), listed) for kind, listed in by_type.items() if listed]


def proposal(view: View, case: PlanRequest, resources: Sequence[Resource], people: int, days: int) -> list[str]:
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


def people_for(view: View, asked: FormState, words: str) -> list[tuple[Person, Organisation | None, bool]]:
    """Who was chosen, and who answers to some words (the first of the office's own where there are none); one query."""
    chosen = asked.many.get("person", ())
    own = view.user.organisation_id if view.user else None
    found = people_to_choose(view.session, chosen, words, own, _PEOPLE_SHOWN)
    listed = [(person, organisation, person.id in chosen) for person, organisation in found]
    return sorted(listed, key=lambda one: not one[2])
