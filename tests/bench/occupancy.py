"""Whether "is this span free?" stays as fast with a hundred times the bookings, courses of a year among them."""

import random
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from calendars.bookings.availability import length_class
from calendars.days.spans import Span
from models.database import Database
from models.migrate import upgrade
from models.resources import Resource
from models.types import new_id
from service.actions.bookings.availability import held_bookings
from tests import cluster, factories
from tests.bench.measure import seconds, shown

SIZES = (10_000, 1_000_000)
RESOURCES, YEARS = 20, 40
PROBES, ROUNDS = 400, 7
GROWTH = 1.5
"""The most that a hundred times the bookings may cost."""

_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_PLAIN = "SELECT id FROM booking WHERE resource_id = {0} AND starts_at < {1} AND ends_at > {2} AND state = 'held'"
_PLAIN_INDEX = "CREATE INDEX ix_bench_plain ON booking (resource_id, starts_at)"


@dataclass(frozen=True)
class Figure:
    """One cell: a question to a database with so many bookings."""

    what: str
    bookings: int
    seconds: float


def fill(session: Session, count: int) -> list[str]:
    """``count`` bookings in twenty halls over forty years, an hour or three days long; the halls' ids.

    In each hall a course of a year follows the other, and the rest runs beside it.
    """
    factories.make_locality(session, "hai-duong")
    visit = factories.make_event(session).id
    halls = []
    for number in range(RESOURCES):
        hall = Resource(name={"vi": f"Hội trường {number}"}, type="room", locality="hai-duong", capacity=9)  # type: ignore[arg-type]
        session.add(hall)
        session.flush()
        halls.append(hall.id)
    rows = (_row(hall, visit, span) for hall in halls for span in _spans(count // RESOURCES))
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor().copy(f"COPY booking ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        places = ", ".join("?" * len(_COLUMNS))
        statement = f"INSERT INTO booking ({', '.join(_COLUMNS)}) VALUES ({places})"
        while batch := list(islice(rows, 20_000)):
            connection.exec_driver_sql(statement, [tuple(map(_as_sqlite_keeps, row)) for row in batch])
    return halls


def _spans(count: int) -> Iterator[Span]:
    """What is booked of one hall."""
    for year in range(YEARS):
        yield Span(_BEGIN + timedelta(days=365 * year), _BEGIN + timedelta(days=365 * (year + 1)))
    step = timedelta(days=365 * YEARS) / (count - YEARS)
    for number in range(count - YEARS):
        start = (_BEGIN + step * number).replace(microsecond=0)
        yield Span(start, start + (timedelta(days=3) if number % 50 == 0 else timedelta(hours=1)))


_COLUMNS = (
    "id", "resource_id", "event_id", "quantity", "first_day", "last_day", "timezone", "state", "starts_at", "ends_at",
    "length_class", "is_exclusive", "created_at", "updated_at", "version",
)  # fmt: skip


def _row(hall: str, visit: str, span: Span) -> tuple[Any, ...]:
    first, last = span.start.date(), span.end.date()
    return (
        new_id(), hall, visit, 1, first, last, "UTC", "held", span.start, span.end,
        length_class(span), False, _BEGIN, _BEGIN, 1,
    )  # fmt: skip


def _as_sqlite_keeps(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value


@contextmanager
def filled(url: str, count: int) -> Iterator[tuple[Database, list[str]]]:
    """A database with so many bookings, and its halls."""
    upgrade(url)
    database = Database(url)
    with database.transaction() as session:
        halls = fill(session, count)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(_PLAIN_INDEX)
        if not database.is_sqlite:
            connection.exec_driver_sql("VACUUM ANALYZE booking")
    yield database, halls
    database.dispose()


def probes(halls: list[str]) -> list[tuple[str, Span]]:
    """Two hours at random instants of one year in the middle, in random halls: people ask about the coming months.

    The same ones every time.
    """
    drawn = random.Random(4)
    found = []
    for _number in range(PROBES):
        start = _BEGIN + timedelta(days=3650) + timedelta(minutes=drawn.randrange(365 * 24 * 60))
        found.append((drawn.choice(halls), Span(start, start + timedelta(hours=2))))
    return found


def questions(database: Database, halls: list[str]) -> dict[str, list[tuple[str, Any]]]:
    """What the service asks for each probe, as the driver gets it, and the same by a plain index on the start."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
        asked.append((statement, parameters))

    plain = []
    with database.transaction(write=False) as session:
        session.connection()
        event.listen(database.engine, "before_cursor_execute", note)
        for hall, span in probes(halls):
            held_bookings(session, hall, span)
            ends, starts = (at.isoformat(" ", "microseconds").partition("+")[0] for at in (span.end, span.start))
            if database.is_sqlite:
                plain.append((_PLAIN.format("?", "?", "?"), (hall, ends, starts)))
            else:
                plain.append((_PLAIN.format("%s", "%s", "%s"), (hall, span.end, span.start)))
        event.remove(database.engine, "before_cursor_execute", note)
    return {"classes of lengths": asked, "an index on the start": plain}


def measure(folder: Path, sizes: tuple[int, ...] = SIZES) -> list[Figure]:
    """Medians for each database and size; of PostgreSQL only where it is installed."""
    found = _of_sizes("SQLite", {count: f"sqlite:///{folder / f'taken{count}'}.db" for count in sizes})
    if cluster.binaries():
        with cluster.session() as directory:
            server = cluster.cluster(directory)
            found += _of_sizes("PostgreSQL", {count: server.create(f"taken{count}") for count in sizes})
    return found


def _of_sizes(name: str, urls: Mapping[int, str]) -> list[Figure]:
    """The medians of one database, all sizes in turn: a machine whose speed changes changes it for all."""
    with ExitStack() as opened:
        asks: dict[tuple[str, int], Callable[[], None]] = {}
        for count, url in urls.items():
            database, halls = opened.enter_context(filled(url, count))
            asked = questions(database, halls)
            connection = opened.enter_context(closing(database.engine.raw_connection()))
            asks |= {(how, count): partial(_ask, connection.cursor(), listed) for how, listed in asked.items()}
        times: dict[tuple[str, int], list[float]] = {key: [] for key in asks}
        for number in range(ROUNDS + 1):
            for key, ask in list(asks.items())[:: 1 if number % 2 else -1]:
                times[key].append(seconds(ask) / PROBES)
    # The first round only fills the caches.
    return [Figure(f"{name}, {how}", count, statistics.median(found[1:])) for (how, count), found in times.items()]


def _ask(cursor: Any, asked: Sequence[tuple[str, Any]]) -> None:
    for statement, parameters in asked:
        cursor.execute(statement, parameters)
        cursor.fetchall()


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table: a row for each way of asking, a column for each size, and how it grows."""
    sizes = sorted({one.bookings for one in figures})
    lines = [
        f"| is this span free? | {' | '.join(f'{size:,} bookings' for size in sizes)} | growth | wanted |",
        f"| --- |{' --- |' * len(sizes)} --- | --- |",
    ]
    for what in dict.fromkeys(one.what for one in figures):
        row = {one.bookings: one.seconds for one in figures if one.what == what}
        growth = row[sizes[-1]] / row[sizes[0]]
        is_ours = "classes" in what
        wanted = f"≤ {GROWTH} ×{'' if growth <= GROWTH else ' (missed)'}" if is_ours else "for comparison"
        lines.append(f"| {what} | {' | '.join(shown(row[size]) for size in sizes)} | {growth:.1f} × | {wanted} |")
    return "\n".join(lines)
