"""The form of a mail about one thing: what to do, its name, facts about it, its page, and why the reader gets it."""

from collections.abc import Sequence
from datetime import date
from html import escape

from calendars.mails.digests import footer_html, markup, plain
from calendars.mails.event_mail import MailContent, link_line, page, stands_in_line


def compose_fact_sheet(
    subject: str,
    opening: str,
    name: str,
    facts: Sequence[str],
    link: str,
    url: str,
    footer: str,
    language: str,
    instead_of: tuple[str, date] | None = None,
) -> MailContent:
    """Write the mail from translated lines; ``link`` contains ``url``.

    ``instead_of``: whom its reader stands in for, and until which day.
    """
    if instead_of is not None:
        footer += " " + stands_in_line(*instead_of, language)
    text = [opening, "", name, *(f"- {fact}" for fact in facts), "", link, "", footer]
    items = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    body = [
        f"<p>{escape(opening)}</p>",
        f'<h1 style="font-size:1.25em">{escape(name)}</h1>',
        f"<ul>{items}</ul>",
        f"<p>{link_line(link, url)}</p>",
        *footer_html([footer], None),
    ]
    return MailContent(subject, plain(text), page(language, subject, markup(body)))
