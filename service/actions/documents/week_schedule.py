"""The weekly schedule as a file: what the week's page shows the same reader."""

import re
from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from calendars.days import calendar_grid
from calendars.days.calendar_grid import FIRST_YEAR, LAST_YEAR
from calendars.days.spans import Days
from calendars.documents import week
from calendars.documents.facts import IssuerFacts, PlaceFacts
from models.i18n import N_, message
from models.vocabulary import DocumentKind, Language
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.documents import office_papers
from service.actions.documents.access import NoSuchPaper
from service.actions.documents.making import MadeFile
from service.actions.documents.office_papers import Compose
from service.actions.locality_index import LocalityIndex
from service.actions.scheduling.weekly_schedule import read_week

MOST_EVENTS = 200
"""Events of a week on one paper, as on its page; how many more there are is said."""

_WEEK = re.compile(r"(\d{4})-W(\d{2})")


def make_week_schedule(
    session: Session, act: ActionContext, name: str, file_format: str, languages: Sequence[Language]
) -> MadeFile:
    """The schedule of a week (``2027-W14``) as a file.

    Raises:
        NoSuchPaper: there is no such week, or it is not made in that format.
    """
    days = week_named(name)

    def read() -> Compose:
        found = read_week(session, days, act.office.timezone, act.office.event_url, MOST_EVENTS)
        places = LocalityIndex.load(session)
        code = permissions.own_office(session) or act.office.locality
        # As on the page: whose week it is, not whose account reads it.
        issuer = IssuerFacts(None, PlaceFacts(code, places.name(code, days.first), places.country_of.get(code, "")))
        return lambda wording: week.compose(found, issuer, wording)

    number = days.first.isocalendar().week
    about = {"vi": f"Tuần {number}"}
    return office_papers.make(
        session, DocumentKind.WEEKLY_SCHEDULE, file_format, languages, about=about, day=days.first, read=read
    )


def week_named(name: str) -> Days:
    """Monday to Sunday of a week by its ISO 8601 name, ``2027-W14``.

    Raises:
        NoSuchPaper: it is no name of a week, or of one that the calendar does not show.
    """
    found = _WEEK.fullmatch(name)
    if found is not None and name.isascii():
        year, number = int(found[1]), int(found[2])
        if FIRST_YEAR <= year <= LAST_YEAR and 1 <= number <= calendar_weeks(year):
            return calendar_grid.week_of(date.fromisocalendar(year, number, 1))
    told = N_("There is no week “{name}”. Weeks are written like 2027-W14, from {first}-W01 to {last}-W52.")
    raise NoSuchPaper(message(told, name=name[:20], first=FIRST_YEAR, last=LAST_YEAR), ["2027-W14"])


def calendar_weeks(year: int) -> int:
    """How many weeks a year of ISO 8601 has: 28 December is always in the last one."""
    return date(year, 12, 28).isocalendar().week
