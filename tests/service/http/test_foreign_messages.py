"""What marshmallow says of bad values reaches every reader in their own language."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from flask_smorest.pagination import _pagination_parameters_schema_factory
from marshmallow import Schema, ValidationError

import service.app
import service.schemas
from models.i18n import _pattern, translate_filled
from service.http.error_responses import flat
from service.schemas.foreign import SENTENCES
from service.schemas.queries import QuerySchema
from service.schemas.rows import RowSchema, StrictSchema

IN_QUERIES: list[Any] = ["", "x", "-1", "0", "2.5", "99999", "1899-01-01", "x" * 301, ["x"]]
IN_BODIES: list[Any] = [
    *IN_QUERIES, None, 5, -1, 10**9, 2.5, True, {}, [], [None], [5], ["x"] * 600, ["x" * 301], "2027-03-10T00:00:00",
    {"vi": 5}, {"vi": "x" * 30_000}, {"xx": "a"}, {"": -1}, {str(number): 1 for number in range(60)},
    [{"unit": "eras"}], {"type": "open", "count": 0}, {"amount": "1.5", "currency": "VND"},
    {"amount": "ten", "currency": "EUR", "tip": 1},
]  # fmt: skip


def schemas() -> Iterator[type[Schema]]:
    """Every schema that takes something in: bodies, queries, pages of lists."""
    yield _pagination_parameters_schema_factory(1, 50, 500)
    for info in pkgutil.iter_modules(service.schemas.__path__):
        module = import_module(f"service.schemas.{info.name}")
        for found in vars(module).values():
            if isinstance(found, type) and issubclass(found, Schema) and found.__module__ == module.__name__:
                yield found


def complaints(schema: type[Schema]) -> set[str]:
    """What a schema says of bad values, in English."""
    is_body = issubclass(schema, RowSchema | StrictSchema)
    bad: list[Any] = [{}, *([None, [], "x", {"nonsense": 1}] if is_body else [])]
    if issubclass(schema, QuerySchema):
        bad.append({"nonsense": "1"})
    fields = [field.data_key or name for name, field in schema().load_fields.items()]
    bad += [dict.fromkeys(fields, value) for value in (IN_BODIES if is_body else IN_QUERIES)]
    found: set[str] = set()
    for value in bad:
        try:
            schema().load(value)
        except ValidationError as problem:
            found |= {sentence for told in flat(problem.messages).values() for sentence in told}
    return found


@pytest.fixture(scope="module")
def met() -> set[str]:
    return {sentence for schema in schemas() for sentence in complaints(schema)}


@pytest.mark.parametrize("language", ["vi", "lo"])
def test_every_complaint_is_translated(met: set[str], language: str) -> None:
    assert sorted(sentence for sentence in met if translate_filled(sentence, language) == sentence) == []


def test_sentences_are_those_of_the_installed_library(met: set[str]) -> None:
    def shape(sentence: str) -> str:
        return re.sub(r"\d+|\{\w+\}", "#", sentence)

    assert {shape(sentence) for sentence in SENTENCES} - {shape(sentence) for sentence in met} == set()


def test_longer_sentence_is_not_taken_for_the_shorter() -> None:
    both = "Must be greater than or equal to 1 and less than or equal to 500."
    assert translate_filled(both, "vi") == "Phải từ 1 đến 500."
    assert translate_filled("Must be greater than or equal to 1.", "vi") == "Phải từ 1 trở lên."
    assert translate_filled(both, "en") == "Must be between 1 and 500."


def test_a_value_that_is_named_twice_is_the_same_value() -> None:
    pattern = re.compile(_pattern("{name} is on the list: write {name} or {other}."))
    found = pattern.fullmatch("Lan is on the list: write Lan or Minh.")
    assert found is not None
    assert found.groupdict() == {"name": "Lan", "other": "Minh"}
    assert pattern.fullmatch("Lan is on the list: write Minh or Lan.") is None
