"""How good a window is, and why: points out of 100, and reasons a protocol officer understands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from babel.dates import get_day_names

from calendars.days.formatting import BABEL_LOCALES, numeric_day
from calendars.days.spans import Days
from calendars.events.host_days import LONG_STAY_DAYS, MINIMUM_DAYS, numeric_days
from calendars.openings.day_index import DayIndex, DaySet
from models.errors import InvalidValue
from models.i18n import Message, _, message

FAR_FROM_VISITS = 14
"""With two weeks to the nearest other visit a host has had its rest."""
FAR_FROM_HOLIDAYS = 2
"""With two clear days to the nearest days off people have travelled home and back."""
COMFORTABLE_DAYS = 60
"""With two months to prepare nothing has to be hurried."""

_BEGIN_POINTS = (20, 14, 9, 6, 3, 0, 0)  # Monday … Sunday
_END_POINTS = 15
_WEEKEND_POINTS = 15
_VISIT_POINTS = 20
_HOLIDAY_POINTS = 15
_NOTICE_POINTS = 15
_CODES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class FestivalDay:
    """Days a window is to contain, and what they are called: a festival."""

    days: Days
    name: Mapping[str, str] | None = None

    def is_met_by(self, window: Days) -> bool:
        """Whether the window holds all its days or, when the occasion is the longer one, lies wholly inside it."""
        inner, outer = (window, self.days) if len(self.days) > len(window) else (self.days, window)
        return outer.first <= inner.first and inner.last <= outer.last


@dataclass(frozen=True, slots=True)
class OpeningQuery:
    """Windows of ``days`` whole days, none beginning before ``earliest`` (today and the notice an office needs).

    The whole window lies in ``within``, with ``may_end_after`` only its first day. With ``containing`` it must
    contain each of these spans, with ``one_of`` one occasion of each group (a span longer than the window contains it
    instead); then holidays are welcome. ``asked_on`` is the day from which notice is counted; by default the one
    that makes ``earliest`` the office's usual notice. ValueError for less than one day.
    """

    days: int
    within: Days
    earliest: date
    containing: tuple[Days, ...] = ()
    may_end_after: bool = False
    one_of: tuple[tuple[FestivalDay, ...], ...] = ()
    asked_on: date | None = None

    def __post_init__(self) -> None:
        if self.days < 1:
            raise InvalidValue(_("A window has one day or more."))

    @property
    def is_long(self) -> bool:
        """Whether its days are too many for all of them to be working sessions."""
        return self.days > LONG_STAY_DAYS

    @property
    def occasions(self) -> tuple[tuple[FestivalDay, ...], ...]:
        """What a window must contain: of each group one."""
        return (*((FestivalDay(days),) for days in self.containing), *self.one_of)


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that speaks for or against a window; ``code`` is stable."""

    code: str
    detail: Message


def score(board: DayIndex, wish: OpeningQuery, first: int) -> int:
    """How good the window is that begins on the board's day ``first``: 0 to 100, more is better.

    It is asked of openings only. Best begins on a Monday, ends on a working day, has few week-end days for its
    length, lies two weeks from other visits and two clear days from days off, and leaves two months to prepare.
    """
    last = first + wish.days - 1
    points: float = _BEGIN_POINTS[board.day(first).weekday()]
    points += _END_POINTS if last in board.working else 0
    points += _WEEKEND_POINTS * _weekend_share(board, first, wish.days)
    points += _VISIT_POINTS * min(_clear(board.visits, first, last), FAR_FROM_VISITS) / FAR_FROM_VISITS
    if wish.occasions:
        points += _HOLIDAY_POINTS
    else:
        points += _HOLIDAY_POINTS * min(_clear(board.stretches, first, last), FAR_FROM_HOLIDAYS) / FAR_FROM_HOLIDAYS
    points += _NOTICE_POINTS * min(max(_notice(board, wish, first), 0), COMFORTABLE_DAYS) / COMFORTABLE_DAYS
    return round(points)


def reasons(board: DayIndex, wish: OpeningQuery, first: int) -> tuple[Reason, ...]:
    """What there is to say about the window that begins on the board's day ``first``."""
    last = first + wish.days - 1
    return (
        _begins(board.day(first)),
        *(_contains(board, wish, first, last) if wish.occasions else _holiday_free(board, wish, first, last)),
        _host_free(board, wish, first, last),
        _weekend(board, first, last),
        _ends(board, last),
        Reason("notice", message(_("Days left to prepare: {days}."), days=_notice(board, wish, first))),
    )


def _clear(marks: DaySet, first: int, last: int) -> int:
    """How many days lie between the ends of a window and the nearest mark."""
    return min(marks.clear_around(first), marks.clear_around(last))


def _notice(board: DayIndex, wish: OpeningQuery, first: int) -> int:
    asked_on = wish.asked_on or wish.earliest - timedelta(days=MINIMUM_DAYS)
    return first - board.number(asked_on)


def _weekend_share(board: DayIndex, first: int, days: int) -> float:
    """1 when the window has the fewest week-end days its length allows, 0 when it has the most."""
    weeks, rest = divmod(days, 7)
    fewest, most = 2 * weeks + max(0, rest - 5), 2 * weeks + min(2, rest)
    if fewest == most:
        return 1.0
    return (most - board.weekend.count(first, first + days - 1)) / (most - fewest)


@cache
def _weekday(number: int) -> Mapping[str, str]:
    """A day of the week in each language, 0 = Monday. Source: CLDR."""
    return {language: get_day_names("wide", locale=name)[number] for language, name in BABEL_LOCALES.items()}


def _begins(day: date) -> Reason:
    weekday = day.weekday()
    return Reason(f"begins_{_CODES[weekday]}", message(_("Begins on a {weekday}."), weekday=_weekday(weekday)))


def _ends(board: DayIndex, last: int) -> Reason:
    if last in board.working:
        return Reason("ends_working_day", message(_("Ends on a working day.")))
    return Reason("ends_free_day", message(_("Ends on a day on which nobody works.")))


def _weekend(board: DayIndex, first: int, last: int) -> Reason:
    if count := board.weekend.count(first, last):
        return Reason("weekend_inside", message(_("Week-end days inside: {count}."), count=count))
    return Reason("no_weekend", message(_("No week-end inside.")))


def _named(board: DayIndex, number: int | None) -> Mapping[str, str] | None:
    """The holiday of a day with its date, in each language it has a name in."""
    if number is None:
        return None
    day = numeric_day(board.day(number))
    return {language: f"{name} ({day})" for language, name in board.holidays[number][0].name.items()}


def _holiday_free(board: DayIndex, wish: OpeningQuery, first: int, last: int) -> Iterator[Reason]:
    if wish.is_long:
        rule = message(_("No public holiday on its first and last day."))
    else:
        rule = message(_("No public holiday on any of its days."))
    before = _named(board, board.off.last_until(first))
    after = _named(board, board.off.first_from(last))
    if before and after:
        both = _("{rule} The last one before: {before}. The next one after: {after}.")
        detail = message(both, rule=rule, before=before, after=after)
    elif after:
        detail = message(_("{rule} The next one after: {after}."), rule=rule, after=after)
    elif before:
        detail = message(_("{rule} The last one before: {before}."), rule=rule, before=before)
    else:
        detail = rule
    yield Reason("holiday_free", detail)
    yield from _holidays_inside(board, first, last)


def _contains(board: DayIndex, wish: OpeningQuery, first: int, last: int) -> Iterator[Reason]:
    window = Days(board.day(first), board.day(last))
    for group in wish.occasions:
        occasion = next(one for one in group if one.is_met_by(window))
        sentence = _("Falls within: {what}.") if len(occasion.days) > len(window) else _("Contains: {what}.")
        yield Reason("contains", message(sentence, what=_called(occasion)))
    yield from _holidays_inside(board, first, last)


def _holidays_inside(board: DayIndex, first: int, last: int) -> Iterator[Reason]:
    if count := board.off.count(first, last):
        yield Reason("holidays_inside", message(_("Public holidays on its days: {count}."), count=count))


def _called(occasion: FestivalDay) -> Mapping[str, str] | str:
    told = numeric_days(occasion.days)
    if occasion.name is None:
        return told
    return {language: f"{name} ({told})" for language, name in occasion.name.items()}


def _host_free(board: DayIndex, wish: OpeningQuery, first: int, last: int) -> Reason:
    if wish.is_long:
        return Reason("host_free", message(_("No other visit has to be received on its first and last day.")))
    before, after = board.visits.last_until(first), board.visits.first_from(last)
    since = None if before is None else numeric_day(board.day(before))
    until = None if after is None else numeric_day(board.day(after))
    if since and until:
        detail = message(_("No other visit to receive between {since} and {until}."), since=since, until=until)
    elif until:
        detail = message(_("No other visit until {until}."), until=until)
    elif since:
        detail = message(_("No other visit after {since}."), since=since)
    else:
        detail = message(_("No other visit is near."))
    return Reason("host_free", detail)
