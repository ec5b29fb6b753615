"""The content of a mail about an event: subject, text and HTML in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from calendars.days.formatting import format_day, format_days, format_hours, format_own_hours, zone_words
from calendars.days.spans import Days
from calendars.events.labels import kind_name
from calendars.ical.vevent import EventFacts, status_words
from calendars.programmes.rendering import ProgrammeText, render_text
from calendars.reminders.change_notices import NOTICES, TAKING_BACK
from models.i18n import N_, translate
from models.text import LocalizedText, localized, one_line
from models.vocabulary import EventStatus, Language, ReminderPurpose

_STYLE = "font-family:'Noto Sans','Noto Sans Lao','Phetsarath OT',sans-serif;line-height:1.6"


@dataclass(frozen=True, slots=True)
class MailTopic:
    """What a mail is about: an event, and optionally a task or a rule.

    ``told_sequence`` is the event's SEQUENCE. ``task`` and ``task_due_on`` are set if a task is due, ``rule`` if a rule
    caused the mail. ``today`` is the day on which it is sent, by the office's clock: a task that was due before is
    overdue (None: unknown). Of a notice of changes ``reason`` is what their author typed, ``days_before`` are the days
    that the reader was told last if these were others, and ``told_status`` the status; ``is_back``: the reader was
    taken off and is part of the event again. ``instead_of`` is the name of the account that the reader stands in for,
    on leave until the end of ``away_until``.
    """

    purpose: ReminderPurpose
    event: EventFacts
    rule: LocalizedText | None = None
    task: LocalizedText | None = None
    task_due_on: date | None = None
    today: date | None = None
    reason: str | None = None
    days_before: Days | None = None
    told_status: EventStatus | None = None
    is_back: bool = False
    told_sequence: int | None = None
    instead_of: str | None = None
    away_until: date | None = None

    @property
    def is_overdue(self) -> bool:
        """Whether it is about a task whose due day has passed."""
        return self.task_due_on is not None and self.today is not None and self.task_due_on < self.today


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
    """Write the mail. Its subject and first line say what to do or what changed, then of which event and when.

    User texts are escaped in the HTML and stay on one line in the subject.
    """
    event = about.event
    title = one_line(localized(event.title, language))
    days = format_days(event.times.days.first, event.times.days.last, language)
    subject, opening = _head(about, title, days, language)
    lines = [opening, title, *_facts(about, days, language)]
    url = event.url or ""
    link = translate(N_("Read more: {url}"), language, url=url) if url else ""
    closing = _closing(about, language)
    programme = _programme(about, url, language)
    plain = [lines[0], "", lines[1], *lines[2:], "", *([*programme.lines(), ""] if programme else []), link]
    text = "\n".join([*plain, *(["", closing] if closing else [])]) + "\n"
    return MailContent(subject, text, _html(lines, _programme_html(programme), link, url, closing, language))


def _head(about: MailTopic, title: str, days: str, language: Language) -> tuple[str, str]:
    """Subject and first line."""
    if about.task is not None:
        return _task_subject(about, title, language), _task_line(about, language)
    if about.purpose is ReminderPurpose.UNANSWERED:
        subject = translate(N_("Please answer: {title} – {days}"), language, title=title, days=days)
        return subject, translate(N_("Please say whether you take part in:"), language)
    if about.purpose is ReminderPurpose.REMINDER:
        if about.rule is None:
            subject = translate(N_("Reminder: {title} – {days}"), language, title=title, days=days)
            return subject, translate(N_("This is a reminder of:"), language)
        rule = one_line(localized(about.rule, language))
        return translate(N_("{rule} – {title} – {days}"), language, rule=rule, title=title, days=days), rule
    subject, opening = _NOTICES[_news(about)]
    return translate(subject, language, title=title, days=days), translate(opening, language)


_BACK, _TAKES_PLACE, _TAKEN_BACK = "back", "takes_place", "taken_back"
_NOTICES = {
    ReminderPurpose.CANCELLATION: (N_("Cancelled: {title} – {days}"), N_("This event does not take place:")),
    ReminderPurpose.POSTPONED: (
        N_("Postponed: {title} – {days}"),
        N_("This event is postponed. It does not take place on these days; new days will be told:"),
    ),
    _TAKEN_BACK: (
        N_("No longer planned: {title} – {days}"),
        N_("This event was taken back out of the plan. It does not take place on these days; new days will be told:"),
    ),
    ReminderPurpose.MOVED: (
        N_("Rescheduled: {title} – {days}"), N_("This event was rescheduled. These are its new days and hours:"),
    ),
    ReminderPurpose.REMOVED: (
        N_("You no longer take part: {title} – {days}"),
        N_("You are no longer part of this event; please delete it if it is still in your calendar:"),
    ),
    ReminderPurpose.UPDATE: (
        N_("Changed: {title} – {days}"),
        N_("Days, hours, place or status of this event have changed. It now reads:"),
    ),
    _BACK: (N_("You take part again: {title} – {days}"), N_("You are part of this event again. It now reads:")),
    _TAKES_PLACE: (
        N_("Takes place after all: {title} – {days}"), N_("This event takes place after all. It now reads:"),
    ),
}  # fmt: skip
"""Subject and first line of the notices of changes."""


def _news(about: MailTopic) -> str:
    if about.is_back:
        return _BACK
    if about.purpose is ReminderPurpose.UPDATE and about.told_status is EventStatus.CANCELLED:
        return _TAKES_PLACE
    if about.purpose is ReminderPurpose.POSTPONED and about.event.status is EventStatus.DRAFT:
        return _TAKEN_BACK
    return about.purpose if about.purpose in _NOTICES else ReminderPurpose.UPDATE


def compose_tasks(tasks: Sequence[MailTopic], language: Language) -> MailContent:
    """One mail about several tasks of one reader that are due together, those of an event under its title.

    A task that is named twice is listed once. Overdue ones come first, then by due day.
    """
    listed = _each_once(tasks)
    if len(listed) == 1:
        return compose(listed[0], language)
    first, more = listed[0], len(listed) - 1
    task = one_line(localized(first.task, language))
    subject = translate(N_("{task} and {count} more tasks"), language, task=task, count=more)
    titles = {one.event.uid: one_line(localized(one.event.title, language)) for one in listed}
    if len(titles) == 1:
        subject += f" – {titles[first.event.uid]}"
    if first.task_due_on is not None:
        due = format_day(first.task_due_on, language)
        subject += " – " + translate(_DUE_SHORT[first.is_overdue], language, day=due)
    opening = translate(N_("Your tasks: {count}"), language, count=len(listed))
    text, body = [opening], [f"<p>{escape(opening)}</p>"]
    for uid, title in titles.items():
        of_event = [one for one in listed if one.event.uid == uid]
        event = of_event[0].event
        days = format_days(event.times.days.first, event.times.days.last, language)
        lines = [_task_line(one, language) for one in of_event]
        link = translate(N_("Read more: {url}"), language, url=event.url) if event.url else ""
        text += ["", f"{title} – {days}", *(f"- {line}" for line in lines), *([link] if link else [])]
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        body.append(f'<h1 style="font-size:1.25em">{escape(title)} – {escape(days)}</h1>\n<ul>{items}</ul>')
        body.append(f"<p>{link_line(link, event.url or '')}</p>" if link else "")
    rules = dict.fromkeys(_closing(one, language) for one in tasks)
    text += ["", *(rule for rule in rules if rule)]
    body += [f'<p style="color:#555">{escape(rule)}</p>' for rule in rules if rule]
    return MailContent(subject, "\n".join(text) + "\n", page(language, subject, "\n".join(body) + "\n"))


def _each_once(tasks: Sequence[MailTopic]) -> list[MailTopic]:
    found: dict[tuple[str, str, date | None], MailTopic] = {}
    for one in tasks:
        found.setdefault((one.event.uid, repr(one.task), one.task_due_on), one)
    return sorted(found.values(), key=lambda one: (one.task_due_on or date.max, one.event.first_day, one.event.uid))


_DUE = {False: N_("{task} – due on {day}"), True: N_("{task} – overdue, was due on {day}")}
_DUE_SHORT = {False: N_("due on {day}"), True: N_("overdue, was due on {day}")}
"""Whether it is overdue → the words for it."""


def _task_subject(about: MailTopic, title: str, language: Language) -> str:
    task = one_line(localized(about.task, language))
    if about.task_due_on is None:
        return f"{task} – {title}"
    due = translate(_DUE_SHORT[about.is_overdue], language, day=format_day(about.task_due_on, language))
    return f"{task} – {title} – {due}"


def _task_line(about: MailTopic, language: Language) -> str:
    """A task with its due day."""
    task = one_line(localized(about.task, language))
    if about.task_due_on is None:
        return task
    return translate(_DUE[about.is_overdue], language, task=task, day=format_day(about.task_due_on, language))


def _programme(about: MailTopic, url: str, language: Language) -> ProgrammeText | None:
    if about.event.programme is None or about.purpose in TAKING_BACK:
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
    if about.reason:
        found.append(translate(N_("Reason: {reason}"), language, reason=one_line(about.reason)))
    if about.days_before is not None:
        before = format_days(about.days_before.first, about.days_before.last, language)
        found.append(translate(N_("Days before: {days}"), language, days=before))
    if about.purpose is ReminderPurpose.REMOVED:
        return [*found, translate(N_("Days: {days}"), language, days=days)]
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
    found = []
    if about.instead_of is None and about.purpose is ReminderPurpose.CANCELLATION:
        why = N_("You get this mail because you were reminded of this event, or would have been.")
        found.append(translate(why, language))
    elif about.instead_of is None and about.purpose in NOTICES:
        found.append(translate(N_("You get this mail because an earlier one told you of this event."), language))
    elif about.instead_of is None and about.purpose is ReminderPurpose.UNANSWERED:
        why = N_("You get this mail because you are on the list of this visit and have not answered yet.")
        found.append(translate(why, language))
    elif about.rule:
        rule = one_line(localized(about.rule, language))
        found.append(translate(N_("You get this mail by the reminder rule “{rule}”."), language, rule=rule))
    if about.instead_of is not None and about.away_until is not None:
        found.append(stands_in_line(about.instead_of, about.away_until, language))
    return " ".join(found)


def stands_in_line(name: str, until: date, language: str) -> str:
    """For whom the reader of a mail stands in, and how long."""
    text = N_("You stand in for {name}, who is on leave until {day}.")
    return translate(text, language, name=one_line(name), day=format_day(until, language))


def _html(lines: list[str], programme: str, link: str, url: str, closing: str, language: Language) -> str:
    opening, title, *facts = lines
    items = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    body = (
        f'<p>{escape(opening)}</p><h1 style="font-size:1.25em">{escape(title)}</h1>\n<ul>{items}</ul>\n'
        f"{programme}"
        + (f"<p>{link_line(link, url)}</p>\n" if link else "")
        + (f'<p style="color:#555">{escape(closing)}</p>\n' if closing else "")
    )
    return page(language, title, body)
