"""Many at once, some of them with bad intentions: what others notice of it.

``python -m tests.bench crowd [postgresql]`` prints the figures; nothing is kept. A service of two web processes and a
worker runs beside, with a thousand events.
"""

import asyncio
import json
import random
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

from models.clock import utcnow
from models.database import Database
from models.migrate import upgrade
from models.vocabulary import EventStatus, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.actions.feeds import feeds
from tests import cluster, factories
from tests.service.runtime.processes import Service

EVENTS, CLIENTS = 1000, 50
SILENT, SLOW_HEADS, SLOW_READERS, IDLE = 200, 200, 200, 1000
ENTRIES = 2000
PASSWORD = "tám chiếc thuyền giấy"
HOST = b"Host: desk\r\n"
_LENGTH, _CHUNKED = b"Content-Length: 5000\r\n\r\nemail=", b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"


@dataclass(frozen=True)
class Figure:
    """One line: how long something took, in seconds, and what it should be; ``limit`` None: only for comparison."""

    what: str
    times: Sequence[float]
    limit: float | None = None
    note: str = ""

    @property
    def p99(self) -> float:
        """The time that one in a hundred exceeds."""
        return sorted(self.times)[max(0, -(-len(self.times) * 99 // 100) - 1)]

    def __str__(self) -> str:
        median = sorted(self.times)[len(self.times) // 2]
        wanted = "" if self.limit is None else f"≤ {self.limit * 1000:,.0f} ms{'' if self.p99 <= self.limit else ' ✗'}"
        return (
            f"| {self.what} | {len(self.times)} | {median * 1000:,.0f} ms | {self.p99 * 1000:,.0f} ms | {wanted} "
            f"| {self.note} |"
        )


def table(figures: Sequence[Figure]) -> str:
    """All figures in Markdown."""
    return "\n".join(
        ["| what | count | median | p99 | wanted | |", "| --- | ---: | ---: | ---: | ---: | --- |", *map(str, figures)]
    )


@dataclass
class Office:
    """A running service, whom it knows, and what is in it."""

    port: int
    tokens: list[str]
    emails: list[str]
    events: list[str]
    feed: str
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass
class Answer:
    """What came back; ``seconds`` since the request was sent."""

    status: int
    head: bytes
    body: bytes
    seconds: float


class Line:
    """A connection that is kept open, from an address of this machine."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self._port, self._address = port, address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, head: bytes, body: bytes | None = None) -> Answer:
        """Send a request, without its last line, and read the answer."""
        began = time.monotonic()
        if self._streams is None:
            self._streams = await asyncio.open_connection(
                "127.0.0.1", self._port, local_addr=(self._address, 0), limit=2**20
            )
        reader, writer = self._streams
        length = b"" if body is None else b"Content-Length: %d\r\n" % len(body)
        writer.write(head + HOST + length + b"\r\n" + (body or b""))
        received = await reader.readuntil(b"\r\n\r\n")
        lower = received.lower()
        size = int(lower.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in lower else 0
        content = await reader.readexactly(size) if size else b""
        if b"connection: close" in lower:
            self.close()
        return Answer(int(received[9:12]), received, content, time.monotonic() - began)

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def get(path: str, token: str = "") -> bytes:
    """A request without a body."""
    return f"GET {path} HTTP/1.1\r\n{_bearer(token)}".encode()


def subscribe(office: Office) -> bytes:
    """A reading of the feed, as calendar programs do it."""
    return get(f"/feeds/{office.feed}.ics") + b"Accept-Encoding: gzip\r\n"


def _bearer(token: str) -> str:
    return f"Authorization: Bearer {token}\r\n" if token else ""


async def save(line: Line, office: Office, number: int) -> Answer:
    """Change one event; each number its own."""
    head = (
        f"PATCH /api/v1/delegations/{office.events[number]} HTTP/1.1\r\n{_bearer(office.tokens[number % 10])}"
        "Content-Type: application/json\r\nIf-Match: *\r\n"
    )
    return await line.ask(head.encode(), json.dumps({"headcount": random.randrange(1, 400)}).encode())


async def sign_in(line: Line, email: str, password: str, cookie: str = "") -> Answer:
    """Sign a browser in."""
    head = "POST /login HTTP/1.1\r\nAccept: text/html\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    head += f"Cookie: {cookie}\r\n" if cookie else ""
    return await line.ask(head.encode(), urlencode({"email": email, "password": password}).encode())


async def series(
    what: str,
    count: int,
    once: Callable[[], Awaitable[Answer]],
    status: int,
    pause: float = 0.01,
    limit: float | None = None,
) -> Figure:
    """The same again and again, one after the other.

    Raises:
        RuntimeError: an answer has another status.
    """
    times = []
    for _again in range(count):
        answer = await once()
        if answer.status != status:
            raise RuntimeError(f"{what}: {answer.head!r} {answer.body[:500]!r}")
        times.append(answer.seconds)
        await asyncio.sleep(pause)
    return Figure(what, times, limit)


@asynccontextmanager
async def crowd(office: Office) -> AsyncIterator[None]:
    """Connections on which nothing goes on, or very slowly."""
    async with AsyncExitStack() as stack:

        async def connected(sent: bytes, receive: int = 2**16) -> asyncio.StreamWriter:
            _reader, writer = await asyncio.open_connection("127.0.0.1", office.port, limit=receive)
            stack.callback(writer.close)
            writer.write(sent)
            return writer

        form = b"POST /login HTTP/1.1\r\n" + HOST + b"Content-Type: application/x-www-form-urlencoded\r\n"
        feed = get(f"/feeds/{office.feed}.ics") + HOST + b"\r\n"
        slow = []
        for number in range(SILENT):
            rest = (
                b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n" if number % 2 else b"Content-Length: 5000\r\n\r\nemail="
            )
            slow.append(await connected(form + rest))
        for _number in range(SLOW_HEADS):
            slow.append(await connected(b"GET /healthz HTTP/1.1\r\nHost: de"))
        for _number in range(SLOW_READERS):
            await connected(feed * 20, receive=1)  # whose answers are not read
        for _number in range(IDLE):
            await connected(b"")

        async def drip() -> None:
            while True:
                for writer in slow:
                    with suppress(OSError):
                        writer.write(b"a")
                await asyncio.sleep(3)

        dripping = asyncio.create_task(drip())
        stack.callback(dripping.cancel)
        await asyncio.sleep(1)
        yield


async def crowded(office: Office) -> list[Figure]:
    """A reader, a feed and sign-ins, first alone, then among the crowd."""
    found = []

    async def all_three(where: str, limits: Sequence[float | None]) -> None:
        line = Line(office.port)
        feed = subscribe(office)
        found.append(await series(f"/healthz {where}", 200, lambda: line.ask(get("/healthz")), 200, limit=limits[0]))
        found.append(await series(f"a feed {where}", 200, lambda: line.ask(feed), 200, limit=limits[1]))
        people = iter(office.emails * 2)
        one = f"a sign-in {where}"
        found.append(await series(one, 15, lambda: sign_in(line, next(people), PASSWORD), 303, limit=limits[2]))
        line.close()

    await all_three("alone", (None, None, None))
    async with crowd(office):
        await all_three("in the crowd", (0.3, 0.3, 3.0))
    return found


async def attacked(office: Office) -> list[Figure]:
    """Another's saves while a hundred wrong passwords come, from one address and from 32."""
    line = Line(office.port)
    numbers = iter(range(EVENTS))

    def saving() -> Awaitable[Answer]:
        return save(line, office, next(numbers))

    await series("warm", 20, saving, 200)
    quiet = await series("a save, quiet", 100, saving, 200, pause=0.05)
    found = [quiet]
    for addresses in (1, 32):
        lines = [Line(office.port, f"127.0.{addresses}.{number % addresses + 1}") for number in range(100)]
        answers: list[int] = []
        is_over = asyncio.Event()

        async def guess(one: Line, number: int, answers: list[int] = answers) -> None:
            answers.append((await sign_in(one, f"nobody{number}@example.org", "wrong")).status)

        async def attack(lines: list[Line] = lines, is_over: asyncio.Event = is_over) -> None:
            await asyncio.gather(*(guess(one, number) for number, one in enumerate(lines)))
            is_over.set()

        attacking = asyncio.create_task(attack())
        times, began = [], time.monotonic()
        known: list[float] = []
        while not is_over.is_set():
            answer = await saving()
            if answer.status != 200:
                raise RuntimeError(f"{answer.head!r} {answer.body!r}")
            times.append(answer.seconds)
            await asyncio.sleep(0.05)
            if len(times) == 5:
                email = office.emails[0]
                address = Line(office.port, f"127.0.{addresses}.1")
                mine = await sign_in(address, email, PASSWORD, office.cookies[email])
                if mine.status != 303:
                    raise RuntimeError(f"a known browser: {mine.head!r}")
                known.append(mine.seconds)
        await attacking
        statuses = {status: answers.count(status) for status in sorted({*answers})}
        note = f"{time.monotonic() - began:.1f} s; answers {statuses}"
        where = "one address" if addresses == 1 else f"{addresses} addresses"
        found.append(Figure(f"a save during 100 wrong passwords from {where}", times, 2 * quiet.p99, note))
        if known:
            found.append(Figure(f"a known browser's sign-in during those from {where}", known))
        stranger = await sign_in(Line(office.port, f"127.0.{addresses}.1"), office.emails[1], PASSWORD)
        found[-1] = Figure(found[-1].what, found[-1].times, note=f"a stranger after them: {stranger.status}")
        for one in lines:
            one.close()
    return found


async def mixed(office: Office, seconds: float, writes: float) -> tuple[list[float], list[float], list[float]]:
    """Fifty clients, each at once again: the times of reading an event, of reading a feed, and of writes."""
    events: list[float] = []
    subscribed: list[float] = []
    written: list[float] = []
    until = time.monotonic() + seconds

    async def client(number: int) -> None:
        line, drawn = Line(office.port), random.Random(number)
        while time.monotonic() < until:
            what = drawn.random()
            if what < writes:
                answer, kept = await save(line, office, number), written
            elif what < writes + (1 - writes) / 2:
                path = f"/api/v1/events/{drawn.choice(office.events)}"
                answer, kept = await line.ask(get(path, office.tokens[number % 10])), events
            else:
                answer, kept = (
                    await line.ask(subscribe(office)),
                    subscribed,
                )
            if answer.status != 200:
                raise RuntimeError(f"{answer.head!r} {answer.body[:500]!r}")
            kept.append(answer.seconds)
        line.close()

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return events, subscribed, written


async def reading_and_writing(office: Office) -> list[Figure]:
    """Fifty clients without writes, and with one in ten."""
    await mixed(office, 3, 0.0)
    events, subscribed, _none = await mixed(office, 15, 0.0)
    before = Figure(f"an event, {CLIENTS} clients", events), Figure(f"a feed, {CLIENTS} clients", subscribed)
    events, subscribed, written = await mixed(office, 30, 0.1)
    return [
        *before,
        Figure(f"an event, {CLIENTS} clients, 10 % writes", events, 3 * before[0].p99),
        Figure(f"a feed, {CLIENTS} clients, 10 % writes", subscribed, 3 * before[1].p99),
        Figure(f"a save, {CLIENTS} clients, 10 % writes", written),
    ]


async def previewed(office: Office) -> list[Figure]:
    """Another's saves while a file of two thousand entries is previewed, and while it is taken in."""
    entries = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}@crowd\r\nDTSTAMP:20261120T000000Z\r\nSUMMARY:Họp {number}\r\n"
        f"DTSTART;VALUE=DATE:{date(2027, 1, 1) + timedelta(days=number % 300):%Y%m%d}\r\nEND:VEVENT\r\n"
        for number in range(ENTRIES)
    )
    content = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Crowd//EN\r\n{entries}END:VCALENDAR\r\n".encode()
    line, numbers = Line(office.port), iter(list(range(EVENTS)) * 10)
    found = [await series("a save, quiet", 100, lambda: save(line, office, next(numbers)), 200, pause=0.02)]
    head = f"POST /api/v1/events/import?dry_run=true HTTP/1.1\r\n{_bearer(office.tokens[0])}"
    head += "Content-Type: text/calendar\r\n"
    working = asyncio.create_task(Line(office.port).ask(head.encode(), content))
    times = []
    while not working.done():
        answer = await save(line, office, next(numbers))
        if answer.status != 200:
            raise RuntimeError(f"{answer.head!r} {answer.body!r}")
        times.append(answer.seconds)
        await asyncio.sleep(0.02)
    preview = await working
    note = f"the preview: {preview.status}, {preview.seconds:.1f} s, {json.loads(preview.body)['created']} created"
    return [*found, Figure(f"a save during a preview of {ENTRIES:,} entries", times, 0.5, note)]


def furnish(database: Database, service: Service) -> Office:
    """Accounts, events and a feed, written before the service starts."""
    with database.transaction() as session:
        people = [factories.make_user(session, Role.OFFICER) for _number in range(10)]
        act = ActionContext(people[0], utcnow(), factories.OFFICE)
        tokens = [accounts.issue_token(session, act, one, "crowd").secret for one in people]
        for one in people:
            accounts.change_user(session, act, one, {"password": PASSWORD, "must_change_password": False})
        events = [
            factories.make_event(
                session,
                first_day=(day := date(2026, 12, 1) + timedelta(days=number % 3650)),
                last_day=day + timedelta(days=3),
                status=EventStatus.PLANNED,
                created_by=people[0].id,
                headcount=5,
            )
            for number in range(EVENTS)
        ]
        issued = feeds.create_feed(session, act, {"name": "all", "past_days": 36_500, "programme": False})
        url = issued.url(factories.OFFICE)
        return Office(
            service.port,
            tokens,
            [one.email for one in people],
            [one.id for one in events],
            url.split("/feeds/")[1][:-4],
        )


async def measured(office: Office, parts: Sequence[str]) -> list[Figure]:
    """All figures."""
    answer = await sign_in(Line(office.port), office.emails[0], PASSWORD)
    marks = [one.split(b";")[0].strip() for one in answer.head.split(b"set-cookie:")[1:] if b"-known=" in one]
    office.cookies[office.emails[0]] = marks[0].decode()
    deeds = {"crowd": crowded, "passwords": attacked, "mixed": reading_and_writing, "preview": previewed}
    found = []
    for name in parts or deeds:
        figures = await deeds[name](office)
        print(name, *figures, sep="\n", file=sys.stderr, flush=True)
        found += figures
    return found


def measure(folder: Path, *, postgresql: bool = False, parts: Sequence[str] = ()) -> list[Figure]:
    """Start a service and measure; ``parts`` only some of it."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    with ExitStack() as stack:
        if postgresql:
            url = cluster.cluster(stack.enter_context(cluster.session())).create("crowd")
        else:
            url = f"sqlite:///{folder / 'crowd.db'}"
        upgrade(url)
        service = Service(folder / "crowd", url, DESK_SECRET_KEY="b" * 40)
        database = Database(url)
        stack.callback(database.dispose)
        office = furnish(database, service)
        stack.callback(service.stop)
        service.start("serve")
        return asyncio.run(measured(office, parts))
