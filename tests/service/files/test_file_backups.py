"""Files in backups: carried, checked, left out when asked, and named where their bytes are gone."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlmodel import select

from models.database import Database
from models.errors import Conflict
from models.file_store import FileStore
from models.files import File
from service import cli
from service.actions.context import ActionContext
from service.backup import archive, dump, stored_files, swap_in
from service.backup.archive import BadBackup
from tests import factories
from tests.factories import NOW, OFFICE
from tests.service.backup.backup_fixtures import KEY, reopened
from tests.service.conftest import Caller
from tests.service.files.samples import sent

pytestmark = pytest.mark.both_databases("a restore fills tables that refer to contents")

TEXTS = (b"mot", b"hai", b"ba" * 400_000)


@pytest.fixture
def store(app: object, officer: Caller, database: Database, tmp_path: Path) -> FileStore:
    """A store with three files of an event."""
    with database.transaction() as session:
        path = f"/events/{factories.make_event(session).id}/files"
    for text in TEXTS:
        sent(officer, path, text)
    return FileStore(tmp_path / "var" / "files")


@pytest.fixture
def taken(database: Database, store: FileStore, tmp_path: Path) -> Path:
    dump.take(database, tmp_path / "b.zip", NOW, KEY, OFFICE.locality, store)
    return tmp_path / "b.zip"


def restored(database: Database, path: Path, folder: Path, store: FileStore | None) -> swap_in.RestoreSummary:
    database.dispose()
    try:
        with archive.opened(path, KEY) as content:
            return swap_in.restore(database, content, ActionContext(None, NOW, OFFICE), folder, KEY, store)
    finally:
        database.dispose()


def test_a_backup_carries_the_files(database: Database, taken: Path, store: FileStore, tmp_path: Path) -> None:
    with zipfile.ZipFile(taken) as content:
        assert content.testzip() is None
        manifest = json.loads(content.read("manifest.json"))
        names = [one.removeprefix("files/") for one in content.namelist() if one.startswith("files/")]
        assert sorted(content.read(f"files/{name}") for name in names) == sorted(TEXTS)
    assert names == sorted(names)
    assert (manifest["format"], manifest["files"]["count"]) == (3, 3)
    shutil.rmtree(store.folder)
    other = FileStore(tmp_path / "elsewhere")
    assert restored(database, taken, tmp_path, other).files == 3
    with database.transaction(write=False) as session:
        kept = session.exec(select(File)).all()
        assert {other.path(one.sha256).read_bytes() for one in kept} == set(TEXTS)
        assert [*stored_files.lost(session, other, whole=True)] == []


def test_files_are_left_out_when_asked(database: Database, store: FileStore, tmp_path: Path) -> None:
    path = tmp_path / "small.zip"
    manifest = dump.take(database, path, NOW, KEY, OFFICE.locality, None)
    assert (manifest.format, manifest.files) == (2, None), "older versions read it as before"
    with zipfile.ZipFile(path) as content:
        assert not [name for name in content.namelist() if name.startswith("files/")]
    assert restored(database, path, tmp_path, FileStore(tmp_path / "new")).files == 0
    with database.transaction(write=False) as session:
        assert len([*stored_files.lost(session, FileStore(tmp_path / "new"))]) == 3
        assert [*stored_files.lost(session, store)] == []
    FileStore(tmp_path / "new").open(make=False)  # new files can be uploaded


def test_a_backup_whose_store_is_away_is_refused(database: Database, store: FileStore, tmp_path: Path) -> None:
    shutil.move(store.folder, tmp_path / "away")
    with pytest.raises(Conflict, match="--without-files"):
        dump.take(database, tmp_path / "b.zip", NOW, KEY, OFFICE.locality, store)
    assert not (tmp_path / "b.zip").exists()


def test_what_is_gone_or_damaged_is_named_and_the_rest_is_carried(
    database: Database, store: FileStore, tmp_path: Path
) -> None:
    with database.transaction(write=False) as session:
        gone, damaged, whole = sorted(one.sha256 for one in session.exec(select(File)).all())
    store.remove(gone)
    store.path(damaged).write_bytes(b"x" * store.path(damaged).stat().st_size)
    path = tmp_path / "b.zip"
    manifest = dump.take(database, path, NOW, KEY, OFFICE.locality, store)
    assert sorted(manifest.missing) == sorted([gone, damaged])
    other = FileStore(tmp_path / "elsewhere")
    assert restored(database, path, tmp_path, other).files == 1
    assert other.is_sound(whole)
    assert not other.path(damaged).exists()


def _retold(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same backup with other members, and a digest over all that needs no key."""
    with zipfile.ZipFile(path) as content:
        members, comment = {name: content.read(name) for name in content.namelist()}, content.comment
    change(members)
    made = path.with_name("changed.zip")
    with made.open("w+b") as file:
        with zipfile.ZipFile(file, "w") as changed:
            for name, text in members.items():
                changed.writestr(name, text)
            changed.comment = comment
        archive.seal(file)
    return made


def test_another_file_in_place_of_one_is_noticed(database: Database, taken: Path, tmp_path: Path) -> None:
    def swap(members: dict[str, bytes]) -> None:
        name = next(one for one in members if one.startswith("files/"))
        members[name] = b"?" * len(members[name])

    def more(members: dict[str, bytes]) -> None:
        last = [members.pop(name) for name in ("manifest.json", "manifest.hmac")]
        members |= {"files/" + "f" * 64: b"x", "manifest.json": last[0], "manifest.hmac": last[1]}

    def fewer(members: dict[str, bytes]) -> None:
        del members[next(one for one in members if one.startswith("files/"))]

    for change in (swap, more, fewer):
        made = _retold(taken, change)
        with pytest.raises(BadBackup), archive.opened(made, KEY):
            pass
        with pytest.raises(BadBackup), archive.opened(made, KEY, unverified=True):
            pass
    with archive.opened(_retold(taken, lambda members: None), KEY) as content:  # the control
        assert len(content.files) == 3


def test_the_command_names_files_without_bytes(
    database: Database, store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction(write=False) as session:
        one = session.exec(select(File).order_by(File.sha256)).first()  # type: ignore[arg-type]
        assert one is not None
    monkeypatch.setenv("DESK_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("DESK_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("DESK_SECRET_KEY", KEY)
    run = CliRunner().invoke
    sound = run(cli.desk, ["files", "check"])
    assert (sound.exit_code, "3 contents" in sound.output) == (0, True), sound.output
    store.path(one.sha256).write_bytes(b"x" * one.size)
    assert run(cli.desk, ["files", "check", "--quick"]).exit_code == 0
    store.remove(one.sha256)
    for options in ([], ["--quick"]):
        told = run(cli.desk, ["files", "check", *options])
        assert told.exit_code == 1
        assert one.id in told.output
    reopened(database)
    path = str(tmp_path / "c.zip")
    made = run(cli.desk, ["backup", path])
    assert made.exit_code == 0, made.output
    assert "2 files" in made.output
    assert "1 contents of files are gone" in made.output
