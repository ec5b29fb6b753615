"""The content of a mail about an event: subject, text and HTML in the reader's language."""

from dataclasses import dataclass
from datetime import date
from html import escape

from calendars.days.formatting import format_day, format_days, format_hours, format_own_hours, zone_words
from calendars.events.labels import kind_name
from calendars.ical.vevent import EventFacts, status_words
from calendars.programmes.rendering import ProgrammeText, render_text
from models.i18n import N_, translate
from models.text import LocalizedText, localized, one_line
from models.vocabulary import Language, ReminderPurpose

_STYLE = "font-family:'Noto Sans','Noto Sans Lao','Phetsarath OT',sans-serif;line-height:1.6"


@dataclass(frozen=True, slots=True)
class MailTopic:
    """What a mail is about: an event, and optionally a task or a rule.

    ``task`` and ``task_due_on`` are set if a task is due, ``rule`` if a rule caused the mail.
    """

    purpose: ReminderPurpose
    event: EventFacts
    rule: LocalizedText | None = None
    task: LocalizedText | None = None
    task_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class MailContent:
    """A mail without headers: the same for every reader of one language."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class OfficeMail:
    """One of the office's own mails for one reader; ``unsubscribe`` is the address to unsubscribe, if allowed."""

    language: Language
    content: MailContent
    unsubscribe: str | None = None


def page(language: str, title: str, body: str, head: str = "") -> str:
    """The HTML of a mail: ``body`` and ``head`` are markup, ``title`` is plain text."""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'{head}</head><body style="{escape(_STYLE)}">{body}</body></html>\n'
    )


def link_line(sentence: str, url: str) -> str:
    """A sentence that contains an address, as markup with the address as a link."""
    if not url:
        return escape(sentence)
    before, _url, after = sentence.partition(url)
    return f'{escape(before)}<a href="{escape(url)}">{escape(url)}</a>{escape(after)}'


def compose(about: MailTopic, language: Language) -> MailContent:
    """Write the mail. User texts are escaped in the HTML and stay on one line in the subject."""
    event = about.event
    title = one_line(localized(event.title, language))
    days = format_days(event.times.days.first, event.times.days.last, language)
    is_cancelled = about.purpose is ReminderPurpose.CANCELLATION
    if is_cancelled:
        subject = translate(N_("Cancelled: {title} – {days}"), language, title=title, days=days)
        opening = translate(N_("This event does not take place:"), language)
    elif about.task is not None:
        task = one_line(localized(about.task, language))
        subject = translate(N_("Reminder of a task: {task} – {title}"), language, task=task, title=title)
        opening = translate(N_("A task of this event falls due:"), language)
    elif about.purpose is ReminderPurpose.UPDATE:
        subject = translate(N_("Changed: {title} – {days}"), language, title=title, days=days)
        opening = translate(N_("Days, hours, place or status of this event have changed. It now reads:"), language)
    else:
        subject = translate(N_("Reminder: {title} – {days}"), language, title=title, days=days)
        opening = translate(N_("This is a reminder of:"), language)
    lines = [opening, title, *_facts(about, days, language)]
    url = event.url or ""
    link = translate(N_("Read more: {url}"), language, url=url)
    closing = _closing(about, language)
    programme = _programme(about, url, language)
    plain = [lines[0], "", lines[1], *lines[2:], "", *([*programme.lines(), ""] if programme else []), link]
    text = "\n".join([*plain, *(["", closing] if closing else [])]) + "\n"
    return MailContent(subject, text, _html(lines, _programme_html(programme), link, url, closing, language))


def _programme(about: MailTopic, url: str, language: Language) -> ProgrammeText | None:
    if about.event.programme is None or about.purpose is ReminderPurpose.CANCELLATION:
        return None
    return render_text(about.event.programme, language, url, is_outdated=about.event.is_programme_outdated)


def _programme_html(programme: ProgrammeText | None) -> str:
    if programme is None:
        return ""
    parts = [f'<h2 style="font-size:1.1em">{escape(programme.heading)}</h2>']
    parts += [f"<p>{escape(note)}</p>" for note in programme.notes]
    for day, items in programme.days:
        listed = "".join(f"<li>{escape(item)}</li>" for item in items)
        parts.append(f'<h3 style="font-size:1em">{escape(day)}</h3>\n<ul>{listed}</ul>')
    parts += [f"<p>{escape(programme.more)}</p>"] if programme.more else []
    return "\n".join(parts) + "\n"


def _facts(about: MailTopic, days: str, language: Language) -> list[str]:
    event = about.event
    found = []
    if about.task is not None:
        found.append(translate(N_("Task: {task}"), language, task=one_line(localized(about.task, language))))
        if about.task_due_on is not None:
            due = format_day(about.task_due_on, language)
            found.append(translate(N_("Task due on: {day}"), language, day=due))
    found.append(translate(N_("Kind: {kind}"), language, kind=kind_name(event.kind, language)))
    found.append(translate(N_("Days: {days}"), language, days=days))
    if hours := format_hours(event.times.start_time, event.times.end_time):
        told = translate(N_("Hours: {hours} ({zone})"), language, hours=hours, zone=zone_words(event.clock, language))
        own = format_own_hours(event.times, language)
        found.append(f"{told}; {own}" if own else told)
    if place := one_line(localized(event.location, language)):
        found.append(translate(N_("Place: {place}"), language, place=place))
    found.append(translate(N_("Host: {host}"), language, host=one_line(localized(event.host_name, language))))
    if event.guest_name:
        found.append(translate(N_("Guest: {guest}"), language, guest=one_line(localized(event.guest_name, language))))
    if event.headcount is not None:
        found.append(translate(N_("People: {count}"), language, count=event.headcount))
    found.append(translate(N_("Status: {status}"), language, status=status_words(event, language)))
    return found


def _closing(about: MailTopic, language: Language) -> str:
    if about.purpose is ReminderPurpose.CANCELLATION:
        return translate(N_("You get this mail because you were reminded of this event, or would have been."), language)
    if about.purpose is ReminderPurpose.UPDATE:
        return translate(N_("You get this mail because an earlier one put this event into your calendar."), language)
    if about.rule:
        rule = one_line(localized(about.rule, language))
        return translate(N_("You get this mail by the reminder rule “{rule}”."), language, rule=rule)
    return ""


def _html(lines: list[str], programme: str, link: str, url: str, closing: str, language: Language) -> str:
    opening, title, *facts = lines
    items = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    body = (
        f'<p>{escape(opening)}</p><h1 style="font-size:1.25em">{escape(title)}</h1>\n<ul>{items}</ul>\n'
        f"{programme}<p>{link_line(link, url)}</p>\n"
        + (f'<p style="color:#555">{escape(closing)}</p>\n' if closing else "")
    )
    return page(language, title, body)
