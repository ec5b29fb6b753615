"""/people/{id}/particulars: stored encrypted, for those concerned only; to others there are none."""

from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from models.places import Person
from models.vocabulary import Role
from service.actions import crud
from service.actions.directory import particulars
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.http.app_context import current_context
from service.schemas.particulars import ParticularsSchema

blp = ApiBlueprint("particulars", __name__, description="Particulars of those who travel: sealed, forgotten in time")


def _secret() -> str:
    return current_context().settings.secret_key


@blp.route("/people/<person_id>/particulars")
class ParticularsView(ApiView):
    never_stored = True

    @requires(Role.OFFICER)
    @operation("getParticulars")
    @blp.one(ParticularsSchema)
    def get(self, person_id: str) -> Any:
        """Read a person's particulars

        For the person's own organisation, approvers, the protocol office, and whoever is in charge of a current event
        that the person's own side added them to. Everybody else finds none.
        """
        return particulars.particulars_of(session(), _secret(), crud.find(session(), Person, person_id))

    @requires(Role.OFFICER)
    @operation("replaceParticulars")
    @blp.arguments(ParticularsSchema)
    @blp.response(200, ParticularsSchema)
    def put(self, values: dict[str, Any], person_id: str) -> Any:
        """Store a person's particulars in place of those before

        What is left out is not known any more. With `If-Match` only if they are still what was read. They are deleted
        together with the passport, some days after the last visit.
        """
        person = crud.find(session(), Person, person_id)
        if "If-Match" in request.headers:
            blp.check_etag(particulars.particulars_of(session(), _secret(), person), ParticularsSchema)
        return particulars.store_particulars(session(), act(), _secret(), person, values)

    def dispatch_request(self, **kwargs: Any) -> ResponseReturnValue:
        """As for every view, but with ``no-store``: no browser or proxy may cache the response."""
        answer = super().dispatch_request(**kwargs)
        if isinstance(answer, Response):
            answer.headers["Cache-Control"] = "no-store"
        return answer
