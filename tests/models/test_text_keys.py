"""Kept texts follow their rules: computed anew at an upgrade, without anything else of a row changing."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import text

from models import text_keys
from models.collation import person_key, sort_key
from models.database import Database
from models.migrate import downgrade, upgrade
from models.text import fold
from tests import factories
from tests.models.test_collation import ENGLISH, LAO, VIETNAMESE
from tests.models.test_look_alikes import PIECES
from tests.models.test_offices_migration import url_of

BEFORE = "0019"
RESULTS = {1: "bf63336389cb62a7", 2: "bf63336389cb62a7"}
"""The number of the rules → a digest of what they make."""

both = pytest.mark.both_databases("a migration, and how keys are compared")


def test_changed_rules_have_a_new_number() -> None:
    """If this fails because a rule changed: raise `RULES`, and write the new digest beside the old ones."""
    people = [f"{family} {given}" for family in ("Nguyễn Thị", "Kim", "John") for given in VIETNAMESE]
    samples = [*VIETNAMESE, *LAO, *ENGLISH, *PIECES, *people, "Viêng Chăn", "ວຽງຈັນ", "ø ł æ ½ № Ⅷ ㎞ 漢 ж"]
    made = hashlib.sha256()
    for one in samples:
        made.update(fold(one).encode() + b"\n" + sort_key(one) + b"\n" + person_key(one) + b"\n")
    assert RESULTS[text_keys.RULES] == made.hexdigest()[:16]


def rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    names = ["locality", "organisation", "person", "resource", "event", "task", "task_template", '"user"']
    with database.engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name} ORDER BY 1"))] for name in names
        }


def fill(database: Database) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "hai-duong", name={"vi": "Hải Dương"})
        factories.make_organisation(session, name={"vi": "Sở Ngoại vụ", "lo": "ພະແນກ"})
        factories.make_person(session, name="Ðặng Thị Đào")
        factories.make_person(session, name="ຄຳ\u200bແພງ")
        factories.make_user(session, name="Lê Văn Án")
        event = factories.make_event(session, title={"lo": "ຢ້ຽມຢາມ", "en": "Visit"})
        factories.make_task(session, event, title={"vi": "Đón đoàn"})
        factories.make_template(session)


@both
def test_an_upgrade_fills_the_keys_of_rows_that_are_there(database: Database) -> None:
    fill(database)
    expected = rows(database)
    database.dispose()
    downgrade(url_of(database), BEFORE)
    upgrade(url_of(database))
    assert rows(database) == expected
    with database.engine.connect() as connection:
        keys = dict(connection.execute(text("SELECT name, sort_key FROM person")).all())  # type: ignore[arg-type]
    assert {name: bytes(key) for name, key in keys.items()} == {
        "Ðặng Thị Đào": person_key("Đặng Thị Đào"),
        "ຄຳ\u200bແພງ": sort_key("ຄຳແພງ"),
    }


@both
def test_other_rules_compute_everything_anew_and_change_nothing_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    expected = rows(database)
    with database.engine.begin() as connection:
        for name in ("person", "event", '"user"'):
            connection.execute(text(f"UPDATE {name} SET sort_key = :old"), {"old": b"old"})
        connection.execute(text("UPDATE task SET search_text = 'old'"))
    stale = rows(database)
    assert stale != expected
    upgrade(url_of(database))
    assert rows(database) == stale, "the rules are the same: nothing is read"
    monkeypatch.setattr(text_keys, "RULES", text_keys.RULES + 1)
    monkeypatch.setattr(text_keys, "_AT_ONCE", 1)
    upgrade(url_of(database))
    assert rows(database) == expected
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT rules FROM text_keys")).scalars().all() == [text_keys.RULES]


@both
def test_what_is_written_keeps_its_key(database: Database) -> None:
    with database.transaction() as session:
        person = factories.make_person(session, name="Lê Thị Án")
    with database.transaction() as session:
        session.get_one(type(person), person.id).name = "Lê Thị Ân"
    with database.transaction() as session:
        assert session.get_one(type(person), person.id).sort_key == person_key("Lê Thị Ân")
