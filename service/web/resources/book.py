"""Booking what was chosen in the grid: the form with resource and days filled in, for an event that is chosen in it."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from calendars.bookings.grid import hour_edges
from models.events import Event
from models.resources import Resource
from models.vocabulary import TAKING, Role
from service.actions import crud
from service.actions.bookings.grid import choosable_events
from service.actions.bookings.keepers import approval_of
from service.actions.events import events
from service.web.event_bookings import book_as_typed, lines_of
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.resources.grid import EVENTS_CHOSEN_FROM
from service.web.resources.grid_query import kept_parameters, read_moment
from service.web.view import View


@page(read=Role.OFFICER)
def book(view: View, resource_id: str, start: str) -> Response:
    """Book a resource from a day or an hour on, for an event to be chosen."""
    return _book(view, None, resource_id, start)


@page(read=Role.OFFICER)
def book_for_event(view: View, event_id: str, resource_id: str, start: str) -> Response:
    """The same for an event that is chosen already."""
    return _book(view, events.find_event(view.session, event_id), resource_id, start)


def _book(view: View, event: Event | None, resource_id: str, start: str) -> Response:
    resource = crud.find(view.session, Resource, resource_id)
    moment = read_moment(start)
    if moment is None:
        abort(404)
    form: Any = request.form if request.method == "POST" else _filled(resource, event, moment)
    shown = request.form.get("grid", "") if request.method == "POST" else _grid_before()
    refusal: FormRefusal | None = None
    if request.method == "POST":
        chosen = request.form.get("event", "")
        made: list[str] = []
        refusal = attempt(view, lambda: made.append(book_as_typed(view, events.find_event(view.session, chosen)).id))
        if refusal is None:
            return redirect(_back(event, shown, form, made[0]), 303)
    day = moment.date() if isinstance(moment, datetime) else moment
    lines, _more = lines_of(view, {"resource_id": resource.id, "from_": day, "to": day, "state": list(TAKING)})
    return view.page(
        "resources/book.html",
        refusal.status if refusal else 200,
        event=event,
        resource=resource,
        form=form,
        refusal=refusal,
        day=day,
        lines=lines,
        choosable=choosable_events(view.session, view.act, view.act.today, EVENTS_CHOSEN_FROM),
        must_ask=not approval_of(view.session, view.act, resource).is_own_word and resource.needs_approval,
        action=request.full_path.rstrip("?"),
        back=_grid(event, kept_parameters(shown) or {"from": day.isoformat()}),
        grid=urlencode(kept_parameters(shown), doseq=True),
    )


def _filled(resource: Resource, event: Event | None, start: date) -> MultiDict[str, str]:
    """The form as the grid fills it in: from the chosen cell to the last one."""
    last = read_moment(request.args.get("to", ""))
    if last is None or isinstance(last, datetime) is not isinstance(start, datetime) or last < start:
        last = _end_of_slot(start)
    found: dict[str, str] = {"resource": resource.id, "event": event.id if event is not None else ""}
    for name, moment in (("from", start), ("to", last)):
        found[f"{name}_day"] = moment.isoformat()[:10]
        if isinstance(moment, datetime):
            found[f"{name}_time"] = f"{moment:%H:%M}"
    return MultiDict(found)


def _end_of_slot(start: date) -> date:
    """The end of the one slot that begins there: the same day, or the next half hour."""
    if not isinstance(start, datetime):
        return start
    later = [hour for hour in hour_edges() if hour > start.time()]
    return datetime.combine(start.date(), later[0] if later else start.time().replace(hour=23, minute=59))


def _grid(event: Event | None, parameters: dict[str, Any]) -> str:
    if event is None:
        return url_for("pages.resource_grid", **parameters)
    return url_for("pages.event_grid", event_id=event.id, **parameters)


def _grid_before() -> str:
    """The query of the grid from which the form was opened, if the browser says so: cells are too many to carry it."""
    came = urlsplit(request.referrer or "")
    is_grid = came.netloc == request.host and came.path.endswith("/grid")
    return came.query if is_grid else ""


def _back(event: Event | None, shown: str, form: Any, booking_id: str) -> str:
    """The grid as it was shown, else on the days that were booked, with what was."""
    first = str(form.get("from_day") or form.get("from") or "")[:10]
    parameters: dict[str, Any] = {**kept_parameters(shown)} or ({"from": first} if first else {})
    return _grid(event, {**parameters, "done": "book", "booking": booking_id})
