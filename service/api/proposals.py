"""/events/{}/proposals, /proposals/{} and the answers to them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import request
from flask_smorest.exceptions import PreconditionRequired
from flask_smorest.pagination import PaginationParameters

from models.both_sides.proposals import Proposal
from models.events import Event
from models.vocabulary import Role
from service.actions import outside
from service.actions.both_sides import agreeing, proposals
from service.actions.both_sides.agreeing import AcceptanceRefused
from service.actions.both_sides.proposal_sides import sides_of
from service.actions.both_sides.proposal_views import views_of
from service.actions.events import events
from service.api.events import show as show_event
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.events import AnyEventSchema
from service.schemas.proposals import DeclinedProposalSchema, ProposalSchema, WantedProposalSchema
from service.schemas.queries import QuerySchema

blp = ApiBlueprint("proposals", __name__, description="Days that the two sides of a shared event agree on")


def show(event: Event, *rows: Proposal) -> list[dict[str, Any]]:
    """Proposals of one event as this reader sees them."""
    return [one.as_json() for one in views_of(session(), act(), event, sides_of(session(), event), rows)]


def _check_if_sent(event: Event) -> Callable[[Proposal], None]:
    """Refuse a step from what somebody has changed since it was read, if the client says what it read."""

    def check(row: Proposal) -> None:
        if request.if_match:
            blp.check_etag(show(event, row)[0], ProposalSchema)

    return check


@blp.route("/events/<event_id>/proposals")
class EventProposalsView(ApiView):
    @requires(Role.VIEWER)
    @operation("listProposals")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(ProposalSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """List the days that were proposed for an event, the oldest first

        Both sides of a shared event read all of it; 403 `not_a_side` for others who may read the event.
        """
        event = events.find_event(session(), event_id)
        found = proposals.proposals_where(session(), event)
        return show(event, *page(pagination_parameters, found, *proposals.PROPOSAL_ORDER))

    @requires(Role.OFFICER)
    @operation("createProposal")
    @blp.arguments(WantedProposalSchema)
    @blp.created(ProposalSchema, at="/api/v1/proposals")
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Propose days to the other side of a shared event

        The event stays as it is until they are accepted. Either side may propose; 409 `not_shared` where the event is
        shared with nobody, `proposal_open` with the `proposal` that waits for an answer, `event_closed` for an event
        that was called off, has begun or is over.
        """
        event = events.find_event(session(), event_id)
        return show(event, proposals.propose(session(), act(), event, values))[0]


@blp.route("/proposals/<proposal_id>")
class ProposalPartView(ApiView):
    @requires(Role.VIEWER)
    @operation("getProposal")
    @blp.one(ProposalSchema)
    def get(self, proposal_id: str) -> Any:
        """Read a proposal; the list of its event has all"""
        row, event = proposals.find_proposal(session(), proposal_id)
        return show(event, row)[0]


@blp.route("/proposals/<proposal_id>/accept")
class AcceptedProposalView(ApiView):
    @requires(Role.OFFICER)
    @operation("acceptProposal")
    @blp.one(ProposalSchema)
    def post(self, proposal_id: str) -> Any:
        """Accept proposed days: the event moves to them

        Only the side that is asked: 403 `not_your_turn`. If-Match is required, with the ETag of the **event**: who
        accepts knows what is moved. Bookings, programme, tasks and reminders follow as when its own office moves it. If
        it can't be moved, its own side reads what conflicts; the other side gets 409 `days_not_possible` and nothing
        more, and the own side is told.
        """
        row, event = proposals.find_proposal(session(), proposal_id)
        if not request.if_match:
            raise PreconditionRequired

        def check(_row: Proposal) -> None:
            blp.check_etag(show_event(event), AnyEventSchema)

        try:
            agreeing.accept(session(), act(), row, event, check)
        except AcceptanceRefused as refusal:
            agreeing.keep_refusal(session(), act(), row, refusal)
            # What was written down is kept, and the answer is the error.
            outside.ask(f"refused {row.id}", partial(_raising, refusal), keeps=True)
        return show(event, row)[0]


def _raising(refusal: AcceptanceRefused) -> Callable[[], None]:
    def work() -> None:
        raise refusal

    return work


@blp.route("/proposals/<proposal_id>/decline")
class DeclinedProposalView(ApiView):
    @requires(Role.OFFICER)
    @operation("declineProposal")
    @blp.arguments(DeclinedProposalSchema)
    @blp.one(ProposalSchema)
    def post(self, values: dict[str, Any], proposal_id: str) -> Any:
        """Decline proposed days

        Only the side that is asked: 403 `not_your_turn`. 409 `not_open` if it waits for no answer any more. If-Match,
        with the ETag of the proposal, is optional.
        """
        row, event = proposals.find_proposal(session(), proposal_id)
        note = values.get("note") or None
        return show(event, proposals.decline(session(), act(), row, event, note, _check_if_sent(event)))[0]


@blp.route("/proposals/<proposal_id>/counter")
class CounteredProposalView(ApiView):
    @requires(Role.OFFICER)
    @operation("counterProposal")
    @blp.arguments(WantedProposalSchema)
    @blp.created(ProposalSchema, at="/api/v1/proposals")
    def post(self, values: dict[str, Any], proposal_id: str) -> Any:
        """Answer proposed days with others

        The proposal becomes `countered`, and the answer is a proposal of the side that was asked, which the other one
        answers. Only the side that is asked: 403 `not_your_turn`. If-Match, with the ETag of the proposal, is optional.
        """
        row, event = proposals.find_proposal(session(), proposal_id)
        return show(event, proposals.counter(session(), act(), row, event, values, _check_if_sent(event)))[0]


@blp.route("/proposals/<proposal_id>/withdraw")
class WithdrawnProposalView(ApiView):
    @requires(Role.OFFICER)
    @operation("withdrawProposal")
    @blp.one(ProposalSchema)
    def post(self, proposal_id: str) -> Any:
        """Take proposed days back

        Only the side that proposed them: 403 `not_your_turn`. 409 `not_open` if they were answered or have expired.
        If-Match, with the ETag of the proposal, is optional.
        """
        row, event = proposals.find_proposal(session(), proposal_id)
        return show(event, proposals.withdraw(session(), act(), row, event, _check_if_sent(event)))[0]
