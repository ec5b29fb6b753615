"""A backup file: a zip of ``manifest.json`` and one JSON lines file per table, protected by a digest of the whole.

The last 64 bytes of the file are the SHA-256, in hexadecimal, of everything before them; they are the zip's comment, so
any zip program opens the file. A changed bit or a missing byte is detected before anything else.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, cast

from models.dump_rows import TableShape
from models.errors import DomainError
from models.i18n import N_, message

FORMAT = 1
"""Incremented when older programs could no longer read the file."""

_MANIFEST = "manifest.json"
_MARK = b"protocol-desk backup, sha256 of all before: "
_DIGITS = 64
_CHUNK = 1 << 20
_NOT_WHOLE = N_("{file} is no whole backup: it is damaged, cut off, or another kind of file. Nothing was changed.")
_NEWER = N_("{file} was made by a newer version of this program ({version}). Install that first. Nothing was changed.")


class BadBackup(DomainError):
    """The file can't be restored."""

    code = "bad_backup"


@dataclass(frozen=True)
class TableEntry:
    """One table in a backup: its number of rows, the SHA-256 of its lines, column → type of content."""

    rows: int
    sha256: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """A backup's metadata. ``secret_key`` is a fingerprint of the key that some values are encrypted with."""

    format: int
    version: str
    revision: str
    taken_at: datetime
    dialect: str
    secret_key: str
    left_out: Mapping[str, str]
    tables: Mapping[str, TableEntry]


def fingerprint(secret_key: str) -> str:
    """Distinguishes secret keys without revealing anything about them."""
    return hashlib.sha256(b"protocol-desk backup:" + secret_key.encode()).hexdigest()[:16]


def write(file: IO[bytes], about: Manifest, tables: Iterable[tuple[TableShape, Iterator[bytes]]]) -> Manifest:
    """Write a backup to an empty file open for reading and writing; returns the manifest with the tables' contents.

    Rows are written as they are read: memory use does not grow with their number.
    """
    at = about.taken_at.timetuple()[:6]
    entries: dict[str, TableEntry] = {}
    with zipfile.ZipFile(file, "w") as archive:
        for shape, rows in tables:
            with archive.open(_entry(_file_of(shape.name), at), "w", force_zip64=True) as out:
                digest, count = hashlib.sha256(), 0
                for line in rows:
                    out.write(line)
                    digest.update(line)
                    count += 1
            entries[shape.name] = TableEntry(
                count, digest.hexdigest(), {name: str(kind) for name, kind in shape.kinds.items()}
            )
        manifest = Manifest(**(vars(about) | {"tables": entries}))
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, default=datetime.isoformat)
        archive.writestr(_entry(_MANIFEST, at), text.encode())
        archive.comment = _MARK + b"0" * _DIGITS
    seal(file)
    return manifest


def seal(file: IO[bytes]) -> None:
    """Write the digest of everything before them over the last 64 bytes."""
    end = file.seek(0, 2) - _DIGITS
    digest = _digest(file, end)
    file.seek(end)
    file.write(digest)


def _entry(name: str, at: tuple[int, ...]) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, cast(tuple[int, int, int, int, int, int], at))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _file_of(table: str) -> str:
    return f"tables/{table}.jsonl"


def _digest(file: IO[bytes], end: int) -> bytes:
    digest = hashlib.sha256()
    file.seek(0)
    while end > 0 and (chunk := file.read(min(_CHUNK, end))):
        digest.update(chunk)
        end -= len(chunk)
    return digest.hexdigest().encode()


class Archive:
    """A verified backup: complete, of a format this program reads, every table as its manifest says."""

    def __init__(self, path: Path, content: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._content = content

    @contextmanager
    def lines(self, table: str) -> Iterator[Iterator[bytes]]:
        """A table's lines, read lazily."""
        with self._content.open(_file_of(table)) as file, BufferedReader(cast(Any, file), 1 << 16) as lines:
            yield lines

    def damaged(self) -> BadBackup:
        """The error for a file that turns out to be damaged."""
        return BadBackup(message(_NOT_WHOLE, file=str(self.path)))


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a backup and verify it from its first byte to its last.

    Raises:
        BadBackup: it is damaged, truncated, not a backup, or made by a newer program.
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        if not _is_whole(file):
            raise BadBackup(message(_NOT_WHOLE, file=str(path)))
        with _damage_told(path):
            content = zipfile.ZipFile(file)
        with content:
            with _damage_told(path):
                archive = Archive(path, content, _manifest(path, content))
                _compare(archive)
            yield archive


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        LookupError,
        TypeError,
        ValueError,
        NotImplementedError,
    ) as problem:
        raise BadBackup(message(_NOT_WHOLE, file=str(path))) from problem


def _is_whole(file: IO[bytes]) -> bool:
    end = file.seek(0, 2) - _DIGITS
    if end < len(_MARK):
        return False
    file.seek(end - len(_MARK))
    mark, stored = file.read(len(_MARK)), file.read(_DIGITS)
    return mark == _MARK and stored == _digest(file, end)


def _manifest(path: Path, content: zipfile.ZipFile) -> Manifest:
    stored = json.loads(content.read(_MANIFEST))
    if int(stored["format"]) > FORMAT:
        raise BadBackup(message(_NEWER, file=str(path), version=str(stored.get("version"))))
    tables = {str(name): TableEntry(**one) for name, one in stored["tables"].items()}
    return Manifest(**(stored | {"taken_at": datetime.fromisoformat(stored["taken_at"]), "tables": tables}))


def _compare(archive: Archive) -> None:
    for table, contents in archive.manifest.tables.items():
        digest, count = hashlib.sha256(), 0
        with archive.lines(table) as lines:
            for line in lines:
                digest.update(line)
                count += 1
        if (count, digest.hexdigest()) != (contents.rows, contents.sha256):
            raise archive.damaged()


def newer(archive: Archive) -> BadBackup:
    """The error for a backup whose database revision is unknown to this program."""
    return BadBackup(message(_NEWER, file=str(archive.path), version=archive.manifest.version))
