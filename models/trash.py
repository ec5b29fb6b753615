"""The trash: drafts that were deleted on pages, sealed, so that nothing of them is found until they are restored."""

from datetime import datetime, timedelta

from sqlmodel import Field

from models.base import Identified, one_of
from models.types import UtcDateTime, WordType
from models.vocabulary import EventKind

TRASHED_FOR = timedelta(days=30)
"""So long a draft lies in the trash; then it is gone for good."""


class TrashedEvent(Identified, table=True):
    """A draft in the trash. It is deleted from all other tables: there is nothing that could be read, counted or found,
    and nobody has a right by it.

    ``sealed`` are its rows and those of its parts (:mod:`service.actions.undo.trash`), which only the service's own key
    opens. ``id``, ``organisation_id``, ``created_by`` and ``sequence`` are the event's: they say who may restore it,
    and from where its SEQUENCE goes on. Nothing here is a foreign key: what they name may go meanwhile.
    """

    __tablename__ = "trashed_event"
    __table_args__ = (one_of("kind", EventKind),)

    organisation_id: str | None = Field(default=None, max_length=26)
    created_by: str | None = Field(default=None, max_length=26)
    kind: EventKind = Field(sa_type=WordType(EventKind))
    sequence: int
    sealed: bytes
    trashed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    trashed_by: str | None = Field(default=None, max_length=26)
