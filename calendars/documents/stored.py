"""A paper as plain JSON and back: ``read(write(paper)) == paper``, whatever stands in it.

Fields that have their default are left out, so a kept paper is short, and one that was written before a field was added
is read with the field's default. Blocks carry the name of their kind under ``is``.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from calendars.documents.value import Document

_KIND = "is"


def write(document: Document) -> dict[str, Any]:
    """The JSON object that stands for a paper."""
    written: dict[str, Any] = _written(document, tagged=False)
    return written


def read(stored: Mapping[str, Any]) -> Document:
    """The paper that a JSON object of :func:`write` stands for.

    Raises:
        ValueError: it stands for none.
    """
    try:
        document: Document = _read(Document, stored)
    except (KeyError, TypeError) as problem:
        raise ValueError(f"no paper: {problem!r}") from problem
    return document


def _written(value: Any, *, tagged: bool) -> Any:
    if is_dataclass(value):
        kind = cast(type, type(value))
        found: dict[str, Any] = {_KIND: kind.__name__} if tagged else {}
        unions = _unions(kind)
        for one in fields(value):
            held = getattr(value, one.name)
            if one.default is MISSING or held != one.default:
                found[one.name] = _written(held, tagged=one.name in unions)
        return found
    if isinstance(value, tuple | list):
        return [_written(one, tagged=tagged) for one in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _read(kind: Any, stored: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _read_choice(get_args(kind), stored)
    if origin is tuple:
        (item, _rest) = get_args(kind)
        return tuple(_read(item, one) for one in stored)
    if is_dataclass(kind):
        hints = _hints(cast(type, kind))
        return cast(type, kind)(**{name: _read(hints[name], one) for name, one in stored.items() if name != _KIND})
    if kind is date:
        return date.fromisoformat(stored)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(stored)
    if kind is float:
        return float(stored)
    if not isinstance(stored, kind):
        raise TypeError(f"{kind.__name__} expected, not {stored!r}")
    return stored


def _read_choice(kinds: tuple[Any, ...], stored: Any) -> Any:
    if stored is None:
        return None
    real = [kind for kind in kinds if kind is not type(None)]
    if len(real) == 1:
        return _read(real[0], stored)
    return _read({kind.__name__: kind for kind in real}[stored[_KIND]], stored)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _unions(kind: type) -> frozenset[str]:
    """The fields in which several kinds of values can stand."""
    return frozenset(name for name, hint in _hints(kind).items() if _is_choice(hint))


def _is_choice(hint: Any) -> bool:
    if get_origin(hint) is tuple:
        return _is_choice(get_args(hint)[0])
    return get_origin(hint) in (Union, UnionType) and sum(one is not type(None) for one in get_args(hint)) > 1
