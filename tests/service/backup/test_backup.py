"""Backups: one state of everything however many write, in one file that tells when it is not whole."""

import json
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, null, update
from sqlmodel import select

from models import dump_rows, text_keys
from models.accounts import User
from models.both_sides.notes import EventNote, NoteMention
from models.both_sides.share import EventShare, ShareOpening
from models.clock import monotonic
from models.database import Database
from models.dump_rows import ColumnKind
from models.errors import Conflict
from models.event_parts import Member, TaskTemplate
from models.learners import Learner
from models.migrate import downgrade, newest_revision, upgrade
from models.places import Organisation, Passport, Person
from models.tables import metadata
from models.vocabulary import MemberAnswer, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.actions.feeds import feeds
from service.actions.feeds.store import snapshot
from service.backup import archive, dump, tables
from service.backup.archive import BadBackup
from tests.conftest import fresh_database
from tests.factories import NOW, OFFICE, make_locality, make_person, make_user
from tests.service.backup.backup_fixtures import (
    KEY,
    backed_up,
    contents,
    fill_everything,
    plan_many,
    restored,
)
from tests.service.runtime.processes import until

pytestmark = pytest.mark.both_databases("a snapshot is taken and rows are read in other ways")

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
WRITERS = 20


# What is in it


def test_every_table_is_kept_or_left_out_with_a_reason(database: Database, tmp_path: Path) -> None:
    """A new table fails here until `fill_everything` has a row of it, or LEFT_OUT says why it does not travel."""
    fill_everything(database)
    told = backed_up(database, tmp_path / "b.zip")
    assert set(told.tables) | set(tables.LEFT_OUT) == set(metadata.tables)
    assert [name for name, one in told.tables.items() if one.rows == 0] == []
    assert all(len(reason) > 10 for reason in tables.LEFT_OUT.values())
    assert told.left_out == tables.LEFT_OUT


def test_the_database_says_of_its_columns_what_the_classes_say(database: Database) -> None:
    with database.engine.connect() as connection:
        found = dump_rows.shapes(connection, metadata.tables)
    for name, table in metadata.tables.items():
        types = {column.name: getattr(column.type, "impl_instance", column.type) for column in table.columns}
        assert found[name].kinds == {column: dump_rows.kind_of(one) for column, one in types.items()}
        assert found[name].key == tuple(column.name for column in table.primary_key)
    assert {kind for one in found.values() for kind in one.kinds.values()} == set(ColumnKind)


def test_the_file_is_a_zip_anybody_can_read(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        make_user(session, Role.ADMIN, messenger=bytes(range(256)))
    told = backed_up(database, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as content:
        assert content.testzip() is None
        manifest = json.loads(content.read("manifest.json"))
        lines = content.read("tables/user.jsonl").decode().splitlines()
    assert (manifest["format"], manifest["revision"], manifest["office"]) == (2, newest_revision(), "hai-duong")
    assert (manifest["taken_at"], manifest["dialect"]) == (NOW.isoformat(), database.url.get_backend_name())
    assert manifest["secret_key"] == archive.fingerprint(KEY)
    assert manifest["tables"]["user"]["rows"] == len(lines) == 1
    row = json.loads(lines[0])
    assert (row["role"], row["active"], row["messenger"][:8]) == ("admin", True, "AAECAwQF")
    assert told.tables["user"].rows == 1


def test_no_secret_is_in_it(database: Database, tmp_path: Path) -> None:
    act = ActionContext(None, NOW, OFFICE)
    with database.transaction() as session:
        make_locality(session)
        user = make_user(session, Role.OFFICER)
        accounts.change_user(session, act, user, {"password": "vườn hoa buổi sáng"})
        token = accounts.issue_token(session, act, user, "x").secret
        feed = feeds.create_feed(session, ActionContext(user, NOW, OFFICE), {"name": "Lịch", "filter": {}}).url(OFFICE)
    backed_up(database, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as content:
        everything = b"".join(content.read(name) for name in content.namelist()).decode()
    assert user.email in everything
    secrets = ["vườn hoa", token, feed.rpartition("/")[2].partition(".")[0], KEY]
    assert [one for one in secrets if one in everything] == []


def test_only_its_owner_reads_it_and_nothing_is_overwritten(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    backed_up(database, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(Conflict, match="--force"):
        backed_up(database, path)
    assert path.read_bytes() == before
    dump.take(database, path, NOW, KEY, OFFICE.locality, force=True)
    assert [one.name for one in tmp_path.iterdir() if "b.zip" in one.name] == ["b.zip"]


@sqlite_only
def test_a_backup_that_fails_leaves_no_file(database: Database, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        backed_up(database, tmp_path / "none" / "b.zip")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    with pytest.raises(Conflict, match="desk init"):
        backed_up(database, tmp_path / "b.zip")
    assert [one.name for one in tmp_path.iterdir() if "b.zip" in one.name] == []


# While others write


def write_pairs(database: Database, acknowledged: list[str], stop: threading.Event, name: str) -> None:
    """An organisation and a person of it in one transaction, again and again; both are there or neither."""
    number = 0
    while not stop.is_set():
        number += 1
        with database.transaction() as session:
            office = Organisation(name={"vi": f"{name}-{number}"}, locality="hai-duong")
            session.add(office)
            session.flush()
            session.add(Person(name=office.id, organisation_id=office.id))
            made = office.id
        acknowledged.append(made)


@contextmanager
def writers(database: Database) -> Iterator[list[str]]:
    """Twenty threads that write; what was acknowledged so far."""
    with database.transaction() as session:
        make_locality(session)
    acknowledged: list[str] = []
    stop = threading.Event()
    threads = [
        threading.Thread(target=write_pairs, args=(database, acknowledged, stop, f"w{number}"))
        for number in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_backup_under_twenty_writers_is_one_state(database_url: str, tmp_path: Path) -> None:
    database, copy = Database(database_url), Database(f"sqlite:///{tmp_path}/copy.sqlite")
    try:
        with writers(database) as acknowledged:
            for number in range(3):
                wanted = len(acknowledged) + WRITERS
                until(lambda wanted=wanted: len(acknowledged) >= wanted, "all have written")
                before = set(acknowledged)
                backed_up(database, tmp_path / f"{number}.zip")
                went_on = len(acknowledged) > len(before)
                restored(copy, tmp_path / f"{number}.zip", tmp_path, NOW + timedelta(minutes=number))
                with copy.transaction(write=False) as session:
                    offices = set(session.exec(select(Organisation.id)))
                    people = list(session.exec(select(Person.organisation_id)))
                assert before <= offices, "what was acknowledged before is in it"
                assert sorted(map(str, people)) == sorted(offices), "both or neither"
        assert went_on, "writers did not wait for the last backup"
    finally:
        database.dispose()
        copy.dispose()


@contextmanager
def _each_for_itself(database: Database) -> Iterator[Callable[[], Connection]]:
    """The mistake: a transaction for every table."""
    opened: list[Connection] = []

    def another() -> Connection:
        opened.append(database.engine.connect())
        return opened[-1]

    yield another
    for connection in opened:
        connection.close()


@contextmanager
def _all_in_one(database: Database) -> Iterator[Callable[[], Connection]]:
    with snapshot(database) as session:
        yield session.connection


@pytest.mark.parametrize(("reading", "is_torn"), [(_all_in_one, False), (_each_for_itself, True)])
def test_tables_are_read_in_one_transaction(database: Database, reading: Any, is_torn: bool) -> None:
    with database.transaction() as session:
        make_locality(session)
    found = {}
    with reading(database) as connection:
        shapes = dump_rows.shapes(connection(), ["organisation", "person"])
        for name, shape in shapes.items():
            found[name] = [json.loads(line) for line in dump_rows.lines(connection(), shape)]
            if name == "organisation":
                with database.transaction() as session:
                    office = Organisation(name={"vi": "mới"}, locality="hai-duong")
                    session.add(office)
                    session.flush()
                    session.add(Person(name="Lan", organisation_id=office.id))
    assert list(found) == ["organisation", "person"]
    assert (len(found["person"]) > len(found["organisation"])) is is_torn


# What is not whole


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> bytes:
    """A small backup."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "desk.sqlite").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{folder}/desk.sqlite")
    with database.transaction() as session:
        make_user(session)
    backed_up(database, folder / "b.zip")
    database.dispose()
    return (folder / "b.zip").read_bytes()


def refused(path: Path, content: bytes, *, unverified: bool = False) -> str:
    path.write_bytes(content)
    with pytest.raises(BadBackup) as problem, archive.opened(path, KEY, unverified=unverified):
        pass
    return str(problem.value)


def test_a_file_that_is_cut_off_is_refused(whole: bytes, tmp_path: Path) -> None:
    for length in [*range(0, 200, 7), *range(200, len(whole), 97), len(whole) - 1]:
        assert "no whole backup" in refused(tmp_path / "b.zip", whole[:length])
    assert "no whole backup" in refused(tmp_path / "b.zip", whole + b"\0")


def test_any_bit_that_differs_is_noticed(whole: bytes, tmp_path: Path) -> None:
    for place in range(0, len(whole), 31):
        flipped = whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :]
        assert "no whole backup" in refused(tmp_path / "b.zip", flipped)


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, "Kính gửi".encode() * 500])
def test_another_kind_of_file_is_refused(content: bytes, tmp_path: Path) -> None:
    assert "no whole backup" in refused(tmp_path / "letter", content)


def resealed(path: Path, whole: bytes, manifest: Callable[[dict[str, Any]], Any], lines: bytes | None = None) -> None:
    """The same backup with another manifest, or other lines of accounts, and the digest that belongs to it."""
    path.write_bytes(whole)
    with zipfile.ZipFile(path) as content:
        parts = {name: content.read(name) for name in content.namelist()}
        comment = content.comment
    told = json.loads(parts["manifest.json"])
    manifest(told)
    parts["manifest.json"] = json.dumps(told).encode()
    if lines is not None:
        parts["tables/user.jsonl"] = lines
    with path.open("w+b") as file:
        with zipfile.ZipFile(file, "w") as made:
            for name, part in parts.items():
                made.writestr(name, part)
            made.comment = comment
        archive.seal(file)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda manifest: manifest.update(format=4, version="9.0"), "newer version of this program (9.0)"),
        (lambda manifest: manifest["tables"]["user"].update(rows=7), "signature"),
        (lambda manifest: manifest["tables"]["user"].update(sha256="0" * 64), "signature"),
        (lambda manifest: manifest["tables"].update(more=manifest["tables"]["user"]), "no whole backup"),
        (lambda manifest: manifest.pop("tables"), "no whole backup"),
        (lambda manifest: manifest.update(format="old"), "no whole backup"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(whole: bytes, tmp_path: Path, change: Any, told: str) -> None:
    resealed(tmp_path / "b.zip", whole, change)
    made = (tmp_path / "b.zip").read_bytes()
    assert told in refused(tmp_path / "c.zip", made)
    if told == "signature":
        assert "no whole backup" in refused(tmp_path / "c.zip", made, unverified=True)


def test_seal_and_open_agree(whole: bytes, tmp_path: Path) -> None:
    resealed(tmp_path / "b.zip", whole, lambda manifest: None)
    with archive.opened(tmp_path / "b.zip", KEY, unverified=True) as content:
        assert content.manifest.tables["user"].rows == 1


# From one kind of database to another


@pytest.mark.parametrize("target_kind", ["sqlite", "postgresql"])
def test_everything_comes_back_as_it_was(
    request: pytest.FixtureRequest, database: Database, target_kind: str, tmp_path: Path
) -> None:
    fill_everything(database)
    backed_up(database, tmp_path / "b.zip")
    (tmp_path / "target").mkdir()
    for url in fresh_database(request, target_kind, tmp_path / "target", ""):
        target = Database(url)
        done = restored(target, tmp_path / "b.zip", tmp_path)
        assert (done.aside, done.filled.skipped) == (None, 0)
        before, after = contents(database), contents(target)
        newest = after["audit"].pop(max(after["audit"]))
        assert (newest["actor_name"], newest["action"], newest["entity"]) == ("desk", "restore", "database")
        assert newest["id"] == max(before["audit"])[0] + 1, "numbering goes on"
        assert {name: len(rows) for name, rows in after.items()} == {name: len(rows) for name, rows in before.items()}
        assert after == before
        target.dispose()


def test_a_backup_of_an_older_revision_comes_up_to_date(database: Database, database_url: str, tmp_path: Path) -> None:
    fill_everything(database)
    with database.transaction() as session:
        # What the newest revision brought, the one before can't hold, and says so.
        session.execute(update(TaskTemplate).values(passport_kinds=None))
        session.execute(update(Passport).values(kind=None))
        session.execute(update(User).values(away_until=None, stand_in_id=None))
        session.execute(delete(Learner))
        session.execute(delete(EventShare))
        session.execute(delete(ShareOpening))
        session.execute(delete(NoteMention))
        session.execute(delete(EventNote))
        nothing = {"answer": MemberAnswer.NEEDS_ACTION, "answered_at": None, "came": None}
        session.execute(update(Member).values(**nothing, arrival=null(), departure=null()))
    downgrade(database_url, "-1")
    told = backed_up(database, tmp_path / "older.zip")
    assert told.revision != newest_revision()
    upgrade(database_url)
    wanted = contents(database)
    done = restored(database, tmp_path / "older.zip", tmp_path)
    assert done.aside is not None
    found = contents(database)
    found["audit"].pop(max(found["audit"]))
    assert found == wanted
    assert len(wanted["event"]) > 40
    assert len(wanted["feed"]) == 1


def test_texts_of_a_backup_made_by_other_rules_are_computed_anew(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        wanted = make_person(session, name="Ðặng Thị Ân").sort_key
    monkeypatch.setattr(Person, "made_sort_key", lambda self: b"old")
    with database.transaction() as session:
        session.exec(select(Person)).one().name = "Đặng Thị Ân"
    backed_up(database, tmp_path / "b.zip")
    monkeypatch.undo()
    monkeypatch.setattr(text_keys, "RULES", text_keys.RULES + 1)
    restored(database, tmp_path / "b.zip", tmp_path)
    with database.transaction(write=False) as session:
        assert session.exec(select(Person)).one().sort_key == wanted
        assert session.exec(select(text_keys.TextKeys.rules)).one() == text_keys.RULES


@pytest.mark.soak
def test_figures_of_ten_thousand_events(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan_many(database, 10_000)
    began = monotonic()
    told = backed_up(database, tmp_path / "b.zip")
    between = monotonic()
    size = (tmp_path / "b.zip").stat().st_size
    copy = Database(f"sqlite:///{tmp_path}/copy.sqlite")
    restored(copy, tmp_path / "b.zip", tmp_path)
    ended = monotonic()
    into_itself = monotonic()
    restored(database, tmp_path / "b.zip", tmp_path)
    rows = sum(one.rows for one in told.tables.values())
    with capsys.disabled():
        print(
            f"\n10,000 events, {rows:,} rows, {database.url.get_backend_name()}: backup {between - began:.1f} s, "
            f"{size / 1e6:.1f} MB; restored to SQLite {ended - between:.1f} s, "
            f"over itself {monotonic() - into_itself:.1f} s"
        )
    assert contents(copy)["event"] == contents(database)["event"]
    copy.dispose()
