"""Observances: days of a country, a locality or an organisation that come every year and on which greetings go out."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from models.base import Identified, Searchable, Sorted, Versioned, one_of
from models.collation import localized_key
from models.text import LocalizedText
from models.types import LocalizedTextType, WordType
from models.vocabulary import Festival, HolidayCalendar


class Observance(Identified, Versioned, Searchable, Sorted, table=True):
    """One observance of one ``country``, ``locality`` or ``organisation_id``; it comes by its day in a calendar, or
    with a festival.

    ``since_year`` is the year of its origin, None if that is not known; ``greets``: greetings go out. ``office`` is its
    maker's (a locality's code, NULL for the default office: :mod:`models.queries.offices`).
    """

    __tablename__ = "observance"
    __table_args__ = (
        one_of("recurs_calendar", HolidayCalendar),
        one_of("festival", Festival),
        CheckConstraint(
            "(country IS NOT NULL AND locality IS NULL AND organisation_id IS NULL)"
            " OR (country IS NULL AND locality IS NOT NULL AND organisation_id IS NULL)"
            " OR (country IS NULL AND locality IS NULL AND organisation_id IS NOT NULL)",
            name="of_one",
        ),
        CheckConstraint("(festival IS NULL) <> (recurs_calendar IS NULL)", name="day_or_festival"),
        CheckConstraint(
            "(recurs_calendar IS NULL) = (recurs_month IS NULL) AND (recurs_calendar IS NULL) = (recurs_day IS NULL)",
            name="recurrence_complete",
        ),
        CheckConstraint("recurs_month BETWEEN 1 AND 12 AND recurs_day BETWEEN 1 AND 31", name="recurrence_range"),
        CheckConstraint("since_year BETWEEN 1 AND 9999", name="since_year_range"),
    )

    name: LocalizedText = Field(sa_type=LocalizedTextType)
    country: str | None = Field(default=None, max_length=2, regex=r"^[A-Z]{2}$")
    locality: str | None = Field(default=None, foreign_key="locality.code", max_length=60, index=True)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", max_length=26, index=True)
    recurs_calendar: HolidayCalendar | None = Field(default=None, sa_type=WordType(HolidayCalendar))
    recurs_month: int | None = Field(default=None, ge=1, le=12)
    recurs_day: int | None = Field(default=None, ge=1, le=31)
    festival: Festival | None = Field(default=None, sa_type=WordType(Festival))
    since_year: int | None = Field(default=None, ge=1, le=9999)
    greets: bool = Field(default=False)
    source: str | None = Field(default=None, max_length=300)
    office: str | None = Field(default=None, max_length=60)

    @property
    def recurs(self) -> dict[str, Any]:
        """When it comes: ``{"calendar": "solar", "month": 12, "day": 2}`` or ``{"festival": "that_luang"}``."""
        if self.recurs_calendar is None:
            return {"festival": self.festival.value if self.festival else None}
        return {"calendar": self.recurs_calendar.value, "month": self.recurs_month, "day": self.recurs_day}

    @recurs.setter
    def recurs(self, value: Mapping[str, Any]) -> None:
        festival = value.get("festival")
        self.festival = Festival(festival) if festival else None
        self.recurs_calendar = None if festival else HolidayCalendar(value["calendar"])
        self.recurs_month = None if festival else value["month"]
        self.recurs_day = None if festival else value["day"]

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.name, self.source)

    def made_sort_key(self) -> bytes:
        return localized_key(self.name)
