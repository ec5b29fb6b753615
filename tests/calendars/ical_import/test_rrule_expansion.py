"""Recurrence rules: the standard's own examples, another library's answers, and what is refused."""

from datetime import UTC, date, datetime
from itertools import takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from calendars.ical_import.content_lines import UnreadablePart
from calendars.ical_import.rrule import RecurrenceRule, read_rule
from calendars.ical_import.rrule_expansion import WorkBudget, occurrences

EARLIEST, LATEST = date(1997, 1, 1), date(1999, 12, 31)
BEGIN = datetime(1997, 9, 2, 9)
"""A Tuesday, as in RFC 5545 section 3.8.5.3."""


def worked_out(rule: str, start: datetime = BEGIN, earliest: date = EARLIEST, latest: date = LATEST) -> list[datetime]:
    return list(occurrences(read_rule(rule), start, earliest, latest, WorkBudget(10**6)))


@pytest.mark.parametrize(
    ("rule", "count", "last"),
    [
        ("FREQ=DAILY;COUNT=10", 10, "1997-09-11"),
        ("FREQ=DAILY;UNTIL=19971224", 114, "1997-12-24"),
        ("FREQ=DAILY;INTERVAL=10;COUNT=5", 5, "1997-10-12"),
        ("FREQ=WEEKLY;UNTIL=19971007;WKST=SU;BYDAY=TU,TH", 11, "1997-10-07"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", 8, "1997-10-16"),
        ("FREQ=MONTHLY;COUNT=10;BYDAY=1TU", 10, "1998-06-02"),
        ("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", 6, "1998-01-19"),
        ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", 10, "1998-01-15"),
        ("FREQ=YEARLY;COUNT=10;BYMONTH=6,7", 5, "1999-07-02"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", 5, "1999-08-13"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", 3, "1997-10-07"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", 3, "1999-05-17"),
        ("FREQ=DAILY;COUNT=4;BYHOUR=9,17", 4, "1997-09-03"),
    ],
)
def test_examples_of_the_standard(rule: str, count: int, last: str) -> None:
    found = worked_out(rule)
    assert (len(found), f"{found[-1]:%Y-%m-%d}") == (count, last)
    assert found[0] == BEGIN  # the beginning counts, whether it fits the rule or not


def _listed(name: str, numbers: list[int]) -> st.SearchStrategy[str]:
    chosen = st.lists(st.sampled_from(numbers), min_size=1, max_size=3, unique=True)
    return st.one_of(st.just(""), chosen.map(lambda found: f";{name}={','.join(map(str, found))}"))


WEEKDAYS = st.lists(st.sampled_from(["MO", "TU", "WE", "SA", "SU"]), max_size=3, unique=True).map(
    lambda found: f";BYDAY={','.join(found)}" if found else ""
)
RULES = st.tuples(
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY"]),
    st.sampled_from(["", ";INTERVAL=2", ";INTERVAL=3"]),
    _listed("BYMONTH", [1, 2, 6, 12]),
    _listed("BYMONTHDAY", [1, 15, 28, -1]),
    WEEKDAYS,
    st.sampled_from(["", ";BYSETPOS=1", ";BYSETPOS=-1,2"]),
    st.sampled_from(["", ";WKST=SU", ";WKST=WE"]),
    st.sampled_from(["", ";COUNT=7", ";UNTIL=19981115T235959"]),
).map("".join)


@given(RULES)
def test_another_library_says_the_same(rule: str) -> None:
    assume("WEEKLY" not in rule or "BYMONTHDAY" not in rule)
    endless = rule.partition(";COUNT")[0].partition(";UNTIL")[0]
    first = next(iter(rrulestr(f"{endless};UNTIL=20000101T000000", dtstart=BEGIN)), None)
    # Where the beginning does not fit the rule, the standard leaves open what follows.
    assume(first is not None)
    assert first is not None
    theirs = rrulestr(rule, dtstart=first)
    assume(next(iter(theirs), None) == first)
    last = datetime(LATEST.year, 12, 31, 23)
    assert worked_out(rule, first) == list(takewhile(lambda at: at <= last, theirs))


def test_beginning_long_ago_costs_no_steps() -> None:
    steps = WorkBudget(50)
    found = list(occurrences(read_rule("FREQ=DAILY"), datetime(1900, 1, 1), date(2026, 1, 1), date(2026, 1, 10), steps))
    assert len(found) == 10


def test_every_second_week_keeps_its_weeks() -> None:
    rule = read_rule("FREQ=WEEKLY;INTERVAL=2")
    whole = [at.date() for at in occurrences(rule, BEGIN, EARLIEST, LATEST, WorkBudget())]
    later = [at.date() for at in occurrences(rule, BEGIN, date(1998, 6, 1), LATEST, WorkBudget())]
    assert later == [day for day in whole if day >= date(1998, 6, 1)]


def test_rule_is_read_as_written() -> None:
    assert read_rule("freq=weekly; interval=2 ;byday=mo,-1fr;until=19971224T000000Z;") == RecurrenceRule(
        "WEEKLY",
        interval=2,
        until=datetime(1997, 12, 24, tzinfo=UTC),
        weekdays=frozenset({(0, 0), (-1, 4)}),
    )


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("", "no part"),
        ("FREQ=FORTNIGHTLY", "FORTNIGHTLY"),
        ("FREQ=SECONDLY", "SECONDLY"),
        ("FREQ=HOURLY", "HOURLY"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=3501", "3500"),
        ("FREQ=DAILY;COUNT=3;UNTIL=19971224", "COUNT=3;UNTIL"),
        ("FREQ=DAILY;UNTIL=19970231", "19970231"),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH=13"),
        ("FREQ=DAILY;BYMONTHDAY=0", "BYMONTHDAY=0"),
        ("FREQ=YEARLY;BYDAY=54MO", "54MO"),
        ("FREQ=YEARLY;BYEASTER=0", "BYEASTER"),
        ("FREQ=DAILY;FREQ=DAILY", "no part"),
        ("FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5", "24"),
        ("RSCALE=CHINESE;FREQ=YEARLY", "Gregorian"),
    ],
)
def test_what_is_no_rule_is_refused(rule: str, told: str) -> None:
    with pytest.raises(UnreadablePart, match=told):
        read_rule(rule)
