"""The office's own days off, worked Saturdays and festivals; and these together with the public holidays of a range."""

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from calendars.days.holidays import Holiday, HolidayIndex, OfficeEntry, Recurrence, is_known
from calendars.reminders.due_times import OFFICE_COUNTRIES
from models.errors import Invalid
from models.holidays import OfficeHoliday
from models.i18n import N_, Message, message
from models.places import Locality
from models.vocabulary import HolidayCalendar, HolidayCategory
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.effects import changes

MAX_YEARS = 10
"""The longest range of days that can be queried."""

_COMPARED = (date(2024, 1, 1), date(2026, 12, 31))  # a leap year with 29 February, a lunar one with a leap month
_LEAP_YEAR = 2024
_LUNAR_DAYS = 30


def create_holiday(session: Session, act: ActionContext, values: Mapping[str, Any]) -> OfficeHoliday:
    """Create an entry; tasks and rules that count working days are recalculated."""
    _lock_entries(session)
    crud.check(_errors(session, None, values))
    entry = OfficeHoliday(**{name: value for name, value in values.items() if name != "recurs"})
    entry.recurs = values.get("recurs")
    crud.create(session, act, entry, computed=("recurs",))
    if entry.category is not HolidayCategory.FESTIVAL:
        changes.days_off_changed(session, act)
    return entry


def change_holiday(
    session: Session, act: ActionContext, entry: OfficeHoliday, values: Mapping[str, Any]
) -> OfficeHoliday:
    """Change an entry; tasks and rules that count working days are recalculated."""
    _lock_entries(session)
    crud.check(_errors(session, entry, values))
    categories = {entry.category, values.get("category", entry.category)}
    if crud.change(session, act, entry, values, computed=("recurs",)) and categories != {HolidayCategory.FESTIVAL}:
        changes.days_off_changed(session, act)
    return entry


def delete_holiday(session: Session, act: ActionContext, entry: OfficeHoliday) -> None:
    """Delete an entry; tasks and rules that count working days are recalculated."""
    counted = entry.category is not HolidayCategory.FESTIVAL
    crud.delete(session, act, entry)
    if counted:
        changes.days_off_changed(session, act)


HOLIDAY_ORDER = (
    col(OfficeHoliday.first_day).is_not(None),  # databases sort NULL differently
    col(OfficeHoliday.recurs_month),
    col(OfficeHoliday.recurs_day),
    col(OfficeHoliday.first_day),
    col(OfficeHoliday.sort_key),
    col(OfficeHoliday.id),
)
"""Yearly ones first, then by day."""


def holidays_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The SELECT of the office's own holidays that match a query string."""
    statement: Any = select(OfficeHoliday).where(permissions.marked_own(session, col(OfficeHoliday.office)))
    for name in ("country", "category"):
        if name in query:
            statement = statement.where(getattr(OfficeHoliday, name) == query[name])
    return crud.matching(statement, OfficeHoliday.search_text, query.get("q"))


def days_between(
    session: Session,
    act: ActionContext,
    countries: Sequence[str],
    first: date | None,
    last: date | None,
    categories: Collection[HolidayCategory] = (),
) -> list[Holiday]:
    """Holidays by day and country; without ``first`` or ``last`` the year of the other, without both this year.

    No countries means those the office works with; no categories means all.

    Raises:
        Invalid: more than ten years; a country without known holidays.
    """
    first, last = whole_range(act, first, last)
    entries = permissions.own_holidays(session)
    crud.check({"country": _unknown_countries(countries, {entry.country for entry in entries})})
    found = HolidayIndex(map(OfficeEntry.of, entries)).between(countries or OFFICE_COUNTRIES, first, last)
    return [day for day in found if not categories or day.category in categories]


def whole_range(act: ActionContext, first: date | None, last: date | None) -> tuple[date, date]:
    """A range of days as asked for; without ``first`` or ``last`` the year of the other, without both this year.

    Raises:
        Invalid: more than ten years.
    """
    first = first or date(last.year if last else act.today.year, 1, 1)
    last = last or date(first.year, 12, 31)
    if last.year - first.year > MAX_YEARS or (
        last.year - first.year == MAX_YEARS and _yearday(last) >= _yearday(first)
    ):
        raise Invalid({"to": [message(N_("Ask for {years} years at the most."), years=MAX_YEARS)]})
    return first, last


def _yearday(day: date) -> tuple[int, int]:
    return day.month, day.day


def _unknown_countries(countries: Sequence[str], of_office: Collection[str]) -> list[Message]:
    errors = []
    for country in dict.fromkeys(countries):
        if country not in of_office and not is_known(country):
            errors.append(message(N_("No public holidays are known for the country “{country}”."), country=country))
    return errors


def _lock_entries(session: Session) -> None:
    """Lock the entries against other writers until this transaction ends: each is checked against the existing ones.

    SQLite's write lock does this anyway.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE office_holiday IN SHARE ROW EXCLUSIVE MODE"))


def _errors(session: Session, entry: OfficeHoliday | None, values: Mapping[str, Any]) -> crud.Errors:
    def after(name: str) -> Any:
        return values[name] if name in values else getattr(entry, name, None)

    errors = crud.missing_references(session, OfficeHoliday, values)
    first_day, recurs = after("first_day"), after("recurs")
    if first_day is None and recurs is None:
        errors["first_day"] = [message(N_("Give the first day, or say in recurs when it comes round every year."))]
    elif first_day is not None and recurs is not None:
        name = "recurs" if values.get("recurs") else "first_day"
        errors[name] = [message(N_("Either a first day or a yearly recurrence; set the other one to null."))]
    if wrong := impossible(recurs):
        errors["recurs"] = [wrong]
    if "locality" not in errors and after("locality") is not None:
        errors["locality"] = _locality_errors(session, after("locality"), after("country"), after("category"))
    if not any(errors.values()) and after("category") is not HolidayCategory.FESTIVAL:
        wanted = OfficeEntry(
            entry.id if entry else "",
            after("country"),
            after("name"),
            after("category"),
            first_day,
            Recurrence(HolidayCalendar(recurs["calendar"]), recurs["month"], recurs["day"]) if recurs else None,
            after("days") or 1,
        )
        errors["recurs" if recurs else "first_day"] = _conflicts(wanted, permissions.own_holidays(session))
    return errors


def impossible(recurs: Mapping[str, Any] | None) -> Message | None:
    """The error if no year has this yearly day; 29 February and the 30th of a lunar month exist often enough."""
    if recurs is None:
        return None
    calendar, month, day = recurs["calendar"], recurs["month"], recurs["day"]
    is_lunar = calendar == HolidayCalendar.LUNAR
    last = _LUNAR_DAYS if is_lunar else monthrange(_LEAP_YEAR, month)[1]
    if day <= last:
        return None
    wrong = N_("A lunar month has {last} days at the most.") if is_lunar else N_("Month {month} has {last} days.")
    return message(wrong, month=month, last=last)


def _locality_errors(session: Session, code: str, country: str, category: HolidayCategory) -> list[Message]:
    errors = []
    if category is not HolidayCategory.FESTIVAL:
        errors.append(message(N_("Only a festival can be of one locality; days off are those of a country.")))
    place = session.get(Locality, code)
    if place is not None and place.country != country:
        errors.append(message(N_("“{name}” is not in the country {country}."), name=place.name, country=country))
    return errors


def _conflicts(wanted: OfficeEntry, existing: Sequence[OfficeHoliday]) -> list[Message]:
    """An error for each entry that decides the same days: fixed ones with fixed ones, yearly ones of one calendar.

    A fixed entry next to a yearly one is no conflict: it says what is different this time.
    """
    errors = []
    for other in map(OfficeEntry.of, existing):
        if other.id == wanted.id or other.country != wanted.country or other.category is HolidayCategory.FESTIVAL:
            continue
        if common := _common_day(wanted, other):
            taken = N_("“{name}” already decides what {country} does on {day}; change that one.")
            errors.append(message(taken, name=other.name, country=other.country, day=common))
    return errors


def _common_day(one: OfficeEntry, other: OfficeEntry) -> date | None:
    if one.first_day is not None and other.first_day is not None:
        first, last = min(one.first_day, other.first_day), max(one.first_day, other.first_day)
    elif one.recurs is not None and other.recurs is not None and one.recurs.calendar is other.recurs.calendar:
        first, last = _COMPARED
    else:
        return None
    pairs = ((mine, its) for mine in one.times(first, last) for its in other.times(first, last) if mine.overlaps(its))
    return next((max(mine.first, its.first) for mine, its in pairs), None)
