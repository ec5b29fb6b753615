"""Files of events, agreements, commitments, people and projects; their bytes are in :mod:`models.file_store`."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.base import Identified, Versioned, one_of
from models.types import UtcDateTime, WordType
from models.vocabulary import FileKind, FileVisibility

ABOUT = ("event_id", "agreement_id", "commitment_id", "person_id", "project_id")
"""The columns that say what a file belongs to: exactly one of them is set."""

_EXACTLY_ONE = " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in ABOUT) + " = 1"


class StoredContent(SQLModel, table=True):
    """Bytes in the store, known by their SHA-256; any number of files may have them.

    ``size`` is in bytes. ``stored_by`` is the account that brought them first and ``stored_at`` when.
    ``unreferenced_since`` is when the fixed job first found no file with them; a day later they are removed.
    """

    __tablename__ = "stored_content"
    __table_args__ = (CheckConstraint("size >= 0", name="size_not_negative"),)

    sha256: str = Field(primary_key=True, max_length=64)
    size: int
    stored_by: str | None = Field(default=None, foreign_key="user.id", index=True, max_length=26)
    stored_at: datetime = Field(sa_type=UtcDateTime)
    unreferenced_since: datetime | None = Field(default=None, sa_type=UtcDateTime)


class File(Identified, Versioned, table=True):
    """A file as people know it: what it is, whose thing it belongs to, and which bytes it has.

    ``name`` is what it is called when it is downloaded, its ending that of ``media_type``, which was found from the
    content. ``office`` is that of whoever uploaded it: a file of an event or person follows the rights of these, one of
    an agreement or commitment, which all offices share, is its office's unless ``visibility`` is ``shared``. One of a
    project is for who reads the project.
    """

    __tablename__ = "file"
    __table_args__ = (
        one_of("kind", FileKind),
        one_of("visibility", FileVisibility),
        CheckConstraint(_EXACTLY_ONE, name="belongs_to_one_thing"),
        CheckConstraint("size >= 0", name="size_not_negative"),
    )

    event_id: str | None = Field(default=None, foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    agreement_id: str | None = Field(
        default=None, foreign_key="agreement.id", index=True, max_length=26, ondelete="CASCADE"
    )
    commitment_id: str | None = Field(
        default=None, foreign_key="commitment.id", index=True, max_length=26, ondelete="CASCADE"
    )
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True, max_length=26, ondelete="CASCADE")
    project_id: str | None = Field(
        default=None, foreign_key="project.id", index=True, max_length=26, ondelete="CASCADE"
    )
    title: str = Field(max_length=200)
    kind: FileKind = Field(sa_type=WordType(FileKind))
    visibility: FileVisibility = Field(default=FileVisibility.INTERNAL, sa_type=WordType(FileVisibility))
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(foreign_key="stored_content.sha256", index=True, max_length=64)
    uploaded_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    uploaded_at: datetime = Field(sa_type=UtcDateTime)
    office: str | None = Field(default=None, max_length=60)
