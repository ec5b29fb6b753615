"""Mails that answer invitations, as programs write them, and an office that reads its inbox."""

from dataclasses import replace
from datetime import UTC, datetime

from sqlmodel import Session

from models.answer_tokens import AnswerTokens, Invited
from models.event_parts import Member
from models.events import Event
from models.places import Person
from tests.factories import OFFICE

INBOX = "answers@office.example"
SECRET = "s" * 40
TOKENS = AnswerTokens.of(INBOX, SECRET)
READING = replace(OFFICE, answers=TOKENS)
"""The tests' office, which reads its inbox."""

WHEN = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def address_of(session: Session, member: Member) -> str:
    """Where the answer of a member goes to."""
    person = session.get_one(Person, member.person_id)
    return TOKENS.address(Invited(member.event_id, member.id, person.id, (person.email or "").lower()))


def answer(
    event: Event,
    to: str,
    sender: str,
    partstat: str = "ACCEPTED",
    *,
    method: str = "REPLY",
    sequence: int = 0,
    at: datetime = WHEN,
    uid: str | None = None,
    attendee: str | None = None,
    lines: tuple[str, ...] = (),
    headers: str = "",
    message_id: str = "",
) -> bytes:
    """A mail with an answer; ``lines`` are more of its VEVENT, ``headers`` more of the mail."""
    stamp = f"{at:%Y%m%dT%H%M%SZ}"
    entry = [
        "BEGIN:VCALENDAR", "PRODID:-//Example//Calendar//EN", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT",
        f"UID:{uid or event.uid}", f"SEQUENCE:{sequence}", f"DTSTAMP:{stamp}",
        f"ORGANIZER:mailto:{to}", f"ATTENDEE;PARTSTAT={partstat}:mailto:{attendee or sender}", *lines,
        "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    identity = message_id or f"<{stamp}.{partstat}.{sequence}.{sender}>"
    return (
        f"From: Somebody <{sender}>\r\nTo: <{to}>\r\nSubject: {partstat.title()}: visit\r\n"
        f"Date: {at:%d %b %Y %H:%M:%S} +0000\r\nMessage-ID: {identity}\r\n{headers}MIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="=x"\r\n\r\n--=x\r\nContent-Type: text/plain\r\n\r\nYes.\r\n'
        f"--=x\r\nContent-Type: text/calendar; charset=utf-8; method={method}\r\n\r\n"
        + "\r\n".join(entry)
        + "\r\n--=x--\r\n"
    ).encode()
