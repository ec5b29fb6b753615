"""Which constraint refused a row, on both databases, and what a use case makes of it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.clock import utcnow
from models.constraint_violations import Violation, violation_of
from models.database import Database
from models.errors import Conflict
from models.places import Locality, Person
from service.actions import crud
from service.actions.context import ActionContext
from tests import factories

pytestmark = pytest.mark.both_databases("each database has its own codes for violated constraints")

TABLES = (
    "CREATE TABLE scratch_parent (id INTEGER PRIMARY KEY)",
    """
    CREATE TABLE scratch (
        id INTEGER PRIMARY KEY,
        code TEXT UNIQUE,
        amount INTEGER CHECK (amount > 0),
        parent INTEGER REFERENCES scratch_parent (id),
        name TEXT NOT NULL
    )
    """,
    "INSERT INTO scratch_parent (id) VALUES (1)",
    "INSERT INTO scratch (id, code, amount, parent, name) VALUES (1, 'a', 5, 1, 'first')",
)


def refusal(database: Database, statement: str) -> IntegrityError:
    with pytest.raises(IntegrityError) as caught, database.transaction() as session:
        session.execute(text(statement))
    return caught.value


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO scratch (id, code, name) VALUES (2, 'a', 'x')", Violation.UNIQUE),
        ("INSERT INTO scratch (id, name) VALUES (1, 'x')", Violation.UNIQUE),
        ("INSERT INTO scratch (id, amount, name) VALUES (2, 0, 'x')", Violation.CHECK),
        # PostgreSQL shows the refused row with the error.
        ("INSERT INTO scratch (id, amount, name) VALUES (2, 0, 'unique, no duplicate')", Violation.CHECK),
        ("INSERT INTO scratch (id, parent, name) VALUES (2, 9, 'x')", Violation.FOREIGN_KEY),
        ("DELETE FROM scratch_parent", Violation.FOREIGN_KEY),
        ("INSERT INTO scratch (id, name) VALUES (2, NULL)", Violation.NOT_NULL),
    ],
)
def test_violation_of_each_constraint(database: Database, statement: str, expected: Violation) -> None:
    with database.transaction() as session:
        for one in TABLES:
            session.execute(text(one))
    assert violation_of(refusal(database, statement)) is expected


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO taken VALUES (1), (1)", Violation.EXCLUSION),
        ("DELETE FROM scratch_parent", Violation.FOREIGN_KEY),
    ],
)
def test_violations_that_only_postgresql_has(database: Database, statement: str, expected: Violation) -> None:
    with database.transaction() as session:
        for one in (*TABLES, "DELETE FROM scratch"):
            session.execute(text(one))
        session.execute(text("CREATE TABLE taken (at INTEGER, EXCLUDE USING gist (at WITH =))"))
        session.execute(text("CREATE TABLE kept (parent INTEGER REFERENCES scratch_parent (id) ON DELETE RESTRICT)"))
        session.execute(text("INSERT INTO kept VALUES (1)"))
    assert violation_of(refusal(database, statement)) is expected


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_trigger_that_refuses_is_no_constraint(database: Database) -> None:
    with database.transaction() as session:
        crud.create(session, act(), Person(name="Lan"))
    assert violation_of(refusal(database, "DELETE FROM audit")) is None


def act() -> ActionContext:
    return ActionContext(None, utcnow(), factories.OFFICE)


def test_a_key_that_is_there_already_is_a_conflict(database: Database) -> None:
    with database.transaction() as session:
        known = factories.make_locality(session, "hai-duong")
        values = known.model_dump()
    with pytest.raises(Conflict) as refused, database.transaction() as session:
        crud.create(session, act(), Locality(**values))
    assert refused.value.code == "already_exists"


def test_a_check_is_no_conflict_whatever_the_row_says(database: Database) -> None:
    with pytest.raises(IntegrityError) as refused, database.transaction() as session:
        crud.create(session, act(), Person(name="Unique Duplicate", precedence=0))
    assert violation_of(refused.value) is Violation.CHECK


def test_what_others_refer_to_is_in_use(database: Database) -> None:
    with database.transaction() as session:
        factories.make_organisation(session, locality="hai-duong")
    with pytest.raises(Conflict) as refused, database.transaction() as session:
        crud.delete(session, act(), session.get_one(Locality, "hai-duong"))
    assert refused.value.code == "in_use"


def test_a_deletion_refused_for_another_reason_is_not_in_use(database: Database) -> None:
    with database.transaction() as session:
        gone, wrong = factories.make_person(session), factories.make_person(session)
        ids = gone.id, wrong.id
    with pytest.raises(IntegrityError) as refused, database.transaction() as session:  # noqa: PT012
        session.get_one(Person, ids[1]).precedence = 0
        crud.delete(session, act(), session.get_one(Person, ids[0]))
    assert violation_of(refused.value) is Violation.CHECK
