"""The mail that a kept paper of a visit goes with."""

from dataclasses import dataclass
from datetime import date
from html import escape

from calendars.days.formatting import format_days
from calendars.days.spans import Days
from calendars.mails.event_mail import MailContent, link_line, page
from models.day_texts import format_day
from models.i18n import N_, NP_, translate
from models.text import LocalizedText, localized, one_line
from models.vocabulary import Language

MOST_BYTES = 10_000_000
"""Bytes of a paper that goes with a mail; encoded they are a third more, and many servers take 20 MB at most."""


@dataclass(frozen=True, slots=True)
class DocumentTopic:
    """A kept paper on its way to a reader.

    ``paper`` is the name of its kind, a marked sentence. ``title`` and ``days`` are the visit's. ``sender`` is the name
    of who had it sent. ``url`` is the visit's page, None for a reader without an account. ``is_signed``: the scan of
    the signed paper is attached, not the paper itself. ``to_body``: the reader is a mailbox of a body, and nobody is
    addressed as a person.
    """

    paper: str
    title: LocalizedText
    days: Days
    number: str | None = None
    issued_on: date | None = None
    sender: str | None = None
    url: str | None = None
    is_signed: bool = False
    to_body: bool = False


def compose_document(about: DocumentTopic, language: Language) -> MailContent:
    """Write the mail: which paper is attached, of which visit, from whom, and whether it is signed."""
    title = one_line(localized(about.title, language))
    days = format_days(about.days.first, about.days.last, language)
    paper = translate(about.paper, language)
    subject = translate(N_("{paper}: {title} – {days}"), language, paper=paper, title=title, days=days)
    opening = (
        NP_("to a body", "{paper} is attached. It is about:")
        if about.to_body
        else N_("{paper} is attached. It is about:")
    )
    lines = [translate(opening, language, paper=_called(about, paper, language))]
    lines += [title, days]
    state = (
        N_("It is the scan of the signed paper.")
        if about.is_signed
        else N_("The attached paper bears no signature or seal.")
    )
    lines.append(translate(state, language))
    if about.sender:
        lines.append(translate(N_("Sent by: {name}."), language, name=one_line(about.sender)))
    link = translate(N_("Read more: {url}"), language, url=about.url) if about.url else ""
    text = "\n".join([lines[0], "", *lines[1:], *(["", link] if link else [])]) + "\n"
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    if about.url:
        body += f"<p>{link_line(link, about.url)}</p>"
    return MailContent(subject, text, page(language, subject, body))


def _called(about: DocumentTopic, paper: str, language: Language) -> str:
    """The paper with its number and day, as far as the clerk gave them."""
    if about.number is None:
        return paper
    if about.issued_on is None:
        return translate(N_("{paper} no. {number}"), language, paper=paper, number=about.number)
    day = format_day(about.issued_on, language)
    return translate(N_("{paper} no. {number} of {day}"), language, paper=paper, number=about.number, day=day)
