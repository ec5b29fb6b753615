"""Upcoming anniversaries: which year, how round, the day in both calendars, and the ceremony."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import Response, request

from calendars.conflicts.ceremony_checks import ceremony_not_allowed
from calendars.days.anniversaries import Occurrence, Origin, occurrences
from calendars.days.lunar import full_name, lunar_of
from calendars.ical.vevent import GRADED
from models.agreements import Anniversary
from models.events import Event
from models.i18n import N_
from models.queries.anniversary_levels import between_states
from models.queries.dated import has_days
from models.vocabulary import Grade
from service.actions.agreements.agreement_queries import all_anniversaries, ceremonies_between
from service.web.page_decorator import page
from service.web.view import View

YEARS = 5
FIRST_YEAR, LAST_YEAR = 1800, 2400


@dataclass(frozen=True, slots=True)
class UpcomingAnniversary:
    """An anniversary in one year. ``lunar`` and ``days_ahead`` only if its day is known; days may be negative."""

    anniversary: Anniversary
    occurrence: Occurrence
    description: str
    lunar: str
    days_ahead: int | None
    ceremony: Event | None
    forbidden: str = ""
    """Why this year has no ceremony, citing the act; empty if it may have one."""

    @property
    def is_round(self) -> bool:
        """Whether it is one of those celebrated with more ceremony."""
        return self.occurrence.grade is not Grade.OTHER


@page()
def anniversaries(view: View) -> Response:
    """Anniversaries of the next five years, or of five years from the requested one."""
    asked = request.args.get("from_year", "").strip()
    is_year = asked.isascii() and asked.isdigit() and FIRST_YEAR <= int(asked[:6]) <= LAST_YEAR
    first = int(asked) if is_year else view.act.today.year
    found = all_anniversaries(view.session)
    ceremonies = ceremonies_between(view.session, first, first + YEARS - 1)
    of_states = between_states(view.session, {one.id for one in found})
    upcoming = [
        _upcoming_one(view, one, occurrence, ceremonies.get((one.id, occurrence.year)), of_states[one.id])
        for one in found
        for occurrence in occurrences(Origin.parse(one.origin), first, first + YEARS - 1)
    ]
    # Those without a known day come after those of the same year that have one.
    upcoming.sort(key=lambda one: (one.occurrence.year, one.occurrence.date or date(one.occurrence.year, 12, 31)))
    return view.page(
        "agreements/anniversaries.html",
        years=[(year, list(listed)) for year, listed in groupby(upcoming, key=lambda one: one.occurrence.year)],
        first=first,
        last=first + YEARS - 1,
        step=YEARS,
        has_any=bool(found),
        asked=asked,
        problem=view.say(N_("Write a year like {year}."), year=view.act.today.year) if asked and not is_year else "",
    )


def _upcoming_one(
    view: View, anniversary: Anniversary, occurrence: Occurrence, ceremony: Event | None, of_states: bool
) -> UpcomingAnniversary:
    refused = ceremony_not_allowed(anniversary.id, occurrence.ordinal, between_states=of_states)
    day = occurrence.date or (ceremony.first_day if ceremony and has_days(ceremony) else None)
    return UpcomingAnniversary(
        anniversary,
        occurrence,
        view.say(GRADED[occurrence.grade], ordinal=occurrence.ordinal),
        _lunar(view, day) if day else "",
        (day - view.act.today).days if day else None,
        ceremony,
        view.say(refused.detail) if refused else "",
    )


def _lunar(view: View, day: date) -> str:
    """The day in the Vietnamese lunar calendar; empty outside the years for which it is certain."""
    try:
        return view.plain(full_name(lunar_of(day)))
    except ValueError:
        return ""
