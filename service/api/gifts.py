"""/gifts: gifts and goods, given and received."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.gifts import Gift
from models.vocabulary import Role
from service.actions.ledger import gift_queries, gifts
from service.actions.ledger.gift_queries import GiftReader, GiftRecord
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.gifts import GiftQuery, GiftSchema

blp = ApiBlueprint("gifts", __name__, description="Gifts and goods, given and received")


def _reader() -> GiftReader:
    return GiftReader(session())


def _found(gift_id: str, *, to_change: bool = False) -> tuple[Gift, GiftRecord]:
    row = gifts.find_gift(session(), gift_id, to_change=to_change)
    return row, _reader().record(row)


@blp.route("/gifts")
class GiftsView(ApiView):
    @requires(Role.OFFICER)
    @operation("listGifts")
    @blp.arguments(GiftQuery, location="query")
    @blp.many(GiftSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List gifts and goods, the latest first

        Those of events whose money one may read, and those that one's own office or body entered without an event.
        """
        rows = page(pagination_parameters, gift_queries.gifts_where(session(), query), *gift_queries.GIFT_ORDER)
        return _reader().records(rows)

    @requires(Role.OFFICER)
    @operation("createGift")
    @blp.arguments(GiftSchema)
    @blp.created(GiftSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Enter a gift: goods or money, with an event or without one

        Giver and receiver that are left out are the sides of the event, as far as the bodies and the person tell which
        is which. Without `is_planned` it is planned as long as its day, or its event, is still to come.
        """
        return _reader().record(gifts.create_gift(session(), act(), values))


@blp.route("/gifts/<gift_id>")
class GiftView(ApiView):
    @requires(Role.OFFICER)
    @operation("getGift")
    @blp.one(GiftSchema)
    def get(self, gift_id: str) -> Any:
        """Read a gift"""
        return _found(gift_id)[1]

    @requires(Role.OFFICER)
    @operation("changeGift")
    @blp.arguments(GiftSchema(partial=True))
    @blp.one(GiftSchema)
    def patch(self, values: dict[str, Any], gift_id: str) -> Any:
        """Change a gift"""
        row, record = _found(gift_id, to_change=True)
        blp.check_etag(record, GiftSchema)
        return _reader().record(gifts.change_gift(session(), act(), row, values))

    @requires(Role.OFFICER)
    @operation("deleteGift")
    @blp.gone()
    def delete(self, gift_id: str) -> None:
        """Delete a gift"""
        row, record = _found(gift_id, to_change=True)
        blp.check_etag(record, GiftSchema)
        gifts.delete_gift(session(), act(), row)
