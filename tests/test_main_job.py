"""The main job, end to end with real processes: plan a batch, be reminded before it arrives, see it in the calendar."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from tests.jobs.sink import Sink, free_port

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def desk(environment: dict[str, str], *arguments: str) -> str:
    """One command of the command line; what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Office:
    """A running service and an officer's way of talking to it."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.token = token

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, Message]:
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        wish = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.address}/api/v1{path}",
            method=method,
            headers=sent,
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with urllib.request.urlopen(wish) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or "null"), answer.headers
        except urllib.error.HTTPError as problem:
            return problem.code, json.loads(problem.read() or "null"), problem.headers

    def feed(self, url: str) -> list[icalendar.Event]:
        with urllib.request.urlopen(url) as answer:  # noqa: S310
            assert answer.headers["Content-Type"].startswith("text/calendar")
            return icalendar.Calendar.from_ical(answer.read()).walk("VEVENT")


@pytest.fixture
def office(database_url: str, tmp_path: Path, sink: Sink) -> Iterator[Office]:
    """``desk serve`` on a fresh database with the two provinces of the seed, and an officer's token."""
    port = free_port()
    environment = {
        **os.environ,
        "DESK_DATABASE_URL": database_url,
        "DESK_VAR": str(tmp_path / "var"),
        "DESK_PORT": str(port),
        "DESK_MAIL_URL": sink.url,
        "DESK_WEB_WORKERS": "1",
    }
    desk(environment, "init")
    desk(environment, "seed")
    desk(
        environment, "user", "create", "--email", "lan@example.org", "--role", "officer", "--organisation", "Văn phòng"
    )
    token = desk(environment, "token", "create", "--email", "lan@example.org", "--name", "test").strip()
    serving = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "serve"], env=environment, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz") as answer:  # noqa: S310
                if answer.status == 200:
                    break
        except OSError:
            assert time.monotonic() < deadline, "the service is not ready after a minute"
            time.sleep(0.1)
    yield Office(address, token)
    serving.terminate()
    assert serving.wait(timeout=30) == 0


def due_in(seconds: float, arrives_on: str) -> str:
    """The offset from that arrival (00:00 in Hà Nội) that falls due in so many seconds."""
    arrival = datetime.fromisoformat(arrives_on).replace(tzinfo=HANOI)
    rest = arrival - (datetime.now(UTC) + timedelta(seconds=seconds))
    return f"-P{rest.days}DT{rest.seconds}S"


@pytest.mark.both_databases("the whole of the office's work, through real processes")
def test_officer_plans_a_batch_is_reminded_and_sees_it_in_the_calendar(office: Office, sink: Sink) -> None:
    first = datetime.now(HANOI).date() + timedelta(days=31)
    wish = {
        "title": {"vi": "Đợt bồi dưỡng công tác Đảng", "lo": "ຊຸດຝຶກອົບຮົມ", "en": "Training batch"},
        "host": "hai-duong",
        "guest": "vientiane-province",
        "first_day": str(first),
        "last_day": str(first + timedelta(days=11)),
        "headcount": 12,
        "location": {"vi": "Trường Chính trị tỉnh"},
    }
    status, batch, headers = office.ask("POST", "/training-batches", wish)
    assert status == 201, batch
    status, moved, headers = office.ask("POST", f"/events/{batch['id']}/transitions", {"to": "planned"})
    assert status == 200, moved
    status, feed, _headers = office.ask(
        "POST", "/feeds", {"name": "Lịch", "locale": "vi", "filter": {"kinds": ["training_batch"]}}
    )
    assert status == 201, feed

    began = time.monotonic()
    rule = {
        "name": {"vi": "Trước khi đoàn đến"},
        "kinds": ["training_batch"],
        "anchor": "arrival",
        "offset": due_in(2, str(first)),
        "audience": ["owner"],
    }
    status, made, _headers = office.ask("POST", "/reminder-rules", rule)
    assert status == 201, made
    while not sink.received and time.monotonic() < began + 10:
        time.sleep(0.05)
    waited = time.monotonic() - began
    assert waited < 10
    time.sleep(1)
    (mail,) = [one for one in sink.received if one.recipient == "lan@example.org"]
    text = mail.mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Đợt bồi dưỡng công tác Đảng" in str(mail.mail["Subject"])
    assert f"{office.address}/events/{batch['id']}" in text
    assert "Trường Chính trị tỉnh" in text
    assert f"{first.month}" in text
    print(f"mail after {waited:.2f} s")

    def shown() -> icalendar.Event:
        (found,) = [event for event in office.feed(feed["url"]) if event["UID"] == batch["uid"]]
        return found

    before = shown()
    assert before["DTSTART"].dt == first
    assert before["DTEND"].dt == first + timedelta(days=12), "the last day belongs to the visit"

    later = first + timedelta(days=7)
    _status, _event, headers = office.ask("GET", f"/training-batches/{batch['id']}")
    status, event, _headers = office.ask(
        "PATCH",
        f"/training-batches/{batch['id']}",
        {"first_day": str(later), "last_day": str(later + timedelta(days=11))},
        If_Match=headers["ETag"],
    )
    assert status == 200, event
    after = shown()
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt == later
    _status, planned, _headers = office.ask("GET", f"/events/{batch['id']}/reminders")
    ours = [one for one in planned if one["rule_id"] == made["id"]]
    assert sorted(one["state"] for one in ours) == ["pending", "sent"]
    sent, pending = sorted(ours, key=lambda one: one["due_at"])
    apart = datetime.fromisoformat(pending["due_at"]) - datetime.fromisoformat(sent["due_at"])
    assert apart == timedelta(days=7)
    assert len([one for one in sink.received if one.recipient == "lan@example.org"]) == 1
