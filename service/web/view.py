"""What every page shares: its transaction, who reads it in which language, and how things are written there."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    format_instant,
    format_weekday,
    numeric_day,
)
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
from service.http.app_context import AppContext
from service.web.labels import REMINDER_STATES
from service.web.navigation import NavigationEntry, entries_for
from service.web.rendering import render


@dataclass
class View:
    """One page for one reader: ``user`` is None before sign-in, ``cookie`` the session's secret.

    Its methods write things as the reader's language does; templates reach it as ``view``.
    """

    session: Session
    desk: AppContext
    act: ActionContext
    language: Language
    cookie: str | None = None

    @property
    def user(self) -> User | None:
        """Who reads; None before sign-in."""
        return self.act.user

    def may(self, role: Role | str) -> bool:
        """Whether the reader's role suffices."""
        return self.user is not None and self.user.role.suffices_for(Role(role))

    def may_change(self, event: Event) -> bool:
        """Whether the reader may change an event."""
        return self.may(Role.OFFICER) and permissions.may_change(self.session, event)

    @staticmethod
    def is_busy(title: object) -> bool:
        """Whether it stands in the place of a title the reader may not see."""
        return title is permissions.BUSY

    @property
    def navigation(self) -> list[NavigationEntry]:
        """The main pages this reader is led to."""
        return entries_for(self.user.role) if self.user else []

    @property
    def csrf(self) -> str:
        """The token every form of this session sends along."""
        return self.desk.csrf_token(self.cookie or "")

    # Words

    def say(self, sentence: str | Message, /, **values: object) -> str:
        """A sentence in the reader's language."""
        if isinstance(sentence, Message):
            return sentence.to(self.language)
        return translate(sentence, self.language, **values)

    def said(self, sentence: str | None) -> str:
        """An English sentence that was kept with its values filled in, in the reader's language."""
        return translate_filled(sentence or "", self.language)

    def plain(self, text: Mapping[str, str] | None) -> str:
        """A localized text without markup, for attributes and titles."""
        return localized(text, self.language)

    def text(self, text: Mapping[str, str] | None) -> Markup | str:
        """A localized text; in another language than the page's it says which, for voices and fonts."""
        for language in dict.fromkeys((self.language.value, *FALLBACK)):
            if text and text.get(language):
                if language == self.language:
                    return text[language]
                return Markup('<span lang="{}">{}</span>').format(str(language), text[language])
        return ""

    def kind(self, kind: EventKind) -> str:
        """What a kind of event is called."""
        return kind_name(kind, self.language)

    def status(self, status: EventStatus) -> str:
        """What a status is called."""
        return status_name(status, self.language)

    def role(self, role: MemberRole) -> str:
        """What a person is in a visit."""
        return member_role_name(role, self.language)

    def progress(self, state: ProgressState) -> str:
        """What a state of progress is called."""
        return progress_name(state, self.language)

    def purpose(self, purpose: ReminderPurpose) -> str:
        """What a mail is for."""
        return purpose_name(purpose, self.language)

    def reminder_state(self, state: ReminderState) -> str:
        """What became of a reminder."""
        return self.say(REMINDER_STATES[state])

    # Days

    def day(self, day: date) -> str:
        """One day."""
        return format_day(day, self.language)

    def days(self, first: date, last: date) -> str:
        """Inclusive days, without repeating what both share."""
        return format_days(first, last, self.language)

    def numeric(self, day: date) -> str:
        """One day in figures, where there is little room."""
        return numeric_day(day)

    def hours(self, start: time | None, end: time | None = None) -> str:
        """The hours of one day as far as they are known."""
        return format_hours(start, end)

    def weekday(self, day: date) -> str:
        """The day of the week, as a heading writes it."""
        return format_weekday(day, self.language)

    def month(self, day: date) -> str:
        """Month and year, as a heading writes it."""
        return capital(format_skeleton("yMMMM", day, locale=BABEL_LOCALES[self.language]))

    def instant(self, at: datetime) -> str:
        """An instant by the office's clocks."""
        return format_instant(at, self.act.office.timezone, self.language)

    def times(self, offer: Mapping[str, str]) -> str:
        """What an error offers ``from`` and ``to``, both days or both local times, in figures."""
        start, end = datetime.fromisoformat(offer["from"]), datetime.fromisoformat(offer["to"])
        if "T" not in offer["from"]:
            return BookingTimes(start.date(), end.date()).format()
        return BookingTimes(start.date(), end.date(), start.time(), end.time()).format()

    # Places

    @cached_property
    def compass(self) -> DirectionResolver:
        """The localities, and which way visits go; one query."""
        return DirectionResolver.load(self.session, self.act)

    def locality_name(self, code: str | None, day: date | None = None) -> LocalizedText:
        """A locality's name on a day (today unless given): from the day it was succeeded on, its successor's."""
        return self.compass.gazetteer.name(code, day or self.act.today)

    def place(self, code: str | None, day: date | None = None) -> Markup | str:
        """A locality's name on a day, as :meth:`text` writes it."""
        return self.text(self.locality_name(code, day))

    def direction(self, event: Event) -> Direction:
        """Whether an event comes in, goes out or stays at home."""
        return self.compass.of(event)

    # Answers

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """The rendered page."""
        response = render(template, self.language, view=self, **values)
        response.status_code = status
        return response


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def ids(*values: str | None) -> set[str]:
    """The ids among these, each once."""
    return {value for value in values if value}
