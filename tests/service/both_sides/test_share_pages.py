"""The page of the other side, the page that shares, and what the event's own page says of both."""

from collections.abc import Callable
from typing import Any

import pytest

from models.database import Database
from models.events import Event
from models.vocabulary import Role
from tests import factories
from tests.service.both_sides.conftest import TwoOffices
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]


@pytest.fixture
def owner(two: TwoOffices, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.OFFICER, organisation_id=two.body_id)


@pytest.fixture
def other(two: TwoOffices, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.APPROVER, organisation_id=two.other_body_id)


def form(**values: Any) -> dict[str, Any]:
    return {"do": "share", "version": "0", "acknowledged": "yes"} | values


@pytest.mark.both_databases("pages of both sides read shares and openings")
def test_a_visit_is_shared_and_read_on_the_page_of_the_other_side(
    two: TwoOffices, owner: Browser, other: Browser, signed_in: Callable[..., Browser], database: Database
) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        task = factories.make_task(session, event, organisation_id=two.department_id, title={"vi": "Việc của phía kia"})
        factories.make_task(session, event, organisation_id=two.body_id, title={"vi": "Việc riêng"})
        factories.make_member(session, event)
        task_id = task.id
    department = signed_in(Role.OFFICER, organisation_id=two.department_id)
    assert other.get(two.path).status_code == 404
    assert "other-side" in owner.get(two.path).text
    asked = {"ask": ["members", "passports"], "until-members": "2026-11-20", "until-passports": "2027-01-01"}
    answer = owner.send(f"{two.path}/share", **form(**asked, note="Xin sớm."))
    assert answer.status_code == 303, answer.text
    answer = other.get(two.path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{two.path}/shared")
    page = other.get(f"{two.path}/shared").text
    assert "Việc của phía kia" in page
    assert "Việc riêng" not in page
    assert all(text in page for text in ("Danh sách đoàn", "quá hạn", "Xin sớm."))
    assert "Đánh dấu" not in page, "another body of its office does it"
    assert department.get(f"{two.path}/shared").status_code == 200
    done = {"csrf": department.csrf(f"{two.path}/shared"), "do": "task", "task": task_id, "done": "yes"}
    assert department.post(two.path, done).status_code == 303
    assert "✓" in other.get(f"{two.path}/shared").text
    preview = owner.get(f"{two.path}/shared").text
    assert "Việc của phía kia" in preview
    assert "Việc riêng" not in preview
    assert owner.send(f"{two.path}/share", do="unshare", version="1").status_code == 303
    assert other.get(f"{two.path}/shared").status_code == 404


def test_the_law_is_named_and_acknowledged_first(two: TwoOffices, owner: Browser) -> None:
    page = owner.get(f"{two.path}/share").text
    assert "91/2025/QH15" in page
    body = form(ask="photos", **{"until-photos": "2027-01-01"})
    body.pop("acknowledged")
    refused = owner.send(f"{two.path}/share", **body)
    assert refused.status_code == 409
    assert "2027-01-01" in refused.text, "what was typed is still there"
    assert owner.send(f"{two.path}/share", **form(ask="photos")).status_code == 422, "until when?"


def test_who_opened_it_stands_in_both_trails_once_a_day(
    two: TwoOffices, owner: Browser, other: Browser, caller: Any, clock: Any
) -> None:
    two.share()
    history = f"{two.path}/history"
    opened = [one for one in two.owner.get(history).json if one["action"] == "open"]
    assert opened == []
    for _ in range(3):
        other.get(f"{two.path}/shared")
        two.other.get(two.path)
    opened = [one for one in two.owner.get(history).json if one["action"] == "open"]
    assert len(opened) == 2, "two accounts"
    assert owner.get(f"{two.path}/share").text.count("lần đầu") == 2
    admin = caller(Role.ADMIN, organisation_id=two.other_body_id)
    own = [one for one in admin.get("/audit?entity=event_share").json if one["action"] == "open"]
    assert [one["event_id"] for one in own] == [None, None]
    clock.move(days=1)
    two.other.get(two.path)
    assert len([one for one in two.owner.get(history).json if one["action"] == "open"]) == 3
    two.owner.get(two.path)
    assert len([one for one in two.owner.get(history).json if one["action"] == "open"]) == 3, "one's own side"
