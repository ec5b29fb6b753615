"""A visit that goes back to a draft, and a move with a reason: whoever was told before hears of it, once."""

from datetime import date, timedelta

import pytest

from models.vocabulary import EventStatus
from service.actions.events.events import change_event
from tests.factories import make_person
from tests.jobs.test_change_notices import BOUN, LAN, OFFICER, Visit, days, text, told, visit

__all__ = ["told", "visit"]

pytestmark = pytest.mark.both_databases("notices of drafts, and the values kept for them")


def heard(visit: Visit, span: timedelta = timedelta(hours=1)) -> list[tuple[str, str, str]]:
    """Reader, subject and reason of what leaves."""
    return sorted(
        (
            mail.recipient,
            str(mail.mail["Subject"]),
            next((line for line in text(mail).splitlines() if line.startswith("Reason: ")), ""),
        )
        for mail in visit.after(span)
    )


def all_hear(subject: str, reason: str = "") -> list[tuple[str, str, str]]:
    return sorted((reader, subject, reason) for reader in (LAN, BOUN, OFFICER))


def test_who_was_told_hears_once_that_it_is_no_longer_planned(told: Visit) -> None:
    visit = told
    visit.step(EventStatus.DRAFT, "The host asks for other days")
    reason = "Reason: The host asks for other days"
    assert heard(visit) == all_hear(f"No longer planned: Visit – {days(10, 12)}", reason)
    assert visit.shown(LAN) == visit.shown(BOUN) == []
    visit.move(14, 16)
    assert heard(visit) == [], "of what is changed in a draft nobody hears"
    visit.step(EventStatus.PLANNED)
    assert heard(visit) == all_hear(f"Rescheduled: Visit – {days(14, 16)}")
    assert visit.shown(LAN) == visit.shown(BOUN) == [("20261214", "20261217")]


@pytest.mark.parametrize("moved", [False, True])
def test_back_on_its_days_before_anything_left_nobody_hears(told: Visit, moved: bool) -> None:
    visit = told
    visit.step(EventStatus.DRAFT)
    if moved:
        visit.move(14, 16)
    visit.step(EventStatus.PLANNED)
    assert heard(visit) == (all_hear(f"Rescheduled: Visit – {days(14, 16)}") if moved else [])


def test_a_draft_moved_before_the_notice_left_is_still_told_when_planned_again(told: Visit) -> None:
    visit = told
    visit.step(EventStatus.DRAFT)
    visit.move(14, 16)
    assert {subject.partition(":")[0] for _reader, subject, _reason in heard(visit)} == {"No longer planned"}
    visit.step(EventStatus.PLANNED)
    assert heard(visit) == all_hear(f"Rescheduled: Visit – {days(14, 16)}")


def test_a_draft_that_was_told_of_is_cancelled_with_one_mail_more(told: Visit) -> None:
    visit = told
    visit.step(EventStatus.DRAFT)
    assert len(heard(visit)) == 3
    visit.step(EventStatus.CANCELLED, "Flood")
    assert heard(visit) == all_hear(f"Cancelled: Visit – {days(10, 12)}", "Reason: Flood")


def test_of_a_draft_nobody_was_told_of_nobody_hears(visit: Visit) -> None:
    visit.step(EventStatus.DRAFT)
    visit.do(lambda session, _event: make_person(session, email="late@example.org"))
    visit.move(14, 16)
    assert heard(visit) == []


def test_a_move_says_why(told: Visit) -> None:
    visit = told

    def move(first: int, last: int, reason: str | None) -> None:
        values = {"first_day": date(2026, 12, first), "last_day": date(2026, 12, last)}
        visit.do(lambda session, event: change_event(session, visit.act, event, values, reason=reason))

    move(14, 16, "The minister travels")
    assert heard(visit) == all_hear(f"Rescheduled: Visit – {days(14, 16)}", "Reason: The minister travels")
    move(17, 18, None)
    assert heard(visit) == all_hear(f"Rescheduled: Visit – {days(17, 18)}"), "an old reason is not told again"
