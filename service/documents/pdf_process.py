"""Processes that set papers (:mod:`service.documents.pdf_child`): started when needed, kept while there is work.

Whoever waits for a paper waits at a pipe, so nobody else does. A paper that takes too long costs its process: it was
too long if the process computed, and somebody's turn did not come if it hardly did. A process that does not compute at
all (stopped, or waiting for a disk) is given up after two seconds, and its paper is set by another one.
"""

import atexit
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import BoundedSemaphore, Event, Lock, Thread
from typing import Any

from models.errors import Busy, Conflict, TooLarge
from models.i18n import N_, message
from service.documents import pdf_child

log = logging.getLogger("desk.web")

MOST = 2
"""Processes at the same time for each process of the service."""
PATIENCE = 20.0
"""Seconds to wait for a free one."""
SECONDS = 25.0
"""Seconds that a paper may take, on a busy machine too."""
STALLED = 2.0
"""Seconds in which a process that has an order computes nothing, after which it is given up."""
MOVED = 0.005
"""Seconds of computing that count as any; even the last in the queue of a busy machine gets more in two seconds."""
TICK = 0.25
"""Seconds between looks at a process."""
MOST_MADE = 100_000_000
"""Bytes of a file."""
BUSY_SHARE = 0.5
"""Of the time it had, what a process has to have computed for its paper to be too long; else it was held up."""
INHERITED = ("LD_LIBRARY_PATH",)
"""The environment variables a process gets: what Python itself may need to start."""

TOO_LONG = N_(
    "This paper has become too long to be made. Shorten its longest texts, or make it of fewer people or days."
)


NOT_SET = N_(
    "This paper can’t be made as PDF: something in its texts can’t be set. Take it as Word, and save it as PDF there."
)
"""Whatever Typst refuses though its texts are cleaned: a fault of ours, but one that nobody need wait for."""


class Unset(Exception):
    """The layout can't be set, with Typst's words."""


class _Ended(Exception):
    """The process ended before it answered; ``is_quiet``: of its own accord, between two orders; ``is_held_up``: it was
    ended by us, and had hardly computed; ``is_stalled``: it had stopped computing."""

    def __init__(self, code: int, *, is_held_up: bool, is_stalled: bool) -> None:
        super().__init__(code)
        self.code = code
        self.is_quiet = code == 0
        self.is_held_up = is_held_up
        self.is_stalled = is_stalled


def _computed(pid: int) -> float | None:
    """Seconds that all threads of a process have computed so far; None: unknown, or it has ended."""
    try:
        return time.clock_gettime(~pid << 3 | 2)  # clock_getcpuclockid(3) of Linux
    except (OSError, OverflowError):
        return None


class _Watch:
    """Ends a process that takes too long for an order, or does not compute; used as a context."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._done = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self.is_held_up = self.is_stalled = False

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._done.set()

    def _look(self) -> None:
        pid = self._process.pid
        before = seen = _computed(pid)
        begun = since = time.monotonic()
        while not self._done.wait(min(TICK, max(begun + SECONDS - time.monotonic(), 0.0))):
            now, after = time.monotonic(), _computed(pid)
            is_known = seen is not None and after is not None
            if is_known and after - seen > MOVED:  # type: ignore[operator]
                seen, since = after, now
            self.is_stalled = is_known and now - since >= STALLED
            if self.is_stalled or now >= begun + SECONDS:
                hardly = before is not None and after is not None and after - before < BUSY_SHARE * SECONDS
                self.is_held_up = self.is_stalled or hardly
                self._process.kill()
                return


class _Process:
    """One process and its pipes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-I", "-m", pdf_child.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in INHERITED if name in os.environ},
            cwd="/",
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def order(self, head: dict[str, Any], data: bytes) -> bytes:
        """What it makes of an order.

        Raises:
            Unset: the layout can't be set.
            _Ended: it ended before it answered.
        """
        with _Watch(self._process) as watch:

            def ended() -> _Ended:
                return _Ended(self._process.wait(), is_held_up=watch.is_held_up, is_stalled=watch.is_stalled)

            try:
                return self._answered(head, data)
            except (BrokenPipeError, EOFError):
                raise ended() from None

    def _answered(self, head: dict[str, Any], data: bytes) -> bytes:
        orders, answers = self._process.stdin, self._process.stdout
        if orders is None or answers is None:
            raise ValueError("a process with pipes")
        orders.write(json.dumps(head | {"size": len(data)}).encode() + b"\n" + data)
        orders.flush()
        answer = json.loads(answers.readline() or b"null")
        if answer is None:
            raise EOFError
        if "refused" in answer:
            raise Unset(answer["refused"])
        made = answers.read(min(answer["size"], MOST_MADE))
        if len(made) != answer["size"]:
            raise EOFError
        return made

    def end(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


class Processes:
    """The processes of this process of the service; a forked one begins with none."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self.forget()

    def forget(self) -> None:
        """Begin without any; those there were are somebody else's."""
        self._turns = BoundedSemaphore(self._most)
        self._lock = Lock()
        self._free: list[_Process] = []

    def make(
        self, main: str, document_format: str, data: str, standards: Sequence[str] = (), *, tagged: bool = True
    ) -> bytes:
        """A file in a format of Typst's; ``tagged``: a PDF with its structure.

        Raises:
            Busy: others are waiting for papers, too, or the machine has no time for this one.
            TooLarge: it takes more computing time or memory than a paper may.
            Conflict: Typst refuses it.
        """
        head = {"main": main, "format": document_format, "standards": list(standards), "tagged": tagged}
        body = data.encode()
        with self._turn():
            for attempt in range(2):
                process = self._taken()
                try:
                    made = process.order(head, body)
                except _Ended as ended:
                    process.end()
                    if ended.is_quiet:
                        continue
                    told = {"code": ended.code, "size": len(body), "is_held_up": ended.is_held_up}
                    log.warning("paper_not_made", extra=told)
                    if ended.is_stalled and attempt == 0:
                        continue
                    if ended.is_held_up:
                        raise Busy from None
                    raise TooLarge(message(TOO_LONG)) from None
                except Unset as problem:
                    self._give_back(process)
                    log.error("paper_refused", extra={"words": str(problem), "size": len(body)})
                    raise Conflict(message(NOT_SET), code="not_set") from None
                except BaseException:
                    process.end()
                    raise
                self._give_back(process)
                return made
            raise Busy

    def end(self) -> None:
        """End those that are free."""
        with self._lock:
            ended, self._free = self._free, []
        for process in ended:
            process.end()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=PATIENCE):
            raise Busy
        try:
            yield
        finally:
            self._turns.release()

    def _taken(self) -> _Process:
        while True:
            with self._lock:
                process = self._free.pop() if self._free else None
            if process is None:
                return _Process()
            if process.is_alive:
                return process
            process.end()

    def _give_back(self, process: _Process) -> None:
        with self._lock:
            self._free.append(process)


processes = Processes()
"""Those that the writers use."""

atexit.register(processes.end)
os.register_at_fork(after_in_child=processes.forget)
