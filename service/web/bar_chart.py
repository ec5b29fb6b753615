"""Geometry of bar charts, in units of the SVG image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH = 320
SIDE = 70
"""The maximum height of a bar, on either side."""

HEAD = 16
"""Space for a number beyond the highest bar, on either side."""

FOOT = 18
"""Space for the years."""

LINE = HEAD + SIDE
HEIGHT = 2 * LINE + FOOT
_WIDEST = 40.0
_SHARE = 0.62
_LOWEST = 1.5
_ROOM_OF_FIGURE = 44.0
_ROOM_OF_YEAR = 36.0


@dataclass(frozen=True, slots=True)
class ChartBar:
    """A value of a year: its rectangle, and where its number begins or ends (``text``: its baseline)."""

    value: int
    y: float
    height: float
    text: float


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """A year: its centre and its bars; ``above`` and ``below`` are None where there is nothing to draw."""

    year: int
    middle: float
    x: float
    width: float
    above: ChartBar | None
    below: ChartBar | None
    has_figures: bool
    has_year: bool


def columns(years: Sequence[int], above: Mapping[int, int], below: Mapping[int, int]) -> list[ChartColumn]:
    """The columns of ``years``, both sides to the same scale; a value other than 0 is always visible.

    Values are not negative. Numbers are written at every bar if there is space, else only at the highest; likewise
    years. Raises ValueError for a negative value.
    """
    values = [side.get(year, 0) for side in (above, below) for year in years]
    if any(value < 0 for value in values):
        raise ValueError("what passed is never negative")
    peak = max(values, default=0)
    slot = WIDTH / max(len(years), 1)
    width = min(_WIDEST, slot * _SHARE)
    every = max(1, -int(-_ROOM_OF_YEAR // slot))
    result = []
    for place, year in enumerate(years):
        middle = slot * (place + 0.5)
        up, down = above.get(year, 0), below.get(year, 0)
        result.append(
            ChartColumn(
                year,
                round(middle, 2),
                round(middle - width / 2, 2),
                round(width, 2),
                _bar(up, peak, is_above=True),
                _bar(down, peak, is_above=False),
                slot >= _ROOM_OF_FIGURE or peak in (up, down),
                place % every == 0,
            )
        )
    return result


def _bar(value: int, peak: int, *, is_above: bool) -> ChartBar | None:
    if not value:
        return None
    # Integers first: amounts in đồng may have more digits than a float can hold.
    height = max(_LOWEST, SIDE * ((value * 10_000) // peak) / 10_000)
    if is_above:
        return ChartBar(value, round(LINE - height, 2), round(height, 2), round(LINE - height - 4, 2))
    return ChartBar(value, LINE, round(height, 2), round(LINE + height + 12, 2))


def shares(counts: Mapping[str, int]) -> list[tuple[str, float, float]]:
    """Word, start and width of its segment in a bar of width 100, in the order of ``counts``; 0 is omitted."""
    total = sum(counts.values())
    result, before = [], 0
    for word, count in counts.items():
        if count:
            result.append((word, round(100 * before / total, 2), round(100 * count / total, 2)))
        before += count
    return result
