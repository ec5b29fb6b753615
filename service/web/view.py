"""What every page shares: its transaction, its reader and language, and formatting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from babel.dates import format_skeleton
from flask import Response
from markupsafe import Markup
from sqlmodel import Session

from calendars.bookings.times import BookingTimes
from calendars.days.formatting import (
    BABEL_LOCALES,
    format_day,
    format_days,
    format_hours,
    format_hours_on,
    format_instant,
    format_own_hours,
    format_times,
    format_weekday,
    numeric_day,
    zone_words,
)
from calendars.days.office_clock import ShownTimes, shown_times, times_of
from calendars.days.spans import Days
from calendars.events.labels import kind_name, member_role_name, progress_name, status_name
from calendars.mails.digests import purpose_name
from models.accounts import User
from models.events import Event
from models.i18n import Message, translate, translate_filled
from models.text import FALLBACK, LocalizedText, localized
from models.vocabulary import (
    Direction,
    EventKind,
    EventStatus,
    Language,
    MemberRole,
    ProgressState,
    ReminderPurpose,
    ReminderState,
    Role,
)
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.locality_index import DirectionResolver
from service.actions.permissions import Sight
from service.http.app_context import AppContext
from service.web.labels import REMINDER_STATES, TONGUES
from service.web.navigation import NavigationEntry, entries_for
from service.web.rendering import render


@dataclass
class View:
    """One page for one reader: ``user`` is None before sign-in, ``cookie`` is the session's secret.

    Its methods format values for the reader's language; templates access it as ``view``.
    """

    session: Session
    desk: AppContext
    act: ActionContext
    language: Language
    cookie: str | None = None
    restored: str = ""
    """Not empty: the form shown was typed before its author had to sign in again. This is what the page says of it, and
    nothing that it asks for is done (:mod:`service.web.kept_forms`)."""

    @property
    def user(self) -> User | None:
        """The signed-in reader; None before sign-in."""
        return self.act.user

    def may(self, role: Role | str) -> bool:
        """Whether the reader's role suffices."""
        return self.user is not None and self.user.role.suffices_for(Role(role))

    def may_change(self, event: Event) -> bool:
        """Whether the reader may change an event."""
        return self.may(Role.OFFICER) and permissions.may_change(self.session, event)

    def sees_whole(self, event: Event) -> bool:
        """Whether the reader sees everything of an event: its budget, history and reminders too."""
        return permissions.sight(self.session, event) is Sight.WHOLE

    @staticmethod
    def is_busy(title: object) -> bool:
        """Whether this replaces a title that the reader may not see."""
        return title is permissions.BUSY

    @property
    def navigation(self) -> list[NavigationEntry]:
        """The entries of the main navigation for this reader."""
        return entries_for(self.user.role) if self.user else []

    @property
    def csrf(self) -> str:
        """The CSRF token for the forms of this session."""
        return self.desk.form_token(self.cookie or "", self.user)

    # Words

    def say(self, sentence: str | Message, /, **values: object) -> str:
        """A sentence in the reader's language."""
        if isinstance(sentence, Message):
            return sentence.to(self.language)
        return translate(sentence, self.language, **values)

    def said(self, sentence: str | None) -> str:
        """A stored English sentence with its values filled in, translated to the reader's language."""
        return translate_filled(sentence or "", self.language)

    def plain(self, text: Mapping[str, str] | None) -> str:
        """A localized text without markup, for attributes and titles."""
        return localized(text, self.language)

    def text(self, text: Mapping[str, str] | None) -> Markup | str:
        """A localized text; if not in the page's language, its language is marked up, for screen readers and fonts."""
        for language in dict.fromkeys((self.language.value, *FALLBACK)):
            if text and text.get(language):
                if language == self.language:
                    return text[language]
                return Markup('<span lang="{}">{}</span>').format(str(language), text[language])
        return ""

    def kind(self, kind: EventKind) -> str:
        """The name of a kind of event."""
        return kind_name(kind, self.language)

    def status(self, status: EventStatus) -> str:
        """The name of a status."""
        return status_name(status, self.language)

    def role(self, role: MemberRole) -> str:
        """The name of a person's role in a visit."""
        return member_role_name(role, self.language)

    def progress(self, state: ProgressState) -> str:
        """The name of a state of progress."""
        return progress_name(state, self.language)

    def purpose(self, purpose: ReminderPurpose) -> str:
        """The purpose of a mail."""
        return purpose_name(purpose, self.language)

    def reminder_state(self, state: ReminderState) -> str:
        """The name of a reminder's state."""
        return self.say(REMINDER_STATES[state])

    # Days

    def day(self, day: date) -> str:
        """One day."""
        return format_day(day, self.language)

    def days(self, first: date, last: date) -> str:
        """Inclusive days, without repeating what both share."""
        return format_days(first, last, self.language)

    def numeric(self, day: date) -> str:
        """One day in numbers, for narrow places."""
        return numeric_day(day)

    def hours(self, start: time | None, end: time | None = None) -> str:
        """The times of one day as far as known."""
        return format_hours(start, end)

    def when(self, event: Any) -> ShownTimes:
        """The days and hours of an event's row by the office's clock; of a row without hours just the days."""
        if getattr(event, "start_time", None) is None and getattr(event, "end_time", None) is None:
            return ShownTimes(Days(event.first_day, event.last_day), None, None)
        return times_of(event, self.act.office.timezone)

    def hour(self, event: Event, day: date, start: time | None, end: time | None = None) -> ShownTimes:
        """The times of a part of an event, which are by the event's clock, by the office's."""
        return shown_times(day, day, start, end, event.timezone, self.act.office.timezone)

    def times_here(self, times: ShownTimes) -> str:
        """Days and hours by the office's clock, with whose time it is: “07:00–09:00, 6/7/2027, giờ Việt Nam”."""
        here = replace(times, own=None)
        return f"{format_times(here, self.language)}, {self.zone(self.act.office.timezone)}"

    def told(self, times: ShownTimes) -> str:
        """Days and hours on one line: “08:00–09:30, 10/3/2027”, with the hours of the place itself."""
        return format_times(times, self.language)

    def occurrence(self, key: str) -> str:
        """When an occurrence of a series begins, from its key: the day, or the instant in the office's time zone."""
        try:
            at = datetime.fromisoformat(key)
        except ValueError:
            return key
        return self.instant(at) if at.tzinfo else self.day(at.date())

    def hours_on(self, times: ShownTimes, day: date) -> str:
        """The hours on one of its days: “22:00–” on the first of two, “–02:00” on the second."""
        return format_hours_on(times, day)

    def event_days(self, event: Any) -> str:
        """The days of an event's row by the office's clock, without repeating what both share."""
        days = self.when(event).days
        return self.days(days.first, days.last)

    def own_hours(self, times: ShownTimes) -> str:
        """The hours by the clock of the place itself, with whose time it is; empty if the office's shows the same."""
        return format_own_hours(times, self.language)

    def zone(self, zone: str) -> str:
        """Whose time a zone's clocks show: “giờ Việt Nam”."""
        return zone_words(zone, self.language)

    def weekday(self, day: date) -> str:
        """The day of the week, as in a heading."""
        return format_weekday(day, self.language)

    def month(self, day: date) -> str:
        """Month and year, as in a heading."""
        return capital(format_skeleton("yMMMM", day, locale=BABEL_LOCALES[self.language]))

    def instant(self, at: datetime) -> str:
        """An instant in the office's time zone."""
        return format_instant(at, self.act.office.timezone, self.language)

    def tongues(self, codes: Sequence[str]) -> str:
        """The languages that somebody interprets between."""
        return " – ".join(self.plain(TONGUES.get(code)) or code for code in codes)

    def times(self, offer: Mapping[str, str]) -> str:
        """The times ``from`` and ``to`` that an error suggests, both days or both local times, in numbers."""
        start, end = datetime.fromisoformat(offer["from"]), datetime.fromisoformat(offer["to"])
        if "T" not in offer["from"]:
            return BookingTimes(start.date(), end.date()).format()
        return BookingTimes(start.date(), end.date(), start.time(), end.time()).format()

    # Places

    @cached_property
    def compass(self) -> DirectionResolver:
        """The localities and the direction of visits; one query."""
        return DirectionResolver.load(self.session, self.act)

    def locality_name(self, code: str | None, day: date | None = None) -> LocalizedText:
        """A locality's name on a day (today by default): once it has been succeeded, its successor's."""
        return self.compass.gazetteer.name(code, day or self.act.today)

    def place(self, code: str | None, day: date | None = None) -> Markup | str:
        """A locality's name on a day, formatted by :meth:`text`."""
        return self.text(self.locality_name(code, day))

    def direction(self, event: Event) -> Direction:
        """Whether an event is incoming, outgoing or at home."""
        return self.compass.of(event)

    # Responses

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """The rendered page."""
        response = render(template, self.language, view=self, **values)
        response.status_code = status
        return response


def capital(text: str) -> str:
    """Capitalise the first letter."""
    return text[:1].upper() + text[1:]


def ids(*values: str | None) -> set[str]:
    """The distinct ids, without None and empty ones."""
    return {value for value in values if value}
