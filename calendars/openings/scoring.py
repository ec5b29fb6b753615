"""Score a window, 0 to 100 points, and give reasons that a protocol officer understands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from babel.dates import get_day_names

from calendars.days.formatting import BABEL_LOCALES, format_day
from calendars.days.spans import Days
from calendars.events.host_days import LONG_STAY_DAYS, MINIMUM_DAYS, days_in_words
from calendars.openings.day_index import DayIndex, DaySet
from models.errors import InvalidValue
from models.i18n import N_, Message, message

FAR_FROM_VISITS = 14
"""Two weeks from the nearest other visit give the host enough rest."""
FAR_FROM_HOLIDAYS = 2
"""Two clear days from the nearest days off leave time to travel home and back."""
COMFORTABLE_DAYS = 60
"""Two months of preparation need no hurry."""

_BEGIN_POINTS = (20, 14, 9, 6, 3, 0, 0)  # Monday … Sunday
_END_POINTS = 15
_WEEKEND_POINTS = 15
_VISIT_POINTS = 20
_HOLIDAY_POINTS = 15
_NOTICE_POINTS = 15
_CODES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class FestivalDay:
    """Days a window must contain, such as a festival, and their name."""

    days: Days
    name: Mapping[str, str] | None = None

    def is_met_by(self, window: Days) -> bool:
        """Whether the window contains all of these days or, if it is the shorter one, is entirely within them."""
        inner, outer = (window, self.days) if len(self.days) > len(window) else (self.days, window)
        return outer.first <= inner.first and inner.last <= outer.last


@dataclass(frozen=True, slots=True)
class OpeningQuery:
    """A search for windows of ``days`` whole days, none starting before ``earliest`` (today plus the office's notice).

    The whole window must be in ``within``; with ``may_end_after`` only its first day, and its last day is no later than
    ``ends_by``, if there is one. A window must contain every span of ``containing`` and one festival of each group of
    ``one_of`` (a span longer than the window must contain the window instead); then holidays are allowed. ``asked_on``
    is the day from which notice is counted; by default the day for which ``earliest`` is the office's usual notice.
    ValueError for less than one day.
    """

    days: int
    within: Days
    earliest: date
    containing: tuple[Days, ...] = ()
    may_end_after: bool = False
    ends_by: date | None = None
    one_of: tuple[tuple[FestivalDay, ...], ...] = ()
    asked_on: date | None = None

    def __post_init__(self) -> None:
        if self.days < 1:
            raise InvalidValue(N_("A window has one day or more."))

    @property
    def is_long(self) -> bool:
        """Whether the visit is too long for every day to be a working session."""
        return self.days > LONG_STAY_DAYS

    @property
    def requirements(self) -> tuple[tuple[FestivalDay, ...], ...]:
        """What a window must contain: one festival of each group."""
        return (*((FestivalDay(days),) for days in self.containing), *self.one_of)


@dataclass(frozen=True, slots=True)
class Reason:
    """An argument for or against a window; ``code`` is stable."""

    code: str
    detail: Message


def score(index: DayIndex, query: OpeningQuery, first: int) -> int:
    """The score of the window that starts on day ``first`` of the index: 0 to 100, higher is better.

    Only meaningful for openings. The best window starts on a Monday, ends on a working day, has few week-end days for
    its length, is two weeks from other visits and two clear days from days off, and leaves two months to prepare.
    """
    last = first + query.days - 1
    points: float = _BEGIN_POINTS[index.day(first).weekday()]
    points += _END_POINTS if last in index.working else 0
    points += _WEEKEND_POINTS * _weekend_share(index, first, query.days)
    points += _VISIT_POINTS * min(_clear(index.visits, first, last), FAR_FROM_VISITS) / FAR_FROM_VISITS
    if query.requirements:
        points += _HOLIDAY_POINTS
    else:
        points += (
            _HOLIDAY_POINTS * min(_clear(index.off_with_weekends, first, last), FAR_FROM_HOLIDAYS) / FAR_FROM_HOLIDAYS
        )
    points += _NOTICE_POINTS * min(max(_notice(index, query, first), 0), COMFORTABLE_DAYS) / COMFORTABLE_DAYS
    return round(points)


def reasons(index: DayIndex, query: OpeningQuery, first: int) -> tuple[Reason, ...]:
    """The reasons for and against the window that starts on day ``first`` of the index."""
    last = first + query.days - 1
    return (
        _begins(index.day(first)),
        *(_contains(index, query, first, last) if query.requirements else _holiday_free(index, query, first, last)),
        _host_free(index, query, first, last),
        _weekend(index, first, last),
        _ends(index, last),
        Reason("notice", message(N_("Days left to prepare: {days}."), days=_notice(index, query, first))),
    )


def _clear(day_set: DaySet, first: int, last: int) -> int:
    """The number of days between either end of a window and the nearest day of the set."""
    return min(day_set.clear_around(first), day_set.clear_around(last))


def _notice(index: DayIndex, query: OpeningQuery, first: int) -> int:
    asked_on = query.asked_on or query.earliest - timedelta(days=MINIMUM_DAYS)
    return first - index.number(asked_on)


def _weekend_share(index: DayIndex, first: int, days: int) -> float:
    """1 if the window has the fewest week-end days its length allows, 0 if it has the most."""
    weeks, rest = divmod(days, 7)
    fewest, most = 2 * weeks + max(0, rest - 5), 2 * weeks + min(2, rest)
    if fewest == most:
        return 1.0
    return (most - index.weekend.count(first, first + days - 1)) / (most - fewest)


@cache
def _weekday(number: int) -> Mapping[str, str]:
    """The name of a weekday in each language, 0 = Monday. Source: CLDR."""
    return {language: get_day_names("wide", locale=name)[number] for language, name in BABEL_LOCALES.items()}


def _begins(day: date) -> Reason:
    weekday = day.weekday()
    return Reason(f"begins_{_CODES[weekday]}", message(N_("Begins on a {weekday}."), weekday=_weekday(weekday)))


def _ends(index: DayIndex, last: int) -> Reason:
    if last in index.working:
        return Reason("ends_working_day", message(N_("Ends on a working day.")))
    return Reason("ends_free_day", message(N_("Ends on a day on which nobody works.")))


def _weekend(index: DayIndex, first: int, last: int) -> Reason:
    if count := index.weekend.count(first, last):
        return Reason("weekend_inside", message(N_("Week-end days inside: {count}."), count=count))
    return Reason("no_weekend", message(N_("No week-end inside.")))


def _named(index: DayIndex, number: int | None) -> Mapping[str, str] | None:
    """The holiday on a day with its date, in each language it has a name in."""
    if number is None:
        return None
    day = index.day(number)
    names = index.holidays[number][0].name
    return {language: f"{name} ({format_day(day, language)})" for language, name in names.items()}


def _holiday_free(index: DayIndex, query: OpeningQuery, first: int, last: int) -> Iterator[Reason]:
    if query.is_long:
        rule = message(N_("No public holiday on its first and last day."))
    else:
        rule = message(N_("No public holiday on any of its days."))
    before = _named(index, index.off.last_until(first))
    after = _named(index, index.off.first_from(last))
    if before and after:
        both = N_("{rule} The last one before: {before}. The next one after: {after}.")
        detail = message(both, rule=rule, before=before, after=after)
    elif after:
        detail = message(N_("{rule} The next one after: {after}."), rule=rule, after=after)
    elif before:
        detail = message(N_("{rule} The last one before: {before}."), rule=rule, before=before)
    else:
        detail = rule
    yield Reason("holiday_free", detail)
    yield from _holidays_inside(index, first, last)


def _contains(index: DayIndex, query: OpeningQuery, first: int, last: int) -> Iterator[Reason]:
    window = Days(index.day(first), index.day(last))
    for group in query.requirements:
        festival = next(one for one in group if one.is_met_by(window))
        sentence = N_("Falls within: {what}.") if len(festival.days) > len(window) else N_("Contains: {what}.")
        yield Reason("contains", message(sentence, what=_festival_name(festival)))
    yield from _holidays_inside(index, first, last)


def _holidays_inside(index: DayIndex, first: int, last: int) -> Iterator[Reason]:
    if count := index.off.count(first, last):
        yield Reason("holidays_inside", message(N_("Public holidays on its days: {count}."), count=count))


def _festival_name(festival: FestivalDay) -> Mapping[str, str]:
    days = days_in_words(festival.days)
    if festival.name is None:
        return days
    return {language: f"{name} ({days[language]})" for language, name in festival.name.items()}


def _host_free(index: DayIndex, query: OpeningQuery, first: int, last: int) -> Reason:
    if query.is_long:
        return Reason("host_free", message(N_("No other visit has to be received on its first and last day.")))
    before, after = index.visits.last_until(first), index.visits.first_from(last)
    since = None if before is None else index.day(before)
    until = None if after is None else index.day(after)
    if since and until:
        detail = message(N_("No other visit to receive between {since} and {until}."), since=since, until=until)
    elif until:
        detail = message(N_("No other visit until {until}."), until=until)
    elif since:
        detail = message(N_("No other visit after {since}."), since=since)
    else:
        detail = message(N_("No other visit is near."))
    return Reason("host_free", detail)
