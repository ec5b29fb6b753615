"""The status graph, step by step as the contract has it."""

from datetime import date
from itertools import product

import pytest

from calendars.events.lifecycle import (
    CALLED_OFF,
    REMINDED,
    STEPS,
    first_day_for,
    is_back,
    needs_reason,
    possible_steps,
)
from models.vocabulary import EventStatus

ALLOWED = """
draft → planned, postponed, cancelled
planned → confirmed, draft, postponed, cancelled
confirmed → ongoing, planned, postponed, cancelled
ongoing → completed, confirmed, postponed, cancelled
completed → ongoing
postponed → planned, cancelled
cancelled → planned
"""
EDGES = {
    (before.strip(), after.strip())
    for line in ALLOWED.strip().splitlines()
    for before, afters in [line.split("→")]
    for after in afters.split(",")
    if after.strip()
}


@pytest.mark.parametrize(("before", "after"), list(product(EventStatus, EventStatus)))
def test_each_step_is_possible_or_not(before: EventStatus, after: EventStatus) -> None:
    assert (after in possible_steps(before)) is ((before, after) in EDGES)


def test_the_usual_step_comes_first() -> None:
    usual = [EventStatus.DRAFT]
    while not is_back(usual[-1], possible_steps(usual[-1])[0]):
        usual.append(possible_steps(usual[-1])[0])
    assert usual == ["draft", "planned", "confirmed", "ongoing", "completed"]


def test_the_graph_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        STEPS[EventStatus.COMPLETED] = (EventStatus.DRAFT,)  # type: ignore[index]


@pytest.mark.parametrize(("before", "after"), sorted(EDGES))
def test_calling_off_and_stepping_back_need_a_reason(before: str, after: str) -> None:
    back = (before, after) in {("ongoing", "confirmed"), ("completed", "ongoing")}
    assert is_back(EventStatus(before), EventStatus(after)) is back
    assert needs_reason(EventStatus(before), EventStatus(after)) is (back or after in {"postponed", "cancelled"})


ARRIVES, FIRST, LAST = date(2027, 3, 9), date(2027, 3, 10), date(2027, 3, 21)


@pytest.mark.parametrize(("before", "after"), sorted(EDGES))
def test_the_day_a_step_waits_for(before: str, after: str) -> None:
    awaited = {("confirmed", "ongoing"): ARRIVES, ("ongoing", "completed"): LAST}
    found = first_day_for(EventStatus(before), EventStatus(after), arrives_on=ARRIVES, first_day=FIRST, last_day=LAST)
    assert found == awaited.get((before, after))


def test_an_event_begins_on_its_first_day_even_if_some_arrive_later() -> None:
    found = first_day_for(EventStatus.CONFIRMED, EventStatus.ONGOING, arrives_on=LAST, first_day=FIRST, last_day=LAST)
    assert found == FIRST


def test_reminded_are_the_living() -> None:
    assert {"planned", "confirmed", "ongoing"} == REMINDED
    assert not REMINDED & CALLED_OFF
