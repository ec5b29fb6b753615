"""The web's processes, watched: one that does not answer any more is killed, and granian starts another.

Imported by the process that supervises them and by themselves; it holds no application.
"""

import asyncio
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from granian.server.mp import MPServer

from service.runtime.pulse import LOOK_SECONDS, WEB_LOOPS, ProcessPulse, PulseWatch

log = logging.getLogger("desk.serving")

CELLS = 2 * len(WEB_LOOPS)
"""How many numbers of the shared row a web process uses."""


class WatchedServer(MPServer):
    """granian, whose processes show that they answer. ``row`` is memory shared with them, :data:`CELLS` for each.

    It uses private parts of granian, as :mod:`service.http.gateway` does.
    """

    row: Any
    on_look: Callable[[], None]

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any, *rest: Any) -> Any:
        return super()._spawn_worker(idx, target, partial(callback_loader, self.row, idx * CELLS), *rest)

    def watch(self) -> None:
        """Look after the processes from now on, in a thread of its own."""
        threading.Thread(target=self._look_after, name="watch", daemon=True).start()

    def _look_after(self) -> None:
        pause = threading.Event()
        watches: dict[int, PulseWatch] = {}
        while not pause.wait(LOOK_SECONDS):
            self.on_look()
            running = {worker._id(): worker.idx for worker in [*self.wrks] if worker.inner.is_alive()}
            watches = {
                pid: watches.get(pid) or PulseWatch(WEB_LOOPS, self.row, idx * CELLS) for pid, idx in running.items()
            }
            for pid, watch in watches.items():
                if (loop := watch.hung()) is not None:
                    log.error("child_hung", extra={"child": "web process", "child_pid": pid, "loop": loop})
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)


class ThreadCount:
    """How many of a number of threads are at work, and whether one has become free or is free."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._busy = 0
        self._done = 0
        self._seen = 0

    def __enter__(self) -> None:
        with self._lock:
            self._busy += 1

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._busy -= 1
            self._done += 1

    def makes_progress(self) -> bool:
        """Whether a thread is free, or one has been since the last call."""
        with self._lock:
            before, self._seen = self._seen, self._done
            return self._busy < self._threads or self._done != before


class WatchedGateway:
    """A gateway (:class:`service.http.gateway.Gateway`) that shows that its loop turns and granian's threads get done.

    ``threads`` is how many threads granian calls it in.
    """

    def __init__(self, gateway: Any, pulse: ProcessPulse, threads: int) -> None:
        self._gateway, self._pulse = gateway, pulse
        self._threads = ThreadCount(threads)
        self.give_up = gateway.give_up

    def __call__(self, watcher: Any) -> None:
        """Handle a request."""
        with self._threads:
            self._gateway(watcher)

    def run_in(self, loop: asyncio.AbstractEventLoop) -> None:
        """Work in this loop, and beat in it."""
        self._gateway.run_in(loop)
        loop.call_soon(self._beat, loop)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._pulse.beat("loop")
        if self._threads.makes_progress():
            self._pulse.beat("threads")
        loop.call_later(LOOK_SECONDS, self._beat, loop)
