"""/changes/{request_id}/undo: what an account did in one request is put back."""

from typing import Any

from models.vocabulary import Role
from service.actions.undo import undo
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.schemas.changes import UndoneRequestSchema

blp = ApiBlueprint("changes", __name__, description="Changes that are undone")


@blp.route("/changes/<request_id>/undo")
class UndoneChangeView(ApiView):
    @requires(Role.OFFICER)
    @operation("undoChange")
    @blp.one(UndoneRequestSchema)
    def post(self, request_id: str) -> Any:
        """Undo what you changed in one request, all of it or nothing

        `request_id` stands in the history of what was changed. Undone are changes of an event, its steps, people,
        programme, tasks and bookings, for seven days, by whoever made them (403 `not_yours`), with the rights that
        they have now, while everything is as they left it (409 `changed_since`, with the `field` and who changed it)
        and nobody was told (409 `already_told`). What was called off is confirmed again only while it is what was
        confirmed. Bookings come back if they are still free (409 with `conflicts`). Everything else is 409
        `not_undoable`, with what to do instead; a second time it is 409 `already_undone`. Who names their requests
        (`X-Request-Id`) gives each an id of its own: several under one id are not undone.
        """
        done = undo.undo(session(), act(), request_id)
        return {"request_id": act().request_id, "undoes": done.request_id, "things": done.things}
