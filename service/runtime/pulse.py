"""How a process shows that it is alive, and how whoever watches it finds out that it hangs.

Each process has a row of numbers in memory that it shares with its watcher: for every loop of its work a counter that
the loop itself increases, and the seconds it may take for one step. Another loop, ``alive``, is a thread that does
nothing else: it stands still only if the whole process does (a SIGSTOP, a lock of the interpreter).

The watcher counts the silence of a loop in its own looks. Time in which it did not look itself does not count: after a
suspended machine wakes up, or a stopped group of processes goes on, nobody is taken for hung.
"""

import mmap
import os
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from models.clock import monotonic

LOOK_SECONDS = 1.0
"""How often a watcher looks; a gap of more than twice this counts as twice this."""

SILENCE_SECONDS = 40.0
"""A loop that makes no progress for so long hangs, unless it asked for more patience. Killed and started anew, the
process works again within a minute. Longer than a writer waits for SQLite's lock.
"""

START_SECONDS = 90.0
"""How long a process may take until its loops go round; that the process runs is seen by then."""

ALIVE = "alive"
WORKER_LOOPS = (ALIVE, "tick", "lead", "timetable", "heartbeat", "planning", "inbox")
WEB_LOOPS = (ALIVE, "loop", "threads")
WEB_MAIN_LOOPS = (ALIVE, "watch")

_CELL = 8
_NUMBER = struct.Struct("d")


class MemoryRow:
    """A row of numbers in memory that processes share, by a file that has no name."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._memory = mmap.mmap(descriptor, size * _CELL)

    def __getitem__(self, index: int) -> float:
        return float(_NUMBER.unpack_from(self._memory, index * _CELL)[0])

    def __setitem__(self, index: int, value: float) -> None:
        _NUMBER.pack_into(self._memory, index * _CELL, value)


def shared_file(loops: Sequence[str]) -> int:
    """The descriptor of memory for the loops of one process, to be inherited by it."""
    with tempfile.TemporaryFile() as file:
        file.truncate(2 * len(loops) * _CELL)
        return os.dup(file.fileno())


class ProcessPulse:
    """What a process shows: a counter and a patience for each loop, in ``row`` from ``first`` on."""

    def __init__(self, loops: Sequence[str], row: Any, first: int = 0) -> None:
        self._row = row
        self._cells = {name: first + 2 * number for number, name in enumerate(loops)}
        for cell in self._cells.values():
            row[cell + 1] = START_SECONDS
        self._row[self._cells[ALIVE] + 1] = SILENCE_SECONDS
        self._begun: set[str] = set()
        threading.Thread(target=self._live, name="pulse", daemon=True).start()

    def _live(self) -> None:
        pause = threading.Event()
        while True:
            self._row[self._cells[ALIVE]] += 1
            pause.wait(LOOK_SECONDS)

    def beat(self, loop: str) -> None:
        """This loop makes progress."""
        cell = self._cells[loop]
        self._row[cell] += 1
        if loop not in self._begun:
            self._begun.add(loop)
            self._row[cell + 1] = SILENCE_SECONDS

    @contextmanager
    def patience(self, loop: str, seconds: float) -> Iterator[None]:
        """Within the block this loop may take so long for a single step."""
        cell = self._cells[loop]
        self.beat(loop)
        self._row[cell + 1] = seconds
        try:
            yield
        finally:
            self._row[cell] += 1
            self._row[cell + 1] = SILENCE_SECONDS


class PulseWatch:
    """Finds out which loop of a process hangs; made anew for each process that uses the row."""

    def __init__(self, loops: Sequence[str], row: Any, first: int = 0, clock: Callable[[], float] = monotonic) -> None:
        self._loops, self._row, self._first, self._clock = loops, row, first, clock
        self._counters = [self._row[self._first + 2 * number] for number in range(len(loops))]
        self._silence = [0.0] * len(loops)
        self._started = [False] * len(loops)
        self._looked_at = clock()

    def hung(self) -> str | None:
        """The first loop that has made no progress for longer than it may; to be asked every :data:`LOOK_SECONDS`."""
        now = self._clock()
        passed = min(now - self._looked_at, 2 * LOOK_SECONDS)
        self._looked_at = now
        for number, name in enumerate(self._loops):
            counter = self._row[self._first + 2 * number]
            if counter != self._counters[number]:
                self._counters[number], self._silence[number], self._started[number] = counter, 0.0, True
                continue
            self._silence[number] += passed
            # What an earlier process left in the row says nothing about this one.
            patience = self._row[self._first + 2 * number + 1] if self._started[number] else START_SECONDS
            if name == ALIVE:
                patience = SILENCE_SECONDS
            if self._silence[number] > patience:
                return name
        return None
