"""Hours as people type them: one table for the rule here and for the editor's script, which a browser tries."""

import json
from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.programmes.hours import TypedHours, format_hour, read_end, read_hours
from tests.paths import TESTS

TABLE: list[list[Any]] = json.loads((TESTS / "calendars/programmes/hour_texts.json").read_text())
"""Text, begin and end (empty for none); null for what can't be read."""

HOURS = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: repr(row[0]))
def test_the_table_of_hours(row: list[Any]) -> None:
    found = read_hours(row[0])
    told = None if found is None else [format_hour(found.begins), format_hour(found.ends)]
    assert told == (None if row[1] is None else row[1:])


@given(HOURS, HOURS)
def test_what_is_written_is_read_back(begins: time, ends: time) -> None:
    assert read_hours(format_hour(begins)) == TypedHours(begins)
    assert read_end(format_hour(ends)) == ends
    for sign in ("-", " – ", " đến "):
        assert read_hours(f"{format_hour(begins)}{sign}{format_hour(ends)}") == TypedHours(begins, ends)
        assert read_hours(f"{begins:%-Hh%M}{sign}{ends:%Hh%M}") == TypedHours(begins, ends)


@given(st.text(max_size=60))
def test_any_text_is_read_or_named(text: str) -> None:
    found = read_hours(text)
    assert found is None or isinstance(found, TypedHours)


def test_the_midnight_after_the_day_is_an_end_only() -> None:
    assert read_end("24:00") == time(0)
    assert read_hours("24:00") is None
