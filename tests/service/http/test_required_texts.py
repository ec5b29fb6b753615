"""A text that must be there has something that can be seen: over every field of every schema that needs one."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema, ValidationError, fields, validate

from models import look_alikes
from models.text import clean
from service.schemas.fields import LocalizedTextField, RawTextField, TextField

BLANKS = [
    "",
    " ",
    "\u200b",
    "\u2060\u200d",
    "\u3164",
    "\u00ad \ufe0f",
    "\u2800",
    "\U000e0020",
    "\u200e\u202e",
    "\ufdd0",
]

FEWEST = 120
"""Required texts at the least; far fewer would mean that the table has lost them."""


def needs_text(field: fields.Field[Any]) -> bool:
    """Whether a field refuses an empty text, by its length or by its kind."""
    if isinstance(field, LocalizedTextField):
        return True
    lengths = [one for one in field.validators if isinstance(one, validate.Length)]
    return isinstance(field, fields.String) and any((one.min or one.equal or 0) >= 1 for one in lengths)


def inner(field: fields.Field[Any]) -> Iterator[fields.Field[Any]]:
    """A field, and what it is a list of."""
    yield field
    if isinstance(field, fields.List):
        yield from inner(field.inner)


def schemas(of: type[Schema] = Schema) -> Iterator[type[Schema]]:
    for one in of.__subclasses__():
        yield one
        yield from schemas(one)


def required_texts() -> dict[str, fields.Field[Any]]:
    """Schema and field → the field, of what is read from requests."""
    found: dict[str, fields.Field[Any]] = {}
    for schema in schemas():
        if not schema.__module__.startswith("service."):
            continue
        for name, field in schema().load_fields.items():
            for one in inner(field):
                if needs_text(one):
                    found[f"{schema.__module__}.{schema.__qualname__}.{name}"] = one
    return found


def taken(field: fields.Field[Any], text: str) -> bool:
    try:
        field.deserialize({"vi": text, "en": text} if isinstance(field, LocalizedTextField) else text)
    except ValidationError:
        return False
    return True


def test_no_required_text_is_invisible(app: Flask) -> None:
    """Passwords and secrets are the only ones that are taken as they are."""
    found = required_texts()
    texts = {name: one for name, one in found.items() if not is_raw(one)}
    assert len(texts) >= FEWEST
    assert {name for name in texts if name.rpartition(".")[2] in {"reason", "number", "title", "name"}}
    wrong = [(name, text) for name, field in texts.items() for text in BLANKS if taken(field, text)]
    assert wrong == []


def is_raw(field: fields.Field[Any]) -> bool:
    return isinstance(field, RawTextField) and not isinstance(field, TextField)


def test_without_the_rule_they_are(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(look_alikes, "is_visible", bool)
    assert [name for name, field in required_texts().items() if not is_raw(field) and taken(field, "\u200b")]


@pytest.mark.parametrize("text", ["a\u200bb", "ຄຳ\u200bລາວ", "👩\u200d👩", "-", "…", "\u0301"])
def test_what_can_be_seen_keeps_its_joints(text: str) -> None:
    assert clean(text) == text
