"""What happened in the kept office from 4 May to 22 November 2026, told to version 0.1 through its API and its worker.

Everything is made as people make it: accounts call the API, the worker ticks and does its fixed jobs, mail goes into a
folder. Imported by :mod:`make` only, which first puts a clock of its own and repeatable random numbers in place.
"""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol

from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from jobs import timetable
from jobs.config import WorkerConfig
from jobs.mail import Deferred, FileTransport, Refused
from jobs.worker import Worker
from models.accounts import User
from models.database import Database
from models.i18n import message
from models.reminders import Reminder
from models.vocabulary import Role
from seed.loader import load_files, packaged_files
from service.actions import accounts
from service.actions.acting import Act
from service.actions.bulletins import Bulletins
from service.app import create_app
from service.desk import Desk
from service.settings import Settings, load_settings

BEGIN = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
BACKUP_AT = datetime(2026, 11, 22, 2, 20, tzinfo=UTC)
INSTANT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
EVENTS = 300
MESSENGER = "json://127.0.0.1:9/desk"
KEY_OF_REPEATED = "the same wish twice"
KEY = "the kept office of version 0.1: this key protects nothing"
PUBLIC_URL = "https://desk.example.org"
MAIL_FROM = "Protocol Desk <desk@example.org>"

ORGANISATIONS = {
    "protocol": "Văn phòng Ủy ban nhân dân tỉnh Hải Dương",
    "culture": "Sở Văn hóa, Thể thao và Du lịch tỉnh Hải Dương",
    "health": "Sở Y tế tỉnh Hải Dương",
    "education": "Sở Giáo dục và Thể thao tỉnh Viêng Chăn",
}
"""The protocol office and three others: name here → name in the programme."""

GONE, FULL = "khong-con@example.org", "hop-thu-day@example.org"
"""An address the mail server refuses, and one whose mailbox is full."""

DAY = timedelta(days=1)
random_of = random.Random("an office of version 0.1")


class Clock(Protocol):
    """The instant it is, to be set."""

    now: datetime

    def __call__(self) -> datetime: ...


class Refusal(Exception):
    """409: what is asked for does not fit any more, as happens in an office."""


@dataclass
class Person:
    """An account as it comes to the API."""

    name: str
    email: str
    password: str | None
    role: str
    organisation: str | None
    token: str
    id: str
    client: FlaskClient

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token}", "Accept-Language": "vi"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=sent)

    def do(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """A request that must succeed; what it answers."""
        answer = self.call(method, path, body, **headers)
        if answer.status_code == 409:
            raise Refusal(answer.get_json()["code"])
        if answer.status_code >= 300:
            raise RuntimeError(f"{self.name} {method} {path} {body}: {answer.status_code} {answer.text}")
        return answer.get_json(silent=True)

    def change(self, path: str, body: Any, method: str = "PATCH") -> Any:
        """A change of a thing as it is now."""
        return self.do(method, path, body, If_Match=self.call("GET", path).headers["ETag"])


@dataclass
class PostOffice:
    """Mail into a folder; one address is refused, one put off, and all while the server is away."""

    folder: Path
    at_once: int = 50
    is_away: bool = False

    def send(self, name: str, recipient: str, content: bytes) -> None:
        if self.is_away:
            raise Deferred(message("Connection refused."), server=True)
        if recipient == GONE:
            raise Refused(message("550 5.1.1 No such mailbox."))
        if recipient == FULL:
            raise Deferred(message("452 4.2.2 Mailbox full."))
        FileTransport(self.folder).send(name, recipient, content)

    def rest(self) -> None:
        """Nothing is held open."""


@dataclass
class Office:
    """Version 0.1 at work on one database: the application, the worker, and the accounts that call."""

    database: Database
    settings: Settings
    clock: Clock
    folder: Path
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = create_app(self.settings, self.database, self.clock)
        self.desk: Desk = self.app.extensions["desk"]
        self.desk.afterwards.wake = lambda: None  # type: ignore[method-assign] - done at set instants, by `flush`
        self.client = self.app.test_client(use_cookies=False)
        self.post = PostOffice(self.folder / "outbox")
        config = WorkerConfig(
            mail_url="file:", mail_from=MAIL_FROM, var=self.folder, office=self.settings.office, secret_key=KEY,
        )  # fmt: skip
        reports = Bulletins(self.settings.office, KEY)
        self.worker = Worker(self.database, config, self.clock, mail=self.post, reports=reports)

    def flush(self) -> None:
        """Write what a background thread would have written a moment later."""
        for job in (self.desk.shelf.keep, self.desk.readers.write, self.desk.attendance.write):
            job()

    def tick(self, at: datetime) -> None:
        """The worker's fixed jobs and one round of its queue."""
        self.clock.now = at
        timetable.run_due(self.database, self.worker.jobs, at)
        self.worker.tick()

    def close(self) -> None:
        self.flush()
        self.worker.close()
        self.database.dispose()


def settings_for(url: str, folder: Path) -> Settings:
    return load_settings(
        {
            "DESK_DATABASE_URL": url,
            "DESK_VAR": str(folder),
            "DESK_PUBLIC_URL": PUBLIC_URL,
            "DESK_SECRET_KEY": KEY,
            "DESK_MAIL_FROM": MAIL_FROM,
        }
    )


def moved_to(office: Office, one: Person) -> Person:
    """The same account, calling another application."""
    return replace(one, client=office.client)


def plain(one: Person) -> dict[str, str | None]:
    """What a test needs to be this account."""
    names = ("id", "email", "password", "role", "organisation", "token")
    return {name: getattr(one, name) for name in names}


def opened(url: str, folder: Path, clock: Clock) -> Office:
    return Office(Database(url), settings_for(url, folder), clock, folder)


# Who works here

PASSWORD_WORDS = ["giếng", "thuyền", "đồng", "mây", "vải", "sông", "trăng", "cầu", "gió", "núi", "tre", "sen"]


def _password() -> str:
    return " ".join(random_of.sample(PASSWORD_WORDS, 5))


def _token(office: Office, user_id: str) -> str:
    with office.database.transaction() as session:
        act = Act(None, office.clock.now, office.settings.office)
        return accounts.issue_token(session, act, session.get_one(User, user_id), "Kịch bản").secret


def settle_in(office: Office) -> None:
    """The programme that comes with the service, the first administrator, and everybody's account."""
    act = Act(None, office.clock.now, office.settings.office)
    with office.database.transaction() as session:
        load_files(session, act, packaged_files())
        values = {"email": "admin@desk.example.org", "name": "Quản trị viên", "role": Role.ADMIN}
        password = _password()
        admin = accounts.create_user(session, act, values | {"password": password})
    root = Person("root", admin.email, password, "admin", None, _token(office, admin.id), admin.id, office.client)
    office.people["root"] = root
    organisations = {name: one["id"] for one in root.do("GET", "/organisations?page_size=500")
                     for name, wanted in ORGANISATIONS.items() if one["name"]["vi"] == wanted}  # fmt: skip
    for organisation, organisation_id in organisations.items():
        for role in Role:
            _account(office, f"{role}-{organisation}", role, organisation, organisation_id=organisation_id,
                     locale="lo" if organisation == "education" else "vi",
                     daily_digest=organisation == "health", weekly_schedule=organisation == "culture")  # fmt: skip
    _account(office, "officer-nowhere", Role.OFFICER, None, daily_digest=False)
    _account(office, "viewer-messenger", Role.VIEWER, None, messenger=MESSENGER, locale="en")
    _account(office, "viewer-gone", Role.VIEWER, "culture", organisation_id=organisations["culture"])
    _account(office, "officer-token-only", Role.OFFICER, "health", has_password=False,
             organisation_id=organisations["health"], locale="en")  # fmt: skip


def _account(
    office: Office, name: str, role: Role, organisation: str | None, *, has_password: bool = True, **values: Any
) -> None:
    root = office.people["root"]
    password = _password() if has_password else None
    body = {"email": f"{name}@desk.example.org", "name": name.title(), "role": role.value} | values
    if password is not None:
        body["password"] = password
    made = root.do("POST", "/users", body)
    token = _token(office, made["id"])
    office.people[name] = Person(name, made["email"], password, role.value, organisation, token, made["id"],
                                 office.client)  # fmt: skip


# What they work with


@dataclass
class Stock:
    """Ids of what events refer to."""

    organisations: dict[str, str]
    persons: list[str]
    travellers: list[str]
    rooms: list[dict[str, Any]]
    commitments: dict[str, list[str]]
    anniversaries: list[str]


def stock_up(office: Office) -> Stock:
    """People, rules and a second hall; what the programme brought along is found."""
    root = office.people["root"]
    organisations = {name: one["id"] for one in root.do("GET", "/organisations?page_size=500")
                     for name, wanted in ORGANISATIONS.items() if one["name"]["vi"] == wanted}  # fmt: skip
    # Most templates and half the rules rest: the office is to be small.
    for number, template in enumerate(root.do("GET", "/task-templates?page_size=500")):
        if number % 4:
            root.change(f"/task-templates/{template['id']}", {"active": False})
    for rule in root.do("GET", "/reminder-rules?page_size=500")[::2]:
        root.change(f"/reminder-rules/{rule['id']}", {"active": False})
    _rules(root)
    persons, travellers = [], []
    for number in range(40):
        is_lao = number % 2 == 1
        name = f"{random_of.choice(LAO_NAMES)} {number}" if is_lao else f"{random_of.choice(NAMES)} {number}"
        body = {"name": name, "precedence": 10 + number, "languages": ["lo"] if is_lao else ["vi", "en"],
                "position": {"vi": f"Chuyên viên {number}", "lo": f"ວິຊາການ {number}",
                             "en": f"Official {number}"}}  # fmt: skip
        if number % 4 < 2:
            body["email"] = f"nguoi-{number}@example.org"
        if number % 3:
            body["organisation_id"] = organisations[list(ORGANISATIONS)[number % 4]]
        (travellers if is_lao else persons).append(root.do("POST", "/people", body)["id"])
    agreements = root.do("GET", "/agreements?page_size=500")
    commitments: dict[str, list[str]] = {}
    for agreement in agreements:
        for one in root.do("GET", f"/agreements/{agreement['id']}/commitments?page_size=500"):
            if agreement["ends_on"] > "2026-12-31":
                commitments.setdefault(one["activity"], []).append(one["id"])
    rooms = root.do("GET", "/resources?page_size=500")
    anniversaries = [one["id"] for one in root.do("GET", "/anniversaries?page_size=500")]
    return Stock(organisations, persons, travellers, rooms, commitments, anniversaries)


NAMES = ("Nguyễn Thị Hoa", "Trần Văn Bắc", "Lê Thu Hà", "Phạm Quốc Việt", "Đỗ Minh Châu")
LAO_NAMES = ("ທ່ານ ບຸນມີ ສີສະຫວັດ", "ທ່ານ ນາງ ວຽງຄຳ ພົມມະຈັນ", "ທ່ານ ຄຳແສນ ໄຊຍະວົງ")


def _rules(root: Person) -> None:
    """Rules with addresses; two fall due around the fixed instant, one catches up, one is at rest."""
    for name, values in {
        "Hậu cần": {"anchor": "arrival", "offset": "-P14D", "at": "08:00", "audience": ["email:hau-can@example.org"]},
        "Công an cửa khẩu": {"anchor": "arrival", "offset": "-P5D", "at": "08:00", "working_days": True,
                             "kinds": ["art_troupe_visit"],
                             "audience": ["email:cua-khau@example.org", f"email:{GONE}", "organisation"]},
        "Trực ban": {"anchor": "arrival", "offset": "-P3D", "at": "09:55", "audience": ["email:truc-ban@example.org"]},
        "Lái xe": {"anchor": "arrival", "offset": "-P3D", "at": "09:40",
                   "audience": ["email:lai-xe@example.org", "email:to-xe@example.org", "email:ben-xe@example.org"]},
        "Lưu trữ": {"anchor": "end", "offset": "P2D", "at": "08:00", "kinds": ["training_batch"],
                    "audience": [f"email:{FULL}", "email:luu-tru@example.org"]},
        "Báo chí": {"anchor": "start", "offset": "-P40D", "at": "08:00", "catch_up": True, "kinds": ["activity"],
                    "audience": ["email:bao-chi@example.org"]},
        "Đã nghỉ": {"anchor": "start", "offset": "-P1D", "active": False, "audience": ["email:cu@example.org"]},
    }.items():  # fmt: skip
        root.do("POST", "/reminder-rules", {"name": {"vi": name, "en": f"{name} (en)"}} | values)


# What they do

Step = Callable[[], None]
PATHS = {
    "delegation": "/delegations",
    "training_batch": "/training-batches",
    "art_troupe_visit": "/art-troupe-visits",
    "activity": "/activities",
}
FATES = ("planned", "confirmed", "moved", "changed", "cancelled", "confirmed", "draft", "postponed", "returned",
         "confirmed", "changed", "planned", "deleted", "confirmed", "scrapped")  # fmt: skip


@dataclass
class Story:
    """The office's days: what is to be done when, in the order it was thought of."""

    office: Office
    stock: Stock
    queue: list[tuple[datetime, int, Step]] = field(default_factory=list)
    numbers: Any = field(default_factory=itertools.count)
    refused: int = 0
    fates: dict[str, list[str]] = field(default_factory=dict)

    def at(self, when: datetime, step: Step) -> None:
        if when < BACKUP_AT:
            heapq.heappush(self.queue, (when, next(self.numbers), step))

    def run_until(self, end: datetime) -> None:
        while self.queue and self.queue[0][0] < end:
            when, _number, step = heapq.heappop(self.queue)
            self.office.clock.now = when
            try:
                step()
            except Refusal:
                self.refused += 1

    # One event

    def begin_event(  # noqa: C901 - one life from beginning to end, told in one place
        self, number: int, arrival: date, fate: str, *, kind: str | None = None
    ) -> None:
        """Make an event now, and put into the diary what becomes of it."""
        officers = [one for one in self.office.people.values() if one.role == "officer"]
        officer = officers[number % len(officers)]
        approver = self.office.people[f"approver-{list(ORGANISATIONS)[(number // 2) % 4]}"]
        kinds = ("delegation", "activity", "training_batch", "art_troupe_visit", "delegation")
        kind = kind or kinds[(number + number // len(FATES)) % len(kinds)]
        event = officer.do("POST", PATHS[kind], self._body(number, kind, arrival))
        self.fates.setdefault(fate, []).append(event["id"])
        path, own = f"/events/{event['id']}", f"{PATHS[kind]}/{event['id']}"
        self._fill(officer, path, number, event)
        now = self.office.clock.now

        def go(to: str, who: Person = officer, **more: Any) -> Step:
            return lambda: who.do("POST", f"{path}/transitions", {"to": to} | more)

        def change(values: dict[str, Any], who: Person = officer) -> Step:
            return lambda: who.change(own, values)

        def shift(days: int) -> dict[str, str]:
            return {name: str(date.fromisoformat(event[name]) + days * DAY) for name in ("first_day", "last_day")}

        if fate == "draft":
            return
        if fate == "scrapped":
            self.at(now + 5 * DAY, lambda: officer.change(own, None, "DELETE"))
            return
        self.at(now + DAY, go("planned"))
        if number % 3 == 0:
            self.at(now + 2 * DAY, lambda: self._publish(officer, path))
        if fate == "planned":
            return
        if fate == "postponed" or fate == "returned":
            self.at(now + 6 * DAY, go("postponed", reason="Phía bạn bận họp."))
            if fate == "returned":
                self.at(now + 9 * DAY, go("planned", **shift(20)))
                self.at(now + 11 * DAY, go("confirmed", approver))
            return
        if fate == "moved":
            self.at(now + 3 * DAY, change(shift(7) | {"location": {"vi": "Hội trường mới", "en": "New hall"}}))
        self.at(now + 4 * DAY, go("confirmed", approver))
        if fate in {"cancelled", "deleted"}:
            self.at(now + 8 * DAY, go("cancelled", approver, reason="Hai bên thống nhất hoãn vô thời hạn."))
            if fate == "deleted":
                self.at(now + 12 * DAY, lambda: approver.change(own, None, "DELETE"))
            return
        if fate == "changed":
            self.at(now + 6 * DAY, change({"last_day": shift(1)["last_day"], "headcount": 7}))
            if number % 3 == 0:
                self.at(now + 7 * DAY, lambda: self._publish(officer, path, again=True))
        # It takes place, if its day comes before the office's last one.
        days = shift(7 if fate == "moved" else 0)
        first = datetime.combine(date.fromisoformat(days["first_day"]), time(1), UTC)
        last = datetime.combine(date.fromisoformat(days["last_day"]) + 3 * DAY, time(1), UTC)
        begins = max(first, now + 10 * DAY)
        self.at(begins, go("ongoing"))
        self.at(max(last, begins + DAY), go("completed"))
        self.at(max(last, begins + DAY), change({"headcount_actual": 6 + number % 9}))

    def _body(self, number: int, kind: str, arrival: date) -> dict[str, Any]:
        length = {"delegation": 3, "activity": 1, "training_batch": 12, "art_troupe_visit": 5}[kind]
        is_outgoing = number % 4 == 3
        host, guest = ("vientiane-province", "hai-duong") if is_outgoing else ("hai-duong", "vientiane-province")
        text = {"vi": f"{TITLES[kind][0]} số {number}", "lo": f"{TITLES[kind][1]} {number}",
                "en": f"{TITLES[kind][2]} {number}"}  # fmt: skip
        body: dict[str, Any] = {
            "title": text if number % 5 else {"vi": text["vi"]}, "host": host, "guest": guest,
            "first_day": str(arrival), "last_day": str(arrival + (length - 1) * DAY), "headcount": 4 + number % 20,
            "location": {"vi": "Trung tâm hội nghị; tầng 2, phòng “A”", "en": "Conference centre; 2nd floor, room “A”"},
            "visibility": "public" if number % 6 == 0 else "internal",
        }  # fmt: skip
        if number % 7 == 0:
            body["description"] = {"vi": "Chương trình làm việc,\nthăm và chào xã giao; " * 4, "lo": "ໂຄງການເຮັດວຽກ"}
        if number % 8 == 0:
            body |= {"budget": {"amount": "120000000", "currency": "VND"}, "funded_by": "hai-duong"}
        if number % 9 == 0 and length > 1:
            body["arrives_on"] = str(arrival - DAY)
        if number % 3 != 1 and (organisation := ORGANISATION_OF[number % len(ORGANISATION_OF)]):
            body["organisation_id"] = self.stock.organisations[organisation]
        if commitments := self.stock.commitments.get(kind, []):
            body["commitment_id"] = commitments[number % len(commitments)] if number % 4 == 0 else None
        return body | self._own(number, kind, arrival)

    def _own(self, number: int, kind: str, arrival: date) -> dict[str, Any]:
        organisation = self.stock.organisations["education"]
        if kind == "delegation":
            head = {"head_id": self.stock.travellers[number % len(self.stock.travellers)]} if number % 2 else {}
            return {
                "purpose": {"vi": "Trao đổi kinh nghiệm"},
                "level": ("high", "department", "working")[number % 3],
            } | head
        if kind == "training_batch":
            phase = {"title": {"vi": "Tiếng Việt", "en": "Vietnamese"}, "first_day": str(arrival),
                     "last_day": str(arrival + 5 * DAY), "institution_id": organisation}  # fmt: skip
            return {
                "subject": {"vi": "Quản lý nhà nước"},
                "composition": {"learner": 10, "leader": 2},
                "phases": [phase],
            }
        if kind == "art_troupe_visit":
            evening = {
                "day": str(arrival + DAY),
                "time": "19:30",
                "venue": {"vi": "Nhà hát"},
                "title": {"vi": "Khai mạc"},
            }
            return {"troupe": {"vi": "Đoàn nghệ thuật Viêng Chăn"}, "occasion": {"vi": "Bun Pi Mai"},
                    "performances": [evening]}  # fmt: skip
        return {"activity_type": ("meeting", "seminar", "fair", "handover")[number % 4]} | (
            {"start_time": "08:30", "end_time": "11:00"} if number % 2 else {}
        )

    def _fill(self, officer: Person, path: str, number: int, event: dict[str, Any]) -> None:
        """People, tasks, programme and bookings."""
        stock, day = self.stock, event["first_day"]
        if number % 2 == 0:
            for place, role in enumerate(("member", "interpreter", "driver")[: 1 + number % 3]):
                person = (stock.travellers if place == 0 else stock.persons)[(number + place) % 20]
                if person != event.get("head_id"):
                    officer.do("POST", f"{path}/members", {"person_id": person, "role": role, "rank": place + 1})
        if number % 4 == 0:
            own = {"title": {"vi": "Việc riêng", "en": "A task of its own"}, "due_offset": "-P3D", "working_days": True,
                   "organisation_id": stock.organisations[list(ORGANISATIONS)[(number // 4) % 4]]}  # fmt: skip
            officer.do("POST", f"{path}/tasks", own)
            made = officer.call("POST", f"{path}/tasks", {"title": {"vi": "Nộp báo cáo"}, "due_on": day})
            if number % 8 == 0:
                where = f"{path}/tasks/{made.get_json()['id']}"
                officer.do("PATCH", where, {"done": True}, If_Match=made.headers["ETag"])
        if number % 3 == 0:
            items = [
                {"day": day, "start_time": "08:00", "end_time": "09:30", "title": {"vi": "Hội đàm", "lo": "ການເຈລະຈາ",
                 "en": "Talks"}, "place": {"vi": "Phòng khách"}, "hosted_by": {"vi": "Lãnh đạo tỉnh"}},
                {"day": day, "start_time": "10:00", "title": {"vi": "Tham quan", "en": "Tour"}, "travel_minutes": 20},
            ]  # fmt: skip
            officer.change(f"{path}/programme", {"items": items}, "PUT")
        if number % 5 < 2:
            room = stock.rooms[number % len(stock.rooms)]
            body = {"resource_id": room["id"], "event_id": event["id"],
                    "state": "requested" if number % 10 == 0 else "held",
                    "note": "Bàn chữ U" if number % 4 else None}  # fmt: skip
            answer = officer.call("POST", "/bookings", body)
            if answer.status_code not in {201, 409}:  # what is taken is taken
                raise RuntimeError(answer.text)

    def _publish(self, officer: Person, path: str, *, again: bool = False) -> None:
        if again:
            items = officer.do("GET", f"{path}/programme")["items"]
            names = ("day", "start_time", "end_time", "title", "place", "hosted_by", "attendees", "travel_minutes")
            kept = [{name: item[name] for name in names} for item in items]
            kept[0]["place"] = {"vi": "Phòng khánh tiết", "en": "State room"}
            officer.change(f"{path}/programme", {"items": kept}, "PUT")
        officer.do("POST", f"{path}/programme/revisions", {"note": "Đổi phòng." if again else None})


TITLES = {
    "delegation": ("Đoàn công tác", "ຄະນະຜູ້ແທນ", "Delegation"),
    "training_batch": ("Lớp bồi dưỡng", "ຊຸດຝຶກອົບຮົມ", "Training batch"),
    "art_troupe_visit": ("Đoàn nghệ thuật", "ຄະນະສິລະປິນ", "Art troupe"),
    "activity": ("Hội thảo", "ກອງປະຊຸມສຳມະນາ", "Seminar"),
}
ORGANISATION_OF = ("culture", "health", "education", "protocol", None)

# The days


CREATED = 286
"""So many events are made by hand; with those of the programme and the imported ones the office then has EVENTS."""


def live(story: Story) -> None:
    """From the first day to the last night: what people do in office hours, and the worker between."""
    office = story.office
    for number in range(CREATED):
        when = BEGIN + number * (195 * DAY / CREATED)
        arrival = when.date() + timedelta(days=14 + (number * 37) % 130)
        fate = FATES[number % len(FATES)]
        story.at(when, lambda number=number, arrival=arrival, fate=fate: story.begin_event(number, arrival, fate))
    early = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    for number, (arrival, kind) in enumerate(
        [(date(2026, 11, 25), "delegation"), (date(2026, 11, 25), "activity"), (date(2026, 11, 19), "training_batch")]
    ):
        story.at(early, lambda number=number, arrival=arrival, kind=kind: story.begin_event(
            1000 + number, arrival, "confirmed", kind=kind))  # fmt: skip
    story.at(BEGIN + 20 * DAY, lambda: _import(office))
    story.at(BEGIN + 30 * DAY, lambda: _ceremonies(story))
    story.at(datetime(2026, 10, 15, 3, tzinfo=UTC), lambda: subscribe(story))
    story.at(datetime(2026, 11, 5, 3, tzinfo=UTC), lambda: _passports(story))
    story.at(datetime(2026, 11, 10, 3, tzinfo=UTC), lambda: read_feeds(office))
    story.at(datetime(2026, 11, 12, 3, tzinfo=UTC), lambda: _tokens(office))
    story.at(datetime(2026, 11, 20, 3, tzinfo=UTC), lambda: _look_at_failures(office))
    story.at(datetime(2026, 11, 21, 3, tzinfo=UTC), lambda: read_feeds(office))
    day = BEGIN.replace(hour=0)
    while day < BACKUP_AT:
        for hour, minute in ((0, 5), (0, 35), (1, 5), (2, 15), (7, 5), (12, 5)):
            at = day.replace(hour=hour, minute=minute)
            if BEGIN < at < BACKUP_AT:
                story.run_until(at)
                office.tick(at)
        day += DAY
    office.clock.now = BACKUP_AT
    office.flush()


ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Elsewhere//Calendar 1//EN
BEGIN:VEVENT
UID:giao-ban@elsewhere.example.org
DTSTAMP:20260520T000000Z
SEQUENCE:4
SUMMARY:Giao ban hữu nghị
LOCATION:Viêng Chăn
DTSTART;VALUE=DATE:20261201
DTEND;VALUE=DATE:20261203
END:VEVENT
BEGIN:VEVENT
UID:hop-thang@elsewhere.example.org
DTSTAMP:20260520T000000Z
SUMMARY:Họp tháng
DTSTART:20260601T013000Z
DTEND:20260601T030000Z
RRULE:FREQ=MONTHLY;COUNT=3
END:VEVENT
END:VCALENDAR
"""


def _import(office: Office) -> None:
    one = office.people["officer-protocol"]
    answer = office.client.post(
        "/api/v1/events/import", data=ICS.replace("\n", "\r\n").encode(),
        headers={"Authorization": f"Bearer {one.token}", "Content-Type": "text/calendar"},
    )  # fmt: skip
    if answer.status_code != 200 or answer.get_json()["created"] != 4:
        raise RuntimeError(answer.text)


def _ceremonies(story: Story) -> None:
    officer, approver = story.office.people["officer-culture"], story.office.people["approver-protocol"]
    for number, year in enumerate((2031, 2032, 2033)):
        body = {"year": year, "title": {"vi": f"Lễ kỷ niệm năm {year}", "en": f"Ceremony of {year}"},
                "host": "hai-duong", "guest": "vientiane-province",
                "first_day": f"{year}-09-05", "last_day": f"{year}-09-05",
                "start_time": "08:00", "end_time": "10:00"}  # fmt: skip
        made = officer.do("POST", f"/anniversaries/{story.stock.anniversaries[0]}/ceremonies", body)
        path = f"/events/{made['id']}/transitions"
        officer.do("POST", path, {"to": "planned"})
        approver.do("POST", path, {"to": "confirmed"} if number else {"to": "cancelled", "reason": "Gộp với năm sau."})


def _passports(story: Story) -> None:
    """Of people in visits to come, so that none is forgotten before the last day."""
    officer = story.office.people["officer-protocol"]
    for number, person in enumerate(story.stock.travellers[:12]):
        body = {"number": f"PA{7000000 + number}", "country": "LA", "expires_on": f"2031-0{1 + number % 9}-15"}
        officer.do("PUT", f"/people/{person}/passport", body)


def passports(story: Story) -> dict[str, str]:
    """Person → number, as it was typed."""
    return {person: f"PA{7000000 + number}" for number, person in enumerate(story.stock.travellers[:12])}


TOKENS: dict[str, str] = {}
"""What `_tokens` made: name → secret."""


def _tokens(office: Office) -> None:
    """Another token to read with, one that will have expired, one that is revoked."""
    one = office.people["officer-culture"]
    TOKENS["read"] = one.do("POST", "/tokens", {"name": "Bảng điện tử", "scope": "read"})["token"]
    expired = {"name": "Thử", "expires_at": "2026-11-15T00:00:00Z"}
    TOKENS["expired"] = one.do("POST", "/tokens", expired)["token"]
    revoked = one.do("POST", "/tokens", {"name": "Đã thu hồi"})
    TOKENS["revoked"] = revoked["token"]
    one.do("DELETE", f"/tokens/{revoked['id']}")


def _look_at_failures(office: Office) -> None:
    one = office.people["officer-protocol"]
    failed = one.do("GET", "/reminders?state=failed&page_size=500")
    for reminder in failed[:3]:
        one.do("POST", f"/reminders/{reminder['id']}/seen")
    one.do("POST", f"/reminders/{failed[3]['id']}/retry")


# Feeds

FEEDS: dict[str, dict[str, Any]] = {}
"""Name → owner, token, and what the feed shows."""
ALL = ["draft", "planned", "confirmed", "ongoing", "completed", "postponed", "cancelled"]


def subscribe(story: Story) -> None:
    """Feeds of all kinds of accounts, in three languages, with filters and switches."""
    office, organisations = story.office, story.stock.organisations
    agreements = office.people["root"].do("GET", "/agreements?page_size=500")
    running = max(agreements, key=lambda one: one["ends_on"])["id"]
    wanted: dict[str, tuple[str, dict[str, Any]]] = {
        "everything-vi": ("officer-protocol", {"filter": {"statuses": ALL}, "tasks": True, "lunar": True,
                                               "alarms": True, "past_days": 3650, "tombstone_days": 3650,
                                               "locale": "vi"}),
        "everything-lo": ("approver-education", {"locale": "lo", "past_days": 3650}),
        "everything-en": ("root", {"locale": "en", "past_days": 90, "tombstone_days": 0}),
        "own-organisation": ("officer-culture", {"filter": {"organisations": [organisations["culture"]]}}),
        "viewer": ("viewer-health", {"tasks": True}),
        "tasks-only": ("officer-education", {"visits": False, "programme": False, "tasks": True}),
        "incoming": ("officer-nowhere", {"filter": {"direction": ["incoming"],
                                                    "kinds": ["delegation", "art_troupe_visit"]},
                                         "locale": "en", "alarms": True}),
        "agreement": ("approver-culture", {"filter": {"agreements": [running]}, "locale": "lo"}),
        "public": ("viewer-culture", {"filter": {"visibility": ["public"]}, "lunar": True}),
        "called-off": ("viewer-protocol", {"filter": {"localities": ["vientiane-province"],
                                                      "statuses": ["cancelled", "postponed"]}}),
        "expired": ("officer-health", {"expires_on": "2026-11-01"}),
        "of-gone": ("viewer-gone", {}),
        "renewed": ("admin-culture", {"filter": {"kinds": ["training_batch"]}}),
    }  # fmt: skip
    for name, (owner, values) in wanted.items():
        made = office.people[owner].do("POST", "/feeds", {"name": f"Lịch {name}"} | values)
        if name == "renewed":
            FEEDS["renewed-before"] = {"owner": owner, "token": _token_in(made)}
            made = office.people[owner].do("POST", f"/feeds/{made['id']}/rotate")
        FEEDS[name] = {"owner": owner, "token": _token_in(made)}
    gone = office.people["viewer-gone"]
    office.people["root"].change(f"/users/{gone.id}", {"active": False})


def _token_in(feed: dict[str, Any]) -> str:
    token: str = feed["url"].rpartition("/")[2].removesuffix(".ics")
    return token


PROGRAMS = ("iOS/18.1 (22B83) dataaccessd/1.0", "Google-Calendar-Importer", "Mozilla/5.0 Thunderbird/128.0", "curl/8")


def addresses() -> dict[str, str]:
    """Name → path of everything that is served to calendar programs."""
    found = {name: f"/feeds/{one['token']}.ics" for name, one in FEEDS.items()}
    found["busy"] = f"/feeds/{FEEDS['everything-vi']['token']}.ifb"
    return found | {f"public{ending}": f"/feeds/public{ending}.ics" for ending in ("", "-vi", "-lo", "-en")}


def read_feeds(office: Office) -> None:
    """Programs fetch some of the feeds: their bytes, and who read them, are kept in the database."""
    for number, name in enumerate(("everything-vi", "own-organisation", "viewer", "public", "incoming", "public-vi")):
        office.client.get(addresses()[name], headers={"User-Agent": PROGRAMS[number % len(PROGRAMS)]})
    office.flush()


# The last half hour


@dataclass
class Late:
    """What only this database knows: browsers that are signed in, and an answer kept for a repeated request."""

    sessions: dict[str, str] = field(default_factory=dict)
    keyed: dict[str, str] = field(default_factory=dict)


def last_half_hour(office: Office) -> Late:
    """From the backup to ten minutes before the fixed instant; at the end the mail server is away."""
    late = Late()
    office.clock.now = BACKUP_AT + timedelta(minutes=15)
    for name in ("officer-culture", "viewer-education", "admin-protocol"):
        late.sessions[name] = sign_in(office, office.people[name])
    office.app.test_client().post("/login", data={"email": "admin@desk.example.org", "password": "không phải"},
                                  base_url=PUBLIC_URL)  # fmt: skip
    one = office.people["officer-health"]
    body = {"name": "Tự động"}
    made = one.do("POST", "/tokens", body, Idempotency_Key=KEY_OF_REPEATED)
    late.keyed = {"account": one.name, "path": "/tokens", "key": KEY_OF_REPEATED, "token": made["token"]}
    read_feeds(office)
    office.post.is_away = True
    office.tick(BACKUP_AT + timedelta(minutes=25))
    office.clock.now = BACKUP_AT + timedelta(minutes=30)
    office.close()
    return late


def sign_in(office: Office, person: Person) -> str:
    """The session's secret, as the cookie holds it."""
    answer = office.app.test_client().post(
        "/login", data={"email": person.email, "password": person.password}, base_url=PUBLIC_URL
    )
    cookies = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("__Host-desk=")]
    if answer.status_code != 303 or not cookies:
        raise RuntimeError(f"{person.name} can't sign in: {answer.status_code}")
    return cookies[0].partition("=")[2].partition(";")[0]


# What version 0.1 answers at the fixed instant


def served(office: Office) -> dict[str, tuple[int, str | None, bytes]]:
    """Name of a feed → status, ETag, bytes."""
    found = {}
    for name, path in addresses().items():
        answer = office.client.get(path)
        is_there = answer.status_code == 200
        found[name] = (answer.status_code, answer.headers.get("ETag"), answer.data if is_there else b"")
    return found


def readable(office: Office) -> dict[str, list[str]]:
    """Account → ids of the events it can list; none for one that is not let in."""
    found: dict[str, list[str]] = {}
    for name, one in office.people.items():
        found[name] = []
        for page in itertools.count(1):
            answer = one.call("GET", f"/events?page_size=500&page={page}")
            ids = [event["id"] for event in answer.get_json()] if answer.status_code == 200 else []
            found[name] += ids
            if len(ids) < 500:
                break
        found[name].sort()
    return found


def due(office: Office) -> dict[str, str]:
    """Reminder → recipient of all that a worker sends at the fixed instant, fixed jobs and all."""
    office.tick(INSTANT)
    with office.database.transaction(write=False) as session:
        recipients = dict(session.exec(select(Reminder.id, Reminder.recipient)).all())
    return {path.stem: recipients[path.stem] for path in sorted(office.post.folder.glob("*.eml"))}
