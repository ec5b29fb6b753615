"""A desk's web processes with one feed that shows so many events, read over HTTP and written to by others."""

import gzip
import http.client
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, select

from models.clock import utcnow
from models.database import Database
from models.events import Event
from models.migrate import upgrade
from models.types import new_id
from models.vocabulary import EventKind, EventStatus, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.settings import load_settings
from tests import factories
from tests.bench.feed_writer import nth, retitle
from tests.bench.measure import seconds
from tests.bench.peers import Answer, fetch
from tests.paths import ROOT
from tests.service.runtime.processes import Service, below

WORKERS = 2
READINGS = 12
"""So many readings over connections of their own reach every web process, but for once in two thousand times."""

_NEVER_WRITTEN = 1_000_000
"""Above every number the writer gives: the same title once more would be no change."""

_FIRST_DAY, _YEARS = date(2026, 12, 1), 10
_TITLE = {
    "vi": "Đợt bồi dưỡng nghiệp vụ tổ chức xây dựng Đảng cho cán bộ tỉnh Viêng Chăn",
    "lo": "ຊຸດຝຶກອົບຮົມວຽກງານຈັດຕັ້ງກໍ່ສ້າງພັກ",
    "en": "Training batch in party building for cadres of Vientiane Province",
}
_REMARKS = (
    "Lớp học tại Trường Chính trị tỉnh, có phiên dịch tiếng Lào trong suốt thời gian học",
    "Học viên nghỉ tại nhà khách của tỉnh, ăn sáng và ăn tối tại chỗ",
    "Đón đoàn tại cửa khẩu Cầu Treo lúc {0} giờ, xe {1} chỗ của Văn phòng",
    "Chào xã giao lãnh đạo Tỉnh ủy sáng ngày thứ {0}, quà tặng do phòng Lễ tân chuẩn bị",
    "Đi thăm khu công nghiệp và {0} hợp tác xã nông nghiệp của huyện Cẩm Giàng",
    "Liên hệ phòng {1} của Sở Ngoại vụ nếu danh sách học viên thay đổi",
    "Tiễn đoàn tại ga quốc tế Nội Bài, chuyến bay QV {1}",
    "Báo cáo kết quả lớp học gửi Ban Tổ chức trong vòng {0} ngày",
)
_LOCATION = {"vi": "Trường Chính trị tỉnh Hải Dương", "en": "Political school of Hải Dương Province"}


def _visit(number: int) -> dict[str, Any]:
    first = _FIRST_DAY + timedelta(days=number * 37 % (365 * _YEARS))
    last, now = first + timedelta(days=11), utcnow()
    choice = random.Random(number)
    remarks = [one.format(choice.randrange(2, 20), choice.randrange(100, 1000)) for one in choice.sample(_REMARKS, 6)]
    return {
        "id": new_id(),
        "kind": EventKind.TRAINING_BATCH,
        "uid": f"bench-{number}@example.org",
        "title": {language: f"{words}, {number}" for language, words in _TITLE.items()},
        "description": {"vi": ". ".join(remarks)},
        "location": _LOCATION,
        "host": "hai-duong",
        "guest": "vientiane-province",
        "first_day": first,
        "last_day": last,
        "arrives_on": first,
        "departs_on": last,
        "headcount": 12,
        "status": EventStatus.PLANNED,
        "search_text": "",
        "created_at": now,
        "updated_at": now,
    }


def fill(session: Session, count: int) -> None:
    """So many training batches over ten years."""
    for code in ("hai-duong", "vientiane-province"):
        factories.make_locality(session, code)
    for begin in range(0, count, 10_000):
        session.execute(insert(Event), [_visit(number) for number in range(begin, min(begin + 10_000, count))])


class FeedDesk:
    """``events`` in its store, all of them in the feed at ``url``."""

    def __init__(self, service: Service, events: int) -> None:
        self.service, self.events = service, events
        self.database = Database(service.environment["DESK_DATABASE_URL"])
        self.office = load_settings(service.environment).office
        with self.database.transaction() as session:
            act = ActionContext(factories.make_user(session, Role.OFFICER), utcnow(), self.office)
            self._token = accounts.issue_token(session, act, act.account, "bench").secret
            self._event_ids = session.exec(select(Event.id)).all()
        self._changes = _NEVER_WRITTEN
        service.start("web")
        self.url = self.make_feed("Lịch đối ngoại")

    def make_feed(self, name: str) -> str:
        """The address of a new feed that shows everything."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        connection.request("POST", "/api/v1/feeds", json.dumps({"name": name, "past_days": 36_500}), headers)
        answer = connection.getresponse()
        made = json.loads(answer.read())
        connection.close()
        if answer.status != 201:
            raise RuntimeError(made)
        url: str = made["url"]
        return url

    def read(self, url: str | None = None, **headers: str) -> Answer:
        """The feed, or another, compressed, over a connection of its own."""
        return fetch(url or self.url, **{"Accept_Encoding": "gzip"} | headers)

    def body(self) -> bytes:
        """The feed's calendar; every web process has it at hand afterwards.

        Raises:
            RuntimeError: two readings of what nobody changed differ, or the feed does not show every event.
        """
        answers = [self.read() for _number in range(READINGS)]
        bodies = {gzip.decompress(answer.body) for answer in answers} | {fetch(self.url).body}
        if len(bodies) != 1 or len({answer.etag for answer in answers}) != 1:
            raise RuntimeError("a feed differs from one reading to the next")
        (body,) = bodies
        if body.count(b"\nBEGIN:VEVENT\r") != self.events:
            raise RuntimeError(f"{body.count(b'BEGIN:VEVENT')} of {self.events} events are in the feed")
        return body

    def change(self) -> float:
        """Change the title of an event in a transaction of this process; how many seconds it took."""
        self._changes += 1

        def write() -> None:
            with self.database.transaction() as session:
                event_id = nth(self._event_ids, self._changes)
                retitle(session, ActionContext(None, utcnow(), self.office), event_id, self._changes)

        return seconds(write)

    @contextmanager
    def written_to(self) -> Iterator["Writer"]:
        """Meanwhile another process changes titles."""
        command = [sys.executable, "-m", "tests.bench.feed_writer"]
        environment = self.service.environment | {"PYTHONPATH": str(ROOT)}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stdout is not None
            if process.stdout.readline() != "ready\n":
                raise RuntimeError("the writer did not start")
            writer = Writer()
            try:
                yield writer
            finally:
                told, _nothing = process.communicate()
        found = json.loads(told)
        writer.changes, writer.pace = found["changes"], found["changes"] / found["seconds"]

    def resident(self) -> int:
        """Bytes of memory the web processes have; what they share is counted once for each."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in below(self.service.pid)]
        return sum(pages) * os.sysconf("SC_PAGESIZE")


class Writer:
    """What a writer tells when it has ended: how many changes it made, and how many a second."""

    changes = 0
    pace = 0.0


@contextmanager
def feed_desk(folder: Path, events: int) -> Iterator[FeedDesk]:
    """A desk whose web processes run until the end."""
    place = folder / f"feeds{events}"
    place.mkdir()
    url = f"sqlite:///{place / 'desk.db'}"
    upgrade(url)
    database = Database(url)
    with database.transaction() as session:
        fill(session, events)
    database.dispose()
    service = Service(place, url, DESK_WEB_WORKERS=str(WORKERS))
    try:
        desk = FeedDesk(service, events)
        yield desk
        desk.database.dispose()
    finally:
        service.stop()
