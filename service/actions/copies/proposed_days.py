"""On which day a copy is proposed to begin: in the same week of another year, or when the next opening begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from calendars.conflicts.schedule_checks import is_holiday_event
from calendars.copies.days import Shift, same_weekday
from calendars.days.holidays import Holiday, HolidayIndex
from calendars.days.spans import Days, days_after
from calendars.events.host_days import MINIMUM_DAYS
from calendars.openings.search import Opening
from models.events import Event
from models.i18n import N_, Message, message
from models.vocabulary import HolidayCategory
from service.actions.context import ActionContext
from service.actions.events.create_with_bookings import REFUSALS
from service.actions.host_schedule import office_holiday_calendar
from service.actions.locality_index import LocalityIndex
from service.actions.scheduling.openings import OpeningsRequest, find_openings

AGAIN_ON = N_("It falls on {holiday} again.")
SAME_DATE = N_("The same date.")
SAME_WEEK = N_("The same weekday of the same week.")
NEXT_OPENING = N_("In the same week of the year it does not fit; this is the nearest opening.")
NO_OPENING = N_("No opening was found near the same week of the year.")

_SEARCHED = 92
_LONGEST_STAY = 400
"""Longer stays are proposed without a search: nothing keeps a year free."""
_LAST_YEAR = 2199


@dataclass(frozen=True, slots=True)
class ProposedDay:
    """The first day that is proposed; ``reasons`` for it; ``refused``: what speaks against the same week."""

    first_day: date
    reasons: Sequence[Message]
    refused: Sequence[Message] = ()


def propose_day(session: Session, act: ActionContext, source: Event, year: int | None = None) -> ProposedDay:
    """The day on which a copy of an event is proposed to begin, in a year or in the first one that leaves time to
    prepare; a fixed number of queries."""
    earliest = days_after(act.today, MINIMUM_DAYS)
    wanted = _year(source.first_day, year, earliest)
    if is_holiday_event(source.kind, source.activity_type):
        return _on_its_day(session, source, wanted)
    same = same_weekday(source.first_day, wanted)
    length = len(Days(source.first_day, source.last_day))
    if length > _LONGEST_STAY:
        return ProposedDay(same, [message(SAME_WEEK)])
    return _on_an_opening(session, act, source, max(same, earliest), same, length)


def _year(day: date, year: int | None, earliest: date) -> int:
    if year is not None:
        return min(max(year, earliest.year), _LAST_YEAR)
    following = max(day.year + 1, earliest.year)
    return following if same_weekday(day, following) >= earliest else following + 1


def _on_its_day(session: Session, source: Event, year: int) -> ProposedDay:
    """What is held because of its day: as far from the same holiday as it was, or on the same date."""
    index, countries = office_holiday_calendar(session), _countries(session, source)
    for holiday in _public(index, countries, source.first_day, source.last_day):
        again = [
            one
            for one in _public(index, countries, date(year, 1, 1), date(year, 12, 31))
            if (one.id, one.country, one.name) == (holiday.id, holiday.country, holiday.name)
        ]
        if again:
            first = Shift.between(holiday.day, again[0].day).of(source.first_day)
            return ProposedDay(first, [message(AGAIN_ON, holiday=holiday.name)])
    day = source.first_day
    same = date(year, day.month, min(day.day, 28) if day.month == 2 else day.day)
    return ProposedDay(same, [message(SAME_DATE)])


def _public(index: HolidayIndex, countries: Sequence[str], first: date, last: date) -> list[Holiday]:
    found = index.between(countries, first, last)
    return [one for one in found if one.category is HolidayCategory.PUBLIC]


def _countries(session: Session, source: Event) -> list[str]:
    country_of = LocalityIndex.load(session).country_of
    return sorted({country_of[code] for code in (source.host, source.guest) if code in country_of})


def _on_an_opening(
    session: Session, act: ActionContext, source: Event, begin: date, same: date, length: int
) -> ProposedDay:
    """The same week if it is an opening, else the nearest one, rather a later than an earlier one."""
    first = days_after(begin, -_SEARCHED // 2)
    wish = OpeningsRequest(
        length,
        max(first, days_after(act.today, MINIMUM_DAYS)),
        days_after(begin, _SEARCHED + length),
        host=source.host,
        guest=source.guest,
        headcount=source.headcount,
    )
    found = find_openings(session, act, wish).openings
    there = next((one for one in found if one.days.first == same), None)
    if there is not None:
        return ProposedDay(same, [message(SAME_WEEK), *_told(there)])
    alone = OpeningsRequest(length, same, days_after(same, length - 1), host=source.host, guest=source.guest)
    refused = find_openings(session, act, alone).refused
    against = [message(sentence) for rule, sentence in REFUSALS.items() if rule in refused]
    if not found:
        return ProposedDay(begin, [message(NO_OPENING)], against)
    near = min(found, key=lambda one: (abs((one.days.first - begin).days), one.days.first < begin, one.days.first))
    return ProposedDay(near.days.first, [message(NEXT_OPENING), *_told(near)], against)


def _told(opening: Opening) -> list[Message]:
    return [one.detail for one in opening.reasons]
