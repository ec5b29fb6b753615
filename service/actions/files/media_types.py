"""What kinds of files are kept, and which one some bytes are: found from the content, never from a name or a header.

Imports nothing of the service: the process that looks into a file imports it.
"""

import re
from collections.abc import Mapping

PDF = "application/pdf"
JPEG, PNG, WEBP, HEIC = "image/jpeg", "image/png", "image/webp", "image/heic"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
TEXT, CSV = "text/plain", "text/csv"

ENDINGS: Mapping[str, tuple[str, ...]] = {
    PDF: ("pdf",),
    JPEG: ("jpg", "jpeg"),
    PNG: ("png",),
    WEBP: ("webp",),
    HEIC: ("heic", "heif"),
    DOCX: ("docx",),
    XLSX: ("xlsx",),
    ODT: ("odt",),
    ODS: ("ods",),
    TEXT: ("txt",),
    CSV: ("csv",),
}
"""The endings of names of each kind, the usual one first."""

PICTURES = (JPEG, PNG, WEBP, HEIC)
ARCHIVE = "archive"
"""A zip archive: which of the four office formats it is, or none, is seen inside (:mod:`.office_checks`)."""

MOST_PIXELS = 50_000_000
"""Of a picture: what decoding it takes is bounded before it begins."""

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1")
_LEGACY = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(r"<\s*(?:!doctype|\?xml|\?php|html|head|body|svg|script|iframe|object|embed)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


class NotKept(Exception):
    """The file is not kept; the argument is the reason, one of :data:`service.actions.files.inspection.REASONS`."""


def media_type_of(content: bytes) -> str:
    """The kind of some bytes: one of :data:`ENDINGS`, or :data:`ARCHIVE`; of texts always :data:`TEXT`.

    Raises:
        NotKept: they are of no kind that is kept.
    """
    head = content[:32]
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    if head.startswith(b"PK\x03\x04"):
        return ARCHIVE
    if head.startswith(_LEGACY):
        raise NotKept("legacy")
    check_text(content)
    return TEXT


def check_text(content: bytes) -> None:
    """See that some bytes are a plain text that no program runs or draws.

    Raises:
        NotKept: they are no text, are in an old encoding, or are markup or a script.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in content:
        raise NotKept("unknown")
    else:
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        is_binary = _CONTROL.search(content.decode("latin-1")) is not None
        raise NotKept("unknown" if is_binary else "encoding") from None
    if _CONTROL.search(text) or _MARKUP.search(text) or text.lstrip().startswith("#!"):
        raise NotKept("unknown")
