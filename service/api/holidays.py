"""/holidays, /lunar and /office-holidays: the holidays of both countries and the lunar calendar."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.holidays import OfficeHoliday
from models.vocabulary import Role
from service.actions import crud
from service.actions.scheduling import holidays, lunar
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.holidays import (
    HolidayQuery,
    HolidaySchema,
    LunarQuery,
    LunarSchema,
    OfficeHolidayQuery,
    OfficeHolidaySchema,
)

blp = ApiBlueprint("holidays", __name__, description="Holidays, festivals and the lunar calendar")


@blp.route("/holidays")
class HolidaysView(ApiView):
    @requires(Role.VIEWER)
    @operation("listHolidays")
    @blp.arguments(HolidayQuery, location="query")
    @blp.many(HolidaySchema, page_size=500)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List holidays and festivals by day, computed ones and the office's own"""
        days = holidays.days_between(
            session(),
            act(),
            query.get("country", ()),
            query.get("from_"),
            query.get("to"),
            query.get("category", ()),
        )
        pagination_parameters.item_count = len(days)
        return days[pagination_parameters.first_item : pagination_parameters.last_item + 1]


@blp.route("/lunar")
class LunarView(ApiView):
    @requires(Role.VIEWER)
    @operation("getLunarDay")
    @blp.arguments(LunarQuery, location="query")
    @blp.one(LunarSchema)
    def get(self, query: dict[str, Any]) -> Any:
        """Convert a day to the lunar calendar, or a lunar day to the Gregorian one; today when none is given"""
        return lunar.day_of(act(), query)


@blp.route("/office-holidays")
class OfficeHolidaysView(ApiView):
    @requires(Role.VIEWER)
    @operation("listOfficeHolidays")
    @blp.arguments(OfficeHolidayQuery, location="query")
    @blp.many(OfficeHolidaySchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List the office's own holidays: yearly ones first, then by day"""
        return page(pagination_parameters, holidays.holidays_where(session(), query), *holidays.HOLIDAY_ORDER)

    @requires(Role.ADMIN)
    @operation("createOfficeHoliday")
    @blp.arguments(OfficeHolidaySchema)
    @blp.created(OfficeHolidaySchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Add a day off, a worked Saturday or a festival"""
        return holidays.create_holiday(session(), act(), values)


@blp.route("/office-holidays/<holiday_id>")
class OfficeHolidayView(ApiView):
    @requires(Role.VIEWER)
    @operation("getOfficeHoliday")
    @blp.one(OfficeHolidaySchema)
    def get(self, holiday_id: str) -> Any:
        """Read an office holiday"""
        return crud.find(session(), OfficeHoliday, holiday_id)

    @requires(Role.ADMIN)
    @operation("changeOfficeHoliday")
    @blp.arguments(OfficeHolidaySchema(partial=True))
    @blp.one(OfficeHolidaySchema)
    def patch(self, values: dict[str, Any], holiday_id: str) -> Any:
        """Change an office holiday"""
        entry = crud.find(session(), OfficeHoliday, holiday_id)
        blp.check_etag(entry, OfficeHolidaySchema)
        return holidays.change_holiday(session(), act(), entry, values)

    @requires(Role.ADMIN)
    @operation("deleteOfficeHoliday")
    @blp.gone()
    def delete(self, holiday_id: str) -> None:
        """Delete an office holiday"""
        entry = crud.find(session(), OfficeHoliday, holiday_id)
        blp.check_etag(entry, OfficeHolidaySchema)
        holidays.delete_holiday(session(), act(), entry)
