"""In one line how it stands with the days of a visit: who waits for whom, and until when."""

from models.events import Event
from models.i18n import N_
from models.vocabulary import ProposalState
from service.actions import permissions
from service.actions.both_sides import proposals
from service.actions.both_sides.proposal_sides import reads_proposals, sides_of
from service.actions.both_sides.proposal_views import ProposalView, views_of
from service.actions.event_sides import SideOfReader
from service.web.view import View


class Waiting(str):
    """How it stands with something that waits for who reads the line."""

    __slots__ = ()


def days_state(view: View, event: Event, _side: SideOfReader) -> str | None:
    """How it stands with the days of an event; None where there is nobody to agree with. No query with one office."""
    if permissions.offices(view.session).alone:
        return None
    sides = sides_of(view.session, event)
    if not reads_proposals(view.session, event, sides):
        return None
    views = views_of(view.session, view.act, event, sides, proposals.all_of(view.session, event))
    present = next((one for one in views if one.state is ProposalState.OPEN), None)
    if present is not None:
        return waiting_line(view, present)
    if not views:
        return None if sides.other is None else view.say(N_("No days are proposed."))
    last = views[-1]
    days = view.days(last.row.first_day, last.row.last_day)
    return view.say(_LAST[last.state], days=days)


def waiting_line(view: View, one: ProposalView) -> str:
    """Who waits for whom since when, and until when."""
    until = one.row.answer_by
    if not one.is_own:
        if until is None:
            return Waiting(view.say(N_("Waiting for your answer.")))
        return Waiting(view.say(N_("Waiting for your answer, until {day}."), day=view.day(until)))
    office, since = view.place_in_sentence(one.to_office), view.day_of(one.row.made_at)
    if until is None:
        return view.say(N_("Waiting for {office} since {day}."), office=office, day=since)
    until_day = view.day(until)
    return view.say(N_("Waiting for {office} since {day}, until {until}."), office=office, day=since, until=until_day)


_LAST = {
    ProposalState.ACCEPTED: N_("Agreed: {days}."),
    ProposalState.DECLINED: N_("Declined: {days}."),
    ProposalState.COUNTERED: N_("Other days were proposed: {days}."),
    ProposalState.WITHDRAWN: N_("Withdrawn: {days}."),
    ProposalState.EXPIRED: N_("Expired without an answer: {days}."),
}
