"""Reminders of all events and the office's own mails: what failed, what is coming; and the details of one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from models.accounts import User
from models.errors import Conflict, Invalid
from models.events import Event
from models.i18n import N_, message
from models.reminders import Reminder, ReminderRule
from models.vocabulary import ReminderState, Role
from service.actions import crud
from service.actions.context import ActionContext
from service.actions.reminders import delivery_status, reminder_queries
from service.actions.reminders import reminder_planning as planning
from service.web.forms import FormRefusal, attempt
from service.web.labels import CHANNELS, OUTCOMES, REMINDER_STATES
from service.web.page_decorator import page
from service.web.query_params import page_number, pages_for, whole
from service.web.view import View, ids

PAGE_SIZE = 50
FAILED_SHOWN = 50

_DONE = {
    "retry": N_("Will be sent again with the next round: {count}"),
    "seen": N_("Marked as seen: {count}"),
}


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """A reminder with its event; the office's own mails have none."""

    reminder: Reminder
    event: Event | None
    names: reminder_queries.ReminderNames | None = None

    def can_be_chosen(self, view: View) -> bool:
        """Whether the reader may select it for an action on several."""
        is_own = view.may(Role.OFFICER) and (self.event is None or view.may_change(self.event))
        return is_own and self.reminder.state is ReminderState.FAILED


@dataclass(frozen=True, slots=True)
class ReminderListQuery:
    """Parsed query parameters: one state (None: what failed and what is coming), and the page of the list."""

    state: ReminderState | None
    number: int

    def url(self, **changed: Any) -> str:
        """The same page with some parameters changed; empty ones are omitted."""
        values: dict[str, Any] = {"state": self.state.value if self.state else None} | changed
        return url_for("pages.reminders", **{name: value for name, value in values.items() if value})


@page()
def reminders(view: View) -> Response:
    """Failed reminders, unseen ones first; then coming ones. With a state only its reminders, paged.

    With POST, the selected failed reminders are retried or marked as seen, all of them or none.
    """
    params = _read_params()
    if request.method != "POST":
        return _list(view, params)
    done: list[int] = []
    refusal = attempt(view, lambda: done.append(_do_with_chosen(view)))
    if refusal is None:
        return redirect(params.url(page=params.number, done=request.form.get("do", ""), count=str(done[0])), 303)
    return _list(view, params, refusal)


def _do_with_chosen(view: View) -> int:
    """Apply the requested action to every selected reminder; returns how many changed.

    Those that are no longer failed are skipped: somebody else acted first, and the request is fulfilled.
    """
    chosen = dict.fromkeys(request.form.getlist("chosen"))
    if not chosen:
        raise Invalid({"chosen": [message(N_("Choose at least one reminder."))]})
    if len(chosen) > PAGE_SIZE:
        raise Invalid({"chosen": [message(N_("At most {max} at once."), max=PAGE_SIZE)]})
    step = _step()
    concerned = 0
    for identity in chosen:
        reminder = reminder_queries.find_reminder(view.session, identity)
        if reminder.state is ReminderState.FAILED:
            step(view.session, view.act, reminder)
            concerned += 1
    return concerned


def _step() -> Callable[[Session, ActionContext, Reminder], Reminder]:
    """The requested action."""
    match request.form.get("do"):
        case "retry":
            return planning.retry
        case "seen":
            return delivery_status.mark_seen
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _list(view: View, params: ReminderListQuery, refusal: FormRefusal | None = None) -> Response:
    failed: list[Reminder] = []
    has_more_failed = False
    if params.state is None and params.number == 1:
        failed = reminder_queries.first_failures(view.session, view.act, FAILED_SHOWN + 1)
        failed, has_more_failed = failed[:FAILED_SHOWN], len(failed) > FAILED_SHOWN
    first = (params.number - 1) * PAGE_SIZE
    page_rows, total = reminder_queries.reminders_in_state(view.session, view.act, params.state, first, PAGE_SIZE)
    lines = _lines(view, [*failed, *page_rows])
    return view.page(
        "lists/reminders.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        done=_DONE.get(request.args.get("done", "")),
        count=whole(request.args.get("count", "")) or 0,
        params=params,
        states=REMINDER_STATES,
        choosable={line.reminder.id for line in lines if line.can_be_chosen(view)},
        failed=lines[: len(failed)],
        has_more_failed=has_more_failed,
        listed=lines[len(failed) :],
        total=total,
        pages=pages_for(total, PAGE_SIZE),
        mail=delivery_status.mail_service(view.session, view.act.now),
    )


def _read_params() -> ReminderListQuery:
    """Parse the query parameters; an invalid state or number is ignored."""
    state = request.args.get("state", "")
    return ReminderListQuery(ReminderState(state) if state in set(ReminderState) else None, page_number())


def _lines(view: View, reminders: Sequence[Reminder]) -> list[ReminderLine]:
    """Reminders with their events, and what they are called; three queries."""
    event_ids = ids(*(reminder.event_id for reminder in reminders))
    events = crud.by_id(view.session, Event, event_ids)
    names = reminder_queries.names_of(view.session, reminders)
    return [ReminderLine(one, events.get(one.event_id or ""), names[one.id]) for one in reminders]


@page()
def reminder(view: View, reminder_id: str) -> Response:
    """All details of one reminder: attempts, responses, what happens next; retrying it, marking it as seen."""
    found = reminder_queries.find_reminder(view.session, reminder_id)
    if request.method != "POST":
        return _show(view, found)
    refusal = attempt(view, lambda: _step()(view.session, view.act, found))
    if refusal is None:
        return redirect(url_for("pages.reminder", reminder_id=reminder_id, done=request.form.get("do", "")), 303)
    # Rolling back discarded the loaded rows: load them again.
    return _show(view, reminder_queries.find_reminder(view.session, reminder_id), refusal)


def _show(view: View, found: Reminder, refusal: FormRefusal | None = None) -> Response:
    session = view.session
    attempts = delivery_status.attempts_of(session, found)
    names = reminder_queries.names_of(session, [found])[found.id]
    return view.page(
        "lists/reminder.html",
        refusal.status if refusal else 200,
        reminder=found,
        event=session.get(Event, found.event_id) if found.event_id else None,
        rule=session.get(ReminderRule, found.rule_id) if found.rule_id else None,
        task_title=names.task_title,
        occasion=names.occasion,
        failed_reminder=session.get(Reminder, found.failed_id) if found.failed_id else None,
        seen_by=session.get(User, found.seen_by) if found.seen_by else None,
        attempts=attempts,
        next=delivery_status.next_step(found, attempts, view.act, view.language),
        channel=view.say(CHANNELS[found.channel]),
        outcomes=OUTCOMES,
        refusal=refusal,
        done=request.args.get("done", ""),
    )
