"""The order of a member list is set with the keyboard, without script, on a telephone too."""

import pytest
from playwright.sync_api import expect

from models.database import Database
from models.i18n import translate
from models.vocabulary import MemberRole, Role
from tests import factories
from tests.service.web.console.conftest import Visit, barriers, is_wider_than_the_screen, picture

NAMES = ["Nguyễn Thị Minh Hạnh", "Lê Văn Dũng", "Bounthong Xayavong", "ຄຳແພງ ສີວົງ"]


@pytest.mark.parametrize(("language", "size"), [("vi", "laptop"), ("lo", "phone"), ("en", "phone")])
def test_somebody_is_moved_up(visit: Visit, database: Database, language: str, size: str) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        head = factories.make_person(session, name="Trần Đức Thắng", position={"vi": "Bí thư"})
        factories.make_member(session, event, head, role=MemberRole.HEAD)
        for rank, name in enumerate(NAMES, 1):
            factories.make_member(session, event, factories.make_person(session, name=name), rank=rank)
        path = f"/events/{event.id}/members"
    page = visit(Role.ADMIN, language, size, script=False)
    page.goto(path)
    up = page.get_by_role("button", name=translate("Move {name} up", language, name=NAMES[3]))
    up.press("Enter")
    expect(page.locator("tbody tr").nth(3)).to_contain_text(NAMES[3])
    up.press("Enter")
    expect(page.locator("tbody tr").nth(2)).to_contain_text(NAMES[3])
    shown = visit(Role.ADMIN, language, size)
    shown.goto(path)
    picture(shown, f"members-order-{language}-{size}")
    assert barriers(shown) == []
    assert not is_wider_than_the_screen(shown)
