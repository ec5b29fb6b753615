"""The office's own templates of papers: Word documents that administrators changed and uploaded."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field

from models.base import Identified, one_of
from models.types import UtcDateTime, WordType
from models.vocabulary import DocumentKind


class DocumentTemplate(Identified, table=True):
    """A version of an office's template of a kind of paper; rows never change but for ``in_use``.

    ``version`` counts the uploads of the kind in the office from 1. At most one of them is in use; with none the
    template that comes with the service is. ``content`` is the .docx as it was uploaded, ``size`` its bytes. ``office``
    is that of whoever uploaded it (NULL: the default office).
    """

    __tablename__ = "document_template"
    __table_args__ = (
        one_of("kind", DocumentKind),
        CheckConstraint("version >= 1", name="version_counts"),
        CheckConstraint("size >= 0", name="size_not_negative"),
    )

    kind: DocumentKind = Field(sa_type=WordType(DocumentKind), index=True)
    version: int
    in_use: bool
    content: bytes = Field(sa_type=LargeBinary)
    size: int
    sha256: str = Field(max_length=64)
    uploaded_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    uploaded_at: datetime = Field(sa_type=UtcDateTime)
    office: str | None = Field(default=None, max_length=60)
