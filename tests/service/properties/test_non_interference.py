"""No steps of one side make anything of another's hidden events readable by it or sent to it.

Accounts of three organisations in two offices and of all roles do what they may, in any order; the owners of hidden
events go on with their work meanwhile, and time passes. How something new joins:
``docs/how-to/add-to-the-non-interference-test.md``.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.service.properties import (
    still_open,
    succession_scenarios,  # noqa: F401 - its scenarios are among them
)
from tests.service.properties.desk import Desk, Layout, lay_out
from tests.service.properties.guards import GUARDS
from tests.service.properties.machine import Machine
from tests.service.properties.scenarios import SCENARIOS
from tests.service.properties.traces import Leak


@pytest.fixture(scope="session")
def layout(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Layout:
    path = tmp_path_factory.mktemp("offices") / "desk.sqlite"
    shutil.copyfile(sqlite_template, path)
    return lay_out(path)


@pytest.fixture
def desk(layout: Layout, tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(layout, tmp_path / "run.sqlite")
    yield opened
    opened.close()


def run(layout: Layout, folder: Path, runs: int, steps: int, *, sweeps: bool = True) -> None:
    """So many runs without a leak; ``sweeps``: at the end of each everything is read."""

    class Here(Machine):
        pass

    Here.layout, Here.folder, Here.sweeps = layout, folder, sweeps
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.generate, *([Phase.shrink] if sweeps else [])],
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def test_some_orders_of_steps_show_nothing_hidden(layout: Layout, tmp_path: Path) -> None:
    run(layout, tmp_path, 3, 15)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_many_orders_of_steps_show_nothing_hidden(layout: Layout, tmp_path: Path) -> None:
    run(layout, tmp_path, 200, 40)


ATTACKS = [
    pytest.param(name, marks=pytest.mark.xfail(raises=Leak, strict=True)) if name in still_open.SCENARIOS else name
    for name in sorted(SCENARIOS)
]


@pytest.mark.parametrize("name", ATTACKS)
def test_no_known_attack_shows_anything_hidden(desk: Desk, name: str) -> None:
    SCENARIOS[name](desk)


@pytest.mark.parametrize("name", sorted(GUARDS))
def test_a_guard_that_is_off_is_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    switch_off, scenario = GUARDS[name]
    switch_off(monkeypatch, desk)
    with pytest.raises(Leak):
        SCENARIOS[scenario](desk)


@pytest.mark.parametrize("name", ["visible_to", "audience_may_read", pytest.param("hold_of", marks=pytest.mark.soak)])
def test_some_order_of_steps_finds_a_guard_that_is_off(
    layout: Layout, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The machine by itself, without being told how."""
    GUARDS[name][0](monkeypatch, desk)
    with pytest.raises(BaseException, match=r"tells|answers|changed|differs"):
        run(layout, tmp_path, 60, 15, sweeps=False)
