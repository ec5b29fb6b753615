"""The migrations of commitments' terms and of papers below agreements: rows are kept, what can't be held is named."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from models.agreements import Agreement, Commitment
from models.database import Database
from models.migrate import downgrade, upgrade
from models.vocabulary import AgreementKind, EventKind
from tests import factories
from tests.models.test_offices_migration import url_of

pytestmark = pytest.mark.both_databases("migrations up and down")

BEFORE = "0028"
GIVEN: dict[str, Any] = {"title": {"vi": "Văn bản"}, "starts_on": date(2024, 1, 1), "ends_on": date(2028, 12, 31)}


@pytest.fixture
def agreement(database: Database) -> str:
    """An agreement with a commitment, as the old version has them, that carries another on."""
    with database.transaction() as session:
        for code in ("hai-duong", "vientiane-province"):
            factories.make_locality(session, code)
        earlier = Agreement(**GIVEN | {"starts_on": date(2017, 1, 1)})
        session.add(earlier)
        session.flush()
        found = Agreement(**GIVEN, predecessor_id=earlier.id, copies=4, languages=["lo", "vi"])
        found.parties = ["hai-duong", "vientiane-province"]
        session.add(found)
        session.flush()
        session.add(
            Commitment(
                agreement_id=found.id, article="7", field={"vi": "Thể thao"}, title={"vi": "Huấn luyện"},
                activity=EventKind.TRAINING_BATCH, phases=[{"title": {"vi": "Một"}}],
            )
        )  # fmt: skip
        return found.id


def rows(database: Database) -> list[list[tuple[Any, ...]]]:
    with database.engine.connect() as connection:
        tables = ("agreement", "agreement_party", "commitment")
        found = [connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).mappings().all() for table in tables]
    return [[tuple(sorted((name, str(value)) for name, value in row.items())) for row in table] for table in found]


@pytest.mark.usefixtures("agreement")
def test_rows_are_kept_down_and_up(database: Database) -> None:
    before = rows(database)
    database.dispose()
    downgrade(url_of(database), BEFORE)
    with database.engine.connect() as connection:
        columns = connection.execute(text("SELECT * FROM agreement")).mappings().all()[0].keys()
    assert not {"kind", "parent_id", "records_since", "review_on", "copies_note"} & columns
    database.dispose()
    upgrade(url_of(database))
    assert rows(database) == before


def narrowed(row: Agreement, commitment: Commitment) -> None:
    commitment.composition = {"coach": 1}


def typed(row: Agreement, commitment: Commitment) -> None:
    commitment.activity, commitment.activity_types = EventKind.ACTIVITY, ["handover"]


def recorded(row: Agreement, commitment: Commitment) -> None:
    row.records_since = date(2026, 1, 1)


def minutes(row: Agreement, commitment: Commitment) -> None:
    row.kind = AgreementKind.MINUTES


def placed(row: Agreement, commitment: Commitment) -> None:
    row.parent_id = row.predecessor_id


def reviewed(row: Agreement, commitment: Commitment) -> None:
    row.review_on = date(2026, 6, 1)


def noted(row: Agreement, commitment: Commitment) -> None:
    row.copies_note = {"vi": "Mỗi bên giữ 02 bản"}


def signed(row: Agreement, commitment: Commitment) -> None:
    row.signatories = [{"party": "hai-duong", "name": "Trần Đức Thắng"}]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (narrowed, "articles 7"),
        (typed, "articles 7"),
        (recorded, "1 agreements say since when"),
        (minutes, "1 agreements are"),
        (placed, "1 agreements are"),
        (reviewed, "1 agreements are"),
        (noted, "1 agreements are"),
        (signed, "0 bodies and 1 signatories"),
    ],
)
def test_what_the_old_version_cannot_hold_is_named(
    database: Database, agreement: str, change: Callable[[Agreement, Commitment], None], told: str
) -> None:
    with database.transaction() as session:
        change(session.get_one(Agreement, agreement), session.exec(select(Commitment)).one())
    before = rows(database)
    database.dispose()
    with pytest.raises(RuntimeError, match=told):
        downgrade(url_of(database), BEFORE)
    assert rows(database) == before, "nothing is dropped"
