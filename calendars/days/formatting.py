"""Format dates and instants in each language."""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache, lru_cache

from babel import Locale
from babel.dates import get_timezone_location

from calendars.days.office_clock import ShownTimes
from calendars.days.spans import Days, zone_info
from models.day_texts import BABEL_LOCALES as BABEL_LOCALES
from models.day_texts import day_and_month
from models.day_texts import format_day as format_day
from models.day_texts import in_words as in_pattern
from models.day_texts import numeric_day as numeric_day
from models.errors import InvalidValue
from models.i18n import N_, translate
from models.text import LocalizedText
from models.vocabulary import KnownTo, Language

_KNOWN_WORDS = {
    Language.VI: {KnownTo.YEAR: "năm", KnownTo.MONTH: "tháng"},
    Language.LO: {KnownTo.YEAR: "ປີ", KnownTo.MONTH: "ເດືອນ"},
}
"""What stands before the figures of a year or a month; English has none, and names its months."""

_UTC_AREA = "Etc/"
_UTC_NAMES = frozenset({"UTC", "UCT", "Universal", "Zulu", "Greenwich"})


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
        start = day_and_month(first_day) if same_year else numeric_day(first_day)
        return f"{start}–{end}"
    return f"{in_pattern(first_day, 'd MMMM' if same_year else 'd MMMM y', language)} – {end}"


def format_known(days: Days, known_to: KnownTo, language: str) -> str:
    """Days as far as they are known: ``năm 2008``, ``tháng 6/2021``; ``ປີ 2008``; ``2008``, ``June 2021``.

    Spans: ``năm 2008–2012``, ``tháng 6–8/2021``, ``June–August 2021``. Dated ones as
    :func:`format_days` writes them. This is the one place that does.
    """
    if known_to is KnownTo.DAY:
        return format_days(days.first, days.last, language)
    first, last = days.first, days.last
    if known_to is KnownTo.YEAR:
        years = str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
        return _called(language, known_to, years)
    if language not in _KNOWN_WORDS:
        return _months_in_words(first, last)
    if (first.year, first.month) == (last.year, last.month):
        return _called(language, known_to, month_in_figures(first))
    if first.year == last.year:
        return _called(language, known_to, f"{_month_figure(first)}–{month_in_figures(last)}")
    return _called(language, known_to, f"{month_in_figures(first)}–{month_in_figures(last)}")


def _called(language: str, known_to: KnownTo, figures: str) -> str:
    words = _KNOWN_WORDS.get(Language(language)) if language in set(Language) else None
    return f"{words[known_to]} {figures}" if words else figures


def _months_in_words(first: date, last: date) -> str:
    end = in_pattern(last, "MMMM y", Language.EN)
    if (first.year, first.month) == (last.year, last.month):
        return end
    if first.year == last.year:
        return f"{in_pattern(first, 'MMMM', Language.EN)}–{end}"
    return f"{in_pattern(first, 'MMMM y', Language.EN)} – {end}"


def month_in_figures(day: date) -> str:
    """A month with its year: ``6/2021``, ``02/2022``; 1 and 2 with a zero, as :func:`numeric_day` writes them."""
    return f"{_month_figure(day)}/{day.year}"


def _month_figure(day: date) -> str:
    return f"{day.month:02}" if day.month < 3 else str(day.month)


def format_hours(start: time | None, end: time | None) -> str:
    """The hours of one day as far as they are known: ``08:00–09:30``, ``08:00``, ``–09:30``, or nothing."""
    begins, ends = (f"{at:%H:%M}" if at is not None else "" for at in (start, end))
    return f"{begins}–{ends}" if ends else begins


def format_hours_on(times: ShownTimes, day: date) -> str:
    """The hours on one of its days: of 22:00–02:00 ``22:00–`` on the first, then ``–02:00``; nothing in between."""
    start, end = times.on(day)
    goes_on = start is not None and end is None and times.end_time is not None
    return f"{format_hours(start, end)}–" if goes_on else format_hours(start, end)


def in_words(day: date) -> LocalizedText:
    """A date as a value of a message: each reader sees it as their language writes it (:func:`format_day`)."""
    return {str(language): format_day(day, language) for language in Language}


def moment_in_words(at: datetime) -> LocalizedText:
    """A local date and time as a value of a message: ``22:00, 10/3/2027``."""
    return {str(language): f"{at:%H:%M}, {format_day(at.date(), language)}" for language in Language}


@lru_cache(maxsize=2048)
def zone_words(zone: str, language: str) -> str:
    """Whose time a zone's clocks show: ``giờ Việt Nam``, ``giờ New York``, ``Vietnam time``.

    The country where it has only that zone, else the city; ``UTC+7`` for zones without a place. Source: CLDR. Raises
    ValueError for an unknown zone.
    """
    zone_info(zone)
    locale = Locale.parse(BABEL_LOCALES[Language(language)] if language in set(Language) else "en_GB")
    if "/" not in zone or zone.startswith(_UTC_AREA):
        return translate(N_("{place} time"), language, place=_offset_words(zone))
    city: str = get_timezone_location(zone, locale=locale, return_city=True)
    place = city.rpartition("/")[2]
    whole = get_timezone_location(zone, locale=locale)
    region = str(locale.zone_formats["region"])
    if whole and city not in whole:
        before, _placeholder, after = region.partition("%s")
        place = whole.removeprefix(before).removesuffix(after)
    return translate(N_("{place} time"), language, place=place)


def _offset_words(zone: str) -> str:
    """``UTC+7`` of ``Etc/GMT-7``, whose sign is the other way round; other zones without a place by their name."""
    name = zone.removeprefix(_UTC_AREA)
    if name not in _UTC_NAMES and not name.startswith("GMT"):
        return name
    number = name.removeprefix("GMT")
    sign = {"+": "\N{MINUS SIGN}", "-": "+"}.get(number[:1])
    return f"UTC{sign}{number[1:]}" if sign and number[1:].strip("0") else "UTC"


def format_own_hours(times: ShownTimes, language: str) -> str:
    """The hours by the clock of the place itself: ``20:00–22:00, 5/7/2027, giờ New York``; empty if the office's clock
    shows the same. The date is left out where it is the office's too."""
    own = times.own
    if own is None:
        return ""
    told = [format_hours(own.start_time, own.end_time)]
    if own.first_day != (times.days.first if own.start_time is not None else times.days.last):
        told.append(format_day(own.first_day, language))
    return ", ".join([*told, zone_words(own.timezone, language)])


def format_times(times: ShownTimes, language: str) -> str:
    """Days and hours on one line: ``08:00–09:30, 10/3/2027``; with the hours of the place itself in brackets.

    On a single day its times; otherwise from a time of the first day to one of the last. Of what is known to the month
    or the year only that.
    """
    if times.known_to is not KnownTo.DAY:
        return format_known(times.days, times.known_to, language)
    first, last = (format_day(day, language) for day in (times.days.first, times.days.last))
    if not times.has_hours:
        told = format_days(times.days.first, times.days.last, language)
    elif times.days.first == times.days.last:
        told = f"{format_hours(times.start_time, times.end_time)}, {first}"
    else:
        begins, ends = (f"{at:%H:%M}, " if at is not None else "" for at in (times.start_time, times.end_time))
        told = f"{begins}{first} – {ends}{last}"
    own = format_own_hours(times, language)
    return f"{told} ({own})" if own else told


def format_weekday(day: date, language: str) -> str:
    """The day of the week, capitalised for a heading: ``Thứ Hai``, ``ວັນຈັນ``, ``Monday``."""
    name = in_pattern(day, "EEEE", language)
    return name[:1].upper() + name[1:]


@cache
def names_of_months(language: Language) -> Sequence[str]:
    """January first, as they stand between a day and a year: ``tháng 2 năm``, ``ກຸມພາ``, ``February``."""
    names = [in_pattern(date(2027, month, 1), "MMMM", language) for month in range(1, 13)]
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
