"""An item in a hall is told when the hall is not booked at its hours."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from calendars.days.spans import Span
from calendars.programmes.halls import Hall, hall_gaps
from calendars.programmes.items import ProgrammeItemValues

ZONE = "Asia/Ho_Chi_Minh"
DAY = date(2027, 3, 10)


def span(start: int, end: int) -> Span:
    return Span(*(datetime(2027, 3, 10, hour, tzinfo=ZoneInfo(ZONE)) for hour in (start, end)))


def item(start: time | None, end: time | None, **place: str) -> ProgrammeItemValues:
    return ProgrammeItemValues(DAY, start, end, {"vi": "Hội đàm"}, place or {"vi": "hội trường lớn"})


def hall(*held: Span, zone: str = ZONE) -> Hall:
    return Hall("h1", {"vi": "Hội trường Lớn", "lo": "ຫ້ອງໃຫຍ່"}, zone, held)


@pytest.mark.parametrize(
    ("one", "held", "key"),
    [
        (item(time(8), time(9)), (), "h1|2027-03-10T08:00|2027-03-10T09:00"),
        (item(time(8), time(9)), (span(8, 9),), None),
        (item(time(8), time(10)), (span(8, 9), span(9, 10)), None),
        (item(time(8), time(10)), (span(8, 9),), "h1|2027-03-10T08:00|2027-03-10T10:00"),
        (item(time(8), None), (), ""),
        (item(time(8), None), (span(7, 9),), None),
        (item(None, None), (span(7, 9),), None),
        (item(None, None), (), ""),
        (item(time(22), time(1)), (), "h1|2027-03-10T22:00|2027-03-11T01:00"),
        (item(time(8), time(9), lo="ຫ້ອງໃຫຍ່"), (), "h1|2027-03-10T08:00|2027-03-10T09:00"),
        (item(time(8), time(9), vi="Hội trường lớn, tầng 2"), (), "h1|2027-03-10T08:00|2027-03-10T09:00"),
        (item(time(8), time(9), vi="Nhà khách"), (), None),
    ],
)
def test_an_item_and_its_hall(one: Any, held: tuple[Span, ...], key: str | None) -> None:
    assert [gap.key for gap in hall_gaps([one], ZONE, [hall(*held)])] == ([] if key is None else [key])


def test_hours_are_by_the_clock_of_the_hall() -> None:
    (gap,) = hall_gaps([item(time(8), time(9))], ZONE, [hall(zone="Asia/Tokyo")])
    assert gap.key == "h1|2027-03-10T10:00|2027-03-10T11:00"
