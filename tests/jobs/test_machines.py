"""Workers on several machines (network namespaces) and one PostgreSQL; cables that are pulled and put back."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from models.accounts import Heartbeat
from models.database import Database
from models.migrate import upgrade
from models.vocabulary import ReminderState
from tests import cluster
from tests.conftest import NO_MACHINES, need_postgresql
from tests.jobs.conftest import reminders
from tests.jobs.sink import Sink, SinkServer, hang
from tests.jobs.test_crash import DUE, everything_settled, plan, wait_for
from tests.jobs.test_leadership import TAKE_OVER_SECONDS, at_once, instants
from tests.machines import Machine, are_possible, machines

LETS_GO_SECONDS = 14.0
"""Ten without an answer, and what asking takes."""

# Not beside other tests: these measure how soon somebody notices.
pytestmark = [pytest.mark.xdist_group("machines"), pytest.mark.timeout(120)]


class Hosts:
    """Two machines and what both reach: PostgreSQL and a mail server."""

    def __init__(self, two: list[Machine], server: cluster.Cluster, sink: Sink, folder: Path, name: str) -> None:
        self.machines, self.server, self.sink, self.folder, self.name = two, server, sink, folder, name
        self.processes: list[subprocess.Popen[bytes]] = []
        self.database = Database(server.create(name))
        upgrade(server.url(name))

    def url(self, machine: Machine) -> str:
        return f"postgresql+psycopg://{cluster.SUPERUSER}@{machine.host}:{self.server.port}/{self.name}"

    def candidate(self, machine: Machine, kind: str = "sound") -> Path:
        """A process that wants to lead, and the file that tells when it did."""
        file = self.folder / f"led-{len(self.processes)}"
        self.processes.append(machine.python("tests.jobs.leader_process", self.url(machine), str(file), kind))
        wait_for(file.exists, 30)
        return file

    def worker(self, machine: Machine, at: datetime = DUE, lease: str = "") -> subprocess.Popen[bytes]:
        mail = f"smtp://{machine.host}:{self.sink.port}"
        # Leases last a second: clocks that began seconds apart, on a busy machine, would let both send the same.
        clock = (at.isoformat(), "sound", str(time.monotonic()), lease)
        arguments = (self.url(machine), mail, str(self.folder / machine.name), *clock)
        self.processes.append(machine.python("tests.jobs.worker_process", *arguments))
        return self.processes[-1]

    def holder(self, machine: Machine, number: int, kind: str = "sound") -> None:
        """A process that holds lock ``number`` in an open transaction."""
        file = self.folder / f"holds-{number}"
        arguments = (self.url(machine), str(number), str(file), kind)
        self.processes.append(machine.python("tests.jobs.lock_process", *arguments))
        wait_for(file.exists, 30)

    def is_free(self, number: int) -> bool:
        """Whether nobody holds lock ``number``."""
        with self.database.transaction() as session:
            taken = text("SELECT pg_try_advisory_xact_lock(:number)")
            return bool(session.execute(taken, {"number": number}).scalar_one())

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.database.dispose()
        self.server.drop(self.name)


@pytest.fixture(scope="module")
def network() -> Iterator[tuple[list[Machine], cluster.Cluster]]:
    """Two machines and a PostgreSQL they reach by their cables."""
    need_postgresql()
    if not are_possible():
        pytest.skip(NO_MACHINES)
    with machines(2) as two, cluster.session() as directory:
        yield two, cluster.cluster(directory, ",".join(machine.host for machine in two))


@pytest.fixture
def hosts(
    network: tuple[list[Machine], cluster.Cluster], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Hosts]:
    server = SinkServer(hostname="0.0.0.0")  # noqa: S104 - both machines must reach it
    server.start()
    made = Hosts(*network, server.sink, tmp_path, f"machines_{abs(hash(request.node.name))}")
    yield made
    made.stop()
    for machine in made.machines:
        machine.join()
    server.stop()


def led_by_first(hosts: Hosts, kind: str = "sound") -> tuple[Path, Path]:
    """Candidates on both machines, of which the first leads."""
    first = hosts.candidate(hosts.machines[0], kind)
    wait_for(lambda: len(instants(first)) > 5)
    return first, hosts.candidate(hosts.machines[1], kind)


def gone(hosts: Hosts) -> None:
    os.kill(hosts.processes[0].pid, signal.SIGKILL)


def cut_off(hosts: Hosts) -> None:
    hosts.machines[0].cut()


@pytest.mark.parametrize("leave", [gone, cut_off])
def test_another_machine_leads_within_five_seconds_and_never_both(
    hosts: Hosts, leave: Callable[[Hosts], None], record_property: Callable[[str, object], None]
) -> None:
    first, second = led_by_first(hosts)
    time.sleep(1)
    assert instants(second) == []
    left_at = time.monotonic()
    leave(hosts)
    wait_for(lambda: instants(second) != [], 15)
    took = instants(second)[0] - left_at
    record_property("take_over_seconds", round(took, 2))
    print(f"\n{leave.__name__}: another led after {took:.2f} s")
    assert took < TAKE_OVER_SECONDS
    if leave is cut_off:
        hosts.machines[0].join()
        led = len(instants(first))
        time.sleep(3)
        assert len(instants(first)) == led  # back, it follows
    assert instants(first)[-1] < instants(second)[0]
    assert not at_once(instants(first), instants(second))


def test_a_leader_that_trusts_its_last_answer_leads_beside_the_next(hosts: Hosts) -> None:
    """The negative control."""
    first, second = led_by_first(hosts, "trusting")
    hosts.machines[0].cut()
    wait_for(lambda: instants(second) != [], 15)
    wait_for(lambda: at_once(instants(first), instants(second)), 15)


def at_work(database: Database) -> int:
    """How many workers have shown that they live."""
    with database.transaction(write=False) as session:
        return len(session.execute(select(Heartbeat.name)).all())  # type: ignore[call-overload]


def test_workers_on_two_machines_send_two_hundred_reminders_once_each(hosts: Hosts) -> None:
    hosts.sink.hook = lambda stage, who: hang(0.005) if stage == "BODY" else None  # or the first would be through
    # Nobody dies here: no lease runs out, however busy the machine is.
    running = [hosts.worker(machine, lease="60") for machine in hosts.machines]
    wait_for(lambda: at_work(hosts.database) == 2, 60)  # on a busy machine they start seconds apart
    plan(hosts.database, 200)
    wait_for(lambda: everything_settled(hosts.database), 60)
    for process in running:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert Counter(hosts.sink.recipients) == {f"r{number:02}@example.org": 1 for number in range(200)}
    workers = {mail.connection for mail in hosts.sink.received}
    assert len(workers) >= 2, "one worker sent them all: this test shows nothing"


def test_a_worker_that_is_cut_off_loses_nothing_and_comes_back_by_itself(hosts: Hosts) -> None:
    """Pulled out in the middle of its mails: the other takes over; at most the mail in hand comes twice."""
    plan(hosts.database, 60)
    hosts.sink.hook = lambda stage, who: hang(0.03) if stage == "BODY" else None
    lonely = hosts.worker(hosts.machines[0])
    wait_for(lambda: len(hosts.sink.received) >= 5, 30)
    hosts.machines[0].cut()
    hosts.worker(hosts.machines[1])
    wait_for(lambda: everything_settled(hosts.database), 60)
    assert lonely.poll() is None
    assert {row.state for row in reminders(hosts.database)} == {ReminderState.SENT}
    received = Counter(hosts.sink.recipients)
    assert len(received) == 60
    twice = [who for who, count in received.items() if count > 1]
    assert sum(received.values()) - 60 <= 1
    for who in twice:
        assert len({mail.message_id for mail in hosts.sink.received if mail.recipient == who}) == 1
    # Back on its cable it works on: what is due from now on, it sends alone. The mail it had in hand when the cable was
    # pulled may still arrive now.
    hosts.processes[1].send_signal(signal.SIGTERM)
    hosts.processes[1].wait(30)
    hosts.machines[0].join()
    hosts.sink.hook = None
    plan(hosts.database, 7)  # another visit, of which the first rule reminds sixty as well
    wait_for(lambda: everything_settled(hosts.database), 60)
    mails = [mail.message_id for mail in hosts.sink.received]
    assert len(set(mails)) == 60 + 67
    assert len(mails) <= 60 + 67 + 1
    assert lonely.poll() is None


@pytest.mark.soak
def test_what_a_machine_that_is_gone_had_locked_comes_free(hosts: Hosts) -> None:
    hosts.holder(hosts.machines[0], 1)
    hosts.holder(hosts.machines[0], 2, "patient")
    assert not hosts.is_free(1)
    hosts.machines[0].cut()
    wait_for(lambda: hosts.is_free(1), LETS_GO_SECONDS)
    assert not hosts.is_free(2)  # the negative control
