"""An approver in a browser: what waits on the first page, what differs on the visit's, and accepting it."""

from datetime import date

import pytest
from playwright.sync_api import expect

from models.database import Database
from models.i18n import translate
from models.vocabulary import DelegationLevel, EventKind, EventStatus, MemberRole, Role
from service.actions.context import ActionContext
from service.actions.events import confirming, events, members
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.console.conftest import LANGUAGES, Visit, barriers, is_wider_than_the_screen, picture


@pytest.fixture
def changed(database: Database, clock: Clock) -> str:
    """A visit that was confirmed, then changed by the officer who asks for the confirmation."""
    with database.transaction() as session:
        officer, approver = (
            ActionContext(factories.make_user(session, role, name=name), clock.now, factories.OFFICE)
            for role, name in ((Role.OFFICER, "Trần Lan"), (Role.APPROVER, "Phạm Hùng"))
        )
        values = {
            "title": {"vi": "Đoàn cán bộ", "lo": "ຄະນະພະນັກງານ", "en": "Delegation of cadres"},
            "host": "hai-duong",
            "guest": "vientiane-province",
            "first_day": date(2027, 3, 10),
            "last_day": date(2027, 3, 12),
            "level": DelegationLevel.DEPARTMENT,
        }
        event = events.create_event(session, officer, EventKind.DELEGATION, values)
        for act, to in ((officer, EventStatus.PLANNED), (approver, EventStatus.CONFIRMED)):
            events.transition(session, act, event, to)
        new = {"level": DelegationLevel.HIGH, "last_day": date(2027, 3, 14), "location": {"vi": "Chí Linh"}}
        events.change_event(session, officer, event, new)
        head = factories.make_person(session, name="ບຸນມີ ສີວົງ")
        members.add_member(session, officer, event, {"person_id": head.id, "role": MemberRole.HEAD})
        confirming.ask_for_confirmation(session, officer, event)
        return event.id


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_approver_finds_what_waits_and_accepts_it(visit: Visit, changed: str, language: str, size: str) -> None:
    page = visit(Role.APPROVER, language, size)
    page.goto("/")
    waiting = page.get_by_role("region", name=translate("Waiting for an approver", language))
    expect(waiting).to_be_visible()
    picture(page, f"waiting-{language}-{size}")
    assert barriers(page) == []
    assert not is_wider_than_the_screen(page)
    waiting.get_by_role("link").first.click()
    board = page.get_by_role("region", name=translate("Confirmation", language), exact=True)
    expect(board.get_by_role("row")).to_have_count(6)
    picture(page, f"changed-{language}-{size}")
    assert barriers(page) == []
    assert not is_wider_than_the_screen(page)
    board.get_by_role("button", name=translate("Accept the changes", language)).click()
    expect(board.get_by_role("status")).to_contain_text(
        translate("The changes are accepted: the event is confirmed as it is now.", language)
    )
    expect(board.get_by_role("table")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_telephone_the_differences_are_read_without_pushing(visit: Visit, changed: str, language: str) -> None:
    page = visit(Role.APPROVER, language, "phone")
    page.goto(f"/events/{changed}")
    table = page.locator(".confirmation .scrolls")
    assert table.evaluate("one => one.scrollWidth <= one.clientWidth")
    expect(table.get_by_text(translate("Changed by", language)).first).to_be_visible()
