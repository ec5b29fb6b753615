"""Nothing crosses between two offices that should not: some orders of steps, scenarios, and guards that are off."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event as sqlalchemy_event

from models.database import Database
from models.file_store import FileStore
from service.http.app_context import AppContext
from service.settings import Settings, load_settings
from tests import factories
from tests.conftest import fresh_database
from tests.service.conftest import Clock, built_app
from tests.service.properties.both_sides.machine import BothSides
from tests.service.properties.both_sides.scenarios import GUARDS, SCENARIOS
from tests.service.properties.both_sides.table import HOME, Table
from tests.service.properties.desk import _without_waiting_for_the_disk
from tests.service.properties.traces import Leak

Begin = Callable[[], Table]


@pytest.fixture
def begin(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[Begin]:
    """Lay out the table on a database of its own, as often as it is asked for."""
    app, number = built_app(), itertools.count()
    with contextlib.ExitStack() as stack:

        def lay_out() -> Table:
            folder = tmp_path / str(next(number))
            folder.mkdir()
            fresh = fresh_database(request, database_kind, folder, "office")
            url = stack.enter_context(contextlib.contextmanager(lambda: fresh)())
            database, clock = Database(url, locality=HOME), Clock(factories.NOW)
            if database_kind == "sqlite":
                sqlalchemy_event.listen(database.engine, "connect", _without_waiting_for_the_disk)
            settings = settings_of(url, folder)
            FileStore(settings.files_folder).open(make=True)
            app.extensions["desk"] = AppContext(settings, database, clock)
            return Table(app, database, clock, settings)

        yield lay_out


def settings_of(url: str, folder: Path) -> Settings:
    return load_settings(
        {
            "DESK_DATABASE_URL": url,
            "DESK_VAR": str(folder / "var"),
            "DESK_PUBLIC_URL": "https://desk.example.org",
            "DESK_SECRET_KEY": "a secret for tests, long enough to be one",
            "DESK_LOCALITY": HOME,
        }
    )


def run(begin: Begin, runs: int, steps: int, *, sweeps: bool = True) -> None:
    class Here(BothSides):
        pass

    Here.begin, Here.sweeps = staticmethod(begin), sweeps
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=runs, stateful_step_count=steps, deadline=None, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_some_orders_of_steps_let_nothing_cross(begin: Begin) -> None:
    run(begin, 2, 12)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.both_databases("the same, for longer")
def test_many_orders_of_steps_let_nothing_cross(begin: Begin) -> None:
    run(begin, 120, 40)


@pytest.fixture
def table(begin: Begin) -> Iterator[Table]:
    laid_out = begin()
    yield laid_out
    laid_out.close()


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_nothing_crosses_in_a_play(table: Table, name: str) -> None:
    SCENARIOS[name](table)


@pytest.mark.parametrize("name", sorted(GUARDS))
def test_a_guard_that_is_off_is_seen(table: Table, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    switch_off, scenario = GUARDS[name]
    switch_off(monkeypatch)
    with pytest.raises(Leak):
        SCENARIOS[scenario](table)


@pytest.mark.parametrize("name", ["visits_are_hidden", "notes_of_one_side", "may_change"])
@pytest.mark.soak
def test_some_order_of_steps_finds_a_guard_that_is_off(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The machine by itself, without being told how."""
    GUARDS[name][0](monkeypatch)
    with pytest.raises(BaseException) as found:  # noqa: PT011 - whatever Hypothesis makes of it
        run(begin, 40, 25, sweeps=False)
    assert any(isinstance(one, Leak) for one in _reasons(found.value)), repr(found.value)


def _reasons(problem: BaseException) -> Iterator[BaseException]:
    """An exception, what it came from and what it holds: ids are others in each run, so that Hypothesis may say of what
    it found that it does not happen again."""
    yield problem
    for one in (problem.__cause__, problem.__context__, *getattr(problem, "exceptions", ())):
        if one is not None:
            yield from _reasons(one)
