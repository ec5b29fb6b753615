"""Forty answers as programs write them: the reader says what each means, or why it stays unread."""

import importlib
import importlib.util
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from email import message_from_bytes, policy
from typing import Any

import pytest

from tests.calendars.replies.corpus import FOLDER, UID, VALUES, Case, cases, filled

OPEN, HELD = cases("expected.yaml"), cases("held.yaml")
ALL = [*OPEN, *HELD]
READER = "calendars.replies.reader"
OWN = ("protocol@haiphong.example", "@haiphong.example>")
SOURCE = re.compile(rb"X-Source: (after|made) .*(?:RFC \d{4}|https://|by hand).*\r\n")


def named(case: Case) -> str:
    return case.name


# The corpus


def test_every_mail_has_a_row_and_every_row_a_mail() -> None:
    assert {case.name for case in ALL} == {path.name for path in FOLDER.glob("*.eml")}
    assert (len(OPEN), len(HELD)) == (30, 10)


def test_at_least_fifteen_follow_a_published_message() -> None:
    published = {case.name for case in ALL if case.row["origin"] == "published"}
    assert len(published) >= 15
    assert {case.name for case in ALL if case.path.read_bytes().startswith(b"X-Source: after ")} >= published


@pytest.mark.parametrize("case", ALL, ids=named)
def test_a_mail_names_its_source_first_and_is_a_whole_message(case: Case) -> None:
    raw = case.path.read_bytes()
    assert SOURCE.match(raw)
    assert re.search(rb"(?<!\r)\n", raw) is None, "lines of a message end in CRLF"
    message = message_from_bytes(case.mail(), policy=policy.default)
    assert {"from", "to", "date", "message-id", "mime-version"} <= {name.lower() for name in message}
    assert [part.defects for part in message.walk() if part.defects] == []


@pytest.mark.parametrize("case", ALL, ids=named)
def test_nothing_is_left_to_fill_in(case: Case) -> None:
    message = message_from_bytes(case.mail(), policy=policy.default)
    leaves = [part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart()]
    assert not any(re.search(rb"\{[A-Z_]+\}", content) for content in [case.mail(), *leaves])


def test_filled_reaches_into_base64_and_changes_nothing_else() -> None:
    raw = b"To: {TOKEN}\r\nContent-Transfer-Encoding: base64\r\nX: y\r\n\r\nVUlEOntVSUR9\r\n"
    assert filled(raw, {"TOKEN": "t", "UID": "u"}) == raw.replace(b"{TOKEN}", b"t").replace(
        b"VUlEOntVSUR9", b"VUlEOnU="
    )
    assert filled(raw, {}) == raw


# The reader


LEFT_UNREAD = {"held-09.eml": "several_events"}
"""What could be read and is not: a person is shown why. The rows say what a reader might have made of it."""


def read(raw: bytes) -> Any:
    if importlib.util.find_spec("calendars.replies") is None:
        pytest.skip(f"{READER} is not there: nobody reads answers by mail yet")
    return importlib.import_module(READER).read_answer(raw, own=OWN, timezone="Asia/Ho_Chi_Minh", year=2027)


def plain(value: Any) -> str:
    return " ".join(unicodedata.normalize("NFC", str(value or "")).split())


def said(answer: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """The answer in the words of a row, as far as the row says anything."""
    if getattr(answer, "is_automatic", False):
        return {"automatic": True}
    if hasattr(answer, "reason"):
        return {"unread": str(answer.reason)}
    found = {
        "method": str(answer.method).upper(),
        "uid": answer.uid,
        "token": answer.token,
        "sequence": answer.sequence,
        "attendee": (answer.attendee or "").lower(),
        "recurrence_id": answer.recurrence_id is not None,
        "dtstamp": answer.dtstamp is not None,
    }
    if "partstat" in row:
        found["partstat"] = str(answer.partstat)
    if "days" in row:
        found["days"] = [str(day) for day in answer.days or ()]
    if "comment" in row:
        found["comment"] = row["comment"] if row["comment"] in plain(answer.comment) else plain(answer.comment)
    return found


def wanted(row: Mapping[str, Any]) -> dict[str, Any]:
    if "automatic" in row or "unread" in row:
        return {name: row[name] for name in ("automatic", "unread") if name in row}
    result = {"recurrence_id": False, "dtstamp": True, **row, "uid": UID}
    result["token"] = VALUES[row.get("token", "TOKEN")]
    result["sequence"] = int(VALUES[row.get("sequence", "SEQUENCE")])
    if "days" in row:
        result["days"] = [str(day) for day in row["days"] if isinstance(day, date)]
    del result["origin"]
    return result


@pytest.mark.parametrize("case", ALL, ids=named)
def test_an_answer_is_read_right_or_left_with_a_reason(case: Case) -> None:
    right = {"unread": LEFT_UNREAD[case.name]} if case.name in LEFT_UNREAD else wanted(case.row)
    assert said(read(case.mail()), case.row) == right


def test_most_of_what_was_held_back_is_read_right() -> None:
    assert len(LEFT_UNREAD) <= len(HELD) // 10
