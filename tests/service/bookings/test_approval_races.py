"""Races about a hall whose bookings need approval, on several server processes and on both databases.

What is asked for takes the hall as what is held does, so no order of asking, answering, moving and calling off may
leave it taken twice, and of two answers one counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from models.vocabulary import BookingState
from tests.at_once import at_once
from tests.service.bookings.test_booking_races import (
    Answer,
    Hand,
    Office,
    creating,
    is_refusal,
    office,
    one_wins,
    patching,
    stepping,
    visit,
    wish,
)

__all__ = ["office"]

pytestmark = [
    pytest.mark.both_databases("locking is what these tests are about"),
    pytest.mark.xdist_group("serving"),
    pytest.mark.timeout(240),
]

TIMES = 4


@dataclass
class Hall:
    """A hall of two keepers that needs approval, and two visits that want it on the same day."""

    office: Office
    number: int

    def __post_init__(self) -> None:
        self.hand = self.office.hand(self.number)
        keepers = [f"user:{one}" for one in self.office.keepers]
        body = {"name": {"vi": "Hội trường"}, "type": "room", "locality": "hai-duong"}
        self.id = str(self.hand.made("/resources", body | {"keepers": keepers, "needs_approval": True})["id"])
        self.first, self.second = visit(self.hand), visit(self.hand)

    def asked(self, day: int = 1) -> str:
        made = self.hand.made("/bookings", wish(self.first, self.id, day))
        assert made["state"] == "asked"
        return str(made["id"])

    def refused(self) -> str:
        booking = self.asked()
        assert self.answer(booking, "refuse")().status == 200
        return booking

    def answer(
        self, booking: str, step: str, *, keeper: int | None = 0, etag: str | None = None
    ) -> Callable[[], Answer]:
        """An answer of a keeper, or of the approver of the office, from a server of its own."""
        hand = self.office.hand(self.number + (keeper or 0), as_approver=keeper is None, as_keeper=keeper)
        body = {"reason": "Đang sửa chữa"} if step == "refuse" else None
        return lambda: hand.call("POST", f"/bookings/{booking}/{step}", body, etag)

    def ask(self, day: int = 1) -> Callable[[], Answer]:
        return creating(self.office, self.second, self.id, day, self.number + 1)

    def change(self, path: str, change: dict[str, Any]) -> Callable[[], Answer]:
        return patching(self.office, path, change, self.number)

    def remove(self, path: str) -> Callable[[], Answer]:
        hand = self.office.hand(self.number + 1)
        hand.call("GET", path)
        etag = hand.etag
        return lambda: hand.call("DELETE", path, None, etag)

    def state(self, booking: str) -> str:
        return str(self.hand.call("GET", f"/bookings/{booking}").body["state"])


def halls(office: Office) -> Sequence[Hall]:
    return [Hall(office, number) for number in range(TIMES)]


def asks_twice(hall: Hall) -> Sequence[Callable[[], Answer]]:
    return [creating(hall.office, hall.first, hall.id, 1, hall.number), hall.ask()]


def asks_again_and_asks(hall: Hall) -> Sequence[Callable[[], Answer]]:
    return [hall.change(f"/bookings/{hall.refused()}", {"state": "held"}), hall.ask()]


def moves_and_asks(hall: Hall) -> Sequence[Callable[[], Answer]]:
    hall.asked()
    change = {"first_day": "2027-06-10", "last_day": "2027-06-10"}
    return [hall.change(f"/delegations/{hall.first}", change), hall.ask(10)]


def changes_and_asks(hall: Hall) -> Sequence[Callable[[], Answer]]:
    change = {"from": "2027-06-03", "to": "2027-06-03"}
    return [hall.change(f"/bookings/{hall.asked()}", change), hall.ask(3)]


def calls_back_and_asks(hall: Hall) -> Sequence[Callable[[], Answer]]:
    hall.asked()
    assert stepping(hall.office, hall.first, "cancelled", hall.number)().status == 200
    return [stepping(hall.office, hall.first, "planned", hall.number), hall.ask()]


PATHS = [asks_twice, asks_again_and_asks, moves_and_asks, changes_and_asks, calls_back_and_asks]


def test_on_every_path_into_an_overlap_one_waits_for_its_answer(office: Office) -> None:
    for path in PATHS:
        for hall in halls(office):
            answers = at_once(path(hall))
            one_wins(answers)
            assert office.overfull() == [], path.__name__


def test_of_two_answers_one_counts(office: Office) -> None:
    steps = [("approve", 0, "approve", 1), ("approve", 0, "refuse", 1), ("refuse", 0, "approve", None)]
    for first, keeper, second, other in steps:
        for hall in halls(office):
            booking = hall.asked()
            given = [hall.answer(booking, first, keeper=keeper), hall.answer(booking, second, keeper=other)]
            answers = at_once(given)
            assert sorted(one.status for one in answers) == [200, 409], [one.body for one in answers]
            (won,), (late,) = ([one.body for one in answers if one.status == status] for status in (200, 409))
            assert (late["code"], late["state_now"]) == ("not_asked", won["state"])
            assert hall.state(booking) == won["state"]


def test_an_approval_leaves_nobody_a_way_in(office: Office) -> None:
    for hall in halls(office):
        booking = hall.asked()
        approved, other = at_once([hall.answer(booking, "approve"), hall.ask()])
        assert (approved.status, is_refusal(other)) == (200, True)
        assert hall.state(booking) == "held"


def test_a_refusal_frees_the_hall_for_whoever_comes_after(office: Office) -> None:
    for hall in halls(office):
        booking = hall.asked()
        refused, other = at_once([hall.answer(booking, "refuse"), hall.ask()])
        assert refused.status == 200
        assert other.body["state"] == "asked" if other.status == 201 else is_refusal(other), other.body
        assert hall.state(booking) == "refused"
        assert office.overfull() == []


def test_an_approval_meets_other_hours(office: Office) -> None:
    """Who approved read other hours: one of both is stale, and nothing is approved that nobody looked at."""
    for hall in halls(office):
        booking = hall.asked()
        change = hall.change(f"/bookings/{booking}", {"to": "2027-06-02"})
        hall.hand.call("GET", f"/bookings/{booking}")
        approved, changed = at_once([hall.answer(booking, "approve", etag=hall.hand.etag), change])
        assert sorted((approved.status, changed.status)) == [200, 412], (approved.body, changed.body)
        found = hall.hand.call("GET", f"/bookings/{booking}").body
        assert (found["state"], found["to"]) in {("held", "2027-06-01"), ("asked", "2027-06-02")}


def test_an_approval_meets_the_end_of_its_event(office: Office) -> None:
    for hall in halls(office):
        booking = hall.asked()
        cancelled = stepping(office, hall.first, "cancelled", hall.number)
        answers = at_once([hall.answer(booking, "approve"), cancelled])
        assert answers[0].status in {200, 409}, answers[0].body
        assert answers[1].status == 200, answers[1].body
        assert hall.state(booking) == BookingState.RELEASED
        assert hall.ask()().status == 201


@pytest.mark.parametrize("what", ["booking", "event"])
@pytest.mark.parametrize("step", ["approve", "refuse"])
def test_an_answer_meets_the_deletion(office: Office, what: str, step: str) -> None:
    """Of what is gone nothing is left, and who answers reads that it is gone."""
    for hall in halls(office):
        booking = hall.asked()
        removed = hall.remove(f"/bookings/{booking}" if what == "booking" else f"/delegations/{hall.first}")
        answered, gone = at_once([hall.answer(booking, step), removed])
        assert answered.status in {200, 404}, answered.body
        assert gone.status in {204, 412}, gone.body
        if gone.status == 204:
            assert hall.hand.call("GET", f"/bookings/{booking}").status == 404
            assert hall.ask()().status == 201


def test_the_hall_stops_asking_while_somebody_asks(office: Office) -> None:
    for hall in halls(office):
        booking = hall.asked()
        open_now = hall.office.hand(hall.number, as_keeper=0)
        open_now.call("GET", f"/resources/{hall.id}")
        etag = open_now.etag

        def switch(hand: Hand = open_now, hall: Hall = hall, etag: str = etag) -> Answer:
            return hand.call("PATCH", f"/resources/{hall.id}", {"needs_approval": False}, etag)

        answers = at_once([switch, hall.ask()])
        assert answers[0].status == 200, answers[0].body
        assert is_refusal(answers[1])
        assert hall.state(booking) == "held"
        assert hall.ask(2)().body["state"] == "held"
