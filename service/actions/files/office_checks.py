"""Whether a zip archive is a document of Word, Excel or LibreOffice that is safe to open: no macros, no bomb.

Every member is unpacked to count what comes out: the sizes that an archive states of itself are not believed.
"""

import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO

from service.actions.files import office_xml
from service.actions.files.media_types import DOCX, ODS, ODT, XLSX, NotKept

MOST_MEMBERS = 5_000
ALWAYS_UNPACKED = 32 << 20
MOST_UNPACKED = 256 << 20
MOST_RATIO = 150
"""What may come out: 32 MiB of any file, and of larger ones so many times their size, but never more than 256 MiB."""
MOST_OF_A_PART = 8 << 20
"""Bytes of a part with types or relations that are read."""

_CHUNK = 1 << 18
_TYPES = "[Content_Types].xml"
_MAIN: Mapping[str, str] = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": DOCX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": XLSX,
}
_OPEN_DOCUMENT: Mapping[bytes, str] = {ODT.encode(): ODT, ODS.encode(): ODS}
_MACRO_PARTS = re.compile(r"(?:^|/)(?:vba[^/]*\.(?:bin|xml)|macrosheets/|dialogsheets/|basic/|scripts/)", re.IGNORECASE)
_ACTIVE_PARTS = re.compile(r"(?:^|/)activex/|\.(?:exe|dll|js|vbs|bat|cmd|scr|html?|swf|jar)$", re.IGNORECASE)
_OBJECTS = re.compile(r"(?:^|/)embeddings/[^/]|(?:^|/)oleobject[^/]*$", re.IGNORECASE)


def check_office(file: IO[bytes], size: int) -> str:
    """The kind of an archive of so many bytes, all of which was unpacked.

    Raises:
        NotKept: it is no document of the four kinds, or not safe to open.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return _checked(archive, size)
    except NotKept:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, LookupError, ValueError, RuntimeError, NotImplementedError):
        # What an archive that is not what it should be makes zipfile raise; an encrypted member is a RuntimeError.
        raise NotKept("damaged") from None


def _checked(archive: zipfile.ZipFile, size: int) -> str:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise NotKept("bomb")
    if any(one.flag_bits & 1 for one in members):
        raise NotKept("encrypted")
    names = [one.filename for one in members]
    if len({name.lower() for name in names}) != len(names):
        raise NotKept("damaged")  # programs would differ about which of two they open
    for pattern, reason in ((_MACRO_PARTS, "macros"), (_ACTIVE_PARTS, "active"), (_OBJECTS, "embedded")):
        if any(pattern.search(name) for name in names):
            raise NotKept(reason)
    kind = _kind(archive, names)
    left = min(MOST_UNPACKED, max(ALWAYS_UNPACKED, MOST_RATIO * size))
    for one in members:
        left -= _unpacked(archive, one, left)
    return kind


def _kind(archive: zipfile.ZipFile, names: list[str]) -> str:
    if _TYPES in names:
        found = office_xml.content_types(_part(archive, _TYPES)) & _MAIN.keys()
        if len(found) == 1:
            return _MAIN[found.pop()]
    elif "mimetype" in names and (kind := _OPEN_DOCUMENT.get(_part(archive, "mimetype").strip())):
        return kind
    raise NotKept("unknown")


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        content = part.read(MOST_OF_A_PART + 1)
    if len(content) > MOST_OF_A_PART:
        raise NotKept("bomb")
    return content


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """Unpack a member and look at it; returns its bytes, of which there must be no more than ``left``."""
    size, check = 0, None
    with archive.open(member) as part:
        while chunk := part.read(_CHUNK):
            if size == 0 and office_xml.is_xml(member.filename, chunk):
                check = office_xml.Check()
            size += len(chunk)
            if size > left:
                raise NotKept("bomb")
            if check is not None:
                check.feed(chunk)
    if check is not None:
        check.end()
    return size
