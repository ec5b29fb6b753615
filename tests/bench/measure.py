"""How things are timed: medians, both sides in turn, the order reversed every time."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.clock import monotonic
from models.database import Database
from models.migrate import upgrade
from service.settings import Settings, load_settings
from tests import cluster

ROUNDS = 5


@contextmanager
def bench_database(folder: Path, name: str, *, postgresql: bool = False) -> Iterator[tuple[Database, Settings]]:
    """A fresh migrated database and the settings that go with it; PostgreSQL is one that runs for this only."""
    with ExitStack() as stack:
        if postgresql:
            url = cluster.cluster(stack.enter_context(cluster.session())).create(name)
        else:
            url = f"sqlite:///{folder / name}.db"
        upgrade(url)
        environment = {"DESK_DATABASE_URL": url, "DESK_VAR": str(folder / name), "DESK_SECRET_KEY": "b" * 40}
        database = Database(url)
        stack.callback(database.dispose)
        yield database, load_settings(environment)


@dataclass(frozen=True)
class Result:
    """One row of the table. Times are seconds per item."""

    what: str
    ours: float
    peer_name: str
    peer: float
    wanted: str
    good: bool

    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times faster than the peer."""
        return self.peer / self.ours


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = monotonic()
    work()
    return monotonic() - began


def pair(
    ours: Callable[[], object], peer: Callable[[], object], ours_items: int, peer_items: int
) -> tuple[float, float]:
    """Median seconds per item of both, measured in turn, in changing order, after one uncounted call each."""
    ours(), peer()
    mine: list[float] = []
    theirs: list[float] = []
    for number in range(ROUNDS):
        sides = [(ours, mine), (peer, theirs)]
        for work, times in sides if number % 2 else reversed(sides):
            times.append(seconds(work))
    return statistics.median(mine) / ours_items, statistics.median(theirs) / peer_items


def shown(value: float) -> str:
    """Seconds as a person reads them."""
    return f"{value * 1e6:.1f} µs" if value < 1e-3 else f"{value * 1e3:.2f} ms"


def table(results: list[Result]) -> str:
    """The results as a Markdown table."""
    lines = ["| what | ours | peer or limit | measured | ratio | wanted |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row.what} | {shown(row.ours)} | {row.peer_name} | {shown(row.peer)} | {row.ratio:.2f} × "
        f"| {row.wanted}{'' if row.good else ' (missed)'}{row.note} |"
        for row in results
    ]
    return "\n".join(lines)


def fire(number: int) -> None:
    """What a peer's job does: nothing."""
