"""The file of a SQLite database is moved, removed or replaced under those who have it open."""

import os
import shutil
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import select

from models import database_file
from models.change_signal import ChangeSignal
from models.database import Database, is_replaced
from models.migrate import current_revision, newest_revision, upgrade
from models.places import Person

pytestmark = [
    pytest.mark.usefixtures("database_kind"),
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
]


def file_of(database: Database) -> Path:
    assert database.file is not None
    return database.file.path


def write(database: Database, name: str) -> None:
    with database.transaction() as session:
        session.add(Person(name=name))


def names(database: Database) -> list[str]:
    with database.transaction(write=False) as session:
        return sorted(session.exec(select(Person.name)))


def stored_in(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return sorted(name for (name,) in connection.execute("SELECT name FROM person"))
    finally:
        connection.close()


def move(path: Path) -> None:
    path.rename(path.with_name("aside"))


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    copy = path.with_name("copy")
    shutil.copyfile(path, copy)
    copy.replace(path)


@pytest.mark.parametrize("happens", [move, remove, replace])
def test_nothing_is_written_or_read_any_more(database: Database, happens: Any) -> None:
    write(database, "before")
    path = file_of(database)
    happens(path)
    for tried in (lambda: write(database, "after"), lambda: names(database)):
        with pytest.raises(OperationalError) as caught:
            tried()
        assert is_replaced(caught.value)
    assert path.exists() == (happens is replace), "and nothing new is made in its place"
    database.dispose()  # also for connections that are opened anew
    with pytest.raises(OperationalError) as caught:
        write(database, "after")
    assert is_replaced(caught.value)


def test_the_right_file_is_known_again(database: Database) -> None:
    write(database, "before")
    path = file_of(database)
    move(path)
    with pytest.raises(OperationalError):
        write(database, "lost")
    path.with_name("aside").rename(path)
    write(database, "after")
    assert names(database) == ["after", "before"]


@pytest.mark.parametrize("happens", [move, remove, replace])
def test_a_writer_that_is_under_way_commits_nothing_to_the_wrong_file(database: Database, happens: Any) -> None:
    path = file_of(database)
    write(database, "before")
    with pytest.raises(OperationalError) as caught, database.transaction() as session:  # noqa: PT012
        session.add(Person(name="under way"))
        session.flush()
        happens(path)
    assert is_replaced(caught.value)
    database.dispose()
    if happens is move:
        path.with_name("aside").rename(path)  # with what its -wal file holds
        assert stored_in(path) == ["before"]


def test_a_file_that_goes_while_it_is_written_to_is_not_told_as_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look before the commit and the commit itself: nobody is told that it was kept."""
    path = file_of(database)
    write(database, "before")
    assert database.file is not None
    looks, check = [], database.file.check

    def look() -> None:
        looks.append(1)
        check()
        if len(looks) == 2:  # at the beginning, before the commit
            move(path)

    monkeypatch.setattr(database.file, "check", look)
    with pytest.raises(OperationalError) as caught:
        write(database, "acknowledged")
    assert is_replaced(caught.value)


def test_a_feed_in_memory_is_not_taken_for_current(database: Database) -> None:
    signal = ChangeSignal(database)
    signal.current_state()
    move(file_of(database))
    with pytest.raises(DBAPIError) as caught:
        signal.current_state()
    assert is_replaced(caught.value)


def test_a_process_opens_only_the_file_it_was_told_of(database: Database, database_url: str) -> None:
    path = file_of(database)
    identity = database_file.identity_of(path)
    assert identity is not None
    own = Database(database_url, identity=database_file.from_text(database_file.as_text(identity)))
    write(own, "mine")
    own.dispose()
    replace(path)
    later = Database(database_url, identity=identity)
    with pytest.raises(OperationalError) as caught:
        write(later, "of another file")
    assert is_replaced(caught.value)


def test_a_file_is_made_only_by_a_migration_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "desk.db"
    database = Database(f"sqlite:///{path}")
    assert current_revision(database) is None
    with pytest.raises(OperationalError):
        names(database)
    assert not path.exists()
    before = os.umask(0)
    try:
        upgrade(f"sqlite:///{path}")
        write(database, "first")
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert current_revision(database) == newest_revision()
    assert modes == {"desk.db": 0o600, "desk.db-wal": 0o600, "desk.db-shm": 0o600}
    database.dispose()


def test_a_file_that_is_there_keeps_its_mode(database: Database, database_url: str) -> None:
    path = file_of(database)
    path.chmod(0o660)
    upgrade(database_url)
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////var/desk.db", "/var/desk.db"),
        ("sqlite:///desk.db", "desk.db"),
        ("sqlite+pysqlite:///desk.db", "desk.db"),
        ("sqlite:///:memory:", None),
        ("sqlite://", None),
        ("postgresql+psycopg://desk:x@db/desk", None),
    ],
)
def test_the_path_of_an_address(database_kind: str, url: str, path: str | None) -> None:
    found = database_file.path_of(url)
    assert (str(found) if found else None) == path
