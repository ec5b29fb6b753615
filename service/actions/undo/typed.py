"""Values of the trail, which are JSON, made again what the columns of a table hold."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Date, Time, inspect
from sqlmodel import SQLModel

from models.types import UtcDateTime, WordType


def typed(model: type[SQLModel], name: str, value: Any) -> Any:
    """A value of a column as its row holds it; of what is no column (``budget``) as it is.

    Raises:
        ValueError: the column can't hold it: the trail is of a version with other words.
    """
    column = inspect(model).columns.get(name)
    if value is None or column is None:
        return value
    match column.type:
        case WordType() as words:
            return words.words(value)
        case UtcDateTime():
            return datetime.fromisoformat(value)
        case Date():
            return date.fromisoformat(value)
        case Time():
            return time.fromisoformat(value)
        case _:
            return value


def typed_row(model: type[SQLModel], values: dict[str, Any]) -> dict[str, Any]:
    """As :func:`typed`, for several columns of one row."""
    return {name: typed(model, name, value) for name, value in values.items()}
