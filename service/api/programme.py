"""/events/{}/programme: hour by hour, and the revisions published."""

from typing import Any

from models.vocabulary import Role
from service.actions import events, programme
from service.api.resource import Blueprint, Resource, act, requires, session
from service.schemas.programme import ProgrammeRevisionSchema, ProgrammeSchema

blp = Blueprint("programme", __name__, description="The programme of an event and its published revisions")


def _programme(event_id: str) -> dict[str, Any]:
    return {
        "items": programme.programme_of(session(), event_id),
        "revisions": programme.revisions_of(session(), event_id),
    }


@blp.route("/events/<event_id>/programme")
class Programme(Resource):
    @requires(Role.VIEWER)
    @blp.one(ProgrammeSchema)
    def get(self, event_id: str) -> Any:
        """The working programme in running order, and the revisions published so far"""
        events.find_event(session(), event_id)
        return _programme(event_id)

    @requires(Role.OFFICER)
    @blp.arguments(ProgrammeSchema)
    @blp.one(ProgrammeSchema)
    def put(self, values: dict[str, Any], event_id: str) -> Any:
        """Put a whole new working programme in the place of the old"""
        event = events.find_event(session(), event_id)
        blp.check_etag(_programme(event_id), ProgrammeSchema)
        programme.replace_programme(session(), act(), event, values["items"])
        return _programme(event_id)


@blp.route("/events/<event_id>/programme/revisions")
class ProgrammeRevisions(Resource):
    @requires(Role.OFFICER)
    @blp.arguments(ProgrammeRevisionSchema)
    @blp.created(ProgrammeRevisionSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Publish the working programme as the next numbered revision"""
        event = events.find_event(session(), event_id)
        return programme.publish_programme(session(), act(), event, values.get("note"))
