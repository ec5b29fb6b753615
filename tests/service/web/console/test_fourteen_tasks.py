"""Fourteen tasks of an officer's day, with a browser only from the first page on: pages, entries, dead ends counted."""

import re
from datetime import date, time, timedelta

import pytest
from playwright.sync_api import expect
from sqlmodel import Session, select

from models.accounts import User
from models.agreements import Commitment
from models.database import Database
from models.event_parts import ProgrammeItem, Task
from models.events import Event
from models.resources import Booking, Resource
from models.vocabulary import EventKind, EventStatus, Language, ReminderState, ResourceType, Role
from service.actions.bookings import bookings
from service.actions.context import ActionContext
from service.actions.events import programme_revisions
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.console.conftest import LANGUAGES, Visit
from tests.service.web.console.desk_task import DeskTask
from tests.service.web.console.test_repeating import AGREEMENT, TROUPE, troupe

__all__ = ["troupe"]  # a fixture

TITLE = {"vi": "Đoàn chè Phông Hồng", "lo": "ຄະນະຊາໂພນໂຮງ", "en": "Tea delegation of Phonhong"}
DAY = date(2026, 12, 7)
"""A Monday, two weeks from the tests' day."""


@pytest.fixture
def officer(database: Database) -> User:
    """An officer of the protocol office."""
    with database.transaction() as session:
        office = factories.make_organisation(session, protocol_office=True)
        return factories.make_user(session, Role.OFFICER, organisation_id=office.id, name="Lê Thị Dung")


@pytest.fixture
def tea(database: Database, officer: User, clock: Clock) -> str:
    """A planned visit of three days in the officer's charge, its programme of two items published."""
    with database.transaction() as session:
        event = factories.make_event(
            session, title=TITLE, first_day=DAY, last_day=DAY + timedelta(2), headcount=12, in_charge_id=officer.id,
            organisation_id=officer.organisation_id, status=EventStatus.PLANNED,
        )  # fmt: skip
        for hour, title in ((8, "Hội đàm"), (14, "Thăm đồi chè")):
            item = ProgrammeItem(event_id=event.id, day=DAY, start_time=time(hour), title={"vi": title})
            session.add(item)
        session.flush()
        act = ActionContext(officer, clock.now, factories.OFFICE)
        programme_revisions.publish_programme(session, act, event, None)
        return event.id


def of(database: Database, event_id: str) -> Event:
    with database.transaction(write=False) as session:
        return session.get_one(Event, event_id)


def booked(session: Session, event: Event, name: str, kind: ResourceType, **values: int) -> Resource:
    """A resource of this name, held by the event."""
    resource = Resource(name={"vi": name}, type=kind, locality="hai-duong", **values)
    session.add(resource)
    session.flush()
    act = ActionContext(None, factories.NOW, factories.OFFICE)
    bookings.make_bookings(session, act, [{"event_id": event.id, "resource_id": resource.id}], several=False)
    return resource


def test_plans_this_years_batch_from_the_board(visit: Visit, officer: User, database: Database) -> None:
    with database.transaction() as session:
        asked = select(Commitment).where(
            Commitment.activity == EventKind.TRAINING_BATCH, Commitment.host == "hai-duong",
            Commitment.headcount_min == 10, Commitment.duration_min == 10,
        )  # fmt: skip
        owed = session.exec(asked).all()[-1]
        for draft in session.exec(select(Event).where(Event.commitment_id == owed.id)):
            session.delete(draft)
        owed_id, agreement_id = owed.id, owed.agreement_id
    task = DeskTask(visit(user=officer, language="vi"), "plan a batch from the board")
    task.menu("Agreements")
    task.click(task.page.locator(f'main a[href="/agreements/{agreement_id}"]'), "the agreement")
    task.click(task.page.locator(f'#commitment-{owed_id} a[href*="year=2027"]'), "Plan this, 2027")
    task.press("Show free days")
    task.click(task.page.get_by_role("button", name=task.say("Take these days")), "Take these days")
    task.sees(task.say("What to do next:"))
    task.ended()
    with database.transaction(write=False) as session:
        made = session.exec(select(Event).where(Event.commitment_id == owed_id)).one()
        assert made.first_day.year == 2027
        assert session.exec(select(Booking).where(Booking.event_id == made.id)).all()


def test_moves_a_visit_two_days(visit: Visit, officer: User, tea: str, database: Database) -> None:
    task = DeskTask(visit(user=officer, language="vi"), "move a visit two days")
    task.follow(TITLE["vi"])
    task.go("Move it to other days")
    task.fill("first_day", "2026-12-09")
    task.fill("last_day", "2026-12-11")
    expect(task.page.locator("#outlook")).to_contain_text("9–11/12/2026")
    task.press("Save the days")
    task.ended()
    moved = of(database, tea)
    assert (moved.first_day, moved.last_day) == (DAY + timedelta(2), DAY + timedelta(4))


def test_finds_why_a_room_is_refused(visit: Visit, officer: User, tea: str, database: Database) -> None:
    with database.transaction() as session:
        other = factories.make_event(
            session, title={"vi": "Hội nghị trồng cây"}, first_day=DAY, last_day=DAY + timedelta(1),
            organisation_id=officer.organisation_id,
        )  # fmt: skip
        hall = booked(session, other, "Phòng họp số 9", ResourceType.ROOM)
        hall_id = hall.id
    task = DeskTask(visit(user=officer, language="vi"), "why a room is refused")
    task.follow(TITLE["vi"])
    task.go("Book something")
    task.fill("resource", hall_id)
    task.press("Book")
    task.sees("Hội nghị trồng cây")
    task.sees(task.say("What would fit instead"))
    task.look("refused")
    task.ended("409")


def test_publishes_a_second_revision(visit: Visit, officer: User, tea: str, database: Database) -> None:
    task = DeskTask(visit(user=officer, language="vi"), "publish a second revision")
    task.follow(TITLE["vi"])
    task.click(task.page.locator('a.edit[href*="edit=item:"]'), "Change the first item")
    task.fill("title.vi", "Hội đàm về chè")
    task.press("Save this item")
    task.press("Publish the adjustment")
    task.ended()
    with database.transaction(write=False) as session:
        published = programme_revisions.revisions_of(session, tea)
        assert [one.row.number for one in published] == [1, 2]


def test_sees_who_was_not_reached(visit: Visit, officer: User, tea: str, database: Database) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, tea)
        factories.make_reminder(
            session, event, factories.make_rule(session), recipient="khong-co@example.org", state=ReminderState.FAILED,
            reason="550 5.1.1 No such user",
        )  # fmt: skip
    task = DeskTask(visit(user=officer, language="vi"), "who was not reached")
    task.sees("khong-co@example.org")
    task.click(task.page.locator("section.notice.bad").get_by_role("link", name=TITLE["vi"]), "the reminder")
    task.sees("550 5.1.1 No such user")
    task.look("reminder")
    task.ended()


def test_moves_an_item_to_another_day(visit: Visit, officer: User, tea: str, database: Database) -> None:
    task = DeskTask(visit(user=officer, language="vi"), "move an item to another day")
    task.follow(TITLE["vi"])
    task.click(task.page.locator('a.edit[href*="edit=item:"]').last, "Change the last item")
    task.fill("day", "2026-12-08")
    task.press("Save this item")
    task.ended()
    with database.transaction(write=False) as session:
        items = session.exec(select(ProgrammeItem).where(ProgrammeItem.event_id == tea)).all()
        assert sorted((one.day, one.title["vi"]) for one in items) == [
            (DAY, "Hội đàm"), (DAY + timedelta(1), "Thăm đồi chè"),
        ]  # fmt: skip


def test_finds_a_free_45_seat_bus_next_week(visit: Visit, officer: User, tea: str, database: Database) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, tea)
        booked(session, event, "Xe 45 chỗ A", ResourceType.VEHICLE, seats=45)
        session.add(Resource(name={"vi": "Xe 45 chỗ B"}, type=ResourceType.VEHICLE, locality="hai-duong", seats=45))
    task = DeskTask(visit(user=officer, language="vi"), "a free 45-seat bus")
    task.menu("Rooms and cars")
    task.go("What is free when")
    task.unfold("Choose what is shown")
    task.fill("type", "vehicle")
    task.fill("seats", "45")
    task.fill("from", DAY.isoformat())
    task.fill("to", (DAY + timedelta(6)).isoformat())
    task.tick('[name="free"]')
    task.press("Show")
    task.sees("Xe 45 chỗ B")
    expect(task.page.locator("main")).not_to_contain_text("Xe 45 chỗ A")
    expect(task.page.locator("main")).not_to_contain_text("Xe 29 chỗ")
    task.look("grid")
    task.ended()


def test_repeats_last_years_troupe(visit: Visit, officer: User, troupe: str) -> None:
    task = DeskTask(visit(user=officer, language="vi"), "repeat last year's troupe")
    task.menu("Agreements")
    task.follow(AGREEMENT["vi"])
    task.click(task.page.locator(f'a[href="/events/{troupe}/copy?year=2027"]'), "As in 2026")
    task.press("Make this draft")
    expect(task.page.locator("h1")).to_have_text(TROUPE["vi"].replace("2026", "2027"))
    task.ended()


def test_undoes_a_wrong_cancellation(visit: Visit, officer: User, tea: str, database: Database) -> None:
    task = DeskTask(visit(user=officer, language="vi"), "undo a wrong cancellation")
    task.follow(TITLE["vi"])
    steps = task.page.locator(".steps details", has=task.page.locator('[name="to"][value="cancelled"]'))
    task.click(steps.locator("summary"), "unfold: cancel")
    task.click(steps.locator("textarea"), "the reason")
    task.page.keyboard.type("Nhầm chuyến")
    task.typed += len("Nhầm chuyến")
    task.click(steps.locator("button"), "cancel")
    assert of(database, tea).status is EventStatus.CANCELLED
    task.press("Undo")
    task.ended()
    assert of(database, tea).status is EventStatus.PLANNED


def test_finds_who_was_on_the_2027_visit(visit: Visit, officer: User, database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        event = factories.make_event(
            session, title=TITLE, first_day=date(2027, 3, 10), last_day=date(2027, 3, 12),
            organisation_id=officer.organisation_id, status=EventStatus.COMPLETED,
        )  # fmt: skip
        for number in range(9):
            factories.make_member(session, event, factories.make_person(session, name=f"Khăm Phăn {number}"))
    clock.move(days=800)
    task = DeskTask(visit(user=officer, language="vi"), "who was on the 2027 visit")
    task.go("History by year")
    task.follow(TITLE["vi"])
    task.click(task.page.locator('a.fold[data-part="people"]'), "Show all 9 people")
    for number in range(9):
        task.sees(f"Khăm Phăn {number}")
    task.look("people")
    task.ended()


def test_hands_a_list_to_the_hotel(visit: Visit, officer: User, tea: str, database: Database) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, tea)
        booked(session, event, "Nhà khách số 9", ResourceType.LODGING, seats=2, capacity=10)
        factories.make_member(session, event, factories.make_person(session, name="Khăm Phăn"))
    task = DeskTask(visit(user=officer, language="vi"), "hand a list to the hotel")
    task.follow(TITLE["vi"])
    task.go("Papers")
    file = task.download(task.page.locator("#hotel-sheet").get_by_role("link", name="PDF"), "hotel sheet, PDF")
    assert "phieu-khach-san" in file
    task.ended()


def test_takes_over_a_colleagues_visits(visit: Visit, officer: User, database: Database) -> None:
    with database.transaction() as session:
        colleague = factories.make_user(
            session, Role.OFFICER, organisation_id=officer.organisation_id, name="Vũ Văn Hùng"
        )
        for _number in range(3):
            factories.make_event(
                session, first_day=DAY, in_charge_id=colleague.id, organisation_id=officer.organisation_id
            )
        colleague_id = colleague.id
    task = DeskTask(visit(user=officer, language="vi"), "take over a colleague's visits")
    task.unfold("Filter the events")
    task.fill("in_charge_id", colleague_id)
    task.press("Show")
    task.go("Change several at once")
    task.tick('[name="all"]')
    task.press("Choose the change")
    task.tick("#what-in_charge")
    task.fill("value-in_charge", officer.id)
    task.press("See what would change")
    task.look("preview")
    task.click(task.page.locator('[value="apply"]'), "Change these 3")
    task.sees(task.say("Changed: {count}.").replace("{count}", "3"))
    task.ended()
    with database.transaction(write=False) as session:
        assert session.exec(select(Event).where(Event.in_charge_id == colleague_id)).all() == []


def test_is_reminded_ten_working_days_before(visit: Visit, officer: User, tea: str, database: Database) -> None:
    task = DeskTask(visit(user=officer, language="vi"), "ten working days before")
    task.follow(TITLE["vi"])
    task.go("Add a task")
    task.fill("title.vi", "Gọi nhà khách")
    task.fill("due_offset", "10")
    task.tick('[name="working_days"]')
    task.press("Save the new task")
    task.sees("Gọi nhà khách")
    task.ended()
    with database.transaction(write=False) as session:
        made = session.exec(select(Task).where(Task.event_id == tea)).one()
        assert (made.working_days, made.due_offset) == (True, "-P10D")


def test_makes_the_weeks_sheet(visit: Visit, officer: User) -> None:
    task = DeskTask(visit(user=officer, language="vi"), "the week's sheet")
    task.menu("This week")
    task.click(task.page.locator("details.on-paper summary"), "unfold: Word, PDF, Excel")
    file = task.download(task.page.locator('a[href*="/schedule.pdf"]'), "PDF")
    assert file.endswith(".pdf")
    task.ended()


LINES = {
    "vi": "đoàn Viêng Chăn bàn việc chè 12 người 10-14/3",
    "en": "Vientiane delegation on tea 10–14 March, 12 people",
    "lo": "ຄະນະວຽງຈັນ 12 ຄົນ 10-14 ມີນາ",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plans_by_one_line(visit: Visit, officer: User, language: str) -> None:
    """Not one of the fourteen: what planning costs when nothing is owed."""
    officer.locale = Language(language)
    task = DeskTask(visit(user=officer, language=language), "plan by one line", language)
    task.fill("line", LINES[language])
    task.press("Fill in the form")

    expect(task.page.locator('[name="first_day"]')).to_have_value("2027-03-10")
    expect(task.page.locator('[name="last_day"]')).to_have_value("2027-03-14")
    expect(task.page.locator('[name="people"]')).to_have_value("12")
    task.look("form")
    task.ended()


def test_plans_days_that_are_dragged_over_or_chosen_by_keys(visit: Visit, officer: User, clock: Clock) -> None:
    page = visit(user=officer, language="en")
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
    planned = re.compile(rf"/plan\?day={first}&first_day={first}&last_day={last}&days=4$")
    expect(page).to_have_url(planned)

    for place in ("a.plan-day", "a.number"):
        page.goto(f"/calendar?day={first}")
        page.locator(f'td[data-day="{first}"] {place}').focus()
        for _step in range(3):
            page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Enter")
        expect(page).to_have_url(planned)


def test_plans_from_the_empty_part_of_a_day(visit: Visit, officer: User, clock: Clock) -> None:
    page = visit(user=officer, language="vi")
    day = clock.now.date().replace(day=1) + timedelta(days=200)
    page.goto(f"/calendar?day={day}")
    page.locator("tbody", has=page.locator(f'td[data-day="{day}"]')).scroll_into_view_if_needed()
    column = page.locator(f'td[data-day="{day}"]').bounding_box()
    week = page.locator("tbody", has=page.locator(f'td[data-day="{day}"]')).bounding_box()
    assert column is not None
    assert week is not None
    page.mouse.click(column["x"] + column["width"] / 2, week["y"] + week["height"] - 6)
    expect(page).to_have_url(re.compile(rf"/plan\?day={day}$"))
