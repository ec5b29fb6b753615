"""Reading a JSON body within bounds, before anything is done with it: no lock is held, no row is looked at.

JSON itself bounds nothing: a number may have any number of digits, a list any number of items, and a text may hold half
of a character (a lone surrogate, ``"\\ud800"``), which no database stores and no file encodes. Whatever reads a body
after this finds values it can work with. What a field may hold besides is its schema's business.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from werkzeug.exceptions import BadRequest

from models.errors import Invalid
from models.i18n import N_, Message, message
from models.text import is_half

MOST_DIGITS = 40
"""Characters of a number. Python reads whole numbers of up to 4,300 digits, and takes long over them."""

MOST_VALUES = 50_000
"""Values in a body, at all depths; the largest programme there can be has a third of them."""

MOST_KEYS = 1000
"""Fields of one object."""

DEEPEST = 32
"""Objects and lists within each other; no schema has more than six."""

MOST_TOLD = 50
"""How many errors of this kind are reported at once."""

HALF = N_("Holds half of a character (a lone surrogate), which is no text. Write the character whole.")
_LONG_NUMBER = N_("Not a number that can be used here: at most {max} characters, and finite.")
_TWICE = N_("Is there twice.")
_MANY = N_("Holds more than {max} values in all.")
_KEYS = N_("Has more than {max} fields.")
_DEEP = N_("Is nested more than {max} deep.")

_Path = tuple["_Path", str] | None
"""Where a value is: the place around it, and its own name or number there."""


class _Unusable:
    """Stands for a value that can't be used, until it is known where it is."""

    def __init__(self, why: Message) -> None:
        self.why = why


def read(body: bytes) -> Any:
    """The value of a JSON body.

    Raises:
        BadRequest: it is no JSON in UTF-8.
        Invalid: something in it is beyond the bounds, or no text; the errors name where.
    """
    # Cheaper than reading it: so many signs can't stand in the texts of anything there is.
    if sum(map(body.count, (b",", b"[", b"{"))) > 4 * MOST_VALUES:
        raise Invalid({"body": [message(_MANY, max=MOST_VALUES)]})
    try:
        value = json.loads(
            body.decode(),
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError):
        raise BadRequest from None
    errors: dict[str, list[Message]] = {}
    for path, why in _problems(value, may_hold_halves=b"\\u" in body):
        errors.setdefault(_written(path), []).append(why)
        if len(errors) >= MOST_TOLD:
            break
    if errors:
        raise Invalid(errors)
    return value


def _whole(text: str) -> Any:
    return int(text) if len(text) <= MOST_DIGITS else _Unusable(message(_LONG_NUMBER, max=MOST_DIGITS))


def _fraction(text: str) -> Any:
    if len(text) <= MOST_DIGITS and math.isfinite(number := float(text)):
        return number
    return _Unusable(message(_LONG_NUMBER, max=MOST_DIGITS))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: Sequence[tuple[str, Any]]) -> Any:
    if len(pairs) > MOST_KEYS:
        return _Unusable(message(_KEYS, max=MOST_KEYS))
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _value in pairs:
            if name in seen:
                found[name] = _Unusable(message(_TWICE))
            seen.add(name)
    return found


def _problems(value: Any, *, may_hold_halves: bool) -> Iterator[tuple[_Path, Message]]:
    """Everything that is beyond the bounds; after too many values or levels nothing more is looked at."""
    waiting: list[tuple[_Path, Any, int]] = [(None, value, 0)]
    count = 0
    while waiting:
        path, one, depth = waiting.pop()
        if isinstance(one, _Unusable):
            yield path, one.why
        elif isinstance(one, str):
            if may_hold_halves and is_half(one):
                yield path, message(HALF)
        elif isinstance(one, Mapping | list):
            count += len(one)
            if count > MOST_VALUES:
                yield None, message(_MANY, max=MOST_VALUES)
                return
            if depth == DEEPEST:
                yield path, message(_DEEP, max=DEEPEST)
                return
            if isinstance(one, list):
                waiting += [((path, str(place)), item, depth + 1) for place, item in enumerate(one)]
                continue
            for name, item in one.items():
                if may_hold_halves and is_half(name):
                    yield (path, name), message(HALF)
                waiting.append(((path, name), item, depth + 1))


def _written(path: _Path) -> str:
    """A place as errors name it, like ``phases.0.title``."""
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(step[:100].encode("utf-8", "backslashreplace").decode())
    return ".".join(reversed(steps)) or "body"
