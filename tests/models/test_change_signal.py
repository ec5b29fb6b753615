"""Whether something was committed since: seen at once, from any connection, and nothing else is taken for it."""

import threading

import pytest
from sqlalchemy import text

from models.change_signal import ChangeSignal
from models.database import Database
from tests import factories

pytestmark = pytest.mark.both_databases("each tells in its own way that something was committed")


def test_what_is_committed_is_seen_and_nothing_else(database: Database) -> None:
    pulse = ChangeSignal(database)
    with database.transaction() as session:
        factories.make_locality(session, "hai-duong")

    def read() -> bool:
        before = pulse.current_state()
        with database.transaction(write=False) as session:
            session.execute(text("SELECT * FROM locality")).all()
        return pulse.current_state() == before

    # On PostgreSQL every write of the whole server counts, of its housekeeping too: not so ten times in a row.
    assert read() if database.is_sqlite else any(read() for _ in range(10))
    quiet = pulse.current_state()
    with database.transaction() as session:
        factories.make_locality(session, "ha-noi")
        session.flush()
        if database.is_sqlite:  # PostgreSQL also tells of what is under way
            assert pulse.current_state() == quiet
    assert pulse.current_state() != quiet


def test_every_commit_is_seen_by_every_pulse(database: Database) -> None:
    pulses = [ChangeSignal(database), ChangeSignal(Database(str(database.url.render_as_string(hide_password=False))))]
    seen = [pulse.current_state() for pulse in pulses]
    for number in range(5):
        with database.transaction() as session:
            factories.make_locality(session, f"place-{number}")
        now = [pulse.current_state() for pulse in pulses]
        assert all(one != other for one, other in zip(now, seen, strict=True))
        seen = now
    pulses[1]._database.dispose()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # PostgreSQL's snapshot moves on all the same
def test_what_was_rolled_back_changed_nothing(database: Database) -> None:
    pulse = ChangeSignal(database)
    quiet = pulse.current_state()

    def fail() -> None:
        with database.transaction() as session:
            factories.make_locality(session, "hai-duong")
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert pulse.current_state() == quiet


def test_many_threads_may_ask(database: Database) -> None:
    pulse = ChangeSignal(database)
    beats = []
    threads = [threading.Thread(target=lambda: beats.append(pulse.current_state())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(beats) == 8


def test_lost_connection_is_opened_again(database: Database) -> None:
    pulse = ChangeSignal(database)
    pulse.current_state()
    database.dispose()
    assert pulse.current_state() == pulse.current_state()
