"""Types, transactions, constraints, migrations; on both databases."""

import contextvars
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import col, select

from models import text_keys
from models.accounts import Audit
from models.database import Database, in_transaction, is_busy
from models.event_parts import Member
from models.events import Event
from models.migrate import MIGRATIONS, alembic_config, current_revision, downgrade, newest_revision, upgrade
from models.places import Person
from models.tables import metadata
from models.types import new_id
from models.vocabulary import Currency, EventKind, EventStatus
from models.waiting import WAIT_SECONDS, waiting_since
from tests import factories

pytestmark = pytest.mark.both_databases("types, constraints, transactions and migrations differ")


def test_ids_are_opaque_and_sort_by_time() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {len(one) for one in ids} == {26}
    time.sleep(0.002)
    assert new_id() > max(ids)


def test_instant_comes_back_in_utc_whatever_its_zone(database: Database) -> None:
    with database.transaction() as session:
        person = Person(name="A", created_at=datetime(2027, 3, 10, 8, tzinfo=timezone(timedelta(hours=7))))
        session.add(person)
    with database.transaction(write=False) as session:
        assert session.exec(select(Person)).one().created_at == datetime(2027, 3, 10, 1, tzinfo=UTC)
        assert session.exec(select(Person)).one().created_at.tzinfo is UTC


def test_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="needs its zone"), database.transaction() as session:
        session.add(Person(name="A", created_at=datetime(2027, 3, 10)))


def test_block_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:  # noqa: PT012 - the block is the point
        session.add(Person(name="A"))
        session.flush()
        _ = 1 / 0
    with database.transaction(write=False) as session:
        assert session.exec(select(Person)).all() == []


def test_second_writer_of_the_same_version_fails(database: Database) -> None:
    with database.transaction() as session:
        session.add(Person(id="x", name="A"))
    with database.transaction(write=False) as session:
        read = session.exec(select(Person)).one()
        session.expunge(read)
    with database.transaction() as session:
        session.exec(select(Person)).one().name = "B"
    with pytest.raises(StaleDataError), database.transaction() as session:  # noqa: PT012
        session.add(read)
        read.name = "C"


def test_writers_queue_instead_of_failing(database: Database) -> None:
    with database.transaction() as session:
        session.add(Person(id="x", name="0", precedence=1))

    def count_up() -> None:
        for _ in range(10):
            with database.transaction() as session:
                person = session.exec(select(Person).with_for_update()).one()
                person.precedence += 1

    threads = [threading.Thread(target=count_up) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction(write=False) as session:
        assert session.exec(select(Person.precedence)).one() == 51


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_sqlite_connection_is_durable_and_checks_keys(database: Database) -> None:
    with database.engine.connect() as one, database.engine.connect() as two:
        for connection in (one, two):
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


GOOD = {"kind": EventKind.ACTIVITY, "first_day": date(2027, 3, 10), "last_day": date(2027, 3, 11)}


@pytest.mark.parametrize(
    "values",
    [
        {"last_day": date(2027, 3, 9)},
        {"departs_on": date(2027, 3, 9)},
        {"headcount": -1},
        {"guest": "hai-duong"},
        {"level": "high"},
        {"ordinal": 3},
        {"kind": EventKind.ANNIVERSARY},
        {"budget_amount": 5},
        {"budget_amount": -5, "budget_currency": Currency.VND},
        {"host": "nowhere"},
    ],
)
def test_constraints_refuse_what_makes_no_sense(database: Database, values: dict[str, Any]) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "hai-duong")
    wish = GOOD | {"uid": new_id(), "title": {"vi": "x"}, "host": "hai-duong"} | values
    wish = {"arrives_on": wish["first_day"], "departs_on": wish["last_day"]} | wish
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(Event(**wish))


@pytest.mark.parametrize(
    ("money", "minor"),
    [({"amount": "100000000", "currency": "VND"}, 100_000_000), ({"amount": "99.50", "currency": "USD"}, 9950)],
)
def test_money_is_exact(database: Database, money: dict[str, str], minor: int) -> None:
    event = Event(**GOOD)
    event.budget = money
    assert (event.budget_amount, event.budget) == (minor, money)
    event.budget = None
    assert (event.budget_amount, event.budget_currency, event.budget) == (None, None, None)


def fill(database: Database, count: int) -> None:
    """So many events, each with a person on its list; all like the first, which is made as any other."""
    ids = [(new_id(), new_id()) for _number in range(count)]
    with database.transaction() as session:
        first = factories.make_event(session, title={"vi": "Đoàn", "lo": "ຄະນະ"})
        columns = {column.key: getattr(first, column.key) for column in inspect(Event).column_attrs}
        session.execute(
            insert(Event),
            [
                columns | {"id": event, "uid": f"{event}@example.org", "title": {"vi": f"Đoàn {number}", "lo": "ຄະນະ"}}
                for number, (event, _person) in enumerate(ids)
            ],
        )
        session.execute(insert(Person), [{"id": person, "name": f"Người {person}"} for _event, person in ids])
        session.execute(
            text("INSERT INTO member (id, event_id, person_id, role, created_at, updated_at, version)"
                 " VALUES (:id, :event, :person, 'member', :at, :at, 1)"),
            [
                {"id": new_id(), "event": event, "person": person, "at": "2026-11-22 03:00:00.000000"}
                for event, person in ids
            ],
        )  # fmt: skip
        # What Core writes has the texts for searching and sorting of nobody.
        session.execute(text("DELETE FROM text_keys"))
        text_keys.refresh(session.connection())


def contents(database: Database) -> dict[str, list[Any]]:
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(str, connection.execute(table.select()).all())) for table in metadata.sorted_tables
        }


def test_migrated_schema_is_what_the_tables_say(database: Database, database_url: str) -> None:
    assert current_revision(database) == newest_revision()
    command.check(alembic_config(database_url))


def as_they_stand(database: Database) -> dict[str, list[str]]:
    """Every table the database has at its present revision, its columns by name, its rows in order."""
    shape = inspect(database.engine)
    found = {}
    with database.engine.connect() as connection:
        for table in sorted(set(shape.get_table_names()) - {"alembic_version"}):
            columns = ", ".join(sorted(f'"{column["name"]}"' for column in shape.get_columns(table)))
            rows = connection.execute(text(f'SELECT {columns} FROM "{table}"'))
            found[table] = sorted(repr(tuple(row)) for row in rows)
    return found


def test_every_migration_goes_down_and_up_and_down_with_ten_thousand_rows(
    database: Database, database_url: str
) -> None:
    """A step down may give up what the version before has no place for; the step up and down again loses nothing."""
    fill(database, 3400)
    rows = as_they_stand(database)
    assert sum(map(len, rows.values())) >= 10_000
    steps = 0
    while current_revision(database) != "0001":
        revision = current_revision(database)
        downgrade(database_url, "-1")
        older = as_they_stand(database)
        assert len(older["event"]) == len(rows["event"])
        upgrade(database_url, str(revision))
        again = as_they_stand(database)
        assert set(again) == set(rows)
        downgrade(database_url, "-1")
        assert as_they_stand(database) == older
        upgrade(database_url, str(revision))
        assert as_they_stand(database) == again
        downgrade(database_url, "-1")
        rows = older
        steps += 1
    assert steps == len(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())) - 1


def test_newest_migration_goes_down_and_up_again_with_rows_in_place(database: Database, database_url: str) -> None:
    fill(database, 20)
    before = contents(database)
    downgrade(database_url, "-1")
    # What the version before knows; tables it does not have are given up with their rows.
    older = set(inspect(database.engine).get_table_names())
    upgrade(database_url)
    after = contents(database)
    assert set(after) == set(before)
    assert {name: after[name] for name in older & set(after)} == {name: before[name] for name in older & set(before)}
    assert {"event", "person", "member"} <= older


@pytest.mark.parametrize("field", ["confirmed_values", "asked_at"])
def test_confirmations_that_the_version_before_cannot_hold_are_refused_on_the_way_down(
    database: Database, database_url: str, field: str
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        setattr(event, field, factories.NOW if field == "asked_at" else {"title": {"vi": "Đoàn"}})
    before = contents(database)
    with pytest.raises(RuntimeError, match="can't hold 1 event"):
        downgrade(database_url, "0010")
    assert contents(database) == before


def test_who_last_changed_what_is_read_from_the_trail(database: Database, database_url: str) -> None:
    """Since the last confirmation, by field; what the service itself changed is nobody's."""
    with database.transaction() as session:
        event = factories.make_event(session).id
        rows = (
            ("ana", "change", "event", {"level": {"from": None, "to": "high"}}),
            ("ana", "change", "event", {"headcount": {"from": 1, "to": 2}}),
            ("bob", "transition", "event", {"status": {"from": "planned", "to": "confirmed"}}),
            ("ana", "change", "event", {"title": {"from": {}, "to": {}}, "purpose": {"from": None, "to": {}}}),
            ("bob", "change", "event", {"title": {"from": {}, "to": {}}, "budget": {"from": None, "to": {}}}),
            (None, "change", "event", {"first_day": {"from": "2027-03-10", "to": "2027-03-11"}}),
            ("ana", "create", "member", {"role": {"from": None, "to": "head"}}),
            ("bob", "create", "member", {"role": {"from": None, "to": "driver"}}),
            ("bob", "change", "event", {"phases": {"from": [{"title": {}, "first_day": "2027-03-10"}],
                                                   "to": [{"title": {"vi": "x"}, "first_day": "2027-03-10"}]}}),
        )  # fmt: skip
        for actor, action, entity, changes in rows:
            session.add(
                Audit(at=factories.NOW, actor_id=actor, actor_name="x", action=action, entity=entity, entity_id=event,
                      event_id=event, changes=changes)
            )  # fmt: skip
            session.flush()
    downgrade(database_url, "0010")
    upgrade(database_url)
    with database.transaction(write=False) as session:
        found = session.get_one(Event, event)
    assert {name: one["by"] for name, one in found.corrections.items()} == {
        "title": "bob", "budget": "bob", "first_day": None, "head": "ana",
    }  # fmt: skip
    assert {one["at"] for one in found.corrections.values()} == {factories.NOW.isoformat()}
    assert (found.confirmed_values, found.changed_since_confirmed) == (None, False)


def test_all_migrations_go_down_to_nothing_and_up_again(database: Database, database_url: str) -> None:
    fill(database, 2)
    downgrade(database_url)
    upgrade(database_url)
    command.check(alembic_config(database_url))
    assert {name for name, rows in contents(database).items() if rows} == {"text_keys"}


def test_migrating_again_changes_nothing(database: Database, database_url: str) -> None:
    fill(database, 1)
    before = contents(database)
    upgrade(database_url)
    assert contents(database) == before


def test_killed_migration_runs_again(empty_database_url: str, tmp_path: Path) -> None:
    """SIGKILL at a random point of the migration leaves a database that migrates all the way."""
    script = "import sys; from models.migrate import upgrade; upgrade(sys.argv[1])"
    for pause in (0.4, 0.6, 0.8):
        process = subprocess.Popen([sys.executable, "-c", script, empty_database_url])
        time.sleep(pause)
        process.kill()
        process.wait()
    upgrade(empty_database_url)
    database = Database(empty_database_url)
    assert current_revision(database) == newest_revision()
    command.check(alembic_config(empty_database_url))
    database.dispose()


@pytest.mark.parametrize("status", EventStatus)
def test_every_word_of_a_closed_list_can_be_stored(database: Database, status: EventStatus) -> None:
    with database.transaction() as session:
        event_id = factories.make_event(session, status=status).id
    with database.transaction(write=False) as session:
        assert session.exec(select(Event.status).where(col(Event.id) == event_id)).one() is status


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_queries_are_not_compiled(database: Database) -> None:
    """The server compiles, as every stock PostgreSQL does, but not for our connections."""
    with psycopg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False)) as plain:
        assert plain.execute("SHOW jit").fetchone() == ("on",)
    for write in (True, False):
        with database.transaction(write=write) as session:
            assert session.execute(text("SHOW jit")).scalar_one() == "off"
    with database.transaction() as session:
        session.execute(text("SELECT 1"))
        session.rollback()
        assert session.execute(text("SHOW jit")).scalar_one() == "off", "it outlives a rollback"


def test_writers_get_their_turn_in_the_order_in_which_they_came(database: Database) -> None:
    """On SQLite; PostgreSQL's writers wait only for the same rows."""
    if not database.is_sqlite:
        return
    order: list[int] = []
    threads: list[threading.Thread] = []

    def write(number: int) -> None:
        with database.transaction():
            order.append(number)

    with database.transaction():
        for number in range(20):
            threads.append(threading.Thread(target=write, args=(number,)))
            threads[-1].start()
            while len(database._turns._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def blocked(database: Database, patience: float = WAIT_SECONDS) -> OperationalError:
    """What a writer is told that waits in vain for the name of person x."""
    with pytest.raises(OperationalError) as failed, database.transaction(patience=patience) as session:
        session.exec(select(Person).where(Person.id == "x").with_for_update()).one()
    return failed.value


@pytest.mark.parametrize("holder", ["this process", "another one"])
def test_a_writer_that_waits_in_vain_fails_in_time(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, holder: str
) -> None:
    with database.transaction() as session:
        session.add(Person(id="x", name="A"))
    monkeypatch.setattr("models.database.WAIT_SECONDS", 0.5)
    database.engine.dispose()  # PostgreSQL's connections learn it when they are opened
    other = database if holder == "this process" else Database(database_url)
    began = time.monotonic()
    with other.transaction() as session:
        session.exec(select(Person).where(Person.id == "x").with_for_update()).one()
        assert is_busy(blocked(database, 0.5))
    assert 0.4 <= time.monotonic() - began < 10
    with database.transaction() as session:
        session.exec(select(Person)).one().name = "B"
    other.dispose()


def test_time_spent_in_a_queue_counts_as_waiting(database: Database) -> None:
    with database.transaction() as session:
        session.add(Person(id="x", name="A"))
    if not database.is_sqlite:
        return
    results: list[bool] = []

    def late() -> None:
        waiting_since.set(time.monotonic() - WAIT_SECONDS)
        results.append(is_busy(blocked(database)))

    began = time.monotonic()
    with database.transaction():
        thread = threading.Thread(target=contextvars.copy_context().run, args=(late,))
        thread.start()
        thread.join()
    assert results == [True]
    assert time.monotonic() - began < WAIT_SECONDS / 2


def test_work_between_two_transactions_is_no_waiting(database: Database) -> None:
    if not database.is_sqlite:
        return
    entered = threading.Event()

    def hold() -> None:
        with database.transaction():
            entered.set()
            time.sleep(0.3)

    def late() -> None:
        waiting_since.set(time.monotonic() - WAIT_SECONDS + 5)
        with database.transaction():
            pass
        waiting = threading.Thread(target=hold)
        waiting.start()
        entered.wait()
        assert waiting_since.get() is None
        with database.transaction():
            pass
        waiting.join()

    contextvars.copy_context().run(late)


def test_other_errors_are_not_taken_for_a_turn_that_did_not_come(database: Database) -> None:
    with pytest.raises(DBAPIError) as failed, database.transaction() as session:
        session.execute(text("SELECT nothing FROM nowhere"))
    assert not is_busy(failed.value)


def test_a_thread_knows_whether_it_is_in_a_transaction(database: Database) -> None:
    def elsewhere() -> bool:
        found: list[bool] = []
        thread = threading.Thread(target=lambda: found.append(in_transaction()))
        thread.start()
        thread.join()
        return found[0]

    assert not in_transaction()
    for open_one in (database.transaction, lambda: database.transaction(write=False), database.trial):
        with open_one():
            assert in_transaction()
            assert not elsewhere()
        assert not in_transaction()
    with pytest.raises(ZeroDivisionError), database.transaction():
        _ = 1 / 0
    assert not in_transaction()


def test_nothing_of_a_trial_is_kept_and_writers_don_t_wait_for_it(database: Database) -> None:
    with database.transaction() as session:
        session.add(Person(id="x", name="A"))
    with database.trial() as tried:
        tried.exec(select(Person)).one().name = "B"
        tried.add(Person(id="y", name="C"))
        tried.flush()
        assert tried.exec(select(Person.name).order_by(col(Person.id))).all() == ["B", "C"]
        with database.transaction(patience=2) as session:
            session.add(Person(id="z", name="D"))
        if database.is_sqlite:
            tried.commit()
    with database.transaction(write=False) as session:
        assert session.exec(select(Person.name).order_by(col(Person.id))).all() == ["A", "D"]


def test_a_trial_keeps_to_the_same_constraints(database: Database) -> None:
    with pytest.raises(IntegrityError), database.trial() as tried:  # noqa: PT012 - the block is the point
        tried.add(Member(event_id="nothing", person_id="nobody"))
        tried.flush()
    with database.trial() as tried:
        assert tried.exec(select(Person)).all() == [], "the next is another"
