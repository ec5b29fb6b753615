"""Rooms, cars, interpreters: what exists, who has booked it when, and booking it for an event."""

from datetime import timedelta
from itertools import groupby

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.days.spans import days_after
from models.resources import Resource
from models.vocabulary import TAKING, BookingState, SavedPage
from service.actions import crud
from service.actions.bookings import bookings
from service.actions.bookings.resources import all_resources
from service.actions.events import events
from service.schemas.fields import LATEST
from service.web.event_bookings import SHOWN, choices, do_booking, lines_of
from service.web.form_fields import read_day
from service.web.forms import FormRefusal, attempt
from service.web.labels import RESOURCE_TYPES
from service.web.list_columns import chosen, table_of
from service.web.page_decorator import page
from service.web.view import View

AHEAD_DAYS = 120
SOON_DAYS = 30


@page()
def resources(view: View) -> Response:
    """The resources, by type, with how much of each is booked soon."""
    all_found = all_resources(view.session, SHOWN)
    counts = bookings.count_held(view.session, view.act.today, view.act.today + timedelta(days=SOON_DAYS))
    by_type = {kind: [one for one in all_found if one.type is kind] for kind in RESOURCE_TYPES}
    return view.page(
        "lists/resources.html",
        groups=[(view.say(RESOURCE_TYPES[kind]), listed) for kind, listed in by_type.items() if listed],
        counts=counts,
    )


@page()
def resource(view: View, resource_id: str) -> Response:
    """One resource and its bookings in four months from a day on, today at first; the months before and after are a
    link away."""
    resource = crud.find(view.session, Resource, resource_id)
    today = view.act.today
    asked = read_day(request.args.get("from", ""))
    first = max(asked, today) if asked is not None and asked <= LATEST else today
    last = days_after(first, AHEAD_DAYS)
    query = {
        "resource_id": resource.id,
        "from_": first,
        "to": last,
        "state": [*TAKING, BookingState.REQUESTED],
    }
    lines, has_more = lines_of(view, query)
    months = groupby(lines, key=lambda line: max(line.booking.first_day, first).replace(day=1))
    listed = [(view.month(begin), list(some)) for begin, some in months]
    columns = chosen(view, SavedPage.BOOKINGS)
    return view.page(
        "lists/resource.html",
        resource=resource,
        kind=view.say(RESOURCE_TYPES[resource.type]),
        months=listed,
        tables=[table_of(view, columns, some) for _month, some in listed],
        has_more=has_more,
        first=first,
        last=last,
        ahead=AHEAD_DAYS,
        later=days_after(last, 1) if last < LATEST else None,
        earlier=max(days_after(first, -AHEAD_DAYS - 1), today) if first > today else None,
    )


@page()
def event_bookings(view: View, event_id: str) -> Response:
    """The bookings of an event; adding and releasing them."""
    event = events.find_event(view.session, event_id)
    refusal: FormRefusal | None = None
    if request.method == "POST":
        refusal = attempt(view, lambda: do_booking(view, event))
        if refusal is None:
            done = request.form.get("do", "")
            return redirect(url_for("pages.event_bookings", event_id=event_id, done=done), 303)
        event = events.find_event(view.session, event_id)
    lines, has_more = lines_of(view, {"event_id": event.id})
    return view.page(
        "lists/bookings.html",
        refusal.status if refusal else 200,
        event=event,
        lines=lines,
        has_more=has_more,
        choices=choices(view) if view.may_change(event) else [],
        refusal=refusal,
        form=request.form,
        done=request.args.get("done", ""),
    )
