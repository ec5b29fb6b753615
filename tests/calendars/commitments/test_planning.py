"""Plans: everything owed gets a day, carried out it fulfils the agreement, and planning twice adds nothing."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.commitments.event_matching import CommitmentTerms, EventRecord
from calendars.commitments.planning import CommitmentPlan, PlanningRequest, Sides, plan
from calendars.commitments.progress import progress
from calendars.conflicts.commitment_checks import CheckedEvent, commitment_warnings
from calendars.days.durations import length_fits
from calendars.days.holidays import HolidayIndex
from calendars.days.spans import Days
from calendars.events.host_days import HostedVisit
from calendars.openings.search import DayIndex
from calendars.openings.search import FestivalDay as Festivity
from models.i18n import Message, message
from models.vocabulary import EventKind, EventStatus, ProgressState
from tests.calendars.commitments.commitment_samples import (
    AGREEMENT,
    CLOSED,
    DAYS,
    HD,
    ONCE,
    PERIOD,
    TRAINING,
    VC,
    YEARLY,
    judged,
    occasion,
    undertaking,
)
from tests.calendars.commitments.test_progress import undertakings

ALMANAC = HolidayIndex()
BOTH = ("VN", "LA")
FIRST_DAY = PERIOD.first
NOTICE = timedelta(days=14)


def board_within(within: Days, stays: Sequence[HostedVisit] = ()) -> DayIndex:
    return DayIndex(within, ALMANAC.off(BOTH, within.first, within.last), ALMANAC.working_days(BOTH), stays, ())


def sides_of(promised: CommitmentTerms) -> tuple[Sides, ...]:
    """Who may host a commitment of the two parties, and who would come."""
    hosts = [promised.host] if promised.host else [code for code in (HD, VC) if code != promised.guest]
    return tuple(Sides(host, promised.guest or (VC if host == HD else HD)) for host in hosts)


def planned(
    promised: Sequence[CommitmentTerms],
    occasions: Sequence[EventRecord] = (),
    today: date = FIRST_DAY,
    stays: Sequence[HostedVisit] = (),
    festivities: Sequence[Festivity] = (),
) -> CommitmentPlan:
    """A plan for commitments of which these occasions are there already."""
    last = max(one.period.last for one in promised) + timedelta(days=800)
    within = Days(today - timedelta(days=31), last)
    asks = [
        PlanningRequest(
            one,
            judged(one, list(occasions), today),
            sides_of(one),
        )
        for one in promised
    ]
    return plan(
        asks, lambda _host, _guest: board_within(within, stays), lambda _host, _days: festivities, today, today + NOTICE
    )


def carried_out(
    found: CommitmentPlan, promised: Sequence[CommitmentTerms], status: EventStatus = EventStatus.COMPLETED
) -> list[EventRecord]:
    by_id = {one.id: one for one in promised}
    return [
        occasion(
            by_id[one.commitment_id],
            one.days.first,
            len(one.days),
            people=one.people,
            host=one.host,
            guest=one.guest,
            status=status,
        )
        for one in found.placed
    ]


def state_of(promised: CommitmentTerms, occasions: Sequence[EventRecord], day: date) -> ProgressState:
    return progress(promised, judged(promised, list(occasions), day), day).state


def texts(found: CommitmentPlan) -> list[str]:
    return [str(one.reason) for one in found.unplaced]


def test_a_plan_of_the_whole_agreement_carried_out_fulfils_it() -> None:
    promised = [AGREEMENT[identity] for identity in CLOSED]
    found = planned(promised)
    assert texts(found) == []
    done = carried_out(found, promised)
    assert {one.id: state_of(one, done, date(2029, 1, 1)) for one in promised} == dict.fromkeys(
        CLOSED, ProgressState.FULFILLED
    )
    # Five yearly batches each of three commitments, one of every other, two of them at Viêng Chăn.
    assert len(found.placed) == 3 * 5 + 6
    assert sum(one.people or 0 for one in found.placed if one.commitment_id == "2 pupils") == 15


def test_open_commitments_are_not_planned() -> None:
    assert planned([one for one in AGREEMENT.values() if one.is_open]) == CommitmentPlan((), ())


def test_planning_twice_adds_nothing() -> None:
    promised = [AGREEMENT[identity] for identity in CLOSED]
    drafts = carried_out(planned(promised), promised, EventStatus.DRAFT)
    assert planned(promised, drafts).placed == ()


def test_visits_of_a_plan_do_not_overlap_and_keep_clear_of_holidays() -> None:
    promised = [AGREEMENT[identity] for identity in CLOSED]
    found = planned(promised)
    stays: dict[str, list[HostedVisit]] = {}
    for number, one in enumerate(found.placed):
        stay = HostedVisit(str(number), {}, one.days)
        assert not any(stay.overlaps(other) for other in stays.get(one.host, []))
        stays.setdefault(one.host, []).append(stay)
        for days in stay.received():
            assert not ALMANAC.off(BOTH, days.first, days.last)
        assert length_fits(one.days, AGREEMENT[one.commitment_id]) == 0


def test_visits_are_spread_over_the_year() -> None:
    promised = [AGREEMENT[identity] for identity in ("1 in", "5 agriculture", "7 sport")]
    for year in range(2024, 2029):
        begins = sorted(one.days.first for one in planned(promised).placed if one.days.first.year == year)
        assert len(begins) == 3
        assert all((later - sooner).days >= 45 for sooner, later in pairwise(begins))


def test_several_a_year_are_spread_over_it() -> None:
    promised = undertaking("four", TRAINING, host=HD, guest=VC, length=(5, 5, DAYS), **YEARLY | {"count": 4})
    begins = [one.days.first for one in planned([promised]).placed if one.days.first.year == 2026]
    assert [(day.month - 1) // 3 for day in begins] == [0, 1, 2, 3]


def test_every_placed_draft_says_why_it_is_owed_and_why_then() -> None:
    found = planned([AGREEMENT["1 out"]])
    (placed,) = found.placed
    reasons = [str(reason) for reason in placed.reasons]
    assert reasons[0] == "One every 2 to 3 years: the next by 2026."
    assert any(reason.startswith("No public holiday on any of its days.") for reason in reasons)
    assert placed.days.first.year == 2026  # in its middle one suffices for five years


@pytest.mark.parametrize(
    ("held", "years"),
    [
        ((), [2026]),
        ((2024,), [2027]),
        ((2025,), [2028]),
        ((2024, 2027), []),
        ((2026,), []),
    ],
)
def test_the_next_one_every_two_to_three_years(held: tuple[int, ...], years: list[int]) -> None:
    occasions = [occasion("1 out", f"{year}-06-01") for year in held]
    found = planned([AGREEMENT["1 out"]], occasions, today=date(max(held, default=2024), 7, 1))
    assert [one.days.first.year for one in found.placed] == years


def test_one_every_few_years_that_was_passed_over_is_owed_at_once() -> None:
    found = planned([AGREEMENT["1 out"]], today=date(2027, 2, 1))
    assert [one.days.first.year for one in found.placed] == [2027]
    assert str(found.placed[0].reasons[0]) == "One was due by 2026; it is owed at once."


def test_a_draft_that_comes_too_late_is_named_instead_of_planned_again() -> None:
    late = occasion("1 out", "2027-02-22", status=EventStatus.DRAFT, title={"en": "Exchange"})
    found = planned([AGREEMENT["1 out"]], [late], today=date(2026, 11, 22))
    assert found.placed == ()
    assert texts(found) == ["“Exchange” begins on 22/02/2027, but one falls due by 31/12/2026: hold it earlier."]


def test_a_postponed_event_is_named_instead_of_planned_again() -> None:
    waiting = occasion("1 office", "2026-06-08", days=4, status=EventStatus.POSTPONED, title={"en": "Office"})
    found = planned([AGREEMENT["1 office"]], [waiting], today=date(2026, 11, 22))
    assert (found.placed, texts(found)) == ((), ["“Office” is postponed: give it new days."])


def test_a_year_that_is_over_is_owed_no_more() -> None:
    found = planned([AGREEMENT["1 in"]], today=date(2026, 6, 1))
    assert [one.days.first.year for one in found.placed] == [2026, 2027, 2028]


def test_too_late_to_prepare_is_said() -> None:
    found = planned([AGREEMENT["1 in"]], today=date(2028, 12, 20))
    assert texts(found) == ["Still owed in 2028: 1 of 1. Too late to prepare a visit by 31/12/2028."]
    assert planned([AGREEMENT["1 in"]], today=date(2029, 1, 1)) == CommitmentPlan((), ())


def test_what_finds_no_place_says_what_was_in_the_way_and_stops_nothing_else() -> None:
    full = [
        HostedVisit(str(number), {}, Days(day, day + timedelta(days=27)))
        for number in range(40)
        for day in [date(2028, 1, 1) + timedelta(days=28 * number)]
    ]
    promised = [AGREEMENT["1 in"], AGREEMENT["7 culture"]]
    found = planned(promised, today=date(2027, 12, 1), stays=full)
    assert [one.commitment_id for one in found.unplaced] == ["1 in", "7 culture"]
    assert "during another visit" in texts(found)[0]
    free = planned([AGREEMENT["1 in"], AGREEMENT["10 school"]], today=date(2027, 12, 1), stays=full[:10])
    assert {one.commitment_id for one in free.placed} == {"1 in", "10 school"}


def test_more_than_there_is_room_for_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    promised = undertaking(
        "daily", EventKind.DELEGATION, host=HD, guest=VC, length=(4, 4, DAYS), **YEARLY | {"count": 999}
    )
    found = planned([promised], today=date(2028, 1, 1))
    assert 40 < len(found.placed) < 80
    assert len(found.unplaced) == 1
    stays = [HostedVisit(str(number), {}, one.days) for number, one in enumerate(found.placed)]
    assert not any(one.overlaps(other) for one, other in pairwise(sorted(stays, key=lambda stay: stay.days.first)))
    monkeypatch.setattr("calendars.commitments.planning.MOST_PLACED", 5)
    found = planned([promised], today=date(2028, 1, 1))
    assert (len(found.placed), texts(found)) == (5, ["More than 5 visits are owed: plan again for the rest."])


def test_nobody_to_host_is_said() -> None:
    promised = undertaking("either", TRAINING, **YEARLY)
    found = plan(
        [PlanningRequest(promised, [], ())],
        lambda *_pair: board_within(PERIOD),
        lambda *_: (),
        FIRST_DAY,
        FIRST_DAY,
    )
    assert texts(found) == ["The agreement does not say who would be the host."]
    told: Message = message("Not like this.")
    found = plan(
        [PlanningRequest(promised, [], (Sides(HD, VC),), told)],
        lambda *_: board_within(PERIOD),
        lambda *_: (),
        FIRST_DAY,
        FIRST_DAY,
    )
    assert texts(found) == ["Not like this."]


def test_a_troupe_comes_for_a_festival() -> None:
    promised = undertaking("troupe", EventKind.ART_TROUPE_VISIT, host=VC, guest=HD, length=(5, 5, DAYS), **YEARLY)
    pi_mai = [Festivity(Days(date(year, 4, 14), date(year, 4, 16)), {"en": "Pi Mai"}) for year in range(2024, 2029)]
    found = planned([promised], today=date(2026, 1, 5), festivities=pi_mai)
    assert [one.days.first.year for one in found.placed] == [2026, 2027, 2028]
    for one, festivity in zip(found.placed, pi_mai[2:], strict=True):
        assert festivity.is_met_by(one.days)


def test_a_quota_is_shared_out_over_as_many_batches_as_it_takes() -> None:
    promised = undertaking(
        "40", TRAINING, host=HD, guest=VC, people=(10, 15), headcount_total=40, length=(5, 5, DAYS), **ONCE
    )
    assert [one.people for one in planned([promised]).placed] == [13, 13, 14]
    there = [occasion(promised, "2024-06-03", 5, people=12)]
    assert [one.people for one in planned([promised], there, today=date(2024, 7, 1)).placed] == [14, 14]


def test_a_quota_that_cannot_be_told_is_not_guessed() -> None:
    unknown = occasion("2 pupils", "2027-09-20", 366, people=None, status=EventStatus.DRAFT, title={"en": "Pupils"})
    found = planned([AGREEMENT["2 pupils"]], [unknown], today=date(2026, 11, 22))
    assert found.placed == ()
    assert texts(found) == [
        "“Pupils” has no head-count, so what is left of the quota of 15 people is not known: fill it in."
    ]


def fulfilled_or_told(promised: CommitmentTerms, found: CommitmentPlan) -> None:
    done = carried_out(found, [promised])
    if not found.unplaced:
        assert state_of(promised, done, promised.period.last + timedelta(days=1)) is ProgressState.FULFILLED
    for one in found.placed:
        assert one.days.first in promised.period


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(undertakings())
def test_any_plan_carried_out_fulfils_and_is_complete(promised: CommitmentTerms) -> None:
    today = promised.period.first - timedelta(days=30)
    found = planned([promised], today=today)
    fulfilled_or_told(promised, found)
    drafts = carried_out(found, [promised], EventStatus.DRAFT)
    again = planned([promised], drafts, today=today, stays=[HostedVisit(one.id, {}, one.days) for one in drafts])
    assert again.placed == ()


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(undertakings(), st.data())
def test_a_plan_in_the_middle_of_any_history_is_complete(promised: CommitmentTerms, data: st.DataObject) -> None:
    """Whatever happened so far, a second plan finds nothing to add to the first."""
    today = data.draw(st.dates(promised.period.first, promised.period.last))
    history = [
        occasion(
            promised,
            data.draw(st.dates(promised.period.first, promised.period.last)),
            days=data.draw(st.integers(1, 90)),
            people=data.draw(st.integers(0, 20)),
            status=data.draw(st.sampled_from(list(EventStatus))),
        )
        for _number in range(data.draw(st.integers(0, 6)))
    ]
    found = planned([promised], history, today=today)
    drafts = carried_out(found, [promised], EventStatus.DRAFT)
    stays = [HostedVisit(one.id, {}, one.days) for one in drafts]
    assert planned([promised], [*history, *drafts], today=today, stays=stays).placed == ()


# Either side may host: who does, and an independent reckoning of the days there are

EITHER = {"guest": None, "host": None}


def either_planned(
    promised: CommitmentTerms,
    occasions: Sequence[EventRecord] = (),
    today: date = FIRST_DAY,
    stays: dict[str, list[HostedVisit]] | None = None,
) -> CommitmentPlan:
    """A plan where each host has its own visits in the way."""
    within = Days(today - timedelta(days=31), promised.period.last + timedelta(days=400))
    ask = PlanningRequest(promised, judged(promised, list(occasions), today), sides_of(promised))
    boards = stays or {}
    return plan(
        [ask], lambda host, _guest: board_within(within, boards.get(host, ())), lambda *_: (), today, today + NOTICE
    )


def test_either_side_hosts_in_turn() -> None:
    promised = undertaking("either", TRAINING, length=(10, 10, DAYS), **YEARLY, **EITHER)
    found = either_planned(promised)
    assert [(one.host, one.guest) for one in found.placed] == [(HD, VC), (VC, HD), (HD, VC), (VC, HD), (HD, VC)]
    assert either_planned(promised) == found


@pytest.mark.parametrize(
    ("there", "hosts"),
    [
        # Who has hosted less is next, then whoever did not host the visit before.
        ([("2024-06-03", HD)], [VC, HD, VC, HD]),
        ([("2024-06-03", VC)], [HD, VC, HD, VC]),
        ([("2024-06-03", HD), ("2025-06-02", HD)], [VC, VC, HD]),
        ([("2026-06-01", HD)], [VC, HD, VC, HD]),
        ([("2024-06-03", HD), ("2025-06-02", VC)], [HD, VC, HD]),
    ],
)
def test_the_side_that_has_hosted_less_is_next(there: list[tuple[str, str]], hosts: list[str]) -> None:
    promised = undertaking("either", TRAINING, length=(10, 10, DAYS), **YEARLY, **EITHER)
    history = [occasion(promised, first, 10, host=host, status=EventStatus.PLANNED) for first, host in there]
    assert [one.host for one in either_planned(promised, history).placed] == hosts
    assert [one.host for one in either_planned(promised, history[::-1]).placed] == hosts


@pytest.mark.parametrize("status", [EventStatus.POSTPONED, EventStatus.CANCELLED])
def test_a_postponed_visit_keeps_its_host_s_turn_and_a_cancelled_one_does_not(status: EventStatus) -> None:
    promised = undertaking("either", TRAINING, length=(10, 10, DAYS), **YEARLY, **EITHER)
    found = either_planned(promised, [occasion(promised, "2024-06-03", 10, host=HD, status=status)])
    assert found.placed[0].host == (VC if status is EventStatus.POSTPONED else HD)


def test_whoever_has_no_days_left_gives_way() -> None:
    """The example of two visits of fifteen days in one December: one at each place."""
    december = Days(date(2026, 12, 1), date(2026, 12, 31))
    promised = undertaking("either", TRAINING, period=december, length=(15, 15, DAYS), **ONCE | {"count": 2}, **EITHER)
    found = either_planned(promised, today=date(2026, 11, 10))
    assert [one.host for one in found.placed] == [HD, VC]
    assert texts(found) == []
    busy = {HD: [HostedVisit("busy", {}, Days(date(2026, 12, 1), date(2026, 12, 28)))]}
    once = undertaking("once", TRAINING, period=december, length=(10, 10, DAYS), **ONCE, **EITHER)
    assert [one.host for one in either_planned(once, today=date(2026, 11, 10), stays=busy).placed] == [VC]


def free_windows(period: Days, days: int, earliest: date, stays: Sequence[HostedVisit]) -> list[Days]:
    """Every window of at most 31 days in a period that no rule forbids, day by day."""
    found = []
    for first in period:
        window = Days(first, first + timedelta(days=days - 1))
        if first < earliest or window.last > period.last or any(stay.days.overlaps(window) for stay in stays):
            continue
        off = ALMANAC.off(BOTH, window.first, window.last)
        if not off and any(day.weekday() < 5 for day in window):
            found.append(window)
    return found


short_stays = st.lists(
    st.tuples(st.integers(0, 119), st.integers(1, 25)).map(
        lambda pair: Days(
            date(2026, 9, 1) + timedelta(days=pair[0]), date(2026, 9, 1) + timedelta(days=pair[0] + pair[1])
        )
    ),
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    at_hd=short_stays,
    at_vc=short_stays,
    length=st.integers(1, 20),
    count=st.integers(1, 8),
    yearly=st.booleans(),
    quota=st.none() | st.integers(1, 40),
)
def test_a_plan_of_either_side_leaves_no_room_unused_and_adds_nothing_later(
    at_hd: list[Days], at_vc: list[Days], length: int, count: int, yearly: bool, quota: int | None
) -> None:
    period, today = Days(date(2026, 9, 1), date(2026, 12, 31)), date(2026, 8, 20)
    frequency = YEARLY if yearly else ONCE
    promised = undertaking(
        "either",
        TRAINING,
        period=period,
        length=(length, length, DAYS),
        headcount_total=quota,
        **frequency | {"count": count},
        **EITHER,
    )
    stays = {
        host: [HostedVisit(f"{host} {number}", {}, one) for number, one in enumerate(found)]
        for host, found in ((HD, at_hd), (VC, at_vc))
    }
    found = either_planned(promised, today=today, stays=stays)
    taken = {host: list(there) for host, there in stays.items()}
    for one in found.placed:
        assert one.days in free_windows(period, length, today + NOTICE, taken[one.host])
        taken[one.host].append(HostedVisit(f"placed {one.days}", {}, one.days))
    room = [one for host in (HD, VC) for one in free_windows(period, length, today + NOTICE, taken[host])]
    assert len(found.placed) == count or (not room and found.unplaced)
    drafts = carried_out(found, [promised], EventStatus.DRAFT)
    again = either_planned(promised, drafts, today, taken)
    assert again.placed == ()
    if not at_hd and not at_vc and len(found.placed) == count:
        hosted = [one.host for one in found.placed]
        assert abs(hosted.count(HD) - hosted.count(VC)) <= 1


# Plans and warnings go by one rule


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(undertakings(), st.data())
def test_no_draft_is_warned_of_at_once(promised: CommitmentTerms, data: st.DataObject) -> None:
    today = data.draw(st.dates(promised.period.first, promised.period.last))
    for one in planned([promised], today=today).placed:
        assert commitment_warnings(CheckedEvent(one.days, one.people), promised) == []


def test_a_stay_that_no_longer_ends_within_the_agreement_is_left_to_people() -> None:
    found = planned([AGREEMENT["7 culture"]], today=date(2027, 6, 1))
    assert found.placed == ()
    (told,) = texts(found)
    assert told.startswith("Still owed by 2028: 1 of 1. No visit of the length agreed can begin from 15/6/2027 on")
    assert "end within the agreement, by 31/12/2028" in told
    # Entered by hand it counts, as it begins in time, and the plan has nothing left to say.
    by_hand = occasion("7 culture", "2027-09-06", 731, people=2, status=EventStatus.PLANNED)
    assert state_of(AGREEMENT["7 culture"], [by_hand], date(2027, 6, 1)) is ProgressState.ON_TRACK
    assert planned([AGREEMENT["7 culture"]], [by_hand], today=date(2027, 6, 1)) == CommitmentPlan((), ())
