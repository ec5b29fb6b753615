"""The office's own list mails: the daily digest, the report of undelivered mails, and the notice of one such mail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from typing import Generic, TypeVar

from calendars.days.formatting import format_day, format_days, format_instant
from calendars.days.spans import Days
from calendars.mails.event_mail import MailContent, link_line, page
from calendars.mails.weekly_schedule import short
from models.i18n import N_, Message, translate, translate_filled
from models.text import LocalizedText, localized, one_line
from models.vocabulary import ReminderPurpose

MOST_LINES = 30
"""The maximum number of lines of a list in a mail; the rest is given as a count with a link."""

UNSEEN_FOR = timedelta(hours=24)
"""How long a failure may stay unseen before it is escalated to those who can act on it."""

PURPOSE_NAMES: Mapping[ReminderPurpose, LocalizedText] = {
    ReminderPurpose.REMINDER: {"vi": "Thư nhắc", "lo": "ອີເມວແຈ້ງເຕືອນ", "en": "Reminder"},
    ReminderPurpose.CANCELLATION: {"vi": "Thư báo hủy", "lo": "ອີເມວແຈ້ງຍົກເລີກ", "en": "Cancellation"},
    ReminderPurpose.UPDATE: {"vi": "Thư báo thay đổi", "lo": "ອີເມວແຈ້ງການປ່ຽນແປງ", "en": "Notice of a change"},
    ReminderPurpose.POSTPONED: {"vi": "Thư báo hoãn", "lo": "ອີເມວແຈ້ງເລື່ອນ", "en": "Notice of a postponement"},
    ReminderPurpose.MOVED: {"vi": "Thư báo ngày giờ mới", "lo": "ອີເມວແຈ້ງວັນເວລາໃໝ່", "en": "Notice of new days or hours"},
    ReminderPurpose.REMOVED: {
        "vi": "Thư báo không còn tham gia", "lo": "ອີເມວແຈ້ງບໍ່ໄດ້ເຂົ້າຮ່ວມແລ້ວ",
        "en": "Notice of no longer taking part",
    },
    ReminderPurpose.FAILURE: {
        "vi": "Thư báo không gửi được", "lo": "ອີເມວແຈ້ງວ່າສົ່ງບໍ່ໄດ້", "en": "Notice of a mail that failed",
    },
    ReminderPurpose.ASKED: {"vi": "Đề nghị xác nhận", "lo": "ຂໍໃຫ້ຢືນຢັນ", "en": "Request for confirmation"},
    ReminderPurpose.CHANGED: {
        "vi": "Thư báo thay đổi sau xác nhận", "lo": "ອີເມວແຈ້ງການປ່ຽນແປງຫຼັງຢືນຢັນ",
        "en": "Notice of a change after confirmation",
    },
    ReminderPurpose.DOCUMENT: {"vi": "Thư gửi văn bản", "lo": "ອີເມວສົ່ງເອກະສານ", "en": "Paper of a visit"},
    ReminderPurpose.UNANSWERED: {
        "vi": "Đề nghị trả lời có tham gia hay không",
        "lo": "ຂໍໃຫ້ຕອບວ່າຈະເຂົ້າຮ່ວມ ຫຼື ບໍ່",
        "en": "Request for an answer",
    },
    ReminderPurpose.MENTION: {
        "vi": "Được nhắc đến trong ghi chú",
        "lo": "ຖືກກ່າວເຖິງໃນບັນທຶກ",
        "en": "Mentioned in a note",
    },
    ReminderPurpose.BOOKING_MADE: {"vi": "Thư báo có lượt đặt", "lo": "ອີເມວແຈ້ງການຈອງ", "en": "Notice of a booking"},
    ReminderPurpose.BOOKING_CHANGED: {
        "vi": "Thư báo lượt đặt thay đổi", "lo": "ອີເມວແຈ້ງການປ່ຽນແປງການຈອງ", "en": "Notice of a changed booking",
    },
    ReminderPurpose.BOOKING_RELEASED: {
        "vi": "Thư báo hủy lượt đặt", "lo": "ອີເມວແຈ້ງຍົກເລີກການຈອງ", "en": "Notice of a cancelled booking",
    },
    ReminderPurpose.BOOKING_ASKED: {
        "vi": "Đề nghị phê duyệt lượt đặt", "lo": "ຂໍອະນຸມັດການຈອງ", "en": "Request to approve a booking",
    },
    ReminderPurpose.BOOKING_APPROVED: {
        "vi": "Thư báo lượt đặt được phê duyệt", "lo": "ອີເມວແຈ້ງວ່າການຈອງໄດ້ຮັບອະນຸມັດ",
        "en": "Notice of an approved booking",
    },
    ReminderPurpose.BOOKING_REFUSED: {
        "vi": "Thư báo lượt đặt bị từ chối", "lo": "ອີເມວແຈ້ງວ່າການຈອງຖືກປະຕິເສດ", "en": "Notice of a refused booking",
    },
    ReminderPurpose.WEEKLY: {"vi": "Lịch công tác tuần", "lo": "ຕາຕະລາງວຽກປະຈຳອາທິດ", "en": "Weekly schedule"},
    ReminderPurpose.DIGEST: {"vi": "Bản tin hằng ngày", "lo": "ສະຫຼຸບປະຈຳວັນ", "en": "Daily digest"},
    ReminderPurpose.ESCALATION: {
        "vi": "Báo cáo thư không đến nơi", "lo": "ລາຍງານອີເມວທີ່ບໍ່ຮອດ", "en": "Report of mails that did not arrive",
    },
}  # fmt: skip
"""The name of each kind of mail, as in a heading."""

QUIET = "color:#555"
"""The style of secondary text."""

Line = TypeVar("Line", covariant=True)


@dataclass(frozen=True, slots=True)
class ListExcerpt(Generic[Line]):
    """The first lines of a list, at least :data:`MOST_LINES` if it has that many, and its total length."""

    first: Sequence[Line] = ()
    total: int = 0

    @classmethod
    def of(cls, every: Sequence[Line]) -> "ListExcerpt[Line]":
        """An excerpt that contains the whole list."""
        return cls(every, len(every))


@dataclass(frozen=True, slots=True)
class OverdueTask:
    """A task whose due day has passed; ``responsible`` are names of people and organisations, may be empty."""

    title: LocalizedText
    event: LocalizedText
    due_day: date
    responsible: Sequence[LocalizedText | str] = ()


@dataclass(frozen=True, slots=True)
class Risk:
    """A commitment whose share of this year is missed or at risk.

    ``state`` is which of the two, ``why`` what is missing.
    """

    agreement_id: str
    agreement: LocalizedText
    article: str
    title: LocalizedText
    state: LocalizedText
    why: Message


@dataclass(frozen=True, slots=True)
class FailedMail:
    """A mail that failed permanently: ``answer`` is the recorded reason (English), ``since`` when it failed.

    A mail about an event has its title and days; the office's own mails have none.
    """

    id: str
    recipient: str
    purpose: ReminderPurpose
    answer: str
    since: datetime
    event: LocalizedText | None = None
    days: Days | None = None


@dataclass(frozen=True, slots=True)
class ConsoleLinks:
    """The address of the console (without a trailing slash), and the time zone in which instants are shown."""

    public_url: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What needs attention on a day, for one reader."""

    day: date
    tasks: ListExcerpt[OverdueTask]
    risks: ListExcerpt[Risk]
    failures: ListExcerpt[FailedMail]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to report."""
        return not (self.tasks.total or self.risks.total or self.failures.total)


def purpose_name(purpose: ReminderPurpose, language: str) -> str:
    """The name of a kind of mail; Vietnamese for an unknown language."""
    return localized(PURPOSE_NAMES[purpose], language)


def digest(report: Digest, site: ConsoleLinks, language: str, unsubscribe_url: str | None = None) -> MailContent:
    """What needs attention today; ``unsubscribe_url`` is the address at which the reader unsubscribes."""
    title = translate(N_("What wants attention – {day}"), language, day=format_day(report.day, language))
    parts = [
        _Part(
            translate(N_("Overdue tasks: {count}"), language, count=report.tasks.total),
            [_task_entry(task, language) for task in report.tasks.first[:MOST_LINES]],
            report.tasks.total,
            f"{site.public_url}/tasks",
        ),
        _Part(
            translate(N_("Commitments at risk or missed this year: {count}"), language, count=report.risks.total),
            [_risk_entry(risk, site, language) for risk in report.risks.first[:MOST_LINES]],
            report.risks.total,
            f"{site.public_url}/agreements",
        ),
        _Part(
            translate(
                N_("Mails that did not arrive and nobody has looked at: {count}"), language, count=report.failures.total
            ),
            [_failure_entry(failure, site, language) for failure in report.failures.first[:MOST_LINES]],
            report.failures.total,
            f"{site.public_url}/reminders?state=failed",
        ),
    ]
    footer = unsubscribe_lines(
        N_("You get this mail because your account gets the daily digest."), unsubscribe_url, language
    )
    return _mail(title, [], parts, footer, unsubscribe_url, language)


def escalation(failures: ListExcerpt[FailedMail], site: ConsoleLinks, language: str) -> MailContent:
    """Which mails did not arrive and have not been seen for a day, and what to do about it."""
    title = translate(N_("Mails that did not arrive: {count}"), language, count=failures.total)
    opening = [
        translate(N_("These mails did not arrive, and nobody has looked at it for more than a day."), language),
        translate(
            N_(
                "Tell the people in another way, correct the addresses, then send the mails again or mark them as seen."
            ),
            language,
        ),
    ]
    part = _Part(
        "",
        [_failure_entry(failure, site, language) for failure in failures.first[:MOST_LINES]],
        failures.total,
        f"{site.public_url}/reminders?state=failed",
    )
    footer = [
        translate(N_("You get this mail because you are responsible for what the service can't settle."), language)
    ]
    return _mail(title, opening, [part], footer, None, language)


def failure(failed: FailedMail, site: ConsoleLinks, language: str) -> MailContent:
    """Notify an organisation that a mail about its event could not be delivered and will not be tried again."""
    event = short(failed.event, language)
    subject = translate(N_("Did not arrive: {recipient} – {title}"), language, recipient=failed.recipient, title=event)
    opening = [
        translate(N_("A mail about an event of your organisation could not be delivered."), language),
        translate(
            N_(
                "It is not tried again: correct the address and send the mail again, or tell the person in another way."
            ),
            language,
        ),
    ]
    part = _Part("", [_failure_entry(failed, site, language)], 1, "")
    footer = [translate(N_("You get this mail because your organisation is in charge of the event."), language)]
    return _mail(subject, opening, [part], footer, None, language)


# Entries of the lists


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of a list, the lines below it, and a link for more (may be empty)."""

    line: str
    below: Sequence[str] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """A list under a heading (may be empty): its first entries, its total length, and a link to all of them."""

    heading: str
    entries: Sequence[_Entry]
    total: int
    url: str

    def closing(self, language: str) -> str:
        """The number of further entries and their link, or only the link; empty without an address."""
        if left := self.total - len(self.entries):
            return translate(N_("… and {count} more: {url}"), language, count=left, url=self.url)
        return translate(N_("Read more: {url}"), language, url=self.url) if self.url else ""


def _task_entry(task: OverdueTask, language: str) -> _Entry:
    names = ", ".join(one_line(name) if isinstance(name, str) else short(name, language) for name in task.responsible)
    due = translate(N_("Due: {day}"), language, day=format_day(task.due_day, language))
    return _Entry(
        short(task.title, language),
        (
            short(task.event, language),
            due,
            translate(N_("Responsible: {names}"), language, names=names)
            if names
            else translate(N_("Nobody is responsible yet."), language),
        ),
    )


def _risk_entry(risk: Risk, site: ConsoleLinks, language: str) -> _Entry:
    article = translate(N_("Article {number}"), language, number=one_line(risk.article))
    return _Entry(
        f"{article} – {short(risk.title, language)}",
        (f"{short(risk.state, language)}: {one_line(risk.why.to(language))}", short(risk.agreement, language)),
        f"{site.public_url}/agreements/{risk.agreement_id}",
    )


def _failure_entry(failed: FailedMail, site: ConsoleLinks, language: str) -> _Entry:
    what = purpose_name(failed.purpose, language)
    if failed.event is not None:
        what += f": {short(failed.event, language)}"
    if failed.days is not None:
        what += f" – {format_days(failed.days.first, failed.days.last, language)}"
    answer = short({language: translate_filled(failed.answer, language)}, language)
    since = format_instant(failed.since, site.timezone, language)
    return _Entry(
        f"{failed.recipient} – {what}",
        (
            translate(N_("Answer: {answer}"), language, answer=answer or "–"),
            translate(N_("Given up at {instant}"), language, instant=since),
        ),
        f"{site.public_url}/reminders/{failed.id}",
    )


# Layout of a mail


def _mail(
    title: str,
    opening: Sequence[str],
    parts: Iterable[_Part],
    footer: Sequence[str],
    unsubscribe_url: str | None,
    language: str,
) -> MailContent:
    """A mail of lists; empty lists are left out."""
    text, body = [title, ""], [f'<h1 style="font-size:1.25em">{escape(title)}</h1>']
    for sentence in opening:
        text.append(sentence)
        body.append(f"<p>{escape(sentence)}</p>")
    text += [""] if opening else []
    for part in parts:
        if part.total:
            text += _part_text(part, language)
            body.append(_part_html(part, language))
    return MailContent(
        title, plain([*text, *footer]), page(language, title, markup([*body, *footer_html(footer, unsubscribe_url)]))
    )


def _part_text(part: _Part, language: str) -> list[str]:
    lines = [part.heading] if part.heading else []
    for entry in part.entries:
        lines += [f"- {entry.line}", *(f"  {line}" for line in (*entry.below, entry.url) if line)]
    closing = part.closing(language)
    return [*lines, *([closing] if closing else []), ""]


def _part_html(part: _Part, language: str) -> str:
    heading = f'<h2 style="font-size:1.1em;margin-bottom:.3em">{escape(part.heading)}</h2>\n' if part.heading else ""
    items = "\n".join(_entry_html(entry) for entry in part.entries)
    closing = part.closing(language)
    below = f"\n<p>{link_line(closing, part.url)}</p>" if closing else ""
    return f'{heading}<ul style="padding-left:1.2em">\n{items}\n</ul>{below}'


def _entry_html(entry: _Entry) -> str:
    line = f"<strong>{escape(entry.line)}</strong>"
    if entry.url:
        line = f'<a href="{escape(entry.url)}">{line}</a>'
    below = "".join(f'<br><span style="{QUIET}">{escape(text)}</span>' for text in entry.below if text)
    return f'<li style="margin-bottom:.6em;overflow-wrap:anywhere">{line}{below}</li>'


def unsubscribe_lines(why: str, unsubscribe_url: str | None, language: str) -> list[str]:
    """Why a reader gets a mail, and how to unsubscribe."""
    return [
        translate(why, language),
        *([translate(N_("To stop it: {url}"), language, url=unsubscribe_url)] if unsubscribe_url else []),
    ]


def footer_html(footer: Sequence[str], unsubscribe_url: str | None) -> list[str]:
    """The same as markup, for the end of a mail."""
    lines = "<br>".join(
        link_line(line, unsubscribe_url) if unsubscribe_url and unsubscribe_url in line else escape(line)
        for line in footer
    )
    return [f'<p style="{QUIET};border-top:1px solid #ccc;padding-top:.6em;overflow-wrap:anywhere">{lines}</p>']


def plain(lines: Sequence[str]) -> str:
    """The text of a mail from its lines."""
    return "\n".join(lines).rstrip("\n") + "\n"


def markup(parts: Iterable[str]) -> str:
    """The body of a mail from its parts, some of which may be empty."""
    return "\n".join(part for part in parts if part) + "\n"
