"""/observances: the days on which greetings go out."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.observances import Observance
from models.vocabulary import Role
from service.actions import crud
from service.actions.scheduling import observances
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.observances import ObservanceQuery, ObservanceSchema, ObservedDaySchema, ObservedDaysQuery

blp = ApiBlueprint("observances", __name__, description="Days on which greetings go out")


@blp.route("/observances")
class ObservancesView(ApiView):
    @requires(Role.VIEWER)
    @operation("listObservances")
    @blp.arguments(ObservanceQuery, location="query")
    @blp.many(ObservanceSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List observances: by their day in the solar calendar, then in the lunar one, then festivals"""
        return page(
            pagination_parameters, observances.observances_where(session(), query), *observances.OBSERVANCE_ORDER
        )

    @requires(Role.OFFICER)
    @operation("createObservance")
    @blp.arguments(ObservanceSchema)
    @blp.created(ObservanceSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Add an observance of a country, a locality or an organisation"""
        return observances.create_observance(session(), act(), values)


@blp.route("/observances/days")
class ObservedDaysView(ApiView):
    @requires(Role.VIEWER)
    @operation("listObservedDays")
    @blp.arguments(ObservedDaysQuery, location="query")
    @blp.many(ObservedDaySchema, page_size=500)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List the days of observances in a range of at most ten years"""
        days = observances.days_between(session(), act(), query.get("from_"), query.get("to"), query.get("country", ()))
        pagination_parameters.item_count = len(days)
        return days[pagination_parameters.first_item : pagination_parameters.last_item + 1]


@blp.route("/observances/<observance_id>")
class ObservanceView(ApiView):
    @requires(Role.VIEWER)
    @operation("getObservance")
    @blp.one(ObservanceSchema)
    def get(self, observance_id: str) -> Any:
        """Read an observance"""
        return crud.find(session(), Observance, observance_id)

    @requires(Role.OFFICER)
    @operation("changeObservance")
    @blp.arguments(ObservanceSchema(partial=True))
    @blp.one(ObservanceSchema)
    def patch(self, values: dict[str, Any], observance_id: str) -> Any:
        """Change an observance"""
        row = crud.find(session(), Observance, observance_id)
        blp.check_etag(row, ObservanceSchema)
        return observances.change_observance(session(), act(), row, values)

    @requires(Role.OFFICER)
    @operation("deleteObservance")
    @blp.gone()
    def delete(self, observance_id: str) -> None:
        """Delete an observance"""
        row = crud.find(session(), Observance, observance_id)
        blp.check_etag(row, ObservanceSchema)
        observances.delete_observance(session(), act(), row)
