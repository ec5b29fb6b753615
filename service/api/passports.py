"""/people/{id}/passport: stored encrypted, shown masked, revealed for a reason."""

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
        """Read a person's passport, with only the last three characters of its number"""
        return passports.passport_of(session(), _secret(), _person(person_id))

    @requires(Role.OFFICER)
    @operation("replacePassport")
    @blp.arguments(PassportSchema)
    @blp.response(200, PassportSchema)
    def put(self, values: dict[str, Any], person_id: str) -> Any:
        """Store a person's passport; it is deleted a number of days, set by the office, after their last visit"""
        return passports.store_passport(session(), act(), _secret(), _person(person_id), values)

    @requires(Role.OFFICER)
    @operation("deletePassport")
    @blp.response(204)
    def delete(self, person_id: str) -> None:
        """Delete a person's passport"""
        passports.delete_passport(session(), act(), _person(person_id))


@blp.route("/people/<person_id>/passport/reveal")
class RevealedPassportView(ApiView):
    never_stored = True  # each reveal has its own audit entry

    @requires(Role.OFFICER)
    @operation("revealPassport")
    @blp.arguments(RevealSchema)
    @blp.response(200, RevealedSchema)
    def post(self, values: dict[str, Any], person_id: str) -> Any:
        """Reveal the whole number once; who asked and why is recorded in the audit trail"""
        return {"number": passports.reveal(session(), act(), _secret(), _person(person_id), values["reason"])}

    def dispatch_request(self, **kwargs: Any) -> ResponseReturnValue:
        """As for every view, but with ``no-store``: no browser or proxy may cache the response."""
        answer = super().dispatch_request(**kwargs)
        if isinstance(answer, Response):
            answer.headers["Cache-Control"] = "no-store"
        return answer
