"""Which files are signed copies of papers: those that say so, as PDF or picture."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from models.documents import KeptDocument
from models.errors import Conflict
from models.files import File
from models.i18n import N_, message
from models.vocabulary import FileKind

MEDIA_TYPES = ("application/pdf", "image/")
"""What a signed copy is: beginnings of media types."""

IN_USE = N_("This file is the signed copy of a paper and stays one. Choose another signed copy of that paper first.")


def is_signed_copy(file: File) -> bool:
    """Whether a file can be the signed copy of a paper."""
    return file.kind is FileKind.SIGNED and file.media_type.startswith(MEDIA_TYPES)


def check_kind(session: Session, file: File, values: Mapping[str, Any]) -> None:
    """Check that the signed copy of a paper stays one.

    Raises:
        Conflict: a paper has this file as its signed copy.
    """
    if values.get("kind", file.kind) is FileKind.SIGNED:
        return
    session.exec(select(File.id).where(File.id == file.id).with_for_update())
    users = select(KeptDocument.id).where(col(KeptDocument.signed_file_id) == file.id)
    if session.exec(users.limit(1)).first() is not None:
        raise Conflict(message(IN_USE), code="signed_copy")
