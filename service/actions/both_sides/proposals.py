"""Days that the two sides of a shared visit propose to each other: proposed, countered, declined, withdrawn, listed.

Accepting them is in :mod:`service.actions.both_sides.agreeing`. Every step locks the event first and looks then, so of
two steps at once the second finds what the first left. What is proposed changes nothing of the event.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from calendars.days.spans import Days
from calendars.events.host_days import days_in_words
from calendars.proposals.notices import ProposalNotice
from calendars.proposals.steps import NEGOTIABLE, ProposalStep, Refusal, expires_at
from models.both_sides.proposals import Proposal
from models.errors import Conflict, Forbidden, InvalidValue, NotFound
from models.events import Event
from models.i18n import N_, Message, message
from models.queries.office_profiles import OfficeProfiles
from models.vocabulary import EventStatus, ProposalState
from service.actions import crud, permissions
from service.actions.both_sides import proposal_mails
from service.actions.both_sides.proposal_sides import (
    TwoSides,
    check_reads,
    check_shared,
    check_speaks,
    check_step,
    read_by,
    refused,
    sides_of,
)
from service.actions.context import ActionContext
from service.actions.effects.open_proposals import close, end_if_apart, facts_of, open_of, settle_expired
from service.actions.events import events

PROPOSAL_ORDER = (col(Proposal.made_at), col(Proposal.id))
LONGEST_VISIT_DAYS = 3660

ONE_OPEN = N_("Days are proposed for this visit already ({days}), and wait for an answer.")
BACKWARDS = N_("Can't be before the first day.")
TOO_LONG = N_("A visit of more than {count} days can't be agreed on here.")
NOT_AHEAD = N_("These days have begun already: propose days that are still to come.")
ANSWERED_TOO_LATE = N_("The answer has to come before the first day proposed: choose an earlier day.")
ANSWER_BY_PAST = N_("This day is over where the answer is to be given: choose a later one.")
POSTPONED_SAME = N_("A postponed visit returns with other days than those it was postponed from.")

Check = Callable[[Proposal], None]
"""Refuses what the caller did not read: called with the proposal as it is, once its event is locked."""


def proposals_where(session: Session, event: Event) -> Any:
    """The SELECT of what the reader's office proposed for an event or was asked.

    Raises:
        Forbidden: the session is of neither side.
    """
    sides = check_reads(session, event)
    return select(Proposal).where(Proposal.event_id == event.id, read_by(session, sides))


def find_proposal(session: Session, identity: str) -> tuple[Proposal, Event]:
    """A proposal and its event.

    Raises:
        NotFound: there is none, or the session may not see its event, or is of neither side.
    """
    row = session.get(Proposal, identity)
    if row is None or permissions.hidden(session, [row.event_id]):
        raise NotFound(crud.called(Proposal), identity)
    event = events.find_event(session, row.event_id)
    try:
        found = session.exec(proposals_where(session, event).where(Proposal.id == identity)).first()
    except Forbidden:
        found = None
    if found is None:
        raise NotFound(crud.called(Proposal), identity)
    return row, event


def lock(session: Session, event: Event) -> None:
    """Let nobody else change the event, share it or take a step until the transaction ends, and read it anew.

    Raises:
        NotFound: it has been deleted meanwhile.
    """
    session.flush()
    found = session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound(crud.called(Event), event.id)
    session.refresh(event)


def propose(session: Session, act: ActionContext, event: Event, values: Mapping[str, Any]) -> Proposal:
    """Propose days to the other side: ``first_day``, ``last_day``, and perhaps a ``note`` and ``answer_by``.

    Raises:
        Forbidden: the session is of neither side.
        Conflict: the event is not shared, its days are settled, or an open proposal is there (``proposal``).
        Invalid: the days are not right.
    """
    lock(session, event)
    sides = sides_of(session, event)
    own = check_speaks(session, event, sides)
    check_shared(sides)
    _clear_table(session, act, event)
    return _make(session, act, event, sides, own, values)


def propose_for_other_side(session: Session, act: ActionContext, event: Event, values: Mapping[str, Any]) -> Proposal:
    """Write down days that somebody without an account proposed for the other side, as its proposal; who is in charge
    of the event does, and answers it like any other. No account of the other office stands behind it.

    Raises:
        Forbidden: the session is not in charge of the event.
        Conflict, Invalid: as :func:`propose`.
    """
    permissions.check_change(session, event)
    lock(session, event)
    sides = sides_of(session, event)
    other = check_shared(sides)
    _clear_table(session, act, event)
    return _make(session, act, event, sides, other, values, has_account=False)


def _clear_table(session: Session, act: ActionContext, event: Event) -> None:
    """Make sure that days can be proposed now.

    Raises:
        Conflict: the days of the event are settled, or an open proposal is there (``proposal``).
    """
    if event.status not in NEGOTIABLE:
        raise refused(Refusal.EVENT_CLOSED)
    end_if_apart(session, act, event)
    if (present := open_of(session, event)) is not None:
        if facts_of(session, present).state_at(act.now) is ProposalState.OPEN:
            what = message(ONE_OPEN, days=days_in_words(Days(present.first_day, present.last_day)))
            raise Conflict(what, code="proposal_open", proposal=present.id)
        settle_expired(session, act, present)


def counter(
    session: Session, act: ActionContext, row: Proposal, event: Event, values: Mapping[str, Any], check: Check
) -> Proposal:
    """Answer a proposal with other days: a proposal of this side, which the other one answers.

    Raises:
        Forbidden: it is the other side's turn.
        Conflict: the proposal waits for no answer, or the days of its event are settled.
        Invalid: the days are not right.
    """
    sides = begin(session, act, row, event, ProposalStep.COUNTER, check)
    close(session, act, row, ProposalStep.COUNTER)
    return _make(session, act, event, sides, facts_of(session, row).to_office, values, counters=row)


def decline(
    session: Session, act: ActionContext, row: Proposal, event: Event, note: str | None, check: Check
) -> Proposal:
    """Answer a proposal with no.

    Raises:
        Forbidden: it is the other side's turn.
        Conflict: the proposal waits for no answer.
    """
    begin(session, act, row, event, ProposalStep.DECLINE, check)
    close(session, act, row, ProposalStep.DECLINE, note)
    proposal_mails.tell(session, act, event, row, ProposalNotice.ANSWERED)
    return row


def withdraw(session: Session, act: ActionContext, row: Proposal, event: Event, check: Check) -> Proposal:
    """Take an own proposal back.

    Raises:
        Forbidden: the other side made it.
        Conflict: the proposal waits for no answer.
    """
    begin(session, act, row, event, ProposalStep.WITHDRAW, check)
    was_told = proposal_mails.has_told(session, row)
    close(session, act, row, ProposalStep.WITHDRAW)
    if was_told:
        proposal_mails.tell(session, act, event, row, ProposalNotice.WITHDRAWN)
    return row


def begin(
    session: Session, act: ActionContext, row: Proposal, event: Event, step: ProposalStep, check: Check
) -> TwoSides:
    """Lock the event, read the proposal anew, and make sure that a step is possible.

    Raises: as :func:`service.actions.both_sides.proposal_sides.check_step`, and what ``check`` raises.
    """
    lock(session, event)
    session.refresh(row)
    sides = sides_of(session, event)
    check_step(session, act, event, row, sides, step)
    check(row)
    return sides


def _make(
    session: Session,
    act: ActionContext,
    event: Event,
    sides: TwoSides,
    office: str,
    values: Mapping[str, Any],
    *,
    counters: Proposal | None = None,
    has_account: bool = True,
) -> Proposal:
    to_office = sides.opposite(office)
    zone = zone_of(session, act, to_office)
    first, last, answer_by = values["first_day"], values["last_day"], values.get("answer_by")
    crud.check(_errors(event, first, last, answer_by, zone, act.now))
    row = Proposal(
        event_id=event.id,
        first_day=first,
        last_day=last,
        note=values.get("note") or None,
        answer_by=answer_by,
        expires_at=expires_at(first, answer_by, zone),
        from_office=office,
        to_office=to_office,
        made_by=act.user.id if act.user and has_account else None,
        made_at=act.now,
        counters_id=None if counters is None else counters.id,
    )
    crud.create(session, act, row, event_id=event.id)
    proposal_mails.plan(session, act, event, row, zone)
    return row


def zone_of(session: Session, act: ActionContext, office: str) -> str:
    """The time zone of an office."""
    return OfficeProfiles.load(session, permissions.offices(session)).zone(office, act.common.office.timezone)


def _errors(
    event: Event, first: date, last: date, answer_by: date | None, zone: str, now: datetime
) -> dict[str, list[Message]]:
    errors: dict[str, list[Message]] = {}
    if last < first:
        errors["last_day"] = [message(BACKWARDS)]
    elif len(Days(first, last)) > LONGEST_VISIT_DAYS:
        errors["last_day"] = [message(TOO_LONG, count=LONGEST_VISIT_DAYS)]
    try:
        if now >= expires_at(first, None, zone):
            errors["first_day"] = [message(NOT_AHEAD)]
        elif answer_by is not None and answer_by >= first:
            errors["answer_by"] = [message(ANSWERED_TOO_LATE)]
        elif answer_by is not None and now >= expires_at(first, answer_by, zone):
            errors["answer_by"] = [message(ANSWER_BY_PAST)]
    except InvalidValue as wrong:
        errors["first_day"] = [wrong.detail]
    if event.status is EventStatus.POSTPONED and first == event.postponed_from:
        errors.setdefault("first_day", [message(POSTPONED_SAME)])
    return errors


def all_of(session: Session, event: Event) -> Sequence[Proposal]:
    """What was proposed for an event, the oldest first, for who may read it; one query.

    Raises:
        Forbidden: the session is of neither side.
    """
    found: Sequence[Proposal] = session.exec(proposals_where(session, event).order_by(*PROPOSAL_ORDER)).all()
    return found
