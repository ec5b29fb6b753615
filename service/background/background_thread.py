"""A background thread for work that nobody has to wait for."""

import logging
import threading
from collections.abc import Callable, Sequence

log = logging.getLogger("desk.web")

PAUSE_SECONDS = 1.0
"""Between two rounds, so that a calendar read a thousand times a second causes one write."""


class BackgroundRunner:
    """Runs ``jobs`` in order, at most once a second, after being woken; the first call starts the thread."""

    def __init__(self, jobs: Sequence[Callable[[], None]] = ()) -> None:
        self.jobs = jobs
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def wake(self) -> None:
        """Request a run of the jobs."""
        with self._lock:
            if self._thread is None:
                self._stop = threading.Event()
                self._thread = threading.Thread(target=self._run, args=(self._stop,), name="afterwards", daemon=True)
                self._thread.start()
        self._wake.set()

    def close(self) -> None:
        """Finish the remaining work and end the thread; the next call of :meth:`wake` starts another."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._stop.set()
        self._wake.set()
        if thread is not None:
            thread.join()

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._wake.wait()
            self._wake.clear()
            self._work()
            stop.wait(PAUSE_SECONDS)
        self._work()

    def _work(self) -> None:
        for job in self.jobs:
            try:
                job()
            except Exception:
                log.exception("afterwards_failed")
