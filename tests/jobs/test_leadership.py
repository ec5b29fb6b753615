"""Who leads: one at a time, and another soon after that one is gone."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError

from jobs.leadership import Lease, NotLeading, SoleLeader, leadership
from jobs.worker import Worker
from models.database import Database
from tests.jobs.conftest import WorkerFactory
from tests.jobs.test_crash import ROOT, wait_for

pytestmark = pytest.mark.both_databases("a lease here, a locked file there")

TAKE_OVER_SECONDS = 5.0


def instants(file: Path) -> list[float]:
    """When a candidate believed that it leads."""
    if not file.exists():
        return []
    return [float(line) for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")][1:]


def at_once(one: list[float], other: list[float], step: float = 0.1) -> bool:
    """Whether both led at some instant, as far as instants a fiftieth of a second apart tell."""
    seconds = {round(at / step) for at in one}
    return any(round(at / step) in seconds and _is_between(at, one) for at in other)


def _is_between(at: float, instants: list[float]) -> bool:
    return min(instants) < at < max(instants) and any(abs(at - one) < 0.05 for one in instants)


class Candidates:
    """Processes that want to lead."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, kind: str = "sound") -> Path:
        file = self.folder / f"led-{len(self.processes)}"
        command = [sys.executable, "-m", "tests.jobs.leader_process", self.url, str(file), kind]
        self.processes.append(subprocess.Popen(command, cwd=ROOT))
        wait_for(file.exists, 30)
        return file

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def candidates(tmp_path: Path, database_url: str) -> Iterator[Candidates]:
    made = Candidates(tmp_path, database_url)
    yield made
    made.stop()


def test_one_of_two_leads_and_the_other_after_it_resigns(database: Database, database_url: str) -> None:
    first, second = leadership(database), leadership(Database(database_url))
    assert not first.leads
    assert first.poll()
    assert first.poll()
    assert not second.poll()
    assert (first.leads, second.leads) == (True, False)
    first.resign()
    assert not first.leads
    wait_for(second.poll, 5)
    assert not first.poll()
    second.resign()
    second.resign()


def test_a_killed_leader_is_followed_within_five_seconds(candidates: Candidates) -> None:
    first = candidates.start()
    wait_for(lambda: len(instants(first)) > 5)
    second = candidates.start()
    time.sleep(1)
    assert instants(second) == []
    killed_at = time.monotonic()
    os.kill(candidates.processes[0].pid, signal.SIGKILL)
    wait_for(lambda: instants(second) != [], TAKE_OVER_SECONDS)
    assert instants(second)[0] - killed_at < TAKE_OVER_SECONDS
    assert not at_once(instants(first), instants(second))


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_stopped_leader_is_followed_within_five_seconds_and_follows_when_it_goes_on(candidates: Candidates) -> None:
    print(f"\nfollowed after {take_overs(candidates, signal.SIGSTOP, 1)} s")


@pytest.mark.soak
@pytest.mark.timeout(300)
@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
def test_twelve_leaders_are_followed_one_after_the_other(candidates: Candidates, how: signal.Signals) -> None:
    seconds = take_overs(candidates, how, 12)
    print(f"\n{how.name}: followed after {seconds} s, at most {max(seconds)}")


def take_overs(candidates: Candidates, how: signal.Signals, times: int) -> list[float]:
    """Let leaders stop or die, one after the other; the seconds until another one led. Never two did."""
    files = [candidates.start() for _ in range(2)]
    leader, seconds = 0, []
    wait_for(lambda: any(instants(file) for file in files), 30)
    leader = 0 if instants(files[0]) else 1
    for _ in range(times):
        other, before = 1 - leader, len(instants(files[1 - leader]))
        wait_for(lambda: instants(files[leader])[-1] > time.monotonic() - 0.5)  # noqa: B023 - called at once
        process = candidates.processes[leader]
        stopped_at = time.monotonic()
        os.kill(process.pid, how)
        wait_for(lambda: len(instants(files[other])) > before, 15)  # noqa: B023 - called at once
        seconds.append(round(instants(files[other])[before] - stopped_at, 2))
        assert seconds[-1] < TAKE_OVER_SECONDS
        if how is signal.SIGSTOP:
            led = len(instants(files[leader]))
            os.kill(process.pid, signal.SIGCONT)
            time.sleep(1.5)
            # What it had begun to write when it was stopped is of that instant, and goes on.
            assert [at for at in instants(files[leader])[led:] if at > stopped_at + 0.05] == []
        else:
            process.wait()
            process_file = candidates.folder / f"again-{len(seconds)}"
            command = [sys.executable, "-m", "tests.jobs.leader_process", candidates.url, str(process_file)]
            candidates.processes[leader] = subprocess.Popen(command, cwd=ROOT)
            assert not at_once(instants(files[leader]), instants(files[other]))
            files[leader] = process_file
            wait_for(process_file.exists, 30)
            time.sleep(1.5)
        leader = other
    assert not at_once(instants(files[0]), instants(files[1]))
    return seconds


@pytest.fixture
def two(database: Database, database_url: str) -> Iterator[tuple[Lease, Lease]]:
    """A leader, and a candidate that waits for nobody."""
    first, second = Lease(database, "first"), Lease(Database(database_url), "second")
    second.lease_seconds = 0
    assert first.poll()
    yield first, second
    for one in (first, second):
        one.resign()


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_leader_that_slept_between_its_look_and_its_work_changes_nothing(
    database: Database, two: tuple[Lease, Lease]
) -> None:
    first, second = two

    def sleepy() -> None:
        with first.transaction() as session:
            session.execute(note("first"))
            assert second.poll()

    with pytest.raises(NotLeading):
        sleepy()
    with second.transaction() as session:
        session.execute(note("second"))
    assert noted(database) == ["second"]
    with pytest.raises(NotLeading), first.transaction():
        pytest.fail("it does not lead")


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_without_the_last_look_it_does(
    database: Database, two: tuple[Lease, Lease], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    first, second = two
    monkeypatch.setattr(first, "_check_term", lambda session, is_mine: None)
    with first.transaction() as session:
        session.execute(note("first"))
        assert second.poll()
    assert noted(database) == ["first"]


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("sleeps", [0.0, 1.6])
def test_nobody_takes_over_between_the_last_look_and_the_commit(
    database: Database, two: tuple[Lease, Lease], monkeypatch: pytest.MonkeyPatch, sleeps: float
) -> None:
    """Nor waits for it longer than a second: the server ends the transaction of a process that does not go on."""
    first, second = two
    taken: list[bool] = []
    look = first._check_term

    def slow(session: Any, is_mine: Any) -> None:
        look(session, is_mine)
        threading.Thread(target=lambda: taken.append(second.poll())).start()
        time.sleep(0.4)
        assert taken == []
        time.sleep(sleeps)

    def work() -> None:
        with first.transaction() as session:
            session.execute(note("first"))

    monkeypatch.setattr(first, "_check_term", slow)
    if sleeps:
        with pytest.raises(DBAPIError, match="idle-in-transaction"):
            work()
    else:
        work()
    wait_for(lambda: bool(taken), 5)
    assert taken == [True]
    assert noted(database) == ([] if sleeps else ["first"])


def note(name: str) -> TextClause:
    return text("INSERT INTO job_run (name, ran_for, ran_at) VALUES (:name, now(), now())").bindparams(name=name)


def noted(database: Database) -> list[str]:
    with database.transaction(write=False) as session:
        return list(session.execute(text("SELECT name FROM job_run")).scalars())


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_without_the_length_of_the_lease_two_lead(candidates: Candidates) -> None:
    """The negative control."""
    first, second = candidates.start("greedy"), candidates.start("greedy")
    wait_for(lambda: at_once(instants(first), instants(second)))


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_leader_whose_connection_the_server_ended_notices_and_comes_back(database: Database) -> None:
    leader = leadership(database)
    assert leader.poll()
    with database.transaction() as session:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        session.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
    time.sleep(1)  # until the next sign of life
    assert not leader.poll()
    assert not leader.leads
    wait_for(leader.poll, TAKE_OVER_SECONDS)
    leader.resign()


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_an_answer_holds_for_two_seconds_only(database: Database) -> None:
    leader = leadership(database)
    assert leader.poll()
    time.sleep(2.1)
    assert not leader.leads
    assert leader.poll()
    leader.resign()


def test_without_a_database_nobody_leads() -> None:
    nobody = leadership(Database("postgresql+psycopg://nobody@127.0.0.1:1/nowhere"))
    assert not nobody.poll()
    assert not nobody.leads
    nobody.resign()


def test_a_database_in_memory_is_led_by_its_only_process() -> None:
    alone = leadership(Database("sqlite:///:memory:"))
    assert isinstance(alone, SoleLeader)
    assert alone.poll()
    alone.resign()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_folder_that_can_not_be_written_makes_no_leader(tmp_path: Path, database: Database) -> None:
    leader = leadership(database)
    (tmp_path / "desk.sqlite.leader").mkdir()
    assert not leader.poll()


def test_of_two_workers_one_does_the_fixed_jobs(make_worker: WorkerFactory) -> None:
    first, second = make_worker(), make_worker()
    worked: list[Worker] = []
    for worker in (first, second):
        worker._work = lambda worker=worker: worked.append(worker)  # type: ignore[method-assign, misc]
        worker.lead_safely()
        worker.work_safely()
    assert set(map(id, worked)) == {id(first)}
    first.leadership.resign()
    worked.clear()
    wait_for(lambda: (second.lead_safely(), second.timetable_safely(), bool(worked))[2], 5)  # type: ignore[func-returns-value]
    assert set(map(id, worked)) == {id(second)}
