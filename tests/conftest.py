"""What every room's tests share: a clock that stands still, and a fresh migrated database of either kind."""

import gc
import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, Engine

from tests import cluster, databases, statements
from tests.jobs.sink import Sink, SinkServer
from tests.paths import TESTS

if TYPE_CHECKING:
    from models.database import Database

_DIRECTORY = "DESK_TEST_CLUSTER"
_REQUIRED = "DESK_TEST_REQUIRE_POSTGRESQL"
_numbers = itertools.count(1)
_CONSOLE = TESTS / "service" / "web" / "console"
_NO_POSTGRESQL = "PostgreSQL's programs (initdb, postgres) are not on this machine"
NO_ICU = "this PostgreSQL was built without ICU"
NO_MACHINES = "network namespaces need root and the program ip (iproute2)"
NO_LIBICAL = "libical is not on this machine"
NO_CALENDAR_CLIENTS = "khal and vdirsyncer are not in .venv-clients"
NO_POOLER = "pgbouncer is not on this machine"
NO_DOVECOT = "Dovecot is not on this machine"
NO_CHROMIUM = "Chromium is not on this machine"
NO_FAKETIME = "libfaketime is not on this machine"
_NOT_TESTED = (
    ("POSTGRESQL WAS", _NO_POSTGRESQL, "On Debian and Ubuntu: sudo apt-get install postgresql"),
    ("THE ORDER OF NAMES AGAINST ICU WAS", NO_ICU, "On Debian and Ubuntu: sudo apt-get install postgresql"),
    ("THE CONSOLE IN A BROWSER WAS", NO_CHROMIUM, "On Debian and Ubuntu: sudo apt-get install chromium"),
    ("LIBICAL WAS", NO_LIBICAL, "On Debian and Ubuntu: sudo apt-get install libical3"),
    ("BEHIND A POOLER WAS", NO_POOLER, "On Debian and Ubuntu: sudo apt-get install pgbouncer"),
    ("THE INBOX OF ANSWERS WAS", NO_DOVECOT, "On Debian and Ubuntu: sudo apt-get install dovecot-imapd"),
    ("SEVERAL MACHINES WERE", NO_MACHINES, "On Debian and Ubuntu: sudo apt-get install iproute2, and run them as root"),
    ("A CLOCK THAT IS MOVED WAS", NO_FAKETIME, "On Debian and Ubuntu: sudo apt-get install faketime"),
    (
        "CALENDAR PROGRAMS WERE",
        NO_CALENDAR_CLIENTS,
        "`make clients` installs them, where a package index can be reached",
    ),
)

settings.register_profile("quick", deadline=None, max_examples=50)
settings.register_profile("ci", settings.get_profile("quick"), derandomize=True, print_blob=True)
settings.register_profile(
    "soak", deadline=None, max_examples=2000, stateful_step_count=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "quick"))


_recorder = pytest.StashKey[statements.Recorder]()
_untried = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Hold the session's lock (the controller only: its workers come and go, and find the directory by name)."""
    if config.getoption("statements"):
        config.stash[_recorder] = statements.Recorder()
        config.stash[_recorder].listen()
    if not hasattr(config, "workerinput"):
        session = cluster.session()
        os.environ[_DIRECTORY] = str(session.__enter__())
        config.add_cleanup(lambda: session.__exit__(None, None, None))


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of this suite."""
    databases.add_option(parser)
    statements.add_option(parser)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose the databases, and start with what takes long, so that no worker is left alone with it at the end."""
    databases.select(config, items)
    items.sort(key=_rank)


def pytest_collection_finish() -> None:
    """Leave what collecting made, which lives as long as the run, out of all later searches for garbage."""
    gc.collect()
    gc.freeze()


def _rank(item: pytest.Item) -> int:
    """Tests that must follow each other in one worker come first, then those that wait for a browser or a process."""
    if item.get_closest_marker("xdist_group"):
        return 0
    return 1 if item.get_closest_marker("timeout") or item.path.is_relative_to(_CONSOLE) else 2


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended: take over what it noted."""
    if recorder := node.config.stash.get(_recorder, None):
        recorder.add(getattr(node, "workeroutput", {}).get("statements", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that left a statement untried on PostgreSQL."""
    recorder = session.config.stash.get(_recorder, None)
    if recorder is None:
        return
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["statements"] = {name: sorted(found) for name, found in recorder.places.items()}
    elif "postgresql" in recorder.places and (untried := statements.on_sqlite_only(recorder.places)):
        session.config.stash[_untried] = untried
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested."""
    if untried := terminalreporter.config.stash.get(_untried, None):
        terminalreporter.section("STATEMENTS NOT TRIED ON POSTGRESQL", sep="!", red=True, bold=True)
        terminalreporter.line(f"Mark a test that runs them with {databases.MARKER} (tests/databases.py):")
        terminalreporter.line("\n".join(untried))
    reports = [str(report.longrepr) for report in terminalreporter.getreports("skipped")]
    for what, why, advice in _NOT_TESTED:
        if skipped := sum(why in report for report in reports):
            terminalreporter.section(f"{what} NOT TESTED", sep="!", red=True, bold=True)
            terminalreporter.line(f"{skipped} tests were skipped: {why}.", red=True)
            terminalreporter.line(advice, red=True)


@pytest.fixture
def now() -> datetime:
    """The tests' instant: Sunday 22 November 2026, 10:00 in the office."""
    return datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def need_postgresql() -> None:
    """Skip the test where PostgreSQL's programs are missing, or fail it where they must not be."""
    if cluster.binaries() is None:
        if os.environ.get(_REQUIRED):
            pytest.fail(f"{_NO_POSTGRESQL}, and {_REQUIRED} is set", pytrace=False)
        pytest.skip(_NO_POSTGRESQL)


@pytest.fixture(scope="session")
def postgresql() -> cluster.Cluster:
    """The session's throw-away PostgreSQL."""
    need_postgresql()
    return cluster.cluster(Path(os.environ[_DIRECTORY]))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, made once per worker; to be copied."""
    from models.migrate import upgrade

    path = tmp_path_factory.mktemp("template") / "desk.sqlite"
    upgrade(f"sqlite:///{path}")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # or the copy would lack what only the -wal file holds
    connection.close()
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql: cluster.Cluster, worker_id: str) -> str:
    """The name of a migrated, empty PostgreSQL database, made once per worker; to be copied."""
    from models.migrate import upgrade

    name = f"template_{worker_id}"
    upgrade(postgresql.create(name))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """The database a test runs on (:mod:`tests.databases`); parametrize it indirectly or override it to run on one."""
    kind: str = request.param
    return kind


def fresh_database(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path, template: str = "template"
) -> Iterator[str]:
    """A database, copied from what the fixture ``sqlite_…`` or ``postgresql_…`` of that name gives; empty without."""
    if kind == "sqlite":
        path = tmp_path / ("desk.sqlite" if template else "empty.sqlite")
        if template:
            shutil.copyfile(request.getfixturevalue(f"sqlite_{template}"), path)
        yield f"sqlite:///{path}"
        return
    server: cluster.Cluster = request.getfixturevalue("postgresql")
    original = request.getfixturevalue(f"postgresql_{template}") if template else "template0"
    name = f"test_{request.getfixturevalue('worker_id')}_{next(_numbers)}"
    yield server.create(name, original)
    server.drop(name)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database without data, this test's own."""
    yield from fresh_database(request, database_kind, tmp_path)


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table, for tests of the migrations."""
    yield from fresh_database(request, database_kind, tmp_path, "")


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Let all databases of a kind share what SQLAlchemy has compiled.

    An engine keeps its statements for itself, and every test has an engine of its own: a quarter of most tests was
    spent compiling the same statements again. A service has one engine for as long as it runs.
    """
    import models.database

    make = models.database.create_engine
    known: dict[str, Engine] = {}

    def create_engine(url: URL, **options: Any) -> Engine:
        engine = make(url, query_cache_size=5000, **options)
        first = known.setdefault(engine.name, engine)
        # The dialect is part of the key; one that has met its server knows all about it.
        if first is not engine and first.dialect.server_version_info is not None:
            engine.dialect = first.dialect
            engine._compiled_cache = first._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models.database, "create_engine", create_engine)
        yield


@pytest.fixture
def database(database_url: str) -> Iterator["Database"]:
    """A migrated database without data, its connections closed after the test."""
    from models.database import Database

    opened = Database(database_url, locality="hai-duong")
    yield opened
    opened.dispose()


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A real mail server on this machine that keeps what it accepts."""
    server = SinkServer()
    server.start()
    yield server.sink
    server.stop()
