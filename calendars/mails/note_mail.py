"""The mail to an account that a note on an event mentions."""

from dataclasses import dataclass
from html import escape

from calendars.days.formatting import format_days
from calendars.days.spans import Days
from calendars.mails.event_mail import MailContent, link_line, page
from models.i18n import N_, translate
from models.text import LocalizedText, localized, one_line
from models.vocabulary import Language


@dataclass(frozen=True, slots=True)
class NoteTopic:
    """A note that mentions a reader: who wrote it, what it says, on which event. ``is_shared``: both sides read it."""

    author: str
    text: str
    title: LocalizedText
    days: Days
    url: str
    is_shared: bool = False


def compose_mention(about: NoteTopic, language: Language) -> MailContent:
    """Write the mail: who mentions the reader where, then the note as it was written."""
    title, author = one_line(localized(about.title, language)), one_line(about.author)
    days = format_days(about.days.first, about.days.last, language)
    subject = translate(N_("{name} mentions you: {title} – {days}"), language, name=author, title=title, days=days)
    opening = translate(N_("{name} mentions you in a note on:"), language, name=author)
    whose = N_("Both sides read this note.") if about.is_shared else N_("Only your own side reads this note.")
    lines = [opening, title, days]
    closing = translate(whose, language)
    link = translate(N_("Read more: {url}"), language, url=about.url)
    quoted = [f"> {line}".rstrip() for line in about.text.splitlines()]
    text = "\n".join([lines[0], "", *lines[1:], "", *quoted, "", closing, "", link]) + "\n"
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    body += f'<blockquote style="white-space:pre-line">{escape(about.text)}</blockquote>'
    body += f'<p style="color:#555">{escape(closing)}</p><p>{link_line(link, about.url)}</p>'
    return MailContent(subject, text, page(language, subject, body))
