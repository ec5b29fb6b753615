"""One event's page: handles its forms and renders it, with the part being edited open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from models.errors import Conflict
from models.events import Event
from models.i18n import N_, message
from models.queries.dated import has_days
from models.reminders import Reminder
from models.vocabulary import EventKind, EventStatus, ReminderState, Role
from service.actions import crud
from service.actions.both_sides.notes import count_notes
from service.actions.copies import source
from service.actions.documents import placements
from service.actions.event_sides import SideOfReader, side_of
from service.actions.events import events
from service.actions.events.attendance import Answers, ComingSight
from service.actions.files import files
from service.actions.ledger import rights
from service.actions.reminders import reminder_planning
from service.actions.undo.offers import UndoOffer, offers
from service.web import copied_lines, event_bookings
from service.web.both_sides.section import read_section
from service.web.event import (
    called_off,
    confirmation,
    days,
    estimate_change,
    facts,
    folding,
    in_charge,
    members,
    programme,
    restored,
    tasks,
    transitions,
    warning_links,
)
from service.web.event.editor import EditRequest, OpenEditor
from service.web.event.page_data import EventPageData, read_dossier
from service.web.forms import FormRefusal, attempt
from service.web.history import EventHistory, read_history
from service.web.page_decorator import page
from service.web.view import View

UNKNOWN_STEP = N_("This page does not know that step. Reload it and try again.")


def _retry(view: View, found: Event) -> None:
    reminder = crud.part(view.session, Reminder, found.id, request.form.get("reminder", ""))
    reminder_planning.retry(view.session, view.act, reminder)


def _not_here(view: View, found: Event) -> None:
    """What is told here, but done at another address.

    Raises:
        Conflict: always.
    """
    raise Conflict(message(UNKNOWN_STEP))


@dataclass(frozen=True, slots=True)
class PageAction:
    """Something the page can do: in which part it is, what is said when it is done, and the form it comes from.

    ``row``: what it changes stays on the page, in a list element with this before its id: that is where it is said.
    """

    run: Callable[[View, Event], None]
    part: str
    done: str
    edit: str = ""
    row: str = ""


_DEEDS: Mapping[str, PageAction] = {
    "step": PageAction(transitions.take, "steps", N_("The status is now “{status}”.")),
    "delete": PageAction(transitions.delete, "steps", ""),
    "accept": PageAction(confirmation.accept, "confirmation", confirmation.ACCEPTED),
    "refuse": PageAction(confirmation.refuse, "confirmation", confirmation.REFUSED),
    "ask": PageAction(confirmation.ask, "confirmation", confirmation.ASKED),
    "take_over": PageAction(in_charge.take_over, "in-charge", in_charge.TAKEN),
    "in_charge": PageAction(in_charge.change, "in-charge", in_charge.CHANGED),
    "facts": PageAction(facts.save, "facts", N_("The facts were saved."), "facts"),
    "days": PageAction(days.save, "days", N_("The days were saved; what hangs on them moved along."), "days"),
    "add_person": PageAction(members.add, "people", N_("The person is on the list."), "person"),
    "change_person": PageAction(members.change, "people", N_("The person was changed."), "person", "person-"),
    "remove_person": PageAction(members.remove, "people", N_("The person was taken off the list."), "person"),
    "add_item": PageAction(
        programme.add, "programme", N_("The item is in the programme. It is not published yet."), "item"
    ),
    "change_item": PageAction(
        programme.change, "programme", N_("The item was changed. That is not published yet."), "item", "item-"
    ),
    "remove_item": PageAction(
        programme.remove, "programme", N_("The item was taken out. That is not published yet."), "item"
    ),
    "publish": PageAction(programme.publish, "programme", N_("The programme is published.")),
    "book": PageAction(event_bookings.do_booking, "bookings", N_("It is booked."), "booking"),
    "hold": PageAction(event_bookings.do_booking, "bookings", N_("It is booked.")),
    "follow": PageAction(event_bookings.do_booking, "bookings", N_("The bookings follow the hours of the event.")),
    "give_back": PageAction(event_bookings.do_booking, "bookings", N_("It was given back.")),
    "task": PageAction(tasks.finish, "tasks", N_("The task was changed.")),
    "add_task": PageAction(tasks.add, "tasks", N_("The task was added."), "task"),
    "change_task": PageAction(tasks.change, "tasks", N_("The task was changed."), "task", "task-"),
    "remove_task": PageAction(tasks.remove, "tasks", N_("The task was deleted."), "task"),
    "undone": PageAction(_not_here, "steps", N_("It was undone.")),
    "restored": PageAction(_not_here, "steps", N_("The draft was restored from the trash.")),
    "retry": PageAction(_retry, "reminders", N_("The reminder will be sent again with the next round.")),
}
_UNDOABLE = _DEEDS.keys() - {"delete", "accept", "refuse", "ask", "publish", "retry", "undone", "restored"}
_EDITORS: Mapping[str, Callable[[EditRequest], OpenEditor]] = {
    "facts": facts.editor,
    "days": days.editor,
    "person": members.editor,
    "item": programme.editor,
    "task": tasks.editor,
}


@page()
def event(view: View, event_id: str) -> Response:
    """Everything about one event; with POST, a step is taken, a part changed, or other days looked at."""
    found = events.find_event(view.session, event_id)
    if request.method != "POST":
        if side_of(view.session, found) is SideOfReader.OTHER:
            return redirect(url_for("pages.shared_event", event_id=event_id, done=request.args.get("done")), 303)
        return _show(view, found)
    word = request.form.get("do", "")
    if word == "look":
        outlook, refusal = days.look(view, found)
        # Undoing took what was read along: it is read again.
        return _show(view, events.find_event(view.session, event_id), refusal, outlook)
    was_draft = found.status is EventStatus.DRAFT
    refusal = attempt(view, lambda: _do(view, found, word))
    if refusal is not None:
        return _show(view, events.find_event(view.session, event_id), refusal)
    if word == "delete":
        if was_draft:
            return redirect(url_for("pages.trash", done="trashed"), 303)
        return redirect(url_for("pages.coming", done="deleted"), 303)
    return redirect(_back_to(event_id, word), 303)


def _back_to(event_id: str, word: str) -> str:
    """The address of the place where something was done, with what was open still open."""
    deed, shown = _DEEDS[word], folding.asked_for()
    row = request.form.get("row", "")[:40] if deed.row else ""
    if deed.part == "reminders":
        shown |= {"reminders"}
    anchor = None if word == "step" else f"{deed.row}{row}" if row else deed.part
    return url_for(
        "pages.event",
        event_id=event_id,
        done=word,
        row=row or None,
        undo=g.request_id if word in _UNDOABLE else None,
        show=folding.written(shown),
        _anchor=anchor,
    )


def _do(view: View, found: Event, word: str) -> None:
    deed = _DEEDS.get(word)
    if deed is None:
        raise Conflict(message(UNKNOWN_STEP))
    with estimate_change.confirmed(view, found, word):
        deed.run(view, found)


def _show(
    view: View, found: Event, refusal: FormRefusal | None = None, outlook: days.MovePreview | None = None
) -> Response:
    may_change = view.may_change(found)
    word, row = _asked() if may_change else ("", "")
    deed = _DEEDS.get(request.args.get("done", ""))
    shown = folding.asked_for()
    if refusal and _part_of(request.form.get("do", "")) == "reminders":
        shown |= {"reminders"}
    dossier = read_dossier(view, found, with_reminders="reminders" in shown)
    changed = request.args.get("row", "") if deed and deed.row else ""
    listed = {
        part: folding.listed(part, entries, {row, changed}, is_open=part in shown)
        for part, entries in dossier.foldable.items()
    }
    open_form = _EDITORS[word](EditRequest(view, found, word, row, refusal)) if word in _EDITORS else None
    is_in_form = open_form is not None and open_form.form.refusal is not None

    board = confirmation.read(view, found)
    other_side = read_section(view, found)

    def at(**more: Any) -> str:
        """An address of this page; what the reader opened stays open."""
        return url_for("pages.event", event_id=found.id, **{"show": folding.written(folding.asked_for())} | more)

    return view.page(
        "event/page.html",
        refusal.status if refusal else 200,
        event=found,
        at=at,
        shown=shown,
        toggled={part: folding.toggled(part) for part in folding.FOLDED},
        dossier=dossier,
        listed=listed,
        may_change=may_change,
        has_days=has_days(found),
        may_date=may_change and days.may_date(view, found),
        contents=_contents(view, found, dossier, has_other_side=bool(other_side)),
        warned=warning_links.of_event(view, found, dossier.notices),
        hitches=warning_links.of_programme(
            view, found, dossier.programme.hitches, dossier.programme.items, may_change=may_change
        ),
        sees_history=view.sees_whole(found),
        reads_learners=found.kind is EventKind.TRAINING_BATCH
        and view.may(Role.OFFICER)
        and rights.reads_money(view.session, found),
        reads_placements=placements.may_read(view.session, found),
        reads_money=rights.reads_money(view.session, found),
        estimate_state=dossier.estimate_state,
        file_count=files.counts(view.session, "event_id", [found.id]).get(found.id, 0)
        if view.sees_whole(found)
        else None,
        note_count=count_notes(view.session, found),
        coming=_coming(view, found, dossier),
        history=_history(view, found, dossier) if "history" in shown and view.sees_whole(found) else None,
        steps=transitions.possible(view, found),
        other_side=other_side,
        confirmation=board,
        in_charge=in_charge.read(view, found),
        called_off=called_off.read(view, found),
        may_delete=transitions.may_delete(view, found),
        editor=open_form,
        holding=row or "new" if word == "booking" else "",
        choices=event_bookings.choices(view) if word == "booking" and not row else [],
        outlook=outlook and _linked(view, found, outlook),
        refusal=refusal,
        refused_in=_part_of(request.form.get("do", "")) if refusal and not is_in_form else "",
        form=request.form,
        may_copy=view.may(Role.OFFICER) and source.may_copy(view.session, found),
        copied_notice=copied_lines.read_notice(view, found.id),
        not_restored=restored.told(view),
        undo=_undo_offer(view) if deed and not refusal else None,
        done=(deed.part, _told(view, found, deed, board), changed) if deed and not refusal else None,
    )


def _undo_offer(view: View) -> UndoOffer | None:
    """The reader's own change that was just made, where it can be undone."""
    request_id = request.args.get("undo", "")
    if not (0 < len(request_id) <= 64) or not view.may(Role.OFFICER):
        return None
    offer = offers(view.session, view.act, [request_id]).get(request_id)
    return offer if offer is not None and offer.can_be else None


def _coming(view: View, found: Event, dossier: EventPageData) -> str:
    """How many answered whether they come, of the people of whom the reader sees it; empty if of nobody."""
    sight = ComingSight.of(view.session, found)
    counted = Answers.of(seat.member for seat in dossier.seats if sight.sees(seat.member))
    return view.say(counted.sentence()) if counted.people else ""


def _told(view: View, found: Event, deed: PageAction, board: confirmation.ConfirmationBoard | None) -> str:
    """That something is done; of a confirmed event also what its change means."""
    done = view.say(deed.done, status=view.status(found.status))
    meaning = confirmation.told_of_change(view, board) if deed.edit and deed.part in {"facts", "days", "people"} else ""
    return f"{done} {meaning}".rstrip()


def _history(view: View, found: Event, dossier: EventPageData) -> EventHistory:
    subjects = {seat.member.id: view.person(seat.person) for seat in dossier.seats}
    subjects |= {line.task.id: view.text(line.task.title) for line in dossier.tasks}
    return read_history(view, found, subjects)


def _part_of(sent: str) -> str:
    """The part of the page where a refusal is told: where what was refused was sent from."""
    deed = _DEEDS.get("days" if sent == "look" else sent)
    return deed.part if deed else "steps"


def _asked() -> tuple[str, str]:
    """Which form is open, and of which row: what the address asks for, or what was sent and is shown again."""
    if request.method != "POST":
        word, _colon, row = request.args.get("edit", "").partition(":")
        return word, row
    sent = request.form.get("do", "")
    deed = _DEEDS.get("days" if sent == "look" else sent)
    return (deed.edit, request.form.get("row", "")) if deed else ("", "")


@dataclass(frozen=True, slots=True)
class LinkedPreview:
    """An outlook with its warnings as the page shows them."""

    outlook: days.MovePreview
    warned: Sequence[warning_links.LinkedWarning]
    hitches: Sequence[warning_links.LinkedWarning]


def _linked(view: View, found: Event, outlook: days.MovePreview) -> LinkedPreview:
    """Nothing is saved yet: the warnings lead nowhere but to the other events they are about."""
    warned = warning_links.of_event(view, found, outlook.notices, is_saved=False)
    hitches = warning_links.of_programme(view, found, outlook.hitches, (), may_change=False)
    return LinkedPreview(outlook, warned, hitches)


def _contents(view: View, event: Event, dossier: EventPageData, *, has_other_side: bool) -> list[tuple[str, str, Any]]:
    """The parts of the page with how much stands in each."""
    opened = sum(not line.task.done for line in dossier.tasks)
    failed = dossier.reminder_counts.get(ReminderState.FAILED, 0)
    dated = [
        ("programme", view.say(N_("Programme")), len(dossier.programme.items)),
        ("bookings", view.say(N_("Rooms, cars, interpreters")), len(dossier.bookings)),
        ("tasks", view.say(N_("Tasks")), view.say(N_("{count} open"), count=opened) if dossier.tasks else 0),
        ("reminders", view.say(N_("Reminders")), view.say(N_("{count} failed"), count=failed) if failed else ""),
    ]
    return [
        *([("other-side", view.say(N_("The other side")), "")] if has_other_side else []),
        ("days", view.say(N_("Days and hours")), ""),
        ("facts", view.say(N_("Facts")), ""),
        ("people", view.say(N_("Who takes part")), len(dossier.seats)),
        *(dated if has_days(event) else ()),
        *([("history", view.say(N_("History")), "")] if view.sees_whole(event) else []),
    ]
