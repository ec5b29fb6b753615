"""Feeds over HTTP while somebody writes into them: against nginx with the bytes as a file, Radicale, and icalendar."""

import gzip
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import icalendar

from models.clock import monotonic
from tests.bench import measure as timing
from tests.bench import peers
from tests.bench.feed_desks import WORKERS, FeedDesk, feed_desk
from tests.bench.measure import ROUNDS, Result, seconds
from tests.bench.peers import Load, fetch, wrk

SMALL, LARGE = (100, 500, 10_000), 100_000
EDITED = (1_000, 10_000, 100_000)
IDENTITY = 500
SECONDS, LARGE_SECONDS = 3, 5
"""How long wrk asks at a time."""

WANTED_PACKED = {500: 0.4, 10_000: 0.8}
WANTED_UNCHANGED = 0.3
WANTED_RADICALE = {10_000: 1000}
EDITS = 25
SAMPLE = 200
FEEDS, FEED_EVENTS = 1_000, 500
MEMORY = 256 * 1024**2
"""What each web process may take, at most, for feeds, and how much of that may come with reading them all again."""


@dataclass
class Found:
    """The rows, and sentences about what is no ratio or was not measured."""

    results: list[Result] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        remarks = "".join(f"\n- {remark}." for remark in self.remarks)
        return timing.table(self.results) + (f"\n{remarks}" if remarks else "")


def measure(folder: Path) -> Found:
    """All of it, in about a quarter of an hour; programs that are missing are named and their rows left out."""
    found = Found(remarks=peers.missing())
    with ExitStack() as opened, ThreadPoolExecutor(1) as at_once:
        # What is read for the first time is made, and Radicale parses: neither is measured, each takes a processor.
        desks = {LARGE: opened.enter_context(feed_desk(folder, LARGE))}
        largest = at_once.submit(desks[LARGE].body)
        bodies = {}
        for events in sorted({*SMALL, *EDITED} - {LARGE}):
            desks[events] = opened.enter_context(feed_desk(folder, events))
            bodies[events] = desks[events].body()
        collections = {str(events): _split(bodies[events]) for events in SMALL}
        radicale = opened.enter_context(peers.radicale(folder / "radicale", collections))
        parsing = seconds(partial(_warm, radicale))
        bodies[LARGE] = largest.result()
        packed = _over_http(folder, desks, bodies, found)
        if radicale:
            found.results += [
                _against_radicale(radicale, desks[events], packed[events]) for events in SMALL if events in packed
            ]
            found.remarks.append(
                f"Radicale was NOT ASKED for {LARGE:,} events: it took {parsing:.0f} s until it had read"
                f" {SMALL[-1]:,} for the first time"
            )
        _edits({events: desks[events] for events in EDITED}, bodies[EDITED[0]], found)
        _memory(desks[FEED_EVENTS], found)
    return found


def _over_http(
    folder: Path, desks: Mapping[int, FeedDesk], bodies: Mapping[int, bytes], found: Found
) -> dict[int, float]:
    """The rows against nginx; seconds per compressed answer by number of events. Nothing without nginx or wrk."""
    packed: dict[int, float] = {}
    with peers.nginx(folder / "nginx", WORKERS) as peer:
        if peer is None or any(remark.startswith("wrk") for remark in found.remarks):
            return packed
        files, address = peer
        for events in (*SMALL, LARGE):
            desk = desks[events]
            name = f"{events}.ics"
            (files / name).write_bytes(bodies[events])
            (files / f"{name}.gz").write_bytes(desk.read().body)
            url = f"{address}/{name}"
            _compare(desk.url, url)
            rows = _asked(desk, url, ROUNDS if events < LARGE else 2)
            packed[events] = rows[0].ours
            found.results += rows
    return packed


def _compare(ours: str, theirs: str) -> None:
    """Make sure that both sides answer with the same bytes before anything is measured.

    Raises:
        RuntimeError: they do not.
    """
    bodies = set()
    for url in (ours, theirs):
        plain, packed = fetch(url), fetch(url, Accept_Encoding="gzip")
        unchanged = fetch(url, Accept_Encoding="gzip", If_None_Match=packed.etag)
        if (plain.status, packed.status, unchanged.status) != (200, 200, 304):
            raise RuntimeError(f"{url}: {plain.status}, {packed.status}, {unchanged.status}")
        if packed.headers.get("content-encoding") != "gzip" or "content-encoding" in plain.headers or unchanged.body:
            raise RuntimeError(f"{url} is not compressed as asked")
        bodies |= {plain.body, gzip.decompress(packed.body)}
    if len(bodies) != 1:
        raise RuntimeError("the peer answers other bytes")


def _asked(desk: FeedDesk, peer: str, rounds: int) -> list[Result]:
    """200 compressed, 304, and for one size 200 as it is; at rest, and while titles in the feed change."""
    rows = _rows(desk, peer, _loads(desk, peer, rounds), 0.0)
    with desk.written_to() as writer:
        loads = _loads(desk, peer, rounds)
    _look_for(desk, f" · {writer.changes - 1}")
    return rows + _rows(desk, peer, loads, writer.pace)


def _loads(desk: FeedDesk, peer: str, rounds: int) -> dict[tuple[str, str], list[Load]]:
    """What was answered, by kind of question and address, both sides in turn."""
    long = SECONDS if desk.events < LARGE else LARGE_SECONDS
    asks: dict[str, Callable[[str], Load]] = {
        "200 gzip": lambda url: wrk(url, long),
        "304": lambda url: wrk(url, long, tag=fetch(url, Accept_Encoding="gzip").etag),
    }
    if desk.events == IDENTITY:
        asks["200 identity"] = lambda url: wrk(url, long, gzip=False)
    loads: dict[tuple[str, str], list[Load]] = defaultdict(list)
    for number in range(rounds):
        sides = [desk.url, peer]
        for url in sides if number % 2 else reversed(sides):
            for what, ask in asks.items():
                loads[what, url].append(ask(url))
    return loads


def _rows(desk: FeedDesk, peer: str, loads: Mapping[tuple[str, str], list[Load]], pace: float) -> list[Result]:
    return [
        _row(f"{what}, {desk.events:,} events", loads[what, desk.url], loads[what, peer], pace, wanted)
        for what in dict.fromkeys(what for what, _url in loads)
        for wanted in [
            WANTED_UNCHANGED if what == "304" else WANTED_PACKED.get(desk.events) if "gzip" in what else None
        ]
    ]


def _look_for(desk: FeedDesk, words: str) -> None:
    """Make sure that every web process shows the last change.

    Raises:
        RuntimeError: one does not.
    """
    # Folded lines begin with a space in the middle of words.
    if words.encode() not in desk.body().replace(b"\r\n ", b""):
        raise RuntimeError(f"the last change of {desk.events:,} events is not in the feed")


def _row(what: str, ours: list[Load], theirs: list[Load], pace: float, wanted: float | None) -> Result:
    mine, peer = (statistics.median(one.each for one in side) for side in (ours, theirs))
    changed = sum(one.changed for one in ours) / sum(one.seconds for one in ours)
    news = f", {changed:.0f}/s of ours 200 with news" if changed else ""
    if silent := sum(not one.answers for one in ours):
        news += f"; {silent} of {len(ours)} times NO ANSWER within {ours[0].seconds:.0f} s"
    return Result(
        f"HTTP {what}, {pace:.0f} changes/s" if pace else f"HTTP {what}", mine, "nginx, gzip_static", peer,
        f"≥ {wanted:g} ×" if wanted else "for comparison", wanted is None or peer / mine >= wanted,
        f"; {1 / mine:,.0f}/s, nginx {1 / peer:,.0f}/s{news}",
    )  # fmt: skip


def _split(body: bytes) -> list[bytes]:
    """A calendar's entries, each as a calendar of its own."""
    head, *entries = body.split(b"BEGIN:VEVENT\r\n")
    end = b"END:VEVENT\r\n"
    return [head + b"BEGIN:VEVENT\r\n" + entry.partition(end)[0] + end + b"END:VCALENDAR\r\n" for entry in entries]


def _warm(radicale: str | None) -> None:
    """Let Radicale read each collection once: it remembers what it has parsed."""
    if radicale:
        for events in SMALL:
            fetch(f"{radicale}/{events}/")


def _against_radicale(radicale: str, desk: FeedDesk, packed: float) -> Result:
    """One reader at a time, as with several none gets an answer; nothing is written meanwhile."""
    times: list[float] = []
    began = monotonic()
    while not times or monotonic() - began + max(times) < SECONDS:
        before = monotonic()
        answer = fetch(f"{radicale}/{desk.events}/")
        times.append(monotonic() - before)
        if answer.status != 200 or answer.body.count(b"BEGIN:VEVENT") != desk.events:
            raise RuntimeError(f"Radicale: {answer.status}, {answer.body[:200]!r}")
    peer, wanted = statistics.median(times), WANTED_RADICALE.get(desk.events)
    return Result(
        f"HTTP 200 gzip, {desk.events:,} events", packed, "Radicale, GET of the collection", peer,
        f"≥ {wanted:,} ×" if wanted else "for comparison", wanted is None or peer / packed >= wanted,
    )  # fmt: skip


def _edits(desks: Mapping[int, FeedDesk], body: bytes, found: Found) -> None:
    """An edit and the first reading after it, the sizes in turn; and the whole feed; against icalendar, all anew."""
    writes: dict[int, list[float]] = defaultdict(list)
    news: dict[int, list[float]] = defaultdict(list)
    whole: dict[int, list[float]] = defaultdict(list)
    tags = {events: desk.read().etag for events, desk in desks.items()}
    for number in range(EDITS):
        for events, desk in list(desks.items())[:: 1 if number % 2 else -1]:
            writes[events].append(desk.change())
            before = monotonic()
            answer = desk.read(If_None_Match=tags[events])
            news[events].append(monotonic() - before)
            if answer.status != 200 or answer.etag == tags[events]:
                raise RuntimeError(f"a change is not in the first reading after it ({answer.status})")
            tags[events] = answer.etag
    for events, desk in desks.items():
        desk.body()
        whole[events] = [seconds(partial(fetch, desk.url)) for _round in range(ROUNDS)]
    anew = statistics.median(seconds(partial(_anew, _values(body, SAMPLE))) for _round in range(ROUNDS)) / SAMPLE
    for events in desks:
        each = statistics.median(whole[events]) / events
        found.results.append(
            Result(f"a whole feed of {events:,} events over HTTP, per event", each, "icalendar, all anew", anew,
                   "≥ 100 ×", anew / each >= 100)
        )  # fmt: skip
    for events in desks:
        took, peer, limit = statistics.median(news[events]), anew * events, events <= 10_000
        found.results.append(
            Result(f"from an edit to the new bytes of {events:,} events over HTTP", took, "icalendar, all anew", peer,
                   "≤ 50 ms" if limit else "for comparison", not limit or took <= 0.05)
        )  # fmt: skip
    first, *others = (statistics.median(writes[events]) for events in desks)
    for events, took in zip(list(desks)[1:], others, strict=True):
        limit = events <= 10_000
        found.results.append(
            Result(f"the edit itself among {events:,} events", took, f"among {EDITED[0]:,}", first,
                   "≤ 1.5 × as long" if limit else "for comparison", not limit or took <= 1.5 * first)
        )  # fmt: skip


def _values(body: bytes, count: int) -> list[list[tuple[str, Any]]]:
    """What the first entries of a calendar say: names and plain values of their properties."""
    found = []
    for event in icalendar.Calendar.from_ical(body).walk("VEVENT")[:count]:
        found.append([(name, _plain(value)) for name, value in event.items()])
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, icalendar.vCategory):
        return [str(one) for one in value.cats]
    if hasattr(value, "dt"):
        return value.dt
    return int(value) if isinstance(value, int) else str(value)


def _anew(values: list[list[tuple[str, Any]]]) -> bytes:
    """A calendar with these entries, written by icalendar."""
    calendar = icalendar.Calendar()
    for properties in values:
        event = icalendar.Event()
        for name, value in properties:
            event.add(name, value)
        calendar.add_component(event)
    rendered: bytes = calendar.to_ical()
    return rendered


def _memory(desk: FeedDesk, found: Found) -> None:
    """What web processes take for many feeds, read once and read again."""
    before = desk.resident()
    urls = [desk.make_feed(f"Lịch số {number}") for number in range(FEEDS)]
    sizes = [before]
    for _reading in range(2):
        with ThreadPoolExecutor(peers.CONNECTIONS) as readers:
            statuses = {answer.status for answer in readers.map(desk.read, urls)}
        if statuses != {200}:
            raise RuntimeError(f"feeds were answered with {statuses}")
        sizes.append(desk.resident())
    grown = max(sizes) - before
    is_good = grown <= WORKERS * MEMORY
    told = " MB, ".join(f"{size / 1024**2:.0f}" for size in sizes)
    found.remarks.append(
        f"Memory of {WORKERS} web processes and their parent before {FEEDS:,} other feeds of {desk.events} events each"
        f" were read, after, and after all were read again: {told} MB; wanted: at most"
        f" {WORKERS * MEMORY / 1024**2:.0f} MB more{'' if is_good else ' (missed)'}"
    )
