"""Reminders through a messenger, for accounts that chose one besides their mail; a real server answers."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlmodel import select

from calendars.reminders import due_times
from jobs import outside
from jobs.messenger import NOT_ALLOWED
from models.accounts import User
from models.database import Database
from models.encryption import seal, unseal
from models.networks import networks_of
from models.vocabulary import EventStatus, ReminderChannel, ReminderState
from service.actions.accounts.accounts import change_user, create_user
from service.actions.accounts.messenger_addresses import messenger_errors, sealed
from service.actions.context import ActionContext
from service.actions.reminders.reminder_planning import plan_event
from tests.factories import NOW, OFFICE, make_event, make_rule
from tests.jobs.conftest import NOTICE, HandClock, WorkerFactory, reminders
from tests.jobs.sink import Sink
from tests.jobs.test_worker import DUE, change

SECRET = "s" * 40
HERE = networks_of("127.0.0.0/8")
LAN, BY_MESSENGER = "lan@example.org", "messenger:lan@example.org"


@dataclass
class Chat:
    """A server of messages; ``status`` is what it answers."""

    port: int = 0
    status: int = 200
    host: str = "127.0.0.1"
    location: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"json://key-of-lan@{self.host}:{self.port}/"


@pytest.fixture
def chat() -> Iterator[Chat]:
    made = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(made.status)
            if made.location:
                self.send_header("Location", made.location)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def planned(database: Database, chat: Chat) -> str:
    """An event that an officer with a messenger is reminded of; its id."""
    act = ActionContext(None, NOW, OFFICE)
    with database.transaction() as session:
        make_rule(session, audience=["role:officer"])
        event = make_event(session)
        plan_event(session, act, event)
        values = {"email": LAN, "role": "officer", "locale": "vi", "messenger": sealed(chat.address, SECRET)}
        create_user(session, act, values)
        return event.id


def test_who_chose_a_messenger_gets_both(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, chat: Chat
) -> None:
    planned(database, chat)
    rows = {row.recipient: row for row in reminders(database)}
    assert {who: row.channel for who, row in rows.items()} == {
        LAN: ReminderChannel.EMAIL, BY_MESSENGER: ReminderChannel.MESSENGER
    }  # fmt: skip
    clock.now = DUE
    assert make_worker(secret_key=SECRET, messenger_networks=HERE).tick() == {"sent": 2}
    assert sink.recipients == [LAN]
    (message,) = chat.got
    assert message["title"] == sink.received[0].mail["Subject"]
    text = sink.received[0].mail.get_body(("plain",))
    assert text is not None
    assert message["message"].split() == text.get_content().split()


def test_a_messenger_that_does_not_answer_is_tried_again_and_delays_no_mail(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, chat: Chat
) -> None:
    planned(database, chat)
    chat.status = 503
    clock.now = DUE
    worker = make_worker(secret_key=SECRET, messenger_networks=HERE)
    assert worker.tick() == {"sent": 1, "retry": 1}
    row = next(row for row in reminders(database) if row.recipient == BY_MESSENGER)
    assert "503" in (row.reason or "")
    assert "key-of-lan" not in (row.reason or "")
    assert not worker.sender.server.is_away
    chat.status = 200
    clock.now = row.next_at
    assert worker.tick() == {"sent": 1}
    assert len(sink.received) == 1


@pytest.mark.both_databases("who was told, among JSON audiences")
def test_a_cancellation_goes_the_same_ways(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, chat: Chat
) -> None:
    event_id = planned(database, chat)
    clock.now = DUE - timedelta(hours=1)
    change(database, event_id, clock.now, status=EventStatus.CANCELLED)
    clock.now += NOTICE
    assert make_worker(secret_key=SECRET, messenger_networks=HERE).tick() == {"sent": 2}
    assert (len(chat.got), sink.recipients) == (1, [LAN])


def test_who_gives_the_messenger_up_gets_mail_only(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, chat: Chat
) -> None:
    planned(database, chat)
    with database.transaction() as session:
        change_user(session, ActionContext(None, NOW, OFFICE), session.exec(select(User)).one(), {"messenger": None})
    rows = {row.recipient: (row.state, row.reason) for row in reminders(database)}
    assert rows == {
        LAN: (ReminderState.PENDING, None),
        BY_MESSENGER: (ReminderState.SKIPPED, due_times.NOT_ADDRESSED),
    }
    clock.now = DUE
    assert make_worker(secret_key=SECRET, messenger_networks=HERE).tick() == {"sent": 1}
    assert chat.got == []


@pytest.mark.both_databases("sealed bytes in a column")
def test_with_another_secret_the_address_opens_for_nobody(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, chat: Chat
) -> None:
    planned(database, chat)
    clock.now = DUE
    tally = make_worker(secret_key="t" * 40).tick()
    assert (tally["sent"], tally["failed"], chat.got) == (1, 1, [])


def test_what_is_sealed_opens_for_one_purpose_only() -> None:
    kept = seal(SECRET, "a", "tgram://…")
    assert unseal(SECRET, "a", kept) == "tgram://…"
    assert unseal(SECRET, "b", kept) is None
    assert b"tgram" not in kept


@pytest.mark.parametrize("address", ["tgram://123456789:abcdefg_hijklmnop/12315544/", "json://chat.example.org/"])
def test_messengers_are_known(address: str) -> None:
    assert messenger_errors(address) == []


@pytest.mark.parametrize(
    "address", ["syslog://", "mailto://a:b@example.org", "file:///etc/passwd", "tgram://", "nonsense", "dbus://"]
)
def test_what_reaches_nobody_is_refused(address: str) -> None:
    assert messenger_errors(address)


# Where messages go

INSIDE = [
    "127.0.0.1", "localhost", "LOCALHOST.", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0x7f000001",
    "0.0.0.0", "10.1.2.3", "192.168.1.1", "172.16.0.1", "[fd00::1]", "169.254.169.254", "[fe80::1]", "100.64.0.1",  # noqa: S104
    "metadata.google.internal",
]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_a_messenger_inside_is_refused(host: str) -> None:
    assert "DESK_MESSENGER_NETWORKS" in messenger_errors(f"json://{host}:8000/")[0].text
    assert messenger_errors("json://chat.example.org/", HERE) == []


def test_the_operator_allows_networks() -> None:
    assert messenger_errors("json://127.0.0.1/", HERE) == []
    assert messenger_errors("json://10.1.2.3/", HERE) != []
    assert messenger_errors("json://10.1.2.3/", networks_of("192.168.0.0/16, 10.0.0.0/8")) == []


@pytest.mark.parametrize("way", ["name", "redirection"])
def test_nothing_inside_is_reached_by_a_detour(
    database: Database,
    make_worker: WorkerFactory,
    clock: HandClock,
    chat: Chat,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    """A name that means this machine by the time of sending, or a server that sends on to it."""
    known = outside._resolve

    def resolve(host: Any, *arguments: Any, **options: Any) -> Any:
        return known("127.0.0.1" if host == "chat.example.org" else host, *arguments, **options)

    monkeypatch.setattr(outside, "_resolve", resolve)
    networks = HERE if way == "redirection" else ()
    if way == "redirection":
        chat.status, chat.location = 307, f"http://[::1]:{chat.port}/"
    chat.host = "chat.example.org"
    planned(database, chat)
    clock.now = DUE
    tally = make_worker(secret_key=SECRET, messenger_networks=networks).tick()
    assert (tally["sent"], tally["failed"]) == (1, 1)
    assert len(chat.got) == (1 if way == "redirection" else 0)
    row = next(row for row in reminders(database) if row.recipient == BY_MESSENGER)
    assert row.reason == NOT_ALLOWED
