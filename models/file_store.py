"""Where the bytes of files are kept, apart from the database: a folder in which each content lies under its SHA-256.

A content is written under another name, brought to disk, and then given its own: whatever happens to the process, under
a content's name there are either all of its bytes or nothing. Nothing here knows which contents are needed; that is the
database's to say (:mod:`models.queries.stored_contents`). Several machines may share the folder.

A mark in the folder tells that it is the store: where a shared folder is not mounted there is an empty one, and what
was written there would be lost to all others.
"""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from models.errors import FilesAway, NoSpace

MARK = ".protocol-desk-files"
INCOMING = "incoming"
CHUNK = 1 << 20
PREFIXES = tuple(f"{number:02x}" for number in range(256))
"""The folders of the store: the first two digits of the contents in each."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes in the store: ``size`` in bytes, ``at`` when they were written or last asked to be there."""

    sha256: str
    size: int
    at: datetime


class FileStore:
    """The store in a folder. What goes wrong with the folder is :class:`FilesAway` or :class:`NoSpace`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, *, make: bool) -> None:
        """See that the folder is the store; with ``make`` make it so if it is empty or missing.

        Raises:
            FilesAway: it is missing, or another folder.
        """
        with _problems_told():
            mark = self.folder / MARK
            if mark.exists():
                return
            if not make or (self.folder.exists() and any(self.folder.iterdir())):
                raise FilesAway
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self.folder / INCOMING).mkdir(exist_ok=True, mode=0o700)
            handle = os.open(mark, os.O_CREAT | os.O_WRONLY, 0o600)
            os.fsync(handle)
            os.close(handle)

    def put(self, source: IO[bytes], sha256: str | None = None) -> Content:
        """Bring bytes into the store, all of them or none; they are on disk when this returns.

        Args:
            source: is read from where it stands to its end.
            sha256: what they must be; anything else is a ValueError.

        Raises:
            FilesAway: the store can't be written.
            NoSpace: there is no room for them.
        """
        digest, size = hashlib.sha256(), 0
        with _problems_told():
            incoming = self.folder / INCOMING
            incoming.mkdir(exist_ok=True, mode=0o700)
            draft = incoming / f"{secrets.token_hex(16)}.part"
            try:
                with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                    while chunk := source.read(CHUNK):
                        file.write(chunk)
                        digest.update(chunk)
                        size += len(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                    # Not of the name it gets: who removes what nobody needs may be quick.
                    at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
                found = digest.hexdigest()
                if sha256 is not None and found != sha256:
                    raise ValueError("other bytes than were told")
                path = self.path(found)
                path.parent.mkdir(exist_ok=True, mode=0o700)
                draft.replace(path)
                _settle(path.parent)
            finally:
                draft.unlink(missing_ok=True)
        return Content(found, size, at)

    def path(self, sha256: str) -> Path:
        """Where a content lies, if it is there."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError("no SHA-256 in hexadecimal")
        return self.folder / sha256[:2] / sha256

    def holds(self, sha256: str, size: int) -> bool:
        """Whether a content is there with as many bytes as it must have.

        Raises:
            FilesAway: the store is not there.
        """
        with _problems_told():
            try:
                # Opened, not only looked up: a shared folder's answers about names may be some seconds old.
                with self.path(sha256).open("rb") as file:
                    found = os.fstat(file.fileno())
            except FileNotFoundError:
                if (self.folder / MARK).exists():
                    return False
                raise
        return stat.S_ISREG(found.st_mode) and found.st_size == size

    def read(self, sha256: str) -> IO[bytes]:
        """A content, open for reading.

        Raises:
            FilesAway: it is not there, or the store is not.
        """
        with _problems_told():
            return self.path(sha256).open("rb")

    def is_sound(self, sha256: str) -> bool:
        """Whether a content's bytes are those that its name says.

        Raises:
            FilesAway: it is not there.
        """
        digest = hashlib.sha256()
        with self.read(sha256) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest() == sha256

    def contents(self, prefix: str) -> Iterator[Content]:
        """The contents whose digest begins with two digits, in order.

        Raises:
            FilesAway: the store is not there.
        """
        with _problems_told():
            try:
                entries = sorted(os.scandir(self.folder / prefix), key=lambda entry: entry.name)
            except FileNotFoundError:
                if (self.folder / MARK).exists():
                    return
                raise
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                if _SHA256.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    found = entry.stat(follow_symlinks=False)
                    yield Content(entry.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def remove(self, sha256: str) -> None:
        """Remove a content; nothing happens if it is gone."""
        with _problems_told():
            if not (self.folder / MARK).exists():
                raise FilesAway
            self.path(sha256).unlink(missing_ok=True)

    def sweep_incoming(self, before: datetime) -> int:
        """Remove what was begun and never finished, older than ``before``; returns how many."""
        count = 0
        with _problems_told(), contextlib.suppress(FileNotFoundError):
            for entry in os.scandir(self.folder / INCOMING):
                with contextlib.suppress(FileNotFoundError):
                    if datetime.fromtimestamp(entry.stat(follow_symlinks=False).st_mtime, UTC) < before:
                        os.unlink(entry.path)
                        count += 1
        return count


def has_no_room(problem: Exception) -> bool:
    """Whether an error says that a disk, or one's share of it, is full."""
    return isinstance(problem, OSError) and problem.errno in _FULL


def _settle(folder: Path) -> None:
    """Bring a folder's names to disk, where its file system can."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _problems_told() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise (NoSpace() if has_no_room(problem) else FilesAway()) from problem
