"""What became of doubles and of bodies: people and organisations merged into another, organisations handed over.

Both keep which references were moved (:mod:`service.actions.directory.references`), so that they can be undone for some
days; then ``moves`` is forgotten and the row only tells what was done.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from models.base import Identified, one_of
from models.types import JsonList, JsonObject, UtcDateTime, WordType
from models.vocabulary import MergedEntity

UNDONE_WITHIN = timedelta(days=7)
"""So long a merge or a hand-over can be undone; then what was moved is forgotten."""


class Undoable(SQLModel):
    """What merges and hand-overs have in common.

    ``moved`` counts what was moved by kind, ``moves`` is every reference before and after (None: too old to be undone),
    ``stayed`` what had changed before it was undone. ``office`` is its maker's (NULL: the default office).
    """

    moved: dict[str, int] = Field(sa_type=JsonObject)
    moves: list[dict[str, Any]] | None = Field(default=None, sa_type=JsonList)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    stayed: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonList)
    office: str | None = Field(default=None, max_length=60)


class Merge(Identified, Undoable, table=True):
    """A person or an organisation that was entered twice: ``merged_id`` was merged into ``into_id`` and is gone.

    Neither is a foreign key: the one is gone, the other may be merged on. ``merged_name`` is what the one was called.
    """

    __tablename__ = "merge"
    __table_args__ = (
        one_of("entity", MergedEntity),
        CheckConstraint("merged_id <> into_id", name="into_another"),
        Index("ix_merge_made_at", "made_at"),
    )

    entity: MergedEntity = Field(sa_type=WordType(MergedEntity))
    merged_id: str = Field(index=True, max_length=26)
    merged_name: dict[str, str] = Field(sa_type=JsonObject)
    into_id: str = Field(index=True, max_length=26)


class OrganisationHandOver(Identified, Undoable, table=True):
    """What an organisation was in charge of from ``from_day`` on, handed over to its successor ``to_id``.

    ``left`` are the ids of the events that span the day and stayed.
    """

    __tablename__ = "hand_over"
    __table_args__ = (Index("ix_hand_over_made_at", "made_at"),)

    organisation_id: str = Field(foreign_key="organisation.id", index=True, max_length=26)
    to_id: str = Field(foreign_key="organisation.id", index=True, max_length=26)
    from_day: date
    left: list[str] = Field(default_factory=list, sa_type=JsonList)
