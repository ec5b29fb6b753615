"""/events (all kinds together), and a path for each kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, request
from flask_smorest.pagination import PaginationParameters

from calendars.events.confirmation import CONFIRMED_FIELDS
from models.agreements import Anniversary
from models.errors import NotFound
from models.events import Event
from models.labels import noun
from models.vocabulary import EventKind, EventStatus, Role
from service.actions import crud, permissions
from service.actions.effects import confirmation
from service.actions.events import confirming, event_queries, events
from service.actions.ledger import estimate_budgets
from service.actions.permissions import Sight
from service.actions.scheduling import event_warnings
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.http.error_responses import reader_language
from service.schemas.events import (
    CHANGE_SCHEMAS,
    KIND_SCHEMAS,
    MADE_WITH,
    AnyEventSchema,
    CeremonySchema,
    ConfirmationRequestSchema,
    HistoryEntrySchema,
    RefusalSchema,
    TransitionSchema,
)
from service.schemas.queries import EventQuery, KindEventQuery, QuerySchema

blp = ApiBlueprint("events", __name__, description="Events of all kinds: planned, changed, taken through their states")

KIND_PATHS = {
    EventKind.DELEGATION: "delegations",
    EventKind.TRAINING_BATCH: "training-batches",
    EventKind.ART_TROUPE_VISIT: "art-troupe-visits",
    EventKind.ACTIVITY: "activities",
}


def _in_camel_case(words: str) -> str:
    return "".join(word.capitalize() for word in words.replace("-", "_").split("_"))


EventValues = dict[str, Any]
"""An event as the reader sees it: columns, parts, direction and warnings."""


def shown(selected: Sequence[Event], *, closely: bool = False) -> list[EventValues]:
    """Events with the values computed for the reader; ``closely`` also names free days for conflicting events."""
    if "presenter" not in g:
        g.presenter = event_warnings.EventPresenter(session(), act())
    g.presenter.prefetch(selected, closely=closely)
    language, places = reader_language(), g.presenter.compass.gazetteer
    budgets = estimate_budgets.shows_budget(session(), selected)
    return [
        # A plain dict: marshmallow reads it ten times faster than an object with many columns.
        event.__dict__
        | {
            "budget": event.budget if event.id in budgets else None,
            "results": event.results if sees_whole else None,
            "direction": g.presenter.compass.of(event),
            "host_name": places.name(event.host, event.first_day),
            "guest_name": places.name(event.guest, event.first_day) if event.guest else None,
            "conflicts": [
                {
                    "code": notice.code,
                    "severity": notice.severity.value,
                    "detail": notice.detail.to(language),
                    "with": notice.with_,
                    "advice": notice.advice.to(language) if notice.advice else None,
                }
                for notice in g.presenter.warnings(event)
            ],
        }
        for event in selected
        for sees_whole in [permissions.sight(session(), event) is Sight.WHOLE]
    ]


def show(event: Event) -> EventValues:
    """One event with the values computed for the reader, and for those in charge what was confirmed of it."""
    return shown([event], closely=True)[0] | _confirmation(event)


def _confirmation(event: Event) -> EventValues:
    if not permissions.may_change(session(), event):
        return {}
    differ = confirmation.differing(session(), event)
    hidden = frozenset() if estimate_budgets.shows_budget(session(), [event]) else frozenset({"budget"})
    return {
        "confirmed": event.confirmed_at
        and {
            "by": event.confirmed_by,
            "at": event.confirmed_at,
            "values": _shown_values(event.confirmed_values, hidden),
        },
        "differs": differ
        if differ is None
        else {
            name: {
                "confirmed": one.confirmed,
                "now": one.now,
                "changed_by": event.corrections.get(name, {}).get("by"),
                "changed_at": event.corrections.get(name, {}).get("at"),
            }
            for name, one in differ.items()
            if name not in hidden
        },
        "confirmation_asked": event.asked_at and {"by": event.asked_by, "at": event.asked_at},
    }


def _shown_values(confirmed: Mapping[str, Any] | None, hidden: frozenset[str]) -> dict[str, Any] | None:
    if confirmed is None:
        return None
    return {name: value for name, value in confirmed.items() if name in CONFIRMED_FIELDS and name not in hidden}


def _changed(event: Event, values: Mapping[str, Any]) -> Event:
    """The event, changed as a request says; its ``reason`` is no value of the event."""
    wanted = dict(values)
    reason = wanted.pop("reason", None)
    return events.change_event(session(), act(), event, wanted, reason=reason)


def _check_etag_if_sent(event: Event) -> None:
    """Refuse to decide on what somebody has changed since it was read, if the client says what it read."""
    if request.if_match:
        blp.check_etag(show(event), AnyEventSchema)


def _page(query: dict[str, Any], paging: PaginationParameters, kind: EventKind | None = None) -> list[EventValues]:
    selected = page(paging, event_queries.events_where(session(), act(), query, kind), *crud.EVENT_ORDER)
    return shown(selected)


@blp.route("/events")
class EventsView(ApiView):
    @requires(Role.VIEWER)
    @operation("listEvents")
    @blp.arguments(EventQuery, location="query")
    @blp.many(AnyEventSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List events of all kinds, by first day"""
        return _page(query, pagination_parameters)


@blp.route("/events/<event_id>")
class EventView(ApiView):
    @requires(Role.VIEWER)
    @operation("getEvent")
    @blp.one(AnyEventSchema)
    def get(self, event_id: str) -> Any:
        """Read an event of any kind"""
        return show(events.find_event(session(), event_id))


@blp.route("/events/<event_id>/transitions")
class TransitionsView(ApiView):
    @requires(Role.OFFICER)
    @operation("transitionEvent")
    @blp.arguments(TransitionSchema)
    @blp.one(AnyEventSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Change an event's status

        Confirming needs an approver who neither created the event nor last changed any of what is confirmed. Postponing
        and cancelling need a reason. So does taking back that an event has begun (to `confirmed`) or is over (to
        `ongoing`), which needs an approver. An impossible transition is 409 with the transitions that are possible;
        `ongoing` before the arrival and `completed` before the last day are 409 `too_early` with the `day` from which
        they can be taken, by the office's calendar. With If-Match (optional) it is 412 if somebody has changed the
        event since it was read.
        """
        event = events.find_event(session(), event_id)
        _check_etag_if_sent(event)
        days: dict[str, Any] = {name: values[name] for name in ("first_day", "last_day") if name in values}
        events.transition(session(), act(), event, values["to"], values.get("reason"), days)
        return show(event)


@blp.route("/events/<event_id>/accept-changes")
class AcceptedChangesView(ApiView):
    @requires(Role.APPROVER)
    @operation("acceptEventChanges")
    @blp.one(AnyEventSchema)
    def post(self, event_id: str) -> Any:
        """Accept what changed since an event was confirmed

        It is then confirmed as it is. This needs an approver who neither created the event nor last changed any of what
        differs. If nothing differs it is 409. With If-Match (optional) it is 412 if somebody has changed the event
        since it was read.
        """
        event = events.find_event(session(), event_id)
        _check_etag_if_sent(event)
        return show(confirming.accept_changes(session(), act(), event))


@blp.route("/events/<event_id>/refuse-confirmation")
class RefusedConfirmationView(ApiView):
    @requires(Role.APPROVER)
    @operation("refuseEventConfirmation")
    @blp.arguments(RefusalSchema)
    @blp.one(AnyEventSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Refuse to confirm an event that somebody asked for, and say why

        The request is taken off, and whoever asked gets a mail with the reason; the event stays as it is. This needs an
        account that may confirm it. 409 if nobody has asked. If-Match is optional, as for accept-changes.
        """
        event = events.find_event(session(), event_id)
        _check_etag_if_sent(event)
        return show(confirming.refuse_confirmation(session(), act(), event, values["reason"]))


@blp.route("/events/<event_id>/confirmation-requests")
class ConfirmationRequestsView(ApiView):
    @requires(Role.OFFICER)
    @operation("requestEventConfirmation")
    @blp.response(201, ConfirmationRequestSchema)
    def post(self, event_id: str) -> Any:
        """Ask for the confirmation of an event, or of what changed since

        Those who may confirm it get a mail and find it on their first page, until its status changes. It can be asked
        again after a change or some hours; before that it is 409 with the instant from which it can be repeated.
        """
        event = events.find_event(session(), event_id)
        confirming.ask_for_confirmation(session(), act(), event)
        asked = confirmation.who_may_confirm(session(), act().now, event, but=act().user)
        return {
            "event_id": event.id,
            "asked_by": event.asked_by,
            "asked_at": event.asked_at,
            "asked": [user.id for user in asked],
        }


@blp.route("/events/<event_id>/history")
class HistoryView(ApiView):
    @requires(Role.VIEWER)
    @operation("listEventHistory")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(HistoryEntrySchema, told="audit")
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """List an event's changes: who changed what, when and why; oldest first

        For whoever is in charge of the event; 403 for others who may read it.
        """
        permissions.check_history(session(), events.find_event(session(), event_id))
        return page(
            pagination_parameters, event_queries.history_where(session(), event_id), *event_queries.HISTORY_ORDER
        )


def _created(kind: EventKind, values: EventValues) -> Event:
    """A new event: a draft, unless the body says that it is over."""
    status = values.pop("status", EventStatus.DRAFT)
    return events.create_event(session(), act(), kind, values, status=status)


def _register_kind(kind: EventKind, path: str) -> None:
    """Register four operations per kind: list and create; read, change and delete."""
    schema = KIND_SCHEMAS[kind]
    name = kind.value.replace("_", " ")
    one, many = _in_camel_case(kind), _in_camel_case(path)

    class OfKind(ApiView):
        @requires(Role.VIEWER)
        @operation(f"list{many}")
        @blp.arguments(KindEventQuery, location="query")
        @blp.many(schema)
        def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
            return _page(query, pagination_parameters, kind)

        @requires(Role.OFFICER)
        @operation(f"create{one}")
        @blp.arguments(schema)
        @blp.created(schema)
        def post(self, values: dict[str, Any]) -> Any:
            return show(_created(kind, values))

    class OneOfKind(ApiView):
        @requires(Role.VIEWER)
        @operation(f"get{one}")
        @blp.one(schema)
        def get(self, event_id: str) -> Any:
            return show(events.find_event(session(), event_id, kind))

        @requires(Role.OFFICER)
        @operation(f"change{one}")
        @blp.arguments(CHANGE_SCHEMAS[kind](partial=True, dump_only=MADE_WITH))
        @blp.one(schema)
        def patch(self, values: dict[str, Any], event_id: str) -> Any:
            event = events.find_event(session(), event_id, kind)
            blp.check_etag(show(event), schema)
            return show(_changed(event, values))

        @requires(Role.OFFICER)
        @operation(f"delete{one}")
        @blp.gone()
        def delete(self, event_id: str) -> None:
            event = events.find_event(session(), event_id, kind)
            blp.check_etag(show(event), schema)
            events.delete_event(session(), act(), event)

    OfKind.get.__doc__ = f"List events of the kind {name}, by first day"
    OfKind.post.__doc__ = f"""Plan an event of the kind {name}; it begins as a draft

    With `"status": "completed"` officers of the protocol office enter what is over. Of that the month or the year may
    be all that is known: `first_day` and `last_day` are then written like `2021-06` or `2008`, both alike. Such an
    event has no hours, no travel days of its own, no programme, bookings or tasks, and stands in no calendar; lists
    leave it out unless asked with `known_to`. A change to days makes it an ordinary completed event.
    """
    OneOfKind.get.__doc__ = f"Read an event of the kind {name}"
    OneOfKind.patch.__doc__ = f"Change an event of the kind {name}; moving its days takes arrival and departure along"
    OneOfKind.delete.__doc__ = f"Delete a draft or cancelled event of the kind {name}"
    blp.add_url_rule(f"/{path}", f"{kind.value}s", OfKind)
    blp.add_url_rule(f"/{path}/<event_id>", kind.value, OneOfKind)


for _kind, _path in KIND_PATHS.items():
    _register_kind(_kind, _path)


@blp.route("/anniversaries/<anniversary_id>/ceremonies")
class CeremoniesView(ApiView):
    @requires(Role.OFFICER)
    @operation("createCeremony")
    @blp.arguments(CeremonySchema)
    @blp.created(CeremonySchema, at="/api/v1/events")
    def post(self, values: dict[str, Any], anniversary_id: str) -> Any:
        """Plan the ceremony of an anniversary for a year; its ordinal is computed"""
        crud.find(session(), Anniversary, anniversary_id)
        values = values | {"anniversary_id": anniversary_id}
        return show(_created(EventKind.ANNIVERSARY, values))


def _ceremony(anniversary_id: str, event_id: str) -> Event:
    event = events.find_event(session(), event_id, EventKind.ANNIVERSARY)
    if event.anniversary_id != anniversary_id:
        raise NotFound(noun("ceremony"), event_id)
    return event


@blp.route("/anniversaries/<anniversary_id>/ceremonies/<event_id>")
class CeremonyView(ApiView):
    @requires(Role.OFFICER)
    @operation("changeCeremony")
    @blp.arguments(CHANGE_SCHEMAS[EventKind.ANNIVERSARY](partial=True, dump_only=MADE_WITH))
    @blp.one(CeremonySchema)
    def patch(self, values: dict[str, Any], anniversary_id: str, event_id: str) -> Any:
        """Change a ceremony"""
        event = _ceremony(anniversary_id, event_id)
        blp.check_etag(show(event), AnyEventSchema)
        return show(_changed(event, values))

    @requires(Role.OFFICER)
    @operation("deleteCeremony")
    @blp.gone()
    def delete(self, anniversary_id: str, event_id: str) -> None:
        """Delete a draft or cancelled ceremony"""
        event = _ceremony(anniversary_id, event_id)
        blp.check_etag(show(event), AnyEventSchema)
        events.delete_event(session(), act(), event)
