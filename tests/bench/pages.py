"""Every page of the console with ten thousand events behind it: the time of the server and the bytes of the page."""

import re
import statistics
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, text
from sqlmodel import Session, select

from calendars.bookings.availability import length_class
from calendars.days.spans import Span
from models.accounts import User
from models.clock import utcnow
from models.event_parts import Member, Task
from models.events import Event
from models.reminders import Reminder
from models.resources import Booking, Resource
from models.text import fold
from models.types import new_id
from models.vocabulary import EventKind, EventStatus, Language, ReminderState, ResourceType, Role, Visibility
from service.actions.accounts import accounts
from service.app import create_app
from service.http.app_context import AppContext
from tests import factories
from tests.bench.measure import bench_database, seconds
from tests.service.web.populated_database import addresses, furnish, load_programme

EVENTS = 10_000
FIRST_YEAR, YEARS = 2024, 8
ORGANISATIONS = 25
ROUNDS = 7
MOST_SECONDS, MOST_BYTES = 0.150, 200_000

_KINDS = (EventKind.DELEGATION, EventKind.DELEGATION, EventKind.TRAINING_BATCH, EventKind.ACTIVITY)
_HOSTS = ("hai-duong", "hai-phong", "vientiane-province", "ha-noi", "vientiane-capital")
_IDS = re.compile(r"(?<=/)[0-9a-z]{26}(?=/|$)")


@dataclass(frozen=True)
class Timed:
    """A page for one reader: median seconds of the server, bytes of the answer."""

    page: str
    seconds: float
    size: int

    @property
    def is_good(self) -> bool:
        """Whether it is within both bounds."""
        return self.seconds < MOST_SECONDS and self.size < MOST_BYTES


def crowd(session: Session, now: datetime, count: int = EVENTS) -> list[str]:
    """Events over eight years with people, tasks, reminders and bookings; the ids of the organisations in charge."""
    organisations = [factories.make_organisation(session).id for _ in range(ORGANISATIONS)]
    people = [factories.make_person(session, organisation_id=organisations[n % ORGANISATIONS]).id for n in range(1000)]
    session.flush()
    for number in range(30):
        name = {"vi": f"Phòng họp {number}", "lo": f"ຫ້ອງປະຊຸມ {number}", "en": f"Meeting room {number}"}
        session.add(Resource(name=name, type=ResourceType.ROOM, locality="hai-duong", capacity=5))
    session.flush()
    halls = list(session.exec(select(Resource.id)))
    rows: dict[Any, list[dict[str, Any]]] = {Event: [], Member: [], Task: [], Reminder: [], Booking: []}
    stamps = {"created_at": now, "updated_at": now, "version": 1}
    for number in range(count):
        event_id, kind = new_id(), _KINDS[number % len(_KINDS)]
        first = date(FIRST_YEAR, 1, 1) + timedelta(days=number * YEARS * 365 // count)
        last = first + timedelta(days=number % 5 + (10 if kind is EventKind.TRAINING_BATCH else 0))
        title = {"vi": f"Đoàn công tác số {number}", "lo": f"ຄະນະເຮັດວຽກ {number}", "en": f"Working group {number}"}
        host = _HOSTS[number % len(_HOSTS)]
        status = EventStatus.COMPLETED if last < now.date() else list(EventStatus)[number % 3]
        common = {
            "id": event_id,
            "kind": kind,
            "uid": f"{event_id}@bench",
            "title": title,
            "search_text": fold(str(title)),
        }
        rows[Event].append(
            common | stamps | {
                "host": host, "guest": "laos" if host != "laos" else None, "first_day": first, "last_day": last,
                "arrives_on": first, "departs_on": last, "status": status, "headcount": 12, "sequence": 0,
                "timezone": "Asia/Ho_Chi_Minh", "organisation_id": organisations[number % ORGANISATIONS],
                "visibility": Visibility.INTERNAL if number % 10 else Visibility.PUBLIC,
                "start_time": time(8) if number % 3 == 0 else None, "subject": None,
            }
        )  # fmt: skip
        for seat in range(2):
            person = people[(number * 2 + seat) % len(people)]
            rows[Member].append(stamps | {"id": new_id(), "event_id": event_id, "person_id": person, "role": "member"})
        for offset in (21, 7):
            due = first - timedelta(days=offset)
            rows[Task].append(
                stamps | {
                    "id": new_id(), "event_id": event_id, "title": {"vi": f"Việc {number}"}, "due_on": due,
                    "due_day": due, "done": due < now.date() - timedelta(days=20), "search_text": f"viec {number}",
                    "organisation_id": organisations[(number + offset) % ORGANISATIONS],
                }
            )  # fmt: skip
            at = datetime.combine(due, time(1), tzinfo=now.tzinfo)
            state = ReminderState.SENT if at < now else ReminderState.PENDING
            rows[Reminder].append(
                {
                    "id": new_id(), "event_id": event_id, "rule_key": f"bench-{offset}",
                    "recipient": "desk@example.org", "due_at": at, "next_at": at, "state": state,
                    "created_at": now, "updated_at": now, "sent_at": at if state is ReminderState.SENT else None,
                }
            )  # fmt: skip
        starts = datetime.combine(first, time(0), tzinfo=now.tzinfo) - timedelta(hours=7)
        ends = starts + timedelta(days=(last - first).days + 1)
        rows[Booking].append(
            stamps | {
                "id": new_id(), "event_id": event_id, "resource_id": halls[number % len(halls)], "first_day": first,
                "last_day": last, "timezone": "Asia/Ho_Chi_Minh", "starts_at": starts, "ends_at": ends,
                "length_class": length_class(Span(starts, ends)), "quantity": 1, "state": "held", "is_exclusive": False,
            }
        )  # fmt: skip
    for table, values in rows.items():
        for begin in range(0, len(values), 2000):
            session.execute(insert(table), values[begin : begin + 2000])
    return organisations


def measure(folder: Path, *, postgresql: bool = False) -> dict[str, dict[str, Timed | None]]:
    """Time every page for the protocol office and for an officer who reads what is theirs: reader → page → figures."""
    with bench_database(folder, "pages", postgresql=postgresql) as (database, settings):
        now = utcnow()
        load_programme(database, settings.office, now)
        with database.transaction() as session:
            event_id = furnish(session, settings.office, now)
            organisations = crowd(session, now)
        if postgresql:  # as its own housekeeping would before long
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
        app = create_app(settings, database)
        with database.transaction() as session:
            pages = addresses(app, session, event_id)
            office = factories.make_user(session, Role.ADMIN, locale=Language.VI)
            officer = factories.make_user(session, Role.OFFICER, organisation_id=organisations[0], locale=Language.VI)
        found = {}
        for name, user in (("protocol office", office), ("one's own organisation", officer)):
            client = _signed_in(app, user, now)
            found[name] = {page: _time(client, page, address) for page, address in pages.items()}
    return found


def summary(found: dict[str, dict[str, Timed | None]]) -> str:
    """One line: how many pages, the median one, the slowest and the largest."""
    timed = [one for pages in found.values() for one in pages.values() if one]
    slowest, largest = max(timed, key=lambda one: one.seconds), max(timed, key=lambda one: one.size)
    return (
        f"{len(timed)} readings of pages, {sum(one.is_good for one in timed)} within the bounds; the median"
        f" {statistics.median(one.seconds for one in timed) * 1000:.0f} ms, the slowest {slowest.seconds * 1000:.0f} ms"
        f" (`{slowest.page}`), the largest {largest.size / 1000:.0f} kB (`{largest.page}`)."
    )


def _signed_in(app: Flask, user: User, now: datetime) -> FlaskClient:
    desk: AppContext = app.extensions["desk"]
    with desk.database.transaction() as session:
        secret = accounts.open_session(session, session.get_one(User, user.id), now)
    client = app.test_client()
    client.set_cookie(desk.session_cookie, secret, domain="localhost")
    return client


def _time(client: FlaskClient, page: str, address: str) -> Timed | None:
    """One page; None where this reader gets none."""
    answer = client.get(address, headers={"Accept": "text/html"})
    if answer.status_code in {303, 403, 404}:
        return None
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    times = [seconds(lambda: client.get(address, headers={"Accept": "text/html"})) for _ in range(ROUNDS)]
    return Timed(page, statistics.median(times), len(answer.data))


def table(found: dict[str, dict[str, Timed | None]]) -> str:
    """Markdown: a line a page, both readers, whether both are within the bounds."""
    readers = list(found)
    bounds = f"< {MOST_SECONDS * 1000:.0f} ms, < {MOST_BYTES // 1000} kB"
    lines = [
        f"| page | {' | '.join(f'{name}: ms | kB' for name in readers)} | {bounds} |",
        f"| --- | {'---: | ---: | ' * len(readers)}--- |",
    ]
    for page in found[readers[0]]:
        timed = [found[name].get(page) for name in readers]
        if any(timed):
            cells = [f"{one.seconds * 1000:.0f} | {one.size / 1000:.0f}" if one else "– | –" for one in timed]
            good = all(one is None or one.is_good for one in timed)
            lines.append(f"| `{page}` | {' | '.join(cells)} | {'yes' if good else '**no**'} |")
    return "\n".join(lines)
