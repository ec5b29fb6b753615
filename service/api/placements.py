"""/events/{}/placements: who is in which car, room and seat."""

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from calendars.placements.proposals import WantedTables
from calendars.placements.values import Placements
from models.vocabulary import Role
from service.actions.documents import placements
from service.actions.documents.placements import PlacementBoard
from service.actions.events import events
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.http.app_context import current_context
from service.http.error_responses import reader_language
from service.schemas.placements import PlacementsSchema, ProposalWantedSchema

blp = ApiBlueprint("placements", __name__, description="Who of an event is in which car, room and seat")


def _answer(board: PlacementBoard) -> dict[str, Any]:
    language = reader_language()
    return board.placed.to_json() | {
        "warnings": [
            {
                "code": hitch.code,
                "severity": hitch.severity.value,
                "detail": hitch.detail.to(language),
                "advice": hitch.advice.to(language),
                "at": hitch.at,
                "people": list(hitch.people),
            }
            for hitch in board.warnings
        ]
    }


@blp.route("/events/<event_id>/placements")
class PlacementsView(ApiView):
    @requires(Role.VIEWER)
    @operation("getPlacements")
    @blp.one(PlacementsSchema)
    def get(self, event_id: str) -> Any:
        """Read who is in which car, room and seat, and what does not fit

        What is not there any more (a booking that was given back, somebody who left the list, an item of the programme)
        is left out and named among the warnings. Readers of another office, or of the other side, find none: 404.
        """
        event = events.find_event(session(), event_id)
        return _answer(placements.read_board(session(), event))

    @requires(Role.OFFICER)
    @operation("replacePlacements")
    @blp.arguments(PlacementsSchema)
    @blp.one(PlacementsSchema)
    def put(self, values: dict[str, Any], event_id: str) -> Any:
        """Replace who is in which car, room and seat

        Bookings, members and items must be this event's, and nobody may be in one car, room or at one table twice.
        Everything else that does not fit only causes a warning.
        """
        event = events.find_event(session(), event_id)
        placements.lock(session(), event)
        blp.check_etag(_answer(placements.read_board(session(), event)), PlacementsSchema)
        wanted = Placements.read(values)
        return _answer(placements.replace_placements(session(), act(), event, wanted))


@blp.route("/events/<event_id>/placements/proposal")
class PlacementProposalView(ApiView):
    never_stored = True

    @requires(Role.OFFICER)
    @operation("proposePlacements")
    @blp.arguments(ProposalWantedSchema)
    @blp.response(200, PlacementsSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Propose who is in which car, room and seat; nothing is saved

        By precedence: the head's car with their counterpart and an interpreter; rooms of their own, shared only by
        people whose sex you may read; long tables for sessions and round ones for banquets. Save it with PUT.
        """
        event = events.find_event(session(), event_id)
        wanted = values.get("tables")
        asked = None if wanted is None else [WantedTables(one["for"], one["form"], one["size"]) for one in wanted]
        board = placements.propose_placements(session(), event, current_context().settings.secret_key, asked)
        return _answer(board)

    def dispatch_request(self, **kwargs: Any) -> ResponseReturnValue:
        """As for every view, but with ``no-store``: who shares a room follows from particulars."""
        answer = super().dispatch_request(**kwargs)
        if isinstance(answer, Response):
            answer.headers["Cache-Control"] = "no-store"
        return answer
