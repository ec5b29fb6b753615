"""A visit with everything that can come along into a copy, made over the API, and how one is copied."""

from dataclasses import dataclass, field
from typing import Any

from models.database import Database
from tests import factories
from tests.service.conftest import Caller
from tests.service.ledger.visits import add_norms

FIRST, AGAIN = "2027-03-17", "2028-03-15"
ALL = ["members", "programme", "tasks", "bookings", "estimate"]

VISIT: dict[str, Any] = {
    "title": {"vi": "Đoàn nghệ thuật Viêng Chăn 2027", "lo": "ຄະນະສິລະປິນ 2027", "en": "Vientiane troupe 2027"},
    "description": {"vi": "Ba đêm diễn"},
    "host": "hai-duong",
    "guest": "vientiane-province",
    "first_day": FIRST,
    "last_day": "2027-03-21",
    "arrives_on": "2027-03-16",
    "headcount": 12,
    "location": {"vi": "Nhà hát tỉnh"},
    "troupe": {"vi": "Đoàn ca múa"},
    "occasion": {"vi": "Bun Pi May"},
    "performances": [{"day": "2027-03-19", "time": "19:30", "title": {"vi": "Đêm diễn chính"}}],
    "visibility": "internal",
}
ITEMS = [
    {
        "day": "2027-03-16",
        "start_time": "20:00",
        "title": {"vi": "Đón đoàn", "lo": "ຕ້ອນຮັບ"},
        "place": {"vi": "Nội Bài"},
    },
    {"day": FIRST, "start_time": "08:00", "end_time": "09:30", "title": {"vi": "Chào xã giao"}, "travel_minutes": 20},
    {"day": "2027-03-21", "title": {"vi": "Tiễn đoàn"}},
]
TASKS = [
    {"title": {"vi": "Gửi công văn"}, "due_offset": "-P14D"},
    {"title": {"vi": "Tiệc chia tay"}, "due_on": "2027-03-20"},
]


@dataclass
class Copying:
    """A visit and who copies it."""

    officer: Caller
    database: Database
    event: dict[str, Any]
    people: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/events/{self.event['id']}/copy"

    def copy(self, first_day: str = AGAIN, take: Any = ALL, who: Caller | None = None, **more: Any) -> Any:
        """The copy, which must succeed."""
        made = (who or self.officer).post(self.path, {"first_day": first_day, "take": list(take)} | more)
        assert made.status_code == (200 if more.get("dry_run") else 201), made.text
        return made.json

    def refused(self, who: Caller | None = None, **body: Any) -> Any:
        """The refusal of a copy, with its status."""
        answer = (who or self.officer).post(self.path, {"first_day": AGAIN, "take": []} | body)
        assert answer.status_code >= 400, answer.text
        return answer.json

    def read(self, event_id: str, part: str) -> Any:
        """A part of an event."""
        return self.officer.get(f"/events/{event_id}/{part}").json


def make_visit(officer: Caller, database: Database, **values: Any) -> Copying:
    """The visit with two people, three items, two tasks, two bookings and an estimate of inputs."""
    with database.transaction() as session:
        body = factories.make_organisation(session, name={"vi": "Sở Văn hoá Viêng Chăn"}, locality="vientiane-province")
        rows = [factories.make_person(session, name=name, organisation_id=body.id) for name in ("Bun Mi", "Khăm La")]
        people = [one.id for one in rows]
    add_norms(database)
    event = officer.made("/art-troupe-visits", VISIT | values)
    path, made = f"/events/{event['id']}", Copying(officer, database, event, people)
    officer.made(f"{path}/members", {"person_id": people[0], "role": "head"})
    officer.made(f"{path}/members", {"person_id": people[1], "rank": 2, "answer": "accepted"})
    answer = officer.call("PUT", f"{path}/programme", {"items": ITEMS}, If_Match=officer.etag(f"{path}/programme"))
    assert answer.status_code == 200, answer.text
    for task in TASKS:
        officer.made(f"{path}/tasks", task)
    for name in ("Hội trường lớn", "Xe 45 chỗ"):
        kind = "vehicle" if name.startswith("Xe") else "room"
        room = officer.made("/resources", {"name": {"vi": name}, "type": kind, "locality": "hai-duong", "capacity": 1})
        made.rooms.append(room["id"])
    hours = {"from": f"{FIRST}T08:00", "to": f"{FIRST}T11:00"}
    officer.made("/bookings", {"event_id": event["id"], "resource_id": made.rooms[0], **hours})
    officer.made("/bookings", {"event_id": event["id"], "resource_id": made.rooms[1]})
    estimate = {"guest_class": "B", "class_decided_by": "12/TB-UBND", "inputs": {"banquet": {"hosts": 10}}}
    answer = officer.call("PUT", f"{path}/estimate", estimate, If_Match=officer.etag(f"{path}/estimate"))
    assert answer.status_code == 200, answer.text
    return made
