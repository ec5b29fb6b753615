"""Bytes leave the store a day after their last file, whatever races; the store away is told of files only."""

import os
import shutil
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from jobs.cleanup import remove_unneeded_files
from jobs.schedule import fixed_jobs
from models.database import Database
from models.file_store import FileStore
from models.files import StoredContent
from models.queries import stored_contents
from service.settings import Settings
from tests import factories
from tests.factories import OFFICE
from tests.service.conftest import Caller, Clock
from tests.service.files import samples
from tests.service.files.samples import send, sent

pytestmark = pytest.mark.both_databases("uploads and the job that removes take turns by locked rows")

DAY = timedelta(days=1)


@pytest.fixture
def path(database: Database) -> str:
    with database.transaction() as session:
        return f"/events/{factories.make_event(session).id}/files"


@pytest.fixture
def store(settings: Settings) -> FileStore:
    return FileStore(settings.files_folder)


def swept(database: Database, store: FileStore, now: datetime) -> int:
    with database.transaction() as session:
        return remove_unneeded_files(session, store, now)


def rows(database: Database) -> list[str]:
    with database.transaction(write=False) as session:
        return sorted(session.exec(select(StoredContent.sha256)).all())


def test_bytes_stay_a_day_after_their_last_file(
    officer: Caller, database: Database, store: FileStore, path: str, clock: Clock
) -> None:
    first, second = sent(officer, path), sent(officer, path)
    assert first["sha256"] == second["sha256"]
    officer.delete(f"/files/{first['id']}")
    assert swept(database, store, clock.now + 2 * DAY) == 0, "the second file has them"
    officer.delete(f"/files/{second['id']}")
    gone_at = clock.now + 3 * DAY
    assert swept(database, store, gone_at) == 0
    assert swept(database, store, gone_at + DAY - timedelta(hours=1)) == 0
    assert store.holds(first["sha256"], first["size"])
    assert swept(database, store, gone_at + DAY) == 1
    assert not store.holds(first["sha256"], first["size"])
    assert rows(database) == []


def test_bytes_that_are_needed_again_in_time_stay(
    officer: Caller, database: Database, store: FileStore, path: str, clock: Clock
) -> None:
    made = sent(officer, path)
    officer.delete(f"/files/{made['id']}")
    assert swept(database, store, clock.now) == 0
    again = sent(officer, path)
    assert swept(database, store, clock.now + 2 * DAY) == 0
    assert officer.get(f"/files/{again['id']}/content").data == samples.TEXT


def test_bytes_that_nobody_knows_are_removed_a_day_after_they_were_found(
    database: Database, store: FileStore, clock: Clock
) -> None:
    """What an upload leaves that ended between its bytes and its row."""
    store.open(make=True)
    store.put(samples.BytesIO(b"orphan"))
    orphan = store.put(samples.BytesIO(b"orphan")).sha256
    old = (clock.now - 2 * DAY).timestamp()
    os.utime(store.path(orphan), (old, old))
    for hour in range(24):  # each hour a part of the store is looked through
        assert swept(database, store, clock.now + timedelta(hours=hour)) == 0
    assert rows(database) == [orphan]
    assert swept(database, store, clock.now + 2 * DAY) == 1
    assert not store.path(orphan).exists()


def test_an_upload_whose_bytes_are_removed_meanwhile_brings_them_again(
    officer: Caller, database: Database, store: FileStore, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job passes between the moment the bytes are in the store and the transaction that needs them."""
    made = sent(officer, path)
    officer.delete(f"/files/{made['id']}")
    put, calls = FileStore.put, []

    def put_and_lose(self: FileStore, *more: Any) -> Any:
        content = put(self, *more)
        calls.append(content)
        if len(calls) == 1:
            self.remove(content.sha256)
        return content

    monkeypatch.setattr(FileStore, "put", put_and_lose)
    again = sent(officer, path)
    assert len(calls) == 2
    assert officer.get(f"/files/{again['id']}/content").data == samples.TEXT


def test_uploads_and_removals_race_and_no_file_is_without_bytes(
    officer: Caller,
    database: Database,
    store: FileStore,
    path: str,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # By the clock of this job, which is two days further each time, what has just come would be old.
    monkeypatch.setattr(stored_contents, "adopt_unknown", lambda *_one: None)
    monkeypatch.setattr(FileStore, "sweep_incoming", lambda *_one: 0)
    sent(officer, path)
    far = clock.now + timedelta(days=400)
    stop, failed = threading.Event(), []

    def sweep() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                swept(database, store, far + number * 2 * DAY)
            except Exception as problem:
                failed.append(problem)
                return

    thread = threading.Thread(target=sweep)
    thread.start()
    try:
        for number in range(8):
            made = sent(officer, path)
            assert store.holds(made["sha256"], made["size"])
            if number % 2:
                for one in officer.get(path).json:
                    officer.delete(f"/files/{one['id']}")
    finally:
        stop.set()
        thread.join()
    assert failed == []
    for one in officer.get(path).json:
        assert officer.get(f"/files/{one['id']}/content").data == samples.TEXT


def test_while_the_store_is_away_only_files_are_not_there(
    officer: Caller, database: Database, store: FileStore, path: str, clock: Clock, tmp_path: Path
) -> None:
    made = sent(officer, path)
    away = tmp_path / "away"
    shutil.move(store.folder, away)
    for state in ("missing", "not mounted"):
        if state == "not mounted":
            store.folder.mkdir()
        for answer in (send(officer, path, samples.TEXT), officer.get(f"/files/{made['id']}/content")):
            assert (answer.status_code, answer.json["code"]) == (503, "files_away"), state
            assert int(answer.headers["Retry-After"]) > 0
        assert officer.get(f"/files/{made['id']}").json == made
        assert officer.get(path).json == [made]
        assert officer.get("/events").status_code == officer.get("/me").status_code == 200
        assert officer.patch(f"/files/{made['id']}", {"title": state}).status_code == 200
        made = officer.get(f"/files/{made['id']}").json
        assert swept(database, store, clock.now + 9 * DAY) == 0
        assert not [*store.folder.iterdir()] if state == "not mounted" else not store.folder.exists()
    store.folder.rmdir()
    shutil.move(away, store.folder)
    assert officer.get(f"/files/{made['id']}/content").data == samples.TEXT


def test_the_job_runs_only_where_files_are(database: Database, store: FileStore, clock: Clock) -> None:
    assert "files" not in {job.name for job in fixed_jobs(OFFICE)}
    (job,) = [job for job in fixed_jobs(OFFICE, files=store.folder) if job.name == "files"]
    assert job.deletes, "it waits for a clock that can be trusted"
    with database.transaction() as session:
        assert job.work(session, clock.now, clock.now) == 0
    assert not store.folder.exists(), "nothing is made before the first file comes"


def test_who_brought_how_much_is_counted_once(
    app: Flask, officer: Caller, database: Database, path: str, clock: Clock, caller: Callable[..., Caller]
) -> None:
    for _again in range(2):
        sent(officer, path, b"a" * 100)
    sent(officer, path, b"b" * 30)

    def brought(session: Session, who: Caller) -> int:
        return stored_contents.brought_since(session, who.user_id, clock.now - DAY)

    with database.transaction(write=False) as session:
        assert brought(session, officer) == 130
        assert brought(session, caller()) == 0
