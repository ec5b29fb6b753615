"""What was taken in from calendar files: which entry an event came from, so that a later file is compared with it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import UtcDateTime


class ImportedEntry(SQLModel, table=True):
    """The entry of a calendar file that an event was last imported from.

    ``series_uid`` is the UID of its series, None for a single entry. ``sequence`` and ``stamp`` are those of the file.
    ``event_version`` is the event's version right after the import: as long as it is the same, nobody has changed the
    event since. It is None if that is not known. ``uid`` is the entry's UID where the event has another one of its own:
    with several offices, each may know an entry that all were sent, and UIDs are unique.
    """

    __tablename__ = "imported_entry"

    event_id: str = Field(primary_key=True, foreign_key="event.id", max_length=26, ondelete="CASCADE")
    series_uid: str | None = Field(default=None, max_length=255, index=True)
    sequence: int = Field(default=0)
    stamp: datetime | None = Field(default=None, sa_type=UtcDateTime)
    event_version: int | None = Field(default=None)
    uid: str | None = Field(default=None, max_length=255, index=True)
