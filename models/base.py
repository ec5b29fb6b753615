"""Shared by all tables: constraint names, versions against lost updates, kept texts for searching and sorting."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, Text, event
from sqlalchemy.orm import Mapper, declared_attr
from sqlmodel import Field, SQLModel

from models.clock import utcnow
from models.text import fold_all
from models.types import UtcDateTime, new_id

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Rows are not validated by pydantic: what comes in passes the schemas of the service. A validator for each of the forty
# tables would be built at every start (0.05 s); now one is if somebody asks for it.
SQLModel.model_config["defer_build"] = True

metadata = SQLModel.metadata


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """The CHECK that restricts a column to a closed list of words; NULL passes if the column allows it."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_word")


class Identified(SQLModel):
    id: str = Field(default_factory=new_id, primary_key=True, max_length=26)


class Versioned(SQLModel):
    """A row that people change; ``version`` grows with every change and makes a lost update fail.

    It is SQLAlchemy's ``version_id_col``, in addition to the ETag that guards against the same over HTTP.
    """

    created_at: datetime = Field(default_factory=utcnow, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utcnow, sa_type=UtcDateTime)
    version: int = Field(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy passes the class
        table = getattr(cls, "__table__", None)
        return {} if table is None else {"version_id_col": table.c.version}


class Searchable(SQLModel):
    """A row that ``q`` finds; its folded text is stored with it and updated on every change."""

    search_text: str = Field(default="", sa_type=Text)

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        """The texts included in the search."""
        raise NotImplementedError

    def made_search_text(self) -> str:
        """What ``search_text`` is by the present rules (:mod:`models.text_keys`)."""
        return fold_all(self.searched())

    @classmethod
    def folded(cls) -> Mapping[str, Callable[[Any], Iterable[str | Mapping[str, str] | None]]]:
        """The columns that keep folded texts, and the texts that each is made of; one that fewer readers may search
        has a column of its own."""
        return {"search_text": cls.searched}


class Sorted(SQLModel):
    """A row that lists order by its name; the key is stored with it and updated on every change.

    Both databases compare it byte by byte, whatever their collation.
    """

    sort_key: bytes = Field(default=b"", sa_type=LargeBinary)

    def made_sort_key(self) -> bytes:
        """What ``sort_key`` is by the present rules (:mod:`models.text_keys`)."""
        raise NotImplementedError


@event.listens_for(Searchable, "before_insert", propagate=True)
@event.listens_for(Searchable, "before_update", propagate=True)
def _fold_text(mapper: Mapper[Any], connection: Any, target: Searchable) -> None:
    for column, texts in type(target).folded().items():
        setattr(target, column, fold_all(texts(target)))


@event.listens_for(Sorted, "before_insert", propagate=True)
@event.listens_for(Sorted, "before_update", propagate=True)
def _make_key(mapper: Mapper[Any], connection: Any, target: Sorted) -> None:
    target.sort_key = target.made_sort_key()
