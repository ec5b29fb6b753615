"""What every page shares: its transaction, its reader and language, and formatting."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from babel.dates import format_skeleton
from flask import Response, url_for
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
    format_known,
    format_own_hours,
    format_times,
    format_weekday,
    numeric_day,
    zone_words,
)
from calendars.days.known_days import in_figures, machine_readable
from calendars.days.office_clock import ShownTimes, shown_times, times_of
from calendars.days.spans import Days
from calendars.events.journeys import Journey, moment_of
from calendars.events.labels import (
    agreement_kind_name,
    kind_name,
    member_answer_name,
    member_role_name,
    member_side_name,
    progress_name,
    status_name,
)
from calendars.events.place_names import in_sentence
from calendars.mails.digests import purpose_name
from calendars.mails.occasion_mail import when_of
from calendars.money.formatting import format_money
from calendars.money.sums import Sums
from calendars.people.names import Named, display_name
from models.accounts import User
from models.clock import today
from models.collation import localized_key
from models.events import Event
from models.i18n import N_, Message, message, translate, translate_filled
from models.personal.saved_views import SavedView
from models.places import Organisation
from models.queries.organisation_lines import OrganisationLines
from models.resources import Resource
from models.text import FALLBACK, LocalizedText, localized
from models.vocabulary import (
    AgreementKind,
    Direction,
    DocumentFormat,
    DocumentKind,
    EventKind,
    EventStatus,
    KnownTo,
    Language,
    MemberAnswer,
    MemberRole,
    ProgressState,
    ReminderPurpose,
    ReminderState,
    ResourceType,
    Role,
    Side,
)
from service.actions import outside, permissions
from service.actions.context import ActionContext
from service.actions.directory.directory_queries import party_codes
from service.actions.documents import templates
from service.actions.documents.template_rules import is_allowed
from service.actions.locality_index import DirectionResolver
from service.actions.permissions import Sight
from service.actions.personal import saved_views
from service.http.app_context import AppContext
from service.web.labels import PAPER_FORMATS, PAPER_LANGUAGES, REMINDER_STATES, TONGUES
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

    def saved(self, page: str) -> list[SavedView]:
        """The reader's saved views of a list; one query."""
        return saved_views.views_of(self.session, self.act.account.id, page)

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

    def person(self, person: Named) -> str:
        """A person's name as this reader reads it."""
        return display_name(person, self.language)

    def role(self, role: MemberRole) -> str:
        """The name of a person's role in a visit."""
        return member_role_name(role, self.language)

    def answer(self, answer: MemberAnswer) -> str:
        """What somebody answered whether they take part."""
        return member_answer_name(answer, self.language)

    def journey(self, journey: Journey | None) -> list[str]:
        """What is known of somebody's journey, part by part: when, with what, where, and who meets them."""
        if not journey:
            return []
        moment, met_by = moment_of(journey), journey.get("met_by")
        when = self.moment(moment) if moment is not None else ""
        met = self.say(N_("met by {name}"), name=met_by) if met_by else ""
        return [part for part in (when, journey.get("by"), journey.get("place"), met) if part]

    def moment(self, moment: date | datetime) -> str:
        """A day, or a day and hour of the place itself."""
        if isinstance(moment, datetime):
            return f"{format_hours(moment.time(), None)}, {numeric_day(moment.date())}"
        return numeric_day(moment)

    def side(self, side: Side) -> str:
        """The name of a side of a visit."""
        return member_side_name(side, self.language)

    def progress(self, state: ProgressState) -> str:
        """The name of a state of progress."""
        return progress_name(state, self.language)

    def agreement_kind(self, kind: AgreementKind) -> str:
        """The name of a kind of paper between parties."""
        return agreement_kind_name(kind, self.language)

    def purpose(self, purpose: ReminderPurpose) -> str:
        """The purpose of a mail."""
        return purpose_name(purpose, self.language)

    def reminder_state(self, state: ReminderState) -> str:
        """The name of a reminder's state."""
        return self.say(REMINDER_STATES[state])

    # Money

    def sums(self, sums: Sums) -> str:
        """Sums in one line, currency by currency; “–” where nothing was counted."""
        return "; ".join(format_money(money, self.language) for money in sums.as_money()) or "–"

    # Papers

    @property
    def paper_languages(self) -> Sequence[tuple[Language, ...]]:
        """The languages in which papers are offered."""
        return PAPER_LANGUAGES

    @property
    def paper_formats(self) -> Mapping[DocumentFormat, str]:
        """The formats of papers with their names."""
        return PAPER_FORMATS

    @cached_property
    def own_templates(self) -> Collection[DocumentKind]:
        """The kinds of paper whose .docx follows the office's own template, while their .pdf does not; one query."""
        return templates.own_kinds(self.session)

    @cached_property
    def refused_templates(self) -> Collection[DocumentKind]:
        """The kinds of paper whose template in use today's rules refuse, so that the shipped one is used."""
        if not self.own_templates:
            return ()
        used = {kind: templates.template_for(self.session, kind) for kind in sorted(self.own_templates)}
        # Outside of the transaction: the first time each is looked at in processes of its own.
        allowed = outside.ask("templates", lambda: lambda: {kind: is_allowed(one) for kind, one in used.items() if one})
        return frozenset(kind for kind, is_right in allowed.items() if not is_right)

    # Days

    def day(self, day: date) -> str:
        """One day."""
        return format_day(day, self.language)

    def days(self, first: date, last: date) -> str:
        """Inclusive days, without repeating what both share."""
        return format_days(first, last, self.language)

    def within(self, first: date, last: date) -> str:
        """One day, or only the month or the year that is known of it."""
        return when_of(first, last, self.language)

    def numeric(self, day: date) -> str:
        """One day in numbers, for narrow places."""
        return numeric_day(day)

    def first_in_figures(self, event: Any) -> str:
        """The first day of an event's row in numbers, as far as it is known: “10/3/2027”, “6/2021”, “2008”."""
        times = self.when(event)
        is_dated = times.known_to is KnownTo.DAY
        return numeric_day(times.days.first) if is_dated else in_figures(times.days, times.known_to)[0]

    def hours(self, start: time | None, end: time | None = None) -> str:
        """The times of one day as far as known."""
        return format_hours(start, end)

    def when(self, event: Any) -> ShownTimes:
        """The days and hours of an event's row by the office's clock; of a row without hours just the days."""
        if getattr(event, "start_time", None) is None and getattr(event, "end_time", None) is None:
            known_to = getattr(event, "known_to", KnownTo.DAY)
            return ShownTimes(Days(event.first_day, event.last_day), None, None, known_to=known_to)
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
        times = self.when(event)
        return self.known(times.days, times.known_to)

    def known(self, days: Days, known_to: KnownTo) -> str:
        """Days as far as they are known: “năm 2008”, “tháng 6/2021”, “10–21/3/2027”."""
        return format_known(days, known_to, self.language)

    def machine(self, times: ShownTimes) -> str:
        """The first day as HTML's ``datetime``, as far as it is known."""
        return machine_readable(times.days, times.known_to)

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

    def day_of(self, at: datetime) -> str:
        """The day of an instant in the office's time zone."""
        return self.day(today(self.act.office.timezone, at))

    def size_of(self, resource: Resource) -> list[str]:
        """What a resource holds, in words; of a house its rooms, and how many people sleep in one."""
        is_house = resource.type is ResourceType.LODGING
        seats, count = resource.seats, resource.capacity
        each = N_("People in each room: {count}") if is_house and count > 1 else N_("Seats: {count}")
        together = N_("Rooms: {count}") if is_house else N_("At once: {count}")
        told = [(together, count if count > 1 else None), (each, seats)]
        found = [self.say(text, count=number) for text, number in told if number]
        return found if is_house else found[::-1]

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

    @cached_property
    def home_country(self) -> str:
        """The country of the reader's office (ISO 3166-1 alpha-2)."""
        return self.compass.gazetteer.country_of.get(self.act.office.locality, "")

    def locality_name(self, code: str | None, day: date | None = None) -> LocalizedText:
        """A locality's name on a day (today by default): once it has been succeeded, its successor's."""
        return self.compass.gazetteer.name(code, day or self.act.today)

    def place(self, code: str | None, day: date | None = None) -> Markup | str:
        """A locality's name on a day, formatted by :meth:`text`."""
        return self.text(self.locality_name(code, day))

    def place_in_sentence(self, code: str | None) -> str:
        """A locality's name of today inside a sentence: ``tỉnh Viêng Chăn``."""
        return self.plain(in_sentence(self.locality_name(code)))

    @cached_property
    def places_in_order(self) -> list[str]:
        """All localities as choices offer them, by name: the office's own and those it has agreements and anniversaries
        with first, those that went into others last."""
        gazetteer = self.compass.gazetteer
        known = {*party_codes(self.session), self.act.office.locality}
        near = frozenset().union(*map(gazetteer.line, known))
        standing = gazetteer.standing(self.act.today)

        def order(code: str) -> tuple[bool, bool, bytes]:
            return code not in near, code not in standing, localized_key(gazetteer.localities[code].name)

        return sorted(gazetteer.localities, key=order)

    @cached_property
    def place_choices(self) -> list[tuple[str, str]]:
        """All localities as forms offer them: code and own name, in the order of :attr:`places_in_order`; of one that
        went into another also until when it stood, so that no two read the same."""
        known = self.compass.gazetteer.localities
        return [(code, self._place_choice(known[code])) for code in self.places_in_order]

    def _place_choice(self, place: Any) -> str:
        name = self.plain(place.name)
        if place.succeeded_on is None or place.succeeded_on > self.act.today:
            return name
        last = numeric_day(place.succeeded_on - timedelta(days=1))
        return self.say(message(N_("{place} (until {day})"), place=name, day=last))

    def direction(self, event: Event) -> Direction:
        """Whether an event is incoming, outgoing or at home."""
        return self.compass.of(event)

    # Organisations

    @cached_property
    def lines(self) -> OrganisationLines:
        """Which organisation carries on the work of which; one query."""
        return OrganisationLines.load(self.session)

    def body(self, organisation: Organisation | None, day: date) -> Markup | str:
        """What an organisation, or what carries on its work by then, is called on a day, formatted by :meth:`text`."""
        shown = self.lines.shown(organisation, day)
        return self.text(shown.name) if shown is not None else ""

    # Responses

    def list_file(self, endpoint: str, kind: str, filters: Mapping[str, Any]) -> str:
        """The address of a list of the API as a file (``csv``, ``xlsx``) in the reader's language, narrowed as a page
        is; empty filters are left out."""
        asked = {name.rstrip("_"): _as_parameter(value) for name, value in filters.items()}
        given = {name: value for name, value in asked.items() if value not in (None, "", [])}
        return url_for(endpoint, **given, format=kind, locale=self.language.value)

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """The rendered page."""
        response = render(template, self.language, view=self, **values)
        response.status_code = status
        return response


def _as_parameter(value: Any) -> Any:
    """A filter as an address has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return [_as_parameter(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def capital(text: str) -> str:
    """Capitalise the first letter."""
    return text[:1].upper() + text[1:]


def ids(*values: str | None) -> set[str]:
    """The distinct ids, without None and empty ones."""
    return {value for value in values if value}
