"""Steps of a proposal: a table of every state, actor and step, and the instant from which it is expired."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.proposals.steps import ANSWERS, NEGOTIABLE, OUTCOMES, ProposalFacts, ProposalStep, Refusal, expires_at
from models.vocabulary import EventStatus, ProposalState

FROM, TO, THIRD = "hai-duong", "vientiane-province", "hai-phong"
NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
STEPS, STATES = list(ProposalStep), list(ProposalState)


def facts(state: ProposalState = ProposalState.OPEN, expires: datetime = NOW + timedelta(days=1)) -> ProposalFacts:
    return ProposalFacts(state, FROM, TO, expires)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("office", [FROM, TO, THIRD, None])
def test_every_state_actor_and_step(state: ProposalState, office: str | None, step: ProposalStep) -> None:
    turn = {"accept": TO, "decline": TO, "counter": TO, "withdraw": FROM}[step.value]
    if office not in (FROM, TO):
        expected: Refusal | None = Refusal.NOT_A_SIDE
    elif office != turn:
        expected = Refusal.NOT_YOUR_TURN
    else:
        expected = None if state is ProposalState.OPEN else Refusal.NOT_OPEN
    assert facts(state).refusal(step, office, EventStatus.PLANNED, NOW) is expected


@pytest.mark.parametrize("status", list(EventStatus))
def test_of_an_event_that_is_settled_only_what_changes_no_day(status: EventStatus) -> None:
    possible = set(facts().possible(TO, status, NOW)) | set(facts().possible(FROM, status, NOW))
    is_settled = status in {EventStatus.ONGOING, EventStatus.COMPLETED, EventStatus.CANCELLED}
    assert (status in NEGOTIABLE) is not is_settled
    assert possible == ({ProposalStep.DECLINE, ProposalStep.WITHDRAW} if is_settled else set(STEPS))


def test_no_step_leads_to_a_state_that_another_follows() -> None:
    assert set(OUTCOMES) == set(STEPS)
    assert ProposalState.OPEN not in OUTCOMES.values()
    assert set(STEPS) - ANSWERS == {ProposalStep.WITHDRAW}


def test_it_expires_by_itself() -> None:
    one = facts(expires=NOW)
    assert one.state_at(NOW - timedelta(microseconds=1)) is ProposalState.OPEN
    assert one.state_at(NOW) is ProposalState.EXPIRED
    assert one.refusal(ProposalStep.ACCEPT, TO, EventStatus.PLANNED, NOW) is Refusal.NOT_OPEN
    assert one.refusal(ProposalStep.ACCEPT, FROM, EventStatus.PLANNED, NOW) is Refusal.NOT_YOUR_TURN
    for state in set(STATES) - {ProposalState.OPEN}:
        assert facts(state, NOW).state_at(NOW) is state, "what was answered stays answered"


@pytest.mark.parametrize(
    ("answer_by", "zone", "expected"),
    [
        (date(2027, 3, 1), "Asia/Vientiane", datetime(2027, 3, 1, 17, tzinfo=UTC)),
        (date(2027, 3, 1), "UTC", datetime(2027, 3, 2, tzinfo=UTC)),
        (date(2027, 3, 1), "Pacific/Kiritimati", datetime(2027, 3, 1, 10, tzinfo=UTC)),
        (date(2027, 3, 1), "America/Los_Angeles", datetime(2027, 3, 2, 8, tzinfo=UTC)),
        # The clock goes forward in the night after: the day ends where it always does.
        (date(2027, 3, 13), "America/Los_Angeles", datetime(2027, 3, 14, 8, tzinfo=UTC)),
        (date(2027, 3, 14), "America/Los_Angeles", datetime(2027, 3, 15, 7, tzinfo=UTC)),
        (None, "Asia/Vientiane", datetime(2027, 3, 9, 17, tzinfo=UTC)),
        (None, "UTC", datetime(2027, 3, 10, tzinfo=UTC)),
    ],
)
def test_at_the_end_of_the_day_where_the_answer_is_given(answer_by: date | None, zone: str, expected: datetime) -> None:
    assert expires_at(date(2027, 3, 10), answer_by, zone) == expected


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.integers(1, 60),
    st.sampled_from(["Asia/Vientiane", "UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"]),
)
def test_a_day_for_the_answer_never_lengthens_it(first: date, before: int, zone: str) -> None:
    with_day = expires_at(first, first - timedelta(days=before), zone)
    assert with_day <= expires_at(first, None, zone)
    assert (with_day == expires_at(first, None, zone)) is (before == 1)
