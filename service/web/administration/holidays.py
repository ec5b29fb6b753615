"""Days off, worked Saturdays and festivals: the year of both countries, with the office's own entries over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from markupsafe import Markup

from calendars.days.holidays import Holiday, HolidayIndex, home_first
from calendars.days.lunar import full_name, lunar_of
from calendars.reminders.due_times import OFFICE_COUNTRIES
from models.holidays import OfficeHoliday
from models.i18n import N_, NP_
from models.vocabulary import HolidayCalendar, HolidayCategory, Role
from service.actions.scheduling import holidays
from service.schemas.holidays import OfficeHolidaySchema
from service.schemas.word_names import HOLIDAY_CATEGORIES as CATEGORIES
from service.schemas.word_names import RECURRENCES
from service.web.administration.section import AdminSection, SectionRow, by_name, localities, words
from service.web.form_fields import FieldSpec, FieldType
from service.web.view import View

_FIRST_YEAR, _LAST_YEAR = 1970, 2070


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """A day of the year's table; ``instead`` is the computed day an entry of the office takes the place of."""

    holiday: Holiday
    lunar: Markup | str
    category: str
    instead: Sequence[Markup | str]


def _lines(view: View, found: Sequence[OfficeHoliday]) -> list[SectionRow]:
    lines = []
    for one in found:
        if one.first_day:
            when = view.day(one.first_day)
        else:
            calendar = view.say(RECURRENCES[HolidayCalendar(one.recurs_calendar or "solar")])
            when = view.say(N_("{calendar}: day {day}, month {month}"), calendar=calendar, **_day_and_month(one))
        facts = [one.country, when, view.say(CATEGORIES[one.category])]
        facts.append(view.say(NP_("how many", "Days: {days}"), days=one.days) if one.days > 1 else "")
        facts.append(view.say(N_("Not announced yet")) if one.provisional else "")
        lines.append(SectionRow(one.id, view.text(one.name), [fact for fact in facts if fact]))
    return lines


def _day_and_month(one: OfficeHoliday) -> dict[str, Any]:
    return {"day": one.recurs_day, "month": one.recurs_month}


def _fields(view: View, entry: OfficeHoliday | None) -> list[FieldSpec]:
    known = dict.fromkeys([*OFFICE_COUNTRIES, *([entry.country] if entry else [])])
    countries = [(country, country) for country in known]
    home = view.home_country if view.home_country in known else OFFICE_COUNTRIES[0]
    return [
        FieldSpec("name", FieldType.TEXTS, N_("Name"), is_required=True),
        FieldSpec("country", FieldType.CHOICE, N_("Country"), options=countries, default=home, is_required=True),
        FieldSpec(
            "category",
            FieldType.CHOICE,
            N_("What the day is"),
            options=words(view, CATEGORIES),
            default="public",
            is_required=True,
        ),
        FieldSpec("first_day", FieldType.DAY, N_("First day"), N_("Empty for a day that comes every year.")),
        FieldSpec("days", FieldType.NUMBER, N_("How many days"), default=1, is_required=True),
        FieldSpec("recurs", FieldType.CHOICE, N_("Comes every year"), options=words(view, RECURRENCES)),
        FieldSpec("recurs_month", FieldType.NUMBER, N_("Month of every year"), error_name="recurs.month"),
        FieldSpec("recurs_day", FieldType.NUMBER, N_("Day of that month"), error_name="recurs.day"),
        FieldSpec("locality", FieldType.CHOICE, N_("Only of this locality"), options=localities(view)),
        FieldSpec("source", FieldType.LINE, N_("Source"), N_("The decree or the letter that announces it."), empty=""),
        FieldSpec("provisional", FieldType.FLAG, N_("Not announced yet"), default=False),
    ]


def _compose(values: dict[str, Any]) -> dict[str, Any]:
    month, day = values.pop("recurs_month", None), values.pop("recurs_day", None)
    if calendar := values.get("recurs"):
        parts = {"calendar": calendar, "month": month, "day": day}
        values["recurs"] = {name: value for name, value in parts.items() if value is not None}
    return values


def _extra(view: View, entry: OfficeHoliday | None) -> dict[str, Any]:
    return {} if entry is None else {"recurs": entry.recurs_calendar.value if entry.recurs_calendar else ""}


def _more(view: View, entry: OfficeHoliday | None) -> dict[str, Any]:
    """The year asked for, with what the office's entries take the place of."""
    if entry is not None or request.endpoint != "pages.administered_list":
        return {}
    text = request.args.get("year", "")
    asked = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else view.act.today.year
    year = min(max(asked, _FIRST_YEAR), _LAST_YEAR)
    first, last = date(year, 1, 1), date(year, 12, 31)
    computed = HolidayIndex().between(OFFICE_COUNTRIES, first, last)
    days = [
        HolidayRow(
            one,
            view.text(full_name(lunar_of(one.day))),
            view.say(CATEGORIES[one.category]),
            [view.text(other.name) for other in computed if _takes_place_of(one, other)],
        )
        for one in home_first(
            holidays.days_between(view.session, view.act, OFFICE_COUNTRIES, first, last), view.home_country
        )
    ]
    return {"year": year, "days": days, "first_year": _FIRST_YEAR, "last_year": _LAST_YEAR}


def _takes_place_of(one: Holiday, computed: Holiday) -> bool:
    is_own = one.id is not None and one.category is not HolidayCategory.FESTIVAL
    same = (one.day, one.country) == (computed.day, computed.country)
    return is_own and same and computed.category is not HolidayCategory.FESTIVAL


AREA = AdminSection(
    name="holidays",
    title=N_("Holidays"),
    lead=N_("For administrators: the days off of both countries, and the office's own above them."),
    new=N_("Add a day"),
    empty=N_("The office has no days of its own yet. Add those the governments announce each autumn."),
    model=OfficeHoliday,
    schema=OfficeHolidaySchema,
    fields=_fields,
    lines=_lines,
    found=by_name(OfficeHoliday),
    create=holidays.create_holiday,
    change=holidays.change_holiday,
    title_of=lambda view, one: view.text(one.name),
    write=Role.ADMIN,
    delete=holidays.delete_holiday,
    remove=Role.ADMIN,
    before=N_("Due days and reminders that count working days are reckoned anew when you save."),
    follows=N_("Due days and reminders that count working days are reckoned anew."),
    compose=_compose,
    beside=_extra,
    part="holidays",
    more=_more,
)
