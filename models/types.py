"""Column types and helpers shared by all tables: ids, instants, JSON, enumerations."""

import secrets
import threading
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from models.clock import utcnow
from models.text import in_order

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32
_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
_SHIFTS = range(120, -1, -10)


_id_lock = threading.Lock()
_last_id = 0


def new_id() -> str:
    """A new opaque id: 26 letters and digits that sort by creation time, strictly so within one process.

    48 bits of milliseconds, 80 random bits, base 32: ids created together are adjacent in an index. A second id of the
    same millisecond is the first one plus one.
    """
    global _last_id
    with _id_lock:
        milliseconds = int(utcnow().timestamp() * 1000)
        if milliseconds > _last_id >> 80:
            _last_id = (milliseconds << 80) | secrets.randbits(80)
        else:
            _last_id += 1
        number = _last_id
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"an instant needs its zone, {value!r} has none")
    return value.astimezone(UTC)


@lru_cache(maxsize=256)
def _as_text(value: datetime | None) -> str | None:
    return None if value is None else _in_utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware when written, aware UTC when read; a naive value is rejected.

    SQLite has no time zones: there UTC is stored without one.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = _in_utc(value)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def bind_processor(self, dialect: Dialect) -> Any:
        """On SQLite, produce directly the text SQLAlchemy would write; rows written together share their instants."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JSON_VALUE = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class JsonList(TypeDecorator[list[Any]]):
    """A list of plain values, stored as JSON."""

    impl = JSON_VALUE
    cache_ok = True


class JsonObject(TypeDecorator[dict[str, Any]]):
    """An object of plain values, stored as JSON."""

    impl = JSON_VALUE
    cache_ok = True


class LocalizedTextType(TypeDecorator[dict[str, str]]):
    """A text in vi, lo, en; always read in that order (PostgreSQL's JSONB does not preserve it)."""

    impl = JSON_VALUE
    cache_ok = True

    def process_bind_param(self, value: dict[str, str] | None, dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else in_order(value)

    def process_result_value(self, value: dict[str, str] | None, dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else in_order(value)


class WordType(TypeDecorator[StrEnum]):
    """One word of a closed list, stored as text with a CHECK constraint."""

    impl = Enum
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        self.words = words
        super().__init__(
            words,
            native_enum=False,
            create_constraint=False,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        )
