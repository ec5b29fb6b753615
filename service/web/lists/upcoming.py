"""Upcoming events: the first page, from today on, month by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from itertools import groupby
from typing import Any

from flask import Response, request, url_for

from calendars.bookings.times import BookingTimes
from calendars.days.office_clock import RunningOrder
from calendars.events.confirmation import CONFIRMED_FIELDS
from calendars.events.lifecycle import CALLED_OFF
from models.events import Event
from models.i18n import N_
from models.upgrades import RULE_SWITCHED_OFF
from models.vocabulary import EventKind, EventStatus, Role, SavedPage
from service.actions import crud, office_days, permissions, upgrade_notes
from service.actions.account_makers import LATELY
from service.actions.accounts.account_queries import is_only_account
from service.actions.bookings import answers
from service.actions.bookings.answers import KeptBooking
from service.actions.both_sides import mentions
from service.actions.both_sides.answer_queries import inbox_state
from service.actions.both_sides.submissions import waiting_events
from service.actions.both_sides.waiting_proposals import waiting_proposals
from service.actions.events import confirming, event_queries, task_queries
from service.actions.events.event_queries import EVENT_ORDER_LATEST, count_with_status
from service.actions.ledger import waiting_estimates
from service.actions.ledger.learners import EXPIRING_DAYS
from service.actions.reminders.reach import unheard
from service.actions.reminders.reminder_queries import unseen_failures
from service.schemas.queries import EventQuery
from service.web.both_sides.shared_lines import shared_lines
from service.web.help.tour import steps_for
from service.web.labels import FIELDS
from service.web.learner_lines import ending_permits
from service.web.list_columns import chosen, table_of
from service.web.observed_days import coming_greetings
from service.web.page_decorator import page
from service.web.query_params import filters, page_number, pages_for
from service.web.relations import ended_in_charge
from service.web.row_names import in_charge_names
from service.web.view import View

PAGE_SIZE = 30
FAILED_SHOWN = 5
MENTIONS_SHOWN = 10
UNHEARD_SHOWN = 5
TO_APPROVE_SHOWN = 20
WAITING_SHOWN = 20
FAILED_DAYS = 30
_LISTS: Mapping[str, type[StrEnum]] = {"kind": EventKind, "status": EventStatus}
_PLAIN = ("q", "from", "to", "known_to", "in_charge_id")
_MOST_IN_CHARGE = 200
_NOTES: Mapping[str, str] = {
    RULE_SWITCHED_OFF: N_(
        "The upgrade switched this reminder rule off: it sends mail to addresses that belong to nobody here, and nobody"
        " entitled has approved them. Look at it, and switch it on again if they are right."
    ),
}
"""Kind of a note → what the upgrade did, and what is to be decided."""

_NOTED_AREAS: Mapping[str, str] = {"reminder_rule": "rules"}
"""Table that a note is about → the section of the administration that has its rows."""

_UNFINISHED = tuple(status for status in EventStatus if status is not EventStatus.DRAFT)


@dataclass(frozen=True, slots=True)
class UpcomingQuery:
    """Parsed query parameters: ``asked`` as written, ``query`` as :func:`event_queries.events_where` takes it."""

    asked: Mapping[str, Any]
    query: Mapping[str, Any]
    number: int
    problems: Mapping[str, list[str]]

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return any(self.asked.values())

    @property
    def is_past(self) -> bool:
        """Whether the list is only of past events: then the latest comes first."""
        return "from_" not in self.query

    def url(self, **changed: Any) -> str:
        """The same page with some parameters changed; empty ones are omitted."""
        values = {**self.asked, "page": None} | changed
        return url_for("pages.coming", **{name: value for name, value in values.items() if value})


def read_query(view: View) -> UpcomingQuery:
    """Parse the filters. An invalid one is reported, and the others apply."""
    chosen = {name: [value for value in request.args.getlist(name) if value] for name in _LISTS}
    asked: dict[str, Any] = {
        name: [value for value in values if value in set(_LISTS[name])] for name, values in chosen.items()
    }
    unknown = view.say(N_("This filter has no such choice; it is left out."))
    problems = {name: [unknown] for name, values in chosen.items() if asked[name] != values}
    asked |= {name: request.args.get(name, "").strip() for name in _PLAIN}
    given = {name: value for name, value in asked.items() if value}
    query, wrong = filters(view, EventQuery, given)
    problems |= wrong
    if "from_" not in query and not (query.get("to") and query["to"] < view.act.today):
        query["from_"] = view.act.today
    if not query.get("status"):
        query["status"] = _UNFINISHED
    return UpcomingQuery(asked, query, page_number(), problems)


@page()
def upcoming(view: View) -> Response:
    """Events from today on, current ones first; failed reminders; links to drafts and past events.

    Administrators also see what an upgrade could not decide.
    """
    params = read_query(view)
    order = EVENT_ORDER_LATEST if params.is_past else crud.EVENT_ORDER
    events, total = crud.page_of(
        view.session,
        event_queries.events_where(view.session, view.act, params.query),
        order,
        (params.number - 1) * PAGE_SIZE,
        PAGE_SIZE,
    )
    # By the office's clock; the page itself is cut by the events' own days.
    events = sorted(events, key=partial(_order, view, is_past=params.is_past))
    coming = office_days.not_over(view.session, view.act)
    drafts, planned = count_with_status(view.session, coming, EventStatus.DRAFT, EventStatus.PLANNED)
    failed = unseen_failures(view.session, view.act.now - timedelta(days=FAILED_DAYS), FAILED_SHOWN + 1)
    to_approve, number_to_approve = (
        confirming.waiting_for_approval(view.session, view.act, TO_APPROVE_SHOWN)
        if view.may(Role.APPROVER)
        else ([], 0)
    )
    estimates, number_of_estimates = (
        waiting_estimates.waiting_estimates(view.session, view.act, TO_APPROVE_SHOWN)
        if view.may(Role.APPROVER)
        else ([], 0)
    )
    returned, number_of_returned = (
        waiting_estimates.returned_estimates(view.session, view.act, TO_APPROVE_SHOWN)
        if view.may(Role.OFFICER)
        else ([], 0)
    )
    shared, more_shared = ([], 0) if params.is_filtered or params.is_past else shared_lines(view)
    return view.page(
        "lists/upcoming.html",
        tour_steps=[] if params.is_filtered else steps_for(view),
        shared=shared,
        more_shared=more_shared,
        params=params,
        total=total,
        pages=pages_for(total, PAGE_SIZE),
        table=table_of(view, chosen(view, SavedPage.COMING), events),
        ticked_ids=[one.id for one in events],
        now=[] if params.is_past else [event for event in events if _is_on(view, event)],
        months=_by_month(view, [event for event in events if params.is_past or not _is_on(view, event)]),
        drafts=drafts,
        waiting_days=waiting_proposals(view.session, view.act, WAITING_SHOWN),
        waiting_links=waiting_events(view.session, WAITING_SHOWN) if view.may(Role.OFFICER) else [],
        to_approve=to_approve,
        more_to_approve=number_to_approve - len(to_approve),
        estimates_to_approve=[(one, view.sums(one.planned)) for one in estimates],
        more_estimates=number_of_estimates - len(estimates),
        returned=returned,
        more_returned=number_of_returned - len(returned),
        confirmed_fields=CONFIRMED_FIELDS,
        unconfirmed=planned if view.may(Role.APPROVER) else 0,
        lately_days=LATELY.days,
        is_alone=not events and is_only_account(view.session, view.act.account.id),
        is_beside_default=permissions.is_beside_default(view.session),
        greetings=[] if params.is_filtered or params.is_past else coming_greetings(view),
        permits=[] if params.is_filtered or params.is_past else ending_permits(view),
        permit_days=EXPIRING_DAYS,
        overdue=task_queries.count_overdue(view.session, view.act.today),
        notes=[_note(view, one) for one in upgrade_notes.unsettled(view.session)] if view.may(Role.ADMIN) else [],
        inbox=inbox_state(view.session).folder if view.may(Role.ADMIN) and view.act.office.answers else None,
        unheard=unheard(view.session, coming, UNHEARD_SHOWN) if view.may(Role.OFFICER) else None,
        in_charge_names=in_charge_names(view, events),
        ended=ended_in_charge(view),
        mentions=mentions.unread_mentions(view.session, view.act, MENTIONS_SHOWN),
        bookings_to_answer=_to_answer(view),
        failed=failed[:FAILED_SHOWN],
        more_failed=len(failed) > FAILED_SHOWN,
        several=view.may(Role.OFFICER) and bool(request.args.get("several")),
        in_charge=event_queries.accounts_in_charge(view.session, _MOST_IN_CHARGE) if view.may(Role.OFFICER) else [],
        yesterday=view.act.today - timedelta(days=1),
        kinds=list(EventKind),
        statuses=list(EventStatus),
        labels=FIELDS,
    )


def _to_answer(view: View) -> list[tuple[KeptBooking, str]]:
    """The bookings that wait for the answer of who reads the page, and when they are."""
    if not view.may(Role.OFFICER):
        return []
    found = answers.waiting_bookings(view.session, view.act, TO_APPROVE_SHOWN)
    return [(one, BookingTimes.of(one.booking).format()) for one in found if one.may_be_answered]


def _note(view: View, noted: upgrade_notes.NotedRow) -> dict[str, Any]:
    """What an upgrade could not decide: its sentence, what the row is called and its page, and how it is named."""
    note, area = noted.note, _NOTED_AREAS.get(noted.note.entity)
    is_there = noted.name is not None and area is not None
    return {
        "kind": note.kind,
        "entity": note.entity,
        "identity": note.entity_id,
        "sentence": view.say(_NOTES[note.kind]),
        "name": view.text(noted.name) if noted.name is not None else view.say(N_("It was deleted since.")),
        "url": url_for("pages.administered", area=area, identity=note.entity_id) if is_there else "",
    }


def _is_on(view: View, event: Event) -> bool:
    return view.act.today in view.when(event).days and event.status not in CALLED_OFF


def _order(view: View, event: Event, *, is_past: bool) -> tuple[int, RunningOrder]:
    order = view.when(event).order(event.id)
    return -order[0].toordinal() if is_past else 0, order


def _by_month(view: View, events: list[Event]) -> list[tuple[str, list[Event]]]:
    months = groupby(events, key=lambda event: view.when(event).days.first.replace(day=1))
    return [(view.month(first), list(listed)) for first, listed in months]
