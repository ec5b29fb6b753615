"""/people/{id}/merge, /organisations/{id}/merge and /merges: doubles made one."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.successions import Merge
from models.vocabulary import MergedEntity, Role
from service.actions.directory import merges, moved_rows
from service.actions.dry_run import dry_run_savepoint
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.merges import MergeOutcomeSchema, MergeRequestSchema, MergeSchema, MergesQuery

blp = ApiBlueprint("merges", __name__, description="People and organisations that were entered twice, made one")

_ABOUT = """

Everything that refers to the double then refers to `into`, which takes over what it lacks, and the double is gone: its
id answers 404 `merged` with `merged_into`. All or nothing; a dry run says what would be done. It can be undone for
seven days (`/merges/{merge_id}/undo`)."""


@blp.route("/people/<person_id>/merge")
class PersonMergeView(ApiView):
    @requires(Role.APPROVER)
    @operation("mergePerson")
    @blp.arguments(MergeRequestSchema)
    @blp.response(200, MergeOutcomeSchema)
    def post(self, values: dict[str, Any], person_id: str) -> Any:
        return _merged(MergedEntity.PERSON, person_id, values)

    post.__doc__ = f"""Merge a person who was entered twice into another{_ABOUT}

        Of two members of one event the one whose role comes first in the printed list stays. A passport moves unless
        `into` has one. No event is opened to an organisation by it.
        """


@blp.route("/organisations/<organisation_id>/merge")
class OrganisationMergeView(ApiView):
    @requires(Role.APPROVER)
    @operation("mergeOrganisation")
    @blp.arguments(MergeRequestSchema)
    @blp.response(200, MergeOutcomeSchema)
    def post(self, values: dict[str, Any], organisation_id: str) -> Any:
        return _merged(MergedEntity.ORGANISATION, organisation_id, values)

    post.__doc__ = f"""Merge an organisation that was entered twice into another{_ABOUT}

        The accounts of the double become those of `into`; where it has any, this needs an administrator (403
        `admin_required`). For a body that was dissolved and has a successor, hand it over instead.
        """


def _merged(entity: MergedEntity, merged_id: str, values: dict[str, Any]) -> dict[str, Any]:
    is_dry = values.get("dry_run", False)
    with dry_run_savepoint(session(), is_dry=is_dry):
        done = merges.merge(session(), act(), entity, merged_id, values["into"])
        combined = moved_rows.named(session(), [("event", one) for one in done.combined])
        shown = _shown(done.row) | {"filled": list(done.filled), "combined": combined, "dry_run": is_dry}
    return shown | ({"id": None, "made_at": None, "undo_until": None} if is_dry else {})


def _shown(row: Merge) -> dict[str, Any]:
    return {
        **row.model_dump(exclude={"moves"}),
        "undo_until": merges.undo_until(act(), row),
        "stayed": moved_rows.named(session(), [(one["entity"], one["id"]) for one in row.stayed]),
    }


@blp.route("/merges")
class MergesView(ApiView):
    @requires(Role.APPROVER)
    @operation("listMerges")
    @blp.arguments(MergesQuery, location="query")
    @blp.many(MergeSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List merges, newest first"""
        found = page(pagination_parameters, merges.merges_where(session(), query.get("entity")), *merges.MERGE_ORDER)
        return [_shown(row) for row in found]


@blp.route("/merges/<merge_id>")
class MergeView(ApiView):
    @requires(Role.APPROVER)
    @operation("getMerge")
    @blp.one(MergeSchema)
    def get(self, merge_id: str) -> Any:
        """Read a merge"""
        return _shown(merges.find(session(), merge_id))


@blp.route("/merges/<merge_id>/undo")
class UndoneMergeView(ApiView):
    @requires(Role.APPROVER)
    @operation("undoMerge")
    @blp.one(MergeSchema)
    def post(self, merge_id: str) -> Any:
        """Undo a merge

        Within seven days; later it is 409 `too_late`. The double is there again with everything that has not changed
        since; what has stays with the other one and is named in `stayed`. If the one that stayed was merged on, that
        has to be undone first: 409 `merged_since` with its `merge_id`.
        """
        return _shown(merges.undo(session(), act(), merges.find(session(), merge_id)))
