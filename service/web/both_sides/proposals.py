"""The page on which the two sides of a visit agree on its days: what is proposed, the answers, and what came before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.days.spans import Days, days_after
from calendars.openings.search import Opening
from calendars.proposals.steps import NEGOTIABLE, REASONS, STATE_NAMES, ProposalStep, Refusal
from models.both_sides.proposals import LONGEST_NOTE, Proposal
from models.errors import Conflict, Forbidden, Invalid, Stale
from models.events import Event
from models.i18n import N_, message
from models.vocabulary import EventStatus, ProposalState, Role
from service.actions.both_sides import agreeing, proposals
from service.actions.both_sides.agreeing import AcceptanceRefused
from service.actions.both_sides.proposal_sides import TwoSides, check_reads
from service.actions.both_sides.proposal_views import ProposalView, views_of
from service.actions.events import events
from service.actions.scheduling.openings import OpeningsRequest, find_openings
from service.schemas.proposals import DeclinedProposalSchema, WantedProposalSchema
from service.web.both_sides.ways import reads_in
from service.web.bound_form import BoundForm
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.form_tokens import keep, new_token, recalled, token_of_form
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.view import View

BEST = 3
"""So many openings are offered."""

LOOKED_AHEAD_DAYS = 180
DONE: Mapping[str, str] = {
    "propose": N_("The days were proposed. The other side has been asked for an answer."),
    "counter": N_("Your days were proposed in answer. The other side has been asked for an answer."),
    "accept": N_("You have agreed on these days. The visit was moved to them."),
    "decline": N_("The days were declined. The other side has been told."),
    "withdraw": N_("The proposal was withdrawn."),
}
_OTHER_DAYS = "other"
_CLOSING = "close a proposal"
_MAKING = "propose days"
_WANTED = (
    FieldSpec("first_day", FieldType.DAY, N_("First day")),
    FieldSpec("last_day", FieldType.DAY, N_("Last day")),
    FieldSpec(
        "answer_by",
        FieldType.DAY,
        N_("Answer by"),
        N_("The last day for the answer; after it the proposal expires. Without one it stands until its first day."),
    ),
    FieldSpec("note", FieldType.LINES, N_("Note for the other side"), length=LONGEST_NOTE),
)
_DECLINED = (FieldSpec("note", FieldType.LINES, N_("Note for the other side"), length=LONGEST_NOTE),)


@dataclass(frozen=True, slots=True)
class _Board:
    """What the page shows: all proposals, the open one among them, and the sides."""

    event: Event
    sides: TwoSides
    views: Sequence[ProposalView]

    @property
    def open(self) -> ProposalView | None:
        """The proposal that waits for an answer."""
        return next((one for one in self.views if one.state is ProposalState.OPEN), None)


@page()
def event_proposals(view: View, event_id: str) -> Response:
    """Days to agree on: the open proposal with its answers, or the form to propose some; then the course so far."""
    board = _read(view, event_id)
    refusal: FormRefusal | None = None
    if request.method == "POST":
        word = request.form.get("do", "")
        refused: list[AcceptanceRefused] = []
        refusal = attempt(view, lambda: _take(view, event_id, word, refused))
        if refusal is None:
            return redirect(url_for("pages.event_proposals", event_id=event_id, done=word), 303)
        if refused:
            row, _event = proposals.find_proposal(view.session, request.form.get("proposal", ""))
            agreeing.keep_refusal(view.session, view.act, row, refused[0])
        board = _read(view, event_id)
    return _show(view, board, refusal)


def _read(view: View, event_id: str) -> _Board:
    event = events.find_event(view.session, event_id)
    try:
        sides = check_reads(view.session, event)
    except Forbidden:
        raise Forbidden(message(REASONS[Refusal.NOT_A_SIDE]), code=Refusal.NOT_A_SIDE.value) from None
    rows = proposals.all_of(view.session, event)
    return _Board(event, sides, views_of(view.session, view.act, event, sides, rows))


def _take(view: View, event_id: str, word: str, refused: list[AcceptanceRefused]) -> None:
    """Do what a button says, as it stood when the page was read."""
    if word == "propose":
        _propose(view, events.find_event(view.session, event_id))
        return
    steps: Mapping[str, ProposalStep] = {step.value: step for step in ProposalStep}
    if word not in steps:
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
    if recalled(view, _CLOSING) is not None:
        return
    row, event = proposals.find_proposal(view.session, request.form.get("proposal", ""))
    match steps[word]:
        case ProposalStep.ACCEPT:
            try:
                agreeing.accept(view.session, view.act, row, event, _check_event(event))
            except AcceptanceRefused as refusal:
                refused.append(refusal)
                raise
        case ProposalStep.DECLINE:
            values = DeclinedProposalSchema().load(_without_empty(values_of(_DECLINED, request.form)))
            proposals.decline(view.session, view.act, row, event, values.get("note"), _check_proposal)
        case ProposalStep.COUNTER:
            proposals.counter(view.session, view.act, row, event, _wanted(), _check_proposal)
        case ProposalStep.WITHDRAW:
            proposals.withdraw(view.session, view.act, row, event, _check_proposal)
    keep(view, _CLOSING, proposal=row.id)


def _propose(view: View, event: Event) -> None:
    if recalled(view, _MAKING) is None:
        keep(view, _MAKING, proposal=proposals.propose(view.session, view.act, event, _wanted()).id)


def _wanted() -> dict[str, Any]:
    """The days of a form: one of the openings, or those typed."""
    values = _without_empty(values_of(_WANTED, request.form))
    chosen = request.form.get("days", _OTHER_DAYS)
    if chosen != _OTHER_DAYS:
        first, _between, last = chosen.partition("_")
        values |= {"first_day": first, "last_day": last}
    wanted: dict[str, Any] = WantedProposalSchema().load(values)
    return wanted


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _check_event(event: Event) -> proposals.Check:
    def check(row: Proposal) -> None:
        if request.form.get("event_version") != str(event.version):
            raise Stale
        _check_proposal(row)

    return check


def _check_proposal(row: Proposal) -> None:
    if request.form.get("version") != str(row.version):
        raise Stale


def _show(view: View, board: _Board, refusal: FormRefusal | None) -> Response:
    event, present = board.event, board.open
    may_propose = _may_propose(view, board)
    may_counter = present is not None and ProposalStep.COUNTER in present.possible
    offered: Sequence[Opening] = ()
    held: dict[str, Any] = {}
    if may_propose or may_counter:
        days = Days(event.first_day, event.last_day)
        if present is not None:
            days = Days(present.row.first_day, present.row.last_day)
        offered = _openings(view, event, days)
        held = {"first_day": days.first.isoformat(), "last_day": days.last.isoformat()} if may_propose else {}
    is_of_form = refusal is not None and request.form.get("do") in ("propose", "counter")
    form = BoundForm(
        view,
        _WANTED,
        held,
        typed=request.form if is_of_form else None,
        refusal=refusal if is_of_form else None,
        prefix="days-",
    )
    other = board.sides.opposite(board.sides.own) if board.sides.own else board.sides.other
    return view.page(
        "both_sides/proposals.html",
        refusal.status if refusal else 200,
        event=event,
        open=present,
        past=[one for one in reversed(board.views) if one is not present],
        states=STATE_NAMES,
        office_name=view.place_in_sentence,
        other=other,
        reads_in=reads_in(view, other) if other and (may_propose or may_counter) else "",
        sides=board.sides,
        is_postponed=event.status is EventStatus.POSTPONED,
        is_closed=event.status not in NEGOTIABLE,
        may_propose=may_propose,
        may_counter=may_counter,
        offered=offered,
        chosen=request.form.get("days", "") if is_of_form else "",
        form=form,
        token=token_of_form() if refusal else new_token(),
        refusal=refusal,
        done=DONE.get(request.args.get("done", ""), ""),
    )


def _may_propose(view: View, board: _Board) -> bool:
    may = view.may(Role.OFFICER) and board.sides.own is not None and board.sides.other is not None
    return may and board.open is None and board.event.status in NEGOTIABLE


def _openings(view: View, event: Event, days: Days) -> Sequence[Opening]:
    """The best days that suit both sides, as far as the reader may know, for a visit as long as this one."""
    first = days_after(view.act.today, 1)
    wanted = OpeningsRequest(len(days), first, _last(first), event_id=event.id)
    try:
        found = find_openings(view.session, view.act, wanted).openings
    except Invalid:
        return ()  # longer than what is looked at
    return [one for one in found if one.days != days][:BEST]


def _last(first: date) -> date:
    return days_after(first, LOOKED_AHEAD_DAYS)
