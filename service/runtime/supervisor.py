"""Running: the web by granian, the worker, and a supervisor that keeps one of each alive on one machine.

Nothing outlives its parent: on Linux the kernel kills a child when its parent dies, elsewhere the child polls. Each
process imports only what it needs: the worker does not load the web, the supervisor loads neither.

A process that hangs is replaced like one that died (:mod:`service.runtime.pulse`): the supervisor watches the worker
and the web, the web its own processes. Nobody watches the supervisor; what it started works on without it.
"""

import contextlib
import ctypes
import gc
import logging
import logging.config
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from select import select as wait_readable
from types import FrameType
from typing import TYPE_CHECKING, Any

from models.clock import monotonic, utcnow
from service.runtime import logs
from service.runtime.pulse import (
    LOOK_SECONDS,
    WEB_LOOPS,
    WEB_MAIN_LOOPS,
    WORKER_LOOPS,
    MemoryRow,
    ProcessPulse,
    PulseWatch,
    shared_file,
)
from service.settings import BadSetting, Settings

if TYPE_CHECKING:
    from sqlmodel import Session

log = logging.getLogger("desk.serving")

WEB_THREADS = 8
"""Requests a web process handles at once; more would only queue for SQLite's single writer, or for connections."""

STOP_WITHIN = 8.0
"""Seconds after which a child that was told to stop is killed; all its work survives that."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a dead child is restarted: doubled each time, until it has lived for a minute."""

HEAD_START = 3.0
"""Seconds the worker starts after the web: people wait for the web, and both would compete for the processors."""

LONG_LIFE = 60.0

DESK = (sys.executable, "-P", "-m", "service.cli")
"""The command line as a separate process; run it with :func:`environment`."""

LOOPS = {"web": WEB_MAIN_LOOPS, "worker": WORKER_LOOPS}
"""What the supervised processes show to turn."""

_DEATH_SIGNAL = 1
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class CannotServe(Exception):
    """The address can't be listened on; the text gives the reason."""


def check_locality(session: "Session", code: str) -> None:
    """Check that the office's own locality exists, as soon as there are any localities.

    Raises:
        BadSetting: it does not exist.
    """
    from sqlmodel import col, select

    from models.places import Locality

    codes = session.exec(select(Locality.code).order_by(col(Locality.code))).all()
    if codes and code not in codes:
        raise BadSetting("DESK_LOCALITY", code, f"must be the code of a locality that is there: {', '.join(codes)}")


def check_address(host: str, port: int) -> str:
    """The numeric address to listen on, if it is free.

    granian's processes share the port (SO_REUSEPORT) and would silently share it with a second service, too.

    Raises:
        CannotServe: the address is in use.
        BadSetting: the host is not valid.
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        raise BadSetting(
            "DESK_HOST", host, "must be an address of this machine, 127.0.0.1, or 0.0.0.0 for all"
        ) from None
    family, kind, protocol, _name, address = addresses[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as problem:
            raise CannotServe(
                f"{host}:{port} can't be listened on ({problem.strerror}). "
                "Stop what uses it, or choose another with DESK_PORT and DESK_HOST."
            ) from None
    return str(address[0])


def die_with(parent: int) -> None:
    """End this process as soon as its parent ends, for whatever reason."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()
    if os.getppid() != parent:
        os._exit(1)  # it died before the call above


def _watch(parent: int) -> None:
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(0.5)
    os._exit(1)


def _pulse(loops: Sequence[str], descriptor: int | None) -> ProcessPulse | None:
    """The pulse of this process; None if nobody watches it."""
    if descriptor is None:
        return None
    row = MemoryRow(descriptor, 2 * len(loops))
    os.close(descriptor)
    return ProcessPulse(loops, row)


def serve_web(settings: Settings, pulse: int | None = None) -> None:
    """Answer HTTP until SIGTERM or SIGINT; a web process that dies or hangs is restarted.

    ``pulse`` is the descriptor of the memory in which it shows the supervisor that it looks after them.

    Raises:
        CannotServe: as :func:`check_address`.
    """
    from multiprocessing.sharedctypes import RawArray

    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    from service.http.gateway import run_web_process
    from service.runtime.web_processes import CELLS, WatchedServer

    own = _pulse(WEB_MAIN_LOOPS, pulse)
    server = WatchedServer(
        "wsgi:app",
        address=check_address(settings.host, settings.port),
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=WEB_THREADS,
        http=HTTPModes.http1,
        websockets=False,
        # No access log: the paths of feeds are secrets, and a proxy in front has its own log.
        log_access=False,
        log_level=LogLevels.error,
        log_dictconfig=logs.configuration(),
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=5,
    )
    server.row = RawArray("d", settings.web_workers * CELLS)
    server.on_look = (lambda: own.beat("watch")) if own is not None else lambda: None
    server.watch()
    server.serve(run_web_process, partial(_load_app, os.getpid()), wrap_loader=False)


def _load_app(parent: int, row: Any = None, first: int = 0) -> Any:
    """Load the WSGI application, in each web process; it beats in ``row`` from ``first`` on."""
    # Until granian installs its signal handlers here, the parent's are inherited and would swallow signals.
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    die_with(parent)
    pulse = ProcessPulse(WEB_LOOPS, row, first) if row is not None else None
    # Objects made from here on live as long as the process. Collecting garbage while they are made takes a quarter of
    # the start (0.35 s); later, a collection during a large response (ten thousand events) takes as long as the
    # response itself.
    gc.disable()
    # Not by granian's own loader, which would search the current directory first.
    from service.app import MAX_BODY
    from service.http.gateway import BODY_SECONDS, Gateway
    from wsgi import app

    # The variable is for tests, which can't wait that long.
    seconds = float(os.environ.get("DESK_BODY_SECONDS") or BODY_SECONDS)
    gateway = Gateway(
        app,
        app.extensions["feed_middleware"].from_memory,
        max_body=MAX_BODY,
        body_seconds=seconds,
        door=app.extensions["front_door"],
    )
    # Without a collection before: it takes 0.2 s and finds some thousand small objects.
    gc.freeze()
    gc.enable()
    if pulse is None:
        return gateway
    from service.runtime.web_processes import WatchedGateway

    return WatchedGateway(gateway, pulse, WEB_THREADS)


def serve_worker(settings: Settings, pulse: int | None = None) -> None:
    """Send due mails until SIGTERM or SIGINT.

    ``pulse`` is the descriptor of the memory in which it shows the supervisor that it works.
    """
    own = _pulse(WORKER_LOOPS, pulse)
    from jobs.config import WorkerConfig
    from jobs.worker import Worker
    from models.database import Database
    from models.file_store import FileStore
    from service.actions.both_sides.answers import AnswerTaker
    from service.actions.directory.day_settling import SettlingQueue
    from service.actions.documents.mailing import PaperWriter
    from service.actions.office_mails.office_mails import OfficeMailWriter

    logging.config.dictConfig(logs.configuration())
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        # In a separate thread: the event's lock may be held by the thread that this interrupts.
        threading.Thread(target=stop.set).start()

    for number in _STOP_SIGNALS:
        signal.signal(number, on_signal)
    database = Database(settings.database_url, identity=settings.database_identity)
    config = WorkerConfig(
        mail_url=settings.mail_url,
        mail_from=settings.mail_from,
        var=settings.var,
        office=settings.office,
        lease_seconds=settings.lease_seconds,
        retry_seconds=settings.retry_seconds,
        secret_key=settings.secret_key,
        passport_days=settings.passport_days,
        messenger_networks=settings.messenger_networks,
        mail_domains=settings.mail_domains,
        files=settings.files_folder,
        inbox_url=settings.inbox_url,
    )
    try:
        reports = OfficeMailWriter(settings.office, settings.secret_key)
        planning = SettlingQueue(settings.office)
        papers = PaperWriter(FileStore(settings.files_folder))
        answers = AnswerTaker(settings.office)
        Worker(
            database, config, utcnow, reports=reports, planning=planning, papers=papers, answers=answers, pulse=own
        ).run(stop)
    finally:
        database.dispose()


@dataclass
class Child:
    """A supervised process; ``pause`` is the delay before its next restart, ``loops`` are those it shows to turn."""

    name: str
    command: list[str]
    loops: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    pause: float = FIRST_PAUSE
    memory: int = -1
    watch: PulseWatch | None = None

    def start(self, now: float) -> None:
        """Start it in a session of its own: Ctrl-C in a terminal reaches only the supervisor, which passes it on."""
        if self.memory < 0:
            self.memory = shared_file(self.loops)
        self.watch = PulseWatch(self.loops, MemoryRow(self.memory, 2 * len(self.loops)))
        self.process = subprocess.Popen(  # noqa: S603 - our own
            [*self.command, "--pulse", str(self.memory)],
            env=environment(),
            start_new_session=True,
            pass_fds=[self.memory],
        )
        self.started_at = now
        log.info("child_started", extra={"child": self.name, "child_pid": self.process.pid})

    def look(self, now: float) -> None:
        """Kill it if it hangs; detect that it died, and restart it when its pause is over."""
        if self.process is not None and self.watch is not None and (loop := self.watch.hung()) is not None:
            log.error("child_hung", extra={"child": self.name, "child_pid": self.process.pid, "loop": loop})
            self.process.kill()
            self.process.wait()
        if self.process is not None and (code := self.process.poll()) is not None:
            if now - self.started_at > LONG_LIFE:
                self.pause = FIRST_PAUSE
            self.restart_at = now + self.pause
            log.error("child_died", extra={"child": self.name, "exit": code, "restart_in": self.pause})
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
            self.process = None
        if self.process is None and now >= self.restart_at:
            self.start(now)


def environment() -> dict[str, str]:
    """The environment of our own processes: our packages can be imported wherever they are started."""
    home = str(Path(__file__).resolve().parent.parent.parent)
    path = os.pathsep.join(dict.fromkeys([home, *filter(None, [os.environ.get("PYTHONPATH")])]))
    return os.environ | {"PYTHONPATH": path}


@dataclass
class Supervisor:
    """Keeps its children alive until it is told to stop. ``commands`` maps a process to its arguments of `desk`.

    A child is one of :data:`LOOPS`.
    """

    commands: dict[str, list[str]]
    children: list[Child] = field(default_factory=list)
    is_stopping: bool = False

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Start the children and watch them; returns when all have ended after SIGTERM, SIGINT or SIGHUP."""
        wake, waker = os.pipe()
        os.set_blocking(waker, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        for number in _STOP_SIGNALS:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)  # only wakes the loop
        self.children = [
            Child(name, [*DESK, *arguments, "--parent", str(os.getpid())], LOOPS[name])
            for name, arguments in self.commands.items()
        ]
        try:
            first, *others = self.children
            first.start(monotonic())
            for child in others:
                child.restart_at = monotonic() + HEAD_START
            ready()
            while not self.is_stopping:
                waiting = [child.restart_at for child in self.children if child.process is None]
                _sleep(wake, max(0.01, min([LOOK_SECONDS, *(at - monotonic() for at in waiting)])))
                if not self.is_stopping:
                    for child in self.children:
                        child.look(monotonic())
        finally:
            stop_all(child.process for child in self.children if child.process is not None)
            log.info("stopped")

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True


def _sleep(wake: int, seconds: float) -> None:
    """Wait for a signal, at most this many seconds."""
    wait_readable([wake], [], [], seconds)
    with contextlib.suppress(BlockingIOError):
        os.read(wake, 4096)


def stop_all(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Terminate processes, all at once; kill those still running after a while."""
    alive = [process for process in processes if process.poll() is None]
    for process in alive:
        process.terminate()
    until = monotonic() + STOP_WITHIN
    for process in alive:
        try:
            process.wait(max(0.0, until - monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
