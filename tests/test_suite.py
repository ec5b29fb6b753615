"""The suite's own rules: which database a test runs on, and that PostgreSQL is not left untried."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from models.database import Database
from models.holidays import office_holidays
from models.places import Locality
from tests import databases, factories, statements

SUITE = """
import pytest

@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    return request.param

def test_plain(database_kind): pass

@pytest.mark.both_databases("locks")
def test_marked(database_kind): pass

@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_postgresql(database_kind): pass

@pytest.mark.parametrize(("number", "database_kind"), [(1, "postgresql")], indirect=["database_kind"])
def test_together(number, database_kind): pass

def test_without(): pass
"""


class Collected:
    """What a run would take of :data:`SUITE`."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        databases.add_option(parser)

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", f"{databases.MARKER}(reason): for these tests")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        databases.select(config, items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.names = [item.name for item in session.items]


def collected(folder: Path, suite: str, *options: str) -> tuple[int, list[str]]:
    (folder / f"{folder.name}.py").write_text(suite)  # a module of its own each time
    plugin = Collected()
    plain = ["-p", "no:cacheprovider", "-p", "no:xdist", "-c", "/dev/null", "--import-mode=importlib", "--collect-only"]
    return int(
        pytest.main([*plain, f"--rootdir={folder}", *options, str(folder / f"{folder.name}.py")], plugins=[plugin])
    ), plugin.names


ALWAYS = [
    "test_plain[sqlite]", "test_marked[sqlite]", "test_marked[postgresql]", "test_postgresql[postgresql]",
    "test_together[1-postgresql]", "test_without",
]  # fmt: skip


def test_the_second_database_is_for_those_that_are_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(databases.ENVIRONMENT, raising=False)
    assert collected(tmp_path, SUITE) == (0, ALWAYS)
    assert set(collected(tmp_path, SUITE, "--databases=all")[1]) == {*ALWAYS, "test_plain[postgresql]"}
    monkeypatch.setenv(databases.ENVIRONMENT, "all")
    assert set(collected(tmp_path, SUITE)[1]) == {*ALWAYS, "test_plain[postgresql]"}


@pytest.mark.parametrize("mark", ["both_databases", "both_databases()", 'both_databases(" ")'])
def test_a_mark_without_a_reason_is_refused(tmp_path: Path, mark: str) -> None:
    code, _names = collected(tmp_path, SUITE.replace('both_databases("locks")', mark))
    assert code == pytest.ExitCode.USAGE_ERROR


@pytest.fixture
def recorder() -> Iterator[statements.Recorder]:
    made = statements.Recorder()
    made.listen()
    yield made
    made.stop()


def test_a_statement_is_noted_where_the_service_runs_it(database: Database, recorder: statements.Recorder) -> None:
    with database.transaction() as session:
        factories.make_locality(session)
        session.exec(select(Locality)).one()  # of a test
        office_holidays(session)
    (places,) = recorder.places.values()
    assert {place.partition(":")[0] for place in places} == {"models/holidays.py"}


def test_a_row_that_the_service_writes_counts_by_its_table(database: Database, recorder: statements.Recorder) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
    with database.transaction() as session:
        session.merge(event, load=False).headcount = 12
        office_holidays(session)
    (places,) = recorder.places.values()
    assert "UPDATE event" in places


def test_what_only_sqlite_has_seen_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "code.py").write_text(f"one()\n{statements.ON_SQLITE_ONLY}\nexcused()\nfour()\n")
    monkeypatch.setattr(statements, "ROOT", f"{tmp_path}/")
    seen = {"code.py:1", "code.py:3", "code.py:4", "UPDATE event", "models/migrations/env.py:3"}
    assert statements.on_sqlite_only({"sqlite": seen, "postgresql": {"code.py:1"}}) == ["UPDATE event", "code.py:4"]
    assert statements.on_sqlite_only({"sqlite": seen, "postgresql": seen | {"code.py:9"}}) == []
