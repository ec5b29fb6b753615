"""The status graph, step by step as the contract has it."""

from itertools import product

import pytest

from calendars.events.lifecycle import CALLED_OFF, REMINDED, STEPS, needs_reason, possible_steps
from models.vocabulary import EventStatus

ALLOWED = """
draft → planned, postponed, cancelled
planned → confirmed, draft, postponed, cancelled
confirmed → ongoing, planned, postponed, cancelled
ongoing → completed, postponed, cancelled
completed →
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
    while possible_steps(usual[-1]):
        usual.append(possible_steps(usual[-1])[0])
    assert usual == ["draft", "planned", "confirmed", "ongoing", "completed"]


def test_the_graph_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        STEPS[EventStatus.COMPLETED] = (EventStatus.DRAFT,)  # type: ignore[index]


@pytest.mark.parametrize("status", EventStatus)
def test_only_calling_off_needs_a_reason(status: EventStatus) -> None:
    assert needs_reason(status) is (status in {"postponed", "cancelled"})


def test_reminded_are_the_living() -> None:
    assert {"planned", "confirmed", "ongoing"} == REMINDED
    assert not REMINDED & CALLED_OFF
