"""The file of a SQLite database: which one a process has opened, and whether that is still what its path names.

A file that is renamed, deleted or replaced stays open where it was: SQLite would go on writing to a file that nobody
finds any more. A file that is missing it would create anew, empty. So the file is opened by its identity (device and
inode), which is compared with that of the path at the beginning of each transaction and around each commit.

Imports nothing but the standard library: the process that supervises the others asks for the identity, too.
"""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import unquote

Identity = tuple[int, int]
"""Device and inode."""


class FileReplaced(sqlite3.OperationalError):
    """The path names another file than the one that is open, or none."""

    def __init__(self) -> None:
        super().__init__("the database's file was moved, removed or replaced")


def path_of(url: str) -> Path | None:
    """The file of a SQLite address; None for another database, one in memory, and an address with options."""
    scheme, _slashes, path = url.partition(":///")
    if scheme.partition("+")[0] != "sqlite" or path in ("", ":memory:") or path.startswith("file:") or "?" in path:
        return None
    return Path(unquote(path))


def identity_of(path: Path) -> Identity | None:
    """The identity of the file that a path names; None if it can't be reached."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def create(path: Path) -> None:
    """Make an empty file that only its owner may read, unless it is there; SQLite's -wal and -shm get the same mode.

    Raises:
        OSError: it can't be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))


def as_text(identity: Identity) -> str:
    """An identity for a child's environment."""
    return f"{identity[0]}:{identity[1]}"


def from_text(text: str) -> Identity:
    """The identity from its text. Raises ValueError for another text."""
    device, inode = text.split(":")
    return int(device), int(inode)


class DatabaseFile:
    """The file of a database in this process: the first one opened, or the one ``identity`` names, and no other."""

    def __init__(self, path: Path, identity: Identity | None = None) -> None:
        self.path = path.absolute()
        self._identity = identity
        self._uri = f"{self.path.as_uri()}?mode=rw"

    @property
    def is_missing(self) -> bool:
        """Whether there is no file, and none was open before."""
        return self._identity is None and identity_of(self.path) is None

    def accept(self) -> None:
        """Take the file that the path names for the right one: this process has just put it there."""
        self._identity = identity_of(self.path)

    def check(self) -> None:
        """Check that the path names the file that is open; costs a few microseconds.

        Raises:
            FileReplaced: it names another, or none.
        """
        if self._identity is not None and identity_of(self.path) != self._identity:
            raise FileReplaced

    def connect(self, **options: Any) -> sqlite3.Connection:
        """Open the file; it is never created.

        Raises:
            FileReplaced: the path names another file than before.
            sqlite3.OperationalError: it can't be opened.
        """
        self.check()
        before = identity_of(self.path)
        connection: sqlite3.Connection = sqlite3.connect(self._uri, uri=True, **options)
        try:
            connection.execute("PRAGMA schema_version").close()  # SQLite opens the file with the first statement
            if identity_of(self.path) != before:
                raise FileReplaced
            self._identity = self._identity or before
            self.check()
        except BaseException:
            connection.close()
            raise
        return connection
