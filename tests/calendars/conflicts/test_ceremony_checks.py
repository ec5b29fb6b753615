"""Which years of an anniversary allow a ceremony, gifts and a banquet, by Decree 111/2018/NĐ-CP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.conflicts.ceremony_checks import ceremony_not_allowed
from models.vocabulary import Severity


@pytest.mark.parametrize(
    ("ordinal", "localities", "states"),
    [(None, True, True), (0, True, True), (1, False, False), (5, False, True), (10, True, True), (42, False, False),
     (45, False, True), (50, True, True), (65, False, True), (66, False, False), (100, True, True)],
)  # fmt: skip
def test_which_years_are_allowed(ordinal: int | None, localities: bool, states: bool) -> None:
    assert (ceremony_not_allowed("a", ordinal, between_states=False) is None) is localities
    assert (ceremony_not_allowed("a", ordinal, between_states=True) is None) is states


@given(st.integers(1, 400), st.booleans())
def test_a_warning_cites_the_act_and_names_the_year(ordinal: int, between_states: bool) -> None:
    found = ceremony_not_allowed("a", ordinal, between_states=between_states)
    allowed = ordinal % 10 == 0 or (between_states and ordinal % 5 == 0)
    assert (found is None) is allowed
    if found is not None:
        assert (found.code, found.severity, found.with_) == ("ceremony_not_allowed", Severity.WARNING, "a")
        for language in ("vi", "lo", "en"):
            assert "111/2018/NĐ-CP" in found.detail.to(language)
            assert str(ordinal) in found.detail.to(language)
