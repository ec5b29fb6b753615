"""Pictures of figures: everything stays in its frame, is to scale, and says what it stands for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.bar_chart import HEAD, HEIGHT, LINE, SIDE, WIDTH, columns, shares

SIDES = st.dictionaries(st.integers(1990, 2040), st.integers(0, 10**15))


@given(SIDES, SIDES, st.integers(1, 50))
def test_bars_stay_in_the_frame_and_to_scale(above: dict[int, int], below: dict[int, int], count: int) -> None:
    years = range(1990, 1990 + count)
    found = columns(years, above, below)
    assert [one.year for one in found] == list(years)
    peak = max((side.get(year, 0) for side in (above, below) for year in years), default=0)
    before = 0.0
    for one in found:
        assert before <= one.x + 0.02
        before = one.x + one.width
        assert abs(one.middle - one.x - one.width / 2) < 0.02
        for bar, side in ((one.above, above), (one.below, below)):
            value = side.get(one.year, 0)
            assert (bar is None) == (value == 0)
            if bar is None:
                continue
            assert bar.value == value
            assert 0 < bar.height <= SIDE
            assert abs(bar.height - max(1.5, SIDE * value / peak)) < 0.02
            assert one.has_figures or value < peak
        if one.above:
            assert abs(one.above.y + one.above.height - LINE) < 0.02
            assert 0 < one.above.text < one.above.y
        if one.below:
            assert one.below.y == LINE
            assert one.below.y + one.below.height < one.below.text < HEIGHT - HEAD + 2
    assert before <= WIDTH
    shown = [one.middle for one in found if one.has_year]
    assert shown
    assert all(later - earlier >= 36 for earlier, later in pairwise(shown))


def test_nothing_passed_and_nothing_to_draw() -> None:
    assert columns([], {}, {}) == []
    (one,) = columns([2024], {}, {2024: 0})
    assert (one.above, one.below) == (None, None)


def test_less_than_nothing_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="never negative"):
        columns([2024], {2024: -1}, {})


@given(st.dictionaries(st.sampled_from(["missed", "at_risk", "on_track", "fulfilled", "open"]), st.integers(0, 500)))
def test_shares_fill_the_bar_one_after_the_other(counts: dict[str, int]) -> None:
    found = shares(counts)
    assert [word for word, *_ in found] == [word for word, count in counts.items() if count]
    end = 0.0
    for word, x, width in found:
        assert abs(x - end) < 0.03
        assert abs(width - 100 * counts[word] / sum(counts.values())) < 0.01
        end = x + width
    assert not found or abs(end - 100) < 0.03
