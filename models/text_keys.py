"""The texts kept beside rows for searching and sorting, and which rules they were made by.

``search_text`` is folded by :func:`models.text.fold`, ``sort_key`` made by :mod:`models.collation`. A database
remembers the number of the rules; at an upgrade to others every row is computed anew. Nothing else of a row changes by
that: no version, no instant, no audit row, so nobody is told.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlmodel import Field, SQLModel

from models.base import Searchable, Sorted
from models.text import fold_all

RULES = 2
"""The number of the rules of folding and sorting (a test compares their results) and of which columns are searched;
raised with every change of them."""
_AT_ONCE = 1000


class TextKeys(SQLModel, table=True):
    """Which rules the texts of this database were made by; no row where none were ever computed as a whole."""

    __tablename__ = "text_keys"

    id: int = Field(default=1, primary_key=True)
    rules: int


def refresh(connection: Connection) -> bool:
    """Compute all kept texts anew if they were made by other rules, in the caller's transaction; whether they were."""
    table: Table = TextKeys.__table__  # type: ignore[attr-defined]
    rules = connection.execute(select(table.c.rules)).scalar_one_or_none()
    if rules == RULES:
        return False
    for model in _tables():
        _compute(connection, model)
    if rules is None:
        connection.execute(insert(table), {"id": 1, "rules": RULES})
    else:
        connection.execute(update(table), {"rules": RULES})
    return True


def _tables() -> list[type[SQLModel]]:
    """The classes of all tables with kept texts."""
    found: dict[str, type[SQLModel]] = {}
    for mapper in SQLModel._sa_registry.mappers:
        if issubclass(mapper.class_, Searchable | Sorted):
            found[str(mapper.class_.__tablename__)] = mapper.class_
    return [found[name] for name in sorted(found)]


def _folding(texts: Callable[[Any], Any]) -> Callable[[Any], str]:
    return lambda values: fold_all(texts(values))


def _compute(connection: Connection, model: type[SQLModel]) -> None:
    table: Table = model.__table__  # type: ignore[attr-defined]
    (key,) = table.primary_key
    makers: dict[str, Callable[[Any], Any]] = {}
    if issubclass(model, Searchable):
        makers |= {column: _folding(texts) for column, texts in model.folded().items()}
    if issubclass(model, Sorted):
        makers["sort_key"] = model.made_sort_key
    # Of the table, not of its objects: a version or an instant would say that somebody had changed the row.
    write = update(table).where(key == bindparam("row")).values({name: bindparam(f"new_{name}") for name in makers})
    some = select(table).order_by(key).limit(_AT_ONCE)
    rows = connection.execute(some).all()
    while rows:
        made = []
        for row in rows:
            values = SimpleNamespace(**row._mapping)
            new = {name: make(values) for name, make in makers.items()}
            if any(getattr(values, name) != value for name, value in new.items()):
                made.append({"row": getattr(row, key.name), **{f"new_{name}": value for name, value in new.items()}})
        if made:
            connection.execute(write, made)
        rows = connection.execute(some.where(key > getattr(rows[-1], key.name))).all()
