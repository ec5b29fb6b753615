"""The grid of rooms and cars: free and taken at a glance over days, or over the hours of one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.bookings.grid import GridCell, SlotState, cells
from calendars.bookings.times import BookingTimes
from calendars.days.spans import days_after
from models.errors import NotFound
from models.events import Event
from models.i18n import N_, NP_
from models.resources import Booking, Resource
from models.vocabulary import ResourceType
from service.actions.bookings import bookings
from service.actions.bookings.grid import GridRow, ResourceGrid, choosable_events, grid_of
from service.actions.events import events
from service.web.labels import BOOKING_STATES, RESOURCE_TYPES
from service.web.page_decorator import page
from service.web.query_params import pages_for
from service.web.resources.grid_query import HOURS, GridQuery, SlotColumn, framed, read_grid_query
from service.web.view import View

EVENTS_CHOSEN_FROM = 200
TAKEN, KEPT_FREE = N_("taken"), N_("kept free around a booking")
FREE_MARK, PARTLY_MARK, BUFFER_MARK, ASKED_MARK = "○", "◐", "⋯", "?"


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell of the page: ``look`` is its class, ``span`` over how many columns it goes; ``book`` leads to the form,
    ``event_id`` to whose it is."""

    look: str
    text: Any
    span: int = 1
    book: str = ""
    event_id: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A resource's row; ``is_small``: it does not hold the people of the chosen event."""

    resource: Resource
    cells: Sequence[ShownCell]
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class DoneBooking:
    """What has just been booked, for whom, when, and whether it waits for approval."""

    booking: Booking
    resource: Resource
    event: Event
    when: str
    state: str


@page()
def resource_grid(view: View) -> Response:
    """The grid; with ``?event=`` that of an event."""
    if event_id := request.args.get("event"):
        kept: dict[str, Any] = {
            name: values for name, values in request.args.lists() if name not in ("event", "page", "event_id")
        }
        return redirect(url_for("pages.event_grid", event_id=event_id, **kept), 303)
    return _grid(view, None)


@page()
def event_grid(view: View, event_id: str) -> Response:
    """The grid with an event chosen: its days are framed, what is too small for it is dimmed."""
    return _grid(view, events.find_event(view.session, event_id))


def _grid(view: View, event: Event | None) -> Response:
    asked = read_grid_query(view, event)
    people = event.headcount if event is not None else None
    found = grid_of(
        view.session, asked.query, asked.whole, asked.page, asked.rows, free_for=1 if asked.free_only else None
    )
    columns = asked.columns
    may_book = view.may("officer") and (event is None or view.may_change(event))
    rows = [_row(view, asked, columns, found, one, people, may_book=may_book) for one in found.rows]
    groups = [
        (view.say(label), [row for row in rows if row.resource.type is kind]) for kind, label in RESOURCE_TYPES.items()
    ]
    here = "pages.event_grid" if event is not None else "pages.resource_grid"
    of_event: dict[str, Any] = {"event_id": event.id} if event is not None else {}
    pages = pages_for(found.total, asked.rows)

    def address(parameters: Mapping[str, Any]) -> str:
        return url_for(here, **of_event, **parameters)

    return view.page(
        "resources/grid.html",
        event=event,
        asked=asked,
        columns=list(zip(columns, framed(asked, event), strict=True)),
        groups=[(label, listed) for label, listed in groups if listed],
        total=found.total,
        pages=pages,
        address=address,
        earlier=address(asked.moved(-1)),
        later=address(asked.moved(1)),
        weeks=_weeks(view, asked, address),
        as_days=address(asked.parameters(view=None, to=None)),
        as_hours=address(asked.parameters(view=HOURS, to=None)),
        types=[(kind.value, view.say(label)) for kind, label in RESOURCE_TYPES.items()],
        places=view.place_choices,
        choosable=choosable_events(view.session, view.act, view.act.today, EVENTS_CHOSEN_FROM) if may_book else None,
        may_book=may_book,
        chosen=_chosen(view, asked),
        everything=address({"from": asked.days.first.isoformat(), "to": asked.days.last.isoformat()}),
        booked=_booked(view, request.args.get("booking", "")),
        marks={"free": FREE_MARK, "partly": PARTLY_MARK, "buffer": BUFFER_MARK, "asked": ASKED_MARK},
    )


def _chosen(view: View, asked: GridQuery) -> list[str]:
    """The filters that leave something out, in words."""
    told = asked.asked
    found = [view.say(label) for kind, label in RESOURCE_TYPES.items() if kind.value == told["type"]]
    found += [name for code, name in view.place_choices if code == told["locality"]]
    found += [f"{view.say(N_('Seats, at least'))}: {told['seats']}"] if told["seats"] else []
    found += [view.tongues(told["language"])] if told["language"] else []
    found += [f"“{told['q']}”"] if told["q"] else []
    return found + ([view.say(N_("Only what is free all this time"))] if asked.free_only else [])


def _booked(view: View, identity: str) -> DoneBooking | None:
    """What has just been booked from here, if the reader may read it."""
    if not identity:
        return None
    try:
        one = bookings.find_booking(view.session, identity)
    except NotFound:
        return None
    event = events.find_event(view.session, one.event_id)
    resource = view.session.get_one(Resource, one.resource_id)
    return DoneBooking(one, resource, event, BookingTimes.of(one).format(), view.say(BOOKING_STATES[one.state]))


def _weeks(view: View, asked: GridQuery, address: Any) -> list[tuple[str, str]]:
    """The ways to this week and the next, from Monday to Sunday."""
    monday = days_after(view.act.today, -view.act.today.weekday())
    return [
        (
            view.say(label),
            address(
                asked.parameters(
                    **{
                        "from": days_after(monday, 7 * number).isoformat(),
                        "to": days_after(monday, 7 * number + 6).isoformat(),
                        "view": None,
                    }
                )
            ),
        )
        for number, label in enumerate((NP_("days shown", "This week"), N_("Next week")))
    ]


def _row(
    view: View,
    asked: GridQuery,
    columns: Sequence[SlotColumn],
    found: ResourceGrid,
    row: GridRow,
    people: int | None,
    *,
    may_book: bool,
) -> ShownRow:
    one = row.resource
    listed = cells(row.booked, one.capacity, asked.slots(row.zone), before=one.buffer_before, after=one.buffer_after)
    shown: list[ShownCell] = []
    start = 0
    while start < len(listed):
        end = start + 1
        while end < len(listed) and one.capacity == 1 and _continues(listed[start], listed[end]):
            end += 1
        column = columns[start]
        is_open = may_book and column.day >= view.act.today
        book = f"grid/{one.id}/{column.key}" if is_open and listed[start].state is not SlotState.FULL else ""
        shown.append(_cell(view, found, one, listed[start], end - start, book))
        start = end
    return ShownRow(one, shown, is_small=_is_small(one, people))


def _continues(one: GridCell, other: GridCell) -> bool:
    """Whether the same bookings go on taking all of a resource."""
    return (
        one.state is other.state is SlotState.FULL
        and one.holders == other.holders
        and one.is_buffer is other.is_buffer
    )  # fmt: skip


def _is_small(one: Resource, people: int | None) -> bool:
    if people is None or one.seats is None or one.type in (ResourceType.INTERPRETER, ResourceType.EQUIPMENT):
        return False
    return one.seats * one.capacity < people


def _cell(view: View, found: ResourceGrid, one: Resource, cell: GridCell, span: int, book: str) -> ShownCell:
    asked = ASKED_MARK if cell.is_asked else ""
    if cell.state is SlotState.FREE:
        return ShownCell("f", FREE_MARK if one.capacity == 1 else f"{cell.left}/{one.capacity}", 1, book)
    if cell.is_buffer and cell.state is SlotState.FULL:
        return ShownCell("b", BUFFER_MARK, span, book, hint=view.say(KEPT_FREE))
    if cell.state is SlotState.SOME or one.capacity > 1:
        look = {SlotState.SOME: "s", SlotState.PARTLY: "p", SlotState.FULL: "t"}[cell.state]
        return ShownCell(f"{look}{'a' if asked else ''}", f"{cell.left}/{one.capacity}{asked}", 1, book)
    event = next((found.events[identity] for identity in cell.holders if identity in found.events), None)
    name = view.plain(event.title) if event is not None else view.say(TAKEN)
    if cell.state is SlotState.PARTLY and book:
        hint = view.say(KEPT_FREE) if cell.is_buffer else name
        return ShownCell(f"p{'a' if asked else ''}", PARTLY_MARK + asked, 1, book, hint=hint)
    return ShownCell(
        f"t{'a' if asked else ''}", f"{asked} {name}".strip(), span, event_id=event.id if event is not None else ""
    )
