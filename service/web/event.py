"""One event: its page, and the steps people take from there."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.lifecycle import needs_reason, possible_steps
from models.errors import Conflict, Stale
from models.events import Event
from models.i18n import _, message
from models.parts import Task
from models.reminders import Reminder
from models.vocabulary import EventStatus, Role
from service.actions import events, publishing, reminders, rows, tasks
from service.schemas.events import TransitionSchema
from service.schemas.programme import ProgrammeRevisionSchema
from service.web.dossier import read_dossier
from service.web.forms import Refusal, attempt
from service.web.gate import page
from service.web.history import read_history
from service.web.view import View

_STEPS: Mapping[EventStatus, str] = {
    EventStatus.DRAFT: _("Back to draft"),
    EventStatus.PLANNED: _("Put into the plan"),
    EventStatus.CONFIRMED: _("Confirm"),
    EventStatus.ONGOING: _("It has begun"),
    EventStatus.COMPLETED: _("It is completed"),
    EventStatus.POSTPONED: _("Postpone"),
    EventStatus.CANCELLED: _("Cancel the event"),
}
_OTHER_STEPS: Mapping[tuple[EventStatus, EventStatus], str] = {
    (EventStatus.CONFIRMED, EventStatus.PLANNED): _("Take the confirmation back"),
    (EventStatus.POSTPONED, EventStatus.PLANNED): _("Plan with new days"),
    (EventStatus.CANCELLED, EventStatus.PLANNED): _("Plan it after all"),
}


@page()
def event(view: View, event_id: str) -> Response:
    """Everything about one event, and the steps possible now."""
    found = events.find_event(view.session, event_id)
    if request.method != "POST":
        return _show(view, found)
    refusal = attempt(view, lambda: _do(view, found))
    if refusal is None:
        return redirect(url_for("pages.event", event_id=event_id, done=request.form.get("do", "")), 303)
    # Undoing took what was read along: it is read again.
    return _show(view, events.find_event(view.session, event_id), refusal)


def _do(view: View, found: Event) -> None:
    form = request.form
    match form.get("do"):
        case "step":
            _step(view, found)
        case "task":
            task = rows.part(view.session, Task, found.id, form.get("task", ""))
            tasks.change_task(view.session, view.act, found, task, {"done": form.get("done") == "yes"})
        case "retry":
            reminder = rows.part(view.session, Reminder, found.id, form.get("reminder", ""))
            reminders.retry(view.session, view.act, reminder)
        case "publish":
            wish: dict[str, Any] = ProgrammeRevisionSchema().load({"note": form.get("note") or None})  # type: ignore[no-untyped-call]
            publishing.publish_programme(view.session, view.act, found, wish["note"])
        case _:
            raise Conflict(message(_("This page does not know that step. Reload it and try again.")))


def _step(view: View, found: Event) -> None:
    """Take the event to another status, as it stood when the page was read."""
    wish = {name: request.form.get(name) for name in ("to", "reason", "first_day", "last_day")}
    wanted: dict[str, Any] = TransitionSchema().load({name: value for name, value in wish.items() if value})
    if request.form.get("version") != str(found.version):
        raise Stale
    days: dict[str, date] = {name: wanted[name] for name in ("first_day", "last_day") if name in wanted}
    events.transition(view.session, view.act, found, wanted["to"], wanted.get("reason"), days)


def _show(view: View, found: Event, refusal: Refusal | None = None) -> Response:
    dossier = read_dossier(view, found)
    subjects = {member.id: person.name for member, person in dossier.members}
    subjects |= {line.task.id: view.text(line.task.title) for line in dossier.tasks}
    return view.page(
        "event.html",
        refusal.status if refusal else 200,
        event=found,
        dossier=dossier,
        history=read_history(view, found, subjects),
        steps=_steps(view, found),
        must_ask=found.status is EventStatus.PLANNED and view.may_change(found) and not _may_confirm(view, found),
        refusal=refusal,
        form=request.form,
        done=request.args.get("done", ""),
    )


def _steps(view: View, found: Event) -> list[dict[str, Any]]:
    """The steps this reader may take now: to which status, what it is called, and what it asks for."""
    if not view.may_change(found):
        return []
    return [
        {
            "to": to,
            "label": view.say(_OTHER_STEPS.get((found.status, to), _STEPS[to])),
            "needs_reason": needs_reason(to),
            "is_usual": to is possible_steps(found.status)[0],
            "needs_days": found.status is EventStatus.POSTPONED and to is EventStatus.PLANNED,
        }
        for to in possible_steps(found.status)
        if to is not EventStatus.CONFIRMED or _may_confirm(view, found)
    ]


def _may_confirm(view: View, found: Event) -> bool:
    """Whether this reader can be the second pair of eyes."""
    return view.may(Role.APPROVER) and (view.user is None or found.created_by != view.user.id)
