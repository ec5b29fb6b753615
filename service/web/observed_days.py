"""The days of observances on pages: in the calendars, and on the first page those for which greetings are to go out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from calendars.days.observances import ObservedDay
from calendars.days.spans import Days
from calendars.ical.vevent import GRADED
from service.actions.scheduling import observances
from service.web.view import View

AHEAD = timedelta(days=14)
"""How far ahead the first page names days on which greetings go out."""


def observed_on(view: View, days: Days) -> Mapping[date, Sequence[ObservedDay]]:
    """Day → its observances; two queries. One of several countries with the same name is listed once."""
    found: dict[date, list[ObservedDay]] = {}
    for one in observances.days_between(view.session, view.act, days.first, days.last):
        listed = found.setdefault(one.date, [])
        if one.name not in [other.name for other in listed]:
            listed.append(one)
    return found


@dataclass(frozen=True, slots=True)
class ComingGreeting:
    """A day on which greetings go out soon: in how many days, and its number of years in words."""

    observed: ObservedDay
    days: int
    ordinal: Markup | str


def coming_greetings(view: View) -> list[ComingGreeting]:
    """The days of the next two weeks on which greetings go out, today's too."""
    today = view.act.today
    found = observances.days_between(view.session, view.act, today, today + AHEAD)
    return [ComingGreeting(one, (one.date - today).days, ordinal_words(view, one)) for one in found if one.greets]


def ordinal_words(view: View, one: ObservedDay) -> Markup | str:
    """Which anniversary it is, and how round, in the reader's language; empty where the number is not known."""
    if one.ordinal is None or one.grade is None:
        return ""
    return view.say(GRADED[one.grade], ordinal=one.ordinal)
