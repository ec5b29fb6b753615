"""The office's own days: days off, working Saturdays and festivals that override or complete the computed holidays."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, col, select

from models.base import Identified, Searchable, Sorted, Versioned, one_of
from models.collation import localized_key
from models.text import LocalizedText
from models.types import LocalizedTextType, WordType
from models.vocabulary import HolidayCalendar, HolidayCategory


class OfficeHoliday(Identified, Versioned, Searchable, Sorted, table=True):
    """One entry: on a fixed date, or on a date that recurs every year; it lasts ``days`` days.

    ``office`` is its maker's, whose days it decides (a locality's code, NULL for the default office:
    :mod:`models.queries.offices`). ``locality`` is only allowed for a festival of one place: a day off applies to the
    whole country.
    """

    __tablename__ = "office_holiday"
    __table_args__ = (
        one_of("category", HolidayCategory),
        one_of("recurs_calendar", HolidayCalendar),
        CheckConstraint("(first_day IS NULL) <> (recurs_calendar IS NULL)", name="day_or_recurrence"),
        CheckConstraint(
            "(recurs_calendar IS NULL) = (recurs_month IS NULL) AND (recurs_calendar IS NULL) = (recurs_day IS NULL)",
            name="recurrence_complete",
        ),
        CheckConstraint("recurs_month BETWEEN 1 AND 12 AND recurs_day BETWEEN 1 AND 31", name="recurrence_range"),
        CheckConstraint("days BETWEEN 1 AND 60", name="days_range"),
        CheckConstraint("locality IS NULL OR category = 'festival'", name="locality_of_festival"),
    )

    country: str = Field(max_length=2, regex=r"^[A-Z]{2}$")
    locality: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    name: LocalizedText = Field(sa_type=LocalizedTextType)
    category: HolidayCategory = Field(sa_type=WordType(HolidayCategory))
    first_day: date | None = None
    recurs_calendar: HolidayCalendar | None = Field(default=None, sa_type=WordType(HolidayCalendar))
    recurs_month: int | None = Field(default=None, ge=1, le=12)
    recurs_day: int | None = Field(default=None, ge=1, le=31)
    days: int = Field(default=1, ge=1, le=60)
    source: str = Field(max_length=300)
    provisional: bool = Field(default=False)
    office: str | None = Field(default=None, max_length=60)

    @property
    def recurs(self) -> dict[str, Any] | None:
        """The recurrence, e.g. ``{"calendar": "lunar", "month": 8, "day": 10}``; None for a fixed date."""
        if self.recurs_calendar is None:
            return None
        return {"calendar": self.recurs_calendar.value, "month": self.recurs_month, "day": self.recurs_day}

    @recurs.setter
    def recurs(self, value: Mapping[str, Any] | None) -> None:
        self.recurs_calendar = HolidayCalendar(value["calendar"]) if value else None
        self.recurs_month = value["month"] if value else None
        self.recurs_day = value["day"] if value else None

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.name, self.source)

    def made_sort_key(self) -> bytes:
        return localized_key(self.name)


_ALL = select(OfficeHoliday).order_by(col(OfficeHoliday.id))  # built once: used when planning reminders


def office_holidays(session: Session) -> list[OfficeHoliday]:
    """All entries of the office, oldest first: the input of a holiday index."""
    return list(session.exec(_ALL).all())
