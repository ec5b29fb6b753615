"""Between granian and the WSGI application: request bodies are collected here before a request gets a thread.

WSGI reads a body in the thread that answers. A client that announces a body and sends it slowly, or not at all, would
occupy that thread: sixteen such connections would stop the service. So requests with a body wait in an event loop,
which costs a connection but no thread, until the body is complete, too large or late. Who is not signed in is answered
before the body is read. Requests that may wait for others (writers, sign-ins) have threads of their own, in lanes; what
only reads is answered in granian's threads, so that readers never wait for writers, and feeds in memory are answered
there without entering the application.

The application itself stays WSGI and can be run by any WSGI server, without this protection.
"""

import asyncio
import contextlib
import io
import logging
import signal
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO, Any

from granian import _granian, _signals
from granian.server import common, mp

from models.clock import monotonic
from models.errors import DomainError, NoSpace
from models.file_store import has_no_room
from models.waiting import WAIT_SECONDS, waiting_since
from service.http.file_parts import FilePart
from service.http.lanes import LANE_THREADS, SAFE, UPLOAD_PATIENCE, Door, Lane
from service.http.refusal import FROM_STRANGER, REFUSED, UNREAD, WAITED

log = logging.getLogger("desk.web")

BODY_SECONDS = 20.0
"""Seconds after the request's head for a body to be complete, plus one for every ``BYTES_A_SECOND`` received."""

BYTES_A_SECOND = 16 * 1024
"""The slowest connection over which a full-size body still arrives: 2 MiB take at most 148 seconds."""

STALL_SECONDS = 10.0
"""A body of which nothing arrives for so long is given up, whatever time it has left."""

DISCARD_SECONDS = 2.0
"""The longest a body that nobody reads may still arrive before it is answered."""

DISCARD_PAUSE = 0.25
"""The same while nothing of it arrives."""

ADMITTING_THREADS = 1
"""Threads in which a process looks up who sends a body, before it is read."""

SPOOLING_THREADS = 2
"""Threads in which a process writes bodies with files to disk."""

BODIES_IN_MEMORY = 64 * 1024 * 1024
"""Bytes of bodies a web process holds until they are answered. Above that the bodies still arriving that have waited
longest for their next bytes are given up; where there are none, the new one is refused with 503."""

GIVE_UP_SECONDS = 1.0
"""The longest a stopping process waits until the requests whose bodies have not arrived are refused."""

WRITTEN_AT_ONCE = 256 * 1024
"""Bytes of a body with a file that are in memory before they are written to disk."""

SPOOLED = 1 << 30
"""Bytes of bodies with files that a web process holds on disk until they are answered; above that a new one is refused
with 503."""

DISCARDED = 4
"""How many times the largest body with a file may still arrive, and is not kept, before it is refused as too large: a
browser whose connection is closed while it sends shows its own error instead of ours."""

SMALL_BODY = 64 * 1024
"""Bodies up to this size may fill all of the memory for bodies; larger ones leave an eighth of it free."""

LENGTH_DIGITS = 20
"""Digits of the largest length granian can count; Python refuses to read numbers of more than 4300."""

_PATIENCE = {Lane.UPLOADS: UPLOAD_PATIENCE}

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
FromMemory = Callable[[str, str, Callable[[str], str | None]], tuple[int, list[tuple[str, str]], bytes] | None]
"""(method, path, request headers) → the response (status, headers, body), or None if the application is needed."""


@dataclass(eq=False)
class _Arrival:
    """A body on its way, and the task that reads it; dropped when ``refused`` is a status.

    ``spool`` is the file it is collected in, None in memory; ``body`` is then what is still to be written there, and
    ``on_disk`` how many bytes have been. ``unkept`` is the status that refuses it at its end, because it can't be
    written: whoever sends it reads the answer only then.
    """

    task: asyncio.Task[None] | None
    announced: int | None
    body: bytearray = field(default_factory=bytearray)
    received: int = 0
    refused: int = 0
    spool: IO[bytes] | None = None
    on_disk: int = 0
    is_too_large: bool = False
    unkept: int = 0


class Gateway:
    """Calls a WSGI application for granian's requests (RSGI).

    Args:
        application: the WSGI application.
        from_memory: called first; must not raise.
        max_body: larger bodies are not collected; the application gets enough of them to see that they are too large.
        body_seconds: see :data:`BODY_SECONDS`.
        stall_seconds: see :data:`STALL_SECONDS`.
        bodies_in_memory: see :data:`BODIES_IN_MEMORY`.
        door: who may send bodies, and where requests wait.
    """

    def __init__(
        self,
        application: Application,
        from_memory: FromMemory,
        *,
        max_body: int,
        door: Door,
        body_seconds: float = BODY_SECONDS,
        stall_seconds: float = STALL_SECONDS,
        bodies_in_memory: int = BODIES_IN_MEMORY,
    ) -> None:
        self._application = application
        self._from_memory = from_memory
        self._max_body = max_body
        self._body_seconds = body_seconds
        self._stall_seconds = stall_seconds
        self._bodies_in_memory = bodies_in_memory
        self._tasks: set[asyncio.Task[None]] = set()
        # In the order of their latest bytes: the first has waited longest.
        self._arriving: dict[_Arrival, None] = {}
        self._in_memory = 0
        self._door = door
        self._lanes = {lane: ThreadPoolExecutor(count, lane.value) for lane, count in LANE_THREADS.items()}
        self._spooled = 0
        self._spooling = ThreadPoolExecutor(SPOOLING_THREADS, "spooling")
        self._admitting = ThreadPoolExecutor(ADMITTING_THREADS, "admitting")

    def run_in(self, loop: asyncio.AbstractEventLoop) -> None:
        """Collect bodies in this loop; to be called before the first request."""
        self._loop = loop

    async def give_up(self) -> None:
        """Refuse every request whose body has not arrived, and wait until the refusals are sent, a second at most.

        To be awaited in the loop before the process stops, which closes the connections.
        """
        arriving = [*self._arriving]
        for arrival in arriving:
            self._drop(arrival, 503)
        if tasks := [arrival.task for arrival in arriving if arrival.task is not None]:
            await asyncio.wait(tasks, timeout=GIVE_UP_SECONDS)

    def __call__(self, watcher: Any) -> None:
        """Handle a request, or have its body collected first; called in one of granian's threads. Raises nothing."""
        proto = watcher.proto
        try:
            scope = watcher.scope
            headers = scope.headers
            if has_body(headers):
                self._loop.call_soon_threadsafe(self._collect_later, proto, scope)
                return
            lane = self._door.lane(scope.method, scope.path, headers.get, scope.query_string)
            if lane is not None:
                environ = environ_of(scope)
                if self._needs_admission(scope) and not self._door.admits(headers.get, scope.path):
                    environ[UNREAD], lane = True, Lane.STRANGERS
                self._lanes[lane].submit(self._answer_in_lane, proto, environ, monotonic())
                return
            answer = self._from_memory(scope.method, scope.path, headers.get)
            if answer is None:
                self._answer(proto, environ_of(scope))
            else:
                proto.response_bytes(*answer)
        except BaseException as error:
            _failed(proto, error)

    def _needs_admission(self, scope: Any) -> bool:
        """Whether only those may send this who are signed in."""
        return (has_body(scope.headers) or scope.method not in SAFE) and self._door.public_bound(scope.path) is None

    def _collect_later(self, proto: Any, scope: Any) -> None:
        task = self._loop.create_task(self._collect(proto, scope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _collect(self, proto: Any, scope: Any) -> None:
        """Read the body, then hand the request to a thread; on failure with the reason in ``REFUSED``."""
        environ = environ_of(scope)
        length = environ.get("CONTENT_LENGTH")
        announced = _length(length)
        arrival = _Arrival(asyncio.current_task(), announced)
        public, kept = self._door.public_bound(scope.path), self._door.kept_bound(scope.path, scope.headers.get)
        is_admitted = not self._needs_admission(scope) or await self._loop.run_in_executor(
            self._admitting, self._door.admits, scope.headers.get, scope.path
        )
        is_kept = not is_admitted and announced is not None and announced <= kept
        bound = max(public, kept) if public is not None else kept if is_kept else self._max_body
        upload = self._door.upload_bound(scope.method, scope.path) if is_admitted else None
        # What is too large for a file is let in, within reason, and not kept: see DISCARDED.
        most = bound if upload is None else DISCARDED * upload
        if is_kept:
            environ[FROM_STRANGER] = True
        if not is_admitted and not is_kept:
            environ |= {UNREAD: await self._discard(proto), "CONTENT_LENGTH": "0"}
        elif length is not None and announced is None:
            arrival.refused = 400
        elif announced is None or announced <= most:
            await self._receive(proto, arrival, most, upload)
            environ["CONTENT_LENGTH"] = str(max(arrival.received, announced or 0))
        if upload is None and is_admitted and max(announced or 0, arrival.received) > bound < self._max_body:
            arrival.refused = arrival.refused or 413  # the application would not refuse it
        if arrival.refused:
            environ |= {REFUSED: arrival.refused, "CONTENT_LENGTH": "0"}
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["wsgi.input"] = io.BytesIO(arrival.body if not arrival.refused else b"")
        if arrival.spool is not None and not arrival.refused and not arrival.is_too_large:
            arrival.spool.seek(0)
            environ["wsgi.input"] = arrival.spool
        wanted = self._door.lane(scope.method, scope.path, scope.headers.get) if is_admitted else None
        lane = wanted or Lane.STRANGERS
        answered = self._lanes[lane].submit(self._answer_in_lane, proto, environ, monotonic(), _PATIENCE.get(lane))
        await asyncio.wrap_future(answered)
        self._in_memory -= len(arrival.body)
        self._free_spool(arrival)

    async def _receive(self, proto: Any, arrival: _Arrival, most: int, upload: int | None) -> None:
        """Read a body, into a file if it is an upload of at most so many bytes; what fails is its refusal."""
        self._arriving[arrival] = None
        refused = 0
        try:
            if upload is not None:
                arrival.unkept = await self._open_spool(arrival)
            refused = await self._read(proto, arrival, most, most if upload is None else upload)
        except TimeoutError:
            refused = 408
        except asyncio.CancelledError:
            pass  # dropped, with the reason
        if refused:
            self._drop(arrival, refused)
        self._arriving.pop(arrival, None)

    async def _open_spool(self, arrival: _Arrival) -> int:
        """Give a body its file; returns the status that refuses it if there is none, else 0."""
        try:
            arrival.spool = await self._loop.run_in_executor(self._spooling, self._door.scratch_file)
        except DomainError as problem:
            return 507 if isinstance(problem, NoSpace) else 503
        return 0

    async def _discard(self, proto: Any) -> bool:
        """Let what of a body is under way arrive, and keep nothing of it; returns whether all of it came.

        A connection that is closed with bytes unread is reset, and the answer may be lost with it.
        """
        until, size = monotonic() + DISCARD_SECONDS, 0
        stream = aiter(proto)
        with contextlib.suppress(TimeoutError):
            while size <= self._max_body:
                async with asyncio.timeout(min(DISCARD_PAUSE, until - monotonic())):
                    try:
                        size += len(await anext(stream))
                    except StopAsyncIteration:
                        return True
        return False

    async def _read(self, proto: Any, arrival: _Arrival, bound: int, keep: int) -> int:
        """Fill the body; returns the status that refuses it, else 0. A larger body is cut one byte above the bound; of
        one that is larger than ``keep`` nothing is kept.

        Raises:
            TimeoutError: the body did not arrive in time.
            asyncio.CancelledError: it was dropped.
        """
        empty = 0
        began = monotonic()
        stream = aiter(proto)
        while arrival.received <= bound:
            left = self._body_seconds + arrival.received / BYTES_A_SECOND - (monotonic() - began)
            try:
                async with asyncio.timeout(min(left, self._stall_seconds)):
                    part = await anext(stream)
            except StopAsyncIteration:
                # granian ends a body with one empty part. Another stands for an error (the line was cut, the chunks
                # are not well formed) or for trailers; it doesn't tell which, so trailers are refused too.
                is_whole = arrival.received == arrival.announced if arrival.announced is not None else empty == 1
                if is_whole and arrival.spool is not None:
                    await self._write(arrival)
                return arrival.unkept if is_whole else 400
            if arrival.refused:
                return arrival.refused
            empty += not part
            part = part[: bound + 1 - arrival.received]
            if not await self._take(arrival, part, keep):
                return 503
            self._arriving[arrival] = self._arriving.pop(arrival)
        return arrival.unkept

    async def _take(self, arrival: _Arrival, part: bytes, keep: int) -> bool:
        """Add a part to a body, in memory or on disk; False if there is no room for it."""
        arrival.received += len(part)
        if arrival.spool is not None and max(arrival.received, arrival.announced or 0) > keep:
            arrival.is_too_large = True
        if arrival.is_too_large or arrival.unkept:
            self._in_memory -= len(arrival.body)
            arrival.body.clear()
            return True
        if part and not self._has_room(arrival, len(part)):
            return False
        arrival.body += part
        self._in_memory += len(part)
        if arrival.spool is not None and len(arrival.body) >= WRITTEN_AT_ONCE:
            if self._spooled + len(arrival.body) > SPOOLED:
                log.warning("too_many_bodies", extra={"bytes": self._spooled})
                return False
            await self._write(arrival)
        return True

    async def _write(self, arrival: _Arrival) -> None:
        """Bring what has arrived of a body to its file; if that can't be, the rest arrives and is not kept."""
        if arrival.spool is None or arrival.is_too_large or arrival.unkept:
            return
        part = bytes(arrival.body)
        arrival.body.clear()
        self._in_memory -= len(part)
        self._spooled += len(part)
        arrival.on_disk += len(part)
        try:
            await self._loop.run_in_executor(self._spooling, _written, arrival.spool, part)
        except OSError as problem:
            arrival.unkept = 507 if has_no_room(problem) else 503

    def _free_spool(self, arrival: _Arrival) -> None:
        self._spooled -= arrival.on_disk
        if arrival.spool is not None:
            with contextlib.suppress(OSError):
                arrival.spool.close()

    def _has_room(self, arrival: _Arrival, size: int) -> bool:
        """Whether so much more of a body may be held, now or after dropping others: large ones first."""
        is_small = max(arrival.announced or 0, len(arrival.body) + size) <= SMALL_BODY
        bound = self._bodies_in_memory if is_small else self._bodies_in_memory * 7 // 8
        if self._in_memory + size <= bound:
            return True
        log.warning("too_many_bodies", extra={"bytes": self._in_memory})
        for other in sorted(self._arriving, key=lambda one: len(one.body) <= SMALL_BODY):
            if other is not arrival and other.body:
                self._drop(other, 408)
                if self._in_memory + size <= bound:
                    return True
        return False

    def _drop(self, arrival: _Arrival, refused: int) -> None:
        """Free a body that is still arriving, at once; its request is refused when the loop comes to its task."""
        if arrival.refused:
            return
        arrival.refused = refused
        self._in_memory -= len(arrival.body)
        arrival.body.clear()
        del self._arriving[arrival]
        if arrival.task is not None and arrival.task is not asyncio.current_task():
            arrival.task.cancel()

    def _answer_in_lane(self, proto: Any, environ: dict[str, Any], since: float, patience: float | None = None) -> None:
        """Answer a request that has waited for its thread since then; too long a wait is all it is told of.

        With ``patience``, in seconds, it may wait so long for its thread, and its wait for others begins after that.
        """
        waited = monotonic() - since
        token = waiting_since.set(since if patience is None else monotonic())
        try:
            if waited > (WAIT_SECONDS if patience is None else patience) and REFUSED not in environ:
                environ[WAITED] = True
            self._answer(proto, environ)
        except BaseException as error:
            _failed(proto, error)
        finally:
            waiting_since.reset(token)

    def _answer(self, proto: Any, environ: dict[str, Any]) -> None:
        """Call the application and send its response: at once when its length is known, else part by part."""
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], Any]:
            head[:] = [int(status[:3]), headers]
            return written.append

        written: list[bytes] = []
        answer = self._application(environ, start_response)
        try:
            if isinstance(answer, FilePart):
                # The server reads it at the pace of who asked, in none of our threads.
                proto.response_file_range(*head, str(answer.path), answer.start, answer.stop)
                return
            parts = iter(answer)
            written += [part for part in [next(parts, None)] if part is not None]
            status, headers = head
            if REFUSED in environ or environ.get(UNREAD) is False:
                headers = [*headers, ("Connection", "close")]
            if written and not any(name.lower() == "content-length" for name, _value in headers):
                _stream(proto, status, headers, [*written], parts)
            else:
                proto.response_bytes(status, headers, b"".join([*written, *parts]))
        finally:
            if (close := getattr(answer, "close", None)) is not None:
                close()


def _stream(proto: Any, status: int, headers: list[tuple[str, str]], first: list[bytes], rest: Iterable[bytes]) -> None:
    """Send parts as they come; a slow reader is not waited for, and one that disconnected ends it."""
    transport = proto.response_stream(status, headers)
    for parts in (first, rest):
        for part in parts:
            try:
                # The part is sent, or not, before this returns; iterating the result shows which.
                for _nothing in transport.send_bytes(part).__await__():
                    pass
            except Exception:
                return


def _written(file: IO[bytes], part: bytes) -> None:
    file.write(part)
    file.flush()


def _failed(proto: Any, error: BaseException) -> None:
    log.error("request_failed", exc_info=error)
    # Nothing is sent twice: after a response this does nothing.
    proto.response_bytes(500, [], b"")


def _length(text: str | None) -> int | None:
    """A Content-Length; None when there is none, or none that can be counted."""
    return int(text) if text and len(text) <= LENGTH_DIGITS and text.isascii() and text.isdigit() else None


def has_body(headers: Any) -> bool:
    """Whether a request announces a body of at least one byte, or of unknown length."""
    length = headers.get("content-length")
    return (length is not None and length != "0") or "transfer-encoding" in headers


def environ_of(scope: Any) -> dict[str, Any]:
    """The WSGI environment of a request with an empty body. Source: PEP 3333.

    A name with an underscore could be mistaken for one with a hyphen that a proxy checked: such headers are dropped.
    """
    host, _colon, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _as_latin1(scope.path),
        "QUERY_STRING": _as_latin1(scope.query_string),
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/1.0" if scope.http_version == "1" else f"HTTP/{scope.http_version}",
        "SERVER_SOFTWARE": "granian",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if (key := _key(name)) is None:
            continue
        before = environ.get(key)
        if before is None:
            environ[key] = value
        elif key.startswith("HTTP_"):  # of any other repeated header the first counts
            environ[key] = f"{before}{';' if key == 'HTTP_COOKIE' else ','}{value}"
    if "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority or ""
    return environ


@lru_cache(maxsize=512)
def _key(header: str) -> str | None:
    """A header's key in the environment, from its lower-case name; None for one that is dropped."""
    if "_" in header:
        return None
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


def _as_latin1(text: str) -> str:
    """UTF-8 bytes decoded as Latin-1, as WSGI requires."""
    return text if text.isascii() else text.encode().decode("latin-1")


_granian_parts: Any = _granian
_mp: Any = mp


def _run(
    worker_id: int,
    gateway: Gateway,
    sock: Any,
    ipc: Any,
    loop: asyncio.AbstractEventLoop,
    runtime_mode: Any,
    runtime_threads: int,
    runtime_blocking_threads: int | None,
    blocking_threads: int,
    blocking_threads_idle_timeout: int,
    backpressure: int,
    task_impl: Any,
    *rest: Any,
) -> None:
    """Run one of granian's processes with the gateway in place of its own WSGI callback, until SIGTERM or SIGINT.

    granian would run RSGI in one Python thread and make a task of every request, which halves the throughput. This uses
    private parts of granian, so its version is bounded in pyproject.toml.
    """
    http_mode, http1_settings, http2_settings, websockets, static_path, _access_log, ssl_ctx, _scope, metrics = rest
    signals: Any = _signals
    stop = signals.set_loop_signals(loop)
    ending: list[asyncio.Task[None]] = []  # referenced here, because the loop keeps only weak references to tasks

    async def end() -> None:
        await gateway.give_up()
        stop.set()

    def on_signal() -> None:
        ending.append(loop.create_task(end()))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    ended = asyncio.Event()
    stop.add_cb(lambda: loop.call_soon_threadsafe(ended.set))
    gateway.run_in(loop)
    scheduler = _granian_parts.CallbackScheduler(loop, gateway, None, None, None)
    scheduler._schedule_fn = gateway
    worker = _granian_parts.RSGIWorker(
        worker_id,
        sock,
        ipc,
        runtime_threads,
        runtime_blocking_threads,
        blocking_threads,
        blocking_threads_idle_timeout,
        backpressure,
        http_mode,
        http1_settings,
        http2_settings,
        websockets,
        static_path,
        *ssl_ctx,
        metrics,
    )
    serve = common.WORKERS_METHODS[runtime_mode][(sock[0] or sock[1]).is_uds()]
    getattr(worker, serve)(scheduler, loop, stop)
    with contextlib.closing(loop):
        loop.run_until_complete(ended.wait())


run_web_process: Callable[..., None] = _mp.WorkerProcess.wrap_target(_run)
"""Process target for granian, which starts it with ``interface=WSGI`` and this as ``spawn_target``."""
