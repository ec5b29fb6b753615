"""What an upgrade could not decide: noted by a migration, shown to administrators until one of them has seen it."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.types import UtcDateTime


class UpgradeNote(SQLModel, table=True):
    """One thing that a migration left to people.

    ``kind`` says what was found and what was done about it (``rule_switched_off``), ``entity`` and ``entity_id`` are
    the table and the row it is about, which may be gone since. It is no foreign key: the table holds notes of all
    upgrades. ``settled_at`` and ``settled_by`` say who has seen it.
    """

    __tablename__ = "upgrade_note"
    __table_args__ = (CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled_by_somebody"),)

    kind: str = Field(primary_key=True, max_length=40)
    entity: str = Field(primary_key=True, max_length=60)
    entity_id: str = Field(primary_key=True, max_length=60)
    noted_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)


RULE_SWITCHED_OFF = "rule_switched_off"
"""A reminder rule with addresses of nobody here that nobody entitled has approved."""
