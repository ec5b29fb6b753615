"""What is typed to do harm is text, wherever it comes out: API, console, mail, calendar, spreadsheet."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlsplit

import icalendar
import pytest
from sqlmodel import select

from jobs.config import WorkerConfig
from jobs.worker import Worker
from models.database import Database
from models.events import Event
from models.vocabulary import Role
from service.settings import Settings
from tests import factories
from tests.jobs.sink import Sink
from tests.service.conftest import Caller, Clock
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><svg><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    "</title></head><iframe src=//evil.example.org>",
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "{% include '/etc/passwd' %}",
    '=HYPERLINK("http://evil.example.org","x")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "../../../../etc/passwd",
    "visit\r\nBcc: evil@example.org\r\n\r\nhello",
    "visit\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil\r\nSUMMARY:evil",
    "http://169.254.169.254/latest/meta-data/ file:///etc/passwd",
    "'; DROP TABLE event; --",
    "\u202egnp.exe\u2066 \x00\x0b\x1b[31m",
    "%0d%0aSet-Cookie:%20evil=1",
)
assert len(PAYLOADS) >= 20

_FOREIGN = {"script", "img", "svg", "iframe", "object", "embed", "base", "meta", "link", "style"}


class Page(HTMLParser):
    """The elements of a page that our templates do not make, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.strange: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        own = any((values.get(name) or "").startswith(("/static/", "data:image/svg+xml")) for name in ("src", "href"))
        if tag in _FOREIGN and not own and not (tag == "meta" and {"charset", "name"} & set(values)):
            self.strange.append(f"<{tag} {values}>")
        self.strange += [f"{tag} {name}" for name in values if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction"):
            target = (values.get(name) or "").strip().lower()
            if (
                urlsplit(target).scheme not in {"", "https", "mailto", "webcal", "data"}
                or "evil" in urlsplit(target).netloc
            ):
                self.strange.append(f"{tag} {name}={target}")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture
def worker(database: Database, settings: Settings, sink: Sink, clock: Clock, tmp_path: Path) -> Iterator[Worker]:
    config = WorkerConfig(mail_url=sink.url, mail_from="desk@example.org", var=tmp_path / "var", office=settings.office)
    made = Worker(database, config, clock)
    yield made
    made.close()


@pytest.fixture
def visits(officer: Caller, database: Database, clock: Clock) -> dict[str, str]:
    """An event for each payload that was taken, with the payload in each of its texts; what was refused says where."""
    made: dict[str, str] = {}
    day = clock.now.date() + timedelta(days=30)
    for payload in PAYLOADS:
        text = {"vi": f"A {payload}", "lo": f"A {payload}", "en": f"A {payload}"}
        body = {"title": text, "description": text, "location": text, "activity_type": "meeting", "host": "hai-duong"}
        body |= {"guest": "vientiane-province", "first_day": day.isoformat(), "last_day": day.isoformat()}
        answer = officer.post("/activities", body)
        if answer.status_code == 422:
            assert {name.split(".")[0] for name in answer.json["errors"]} <= {"title", "description", "location"}
            continue
        assert answer.status_code == 201, answer.text
        event_id = made[payload] = answer.json["id"]
        assert officer.post(f"/events/{event_id}/transitions", {"to": "planned"}).status_code in {200, 201}
        organisation = officer.made("/organisations", {"name": text, "locality": "hai-duong"})
        person = officer.post("/people", {"name": f"A {payload}", "organisation_id": organisation["id"]})
        if person.status_code == 201:
            officer.post(
                f"/events/{event_id}/members", {"person_id": person.json["id"], "role": "member", "note": payload}
            )
        officer.post(f"/events/{event_id}/tasks", {"title": text, "due_on": clock.now.date().isoformat()})
        item = {"day": day.isoformat(), "title": text, "place": text, "attendees": text}
        officer.call("PUT", f"/events/{event_id}/programme", {"items": [item]}, If_Match="*")
        officer.post(f"/events/{event_id}/programme/revisions", {"note": payload})
    assert len(made) >= 18
    return made


def test_pages_show_it_as_text(visits: dict[str, str], signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(Role.OFFICER)
    seen = 0
    for payload, event_id in visits.items():
        for path in (f"/events/{event_id}", f"/events/{event_id}/programme", f"/events/{event_id}/members"):
            answer = reader.get(path)
            assert answer.status_code == 200
            page = Page(answer.text)
            assert page.strange == [], (payload, path)
            seen += "A " in "".join(page.texts)
    for path in ("/", "/tasks", "/conflicts", "/reminders", "/feeds", "/resources", "/?q=<script>alert(1)</script>"):
        assert Page(reader.get(path).text).strange == [], path
    assert seen >= 2 * len(visits)
    assert Page("<p onclick=x><script>1</script><a href='javascript:x'>").strange  # the control: it would be seen


def test_calendars_show_it_as_text(visits: dict[str, str], officer: Caller, database: Database) -> None:
    path = urlsplit(officer.made("/feeds", {"name": "A\r\nX-EVIL:1", "tasks": True})["url"]).path
    body = officer.client.get(path).data
    calendar = icalendar.Calendar.from_ical(body)
    with database.transaction(write=False) as session:
        uids = {event.uid for event in session.exec(select(Event))}
    shown = [str(event["UID"]) for event in calendar.walk("VEVENT")]
    assert {uid for uid in shown if uid in uids} == uids
    assert not any("evil" in uid for uid in shown)
    assert len(shown) == 2 * len(visits)  # the visit and its one programme item
    assert "X-EVIL" not in calendar
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", body)


def test_mails_show_it_as_text(
    visits: dict[str, str], database: Database, worker: Worker, sink: Sink, clock: Clock
) -> None:
    with database.transaction() as session:
        for event_id in visits.values():
            event = session.get_one(Event, event_id)
            ahead = (event.first_day - clock.now.date()).days
            rule = factories.make_rule(session, audience=["email:lan@example.org"], offset=f"-P{ahead}D")
            due = datetime.fromisoformat(f"{clock.now.date()}T00:00+07:00")
            factories.make_reminder(session, event, rule, recipient="lan@example.org", due_at=due)
    for _again in range(3):
        worker.tick()
    assert len(sink.received) >= len(visits)
    for received in sink.received:
        mail = received.mail
        assert "Bcc" not in mail
        assert received.recipient == "lan@example.org"
        assert len(mail.get_all("Subject", [])) == 1
        html = mail.get_body(("html",))
        assert html is not None
        page = HtmlMail(html.get_content())
        assert page.strange == [], mail["Subject"]


class HtmlMail(Page):
    """A mail's page: its own style stands in it."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "style"}:
            super().handle_starttag(tag, [(name, value) for name, value in attrs if name != "style"])


def test_spreadsheets_show_it_as_text(visits: dict[str, str], signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(Role.OFFICER)
    cells = 0
    for event_id in visits.values():
        answer = reader.get(f"/events/{event_id}/members.csv")
        text = answer.data.decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text, newline="")):
            for cell in row:
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
                cells += 1
    assert cells > len(visits)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.org/",
        "//evil.example.org",
        "/\\evil.example.org",
        "\\\\evil.example.org",
        "/\t/evil.example.org",
        "javascript:alert(1)",
        "/%09/evil.example.org",
        "/%2f%2fevil.example.org\r\nSet-Cookie: x=1",
    ],
)
def test_nobody_is_led_elsewhere(signed_in: Callable[..., Browser], target: str) -> None:
    answer = signed_in().get(f"/login?next={quote(target)}")
    assert answer.status_code == 303
    place = urlsplit(answer.headers["Location"])
    assert (place.scheme, place.netloc) in {("", ""), ("https", "desk.example.org")}
    assert not answer.headers["Location"].startswith(("//", "/\\"))
    assert "x=1" not in answer.headers.get("Set-Cookie", "")


def test_addresses_in_texts_are_asked_by_nobody(officer: Caller, admin: Caller) -> None:
    """The service follows no address people type; the one kind it writes to, messengers, is a closed list."""
    for address in ("http://169.254.169.254/", "file:///etc/passwd", "syslog://", "dbus://", "mailto://x", "exec://ls"):
        answer = admin.patch(f"/users/{officer.user_id}", {"messenger": address})
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["messenger"]), address
