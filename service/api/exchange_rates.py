"""/exchange-rates: what one kip or dollar was worth in đồng on a day."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.exchange_rates import ExchangeRate
from models.vocabulary import Role
from service.actions import crud
from service.actions.ledger import exchange_rates
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.exchange_rates import ExchangeRateQuery, ExchangeRateSchema

blp = ApiBlueprint("exchange_rates", __name__, description="Exchange rates that somebody entered, with their source")


@blp.route("/exchange-rates")
class ExchangeRatesView(ApiView):
    @requires(Role.OFFICER)
    @operation("listExchangeRates")
    @blp.arguments(ExchangeRateQuery, location="query")
    @blp.many(ExchangeRateSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List the office's exchange rates, the latest first"""
        found = exchange_rates.exchange_rates_where(session(), query)
        return page(pagination_parameters, found, *exchange_rates.RATE_ORDER)

    @requires(Role.APPROVER)
    @operation("createExchangeRate")
    @blp.arguments(ExchangeRateSchema)
    @blp.created(ExchangeRateSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Enter a rate with its day and source"""
        return exchange_rates.create_exchange_rate(session(), act(), values)


@blp.route("/exchange-rates/<rate_id>")
class ExchangeRateView(ApiView):
    @requires(Role.OFFICER)
    @operation("getExchangeRate")
    @blp.one(ExchangeRateSchema)
    def get(self, rate_id: str) -> Any:
        """Read a rate"""
        return crud.find(session(), ExchangeRate, rate_id)

    @requires(Role.APPROVER)
    @operation("changeExchangeRate")
    @blp.arguments(ExchangeRateSchema(partial=True))
    @blp.one(ExchangeRateSchema)
    def patch(self, values: dict[str, Any], rate_id: str) -> Any:
        """Change a rate"""
        row = crud.find(session(), ExchangeRate, rate_id)
        blp.check_etag(row, ExchangeRateSchema)
        return exchange_rates.change_exchange_rate(session(), act(), row, values)

    @requires(Role.APPROVER)
    @operation("deleteExchangeRate")
    @blp.gone()
    def delete(self, rate_id: str) -> None:
        """Delete a rate"""
        row = crud.find(session(), ExchangeRate, rate_id)
        blp.check_etag(row, ExchangeRateSchema)
        exchange_rates.delete_exchange_rate(session(), act(), row)
