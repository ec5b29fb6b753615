"""The content of a mail about an observance, an anniversary or the end or review of an agreement."""

from datetime import date

from calendars.days.formatting import format_day
from calendars.ical.vevent import GRADED
from calendars.mails.event_mail import MailContent
from calendars.mails.fact_sheet import compose_fact_sheet
from calendars.mails.weekly_schedule import short
from calendars.reminders.occasions import Occasion
from models.i18n import N_, translate
from models.text import LocalizedText
from models.vocabulary import AboutType

_OPENINGS = {
    AboutType.OBSERVANCE: N_("Please prepare the greetings for this day:"),
    AboutType.ANNIVERSARY: N_("This anniversary comes round, and no ceremony is planned for it yet:"),
    AboutType.AGREEMENT: N_("This agreement ends. Please prepare its review and what follows it:"),
    AboutType.LEARNER: N_("This learner's residence permit or visa ends. Please apply for its extension in time:"),
    AboutType.PROJECT: N_("A milestone of this project comes up. Please see that it is reached, and enter when it is:"),
}
"""The first line: what to do."""

_REVIEW = N_("This agreement is to be reviewed by the day below. Please prepare the review:")


def path_of(one: Occasion) -> str:
    """The page of the thing, below the console's address."""
    match one.type:
        case AboutType.AGREEMENT:
            return f"/agreements/{one.id}"
        case AboutType.LEARNER:
            return f"/events/{one.event_id}/learners#learner-{one.id}"
        case AboutType.PROJECT:
            return f"/projects/{one.id}"
        case AboutType.ANNIVERSARY:
            return f"/anniversaries?from_year={one.day.year}"
        case _:
            return f"/calendar?view=day&day={one.day.isoformat()}"


def when_of(first: date, last: date, language: str) -> str:
    """The day of an occasion; only its month or its year where no more of it is known."""
    if first == last:
        return format_day(first, language)
    if (first.year, first.month) == (last.year, last.month):
        return translate(N_("month {month} of {year}"), language, month=first.month, year=first.year)
    return translate(N_("the year {year}"), language, year=first.year)


def compose_occasion(
    one: Occasion, rule: LocalizedText, public_url: str, language: str, instead_of: tuple[str, date] | None = None
) -> MailContent:
    """Write the mail: what to do, then about what, when it is, which year of it, and its page.

    ``instead_of``: whom its reader stands in for, and until which day.
    """
    name, when = short(one.name, language), when_of(one.day, one.last_day, language)
    rule_name = short(rule, language)
    subject = translate(N_("{rule} – {title} – {days}"), language, rule=rule_name, title=name, days=when)
    opening = translate(_REVIEW if one.is_review else _OPENINGS[one.type], language)
    facts = [translate(N_("Days: {days}"), language, days=when)]
    if one.belongs_to is not None:
        facts.append(translate(N_("Training batch: {title}"), language, title=short(one.belongs_to, language)))
    if one.ordinal is not None and one.grade is not None:
        facts.append(translate(GRADED[one.grade], language, ordinal=one.ordinal))
    url = public_url + path_of(one)
    link = translate(N_("Read more: {url}"), language, url=url)
    footer = translate(N_("You get this mail by the reminder rule “{rule}”."), language, rule=rule_name)
    return compose_fact_sheet(subject, opening, name, facts, link, url, footer, language, instead_of)
