"""Real calendar programs subscribe to real feeds: vdirsyncer brings their entries, khal shows them; and what every
program may ask of a feed over HTTP."""

import gzip
import http.client
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest

from models.clock import utcnow
from models.database import Database
from models.vocabulary import Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from tests import factories
from tests.conftest import NO_CALENDAR_CLIENTS
from tests.paths import ROOT
from tests.service.runtime.processes import Service

CLIENTS = ROOT / ".venv-clients" / "bin"

pytestmark = [pytest.mark.xdist_group("calendar_clients"), pytest.mark.timeout(240)]

VIETNAMESE = "Đoàn đại biểu tỉnh Viêng Chăn"
LAO = "ຄະນະຜູ້ແທນແຂວງວຽງຈັນ"


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP. Header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """One request over a connection of its own; header names are written with underscores."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): one for name, one in answer.getheaders()}, answer.read())
    finally:
        connection.close()


@dataclass(frozen=True)
class Desk:
    """Web processes, and an officer who asks their API."""

    port: int
    token: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What the API answers to something that must succeed."""
        answer = ask(self.port, method, f"/api/v1{path}", body, Authorization=f"Bearer {self.token}", **headers)
        assert answer.status < 300, answer.body
        return json.loads(answer.body) if answer.body else None

    def plan(self, noun: str, title: str | dict[str, str], first: str, last: str, **values: Any) -> str:
        """A planned event's path. A ``title`` may stand for those in every language."""
        titles = title if isinstance(title, dict) else dict.fromkeys(("vi", "lo", "en"), title)
        days = {"first_day": first, "last_day": last, "host": "hai-duong", "guest": "vientiane-province"}
        wish = {"title": titles} | days | values
        path = f"/{noun}/{self.call('POST', f'/{noun}', wish)['id']}"
        self.step(path, "planned")
        return path

    def step(self, path: str, to: str, **values: Any) -> None:
        self.call("POST", f"/events/{path.rpartition('/')[2]}/transitions", {"to": to} | values)

    def change(self, path: str, **values: Any) -> None:
        self.call("PATCH", path, values, If_Match=self._etag(path))

    def delete(self, path: str) -> None:
        self.call("DELETE", path, If_Match=self._etag(path))

    def _etag(self, path: str) -> str:
        return ask(self.port, "GET", f"/api/v1{path}", Authorization=f"Bearer {self.token}").headers["etag"]

    def subscribe(self, kind: str, **values: Any) -> str:
        """The address of a new feed of one kind of events."""
        wish = {"name": "Lịch đối ngoại", "filter": {"kinds": [kind]}, "past_days": 36_500} | values
        url: str = self.call("POST", "/feeds", wish)["url"]
        return url


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all tests here: each has a kind of events to itself."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copyfile(sqlite_template, folder / "desk.sqlite")
    service = Service(folder, f"sqlite:///{folder / 'desk.sqlite'}")
    database = Database(service.environment["DESK_DATABASE_URL"])
    with database.transaction() as session:
        for code in ("hai-duong", "vientiane-province"):
            factories.make_locality(session, code)
        act = ActionContext(factories.make_user(session, Role.OFFICER), utcnow(), factories.OFFICE)
        token = accounts.issue_token(session, act, act.account, "test").secret
    database.dispose()
    try:
        service.start("web")
        yield Desk(service.port, token)
    finally:
        service.stop()


def vevents(calendar: bytes) -> list[Any]:
    """The entries of a calendar; the times of day it refers to may stand there too, nothing else."""
    components = icalendar.Calendar.from_ical(calendar).subcomponents
    assert {component.name for component in components} <= {"VEVENT", "VTIMEZONE"}
    return [component for component in components if component.name == "VEVENT"]


@dataclass(frozen=True)
class File:
    """A file as vdirsyncer left it; one that it wrote again, if with the same bytes, is another."""

    title: str
    status: str
    start: Any
    content: bytes
    written_at: int

    @classmethod
    def of(cls, path: Path) -> "File":
        content = path.read_bytes()
        (event,) = vevents(content)
        start = event.decoded("DTSTART")
        return cls(str(event["SUMMARY"]), str(event["STATUS"]), start, content, path.stat().st_mtime_ns)


class Subscriber:
    """Somebody with vdirsyncer and khal: collections by name, each kept in step with a feed."""

    def __init__(self, folder: Path, feeds: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = {
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "PATH": "/usr/bin:/bin",
            "TZ": "Asia/Ho_Chi_Minh",
        }
        sections = [f'[general]\nstatus_path = "{folder}/status"\n']
        for name, url in feeds.items():
            (folder / name).mkdir()
            sections.append(
                f'[pair {name}]\na = "{name}_remote"\nb = "{name}_local"\ncollections = null\n'
                f'[storage {name}_remote]\ntype = "http"\nurl = "{url}"\n'
                f'[storage {name}_local]\ntype = "filesystem"\npath = "{folder}/{name}"\nfileext = ".ics"\n'
            )
        (folder / "vdirsyncer").write_text("\n".join(sections))
        calendars = "".join(f"[[{name}]]\npath = {folder}/{name}\nreadonly = True\n" for name in feeds)
        (folder / "khal").write_text(
            f"[calendars]\n{calendars}"
            "[locale]\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
            "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
            "default_timezone = Asia/Ho_Chi_Minh\nlocal_timezone = Asia/Ho_Chi_Minh\n"
            f"[sqlite]\npath = {folder}/khal.db\n"
        )
        self._run("vdirsyncer", "discover")

    def sync(self) -> str:
        """Fetch what is new; what vdirsyncer says it did."""
        return self._run("vdirsyncer", "sync")

    def files(self, name: str) -> dict[str, File]:
        """What stands in a collection, by the title of the one entry in each file."""
        found = [File.of(path) for path in (self.folder / name).glob("*.ics")]
        assert len({file.title for file in found}) == len(found)
        return {file.title: file for file in found}

    def shown(self, first: str, last: str) -> set[tuple[str, ...]]:
        """What khal lists of these days: day, whether it is a whole one, from, to, title."""
        fields = ("start-date", "start-time", "end-date", "end-time", "title")
        wanted = [word for field in ("all-day", *fields) for word in ("--json", field)]
        said = self._run("khal", "list", "--once", *wanted, first, last)
        lists = [json.loads(line) for line in said.splitlines() if line.startswith("[")]
        return {tuple(entry[field] for field in fields) for entries in lists for entry in entries}

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [CLIENTS / program, "--config", self.folder / program, *arguments],
            env=self._environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


def read(url: str) -> bytes:
    parts = urlsplit(url)
    answer = ask(parts.port or 0, "GET", parts.path)
    assert answer.status == 200
    return answer.body


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a subscriber keeps everything; skips the test where the programs are not installed."""
    if not all((CLIENTS / program).exists() for program in ("khal", "vdirsyncer")):
        pytest.skip(NO_CALENDAR_CLIENTS)
    return tmp_path


MEETINGS = [f"Cuộc họp số {number}" for number in range(1, 5)]


def about(files: Mapping[str, File], meeting: str) -> list[File]:
    """Those of a meeting, though its title be marked as called off."""
    return [file for title, file in files.items() if meeting in title]


def test_vdirsyncer_brings_everything_then_what_changed_then_nothing(desk: Desk, folder: Path) -> None:
    hours = {"activity_type": "meeting", "start_time": "08:30", "end_time": "11:00"}
    kept, moved, cancelled, deleted = MEETINGS
    paths = {meeting: desk.plan("activities", meeting, "2027-04-01", "2027-04-01", **hours) for meeting in MEETINGS}
    # In one what is called off stays for a while and is struck out, in the other it goes at once.
    feeds = {"lasting": desk.subscribe("activity"), "brief": desk.subscribe("activity", tombstone_days=0)}
    subscriber = Subscriber(folder, feeds)
    subscriber.sync()
    first = {name: subscriber.files(name) for name in feeds}
    for name, url in feeds.items():
        assert len({str(event["UID"]) for event in vevents(read(url))}) == len(first[name]) == len(MEETINGS)
        assert first[name].keys() == set(MEETINGS)

    desk.change(paths[moved], first_day="2027-05-20", last_day="2027-05-20")
    desk.step(paths[cancelled], "cancelled", reason="Bão")
    desk.step(paths[deleted], "cancelled", reason="Nhầm")
    desk.delete(paths[deleted])
    subscriber.sync()
    second = {name: subscriber.files(name) for name in feeds}
    for name, url in feeds.items():
        assert len({str(event["UID"]) for event in vevents(read(url))}) == len(second[name])
        assert second[name][kept] == first[name][kept], "not even written again"
        assert f"{second[name][moved].start:%Y-%m-%d %H:%M}" == "2027-05-20 08:30"
    assert second["brief"].keys() == {kept, moved}
    assert [file.status for file in about(second["lasting"], cancelled)] == ["CANCELLED"]
    # What was deleted is gone, or shown as called off to those who knew of it.
    assert {file.status for file in about(second["lasting"], deleted)} <= {"CANCELLED"}

    said = subscriber.sync()
    assert "Copying" not in said
    assert "Deleting" not in said
    assert {name: subscriber.files(name) for name in feeds} == second


def test_khal_shows_the_right_days_and_hours(desk: Desk, folder: Path) -> None:
    days = "delegations", VIETNAMESE, "2027-03-10", "2027-03-12"
    desk.plan(*days)
    desk.plan("delegations", LAO, "2027-03-15", "2027-03-15", start_time="08:30", end_time="11:00")
    # 20:00 in New York, an hour closer to us since the day before, is the next morning here.
    desk.plan("delegations", "New York", "2027-03-15", "2027-03-15", start_time="20:00", end_time="21:30",
              timezone="America/New_York")  # fmt: skip
    desk.plan("delegations", "Luang Prabang", "2027-03-17", "2027-03-18", start_time="22:00", end_time="01:15",
              timezone="Asia/Vientiane")  # fmt: skip
    subscriber = Subscriber(folder, {"vi": desk.subscribe("delegation", locale="vi")})
    subscriber.sync()
    assert subscriber.shown("2027-03-01", "2027-03-31") == {
        ("2027-03-10", "", "2027-03-12", "", VIETNAMESE),
        ("2027-03-15", "08:30", "2027-03-15", "11:00", LAO),
        ("2027-03-16", "07:00", "2027-03-16", "08:30", "New York"),
        ("2027-03-17", "22:00", "2027-03-18", "01:15", "Luang Prabang"),
    }
    assert {entry[-1] for entry in subscriber.shown("2027-03-12", "2027-03-12")} == {VIETNAMESE}
    assert subscriber.shown("2027-03-13", "2027-03-14") == set()


def test_khal_shows_each_language(desk: Desk, folder: Path) -> None:
    title = {"vi": VIETNAMESE, "lo": LAO, "en": "Delegation of Vientiane Province"}
    desk.plan("training-batches", title, "2027-06-10", "2027-06-21")
    feeds = {language: desk.subscribe("training_batch", locale=language) for language in title}
    for language, url in feeds.items():
        (folder / f"of-{language}").mkdir()
        subscriber = Subscriber(folder / f"of-{language}", {language: url})
        subscriber.sync()
        shown = subscriber.shown("2027-06-01", "2027-06-30")
        assert shown == {("2027-06-10", "", "2027-06-21", "", title[language])}


# What every program may ask


@pytest.fixture(scope="module")
def path(desk: Desk) -> str:
    """The path of a feed with an event in it that nobody changes."""
    desk.plan("art-troupe-visits", VIETNAMESE, "2027-07-01", "2027-07-02")
    return urlsplit(desk.subscribe("art_troupe_visit")).path


PACKED, PLAIN = "gzip, deflate", "identity"


def calendar_of(answer: Answer) -> bytes:
    return gzip.decompress(answer.body) if answer.headers.get("content-encoding") == "gzip" else answer.body


def test_packed_and_plain_are_the_same_calendar(desk: Desk, path: str) -> None:
    packed = ask(desk.port, "GET", path, Accept_Encoding=PACKED)
    plain = ask(desk.port, "GET", path)
    assert (packed.status, plain.status) == (200, 200)
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert calendar_of(packed) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"], "other bytes, another strong validator"
    for answer in (packed, plain):
        assert "accept-encoding" in answer.headers["vary"].lower()
        assert int(answer.headers["content-length"]) == len(answer.body)


@pytest.mark.parametrize("coding", [PACKED, PLAIN])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"another", {}', "*"])
def test_known_etag_is_not_modified(desk: Desk, path: str, coding: str, form: str) -> None:
    etag = ask(desk.port, "GET", path, Accept_Encoding=coding).headers["etag"]
    for method in ("GET", "HEAD"):
        answer = ask(desk.port, method, path, Accept_Encoding=coding, If_None_Match=form.format(etag))
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == etag


@pytest.mark.parametrize("coding", [PACKED, PLAIN])
def test_unknown_etag_is_answered_in_full(desk: Desk, path: str, coding: str) -> None:
    answer = ask(desk.port, "GET", path, Accept_Encoding=coding, If_None_Match='"another"')
    assert answer.status == 200
    assert VIETNAMESE.encode() in calendar_of(answer)


def test_etag_is_old_once_something_changed(desk: Desk) -> None:
    event = desk.plan("delegations", VIETNAMESE, "2028-02-01", "2028-02-02")
    path = urlsplit(desk.subscribe("delegation")).path
    # Each over a connection of its own: whichever process answers knows.
    for number in range(6):
        etag = ask(desk.port, "GET", path, Accept_Encoding=PACKED).headers["etag"]
        assert ask(desk.port, "GET", path, Accept_Encoding=PACKED, If_None_Match=etag).status == 304
        desk.change(event, title={"vi": f"Đoàn {number}"})
        answer = ask(desk.port, "GET", path, Accept_Encoding=PACKED, If_None_Match=etag)
        assert answer.status == 200
        assert f"Đoàn {number}".encode() in calendar_of(answer)


@pytest.mark.parametrize("coding", [PACKED, PLAIN])
def test_head_tells_what_get_would(desk: Desk, path: str, coding: str) -> None:
    told = {}
    for method in ("GET", "HEAD"):
        answer = ask(desk.port, method, path, Accept_Encoding=coding)
        assert answer.status == 200
        told[method] = {name: one for name, one in answer.headers.items() if name not in ("date", "x-request-id")}
    assert answer.body == b""
    # A server may leave the length out (RFC 9110, 8.6), but not tell another.
    told["HEAD"].setdefault("content-length", told["GET"]["content-length"])
    assert told["HEAD"] == told["GET"]


@pytest.mark.parametrize("coding", [PACKED, PLAIN])
def test_a_part_is_not_given(desk: Desk, path: str, coding: str) -> None:
    whole = ask(desk.port, "GET", path, Accept_Encoding=coding)
    answer = ask(desk.port, "GET", path, Accept_Encoding=coding, Range="bytes=0-99", If_Range=whole.headers["etag"])
    assert (answer.status, answer.body) == (200, whole.body)
    assert "content-range" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("headers", [{}, {"Accept_Encoding": PACKED}, {"If_None_Match": "*"}])
def test_nothing_at_an_unknown_address(desk: Desk, path: str, method: str, headers: dict[str, str]) -> None:
    for wrong in ("/feeds/desk_nobody.ics", path.replace(".ics", "x.ics"), path.upper().replace(".ICS", ".ics")):
        assert ask(desk.port, method, wrong, **headers).status == 404
