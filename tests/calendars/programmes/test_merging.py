"""Two people edit one programme: whoever saves second loses nothing, and overwrites nothing unseen."""

from hypothesis import given
from hypothesis import strategies as st

from calendars.programmes.merging import MergedRow, RowSource, merge

BASE = {"a": "1", "b": "1", "c": "1"}


def test_what_only_one_side_changed_is_taken_from_that_side() -> None:
    mine = [("a", "1"), ("b", "mine"), ("c", "1"), (None, "new")]
    assert merge(BASE, mine, {"a": "theirs", "b": "1", "c": "1", "d": "1"}) == [
        MergedRow(RowSource.THEIRS, 0, "a"),
        MergedRow(RowSource.MINE, 1, "b"),
        MergedRow(RowSource.MINE, 2, "c"),
        MergedRow(RowSource.MINE, 3, None),
        MergedRow(RowSource.ADDED, None, "d"),
    ]


def test_what_both_changed_stands_as_typed() -> None:
    assert merge(BASE, [("a", "mine"), ("b", "same")], {"a": "theirs", "b": "same", "c": "theirs"}) == [
        MergedRow(RowSource.BOTH, 0, "a"),
        MergedRow(RowSource.MINE, 1, "b"),
        MergedRow(RowSource.BACK, None, "c"),
    ]


def test_what_they_took_out() -> None:
    mine = [("a", "1"), ("b", "mine"), ("c", "1")]
    assert merge(BASE, mine, {"c": "1"}) == [MergedRow(RowSource.GONE, 1, None), MergedRow(RowSource.MINE, 2, "c")]


IDS = st.sampled_from("abcdef")
SAVED = st.dictionaries(IDS, st.sampled_from("123"))


@given(SAVED, SAVED, st.dictionaries(IDS, st.sampled_from("123")), st.integers(0, 3))
def test_nothing_is_lost(base: dict[str, str], theirs: dict[str, str], typed: dict[str, str], new: int) -> None:
    """Whatever was typed here stands in the outcome, and so does whatever they changed; each item stands once."""
    mine = [(identity, digest) for identity, digest in typed.items() if identity in base] + [(None, "x")] * new
    rows = merge(base, mine, theirs)
    places = [row.place for row in rows if row.place is not None]
    assert len(places) == len(set(places))
    for place, (identity, digest) in enumerate(mine):
        if identity is None or digest != base[identity]:
            assert place in places
    saved = [row.id for row in rows if row.id is not None]
    assert len(saved) == len(set(saved))
    assert set(saved) <= set(theirs)
    for identity, digest in theirs.items():
        if base.get(identity) != digest:
            assert identity in saved
