"""Offsets in words."""

import pytest

from calendars.days.offset_words import offset_in_words


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("-P12D", "trước 12 ngày", "12 days before"),
        ("P1W", "sau 7 ngày", "7 days after"),
        ("-PT2H", "trước 2 giờ", "2 hours before"),
        ("-P1DT30M", "trước 1 ngày và 30 phút", "1 day and 30 minutes before"),
        ("PT0S", "đúng ngày", "on the day itself"),
    ],
)
def test_an_offset_in_words(text: str, vi: str, en: str) -> None:
    told = offset_in_words(text)
    assert told is not None
    assert (told.to("vi"), told.to("en")) == (vi, en)


def test_what_is_no_offset_has_no_words() -> None:
    assert offset_in_words("P1M") is None
