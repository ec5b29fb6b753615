"""A visit with all a visit can have stays one page to look over: what is long is folded, and opens where it stands."""

from datetime import date, datetime, timedelta
from datetime import time as hour

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from calendars.events.labels import kind_name, status_name
from models.database import Database
from models.event_parts import ProgrammeItem
from models.i18n import translate
from models.vocabulary import EventKind, EventStatus, MemberRole, ReminderState, Role
from service.actions.context import ActionContext
from service.actions.events import events, programme_revisions
from service.settings import Settings
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.console.conftest import LANGUAGES, SIZES, Visit, barriers, is_wider_than_the_screen, picture

FIRST_DAY = date(2027, 3, 10)
MEMBERS, TASKS, REMINDERS = 14, 20, 30
ROOM = 3000
"""Pixels that a full visit may take at first sight, on a screen 1,280 wide."""

_ITEMS = (
    ("Đón đoàn tại sân bay Nội Bài", "ຕ້ອນຮັບຄະນະຢູ່ສະໜາມບິນ", 8),
    ("Làm việc với lãnh đạo Văn phòng UBND thành phố", "ເຮັດວຽກກັບຫ້ອງວ່າການ", 10),
    ("Tham quan khu di tích Côn Sơn", "ຢ້ຽມຊົມວັດຖຸບູຮານ", 14),
    ("Tiệc chiêu đãi", "ງານລ້ຽງຕ້ອນຮັບ", 18),
)


@pytest.fixture
def full(database: Database, settings: Settings, clock: Clock) -> str:
    """A planned delegation of 14 people for three days, with 20 tasks and 30 reminders."""
    with database.transaction() as session:
        author = factories.make_user(session, Role.ADMIN, name="Nguyễn Văn An")
        act = ActionContext(author, clock.now, settings.office)
        place = {"vi": "Hội trường Trung tâm", "lo": "ຫໍປະຊຸມໃຫຍ່"}
        event = factories.make_event(
            session,
            kind=EventKind.DELEGATION,
            title={"vi": "Đoàn Văn phòng chính quyền tỉnh Viêng Chăn", "lo": "ຄະນະຫ້ອງວ່າການແຂວງວຽງຈັນ"},
            location=place,
            first_day=FIRST_DAY,
            last_day=FIRST_DAY + timedelta(days=2),
            status=EventStatus.PLANNED,
            headcount=MEMBERS,
            created_by=author.id,
            in_charge_id=author.id,
        )
        body = factories.make_organisation(session, name={"vi": "Văn phòng chính quyền tỉnh", "lo": "ຫ້ອງວ່າການແຂວງ"})
        for number in range(MEMBERS):
            person = factories.make_person(
                session,
                name=f"Khăm Phăn Sít Thi {number:02}",
                position={"vi": "Phó Chánh Văn phòng", "lo": "ຮອງຫົວໜ້າຫ້ອງການ"},
                organisation_id=body.id,
            )
            factories.make_member(session, event, person, role=MemberRole.MEMBER if number else MemberRole.HEAD)
        for day in range(3):
            for vi, lo, start in _ITEMS:
                session.add(
                    ProgrammeItem(
                        event_id=event.id,
                        day=FIRST_DAY + timedelta(days=day),
                        start_time=hour(start),
                        end_time=hour(start + 2),
                        title={"vi": vi, "lo": lo},
                        place=place,
                        hosted_by={"vi": "Chánh Văn phòng", "lo": "ຫົວໜ້າຫ້ອງການ"},
                    )
                )
        session.flush()
        programme_revisions.publish_programme(session, act, event, None)
        for number in range(TASKS):
            factories.make_task(
                session,
                event,
                title={"vi": f"Chuẩn bị việc thứ {number:02}", "lo": f"ກະກຽມວຽກທີ {number:02}"},
                due_offset=f"-P{40 - number}D",
                organisation_id=body.id,
            )
        for number in range(REMINDERS):
            rule = factories.make_rule(session, name={"vi": f"Quy tắc {number:02}", "lo": f"ກົດລະບຽບ {number:02}"})
            at = datetime.combine(FIRST_DAY, hour(1), clock.now.tzinfo) - timedelta(days=number)
            factories.make_reminder(
                session,
                event,
                rule,
                recipient=f"reader{number}@example.org",
                due_at=at,
                state=ReminderState.FAILED if number < 2 else ReminderState.PENDING,
            )
        for headcount in range(MEMBERS - 6, MEMBERS + 1):
            found = events.find_event(session, event.id)
            events.change_event(session, act, found, {"headcount": headcount})
        return event.id


def height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_full_visit_can_be_looked_over(visit: Visit, full: str, language: str) -> None:
    page = visit(Role.ADMIN, language)
    page.goto(f"/events/{full}")
    picture(page, f"full-visit-{language}-laptop")
    assert height(page) <= ROOM
    page.set_viewport_size(SIZES["phone"])
    picture(page, f"full-visit-{language}-phone")
    assert not is_wider_than_the_screen(page)
    page.goto(f"/events/{full}?show=people,tasks,reminders,history")
    assert height(page) > ROOM, "all of it is there when it is asked for"


def test_a_part_opens_where_it_stands(visit: Visit, full: str) -> None:
    """Nothing moves above it, nothing typed is lost, and it is still open when the page is loaded anew."""
    page = visit(Role.ADMIN, "en")
    page.goto(f"/events/{full}?edit=task#tasks")
    title = page.locator(".editor").get_by_label("Title (English)")
    title.fill("Half written")
    fold = page.get_by_role("link", name="Show the reminders")
    fold.scroll_into_view_if_needed()
    before = page.locator("#reminders").bounding_box()
    loads: list[str] = []
    page.on("load", lambda _page: loads.append(page.url))
    fold.click()
    expect(page.get_by_text("reader29@example.org")).to_be_attached()
    assert page.locator("#reminders").bounding_box() == before
    assert loads == []
    expect(title).to_have_value("Half written")
    assert barriers(page) == []
    page.get_by_role("link", name="Show the history").click()
    expect(page.locator(".history")).to_be_attached()
    assert "show=reminders,history" in page.url
    # What is sent now keeps open what is open.
    page.get_by_role("button", name="Save the new task").click()
    page.get_by_role("status").filter(has_text="The task was added.").wait_for()
    expect(page.locator(".history")).to_be_attached()
    page.get_by_role("link", name="Fold the reminders").press("Enter")
    expect(page.get_by_text("reader29@example.org")).not_to_be_attached()
    assert page.evaluate("document.activeElement.textContent") == "Show the reminders"


def test_the_same_without_script(visit: Visit, full: str) -> None:
    page = visit(Role.ADMIN, "vi", script=False)
    page.goto(f"/events/{full}")
    page.get_by_role("link", name=translate("Show all {count} people", "vi", count=MEMBERS)).click()
    expect(page.locator(".people > li")).to_have_count(MEMBERS)
    page.get_by_role("link", name=translate("Show the reminders", "vi")).click()
    expect(page.get_by_text("reader29@example.org")).to_be_attached()
    expect(page.locator("#reminders")).to_be_in_viewport()
    expect(page.locator(".people > li")).to_have_count(MEMBERS)
    page.get_by_role("link", name=translate("Show less", "vi"), exact=True).click()
    expect(page.locator(".people > li")).to_have_count(5)


@pytest.mark.parametrize("script", [True, False])
def test_saving_an_entry_leads_back_to_it(visit: Visit, full: str, script: bool) -> None:
    """The last of twenty tasks is changed: it is in view afterwards, with the word that it is done."""
    page = visit(Role.ADMIN, "en", script=script)
    page.goto(f"/events/{full}?show=tasks")
    last = page.locator(".tasks > li").last
    identity = last.get_attribute("id")
    last.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Save this task").click()
    changed = page.locator(f"li#{identity}")
    expect(changed.get_by_role("status")).to_have_text("The task was changed.")
    expect(changed).to_be_in_viewport()
    assert page.url.endswith(f"#{identity}")


def test_what_is_wrong_with_a_row_is_one_list(visit: Visit, full: str) -> None:
    """The lists of entries lay out their own entries, not the lists within them."""
    page = visit(Role.ADMIN, "vi")
    page.goto(f"/events/{full}?show=people")
    page.locator(".people > li").nth(3).get_by_role("link", name=translate("Change", "vi")).click()
    page.locator(".editor input[name=rank]").evaluate("one => { one.type = 'text'; one.value = 'x'; }")
    page.locator(".editor").get_by_role("button", name=translate("Save this person", "vi")).click()
    wrong = page.locator(".editor .notice li").first
    assert wrong.evaluate("one => getComputedStyle(one).display") == "list-item"
    assert barriers(page) == []


def printed(page: Page) -> str:
    """What stands on the paper."""
    page.emulate_media(media="print")
    said = " ".join(page.inner_text("body").split())
    page.emulate_media(media="screen")
    return said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_programme_on_paper_is_a_programme(
    visit: Visit, database: Database, clock: Clock, full: str, language: str
) -> None:
    """No product, no badges, no controls, nothing of what changed; every day and item."""
    with database.transaction() as session:
        item = session.exec(select(ProgrammeItem).where(ProgrammeItem.event_id == full)).first()
        assert item is not None
        item.title = {"vi": "Gặp mặt hữu nghị", "lo": "ພົບປະມິດຕະພາບ"}
        session.flush()
        act = ActionContext(None, clock.now, factories.OFFICE)
        programme_revisions.publish_programme(session, act, events.find_event(session, full), None)
    page = visit(Role.ADMIN, language)
    page.goto(f"/events/{full}/programme")
    on_screen = " ".join(page.inner_text("body").split())
    paper = printed(page)
    for unwanted in (
        "Protocol Desk",
        translate("What has changed", language),
        kind_name(EventKind.DELEGATION, language),
        status_name(EventStatus.PLANNED, language),
        translate("Sign out", language),
    ):
        assert unwanted in on_screen, unwanted
        assert unwanted not in paper, unwanted
    assert paper.count("08:00") == 3


def test_a_member_list_on_paper_is_a_list(visit: Visit, full: str) -> None:
    """Eleven remarks on ranks, the form for a file: nothing of it is printed; on the screen the remark stands once."""
    page = visit(Role.ADMIN, "vi")
    page.goto(f"/events/{full}/members")
    remark = translate("Stands here only by name; give ranks to settle who comes first.", "vi")
    assert page.inner_text("main").count(remark) == 1
    paper = printed(page)
    for unwanted in (remark, translate("Import a list", "vi"), "XLSX", "Protocol Desk", "*"):
        assert unwanted not in paper, unwanted
    assert paper.count("Khăm Phăn Sít Thi") == MEMBERS


def test_a_visit_on_paper_says_where_it_goes_on(visit: Visit, full: str) -> None:
    page = visit(Role.ADMIN, "en")
    page.goto(f"/events/{full}")
    paper = printed(page)
    assert f"Show all {MEMBERS} people" in paper
    for unwanted in ("Add a person", "Show the history", "Next steps", "Protocol Desk"):
        assert unwanted not in paper, unwanted
    page.goto(f"/events/{full}?show=people,tasks")
    assert printed(page).count("Khăm Phăn Sít Thi") == MEMBERS
