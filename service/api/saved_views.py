"""/saved-views: views of lists that an account keeps for itself."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.vocabulary import Role
from service.actions.personal import saved_views
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.queries import QuerySchema
from service.schemas.saved_views import SavedViewSchema

blp = ApiBlueprint("saved_views", __name__, description="Views of lists that you saved for yourself")


@blp.route("/saved-views")
class SavedViewsView(ApiView):
    @requires(Role.VIEWER)
    @operation("listSavedViews")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(SavedViewSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List your own saved views

        `view` and `lanes` of the calendar, filters and chosen columns are in `query`; rights are not.
        """
        found = saved_views.views_where(act().account.id)
        return page(pagination_parameters, found, *saved_views.VIEW_ORDER)

    @requires(Role.VIEWER)
    @operation("createSavedView")
    @blp.arguments(SavedViewSchema)
    @blp.created(SavedViewSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Save a view of a list, at most 50 altogether"""
        return saved_views.save_view(session(), act(), values)


@blp.route("/saved-views/<view_id>")
class SavedViewView(ApiView):
    @requires(Role.VIEWER)
    @operation("getSavedView")
    @blp.one(SavedViewSchema)
    def get(self, view_id: str) -> Any:
        """Read one of your saved views"""
        return saved_views.find_view(session(), act(), view_id)

    @requires(Role.VIEWER)
    @operation("changeSavedView")
    @blp.arguments(SavedViewSchema(partial=True))
    @blp.one(SavedViewSchema)
    def patch(self, values: dict[str, Any], view_id: str) -> Any:
        """Rename a saved view, or keep another query by its name"""
        row = saved_views.find_view(session(), act(), view_id)
        blp.check_etag(row, SavedViewSchema)
        return saved_views.change_view(session(), act(), row, values)

    @requires(Role.VIEWER)
    @operation("deleteSavedView")
    @blp.gone()
    def delete(self, view_id: str) -> None:
        """Delete one of your saved views; the list itself stays as it is"""
        row = saved_views.find_view(session(), act(), view_id)
        blp.check_etag(row, SavedViewSchema)
        saved_views.delete_view(session(), act(), row)
