"""What people see of a database that is restarted, that ends connections, or that lies behind a pooler."""

import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from models.change_signal import ChangeSignal
from models.database import Database
from models.migrate import upgrade
from models.postgresql import NoneLeft
from models.vocabulary import Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.app import create_app
from service.http import rereading
from service.http.app_context import AppContext
from service.runtime import supervisor
from service.settings import load_settings
from tests import factories
from tests.cluster import Cluster
from tests.conftest import NO_POOLER, need_postgresql
from tests.own_server import OwnServer, own_server
from tests.pooler import pooler, program
from tests.service.conftest import Caller, Clock, add_localities

READS, THREADS = 2000, 8

on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


class Office:
    """An application of one's own on a PostgreSQL, a feed and its reader."""

    def __init__(self, url: str, folder: Path, clock: Clock) -> None:
        upgrade(url)
        add_localities(url)
        settings = load_settings(
            {"DESK_DATABASE_URL": url, "DESK_VAR": str(folder / "var"), "DESK_SECRET_KEY": "a secret for tests" * 3}
        )
        self.database = Database(url)
        self.app = create_app(settings, self.database, clock)
        self.client = self.app.test_client(use_cookies=False)
        with self.database.transaction() as session:
            user = factories.make_user(session, Role.OFFICER)
            issued = accounts.issue_token(session, ActionContext(None, clock.now, settings.office), user, "test")
            for _ in range(20):
                factories.make_event(session)
            self.officer = Caller(self.client, user.id, issued.secret)
        self.path = urlsplit(self.officer.made("/feeds", {"name": "Lịch"})["url"]).path

    def read(self, count: int, half_way: Callable[[], None] = lambda: None) -> Counter[int]:
        """Read the feed so many times by eight threads; the statuses. Every error must say what it is."""
        statuses, lock = Counter[int](), threading.Lock()

        def work() -> None:
            client = self.app.test_client(use_cookies=False)
            for _ in range(count // THREADS):
                answer = client.get(self.path)
                with lock:
                    statuses[answer.status_code] += 1
                    begun = statuses.total() >= count // 4
                if begun:
                    underway.set()
                if answer.status_code != 200:
                    assert answer.mimetype == "application/problem+json"
                    assert answer.headers["Retry-After"]

        underway = threading.Event()
        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        underway.wait(60)
        half_way()
        for thread in threads:
            thread.join()
        return statuses


@pytest.fixture
def server() -> Iterator[OwnServer]:
    need_postgresql()
    with own_server() as server:
        yield server


@pytest.mark.timeout(180)
def test_two_thousand_reads_of_a_feed_outlive_a_restart(server: OwnServer, tmp_path: Path, clock: Clock) -> None:
    office = Office(server.create("office"), tmp_path, clock)

    def restart() -> None:
        server.stop()
        server.start()

    statuses = office.read(READS, restart)
    print(f"\n{dict(statuses)}")
    assert statuses.total() == READS
    assert set(statuses) <= {200, 503}
    assert statuses[200] >= READS * 0.98
    assert office.client.get(office.path).status_code == 200
    office.database.dispose()


def end_all(database: Database) -> None:
    """End every connection to this database, but not the server."""
    with psycopg.connect(database.url.set(drivername="postgresql").render_as_string(False), autocommit=True) as other:
        condition = "datname = current_database() AND pid <> pg_backend_pid()"
        other.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {condition}".encode())


def ending_once(database: Database) -> Callable[[], None]:
    """Ends all connections when it is called first."""
    calls = list[int]()

    def end() -> None:
        calls.append(1)
        if len(calls) == 1:
            end_all(database)

    return end


@pytest.fixture
def office(server: OwnServer, tmp_path: Path, clock: Clock) -> Iterator[Office]:
    made = Office(server.create("office"), tmp_path, clock)
    yield made
    made.database.dispose()


def break_in(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the connection die while a list of events is read or an event is made: after the account was looked up."""
    from service.api import resource

    end, known = ending_once(office.database), resource.authenticate

    def breaking(opened: Any, desk: AppContext) -> Any:
        user = known(opened, desk)
        end()
        return user

    monkeypatch.setattr(resource, "authenticate", breaking)


def test_a_read_whose_connection_dies_is_repeated(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    break_in(office, monkeypatch)
    assert len(office.officer.get("/events").json) > 0


def test_without_repeating_it_would_be_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(rereading, "_SAFE", set())
    break_in(office, monkeypatch)
    answer = office.officer.get("/events")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")


def test_a_change_whose_connection_dies_is_not_repeated(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    break_in(office, monkeypatch)
    event = {"title": {"vi": "Họp"}, "activity_type": "meeting", "host": "hai-duong", "first_day": "2027-01-04"}
    answer = office.officer.post("/activities", event | {"last_day": "2027-01-04"})
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert office.officer.post("/activities", event | {"last_day": "2027-01-04"}).status_code == 201


@on_postgresql
@pytest.mark.parametrize(
    ("problem", "status", "code"),
    [
        (psycopg.OperationalError("server closed the connection unexpectedly"), 503, "unavailable"),
        (psycopg.InterfaceError("the cursor is closed"), 503, "unavailable"),
        (psycopg.ProgrammingError("no such column"), 500, "internal_error"),
    ],
)
def test_errors_of_the_driver_itself_are_known(
    app: Flask, officer: Caller, monkeypatch: pytest.MonkeyPatch, problem: Exception, status: int, code: str
) -> None:
    def broken(*_arguments: Any) -> Any:
        raise problem

    monkeypatch.setattr("service.api.resource.authenticate", broken)
    answer = officer.client.get("/api/v1/events", headers={"Authorization": f"Bearer {officer.token}"})
    assert (answer.status_code, answer.json["code"]) == (status, code)


@on_postgresql
def test_who_finds_no_connection_in_time_is_told_that_others_were_first(
    app: Flask, database: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def none(*_arguments: Any, **_named: Any) -> Any:
        raise OperationalError("(connect)", None, NoneLeft("all 2 were in use"))

    monkeypatch.setattr(database, "transaction", none)
    answer = client.get("/api/v1/events")
    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    assert answer.headers["Retry-After"] == "5"


@on_postgresql
def test_the_change_signal_speaks_of_errors_that_are_known(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import DBAPIError

    signal = ChangeSignal(database)
    signal.current_state()
    monkeypatch.setattr(signal, "_postgresql", lambda: (_ for _ in ()).throw(psycopg.OperationalError("away")))
    end_all(database)
    with pytest.raises(DBAPIError) as caught:
        signal.current_state()
    assert caught.value.connection_invalidated


@on_postgresql
def test_behind_a_pooler_feeds_and_changes_are_right(
    postgresql: Cluster, empty_url: str, tmp_path: Path, clock: Clock
) -> None:
    if program() is None:
        pytest.skip(NO_POOLER)
    with pooler(postgresql.port) as port:
        office = Office(empty_url.replace(f":{postgresql.port}/", f":{port}/"), tmp_path, clock)
        assert office.read(400) == {200: 400}
        made = list[int]()

        def write(number: int) -> None:
            body = {"title": {"vi": f"Họp {number % 10}"}, "activity_type": "meeting", "host": "hai-duong"}
            client = office.app.test_client(use_cookies=False)
            headers = {"Authorization": f"Bearer {office.officer.token}", "Idempotency-Key": f"key-{number % 10}"}
            days = {"first_day": f"2027-01-{number % 10 + 1:02}", "last_day": f"2027-01-{number % 10 + 1:02}"}
            made.append(client.post("/api/v1/activities", json=body | days, headers=headers).status_code)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(made) <= {201, 409}  # 409: the same key while the first still runs
        with office.database.transaction(write=False) as session:
            counted = "SELECT count(*) FROM event WHERE kind = 'activity'"
            assert session.execute(text(counted)).scalar_one() == 10
        drafts = office.officer.made("/feeds", {"name": "Dự thảo", "filter": {"statuses": ["draft"]}})
        assert office.client.get(urlsplit(drafts["url"]).path).text.count("BEGIN:VEVENT") == 10
        office.database.dispose()


@pytest.fixture
def empty_url(postgresql: Cluster, empty_database_url: str) -> str:
    """The address of a database without a table."""
    return empty_database_url


@on_postgresql
def test_a_pooler_without_transactions_is_refused_with_a_sentence(
    postgresql: Cluster, empty_url: str, tmp_path: Path
) -> None:
    if program() is None:
        pytest.skip(NO_POOLER)
    with pooler(postgresql.port, "statement") as port:
        url = empty_url.replace(f":{postgresql.port}/", f":{port}/")
        environment = supervisor.environment() | {"DESK_DATABASE_URL": url, "DESK_VAR": str(tmp_path)}
        for command in ("init", "web"):
            done = subprocess.run(
                [*supervisor.DESK, command], env=environment, capture_output=True, text=True, timeout=60, check=False
            )
            assert done.returncode == 1
            assert "DESK_DATABASE_URL" in done.stderr
            assert "pool_mode" in done.stderr
            assert "Traceback" not in done.stderr
