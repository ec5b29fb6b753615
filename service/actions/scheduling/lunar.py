"""A day in both calendars, as people ask for it."""

from collections.abc import Mapping
from typing import Any

from calendars.days.lunar import LunarDate, full_name, leap_month, lunar_of, solar_of
from models.errors import Invalid, InvalidValue
from service.actions.context import ActionContext


def day_of(act: ActionContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A day in both calendars: of a ``date``, or of ``lunar`` (YYYY-MM-DD) and ``leap``; today when neither is there.

    Raises:
        Invalid: there is no such lunar day, or it is outside the known years; the field is the one that is wrong.
    """
    field = "date"
    try:
        if "lunar" not in asked:
            day = asked.get("date") or act.today
            known = lunar_of(day)
        else:
            field = "lunar"
            known = LunarDate.parse(asked["lunar"], asked.get("leap", False))
            if known.leap and 1 <= known.month <= 12 and leap_month(known.year) != known.month:
                field = "leap"
            day = solar_of(known)
    except InvalidValue as problem:
        raise Invalid({field: [problem.detail]}) from None
    return {
        "date": day,
        "year": known.year,
        "month": known.month,
        "day": known.day,
        "leap": known.leap,
        "name": full_name(known),
    }
