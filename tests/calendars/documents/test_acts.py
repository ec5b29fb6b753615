"""Acts that papers cite: with the day of issue only where it was read in a source."""

from datetime import date, timedelta

import pytest

from calendars.documents import acts
from calendars.documents.acts import Act
from models.i18n import translate

DATED = {"35/2026/TT-BTC": "31/3/2026", "140/2025/TT-BTC": "30/12/2025", "18/2022/NĐ-CP": None}
"""Number → the day of issue that was read; None: only the number is certain. An act that is added needs a line here."""


def test_every_act_is_in_the_table() -> None:
    cited = {value.number for value in vars(acts).values() if isinstance(value, Act)}
    assert cited == {one.number for one in acts.ACTS} == set(DATED)


@pytest.mark.parametrize("act", acts.ACTS, ids=lambda one: one.number)
@pytest.mark.parametrize("language", ["vi", "lo", "en"])
def test_an_act_has_a_day_only_where_it_is_certain(act: Act, language: str) -> None:
    found = act.citation(act.in_force)
    assert found is not None
    said = translate("{act}", language, act=found)
    assert act.number in said
    assert "{" not in said
    assert (act.issued_on is not None) is ("{day}" in act.cited) is (DATED[act.number] is not None)
    if language == "vi" and DATED[act.number]:
        assert f"ngày {DATED[act.number]}" in said
    rest = said.replace(act.number, "")
    assert act.issued_on is not None or not any(letter.isdigit() for letter in rest)


@pytest.mark.parametrize("act", acts.ACTS, ids=lambda one: one.number)
def test_an_act_is_cited_from_the_day_it_is_in_force(act: Act) -> None:
    assert act.citation(act.in_force - timedelta(days=1)) is None
    assert act.citation(date.max) is not None
    assert act.issued_on is None or act.issued_on < act.in_force
