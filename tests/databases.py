"""Which tests run on which database.

Every test that opens a database is collected twice, once for SQLite and once for PostgreSQL. A run takes the SQLite
half of all of them and the PostgreSQL half of those that are marked with ``both_databases`` and a reason: where SQL,
locking or a type differs between the two, or where no other test runs a statement on PostgreSQL. ``--databases=all``
takes everything. A test that parametrizes ``database_kind`` itself always runs on what it names.

:mod:`tests.statements` checks that the marked tests still run every statement of the service on PostgreSQL.
"""

import os

import pytest

ENVIRONMENT = "DESK_TEST_DATABASES"
CHOICES = ("declared", "all")
MARKER = "both_databases"


def add_option(parser: pytest.Parser) -> None:
    """``--databases``; its default comes from the environment."""
    parser.addoption(
        "--databases",
        choices=CHOICES,
        default=os.environ.get(ENVIRONMENT) or CHOICES[0],
        help="declared: SQLite, and PostgreSQL for tests marked both_databases; all: both for every test"
        f" (default: ${ENVIRONMENT} or %(default)s)",
    )


def select(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the PostgreSQL half of every test that is not marked, unless all are to run.

    Raises:
        pytest.UsageError: a marker gives no reason.
    """
    for item in items:
        for marker in item.iter_markers(MARKER):
            if not (len(marker.args) == 1 and isinstance(marker.args[0], str) and marker.args[0].strip()):
                raise pytest.UsageError(f"{item.nodeid}: {MARKER} needs one argument, the reason")
    if config.getoption("databases") == "all":
        return
    left_out = [item for item in items if is_left_out(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        chosen = set(map(id, left_out))
        items[:] = [item for item in items if id(item) not in chosen]


def is_left_out(item: pytest.Item) -> bool:
    """Whether this is the PostgreSQL half of a test that need not run on both."""
    callspec = getattr(item, "callspec", None)
    return (
        callspec is not None
        and callspec.params.get("database_kind") == "postgresql"
        and item.get_closest_marker(MARKER) is None
        and not any("database_kind" in _names(marker) for marker in item.iter_markers("parametrize"))
    )


def _names(marker: pytest.Mark) -> list[str]:
    """The names a ``parametrize`` gives values to."""
    names = marker.kwargs.get("argnames") or marker.args[0]
    return [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
