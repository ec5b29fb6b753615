"""Views of lists that an account saved, and the columns it chose for a list."""

from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Identified, Versioned
from models.types import JsonList


class SavedView(Identified, Versioned, table=True):
    """An address within a list, by a name of its own: which page with which query.

    It keeps no rights and no rows: it is opened as if its address were typed. ``query`` is encoded as in an address.
    ``page`` is a word of :class:`models.vocabulary.SavedPage`; one of a version before that this one does not have any
    more stays, so that its owner can be told.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "page", "name", name="uq_saved_view_name"),)
    UNTOLD: ClassVar[frozenset[str]] = frozenset({"name", "query"})
    """What the trail does not tell administrators either: a query may hold whom somebody looked for."""

    user_id: str = Field(foreign_key="user.id", index=True, max_length=26, ondelete="CASCADE")
    name: str = Field(max_length=100)
    page: str = Field(max_length=32)
    query: str = Field(default="", max_length=2000)


class ChosenColumns(SQLModel, table=True):
    """The columns an account wants to see of a list, in their order."""

    __tablename__ = "chosen_columns"

    user_id: str = Field(foreign_key="user.id", primary_key=True, max_length=26, ondelete="CASCADE")
    listing: str = Field(primary_key=True, max_length=32)
    columns: list[str] = Field(sa_type=JsonList)
