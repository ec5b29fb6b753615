"""Mails about proposed days: an answer is asked for, is due or came; nobody answered; a visit could not be moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from calendars.days.formatting import format_day, format_days
from calendars.days.spans import Days
from calendars.mails.event_mail import MailContent
from calendars.mails.fact_sheet import compose_fact_sheet
from calendars.mails.weekly_schedule import short
from calendars.proposals.notices import ProposalNotice
from models.i18n import N_, translate, translate_filled
from models.text import LocalizedText, one_line


@dataclass(frozen=True, slots=True)
class ProposalTopic:
    """What a mail about proposed days is about. ``other`` is the name of the other office, as a phrase in sentences;
    ``is_proposer``: the reader's side proposed the days. ``days_now`` are those of the visit, None while it is
    postponed. ``reason`` is what stands in the way of moving it. ``is_accepted``: of an answer."""

    notice: ProposalNotice
    title: LocalizedText
    days: Days
    other: LocalizedText
    url: str
    is_proposer: bool
    days_now: Days | None = None
    note: str | None = None
    answer_by: date | None = None
    answer_note: str | None = None
    reason: str | None = None
    is_accepted: bool = False


_WORDS: Mapping[str, tuple[str, str]] = {
    "asked": (
        N_("Please answer: {title} – {days}"),
        N_("The office of {other} proposes these days for the visit and waits for your answer."),
    ),
    "due": (
        N_("Answer still awaited: {title} – {days}"),
        N_("The office of {other} is still waiting for your answer to these days."),
    ),
    "late": (
        N_("Not answered in time: {title} – {days}"),
        N_(
            "These days, proposed by the office of {other}, were not answered in time: the proposal has expired. If"
            " they still suit, propose them yourself."
        ),
    ),
    "late_proposer": (
        N_("No answer came: {title} – {days}"),
        N_("The office of {other} did not answer in time: your proposal has expired. You can propose days again."),
    ),
    "accepted": (N_("Agreed: {title} – {days}"), N_("The office of {other} has accepted the days you proposed.")),
    "declined": (N_("Declined: {title} – {days}"), N_("The office of {other} has declined the days you proposed.")),
    "withdrawn": (
        N_("Proposal withdrawn: {title} – {days}"),
        N_("The office of {other} has withdrawn these days. No answer is needed any more."),
    ),
    "refused": (
        N_("Could not be accepted: {title} – {days}"),
        N_(
            "The office of {other} wanted to accept these days, but the visit could not be moved to them. They were not"
            " told what stands in the way. Clear it and ask them to accept again, or withdraw and propose other days."
        ),
    ),
}
"""What is to be said → subject and first line."""


def _word(about: ProposalTopic) -> str:
    match about.notice:
        case ProposalNotice.LATE if about.is_proposer:
            return "late_proposer"
        case ProposalNotice.ANSWERED:
            return "accepted" if about.is_accepted else "declined"
        case _:
            return about.notice.value


def compose_proposal(about: ProposalTopic, language: str, instead_of: tuple[str, date] | None = None) -> MailContent:
    """Write the mail. ``instead_of``: whom its reader stands in for, and until which day."""
    title, days = short(about.title, language), format_days(about.days.first, about.days.last, language)
    subject, opening = _WORDS[_word(about)]
    heading = translate(subject, language, title=title, days=days)
    first = translate(opening, language, other=about.other)
    facts = _facts(about, days, language)
    link = translate(N_("See the days and answer: {url}"), language, url=about.url)
    footer = translate(N_("You get this mail because you speak for your office about this visit."), language)
    return compose_fact_sheet(heading, first, title, facts, link, about.url, footer, language, instead_of)


def _facts(about: ProposalTopic, days: str, language: str) -> list[str]:
    found = [translate(N_("Proposed days: {days}"), language, days=days)]
    if about.days_now is not None and about.days_now != about.days:
        now = format_days(about.days_now.first, about.days_now.last, language)
        found.append(translate(N_("Days of the visit until now: {days}"), language, days=now))
    if about.answer_by is not None and about.notice in (ProposalNotice.ASKED, ProposalNotice.DUE):
        found.append(translate(N_("Answer by: {day}"), language, day=format_day(about.answer_by, language)))
    if about.note and about.notice is not ProposalNotice.ANSWERED:
        found.append(translate(N_("Note: {note}"), language, note=one_line(about.note)))
    if about.answer_note:
        found.append(translate(N_("Their note: {note}"), language, note=one_line(about.answer_note)))
    if about.reason:
        reason = translate_filled(about.reason, language)
        found.append(translate(N_("What stands in the way: {reason}"), language, reason=one_line(reason)))
    return found
