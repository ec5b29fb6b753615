"""Search over everything visible to the reader, by group; each hit links to its page."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for
from markupsafe import Markup

from models.agreements import Agreement, Anniversary, Commitment
from models.event_parts import ProgrammeItem, Task
from models.events import Event
from models.i18n import N_
from models.places import Locality, Organisation
from models.resources import Resource
from models.text import fold
from models.vocabulary import EventStatus, KnownTo, Role
from service.actions import crud
from service.actions.agreements.agreement_queries import (
    AGREEMENT_ORDER_LATEST,
    ANNIVERSARY_ORDER,
    COMMITMENT_ORDER_EVERYWHERE,
)
from service.actions.directory.directory_queries import people_page
from service.actions.events import event_queries
from service.actions.ledger.gift_queries import GIFT_ORDER, gifts_where
from service.actions.ledger.projects import PROJECT_ORDER, projects_where
from service.actions.scheduling.observances import OBSERVANCE_ORDER, observances_where
from service.web.labels import RESOURCE_TYPES
from service.web.page_decorator import page
from service.web.row_names import titled_agreements
from service.web.view import View, ids

SHOWN = 8
VISITS_SHOWN = 3
_VISITS_READ = SHOWN * 20
SHORTEST = 2
LONGEST = 200
_ALL = tuple(status.value for status in EventStatus)
_YEAR = re.compile(r"(?:nam|year|ປີ)? ?((?:19|20)\d\d)")
"""A year as people look for it, folded: 2008, năm 2008, ປີ 2008."""

Value = Markup | str


@dataclass(frozen=True, slots=True)
class Hit:
    """A hit: its name, its page if the reader has access to one, and further details to distinguish it."""

    name: Value
    url: str = ""
    facts: Sequence[Value] = ()
    visits: Sequence[Event] = ()


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits of one kind: the first ones, their total, and the address of the full list. ``listed`` is the list of the
    API that holds the same, ``narrowed`` its filters."""

    key: str
    title: str
    total: int
    hits: Sequence[Hit] = ()
    events: Sequence[Event] = ()
    url: str = ""
    more: str = N_("All of them: {count}")
    listed: str = ""
    narrowed: Mapping[str, Any] = field(default_factory=dict)


@page()
def search(view: View) -> Response:
    """Everything that contains all the words; accents, case and đ are ignored."""
    q = request.args.get("q", "").strip()[:LONGEST]
    is_short = len(fold(q).replace(" ", "")) < SHORTEST
    groups = [] if is_short else [group for read in _GROUPS for group in read(view, q) if group.total]
    return view.page(
        "lists/search.html", q=q, is_short=is_short, groups=groups, total=sum(group.total for group in groups)
    )


def _events(view: View, q: str) -> list[HitGroup]:
    """Coming events first, then past ones, latest first; including drafts and cancelled ones."""
    today = view.act.today
    ahead, ahead_total = event_queries.events_ahead(view.session, view.act, q, SHOWN)
    past, past_total = event_queries.events_past(view.session, view.act, q, SHOWN)
    undated, undated_total = event_queries.events_undated(view.session, q, SHOWN)
    query: dict[str, Any] = {"q": q, "status": list(_ALL)}
    return [
        HitGroup("ahead", N_("Events from today on"), ahead_total, events=ahead, url=url_for("pages.coming", **query),
                 listed="events.EventsView", narrowed={"q": q, "from_": today}),
        HitGroup(
            "past", N_("Earlier events"), past_total, events=past,
            url=url_for("pages.coming", **query, to=(today - timedelta(days=1)).isoformat()),
            listed="events.EventsView", narrowed={"q": q, "to": today - timedelta(days=1)},
        ),
        HitGroup(
            "undated", N_("History known to the month or the year"), undated_total, events=undated,
            url=url_for("pages.history", q=q), listed="events.EventsView",
            narrowed={"q": q, "known_to": "month,year"},
        ),
    ]  # fmt: skip


def _year(view: View, q: str) -> list[HitGroup]:
    """What was in a year that is looked for, by its days and as far as they are known."""
    found = _YEAR.fullmatch(fold(q))
    if found is None:
        return []
    year = int(found[1])
    events, total = event_queries.events_of_year(view.session, year, SHOWN)
    days: dict[str, Any] = {
        "from": date(year, 1, 1).isoformat(),
        "to": date(year, 12, 31).isoformat(),
        "status": list(_ALL),
    }
    return [
        HitGroup("year", N_("Events of that year"), total, events=events,
                 url=url_for("pages.coming", **days, known_to=",".join(KnownTo)))
    ]  # fmt: skip


def _some(view: View, model: type[Any], q: str, *order: Any) -> tuple[list[Any], int]:
    return crud.page_matching(view.session, model, q, 0, SHOWN, order)


def _administered(view: View, area: str, identity: str) -> str:
    """The administration page of something; empty for readers who are not officers."""
    return url_for("pages.administered", area=area, identity=identity) if view.may(Role.OFFICER) else ""


def _promises(view: View, q: str) -> list[HitGroup]:
    agreements, agreements_total = _some(view, Agreement, q, *AGREEMENT_ORDER_LATEST)
    commitments, commitments_total = _some(view, Commitment, q, *COMMITMENT_ORDER_EVERYWHERE)
    anniversaries, anniversaries_total = _some(view, Anniversary, q, *ANNIVERSARY_ORDER)
    titles = titled_agreements(view, ids(*(one.agreement_id for one in commitments)))
    return [
        HitGroup(
            "agreements", N_("Agreements"), agreements_total,
            [
                Hit(view.text(one.title), url_for("pages.agreement", agreement_id=one.id),
                    [view.days(one.starts_on, one.ends_on)])
                for one in agreements
            ],
            url=url_for("pages.agreements"), listed="agreements.AgreementsView", narrowed={"q": q},
        ),
        HitGroup(
            "commitments", N_("Commitments"), commitments_total,
            [
                Hit(
                    view.text(one.title),
                    url_for("pages.agreement", agreement_id=one.agreement_id, _anchor=f"commitment-{one.id}"),
                    [view.say(N_("Article {number}"), number=one.article), titles[one.agreement_id]],
                )
                for one in commitments
            ],
        ),
        HitGroup(
            "anniversaries", N_("Anniversaries"), anniversaries_total,
            [
                Hit(view.text(one.title), url_for("pages.anniversaries"),
                    [view.say(N_("Since {origin}"), origin=one.origin)])
                for one in anniversaries
            ],
            url=url_for("pages.anniversaries"), listed="agreements.AnniversariesView", narrowed={"q": q},
        ),
    ]  # fmt: skip


def _people(view: View, q: str) -> list[HitGroup]:
    """People and organisations with their latest visits, if visible to the reader."""
    people, people_total = people_page(view.session, q, 0, SHOWN)
    organisations, organisations_total = _some(view, Organisation, q)
    person_ids, organisation_ids = ([one.id for one in listed] for listed in (people, organisations))
    visits = _latest(event_queries.events_of_people(view.session, person_ids, _VISITS_READ))
    found_under = {old: one for one in organisation_ids for old in view.lines.predecessors(one)}
    found_under |= {one: one for one in organisation_ids}
    led = event_queries.events_of_organisations(view.session, sorted(found_under), _VISITS_READ)
    led_events = _latest([(found_under[one], event) for one, event in led])
    return [
        HitGroup(
            "people", N_("Directory of people"), people_total,
            [
                Hit(view.person(one), url_for("pages.person", person_id=one.id),
                    [view.text(one.position)] if one.position else [], visits.get(one.id, ()))
                for one in people
            ],
            url=url_for("pages.administered_list", area="people", q=q) if view.may(Role.OFFICER) else "",
            listed="places.PeopleView", narrowed={"q": q},
        ),
        HitGroup(
            "organisations", N_("Organisations"), organisations_total,
            [
                Hit(view.text(one.name), _administered(view, "organisations", one.id), [view.place(one.locality)],
                    led_events.get(one.id, ()))
                for one in organisations
            ],
            url=url_for("pages.administered_list", area="organisations", q=q) if view.may(Role.OFFICER) else "",
            listed="places.OrganisationsView", narrowed={"q": q},
        ),
    ]  # fmt: skip


def _latest(pairs: Sequence[tuple[str, Event]]) -> dict[str, list[Event]]:
    """The latest events of each person or organisation, among those loaded."""
    by_id: dict[str, list[Event]] = {}
    for identity, event in pairs:
        known = by_id.setdefault(identity, [])
        if len(known) < VISITS_SHOWN and event not in known:
            known.append(event)
    return by_id


def _duties(view: View, q: str) -> list[HitGroup]:
    """Tasks, open ones first, and programme items, latest first; each links to its line in its event."""
    tasks, tasks_total = event_queries.tasks_matching(view.session, q, SHOWN)
    items, items_total = event_queries.programme_items_matching(view.session, q, SHOWN)
    return [
        HitGroup(
            "tasks", N_("Tasks"), tasks_total,
            [
                Hit(view.text(task.title), _part_of(event, f"task-{task.id}"), _state(view, task), [event])
                for task, event in tasks
            ],
            url=url_for("pages.tasks", q=q, which="all"), more=N_("More among the tasks"),
            listed="tasks.AllTasksView", narrowed={"q": q},
        ),
        HitGroup(
            "programme", N_("Programme items"), items_total,
            [
                Hit(
                    view.text(item.title),
                    _part_of(event, f"item-{item.id}"),
                    [_day_of(view, item, event), *([view.text(item.place)] if item.place else [])],
                    [event],
                )
                for item, event in items
            ],
        ),
    ]  # fmt: skip


def _part_of(event: Event, anchor: str) -> str:
    return url_for("pages.event", event_id=event.id, _anchor=anchor)


def _day_of(view: View, item: ProgrammeItem, event: Event) -> str:
    """The day of an item in the office's calendar."""
    return view.day(view.hour(event, item.day, item.start_time, item.end_time).days.first)


def _state(view: View, task: Task) -> list[Value]:
    due = [view.say(N_("Due: {day}"), day=view.day(task.due_day))] if task.due_day else []
    return [*([view.say(N_("Done"))] if task.done else []), *due]


def _gifts(view: View, q: str) -> list[HitGroup]:
    """Gifts and goods, for who may read them."""
    if not view.may(Role.OFFICER):
        return []
    rows, total = crud.page_of(view.session, gifts_where(view.session, {"q": q}), GIFT_ORDER, 0, SHOWN)
    return [
        HitGroup(
            "gifts", N_("Gifts and goods"), total,
            [
                Hit(view.text(one.description), url_for("pages.gift", gift_id=one.id),
                    [view.say(N_("{giver} to {receiver}"), giver=view.plain(view.locality_name(one.given_by)),
                              receiver=view.plain(view.locality_name(one.given_to)))])
                for one in rows
            ],
            url=url_for("pages.gifts", q=q), listed="gifts.GiftsView", narrowed={"q": q},
        )
    ]  # fmt: skip


def _projects(view: View, q: str) -> list[HitGroup]:
    """Projects, for who may read them."""
    if not view.may(Role.OFFICER):
        return []
    rows, total = crud.page_of(view.session, projects_where(view.session, {"q": q}), PROJECT_ORDER, 0, SHOWN)
    return [
        HitGroup(
            "projects", N_("Projects"), total,
            [
                Hit(view.text(one.title), url_for("pages.project", project_id=one.id),
                    [view.say(N_("{giver} to {receiver}"), giver=view.plain(view.locality_name(one.given_by)),
                              receiver=view.plain(view.locality_name(one.host)))])
                for one in rows
            ],
            url=url_for("pages.projects", q=q), listed="projects.ProjectsView", narrowed={"q": q},
        )
    ]  # fmt: skip


def _places(view: View, q: str) -> list[HitGroup]:
    localities, localities_total = _some(view, Locality, q)
    resources, resources_total = _some(view, Resource, q)
    return [
        HitGroup(
            "localities", N_("Localities"), localities_total,
            [
                Hit(view.text(one.name), url_for("pages.calendar", locality=one.code), [one.country])
                for one in localities
            ],
            url=url_for("pages.administered_list", area="localities", q=q) if view.may(Role.OFFICER) else "",
            listed="places.LocalitiesView", narrowed={"q": q},
        ),
        HitGroup(
            "resources", N_("Rooms and cars"), resources_total,
            [
                Hit(view.text(one.name), url_for("pages.resource", resource_id=one.id),
                    [view.say(RESOURCE_TYPES[one.type]), view.place(one.locality)])
                for one in resources
            ],
            url=url_for("pages.resources"), listed="bookings.ResourcesView", narrowed={"q": q},
        ),
    ]  # fmt: skip


def _observances(view: View, q: str) -> list[HitGroup]:
    """Days that countries, provinces and bodies observe."""
    rows, total = crud.page_of(view.session, observances_where(view.session, {"q": q}), OBSERVANCE_ORDER, 0, SHOWN)
    return [
        HitGroup(
            "observances", N_("Observed days"), total,
            [Hit(view.text(one.name), _administered(view, "observances", one.id)) for one in rows],
            url=url_for("pages.administered_list", area="observances", q=q) if view.may(Role.OFFICER) else "",
        )
    ]  # fmt: skip


_GROUPS: tuple[Callable[[View, str], list[HitGroup]], ...] = (
    _year,
    _events,
    _promises,
    _people,
    _duties,
    _observances,
    _gifts,
    _projects,
    _places,
)
