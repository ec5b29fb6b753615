"""Who hangs and who is only busy: what a watcher makes of the loops a process shows, and stopped processes replaced."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.runtime.pulse import (
    ALIVE,
    LOOK_SECONDS,
    SILENCE_SECONDS,
    START_SECONDS,
    MemoryRow,
    ProcessPulse,
    PulseWatch,
    shared_file,
)
from service.runtime.web_processes import ThreadCount
from tests.service.runtime.processes import Service, below, parent_of, until

LOOPS = (ALIVE, "work", "other")


class HandTime:
    def __init__(self) -> None:
        self.now = 500.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """A row of numbers as a process would change it, and its watcher on a clock of ours."""

    def __init__(self) -> None:
        self.row = [0.0] * (2 * len(LOOPS))
        for number in range(len(LOOPS)):
            self.row[2 * number + 1] = SILENCE_SECONDS
        self.time = HandTime()
        self.watch = PulseWatch(LOOPS, self.row, clock=self.time)

    def beat(self, *loops: str) -> None:
        for loop in loops:
            self.row[2 * LOOPS.index(loop)] += 1

    def look_for(self, seconds: float, *beating: str, every: float = LOOK_SECONDS) -> tuple[str | None, float]:
        """Look again and again while these loops turn: who hangs, and after how many seconds it was found."""
        began = self.time.now
        while self.time.now - began < seconds:
            self.time.now += every
            self.beat(*beating)
            if (loop := self.watch.hung()) is not None:
                return loop, self.time.now - began
        return None, seconds


def test_a_process_whose_loops_turn_is_left_alone() -> None:
    assert Watched().look_for(1000, *LOOPS) == (None, 1000)


@pytest.mark.parametrize("still", LOOPS)
def test_a_loop_that_stands_still_is_found(still: str) -> None:
    watched = Watched()
    watched.look_for(5, *LOOPS)
    loop, seconds = watched.look_for(100, *(loop for loop in LOOPS if loop != still))
    assert loop == still
    assert SILENCE_SECONDS < seconds <= SILENCE_SECONDS + 2


def test_busy_is_not_hung() -> None:
    """A loop may ask for patience; the process must show life all the same."""
    watched = Watched()
    watched.look_for(5, *LOOPS)
    watched.row[3] = 300.0
    assert watched.look_for(300, ALIVE, "other")[0] is None
    assert watched.look_for(5, ALIVE, "other")[0] == "work"
    watched = Watched()
    watched.look_for(5, *LOOPS)
    watched.row[3] = 300.0
    loop, seconds = watched.look_for(300)
    assert loop == ALIVE
    assert seconds <= SILENCE_SECONDS + 2


def test_a_watcher_that_slept_itself_shoots_nobody() -> None:
    """The whole group was stopped, or the machine suspended: an hour passes at once, and then all go on."""
    watched = Watched()
    watched.look_for(5, *LOOPS)
    watched.look_for(30, ALIVE)
    watched.time.now += 3600
    assert watched.watch.hung() is None
    assert watched.look_for(5, ALIVE) == (None, 5)
    assert watched.look_for(20, *LOOPS) == (None, 20)


def test_a_start_takes_its_time_but_not_for_ever() -> None:
    loop, seconds = Watched().look_for(200, ALIVE)
    assert loop == "work"
    assert START_SECONDS < seconds <= START_SECONDS + 2


def test_what_an_earlier_process_asked_for_does_not_bind_the_next() -> None:
    watched = Watched()
    watched.row[3] = 1e9
    assert watched.look_for(200, ALIVE)[0] == "work"


def test_a_process_shows_life_through_memory_it_shares() -> None:
    descriptor = shared_file(LOOPS)
    theirs, ours = MemoryRow(descriptor, 6), MemoryRow(descriptor, 6)
    os.close(descriptor)
    watch = PulseWatch(LOOPS, ours)
    pulse = ProcessPulse(LOOPS, theirs)
    pulse.beat("work")
    assert (ours[2], ours[3], ours[5]) == (1.0, SILENCE_SECONDS, START_SECONDS)
    with pulse.patience("work", 300):
        assert (ours[2], ours[3]) == (2.0, 300.0)
    assert (ours[2], ours[3]) == (3.0, SILENCE_SECONDS)
    until(lambda: ours[0] >= 2, "its thread beats", 10)
    assert watch.hung() is None


def test_threads_make_progress_while_one_is_free_or_gets_done() -> None:
    count = ThreadCount(2)
    with count:
        assert count.makes_progress(), "one is free"
        with count:
            assert not count.makes_progress()
            assert not count.makes_progress()
        with count:
            assert count.makes_progress(), "one got done since"
            assert not count.makes_progress()


# Stopped processes


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    made = Service(tmp_path, database_url)
    yield made
    made.stop()


def stop_one(service: Service, pid: int) -> float:
    """Stop a process; the seconds until it is gone and as many as before answer and send."""
    before = len(below(service.pid))
    began = time.monotonic()
    os.kill(pid, signal.SIGSTOP)
    until(lambda: parent_of(pid) is None, "it is killed", 60)
    until(lambda: len(below(service.pid)) >= before, "another one", 20)
    until(lambda: service.get("/readyz") == 200, "readyz", 20)
    return time.monotonic() - began


@pytest.mark.soak
@pytest.mark.xdist_group("serving")
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("which", ["worker", "web", "web process"])
def test_a_stopped_process_is_replaced_within_a_minute(service: Service, which: str) -> None:
    service.start()
    until(lambda: service.get("/readyz") == 200, "readyz")
    (web,) = service.children("web")
    pid = below(web)[0] if which == "web process" else service.children(which)[0]
    seconds = stop_one(service, pid)
    hung = [json.loads(line) for line in service.log.splitlines() if "child_hung" in line]
    assert [(one["child"], one["child_pid"]) for one in hung] == [(which, pid)]
    print(f"\n{which}: replaced after {seconds:.1f} s")
    assert seconds < 60


@pytest.mark.soak
@pytest.mark.xdist_group("serving")
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_group_that_was_stopped_as_a_whole_goes_on(service: Service) -> None:
    service.start()
    until(lambda: service.get("/readyz") == 200, "readyz")
    everybody = [service.pid, *below(service.pid)]
    for pid in everybody:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(1.5 * SILENCE_SECONDS)
    for pid in reversed(everybody):
        os.kill(pid, signal.SIGCONT)
    until(lambda: service.get("/readyz") == 200, "readyz", 15)
    time.sleep(5)
    assert [service.pid, *below(service.pid)] == everybody
    assert "child_hung" not in service.log
