"""Mails to those who may confirm an event: it is to be confirmed, or is no longer what was confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from calendars.days.formatting import format_days, format_instant
from calendars.days.spans import Days
from calendars.events.confirmation import CONFIRMED_FIELDS, Difference, told
from calendars.mails.digests import footer_html, markup, plain
from calendars.mails.event_mail import MailContent, link_line, page
from calendars.mails.weekly_schedule import short
from models.i18n import N_, translate
from models.text import LocalizedText, one_line
from models.vocabulary import ReminderPurpose


@dataclass(frozen=True, slots=True)
class EventToConfirm:
    """An event that waits for an approver.

    ``differs`` is what is not as it was confirmed, by field; None if it changed and what was confirmed is not known.
    ``changed_by`` names who last changed a field, empty for the service itself. ``names`` are those that values stand
    for. ``asked_by`` asked for the confirmation at ``asked_at``, if anybody did.
    """

    title: LocalizedText
    days: Days
    url: str
    differs: Mapping[str, Difference] | None
    changed_by: Mapping[str, str]
    names: Mapping[str, LocalizedText | str]
    asked_by: str = ""
    asked_at: datetime | None = None


def to_approver(purpose: ReminderPurpose, event: EventToConfirm, timezone: str, language: str) -> MailContent:
    """The mail of one of these purposes; ``timezone`` is the office's."""
    title, days = short(event.title, language), format_days(event.days.first, event.days.last, language)
    if purpose is ReminderPurpose.CHANGED:
        subject = translate(N_("Changed after it was confirmed: {title} – {days}"), language, title=title, days=days)
        opening = translate(
            N_(
                "This event is no longer what was confirmed. Until somebody accepts it, calendars show it as tentative."
            ),
            language,
        )
    else:
        subject = translate(N_("Please confirm: {title} – {days}"), language, title=title, days=days)
        opening = translate(N_("This event waits for your confirmation."), language)
    if event.asked_by and event.asked_at is not None:
        at = format_instant(event.asked_at, timezone, language)
        opening += " " + translate(N_("Asked by {name}, {instant}."), language, name=event.asked_by, instant=at)
    lines = _differences(event, language)
    link = translate(N_("See it, and confirm or accept it: {url}"), language, url=event.url)
    footer = translate(N_("You get this mail because your account may confirm this event."), language)
    text = [opening, "", title, days, "", *(f"- {line}" for line in lines), *([""] if lines else []), link, "", footer]
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    body = [
        f"<p>{escape(opening)}</p>",
        f'<h1 style="font-size:1.25em">{escape(title)}</h1>',
        f"<p>{escape(days)}</p>",
        f"<ul>{items}</ul>" if items else "",
        f"<p>{link_line(link, event.url)}</p>",
        *footer_html([footer], None),
    ]
    return MailContent(subject, plain(text), page(language, subject, markup(body)))


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """The answer to a request for confirmation: granted, or refused with a reason; ``name`` is who answered, empty for
    the service."""

    title: LocalizedText
    days: Days
    url: str
    is_granted: bool
    name: str
    reason: str | None


def to_who_asked(answered: AnsweredRequest, language: str) -> MailContent:
    """The mail to whoever asked for a confirmation."""
    title = short(answered.title, language)
    days = format_days(answered.days.first, answered.days.last, language)
    heading = _GRANTED if answered.is_granted else _REFUSED
    subject = translate(heading[0], language, title=title, days=days)
    opening = translate(heading[1], language)
    facts = [translate(N_("Answered by: {name}"), language, name=one_line(answered.name))] if answered.name else []
    facts += [translate(N_("Reason: {reason}"), language, reason=one_line(answered.reason))] if answered.reason else []
    link = translate(N_("Read more: {url}"), language, url=answered.url)
    footer = translate(N_("You get this mail because you asked for this confirmation."), language)
    text = [opening, "", title, days, *facts, "", link, "", footer]
    body = [
        f"<p>{escape(opening)}</p>",
        f'<h1 style="font-size:1.25em">{escape(title)}</h1>',
        *(f"<p>{escape(line)}</p>" for line in (days, *facts)),
        f"<p>{link_line(link, answered.url)}</p>",
        *footer_html([footer], None),
    ]
    return MailContent(subject, plain(text), page(language, subject, markup(body)))


_GRANTED = (N_("Confirmed: {title} – {days}"), N_("The event whose confirmation you asked for is confirmed."))
_REFUSED = (
    N_("Not confirmed: {title} – {days}"),
    N_("The confirmation you asked for was not given. The event is not confirmed:"),
)
"""Granted or refused → subject and first line."""


def _differences(event: EventToConfirm, language: str) -> Sequence[str]:
    if event.differs is None:
        return [translate(N_("It changed, and what was confirmed is not known."), language)]
    return [_line(event, name, one, language) for name, one in event.differs.items()]


def _line(event: EventToConfirm, name: str, one: Difference, language: str) -> str:
    values = {
        "field": translate(CONFIRMED_FIELDS[name], language),
        "confirmed": told(name, one.confirmed, language, event.names),
        "now": told(name, one.now, language, event.names),
    }
    if who := event.changed_by.get(name):
        return translate(N_("{field}: confirmed {confirmed}, now {now} ({name})"), language, **values, name=who)
    return translate(N_("{field}: confirmed {confirmed}, now {now}"), language, **values)
