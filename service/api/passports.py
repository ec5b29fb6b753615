"""/people/{id}/passport: kept sealed, shown masked, revealed for a reason."""

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from models.places import Person
from models.vocabulary import Role
from service.actions import crud
from service.actions.directory import passports
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.http.app_context import current_context
from service.schemas.passports import PassportSchema, RevealedSchema, RevealSchema

blp = ApiBlueprint(
    "passports", __name__, description="Passports of those who travel: sealed, masked, forgotten in time"
)


def _secret() -> str:
    return current_context().settings.secret_key


def _person(person_id: str) -> Person:
    return crud.find(session(), Person, person_id)


@blp.route("/people/<person_id>/passport")
class PassportView(ApiView):
    @requires(Role.OFFICER)
    @operation("getPassport")
    @blp.response(200, PassportSchema)
    def get(self, person_id: str) -> Any:
        """Read a person's passport; of its number the last three characters"""
        return passports.passport_of(session(), _secret(), _person(person_id))

    @requires(Role.OFFICER)
    @operation("replacePassport")
    @blp.arguments(PassportSchema)
    @blp.response(200, PassportSchema)
    def put(self, values: dict[str, Any], person_id: str) -> Any:
        """Keep a person's passport; the office's number of days after their last visit it is deleted"""
        return passports.store_passport(session(), act(), _secret(), _person(person_id), values)

    @requires(Role.OFFICER)
    @operation("deletePassport")
    @blp.response(204)
    def delete(self, person_id: str) -> None:
        """Forget a person's passport"""
        passports.delete_passport(session(), act(), _person(person_id))


@blp.route("/people/<person_id>/passport/reveal")
class RevealedPassportView(ApiView):
    never_kept = True  # each telling of a number has its own line in the trail

    @requires(Role.OFFICER)
    @operation("revealPassport")
    @blp.arguments(RevealSchema)
    @blp.response(200, RevealedSchema)
    def post(self, wish: dict[str, Any], person_id: str) -> Any:
        """Tell the whole number, once; who asked and why stays in the trail"""
        return {"number": passports.reveal(session(), act(), _secret(), _person(person_id), wish["reason"])}

    def dispatch_request(self, **kwargs: Any) -> ResponseReturnValue:
        """As everywhere, but no browser or proxy keeps the answer."""
        answer = super().dispatch_request(**kwargs)
        if isinstance(answer, Response):
            answer.headers["Cache-Control"] = "no-store"
        return answer
