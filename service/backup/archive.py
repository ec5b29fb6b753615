"""A backup file, format 3: a zip of one JSON lines file per table, files, a manifest, and the manifest's signature.

The members, in this order and no others:

``tables/NAME.jsonl``
    One row a line, for each table of the manifest, in the manifest's order.
``files/SHA256``
    The bytes of one uploaded file each, in the order of their digests, which are their names; not compressed.
``manifest.json``
    When, by which version and in which office the backup was made; of each table its number of rows, its bytes, the
    SHA-256 of its lines, and its columns; of the files their number, their bytes, the SHA-256 of the list of them, and
    which were not in the store when the backup was made.
``manifest.hmac``
    The HMAC-SHA256 of ``manifest.json``, byte for byte, in hexadecimal. Its key is derived from the service's secret
    key for this purpose alone, so only an installation with the same secret key can write it. With the manifest it
    covers every row, the order of rows and of tables, and that nothing is missing or added.

The last 64 bytes of the file are the SHA-256, in hexadecimal, of everything before them; they are the zip's comment, so
any zip program opens the file. That digest needs no key: it tells damage from forgery, before anything else is read.

Without files the format is 2, which versions that knew none write and read. Format 1, of versions before signatures,
lacks ``manifest.hmac``, the bytes and the office. Such a file, or one with another installation's signature, proves
nothing about its origin: whoever had it in their hands may have written any row. It is read when the caller accepts
that (``unverified``).
"""

import hashlib
import hmac
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from models.dump_rows import TableShape
from models.encryption import derived_key
from models.errors import DomainError, FilesAway
from models.i18n import N_, message
from service.backup.file_members import FileMember, FilesEntry, files_among, listing

FORMAT = 3
"""The newest that is known. Incremented when older programs could no longer read the file."""

SIGNED = 2
"""Since this format backups are signed; one without files still has it."""

MOST_UNPACKED = 64 << 20
MOST_RATIO = 250
"""Without a signature: the bytes that may come out of a small file, and how many of each byte of a larger one."""

MOST_OF_A_ROW = 64 << 20
"""Bytes of the longest line that is read."""

_MANIFEST = "manifest.json"
_SIGNATURE = "manifest.hmac"
_SIGNING = "signature of backups, format 2"
_MOST_OF_THE_MANIFEST = 4 << 20
_MARK = b"protocol-desk backup, sha256 of all before: "
_DIGITS = 64
_CHUNK = 1 << 20
_NAME = re.compile(r"[a-z0-9_]{1,60}", re.ASCII)
_PLAIN = re.compile(r"[\w.+-]{1,64}", re.ASCII)
"""Versions, revisions, digests; some are shown on terminals."""

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    RuntimeError,  # an encrypted member, a compression that is not known, JSON nested too deeply
)
"""What reading a file that is not what it should be can raise."""

_NOT_WHOLE = N_("{file} is no whole backup: it is damaged, cut off, or another kind of file. Nothing was changed.")
_NEWER = N_("{file} was made by a newer version of this program ({version}). Install that first. Nothing was changed.")
_UNSIGNED = N_(
    "{file} was made by version {version}, which did not sign backups yet: nothing proves that no row was changed"
    " since. If it never left your hands, restore it with --unverified; that ends all sign-ins and asks for new"
    " passwords. To keep those, restore it with that version and upgrade then. From now on `desk backup` signs."
    " Nothing was changed."
)
_FOREIGN = N_(
    "{file} was made under another secret key, so its signature can't be checked. Put that key back"
    " (DESK_VAR/secret_key or DESK_SECRET_KEY) and restore again. If it is lost, --unverified restores the file without"
    " proof of where it comes from; that ends all sign-ins and asks for new passwords. Nothing was changed."
)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FORGED = N_(
    "The signature of {file} is wrong: what it holds was changed after it was made, or this installation did not make"
    " it. Take another backup. Nothing was changed."
)


class Doubt(StrEnum):
    """Why nothing proves where a backup comes from."""

    UNSIGNED = "unsigned"
    FOREIGN = "foreign"
    FORGED = "forged"


_REFUSALS = {Doubt.UNSIGNED: _UNSIGNED, Doubt.FOREIGN: _FOREIGN, Doubt.FORGED: _FORGED}


class BadBackup(DomainError):
    """The file can't be restored."""

    code = "bad_backup"


class Unproven(BadBackup):
    """Nothing proves where the file comes from, and the caller has not accepted that."""

    code = "unproven_backup"


@dataclass(frozen=True)
class TableEntry:
    """One table in a backup: its number of rows, the SHA-256 of its lines, column → type of content, its bytes.

    Format 1 does not know the bytes: they are -1.
    """

    rows: int
    sha256: str
    columns: Mapping[str, str]
    bytes: int = -1


@dataclass(frozen=True)
class Manifest:
    """A backup's metadata. ``secret_key`` is a fingerprint of the key that some values are encrypted with.

    ``office`` is the code of the office's own locality; "" in format 1. ``files`` is None where none are in it, and
    ``missing`` the digests of those that were damaged or gone when it was made.
    """

    format: int
    version: str
    revision: str
    taken_at: datetime
    dialect: str
    secret_key: str
    left_out: Mapping[str, str]
    tables: Mapping[str, TableEntry]
    office: str = ""
    files: FilesEntry | None = None
    missing: tuple[str, ...] = ()


def fingerprint(secret_key: str) -> str:
    """Distinguishes secret keys without revealing anything about them."""
    return hashlib.sha256(b"protocol-desk backup:" + secret_key.encode()).hexdigest()[:16]


def signature(manifest: bytes, secret_key: str) -> bytes:
    """The HMAC-SHA256 of a manifest's bytes, in hexadecimal, under the key derived for backups."""
    return hmac.new(derived_key(secret_key, _SIGNING), manifest, "sha256").hexdigest().encode()


def write(
    file: IO[bytes],
    about: Manifest,
    tables: Iterable[tuple[TableShape, Iterator[bytes]]],
    secret_key: str,
    files: Sequence[FileMember] = (),
    read: Callable[[str], IO[bytes]] | None = None,
) -> Manifest:
    """Write a backup to an empty file open for reading and writing; returns the manifest with the tables' contents.

    Rows are written as they are read, and files piece by piece: memory use does not grow with them. ``read`` opens a
    file by its digest; one that it can't open (FilesAway), or that has other bytes, is left out and named.
    """
    at = about.taken_at.timetuple()[:6]
    entries: dict[str, TableEntry] = {}
    with zipfile.ZipFile(file, "w") as archive:
        for shape, rows in tables:
            with archive.open(_entry(_file_of(shape.name), at), "w", force_zip64=True) as out:
                digest, count, size = hashlib.sha256(), 0, 0
                for line in rows:
                    out.write(line)
                    digest.update(line)
                    count, size = count + 1, size + len(line)
            columns = {name: str(kind) for name, kind in shape.kinds.items()}
            entries[shape.name] = TableEntry(count, digest.hexdigest(), columns, size)
        kept, missing = _write_files(archive, at, files, read) if read is not None else ([], [])
        entry = FilesEntry(len(kept), sum(one.size for one in kept), listing(kept)) if kept or missing else None
        more = {"format": SIGNED if entry is None else FORMAT, "files": entry, "missing": tuple(missing)}
        manifest = Manifest(**(vars(about) | {"tables": entries} | more))
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, default=datetime.isoformat).encode()
        archive.writestr(_entry(_MANIFEST, at), text)
        archive.writestr(_entry(_SIGNATURE, at), signature(text, secret_key))
        archive.comment = _MARK + b"0" * _DIGITS
    seal(file)
    return manifest


def _write_files(
    archive: zipfile.ZipFile, at: tuple[int, ...], files: Sequence[FileMember], read: Callable[[str], IO[bytes]]
) -> tuple[list[FileMember], list[str]]:
    """Write the files; returns those that are in the archive, and the digests of those that are not as they should be.

    What turns out to be damaged while it is copied is in the archive, and named.
    """
    kept: list[FileMember] = []
    missing: list[str] = []
    for one in files:
        try:
            source = read(one.sha256)
        except FilesAway:
            missing.append(one.sha256)
            continue
        entry = _entry(f"files/{one.sha256}", at)
        entry.compress_type = zipfile.ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with source, archive.open(entry, "w", force_zip64=True) as out:
            while chunk := source.read(_CHUNK):
                out.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        kept.append(FileMember(one.sha256, size))
        if digest.hexdigest() != one.sha256:
            missing.append(one.sha256)
    return kept, missing


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
    """A checked backup: complete, of a format this program reads, every table as its manifest says.

    ``doubt`` is None if an installation with this secret key signed it.
    """

    def __init__(self, path: Path, content: zipfile.ZipFile, manifest: Manifest, doubt: Doubt | None) -> None:
        self.path = path
        self.manifest = manifest
        self.doubt = doubt
        self._content = content

    @contextmanager
    def lines(self, table: str) -> Iterator[Iterator[bytes]]:
        """A table's lines, read lazily, and compared with the manifest: the last one is followed by an error if any
        differs. So what is loaded is what was checked, whatever became of the file in between.

        Raises:
            BadBackup: while the lines are read.
        """
        with self._content.open(_file_of(table)) as file, BufferedReader(cast(Any, file), 1 << 16) as lines:
            yield self._compared(table, lines)

    def _compared(self, table: str, lines: BufferedReader) -> Iterator[bytes]:
        digest, count = hashlib.sha256(), 0
        while line := self._line(lines):
            digest.update(line)
            count += 1
            yield line
        told = self.manifest.tables[table]
        if (count, digest.hexdigest()) != (told.rows, told.sha256):
            raise self.damaged()

    @property
    def files(self) -> Sequence[FileMember]:
        """The files in it, in the order of their digests."""
        return files_among(self._content.infolist())

    @contextmanager
    def file(self, member: FileMember) -> Iterator[IO[bytes]]:
        """The bytes of a file, which whoever reads them compares with their digest.

        Raises:
            BadBackup: while they are read.
        """
        with _damage_told(self.path), self._content.open(f"files/{member.sha256}") as content:
            yield content

    def _line(self, lines: BufferedReader) -> bytes:
        try:
            line = lines.readline(MOST_OF_A_ROW)
        except _DAMAGE as problem:
            raise self.damaged() from problem
        if len(line) >= MOST_OF_A_ROW:
            raise self.damaged()
        return line

    def damaged(self) -> BadBackup:
        """The error for a file that turns out to be damaged."""
        return BadBackup(message(_NOT_WHOLE, file=str(self.path)))


@contextmanager
def opened(path: Path, secret_key: str, *, unverified: bool = False) -> Iterator[Archive]:
    """Open a backup and check it from its first byte to its last.

    Args:
        path: the file.
        secret_key: the service's own, which must have signed it.
        unverified: read it also without proof of its origin; :attr:`Archive.doubt` tells.

    Raises:
        BadBackup: it is damaged, truncated, not a backup, made by a newer program, or holds what its manifest does not
            list.
        Unproven: its signature is missing or wrong, and ``unverified`` is not given.
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        if not _is_whole(file):
            raise BadBackup(message(_NOT_WHOLE, file=str(path)))
        with _damage_told(path):
            content = zipfile.ZipFile(file)
        with content:
            with _damage_told(path):
                archive = _checked(path, content, secret_key, size=file.seek(0, 2), unverified=unverified)
            yield archive


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as problem:
        raise BadBackup(message(_NOT_WHOLE, file=str(path))) from problem


def _is_whole(file: IO[bytes]) -> bool:
    end = file.seek(0, 2) - _DIGITS
    if end < len(_MARK):
        return False
    file.seek(end - len(_MARK))
    mark, stored = file.read(len(_MARK)), file.read(_DIGITS)
    return mark == _MARK and stored == _digest(file, end)


def _checked(path: Path, content: zipfile.ZipFile, secret_key: str, *, size: int, unverified: bool) -> Archive:
    """The backup, if all of it may be read; the signature is checked before the manifest is looked at any closer.

    Raises:
        BadBackup, Unproven: as :func:`opened`.
        ValueError and others: it is damaged.
    """
    text = _read_small(content, _MANIFEST)
    signed = _read_small(content, _SIGNATURE) if _SIGNATURE in content.namelist() else None
    is_proven = signed is not None and hmac.compare_digest(signed, signature(text, secret_key))
    manifest = _manifest(path, text)
    _check_members(content, manifest, size, is_signed=signed is not None, is_proven=is_proven)
    archive = Archive(path, content, manifest, None if is_proven else _doubt(manifest, secret_key))
    if archive.doubt is not None and not unverified:
        raise Unproven(message(_REFUSALS[archive.doubt], file=str(path), version=manifest.version))
    for table in manifest.tables:
        with archive.lines(table) as lines:
            for _line in lines:
                pass
    for member in archive.files:
        _check_file(archive, member)
    return archive


def _check_file(archive: Archive, member: FileMember) -> None:
    digest = hashlib.sha256()
    with archive.file(member) as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != member.sha256 and member.sha256 not in archive.manifest.missing:
        raise archive.damaged()


def _doubt(manifest: Manifest, secret_key: str) -> Doubt:
    if manifest.format < SIGNED:
        return Doubt.UNSIGNED
    return Doubt.FORGED if manifest.secret_key == fingerprint(secret_key) else Doubt.FOREIGN


def _read_small(content: zipfile.ZipFile, name: str) -> bytes:
    info = content.getinfo(name)
    if info.file_size > _MOST_OF_THE_MANIFEST:
        raise ValueError(f"{name} is too large")
    return content.read(info)


def _check_members(
    content: zipfile.ZipFile, manifest: Manifest, size: int, *, is_signed: bool, is_proven: bool
) -> None:
    """Raise ValueError unless the members are those of the manifest, once each, in order, and of bounded size."""
    members = content.infolist()
    files = files_among(members)
    expected = [
        *map(_file_of, manifest.tables),
        *(f"files/{one.sha256}" for one in sorted(files)),
        _MANIFEST,
        *([_SIGNATURE] if manifest.format >= SIGNED else []),
    ]
    told = FilesEntry(len(files), sum(one.size for one in files), listing(files)) if manifest.format > SIGNED else None
    if told != manifest.files or (told is None and files):
        raise ValueError("other files than the manifest lists")
    if [one.filename for one in members] != expected or is_signed != (manifest.format >= SIGNED):
        raise ValueError("members that the manifest does not list, or in another order")
    if any(one.compress_type not in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED) for one in members):
        raise ValueError("a compression that is not used here")
    for one, table in zip(members, manifest.tables.values(), strict=False):
        if manifest.format >= SIGNED and one.file_size != table.bytes:
            raise ValueError("a member of another size")
    if not is_proven and sum(one.file_size for one in members) > max(MOST_UNPACKED, MOST_RATIO * size):
        raise ValueError("far more comes out than is in it")


def _manifest(path: Path, text: bytes) -> Manifest:
    """Read a manifest, believing nothing: every value must be of its type."""
    stored = json.loads(text, parse_constant=_no_constant)
    if _whole(stored["format"]) > FORMAT:
        raise BadBackup(message(_NEWER, file=str(path), version=_text(stored["version"], _PLAIN)))
    tables = {_text(name, _NAME): _table(one) for name, one in stored["tables"].items()}
    return Manifest(
        format=_whole(stored["format"]),
        version=_text(stored["version"], _PLAIN),
        revision=_text(stored["revision"], _PLAIN),
        taken_at=_instant(stored["taken_at"]),
        dialect=_text(stored["dialect"], _PLAIN),
        secret_key=_text(stored["secret_key"], _PLAIN),
        left_out={_text(name, _NAME): _text(why) for name, why in stored["left_out"].items()},
        tables=tables,
        office=_text(stored["office"], _PLAIN) if stored["format"] >= SIGNED else "",
        files=_files(stored["files"]) if stored["format"] > SIGNED else None,
        missing=tuple(_text(one, _DIGEST) for one in stored["missing"]) if stored["format"] > SIGNED else (),
    )


def _files(stored: Mapping[str, Any]) -> FilesEntry:
    return FilesEntry(_whole(stored["count"]), _whole(stored["bytes"]), _text(stored["sha256"], _DIGEST))


def _table(stored: Mapping[str, Any]) -> TableEntry:
    columns = {_text(name, _NAME): _text(kind, _PLAIN) for name, kind in stored["columns"].items()}
    return TableEntry(_whole(stored["rows"]), _text(stored["sha256"], _PLAIN), columns, _whole(stored.get("bytes", -1)))


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("not a whole number")
    return value


def _text(value: Any, form: re.Pattern[str] | None = None) -> str:
    if not isinstance(value, str) or (form is not None and not form.fullmatch(value)):
        raise TypeError("not such a text")
    return value


def _instant(value: Any) -> datetime:
    at = datetime.fromisoformat(_text(value))
    if at.tzinfo is None:
        raise ValueError("an instant without its zone")
    return at


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def newer(archive: Archive) -> BadBackup:
    """The error for a backup whose database revision is unknown to this program."""
    return BadBackup(message(_NEWER, file=str(archive.path), version=archive.manifest.version))
