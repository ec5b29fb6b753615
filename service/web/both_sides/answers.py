"""Answers by mail: of one event for who is in charge of it, of all events for administrators; the inbox's state."""

from collections.abc import Mapping

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.replies.values import Unread
from models.errors import Conflict
from models.events import Event
from models.i18n import N_, NP_, message
from models.vocabulary import AnswerReason, InboxOutcome, Role
from service.actions.both_sides import answer_queries, answers
from service.actions.events import events
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.query_params import page_number, pages_for
from service.web.view import View

SIZE = 50

OUTCOMES: Mapping[InboxOutcome, str] = {
    InboxOutcome.APPLIED: NP_("of an answer by mail", "Applied"),
    InboxOutcome.UNPROVEN: NP_("of an answer by mail", "Unproven"),
    InboxOutcome.UNREAD: NP_("of an answer by mail", "Left unread"),
    InboxOutcome.AUTOMATIC: NP_("of an answer by mail", "Automatic mail"),
    InboxOutcome.REFUSED: NP_("of an answer by mail", "Not applied"),
}

REASONS: Mapping[str, str] = {
    Unread.TOO_LARGE: N_("The mail is larger than 1 MB."),
    Unread.TOO_DEEP: N_("The mail has too many parts."),
    Unread.MALFORMED: N_("Its calendar part can’t be read."),
    Unread.ENCRYPTED: N_("The mail is encrypted."),
    Unread.TNEF: N_("The mail is in a form that only Outlook reads (winmail.dat)."),
    Unread.NO_CALENDAR: N_("It is an ordinary mail: read it in the mailbox."),
    Unread.SEVERAL_CALENDARS: N_("It holds several answers that differ."),
    Unread.NO_METHOD: N_("It does not say whether it is an answer."),
    Unread.NOT_AN_ANSWER: N_("It holds a calendar entry, but no answer."),
    Unread.NO_EVENT: N_("It is about no event."),
    Unread.SEVERAL_EVENTS: N_("It is about several events at once."),
    Unread.NO_UID: N_("It does not say which event it is about."),
    Unread.NO_ATTENDEE: N_("It does not say who answers."),
    Unread.SEVERAL_ATTENDEES: N_("It names several people and does not say who answers."),
    Unread.NO_PARTSTAT: N_("It does not say what the answer is."),
    Unread.DELEGATED: N_("They send somebody else."),
    Unread.NO_DAYS: N_("It proposes other days, but does not say which."),
    AnswerReason.UNKNOWN_EVENT: N_("It is about an event that is not here."),
    AnswerReason.NO_TOKEN: N_("It did not come to the address of the invitation: anybody may have written it."),
    AnswerReason.BAD_TOKEN: N_("It came to an address that holds no longer, or that somebody made up."),
    AnswerReason.OTHER_EVENT: N_("It came to the address of an invitation to another event."),
    AnswerReason.OTHER_ATTENDEE: N_("It came to the address of another person’s invitation, or from another address."),
    AnswerReason.ONE_DAY_ONLY: N_("It is about a single day of a series."),
    AnswerReason.OTHER_DAYS: N_("It answers an invitation to days that have been changed since."),
    AnswerReason.CALLED_OFF: N_("The event was postponed or cancelled."),
    AnswerReason.OLDER: N_("A later answer took its place, or said the same."),
    AnswerReason.TOO_MANY: N_("This person has proposed other days too often."),
}
"""Why a message was not applied, for every word that is kept."""


@page()
def event_answers(view: View, event_id: str) -> Response:
    """The answers by mail about an event; with POST one without proof is applied."""
    event = events.find_event(view.session, event_id)
    answer_queries.check_reader(view.session, event)
    refusal: FormRefusal | None = None
    if request.method == "POST":
        refusal = attempt(view, lambda: _apply(view, event))
        if refusal is None:
            return redirect(url_for("pages.event_answers", event_id=event_id, done="applied"), 303)
        event = events.find_event(view.session, event_id)
    number = page_number()
    found, total = answer_queries.of_event(view.session, event.id, (number - 1) * SIZE, SIZE)
    return view.page(
        "both_sides/answers.html",
        refusal.status if refusal else 200,
        event=event,
        found=found,
        may_apply=view.may(Role.OFFICER) and view.may_change(event),
        refusal=refusal,
        done=request.args.get("done") == "applied" and refusal is None,
        **_shared(view, number, total),
    )


@page(read=Role.ADMIN, write=Role.ADMIN)
def office_answers(view: View) -> Response:
    """The answers by mail about all events of the office."""
    number = page_number()
    found, total = answer_queries.of_office(view.session, (number - 1) * SIZE, SIZE)
    return view.page(
        "both_sides/answers.html",
        event=None,
        found=found,
        may_apply=False,
        refusal=None,
        done=False,
        **_shared(view, number, total),
    )


def _apply(view: View, event: Event) -> None:
    if request.form.get("do") != "apply":
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
    answers.apply_by_hand(view.session, view.act, event, request.form.get("row", "")[:26])


def _shared(view: View, number: int, total: int) -> Mapping[str, object]:
    return {
        "number": number,
        "pages": pages_for(total, SIZE),
        "outcomes": OUTCOMES,
        "reasons": REASONS,
        "is_read": view.act.office.answers is not None,
        "folder": answer_queries.inbox_state(view.session).folder,
    }
