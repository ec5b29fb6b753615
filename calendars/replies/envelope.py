"""A mail's headers: who sent it, to which of our addresses, and whether a machine did."""

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from calendars.replies.values import Envelope
from models.text import clean, one_line, shorten

LONGEST = 300
"""So many characters of a Message-ID and of a subject are kept."""

_SENT_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Resent-To", "Apparently-To")
_PLUS = re.compile(r"[^@\s+]+\+([0-9a-z_-]{1,64})@[^@\s]+", re.IGNORECASE)
_ROBOTS = re.compile(r"(mailer-daemon|postmaster|no-?reply-bounce|bounces?)([+=-][^@]*)?@", re.IGNORECASE)
_ABSENT = re.compile(
    r"\s*(automatic reply|auto(matic)? ?reply|auto:|out of (the )?office|autoreply|abwesen|réponse automatique"
    r"|tự động trả lời|trả lời tự động|ຕອບອັດຕະໂນມັດ)",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"\s*(undeliver|undelivered|delivery (status|failure)|mail delivery|returned mail|failure notice)", re.I
)
_LIST = ("List-Id", "List-Post")
_RESPONDERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Failed-Recipients", "X-Loop")


def read_envelope(mail: Message) -> Envelope:
    """The envelope of a parsed mail; what is not there or can't be read is empty."""
    return Envelope(
        message_id=shorten(one_line(_first(mail, "Message-ID")), LONGEST),
        sender=_sender(mail),
        subject=shorten(one_line(_decoded(_first(mail, "Subject"))), LONGEST),
        token=next(_tokens(mail), None),
        sent_at=_sent_at(mail),
    )


def is_from_a_machine(mail: Message, envelope: Envelope, own: Collection[str]) -> bool:
    """Whether nobody wrote or sent this mail by hand, whatever it contains: a list, a bounce, an automatic reply, or a
    mail of ours (``own``: our addresses, and after an @ what our Message-IDs end with).

    Source: RFC 3834 section 5, RFC 3464, RFC 2919.
    """
    sender = re.sub(r"\+[^@]*@", "@", envelope.sender)
    is_ours = any(sender == one or (one[0] == "@" and _is_our_id(envelope.message_id, one)) for one in own if one)
    submitted = _word(mail, "Auto-Submitted")
    return (
        is_ours
        or submitted in {"auto-replied", "auto-notified"}
        or mail.get_content_type() == "multipart/report"
        or any(name in mail for name in (*_LIST, *_RESPONDERS))
        or _word(mail, "Precedence") in {"list", "auto_reply"}
        or _ROBOTS.match(envelope.sender) is not None
        or _ABSENT.match(envelope.subject) is not None
        or _FAILED.match(envelope.subject) is not None
    )


def _is_our_id(message_id: str, end: str) -> bool:
    return message_id.startswith("<reminder-") and message_id.rstrip(">").endswith(end.rstrip(">"))


def is_generated(mail: Message) -> bool:
    """Whether a program sent it by itself or wants no answer. So do calendars with the answer that somebody clicked:
    that counts, but a mail without one is nobody's word."""
    submitted = _word(mail, "Auto-Submitted")
    return (
        submitted not in {"", "no"}
        or _word(mail, "Precedence") in {"bulk", "junk"}
        or _first(mail, "Return-Path").strip() == "<>"
    )


def _word(mail: Message, name: str) -> str:
    """The word of a header, in lower case, without its parameters and comments."""
    return re.split(r"[;(\s]", _first(mail, name).strip(), maxsplit=1)[0].lower()


def _first(mail: Message, name: str) -> str:
    return str(mail.get(name) or "")[:4000]


def _sender(mail: Message) -> str:
    found = getaddresses([_first(mail, "From")])
    return one_line(found[0][1]).lower()[:254] if found else ""


def _tokens(mail: Message) -> Iterator[str]:
    """The words after a plus sign in the addresses it was sent to: first as its program wrote them, then as servers on
    the way noted them."""
    for name in _SENT_TO:
        values = [str(one)[:4000] for one in (mail.get_all(name) or [])[:20]]
        for _name, address in getaddresses(values):
            if matched := _PLUS.fullmatch(address.strip()):
                yield matched[1].lower()


def _decoded(text: str) -> str:
    with suppress(ValueError, LookupError):
        return clean(str(make_header(decode_header(text))))
    return clean(text)


def _sent_at(mail: Message) -> datetime | None:
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        at = parsedate_to_datetime(_first(mail, "Date"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    return None
