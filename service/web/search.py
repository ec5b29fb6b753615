"""Search over everything the reader may see, group by group; each thing leads to its page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, request, url_for
from markupsafe import Markup
from sqlmodel import col, select

from models.agreements import Agreement, Anniversary, Commitment
from models.events import Event
from models.i18n import _
from models.parts import Member, ProgrammeItem, Task
from models.places import Locality, Organisation, Person
from models.resources import Resource
from models.text import fold
from models.vocabulary import EventStatus, Role
from service.actions import rights, rows
from service.web.administration.area import titled_agreements
from service.web.gate import page
from service.web.view import View, ids
from service.web.words import RESOURCE_TYPES

SHOWN = 8
VISITS_SHOWN = 3
SHORTEST = 2
LONGEST = 200
_ALL = tuple(status.value for status in EventStatus)

Value = Markup | str


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is called, its page if the reader has one for it, what else tells it from others."""

    name: Value
    url: str = ""
    facts: Sequence[Value] = ()
    visits: Sequence[Event] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind: the first of them, how many there are, and where all of them are listed."""

    key: str
    title: str
    total: int
    hits: Sequence[Hit] = ()
    events: Sequence[Event] = ()
    url: str = ""
    more: str = _("All of them: {count}")


@page()
def search(view: View) -> Response:
    """What holds all the words asked for; accents, case and đ do not matter."""
    q = request.args.get("q", "").strip()[:LONGEST]
    is_short = len(fold(q).replace(" ", "")) < SHORTEST
    groups = [] if is_short else [group for read in _GROUPS for group in read(view, q) if group.total]
    return view.page("search.html", q=q, is_short=is_short, groups=groups, total=sum(group.total for group in groups))


def _events(view: View, q: str) -> list[Group]:
    """Coming ones first, then past ones, the latest first; drafts and called off ones among them."""
    today = view.act.today
    found = rows.matching(select(Event).where(rights.visible(view.session)), col(Event.search_text), q)
    ahead, ahead_total = rows.page_of(
        view.session, found.where(Event.last_day >= today), (col(Event.first_day), col(Event.id)), 0, SHOWN
    )
    past, past_total = rows.page_of(
        view.session, found.where(Event.last_day < today), (col(Event.first_day).desc(), col(Event.id)), 0, SHOWN
    )
    listed: dict[str, Any] = {"q": q, "status": list(_ALL)}
    return [
        Group("ahead", _("Events from today on"), ahead_total, events=ahead, url=url_for("pages.coming", **listed)),
        Group(
            "past", _("Earlier events"), past_total, events=past,
            url=url_for("pages.coming", **listed, to=(today - timedelta(days=1)).isoformat()),
        ),
    ]  # fmt: skip


def _some(view: View, model: type[Any], q: str, *order: Any) -> tuple[list[Any], int]:
    statement = rows.matching(select(model), col(model.search_text), q)
    return rows.page_of(view.session, statement, order or (col(model.search_text),), 0, SHOWN)


def _administered(view: View, area: str, identity: str) -> str:
    """The page of something officers look after; nothing for those who only read."""
    return url_for("pages.administered", area=area, identity=identity) if view.may(Role.OFFICER) else ""


def _promises(view: View, q: str) -> list[Group]:
    agreements, agreements_total = _some(view, Agreement, q, col(Agreement.starts_on).desc(), col(Agreement.id))
    commitments, commitments_total = _some(view, Commitment, q, col(Commitment.agreement_id), col(Commitment.position))
    anniversaries, anniversaries_total = _some(view, Anniversary, q, col(Anniversary.origin), col(Anniversary.id))
    titles = titled_agreements(view, ids(*(one.agreement_id for one in commitments)))
    return [
        Group(
            "agreements", _("Agreements"), agreements_total,
            [
                Hit(view.text(one.title), url_for("pages.agreement", agreement_id=one.id),
                    [view.days(one.starts_on, one.ends_on)])
                for one in agreements
            ],
            url=url_for("pages.agreements"),
        ),
        Group(
            "commitments", _("Commitments"), commitments_total,
            [
                Hit(
                    view.text(one.title),
                    url_for("pages.agreement", agreement_id=one.agreement_id, _anchor=f"commitment-{one.id}"),
                    [view.say(_("Article {number}"), number=one.article), titles[one.agreement_id]],
                )
                for one in commitments
            ],
        ),
        Group(
            "anniversaries", _("Anniversaries"), anniversaries_total,
            [
                Hit(view.text(one.title), url_for("pages.anniversaries"),
                    [view.say(_("Since {origin}"), origin=one.origin)])
                for one in anniversaries
            ],
            url=url_for("pages.anniversaries"),
        ),
    ]  # fmt: skip


def _people(view: View, q: str) -> list[Group]:
    """People and organisations with the latest visits they are in, as far as the reader may see those."""
    people, people_total = _some(view, Person, q, col(Person.name), col(Person.id))
    organisations, organisations_total = _some(view, Organisation, q)
    visits = _visits(view, [one.id for one in people], Member, Member.person_id)
    duties = _visits(view, [one.id for one in organisations], Task, Task.organisation_id)
    return [
        Group(
            "people", _("Directory of people"), people_total,
            [
                Hit(one.name, _administered(view, "people", one.id), [view.text(one.position)] if one.position else [],
                    visits.get(one.id, ()))
                for one in people
            ],
            url=url_for("pages.administered_list", area="people", q=q) if view.may(Role.OFFICER) else "",
        ),
        Group(
            "organisations", _("Organisations"), organisations_total,
            [
                Hit(view.text(one.name), _administered(view, "organisations", one.id), [view.place(one.locality)],
                    duties.get(one.id, ()))
                for one in organisations
            ],
            url=url_for("pages.administered_list", area="organisations", q=q) if view.may(Role.OFFICER) else "",
        ),
    ]  # fmt: skip


def _visits(view: View, wanted: Sequence[str], part: type[Any], key: Any) -> dict[str, list[Event]]:
    """The latest events each of these has a part in; one query."""
    if not wanted:
        return {}
    statement = (
        select(col(key), Event)
        .join(Event, col(Event.id) == col(part.event_id))
        .where(col(key).in_(wanted), rights.visible(view.session))
        .order_by(col(Event.first_day).desc(), col(Event.id))
        .limit(SHOWN * 20)
    )
    found: dict[str, list[Event]] = {}
    for identity, event in view.session.execute(statement):
        known = found.setdefault(identity, [])
        if len(known) < VISITS_SHOWN and event not in known:
            known.append(event)
    return found


def _duties(view: View, q: str) -> list[Group]:
    """Tasks, what is open first, and items of programmes, the latest first; each leads to its line in its event."""
    tasks, tasks_total = _parts(view, Task, q, col(Task.done), col(Task.due_day).is_(None), col(Task.due_day))
    items, items_total = _parts(view, ProgrammeItem, q, col(ProgrammeItem.day).desc(), col(ProgrammeItem.start_time))
    return [
        Group(
            "tasks", _("Tasks"), tasks_total,
            [
                Hit(view.text(task.title), _part_of(event, f"task-{task.id}"), _state(view, task), [event])
                for task, event in tasks
            ],
            url=url_for("pages.tasks", q=q, which="all"), more=_("More among the tasks"),
        ),
        Group(
            "programme", _("Programme items"), items_total,
            [
                Hit(
                    view.text(item.title),
                    _part_of(event, f"item-{item.id}"),
                    [view.day(item.day), *([view.text(item.place)] if item.place else [])],
                    [event],
                )
                for item, event in items
            ],
        ),
    ]  # fmt: skip


def _parts(view: View, model: type[Any], q: str, *order: Any) -> tuple[list[Any], int]:
    """The first parts of events that hold the words, each with its event."""
    statement = select(model, Event).where(model.event_id == Event.id, rights.visible(view.session))
    found = rows.matching(statement, col(model.search_text), q)
    return rows.page_of(view.session, found, (*order, col(model.id)), 0, SHOWN)


def _part_of(event: Event, anchor: str) -> str:
    return url_for("pages.event", event_id=event.id, _anchor=anchor)


def _state(view: View, task: Task) -> list[Value]:
    due = [view.say(_("Due: {day}"), day=view.day(task.due_day))] if task.due_day else []
    return [*([view.say(_("Done"))] if task.done else []), *due]


def _places(view: View, q: str) -> list[Group]:
    localities, localities_total = _some(view, Locality, q)
    resources, resources_total = _some(view, Resource, q)
    return [
        Group(
            "localities", _("Localities"), localities_total,
            [
                Hit(view.text(one.name), url_for("pages.calendar", locality=one.code), [one.country])
                for one in localities
            ],
            url=url_for("pages.administered_list", area="localities", q=q) if view.may(Role.OFFICER) else "",
        ),
        Group(
            "resources", _("Rooms and cars"), resources_total,
            [
                Hit(view.text(one.name), url_for("pages.resource", resource_id=one.id),
                    [view.say(RESOURCE_TYPES[one.type]), view.place(one.locality)])
                for one in resources
            ],
            url=url_for("pages.resources"),
        ),
    ]  # fmt: skip


_GROUPS: tuple[Callable[[View, str], list[Group]], ...] = (_events, _promises, _people, _duties, _places)
