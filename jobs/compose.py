"""What a reminder says: subject, text and HTML in the reader's language, and the bytes of the mail.

The MIME is assembled by hand: the standard library's ``EmailMessage`` costs more than sending the mail does.
"""

from base64 import encodebytes
from dataclasses import dataclass
from datetime import date, datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from html import escape
from urllib.parse import urlsplit

from calendars.dates import format_day, format_days
from calendars.kinds import kind_name, status_name
from calendars.published import Published, Text, told
from calendars.spans import Days
from models.events import Event
from models.i18n import _, translate
from models.office import Office
from models.text import LocalizedText, localized, one_line
from models.vocabulary import Language, ReminderPurpose

# All three parts are base64, in which neither "=_" nor a leading "--" can occur.
_BOUNDARY = "=_protocol-desk"
_STYLE = "font-family:'Noto Sans','Noto Sans Lao','Phetsarath OT',sans-serif;line-height:1.6"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a mail is about: an event, with the words around it that stand in other tables.

    ``task`` and ``task_due_on`` are set where a task falls due, ``rule`` where a rule asked for the mail. ``programme``
    is the one published last; a cancellation has none.
    """

    purpose: ReminderPurpose
    event: Event
    host: LocalizedText
    guest: LocalizedText | None = None
    rule: LocalizedText | None = None
    task: LocalizedText | None = None
    task_due_on: date | None = None
    programme: Published | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without its envelope: the same for every reader of one language."""

    subject: str
    text: str
    html: str


def compose(about: Subject, office: Office, language: Language) -> Letter:
    """Write the letter. Texts of people are escaped in the HTML and stay on one line in the subject."""
    event = about.event
    title = one_line(localized(event.title, language))
    days = format_days(event.first_day, event.last_day, language)
    is_cancelled = about.purpose is ReminderPurpose.CANCELLATION
    if is_cancelled:
        subject = translate(_("Cancelled: {title} – {days}"), language, title=title, days=days)
        opening = translate(_("This event does not take place:"), language)
    elif about.task is not None:
        task = one_line(localized(about.task, language))
        subject = translate(_("Reminder of a task: {task} – {title}"), language, task=task, title=title)
        opening = translate(_("A task of this event falls due:"), language)
    else:
        subject = translate(_("Reminder: {title} – {days}"), language, title=title, days=days)
        opening = translate(_("This is a reminder of:"), language)
    lines = [opening, title, *_facts(about, days, language)]
    url = office.event_url(event.id)
    link = translate(_("Read more: {url}"), language, url=url)
    closing = _closing(about, language)
    programme = _programme(about, url, language)
    plain = [lines[0], "", lines[1], *lines[2:], "", *([*programme.lines(), ""] if programme else []), link]
    text = "\n".join([*plain, *(["", closing] if closing else [])]) + "\n"
    return Letter(subject, text, _html(lines, _programme_html(programme), link, url, closing, language))


def _programme(about: Subject, url: str, language: Language) -> Text | None:
    if about.programme is None or about.purpose is ReminderPurpose.CANCELLATION:
        return None
    return told(about.programme, Days(about.event.first_day, about.event.last_day), language, url)


def _programme_html(programme: Text | None) -> str:
    if programme is None:
        return ""
    parts = [f'<h2 style="font-size:1.1em">{escape(programme.heading)}</h2>']
    parts += [f"<p>{escape(note)}</p>" for note in programme.notes]
    for day, items in programme.days:
        listed = "".join(f"<li>{escape(item)}</li>" for item in items)
        parts.append(f'<h3 style="font-size:1em">{escape(day)}</h3>\n<ul>{listed}</ul>')
    parts += [f"<p>{escape(programme.more)}</p>"] if programme.more else []
    return "\n".join(parts) + "\n"


def _facts(about: Subject, days: str, language: Language) -> list[str]:
    event = about.event
    found = []
    if about.task is not None:
        found.append(translate(_("Task: {task}"), language, task=one_line(localized(about.task, language))))
        if about.task_due_on is not None:
            due = format_day(about.task_due_on, language)
            found.append(translate(_("Task due on: {day}"), language, day=due))
    found.append(translate(_("Kind: {kind}"), language, kind=kind_name(event.kind, language)))
    found.append(translate(_("Days: {days}"), language, days=days))
    if hours := _hours(event):
        found.append(translate(_("Hours: {hours} ({zone})"), language, hours=hours, zone=event.timezone))
    if place := one_line(localized(event.location, language)):
        found.append(translate(_("Place: {place}"), language, place=place))
    found.append(translate(_("Host: {host}"), language, host=one_line(localized(about.host, language))))
    if about.guest:
        found.append(translate(_("Guest: {guest}"), language, guest=one_line(localized(about.guest, language))))
    if event.headcount is not None:
        found.append(translate(_("People: {count}"), language, count=event.headcount))
    found.append(translate(_("Status: {status}"), language, status=status_name(event.status, language)))
    return found


def _hours(event: Event) -> str:
    start, end = (f"{at:%H:%M}" if at is not None else "" for at in (event.start_time, event.end_time))
    return f"{start}–{end}" if start and end else start or (f"–{end}" if end else "")


def _closing(about: Subject, language: Language) -> str:
    if about.purpose is ReminderPurpose.CANCELLATION:
        return translate(_("You get this mail because you were reminded of this event, or would have been."), language)
    if about.rule:
        rule = one_line(localized(about.rule, language))
        return translate(_("You get this mail by the reminder rule “{rule}”."), language, rule=rule)
    return ""


def _html(lines: list[str], programme: str, link: str, url: str, closing: str, language: Language) -> str:
    opening, title, *facts = (escape(line) for line in lines)
    before, _url, after = link.partition(url)
    items = "".join(f"<li>{fact}</li>" for fact in facts)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8"><title>{title}</title></head>'
        f'<body style="{escape(_STYLE)}"><p>{opening}</p><h1 style="font-size:1.25em">{title}</h1>\n<ul>{items}</ul>\n'
        f'{programme}<p>{escape(before)}<a href="{escape(url)}">{escape(url)}</a>{escape(after)}</p>\n'
        + (f'<p style="color:#555">{escape(closing)}</p>\n' if closing else "")
        + "</body></html>\n"
    )


def around_id(office: Office) -> tuple[str, str]:
    """What stands before and after a reminder's id in its Message-ID.

    Each time it is sent the Message-ID is the same, so that a resend can be recognised.
    """
    return "<reminder-", f"@{urlsplit(office.public_url).hostname or 'protocol-desk'}>"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A letter as bytes, all but what differs from one recipient to the next."""

    head: bytes
    body: bytes

    def to(self, recipient: str, message_key: str, at: datetime) -> bytes:
        """The whole mail, ready to be sent: RFC 5322, lines ended by CRLF, ASCII only.

        ``recipient`` must be a plain address (:func:`models.audience.is_address`), ``at`` is aware.
        """
        own = f"To: {recipient}\r\nDate: {format_datetime(at)}\r\nMessage-ID: {message_key}\r\n"
        return own.encode("ascii") + self.head + self.body


def prepare(letter: Letter, sender: str) -> Prepared:
    """Encode a letter. ``sender`` is ``Name <address>`` or an address."""
    head = (
        f"From: {_from(sender)}\r\n"
        f"Subject: {_encoded(letter.subject)}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'
    )
    parts = (_part("plain", letter.text), _part("html", letter.html))
    body = b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()
    return Prepared(head.encode("ascii"), body)


@cache
def _from(sender: str) -> str:
    return formataddr(parseaddr(sender))


def _encoded(text: str) -> str:
    """A subject as RFC 2047 wants it, folded; no letter is cut in two, no line end gets through."""
    return Header(one_line(text), "utf-8", header_name="Subject").encode(linesep="\r\n")


def _part(subtype: str, text: str) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode("ascii") + encodebytes(text.encode()).replace(b"\n", b"\r\n")
