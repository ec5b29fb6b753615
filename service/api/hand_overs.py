"""/organisations/{id}/hand-overs and /hand-overs: what a body was in charge of goes to its successor."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.places import Organisation
from models.successions import OrganisationHandOver
from models.vocabulary import Role
from service.actions import crud
from service.actions.directory import hand_overs, merges, moved_rows
from service.actions.dry_run import dry_run_savepoint
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.hand_overs import HandOverRequestSchema, HandOverSchema, HandOversQuery

blp = ApiBlueprint("hand_overs", __name__, description="Bodies that are dissolved, handed over to their successors")


@blp.route("/organisations/<organisation_id>/hand-overs")
class OrganisationHandOversView(ApiView):
    @requires(Role.ADMIN)
    @operation("handOverOrganisation")
    @blp.arguments(HandOverRequestSchema)
    @blp.alt_response(200, schema=HandOverSchema, description="What would be done, of a dry run.")
    @blp.created(HandOverSchema, at="/api/v1/hand-overs")
    def post(self, values: dict[str, Any], organisation_id: str) -> Any:
        """Hand over what an organisation is in charge of to its successor

        Events that begin on `from_day` or later go over with their tasks, and so do the tasks that are open then,
        accounts, people, rules, resources, task templates, phases, and what feeds ask for. Events that span the day
        stay and are named in `left`. The organisation gets its last day and its successor, where nobody has said them.
        All or nothing; nobody gets a mail by it, and what was confirmed stays confirmed. It can be undone for seven
        days. Both must be of the own office and of one line of localities; what leads elsewhere is the operator's (403
        `operator_only`).
        """
        organisation = crud.find(session(), Organisation, organisation_id)
        is_dry = values.get("dry_run", False)
        with dry_run_savepoint(session(), is_dry=is_dry):
            done = hand_overs.hand_over(session(), act(), organisation, values["to"], values["from_day"])
            shown = _shown(done.row) | {"dry_run": is_dry}
        if is_dry:
            return shown | {"id": None, "made_at": None, "undo_until": None}, 200
        return shown


def _shown(row: OrganisationHandOver) -> dict[str, Any]:
    return {
        **row.model_dump(exclude={"moves"}),
        "left": hand_overs.left_events(session(), row),
        "undo_until": merges.undo_until(act(), row),
        "stayed": moved_rows.named(session(), [(one["entity"], one["id"]) for one in row.stayed]),
        "dry_run": False,
    }


@blp.route("/hand-overs")
class HandOversView(ApiView):
    @requires(Role.ADMIN)
    @operation("listHandOvers")
    @blp.arguments(HandOversQuery, location="query")
    @blp.many(HandOverSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List hand-overs, newest first"""
        statement = hand_overs.hand_overs_where(session(), query.get("organisation_id"))
        return [_shown(row) for row in page(pagination_parameters, statement, *hand_overs.HAND_OVER_ORDER)]


@blp.route("/hand-overs/<hand_over_id>")
class HandOverView(ApiView):
    @requires(Role.ADMIN)
    @operation("getHandOver")
    @blp.one(HandOverSchema)
    def get(self, hand_over_id: str) -> Any:
        """Read a hand-over"""
        return _shown(hand_overs.find(session(), hand_over_id))


@blp.route("/hand-overs/<hand_over_id>/undo")
class UndoneHandOverView(ApiView):
    @requires(Role.ADMIN)
    @operation("undoHandOver")
    @blp.one(HandOverSchema)
    def post(self, hand_over_id: str) -> Any:
        """Undo a hand-over

        Within seven days; later it is 409 `too_late`. Everything that has not changed since belongs to the organisation
        again; what has stays with the successor and is named in `stayed`. If the successor was handed over since, that
        has to be undone first: 409 `handed_over_since` with its `hand_over_id`.
        """
        return _shown(hand_overs.undo(session(), act(), hand_overs.find(session(), hand_over_id)))
