"""PostgreSQL's connections: a process's share, idle ones, a restart, a full server, and a pooler in front."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from models import postgresql
from models.change_signal import ChangeSignal
from models.database import Database
from models.migrate import current_revision, newest_revision, upgrade
from models.postgresql import NoneLeft, Share, SharingPool
from tests.cluster import Cluster
from tests.conftest import NO_POOLER, need_postgresql
from tests.own_server import OwnServer, own_server
from tests.paths import ROOT
from tests.pooler import pooler, program

on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


def pool_of(database: Database) -> SharingPool:
    pool = database.engine.pool
    assert isinstance(pool, SharingPool)
    return pool


def connections(database: Database, server: Any) -> int:
    """How many the server has for this database."""
    with server.connect() as connection:
        counted = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
        return int(connection.execute(counted, [database.url.database]).fetchone()[0])


def ask(database: Database) -> None:
    with database.transaction(write=False) as session:
        session.execute(text("SELECT 1"))


@pytest.mark.parametrize(("usable", "limit"), [(17, 2), (97, 12), (197, 13), (3, 2)])
def test_a_process_opens_at_most_its_share(usable: int, limit: int) -> None:
    share = Share()
    share.learn(usable)
    assert share.limit == limit


@on_postgresql
def test_idle_connections_are_closed(database: Database, postgresql: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.postgresql.IDLE_SECONDS", 0.3)
    together = threading.Barrier(5)

    def work() -> None:
        with database.transaction(write=False) as session:
            session.execute(text("SELECT 1"))
            together.wait(20)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert connections(database, postgresql) == 5
    until = time.monotonic() + 10
    while connections(database, postgresql) and time.monotonic() < until:
        time.sleep(0.1)
    assert connections(database, postgresql) == 0
    ask(database)


@on_postgresql
def test_who_finds_none_left_in_time_is_told_so(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "WAIT_SECONDS", 0.3)
    monkeypatch.setattr(postgresql, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(postgresql, "FEWEST_CONNECTIONS", 1)
    ask(database)
    found: list[OperationalError] = []

    def want() -> None:
        with pytest.raises(OperationalError) as caught:
            ask(database)
        found.append(caught.value)

    with database.transaction(write=False) as session:
        session.execute(text("SELECT 1"))
        ask(database)  # whoever has one already does not wait for itself
        thread = threading.Thread(target=want)
        thread.start()
        thread.join()
    assert isinstance(found[0].orig, NoneLeft)
    ask(database)
    assert pool_of(database).status() == "1 open, 1 of them idle, at most 1"


@on_postgresql
def test_connections_that_the_server_ended_are_replaced_unnoticed(database: Database) -> None:
    signal = ChangeSignal(database)
    before = signal.current_state()
    for _ in range(3):
        ask(database)
        end_all(database)
        ask(database)
        assert signal.current_state() != before  # another connection: nothing is known about what lies between


def end_all(database: Database) -> None:
    others = Database(database.url.render_as_string(hide_password=False))
    with others.transaction() as session:
        condition = "datname = current_database() AND pid <> pg_backend_pid()"
        session.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {condition}"))
    others.dispose()


@pytest.fixture
def small() -> Iterator[OwnServer]:
    """A server of twenty connections, three of them for its superuser."""
    need_postgresql()
    with own_server(max_connections="20") as server:
        yield server


@pytest.mark.timeout(120)
def test_four_processes_share_twenty_connections(small: OwnServer) -> None:
    """Each has twelve threads that want one, and its change signal has one of its own."""
    url = small.create("shared", owner="office")
    command = [sys.executable, "-m", "tests.models.connection_process", url, "12", "6"]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(4)]
    most, until = 0, time.monotonic() + 30
    while any(process.poll() is None for process in running) and time.monotonic() < until:
        most = max(most, connections(Database(url), small))
        time.sleep(0.2)
    results = [json.loads(process.communicate(timeout=30)[0]) for process in running]
    print(f"\nat most {most} connections; {results}")
    assert [one["failed"] for one in results] == [[], [], [], []]
    assert min(one["done"] for one in results) > 0
    assert most <= 4 * 3


def test_a_full_server_is_waited_for(small: OwnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(small.create("full", owner="office"))
    ask(database)
    database.dispose()
    others = [Database(database.url.render_as_string(hide_password=False)).engine.connect() for _ in range(17)]
    threading.Timer(0.5, lambda: [one.close() or one.engine.dispose() for one in others[:3]]).start()
    began = time.monotonic()
    ask(database)
    assert 0.3 < time.monotonic() - began < postgresql.RECONNECT_SECONDS
    for one in others:
        one.close()
        one.engine.dispose()
    database.dispose()


def test_a_restart_is_waited_for(small: OwnServer) -> None:
    database = Database(small.create("restarted"))
    ask(database)
    small.stop()
    starting = threading.Timer(0.5, small.start)
    starting.start()
    began = time.monotonic()
    ask(database)
    starting.join()
    assert 0.3 < time.monotonic() - began < postgresql.RECONNECT_SECONDS
    database.dispose()


@pytest.fixture
def behind(postgresql: Cluster, database_url: str) -> Iterator[Database]:
    """The test's database behind a pooler that gives every transaction another session."""
    need_pooler()
    with pooler(postgresql.port) as port:
        database = Database(database_url.replace(f":{postgresql.port}/", f":{port}/"))
        yield database
        database.dispose()


def need_pooler() -> None:
    if program() is None:
        pytest.skip(NO_POOLER)


@on_postgresql
def test_behind_a_pooler_every_transaction_has_our_settings(behind: Database) -> None:
    processes, wrong = set[int](), list[Any]()
    facts = text("SELECT pg_backend_pid(), current_setting('jit'), current_setting('timezone')")

    def work() -> None:
        for _ in range(30):
            with behind.transaction() as session:
                process, *settings = session.execute(facts).one()
                processes.add(process)
                if settings != ["off", "UTC"]:
                    wrong.append(settings)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(processes) > 1, "the pooler gave us one session only: this test shows nothing"


@on_postgresql
def test_prepared_statements_behind_a_pooler_fail(behind: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: as if nobody had noticed the pooler."""
    monkeypatch.setattr(postgresql, "_is_behind_pooler", lambda connection, process: False)
    failed = list[str]()

    def work() -> None:
        for _ in range(30):
            try:
                ask(behind)
            except Exception as problem:
                failed.append(repr(problem))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert any("prepared statement" in one for one in failed)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_migrations_run_behind_a_pooler(empty_database_url: str, postgresql: Cluster) -> None:
    need_pooler()
    with pooler(postgresql.port) as port:
        url = empty_database_url.replace(f":{postgresql.port}/", f":{port}/")
        for _ in range(2):
            upgrade(url)
        database = Database(url)
        assert current_revision(database) == newest_revision()
        database.dispose()
