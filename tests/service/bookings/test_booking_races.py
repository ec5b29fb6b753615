"""B1 to B4: many hands at once on several server processes, on both databases; and what happens with the guard off.

Two `desk web` of two processes each stand on one database, as on two machines. What is left in the database is counted
by code that shares nothing with the service.
"""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from models.database import Database
from models.errors import Conflict
from models.resources import Booking, Resource
from models.vocabulary import Role
from service.actions.accounts import accounts
from service.actions.bookings import bookings
from service.actions.context import ActionContext
from tests import factories
from tests.at_once import at_once
from tests.conftest import fresh_database
from tests.service.runtime.processes import Service

pytestmark = [
    pytest.mark.both_databases("locking is what these tests are about"),
    pytest.mark.xdist_group("serving"),
    pytest.mark.timeout(240),
]

SECRET = "a secret for races, long enough to be one"


@dataclass
class Answer:
    status: int
    body: Any
    mimetype: str


class Hand:
    """One client with a connection of its own."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None, etag: str | None = None) -> Answer:
        headers = self.headers | ({"If-Match": etag} if etag else {})
        self.connection.request(method, f"/api/v1{path}", json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        self.etag = answer.headers.get("ETag", "")
        return Answer(answer.status, json.loads(content) if content else None, answer.headers.get_content_type())

    def close(self) -> None:
        self.connection.close()

    def made(self, path: str, body: Any) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status == 201, answer.body
        return answer.body


@dataclass
class Office:
    """Two servers and the tokens of an officer, an approver and two keepers."""

    ports: Sequence[int]
    officer: str
    approver: str
    keepers: Mapping[str, str]
    """Account → its token."""
    database: Database
    hands: list[Hand] = field(default_factory=list)

    def hand(self, number: int = 0, *, as_approver: bool = False, as_keeper: int | None = None) -> Hand:
        token = self.approver if as_approver else self.officer
        if as_keeper is not None:
            token = list(self.keepers.values())[as_keeper]
        self.hands.append(Hand(self.ports[number % len(self.ports)], token))
        return self.hands[-1]

    def overfull(self) -> list[str]:
        """Resources of which more is held at an instant than there is: every pair of instants, counted one by one."""
        with self.database.transaction(write=False) as session:
            held = session.exec(select(Booking).where(col(Booking.state).in_(["held", "asked"]))).all()
            found = []
            for resource in session.exec(select(Resource)).all():
                here = [one for one in held if one.resource_id == resource.id]
                for one in here:
                    at_its_start = [other for other in here if other.starts_at <= one.starts_at < other.ends_at]
                    if sum(other.quantity for other in at_its_start) > resource.capacity:
                        found.append(resource.id)
            return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for all races: each makes its own rooms and visits, and starting four processes takes its time."""
    folder = tmp_path_factory.mktemp("races")
    addresses = fresh_database(request, request.param, folder)
    url = next(addresses)
    database = Database(url)
    try:
        yield from serving(database, url, folder)
    finally:
        database.dispose()
        next(addresses, None)


def serving(database: Database, database_url: str, folder: Path) -> Iterator[Office]:
    with database.transaction() as session:
        for code in ("hai-duong", "vientiane-province"):
            factories.make_locality(session, code)
        act = ActionContext(None, factories.NOW, factories.OFFICE)
        roles = (Role.OFFICER, Role.APPROVER, Role.OFFICER, Role.OFFICER)
        users = [factories.make_user(session, role) for role in roles]
        tokens = {user.id: accounts.issue_token(session, act, user, "race").secret for user in users}
    servers = [Service(folder / name, database_url, DESK_SECRET_KEY=SECRET) for name in ("one", "two")]
    try:
        for server in servers:
            server.start("web")
        officer, approver, *_keepers = tokens.values()
        keepers = dict(list(tokens.items())[2:])
        made = Office([server.port for server in servers], officer, approver, keepers, database)
        yield made
        for hand in made.hands:
            hand.close()
        for server in servers:
            assert '"level": "error"' not in server.log, server.log[-3000:]
    finally:
        for server in servers:
            server.stop()


def room(hand: Hand, capacity: int = 1) -> str:
    body = {"name": {"vi": "Phòng họp"}, "type": "room", "locality": "hai-duong", "capacity": capacity}
    return str(hand.made("/resources", body)["id"])


def visit(hand: Hand, day: int = 1, days: int = 1) -> str:
    body = {
        "title": {"vi": "Đoàn công tác"},
        "host": "hai-duong",
        "guest": "vientiane-province",
        "first_day": f"2027-06-{day:02}",
        "last_day": f"2027-06-{day + days - 1:02}",
    }
    return str(hand.made("/delegations", body)["id"])


def wish(event: str, resource: str, day: int, days: int = 1, **more: Any) -> dict[str, Any]:
    times = {"from": f"2027-06-{day:02}", "to": f"2027-06-{day + days - 1:02}"}
    return {"event_id": event, "resource_id": resource, **times, **more}


def is_refusal(answer: Answer) -> bool:
    return (answer.status, answer.mimetype, answer.body["code"]) == (409, "application/problem+json", "booking_clash")


def one_wins(answers: Sequence[Answer], won: Sequence[int] = (200, 201)) -> None:
    """Exactly one of two or more succeeded, and the others read who was first."""
    winners = [answer for answer in answers if answer.status in won]
    losers = [answer for answer in answers if answer.status not in won]
    assert len(winners) == 1, [(answer.status, answer.body) for answer in answers]
    assert all(is_refusal(answer) and answer.body["conflicts"] for answer in losers), [one.body for one in losers]


def test_b1_fifty_clients_want_twenty_slots(office: Office) -> None:
    hand = office.hand()
    hall, event = room(hand), visit(hand)
    slots = [(f"2027-06-01T{8 + slot // 2:02}:{slot % 2 * 30:02}", slot) for slot in range(20)]

    def client(number: int) -> list[tuple[int, Answer]]:
        mine = office.hand(number)
        order = random.Random(number).sample(slots, len(slots))
        found = []
        for start, slot in order:
            end = f"2027-06-01T{8 + (slot + 1) // 2:02}:{(slot + 1) % 2 * 30:02}"
            body = {"event_id": event, "resource_id": hall, "from": start, "to": end}
            found.append((slot, mine.call("POST", "/bookings", body)))
        return found

    begun = time.monotonic()
    answers = [pair for found in at_once([lambda n=n: client(n) for n in range(50)]) for pair in found]
    print(f"1,000 requests of 50 clients in {time.monotonic() - begun:.1f} s")
    assert Counter(slot for slot, answer in answers if answer.status == 201) == {slot: 1 for _start, slot in slots}
    assert all(is_refusal(answer) for _slot, answer in answers if answer.status != 201)
    # By a new connection: a server may close one that was idle for half a minute.
    assert len(office.hand().call("GET", f"/bookings?resource_id={hall}").body) == 20
    assert office.overfull() == []


@pytest.mark.parametrize(("capacity", "quantity", "winners"), [(5, 1, 5), (5, 2, 2)])
def test_b2_as_many_win_as_fit(office: Office, capacity: int, quantity: int, winners: int) -> None:
    hand = office.hand()
    house, event = room(hand, capacity), visit(hand)
    body = wish(event, house, 1, quantity=quantity)
    answers = at_once([lambda n=n: office.hand(n).call("POST", "/bookings", body) for n in range(30)])
    assert sum(answer.status == 201 for answer in answers) == winners
    assert all(is_refusal(answer) for answer in answers if answer.status != 201)
    assert office.overfull() == []


def creating(office: Office, event: str, resource: str, day: int, number: int) -> Callable[[], Answer]:
    return lambda: office.hand(number).call("POST", "/bookings", wish(event, resource, day))


def stepping(office: Office, event: str, to: str, number: int, **more: Any) -> Callable[[], Answer]:
    body = {"to": to, "reason": "theo lịch mới", **more}
    return lambda: office.hand(number, as_approver=True).call("POST", f"/events/{event}/transitions", body)


def patching(office: Office, path: str, change: dict[str, Any], number: int) -> Callable[[], Answer]:
    hand = office.hand(number)
    hand.call("GET", path)
    etag = hand.etag
    return lambda: hand.call("PATCH", path, change, etag)


def moves_and_creates(office: Office, n: int) -> Sequence[Callable[[], Answer]]:
    hand = office.hand()
    hall, moved, other = room(hand), visit(hand, 1), visit(hand, 10)
    hand.made("/bookings", wish(moved, hall, 1))
    change = {"first_day": "2027-06-10", "last_day": "2027-06-10"}
    return [patching(office, f"/delegations/{moved}", change, n), creating(office, other, hall, 10, n + 1)]


def extends_and_creates(office: Office, n: int) -> Sequence[Callable[[], Answer]]:
    hand = office.hand()
    hall, longer, other = room(hand), visit(hand, 1, 3), visit(hand, 4)
    hand.made("/bookings", wish(longer, hall, 1, 3))
    return [
        patching(office, f"/delegations/{longer}", {"last_day": "2027-06-05"}, n),
        creating(office, other, hall, 4, n + 1),
    ]


def approves_twice(office: Office, n: int) -> Sequence[Callable[[], Answer]]:
    hand = office.hand()
    hall, events = room(hand), [visit(hand), visit(hand)]
    for event in events:
        hand.made("/bookings", wish(event, hall, 1, state="requested"))
        assert hand.call("POST", f"/events/{event}/transitions", {"to": "planned"}).status == 200
    return [stepping(office, event, "confirmed", n + place) for place, event in enumerate(events)]


def calls_back_twice(office: Office, n: int) -> Sequence[Callable[[], Answer]]:
    hand = office.hand()
    hall, events = room(hand), [visit(hand), visit(hand)]
    for event in events:
        hand.made("/bookings", wish(event, hall, 1))
        assert stepping(office, event, "cancelled", n)().status == 200
    return [stepping(office, event, "planned", n + place) for place, event in enumerate(events)]


def calls_back_and_creates(office: Office, n: int) -> Sequence[Callable[[], Answer]]:
    hand = office.hand()
    hall, called_off, other = room(hand), visit(hand), visit(hand)
    hand.made("/bookings", wish(called_off, hall, 1))
    assert stepping(office, called_off, "cancelled", n)().status == 200
    return [stepping(office, called_off, "planned", n), creating(office, other, hall, 1, n + 1)]


def returns_and_creates(office: Office, n: int) -> Sequence[Callable[[], Answer]]:
    hand = office.hand()
    hall, put_off, other = room(hand), visit(hand), visit(hand, 10)
    hand.made("/bookings", wish(put_off, hall, 1))
    assert stepping(office, put_off, "postponed", n)().status == 200
    days = {"first_day": "2027-06-10", "last_day": "2027-06-10"}
    return [stepping(office, put_off, "planned", n, **days), creating(office, other, hall, 10, n + 1)]


def changes_twice(office: Office, n: int) -> Sequence[Callable[[], Answer]]:
    hand = office.hand()
    hall, event = room(hand), visit(hand, 1, 5)
    made = [hand.made("/bookings", wish(event, hall, day)) for day in (1, 5)]
    times = {"from": "2027-06-03", "to": "2027-06-03"}
    return [patching(office, f"/bookings/{one['id']}", times, n + place) for place, one in enumerate(made)]


def shrinks_and_creates(office: Office, n: int) -> Sequence[Callable[[], Answer]]:
    hand = office.hand()
    house, event = room(hand, 2), visit(hand)
    hand.made("/bookings", wish(event, house, 1))
    return [patching(office, f"/resources/{house}", {"capacity": 1}, n), creating(office, event, house, 1, n + 1)]


PATHS = [
    moves_and_creates,
    extends_and_creates,
    approves_twice,
    calls_back_twice,
    calls_back_and_creates,
    returns_and_creates,
    changes_twice,
    shrinks_and_creates,
]


def test_b3_on_every_path_into_an_overlap_one_wins(office: Office) -> None:
    for path in PATHS:
        for number in range(4):
            answers = at_once(path(office, number))
            one_wins(answers)
            assert office.overfull() == [], path.__name__


def test_b4_several_resources_all_or_nothing_in_any_order(office: Office) -> None:
    hand = office.hand()
    for day in range(1, 6):
        rooms = [room(hand) for _number in range(4)]
        events = [visit(hand, day) for _number in range(12)]

        def book(number: int, rooms: Sequence[str] = rooms, events: Sequence[str] = events, day: int = day) -> Answer:
            order = random.Random(number).sample(rooms, len(rooms))
            body = {
                "event_id": events[number],
                "from": f"2027-06-{day:02}",
                "to": f"2027-06-{day:02}",
                "bookings": [{"resource_id": resource} for resource in order],
            }
            return office.hand(number).call("POST", "/bookings", body)

        answers = at_once([lambda n=n, book=book: book(n) for n in range(12)])
        one_wins(answers)
        won = [events[number] for number, answer in enumerate(answers) if answer.status == 201]
        with office.database.transaction(write=False) as session:
            held = session.exec(select(Booking).where(col(Booking.resource_id).in_(rooms))).all()
        assert Counter(one.event_id for one in held) == {won[0]: 4}


# The negative controls: a guard is taken away, and these tests would see it.


def together(database: Database, count: int, resource: str, event: str) -> list[Booking | Exception]:
    """So many bookings of the same thing at the same moment, each in its own thread and transaction."""

    def book() -> Booking | Exception:
        try:
            with database.transaction() as session:
                act = ActionContext(None, factories.NOW, factories.OFFICE)
                wanted = {"event_id": event, "resource_id": resource}
                return bookings.make_bookings(session, act, [wanted], several=False)[0]
        except Exception as refused:
            return refused

    return at_once([book] * count)


@pytest.fixture
def wanted(database: Database) -> tuple[str, str]:
    """A guest house with two rooms, and a visit."""
    with database.transaction() as session:
        event = factories.make_event(session)
        house = Resource(name={"vi": "Nhà khách"}, type="lodging", locality="hai-duong", capacity=2)  # type: ignore[arg-type]
        session.add(house)
        session.flush()
        return house.id, event.id


def test_with_the_guard_exactly_two_of_eight_win(database: Database, wanted: tuple[str, str]) -> None:
    found = together(database, 8, *wanted)
    assert sum(isinstance(one, Booking) for one in found) == 2
    assert all(isinstance(one, Booking | Conflict) for one in found)


def test_without_looking_doubles_appear(
    database: Database, wanted: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookings, "ensure_available", lambda *everything: None)
    found = together(database, 8, *wanted)
    assert sum(isinstance(one, Booking) for one in found) > 2


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_without_the_lock_two_look_before_either_writes(
    database: Database, wanted: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    look = bookings.ensure_available
    both_have_looked = threading.Barrier(2)

    def look_and_wait(*everything: Any) -> None:
        look(*everything)
        both_have_looked.wait(5)

    with database.transaction() as session:
        act = ActionContext(None, factories.NOW, factories.OFFICE)
        bookings.make_bookings(session, act, [{"event_id": wanted[1], "resource_id": wanted[0]}], several=False)
    monkeypatch.setattr(bookings, "ensure_available", look_and_wait)
    monkeypatch.setattr(
        bookings,
        "lock_resources",
        lambda session, ids: {row.id: row for row in session.exec(select(Resource).where(col(Resource.id).in_(ids)))},
    )
    found = together(database, 2, *wanted)
    assert [type(one) for one in found] == [Booking, Booking], "the room left was given away twice"


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_the_constraint_stands_behind_the_look(
    database: Database, wanted: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that does not look is refused by PostgreSQL itself, where only one booking fits."""
    with database.transaction() as session:
        session.execute(text("UPDATE resource SET capacity = 1"))
    monkeypatch.setattr(bookings, "ensure_available", lambda *everything: None)
    found = together(database, 8, *wanted)
    assert sum(isinstance(one, Booking) for one in found) == 1
    assert {type(one).__name__ for one in found if not isinstance(one, Booking)} == {"IntegrityError"}
