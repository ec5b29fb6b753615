"""Tasks of an officer's day, with a browser only from the first page on: pages, entries, dead ends counted."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from models.accounts import User
from models.database import Database
from models.event_parts import Task
from models.events import Event
from models.vocabulary import EventStatus, Role
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.console.conftest import LANGUAGES, Visit
from tests.service.web.console.walk import Walk

AT_MOST: dict[str, tuple[int, int]] = {
    # pages that were looked at, entries (clicks and fields)
    "quick add": (3, 3),
    "days dragged over": (4, 3),
    "take over a colleague's visits": (7, 10),
    "ten working days before": (4, 8),
    "the week's sheet": (3, 2),
}
"""What each task may cost; a stop on the way is a dead end, of which there may be none."""


class Task14(Walk):
    """One task: it begins at the first page."""

    def __init__(self, page: Page, language: str, story: str) -> None:
        super().__init__(page, language, story)
        page.goto("/")

    def ended(self) -> None:
        pages, entries = AT_MOST[self.story]
        assert self.dead_ends == []
        assert self.refusals == []
        assert len(self.pages) <= pages, self.pages
        assert len(self.entries) <= entries, self.entries


@pytest.fixture
def officer(database: Database) -> User:
    """An officer of the protocol office."""
    with database.transaction() as session:
        office = factories.make_organisation(session, protocol_office=True)
        return factories.make_user(session, Role.OFFICER, organisation_id=office.id, name="Lê Thị Dung")


LINES = {
    "vi": "đoàn Viêng Chăn bàn việc chè 12 người 10-14/3",
    "en": "Vientiane delegation on tea 10–14 March, 12 people",
    "lo": "ຄະນະວຽງຈັນ 12 ຄົນ 10-14 ມີນາ",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plans_by_one_line(visit: Visit, officer: User, language: str) -> None:
    task = Task14(visit(user=officer, language=language), language, "quick add")
    task.fill("line", LINES[language])
    task.press("Fill in the form")

    expect(task.page.locator('[name="first_day"]')).to_have_value("2027-03-10")
    expect(task.page.locator('[name="last_day"]')).to_have_value("2027-03-14")
    expect(task.page.locator('[name="people"]')).to_have_value("12")
    task.look("form")
    task.ended()


def test_plans_days_that_are_dragged_over_or_chosen_by_keys(visit: Visit, officer: User, clock: Clock) -> None:
    task = Task14(visit(user=officer, language="en"), "en", "days dragged over")
    page = task.page
    day = clock.now.date().replace(day=1) + timedelta(days=70)
    first = day - timedelta(days=day.weekday())
    last = first + timedelta(days=3)
    page.goto(f"/calendar?day={first}")
    begin, end = (page.locator(f'td[data-day="{one}"]').bounding_box() for one in (first, last))
    assert begin is not None
    assert end is not None
    page.mouse.move(begin["x"] + begin["width"] - 6, begin["y"] + begin["height"] - 4)
    page.mouse.down()
    page.mouse.move(end["x"] + 10, end["y"] + end["height"] - 4, steps=4)
    page.mouse.up()
    page.wait_for_url(f"**/plan?day={first}&first_day={first}&last_day={last}&days=4")

    page.goto(f"/calendar?day={first}")
    page.locator(f'td[data-day="{first}"] a.plan-day').focus()
    for _step in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/plan?day={first}&first_day={first}&last_day={last}&days=4")
    assert task.dead_ends == []


def test_takes_over_a_colleagues_visits(visit: Visit, officer: User, database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        colleague = factories.make_user(
            session, Role.OFFICER, organisation_id=officer.organisation_id, name="Vũ Văn Hùng"
        )
        day = clock.now.date() + timedelta(days=12)
        for _number in range(3):
            factories.make_event(
                session, first_day=day, in_charge_id=colleague.id, organisation_id=officer.organisation_id,
                status=EventStatus.PLANNED,
            )  # fmt: skip
        colleague_id = colleague.id
    task = Task14(visit(user=officer, language="en"), "en", "take over a colleague's visits")
    task.click(task.page.locator("summary").get_by_text("Filter the events"), "Filter the events")
    task.fill("in_charge_id", colleague_id)
    task.press("Show")
    task.follow("Change several at once")
    task.click(task.page.locator('[name="all"]'), "All on this page")
    task.press("Choose the change")
    task.click(task.page.locator("#what-in_charge"), "Person in charge")
    task.fill("value-in_charge", officer.id)
    task.press("See what would change")
    task.look("preview")
    task.click(task.page.locator('[value="apply"]'), "Change these 3")
    task.sees("Changed: 3.")
    task.ended()
    with database.transaction() as session:
        assert session.exec(select(Event).where(Event.in_charge_id == colleague_id)).all() == []


def test_makes_the_weeks_sheet(visit: Visit, officer: User) -> None:
    task = Task14(visit(user=officer, language="en"), "en", "the week's sheet")
    task.click(task.page.get_by_role("navigation").get_by_role("link", name="This week"), "This week")
    assert task.page.locator('a[href*="/schedule.pdf"]').count()
    task.ended()


def test_is_reminded_ten_working_days_before(visit: Visit, officer: User, database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        event = factories.make_event(
            session, title={"vi": "Đoàn chè", "en": "Tea delegation"}, first_day=clock.now.date() + timedelta(days=40),
            organisation_id=officer.organisation_id, status=EventStatus.PLANNED,
        )  # fmt: skip
        event_id = event.id
    task = Task14(visit(user=officer, language="en"), "en", "ten working days before")
    task.follow("Tea delegation")
    task.follow("Add a task")
    task.fill("title.en", "Call the guest house")
    task.fill("due_offset", "10")
    task.click(task.page.locator('[name="working_days"]'), "working days")
    task.press("Save the new task")
    task.sees("Call the guest house")
    task.ended()
    with database.transaction() as session:
        made = session.exec(select(Task).where(Task.event_id == event_id)).one()
        assert (made.working_days, made.due_offset) == (True, "-P10D")
