"""Converting a day between the solar and the lunar calendar."""

from collections.abc import Mapping
from typing import Any

from calendars.days.lunar import LunarDate, full_name, leap_month, lunar_of, solar_of
from models.errors import Invalid, InvalidValue
from service.actions.context import ActionContext


def day_of(act: ActionContext, query: Mapping[str, Any]) -> dict[str, Any]:
    """A day in both calendars: of a ``date``, or of ``lunar`` (YYYY-MM-DD) and ``leap``; today if neither is given.

    Raises:
        Invalid: there is no such lunar day, or it is outside the supported years; the error is under the wrong field.
    """
    field = "date"
    try:
        if "lunar" not in query:
            day = query.get("date") or act.today
            lunar = lunar_of(day)
        else:
            field = "lunar"
            lunar = LunarDate.parse(query["lunar"], query.get("leap", False))
            if lunar.leap and 1 <= lunar.month <= 12 and leap_month(lunar.year) != lunar.month:
                field = "leap"
            day = solar_of(lunar)
    except InvalidValue as problem:
        raise Invalid({field: [problem.detail]}) from None
    return {
        "date": day,
        "year": lunar.year,
        "month": lunar.month,
        "day": lunar.day,
        "leap": lunar.leap,
        "name": full_name(lunar),
    }
