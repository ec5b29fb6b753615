"""The store of files: all of the bytes or none under their digest; a folder that is not the store is left alone."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from models.errors import FilesAway
from models.file_store import INCOMING, MARK, FileStore

TEXT = b"Bien ban lam viec"
DIGEST = hashlib.sha256(TEXT).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    made = FileStore(tmp_path / "files")
    made.open(make=True)
    return made


def test_a_content_lies_under_its_digest(store: FileStore) -> None:
    kept = store.put(BytesIO(TEXT))
    assert (kept.sha256, kept.size) == (DIGEST, len(TEXT))
    assert store.path(DIGEST).read_bytes() == TEXT
    assert store.path(DIGEST).stat().st_mode & 0o777 == 0o600
    assert store.holds(DIGEST, len(TEXT))
    assert not store.holds(DIGEST, len(TEXT) + 1)
    assert not store.holds("0" * 64, 1)
    assert [one.sha256 for one in store.contents(DIGEST[:2])] == [DIGEST]
    assert store.is_sound(DIGEST)
    store.path(DIGEST).write_bytes(TEXT.upper())
    assert not store.is_sound(DIGEST)
    store.remove(DIGEST)
    store.remove(DIGEST)
    assert not store.holds(DIGEST, len(TEXT))


class _Interrupted(Exception):
    pass


class _BreaksOff(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise _Interrupted
        return super().read(5)


def test_what_is_not_whole_has_no_name(store: FileStore) -> None:
    with pytest.raises(_Interrupted):
        store.put(_BreaksOff(TEXT))
    with pytest.raises(ValueError, match="other bytes"):
        store.put(BytesIO(TEXT), "0" * 64)
    assert [*(store.folder / INCOMING).iterdir()] == []
    assert [path for path in store.folder.rglob("*") if path.is_file()] == [store.folder / MARK]


def test_a_folder_that_is_not_the_store_is_left_alone(tmp_path: Path) -> None:
    """A mount point is an empty folder while nothing is mounted there; another one holds somebody else's files."""
    empty, other = FileStore(tmp_path / "empty"), FileStore(tmp_path / "other")
    empty.folder.mkdir()
    other.folder.mkdir()
    (other.folder / "theirs.txt").write_text("x")
    for store in (empty, other, FileStore(tmp_path / "missing")):
        with pytest.raises(FilesAway):
            store.open(make=False)
        with pytest.raises(FilesAway):
            store.holds(DIGEST, 1)
        with pytest.raises(FilesAway):
            store.remove(DIGEST)
        with pytest.raises(FilesAway):
            [*store.contents("00")]
    with pytest.raises(FilesAway):
        other.open(make=True)
    empty.open(make=True)
    empty.open(make=False)


def test_a_name_that_is_no_digest_leads_nowhere(store: FileStore) -> None:
    for name in ("../../etc/passwd", "0" * 63, "A" * 64, ""):
        with pytest.raises(ValueError, match="SHA-256"):
            store.path(name)


def test_what_was_begun_and_never_finished_is_swept(store: FileStore) -> None:
    now = datetime.now(UTC)
    old, young = store.folder / INCOMING / "old.part", store.folder / INCOMING / "young.part"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    past = (now - timedelta(days=2)).timestamp()
    os.utime(old, (past, past))
    assert store.sweep_incoming(now - timedelta(days=1)) == 1
    assert [*(store.folder / INCOMING).iterdir()] == [young]
