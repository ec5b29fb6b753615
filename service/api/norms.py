"""/norms: the most that may be spent on something, by act, class of guests, role and day."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.norms import Norm
from models.vocabulary import Role
from service.actions import crud
from service.actions.ledger import norms
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.norms import NormQuery, NormSchema

blp = ApiBlueprint("norms", __name__, description="The most that may be spent, by act, class, role and day")


@blp.route("/norms")
class NormsView(ApiView):
    @requires(Role.VIEWER)
    @operation("listNorms")
    @blp.arguments(NormQuery, location="query")
    @blp.many(NormSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List norms: national ones first, by item, class of guests and role, the latest first"""
        return page(pagination_parameters, norms.norms_where(session(), query), *norms.NORM_ORDER)

    @requires(Role.ADMIN)
    @operation("createNorm")
    @blp.arguments(NormSchema)
    @blp.created(NormSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Add a norm of a national act, or one of a locality that is not higher"""
        return norms.create_norm(session(), act(), values)


@blp.route("/norms/<norm_id>")
class NormView(ApiView):
    @requires(Role.VIEWER)
    @operation("getNorm")
    @blp.one(NormSchema)
    def get(self, norm_id: str) -> Any:
        """Read a norm"""
        return crud.find(session(), Norm, norm_id)

    @requires(Role.ADMIN)
    @operation("changeNorm")
    @blp.arguments(NormSchema(partial=True))
    @blp.one(NormSchema)
    def patch(self, values: dict[str, Any], norm_id: str) -> Any:
        """Change a norm; one by which an estimate was approved keeps its amount and is closed with valid_to"""
        row = crud.find(session(), Norm, norm_id)
        blp.check_etag(row, NormSchema)
        return norms.change_norm(session(), act(), row, values)

    @requires(Role.ADMIN)
    @operation("deleteNorm")
    @blp.gone()
    def delete(self, norm_id: str) -> None:
        """Delete a norm that no estimate uses"""
        row = crud.find(session(), Norm, norm_id)
        blp.check_etag(row, NormSchema)
        norms.delete_norm(session(), act(), row)
