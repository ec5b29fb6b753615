"""Values of columns as plain JSON and back, of tables as they are now."""

import base64
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from sqlalchemy import JSON, Date, DateTime, LargeBinary, Time
from sqlalchemy.types import TypeDecorator, TypeEngine


def writable(value: Any) -> Any:
    """A column's value as plain JSON."""
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case Enum():
            return value.value
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return value


def readable(column_type: TypeEngine[Any], value: Any) -> Any:
    """The value of a column of this type that :func:`writable` made this of."""
    stored = stored_type(column_type)
    if value is None or isinstance(stored, JSON):
        return value
    if isinstance(stored, LargeBinary):
        return base64.b64decode(value, validate=True)
    # An instant is a day with an hour to SQLAlchemy's types as well, so it comes first.
    for kind, read in ((DateTime, datetime), (Date, date), (Time, time)):
        if isinstance(stored, kind):
            return read.fromisoformat(value)
    return value


def stored_type(column_type: TypeEngine[Any]) -> TypeEngine[Any]:
    """The database's type below one of ours."""
    return column_type.impl_instance if isinstance(column_type, TypeDecorator) else column_type
