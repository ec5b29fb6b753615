"""Mails about proposed days: which are planned, for whom, and by whose clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from calendars.proposals.notices import ProposalNotice, planned_notices
from calendars.proposals.steps import expires_at

FROM, TO, ZONE = "hai-duong", "vientiane-province", "Asia/Vientiane"
MADE = datetime(2027, 1, 4, 2, tzinfo=UTC)
FIRST = date(2027, 3, 10)


def plan(answer_by: date | None, made: datetime = MADE, zone: str = ZONE) -> list[tuple[str, str, str]]:
    notices = planned_notices(
        office=FROM,
        to_office=TO,
        made_at=made,
        answer_by=answer_by,
        expires_at=expires_at(FIRST, answer_by, zone),
        zone=zone,
    )
    return [(one.notice.value, one.office, f"{one.due_at.astimezone(ZoneInfo(zone)):%m-%d %H:%M}") for one in notices]


def test_asked_reminded_and_told_that_it_is_late() -> None:
    assert plan(date(2027, 1, 20)) == [
        ("asked", TO, "01-04 09:00"),
        ("due", TO, "01-19 08:00"),
        ("due", TO, "01-20 08:00"),
        ("late", TO, "01-21 00:00"),
        ("late", FROM, "01-21 00:00"),
    ]


def test_without_a_day_once_after_a_week() -> None:
    assert [one for one in plan(None) if one[0] == "due"] == [("due", TO, "01-11 08:00")]
    late = datetime(2027, 3, 5, 2, tzinfo=UTC)
    assert [one for one in plan(None, late) if one[0] == "due"] == [], "it begins before the week is over"


def test_nobody_is_reminded_on_the_day_of_the_question() -> None:
    assert [one for one in plan(date(2027, 1, 4)) if one[0] == "due"] == []
    assert [one for one in plan(date(2027, 1, 5)) if one[0] == "due"] == [("due", TO, "01-05 08:00")]


@given(st.integers(0, 60), st.sampled_from(["Asia/Vientiane", "UTC", "Pacific/Kiritimati", "America/Los_Angeles"]))
def test_nothing_asks_when_it_is_late_and_nothing_twice(days: int, zone: str) -> None:
    answer_by = date.fromordinal(date(2027, 1, 6).toordinal() + days)
    expires = expires_at(FIRST, answer_by, zone)
    notices = list(
        planned_notices(office=FROM, to_office=TO, made_at=MADE, answer_by=answer_by, expires_at=expires, zone=zone)
    )
    for one in notices:
        assert (one.due_at < expires) is (one.notice is not ProposalNotice.LATE)
        assert one.due_at >= MADE
    assert len({(one.notice, one.office, one.due_at) for one in notices}) == len(notices)
