"""Why days were changed: given with the change, kept in its history and for the notices of it."""

from collections.abc import Callable
from typing import Any

from sqlmodel import select

from models.accounts import User
from models.database import Database
from models.reminders import EventVersion
from tests.service.conftest import Caller
from tests.service.events.test_hours import make
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

WHY = "Đoàn bận họp Quốc hội"


def kept(database: Database, event_id: str) -> list[str | None]:
    with database.transaction(write=False) as session:
        rows = select(EventVersion).where(EventVersion.event_id == event_id).order_by(EventVersion.sequence)
        return [row.reason for row in session.exec(rows)]


def planned(officer: Caller) -> Any:
    event = make(officer)
    officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    return event["id"]


def test_a_change_may_say_why(officer: Caller, database: Database) -> None:
    event_id = planned(officer)
    path = f"/activities/{event_id}"
    moved = {"first_day": "2027-03-12", "last_day": "2027-03-12"}
    changed: Any = officer.patch(path, moved | {"reason": WHY})
    assert (changed.status_code, changed.json["first_day"]) == (200, "2027-03-12")
    assert "reason" not in changed.json
    assert kept(database, event_id)[-1] == WHY
    history: Any = officer.get(f"/events/{event_id}/history").json
    assert history[-1]["reason"] == WHY
    assert officer.patch(path, {"title": {"vi": "Họp"}, "reason": None}).status_code == 200
    too_long: Any = officer.patch(path, {"reason": "x" * 2001})
    assert (too_long.status_code, list(too_long.json["errors"])) == (422, ["reason"])


def test_a_new_event_has_no_reason(officer: Caller) -> None:
    answer: Any = officer.post("/activities", {"reason": WHY})
    assert answer.status_code == 422
    assert "reason" in answer.json["errors"]


def test_the_form_of_the_days_asks_why(officer: Caller, database: Database, signed_in: Callable[..., Browser]) -> None:
    draft, event_id = make(officer)["id"], planned(officer)
    with database.transaction() as session:
        user = session.get_one(User, officer.user_id)
        session.expunge(user)
    browser = signed_in(user=user)
    assert "f-reason" not in browser.get(f"/events/{draft}?edit=days").text
    page = f"/events/{event_id}?edit=days"
    assert "f-reason" in browser.get(page).text
    days = {"first_day": "2027-03-12", "last_day": "2027-03-12", "timezone": "Asia/Ho_Chi_Minh"}
    sent = {"do": "days", "row": "", "version": "2", "reason": WHY} | days
    assert browser.send(page, **sent).status_code == 303
    assert kept(database, event_id)[-1] == WHY
