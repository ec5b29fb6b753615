"""Migration 0031: what bodies are over time goes up with every row kept, and is named and refused on the way down."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from models.database import Database
from models.migrate import downgrade, upgrade
from models.places import Locality, Organisation
from models.vocabulary import LocalityLevel
from tests import factories

pytestmark = pytest.mark.both_databases("a constraint changed in place, columns with constraints of their own")


def rows(database: Database) -> list[tuple[Any, ...]]:
    with database.transaction() as session:
        connection = session.connection()
        return [
            *map(tuple, connection.exec_driver_sql("SELECT code, level, country FROM locality ORDER BY code")),
            *map(tuple, connection.exec_driver_sql("SELECT id, locality FROM organisation ORDER BY id")),
        ]


def test_rows_are_kept_up_and_down(database: Database, database_url: str) -> None:
    with database.transaction() as session:
        factories.make_organisation(session)
        factories.make_organisation(session, locality="vientiane-province")
    before = rows(database)
    database.dispose()
    downgrade(database_url, "0028")
    assert rows(database) == before
    database.dispose()
    upgrade(database_url)
    assert rows(database) == before


@pytest.mark.parametrize(
    "values",
    [{"parent": "vietnam"}, {"level": LocalityLevel.DISTRICT}, {"level": LocalityLevel.VILLAGE}],
)
def test_what_the_old_version_can_not_hold_of_a_locality_is_named(
    database: Database, database_url: str, values: Mapping[str, Any]
) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "vietnam")
        factories.make_locality(session, "nam-sach", **values)
    database.dispose()
    with pytest.raises(RuntimeError, match="nam-sach"):
        downgrade(database_url, "0028")
    with database.transaction() as session:
        place = session.get_one(Locality, "nam-sach")
        assert {name: getattr(place, name) for name in values} == values


@pytest.mark.parametrize("name", ["parent_id", "starts_on", "ends_on"])
def test_what_the_old_version_can_not_hold_of_an_organisation_is_named(
    database: Database, database_url: str, name: str
) -> None:
    with database.transaction() as session:
        above = factories.make_organisation(session)
        value = above.id if name == "parent_id" else date(2025, 6, 30)
        key = factories.make_organisation(session, **{name: value}).id
    database.dispose()
    with pytest.raises(RuntimeError, match=key):
        downgrade(database_url, "0028")
    with database.transaction() as session:
        assert getattr(session.get_one(Organisation, key), name) == value
