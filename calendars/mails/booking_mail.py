"""The mail about one booking to a keeper of its resource, or to who booked it."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from calendars.bookings.notices import BookingSnapshot
from calendars.mails.event_mail import MailContent, link_line, page
from models.i18n import N_, translate
from models.text import LocalizedText, localized, one_line
from models.vocabulary import Language, ReminderPurpose

OPENINGS: Mapping[ReminderPurpose, str] = {
    ReminderPurpose.BOOKING_MADE: N_("Booked: {resource} – {times}"),
    ReminderPurpose.BOOKING_CHANGED: N_("Booking changed: {resource} – {times}"),
    ReminderPurpose.BOOKING_RELEASED: N_("Booking cancelled: {resource} – {times}"),
    ReminderPurpose.BOOKING_ASKED: N_("For your approval: {resource} – {times}"),
    ReminderPurpose.BOOKING_APPROVED: N_("Booking approved: {resource} – {times}"),
    ReminderPurpose.BOOKING_REFUSED: N_("Booking refused: {resource} – {times}"),
}
"""What each mail is about: its subject and its first line."""

A_VISIT = N_("a visit")


@dataclass(frozen=True, slots=True)
class BookingTopic:
    """A booking as its reader is told of it.

    ``title`` is what it is for, None: not the reader's to know. ``url`` is the page that shows it, None for readers
    without an account. ``booked_by`` and ``answered_by`` are names; ``before`` is what was told before, if that
    differs.
    """

    purpose: ReminderPurpose
    resource: LocalizedText
    booking: BookingSnapshot
    title: LocalizedText | None = None
    before: BookingSnapshot | None = None
    booked_by: str | None = None
    answered_by: str | None = None
    url: str | None = None


def compose_booking(about: BookingTopic, language: Language) -> MailContent:
    """Write the mail: what became of the booking, then all a keeper needs to know of it, and no more."""

    def say(sentence: str, **values: object) -> str:
        return translate(sentence, language, **values)

    one = about.booking
    subject = say(OPENINGS[about.purpose], resource=one_line(localized(about.resource, language)), times=one.times)
    title = one_line(localized(about.title, language)) if about.title is not None else say(A_VISIT)
    lines = [say(N_("For: {what}"), what=title), say(N_("When: {times}"), times=one.times)]
    if about.before is not None and about.before.times != one.times:
        lines.append(say(N_("Before: {times}"), times=about.before.times))
    if one.quantity > 1:
        lines.append(say(N_("How many: {count}"), count=one.quantity))
    if about.booked_by:
        lines.append(say(N_("Booked by: {name}"), name=one_line(about.booked_by)))
    if about.answered_by:
        lines.append(say(N_("Answered by: {name}"), name=one_line(about.answered_by)))
    if one.reason and about.purpose is ReminderPurpose.BOOKING_REFUSED:
        lines.append(say(N_("Reason: {reason}"), reason=one_line(one.reason)))
    if one.note:
        lines.append(say(N_("Note: {note}"), note=one_line(one.note)))
    if about.purpose is ReminderPurpose.BOOKING_ASKED:
        lines.append(say(N_("Nobody else can book this time until it is approved or refused.")))
    link = say(N_("Read more: {url}"), url=about.url) if about.url else ""
    text = "\n".join([subject, "", *lines, *(["", link] if link else [])]) + "\n"
    body = f"<p><strong>{escape(subject)}</strong></p>" + "".join(f"<p>{escape(line)}</p>" for line in lines)
    if about.url:
        body += f"<p>{link_line(link, about.url)}</p>"
    return MailContent(subject, text, page(language, subject, body))
