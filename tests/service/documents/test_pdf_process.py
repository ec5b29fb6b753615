"""The processes that set papers: limits, renewal, and that nobody waits for somebody else's paper."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event, Thread

import pytest

from models.errors import Busy, Conflict, TooLarge
from service.documents import pdf_process, pdf_writer
from service.documents.pdf_process import Processes
from tests import paths
from tests.service.documents.papers import LETTER, PLAN, PROGRAMME, vi

SMALL = pdf_writer.data_of(LETTER)
LARGE = pdf_writer.data_of(replace(PROGRAMME, blocks=PROGRAMME.blocks * 20))


@pytest.fixture
def processes() -> Iterator[Processes]:
    """Processes of the test's own."""
    own = Processes()
    yield own
    own.end()


def made(processes: Processes, data: str = SMALL) -> bytes:
    """A paper."""
    return processes.make("paper.typ", "pdf", data, ["a-2b"])


def pids(processes: Processes) -> list[int]:
    """Those that are free."""
    return [process.pid for process in processes._free]


def test_one_process_makes_one_paper_after_the_other(processes: Processes) -> None:
    assert made(processes) == made(processes)
    (first,) = pids(processes)
    made(processes)
    assert pids(processes) == [first]


def test_a_large_service_does_not_count_as_growth_of_the_process() -> None:
    code = """
from service.documents import pdf_writer
from service.documents.pdf_process import Processes
from tests import paths
from tests.service.documents.papers import LETTER
held = b"x" * 750_000_000
processes = Processes()
found = []
for _number in range(3):
    processes.make("paper.typ", "pdf", pdf_writer.data_of(LETTER), ["a-2b"])
    found += [process.pid for process in processes._free if process._process.poll() is None]
processes.end()
print(len(found), len(set(found)), len(held))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=paths.ROOT)
    assert done.stdout.split()[1:] == ["1", "750000000"], done


def test_who_asks_at_the_same_time_gets_their_own_paper(processes: Processes) -> None:
    papers = [pdf_writer.data_of(replace(LETTER, addressee=vi(f"Kính gửi: Cơ quan {number}"))) for number in range(8)]
    alone = [made(processes, data) for data in papers]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda data: made(processes, data), papers)) == alone
    assert len(pids(processes)) <= pdf_process.MOST


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_died_between_papers_is_replaced(processes: Processes, how: signal.Signals) -> None:
    first = made(processes)
    (pid,) = pids(processes)
    os.kill(pid, how)
    processes._free[0]._process.wait()
    assert made(processes) == first
    assert pids(processes) != [pid]


def test_one_that_left_of_its_own_accord_is_replaced_even_in_mid_air(processes: Processes) -> None:
    """It may leave after it was found alive, before the order reaches it."""
    first = made(processes)
    process = processes._free[0]
    stdin = process._process.stdin
    assert stdin is not None
    stdin.close()  # as if it had seen nobody come
    process._process.wait()

    class Alive(type(process)):  # type: ignore[misc]
        is_alive = True

    process.__class__ = Alive
    process._process.stdin = open(os.devnull, "wb")  # noqa: SIM115 - the order goes nowhere
    assert made(processes) == first


def test_a_paper_that_takes_too_long_costs_its_process_only(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(processes)
    (pid,) = pids(processes)
    monkeypatch.setattr(pdf_process, "SECONDS", 0.05)
    monkeypatch.setattr(pdf_process, "BUSY_SHARE", 0.0)  # however little it got of a busy machine
    with pytest.raises(TooLarge, match="too long"):
        made(processes, LARGE)
    assert pids(processes) == []
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    monkeypatch.setattr(pdf_process, "SECONDS", 25.0)
    assert made(processes)


def test_a_paper_whose_process_was_held_up_was_not_too_long(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Computing time and not the time on the wall says so; the next one begins with a process of its own."""
    first = made(processes)
    (pid,) = pids(processes)
    monkeypatch.setattr(pdf_process, "SECONDS", 0.5)
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(Busy) as refused:
        made(processes)
    assert refused.value.retry_after > 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    monkeypatch.setattr(pdf_process, "SECONDS", 25.0)
    assert made(processes) == first


def test_a_stopped_process_costs_two_seconds_and_is_replaced(processes: Processes) -> None:
    """Nobody shortened the deadline of a paper here; who waited has the paper."""
    first = made(processes)
    (pid,) = pids(processes)
    os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    assert made(processes) == first
    assert time.monotonic() - begun < pdf_process.SECONDS / 2
    assert pids(processes) != [pid]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_who_has_been_stopped_twice_is_told_to_come_again(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(processes)
    real = subprocess.Popen

    def stopped(*command: object, **options: object) -> "subprocess.Popen[bytes]":
        process = real(*command, **options)  # type: ignore[call-overload]
        os.kill(process.pid, signal.SIGSTOP)
        return process  # type: ignore[no-any-return]

    os.kill(pids(processes)[0], signal.SIGSTOP)
    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", stopped)
        with pytest.raises(Busy) as refused:
            made(processes)
    assert refused.value.retry_after > 0
    assert made(processes), "and the next one is made"


def test_a_long_paper_computes_and_is_not_given_up(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_process, "STALLED", 0.3)
    monkeypatch.setattr(pdf_process, "TICK", 0.05)
    assert made(processes, LARGE)


def test_without_computing_time_it_would_be_called_too_long(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    made(processes)
    monkeypatch.setattr(pdf_process, "SECONDS", 0.5)
    monkeypatch.setattr(pdf_process, "_computed", lambda pid: None)
    os.kill(pids(processes)[0], signal.SIGSTOP)
    with pytest.raises(TooLarge):
        made(processes)


LIMITED = """
import resource, sys
from service.documents import pdf_child
pdf_child.{name} = {value}
pdf_child.main()
"""


@pytest.mark.parametrize(("name", "value"), [("CPU_SECONDS", 0), ("MEMORY", 700_000_000)])
def test_a_paper_that_takes_too_much_ends_its_process(
    processes: Processes, monkeypatch: pytest.MonkeyPatch, name: str, value: int
) -> None:
    real = subprocess.Popen

    def limited(command: list[str], **options: object) -> "subprocess.Popen[bytes]":
        assert command[-2] == "-m"
        return real([sys.executable, "-I", "-c", LIMITED.format(name=name, value=value)], **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(subprocess, "Popen", limited)
    huge = pdf_writer.data_of(replace(PROGRAMME, blocks=PROGRAMME.blocks * 100))
    with pytest.raises(TooLarge, match="too long"):
        made(processes, huge)


def test_too_many_at_once_are_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_process, "PATIENCE", 0.05)
    own = Processes(most=1)
    begun = Event()

    def hold() -> None:
        with own._turn():
            begun.set()
            time.sleep(0.5)

    holder = Thread(target=hold)
    holder.start()
    begun.wait(5)
    with pytest.raises(Busy):
        made(own)
    holder.join()
    assert made(own)
    own.end()


def test_a_layout_that_cannot_be_set_is_our_fault_and_an_answer(
    processes: Processes, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Conflict) as refused:
        made(processes, "{}")
    assert refused.value.code == "not_set"
    assert [one.levelname for one in caplog.records if one.message == "paper_refused"] == ["ERROR"]
    assert made(processes), "and costs no process"


def test_others_go_on_while_a_paper_is_made(processes: Processes) -> None:
    made(processes)
    turns: list[float] = []
    stop = Event()

    def tick() -> None:
        while not stop.is_set():
            time.sleep(0.001)
            turns.append(time.perf_counter())

    ticking = Thread(target=tick)
    ticking.start()
    before = time.perf_counter()
    made(processes, LARGE)
    after = time.perf_counter()
    stop.set()
    ticking.join()
    # Held up, the other thread would have had its turn at the beginning and at the end.
    assert len([one for one in turns if before < one < after]) > 20


def test_the_process_has_nothing_of_the_services(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET_KEY", "not for children")
    made(processes)
    (pid,) = pids(processes)
    with open(f"/proc/{pid}/environ", "rb") as environment:
        assert b"DESK_SECRET_KEY" not in environment.read()
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    handles = {os.readlink(f"/proc/{pid}/fd/{one}") for one in os.listdir(f"/proc/{pid}/fd")}
    assert not [one for one in handles if one.endswith((".db", ".sqlite")) or "socket:" in one]


def test_it_ends_with_its_parent() -> None:
    code = (
        "import time; from service.documents.pdf_process import processes; from tests.service.documents.papers import "
        "LETTER; from service.documents import pdf_writer; pdf_writer.write(LETTER); "
        "print(processes._free[0].pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert os.path.exists(f"/proc/{pid}")
        parent.kill()
    for _attempt in range(200):
        if not os.path.exists(f"/proc/{pid}"):
            break
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{pid}")


def test_it_makes_room_when_it_has_grown(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen

    def small(command: list[str], **options: object) -> "subprocess.Popen[bytes]":
        return real([sys.executable, "-I", "-c", LIMITED.format(name="GROWN", value=1)], **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(subprocess, "Popen", small)
    first = made(processes)
    (pid,) = pids(processes)
    processes._free[0]._process.wait()
    assert made(processes) == first
    assert pids(processes) != [pid]


def test_equal_in_every_process() -> None:
    content = pdf_writer.write(PLAN)
    code = (
        "import sys; from tests.service.documents.papers import PLAN; from service.documents import pdf_writer; "
        "sys.stdout.buffer.write(pdf_writer.write(PLAN))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "LANG": "C", "TZ": "Asia/Vientiane", "HOME": "/nonexistent"}
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
    assert other.stdout == content
