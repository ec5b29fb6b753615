"""Norms on the way down: those that came with the service go and come again, one's own are named and kept."""

from datetime import date

import pytest
from sqlmodel import select

from models.accounts import SeedEntry
from models.database import Database
from models.migrate import downgrade, upgrade
from models.norms import Norm
from models.vocabulary import NormItem, NormUnit

pytestmark = pytest.mark.both_databases("a migration")

BEFORE = "0049"
TERMS = {"act": "Thông tư", "valid_from": date(2026, 5, 18), "item": NormItem.MEALS, "unit": NormUnit.PERSON_DAY}


def norms(database: Database) -> dict[str, str]:
    """Two norms of the service's files by their keys, one of which nobody has any more."""
    with database.transaction() as session:
        row = Norm(amount=1, **TERMS)
        session.add(row)
        session.flush()
        found = {"meals": row.id, "deleted": "0" * 26}
        session.add_all(
            SeedEntry(section="norms", key=key, entity_id=one, digest="x" * 64) for key, one in found.items()
        )
    return found


def keys(database: Database) -> set[str]:
    with database.transaction(write=False) as session:
        return set(session.exec(select(SeedEntry.key).where(SeedEntry.section == "norms")))


def test_norms_of_the_service_hold_nobody_back(database: Database, database_url: str) -> None:
    norms(database)
    downgrade(database_url, BEFORE)
    upgrade(database_url)
    assert keys(database) == {"deleted"}, "what was deleted stays deleted, the rest is loaded anew"
    with database.transaction(write=False) as session:
        assert session.exec(select(Norm)).all() == []


@pytest.mark.parametrize("whose", ["own", "changed"])
def test_norms_that_somebody_entered_or_changed_are_named(database: Database, database_url: str, whose: str) -> None:
    found = norms(database)
    with database.transaction() as session:
        if whose == "own":
            session.add(Norm(amount=2, **TERMS))
        else:
            session.get_one(Norm, found["meals"]).amount = 3
    with pytest.raises(RuntimeError, match="1 norms of one's own or changed"):
        downgrade(database_url, BEFORE)
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Norm)).all()) == (2 if whose == "own" else 1)
