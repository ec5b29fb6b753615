"""Format dates and instants in each language."""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache

from babel.dates import format_date

from calendars.days.spans import zone_info
from models.errors import InvalidValue
from models.i18n import N_
from models.vocabulary import Language

BABEL_LOCALES = {Language.VI: "vi", Language.LO: "lo", Language.EN: "en_GB"}
"""English uses en_GB: its readers here expect the day first."""


def numeric_day(day: date) -> str:
    """A date in figures, ``10/3/2027`` or ``03/02/2027``: day, month, year, read the same way in all three languages.

    Days below 10 and the months 1 and 2 are written with a zero, so that no figure can be put before them.
    Source: Decree 30/2020/NĐ-CP, annex I.
    """
    return f"{_day_and_month(day)}/{day.year}"


def _day_and_month(day: date) -> str:
    return f"{day.day:02}/{day.month:02}" if day.month < 3 else f"{day.day:02}/{day.month}"


def format_day(day: date, language: str) -> str:
    """One date: ``10/3/2027`` in Vietnamese, ``10 ມີນາ 2027`` in Lao, ``10 March 2027`` in English.

    Unknown languages are formatted as English. Source: CLDR's long form for Lao and English; for Vietnamese the figures
    used in official correspondence.
    """
    return numeric_day(day) if language == Language.VI else _words(day, "d MMMM y", language)


def format_days(first_day: date, last_day: date, language: str) -> str:
    """An inclusive range of dates without repeating shared parts.

    For example ``10–21/3/2027``, ``10–21 March 2027``, ``28/3–02/4/2027``. CLDR has no such short form for Lao and
    Vietnamese, so both ends are joined with an en dash here.
    """
    end = format_day(last_day, language)
    if first_day == last_day:
        return end
    same_year = first_day.year == last_day.year
    if same_year and first_day.month == last_day.month:
        return f"{first_day.day:02}–{end}" if language == Language.VI else f"{first_day.day}–{end}"
    if language == Language.VI:
        start = _day_and_month(first_day) if same_year else numeric_day(first_day)
        return f"{start}–{end}"
    return f"{_words(first_day, 'd MMMM' if same_year else 'd MMMM y', language)} – {end}"


def format_hours(start: time | None, end: time | None) -> str:
    """The hours of one day as far as they are known: ``08:00–09:30``, ``08:00``, ``–09:30``, or nothing."""
    begins, ends = (f"{at:%H:%M}" if at is not None else "" for at in (start, end))
    return f"{begins}–{ends}" if ends else begins


def format_weekday(day: date, language: str) -> str:
    """The day of the week, capitalised for a heading: ``Thứ Hai``, ``ວັນຈັນ``, ``Monday``."""
    name = _words(day, "EEEE", language)
    return name[:1].upper() + name[1:]


@cache
def names_of_months(language: Language) -> Sequence[str]:
    """January first, as they stand between a day and a year: ``tháng 2 năm``, ``ກຸມພາ``, ``February``."""
    names = [_words(date(2027, month, 1), "MMMM", language) for month in range(1, 13)]
    return [f"{name} năm" for name in names] if language is Language.VI else names


@cache
def names_of_weekdays(language: Language) -> Sequence[str]:
    """Sunday first, capitalised."""
    return [format_weekday(date(2027, 1, 3 + day), language) for day in range(7)]


def format_instant(at: datetime, zone: str, language: str) -> str:
    """An aware instant in local time of ``zone``: ``14:30 ngày 10/3/2027``, ``14:30, 10 March 2027``.

    Truncated to the minute, not rounded. Raises ValueError for a naive instant and an unknown zone.
    """
    if at.utcoffset() is None:
        raise InvalidValue(N_("An instant without a zone says nothing; give its offset from UTC."))
    local = at.astimezone(zone_info(zone))
    joint = " ngày " if language == Language.VI else ", "
    return f"{local:%H:%M}{joint}{format_day(local.date(), language)}"


def _words(day: date, pattern: str, language: str) -> str:
    locale = BABEL_LOCALES[Language(language)] if language in set(Language) else BABEL_LOCALES[Language.EN]
    return format_date(day, pattern, locale=locale)
