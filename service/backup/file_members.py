"""The uploaded files in a backup: their names in the archive, and what the manifest says of all of them."""

import hashlib
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

_FILE = re.compile(r"files/([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, order=True)
class FileMember:
    """An uploaded file's bytes in a backup: their SHA-256 and how many they are."""

    sha256: str
    size: int


@dataclass(frozen=True)
class FilesEntry:
    """The files in a backup together: how many, their bytes, and the SHA-256 of their list (:func:`listing`)."""

    count: int
    bytes: int
    sha256: str


def listing(members: Iterable[FileMember]) -> str:
    """The SHA-256 of the list of files: of each its digest, a blank and its size, a line each."""
    return hashlib.sha256("".join(f"{one.sha256} {one.size}\n" for one in members).encode()).hexdigest()


def files_among(members: Iterable[zipfile.ZipInfo]) -> list[FileMember]:
    """The files among an archive's members, in its order."""
    named = ((_FILE.fullmatch(one.filename), one.file_size) for one in members)
    return [FileMember(found[1], size) for found, size in named if found]
