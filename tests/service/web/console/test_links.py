"""Links without an account in real browsers: made at a desk, filled in on a phone, taken over."""

import pytest
from sqlmodel import select

from models.both_sides.links import EventLink, Submission
from models.database import Database
from models.events import Event
from models.vocabulary import EventStatus, Role
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.console.conftest import Visit, barriers, is_wider_than_the_screen, picture
from tests.service.web.console.test_subscribing import read_back


@pytest.fixture
def event_id(database: Database, clock: Clock) -> str:
    with database.transaction() as session:
        title = {"vi": "Đoàn tỉnh Viêng Chăn", "lo": "ຄະນະຜູ້ແທນແຂວງວຽງຈັນ", "en": "Delegation of Vientiane"}
        return factories.make_event(session, title=title, status=EventStatus.PLANNED).id


@pytest.mark.parametrize("desk_language", ["vi", "lo"])
def test_a_list_is_filled_in_on_a_phone_and_taken_over(
    visit: Visit, database: Database, event_id: str, desk_language: str
) -> None:
    desk = visit(Role.APPROVER, desk_language)
    desk.goto(f"/events/{event_id}/links")
    desk.fill("#for", "ທ່ານນາງ ຄຳລາ")
    desk.locator("button[value=make]").click()
    desk.wait_for_selector(".issued")
    picture(desk, f"links-{desk_language}")
    address = desk.inner_text("#address")
    assert read_back(desk) == address
    assert address in desk.inner_text("#text")
    assert barriers(desk) == []

    phone = visit(None, "lo", "phone")
    phone.goto(address)
    assert phone.locator("html").get_attribute("lang") == "lo"
    first = phone.locator("details.person").first
    first.locator("input[name$='.name']").fill("ຄຳລາ ສີວິໄລ")
    first.locator("input[name$='.passport_number']").fill("P1234567")
    phone.locator("input[name='travel.arrival.by']").fill("QV312")
    entered = first.locator("p.entered").nth(1)
    entered.wait_for(state="visible")  # saved by itself, and told without showing it
    assert first.locator("input[name$='.passport_number']").input_value() == ""
    picture(phone, f"link-{desk_language}")
    assert barriers(phone) == []
    assert not is_wider_than_the_screen(phone)
    assert phone.context.cookies() == []
    phone.locator("button[value=submit]").click()
    phone.wait_for_url("**/handed-in/**")
    picture(phone, f"link-receipt-{desk_language}")
    assert not is_wider_than_the_screen(phone)

    desk.goto("/")
    assert desk.locator("#waiting-links").count() == 1
    with database.transaction() as session:
        identity = session.exec(select(Submission.id).where(Submission.event_id == event_id)).one()
    narrow = visit(Role.APPROVER, desk_language, "phone")
    narrow.goto(f"/submissions/{identity}")
    picture(narrow, f"submission-{desk_language}")
    assert barriers(narrow) == []
    assert not is_wider_than_the_screen(narrow)
    narrow.locator("button[value=part]").click()
    narrow.wait_for_load_state()
    assert narrow.locator("button[value=part]").count() == 0
    desk.goto(f"/events/{event_id}")
    assert "QV312" in desk.content() or "ຄຳລາ ສີວິໄລ" in desk.content()


def test_two_browsers_type_at_once_and_each_keeps_what_the_other_typed(
    visit: Visit, database: Database, event_id: str
) -> None:
    desk = visit(Role.APPROVER)
    desk.goto(f"/events/{event_id}/links")
    desk.fill("#for", "Ms Khamla")
    desk.check("input[name=may][value=days]")
    desk.locator("button[value=make]").click()
    address = desk.inner_text("#address")
    one, other = visit(None, "lo", "phone"), visit(None, "lo", "phone", script=False)
    one.goto(address)
    other.goto(address)
    one.locator("input[name='days.note']").fill("ບໍ່ສະດວກ")
    one.locator("input[name=version][value='1']").wait_for(state="attached")
    other.locator("input[name='days.note']").fill("ສະດວກ")
    other.locator("input[name='travel.departure.by']").fill("TG571")
    other.locator(".ending button[value=save]").click()
    assert other.locator("input[name='days.note']").input_value() == "ບໍ່ສະດວກ"
    assert "ສະດວກ" in other.inner_text("#days-note-other")
    picture(other, "link-two-at-once")
    one.locator("input[name='travel.arrival.by']").fill("QV312")
    one.locator("input[name=version][value='3']").wait_for(state="attached")
    assert one.locator("input[name='travel.departure.by']").input_value() == "TG571"
    assert "ສະດວກ" in one.inner_text("#days-note-other")


def test_a_dead_link_says_so_in_three_languages(visit: Visit, database: Database, event_id: str) -> None:
    page = visit(None, "en", "phone")
    page.goto("/link/" + "A" * 43)
    picture(page, "link-dead")
    assert page.locator("p[lang]").evaluate_all("found => found.map(one => one.lang)") == ["vi", "lo", "en"]
    assert barriers(page) == []
    with database.transaction() as session:
        assert session.exec(select(EventLink)).all() == []
        assert session.get_one(Event, event_id)
