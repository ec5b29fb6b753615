"""Which days of a visit its host is taken, and when two visits overlap."""

from datetime import date, timedelta

import pytest

from calendars.days.spans import Days
from calendars.events.host_days import HostedVisit, busy_days, days_in_words, needs_host, whole_stay
from models.vocabulary import EventStatus
from tests.calendars.days.boundaries import BOUNDARIES, ONE

DAY = date(2027, 3, 1)


def days(first: int, last: int) -> Days:
    return Days(DAY + timedelta(days=first), DAY + timedelta(days=last))


def stay(first: int, last: int, name: str = "a") -> HostedVisit:
    return HostedVisit(name, {"en": name}, days(first, last))


@pytest.mark.parametrize(
    ("length", "taken"),
    [(1, [(0, 0)]), (12, [(0, 11)]), (31, [(0, 30)]), (32, [(0, 0), (31, 31)]), (365, [(0, 0), (364, 364)])],
)
def test_a_short_stay_is_received_on_all_days_a_long_one_on_its_ends(length: int, taken: list[tuple[int, int]]) -> None:
    one = stay(0, length - 1)
    assert one.received() == busy_days(one.days) == tuple(days(*ends) for ends in taken)
    assert one.is_long is (length > 31)


@pytest.mark.parametrize(("place", "start", "end", "overlaps"), BOUNDARIES)
def test_short_stays_overlap_when_they_share_a_day(place: str, start: int, end: int, overlaps: bool) -> None:
    one, other = stay(ONE[0], ONE[1] - 1), stay(start, end - 1, "b")
    assert one.overlaps(other) is other.overlaps(one) is overlaps, place


@pytest.mark.parametrize(
    ("first", "last", "overlaps"),
    [(-5, -1, False), (-5, 0, True), (0, 0, True), (1, 10, False), (350, 363, False), (350, 364, True),
     (364, 370, True), (365, 370, False), (0, 364, True), (1, 365, False), (-400, 0, True)],
)  # fmt: skip
def test_a_long_stay_overlaps_where_somebody_comes_or_goes(first: int, last: int, overlaps: bool) -> None:
    course, other = stay(0, 364), stay(first, last, "b")
    assert course.overlaps(other) is other.overlaps(course) is overlaps


def test_travel_belongs_to_a_stay() -> None:
    first, last = date(2027, 3, 10), date(2027, 3, 21)
    assert whole_stay(first, last, date(2027, 3, 9), date(2027, 3, 22)) == Days(date(2027, 3, 9), date(2027, 3, 22))
    # Somebody who arrives late or leaves early shortens no visit.
    assert whole_stay(first, last, date(2027, 3, 11), date(2027, 3, 20)) == Days(first, last)


@pytest.mark.parametrize("status", EventStatus)
def test_a_visit_has_a_guest_and_takes_place(status: EventStatus) -> None:
    called_off = status in {EventStatus.POSTPONED, EventStatus.CANCELLED}
    assert needs_host("vientiane-province", status) is not called_off
    assert needs_host(None, status) is False


def test_days_are_written_as_each_language_does() -> None:
    assert days_in_words(days(9, 20)) == {
        "vi": "10–21/3/2027", "lo": "10–21 ມີນາ 2027", "en": "10–21 March 2027",
    }  # fmt: skip
    assert days_in_words(days(9, 9))["vi"] == "10/3/2027"
