"""A visit's page in a browser: every part of a training batch edited by labels and keys, in three languages."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from calendars.days.formatting import format_days
from models.database import Database
from models.event_parts import Member, ProgrammeItem, Task
from models.events import Event
from models.i18n import NP_, translate
from models.vocabulary import EventKind, EventStatus, MemberRole, Role
from tests import factories
from tests.service.web.console.conftest import LANGUAGES, Visit, barriers, is_wider_than_the_screen, picture, words

OWN_NAMES = {"vi": "Tiếng Việt", "lo": "ລາວ", "en": "English"}


@pytest.fixture
def batch(database: Database) -> str:
    """A training batch for a training commitment, with something in every part."""
    with database.transaction() as session:
        event = factories.make_event(
            session,
            kind=EventKind.TRAINING_BATCH,
            title={"vi": "Lớp bồi dưỡng cán bộ", "lo": "ຊຸດຝຶກອົບຮົມພະນັກງານ", "en": "Training of cadres"},
            first_day=date(2027, 3, 8),
            last_day=date(2027, 3, 19),
            status=EventStatus.PLANNED,
            headcount=12,
        )
        organisation = factories.make_organisation(session, name={"vi": "Sở Nội vụ", "lo": "ພະແນກພາຍໃນ"})
        for name, role in (("ບຸນມີ ສີວົງ", MemberRole.HEAD), ("Trần Lan", MemberRole.MEMBER)):
            person = factories.make_person(
                session,
                name=name,
                position={"vi": "Phó Giám đốc", "lo": "ຮອງຫົວໜ້າພະແນກ"},
                organisation_id=organisation.id,
            )
            factories.make_member(session, event, person, role=role)
        session.add(
            ProgrammeItem(
                event_id=event.id, day=date(2027, 3, 8), title={"vi": "Khai giảng", "lo": "ພິທີເປີດ", "en": "Opening"}
            )
        )
        factories.make_task(session, event, title={"vi": "Đặt phòng ở", "lo": "ຈອງທີ່ພັກ"}, due_offset="-P14D")
        return event.id


class Officer:
    """Somebody at the page of one event, who knows things by their labels."""

    def __init__(self, page: Page, event_id: str, language: str) -> None:
        self.page = page
        self.path = f"/events/{event_id}"
        self.language = language
        page.goto(self.path)

    def say(self, sentence: str, **values: object) -> str:
        return translate(sentence, self.language, **values)

    def follow(self, sentence: str) -> None:
        """Follow a link by keys."""
        link = self.page.get_by_role("link", name=self.say(sentence), exact=True)
        link.focus()
        link.press("Enter")
        self.page.locator(".editor").wait_for()

    def type(self, label: str, text: str, language: str = "") -> None:
        """Type into a field of the open form, found by its label."""
        name = self.say(label)
        if language:
            name = self.say("{field} ({tongue})", field=name, tongue=OWN_NAMES[language])
        field = (
            self.page.locator(".editor").get_by_label(name, exact=True).first
        )  # those of the phases have the same labels
        field.focus()
        field.fill(text)

    def open_more(self) -> None:
        self.page.locator(".editor summary").first.focus()
        self.page.keyboard.press("Enter")

    def press(self, sentence: str, done: str) -> None:
        """Press a button by keys, and read that it is done."""
        button = self.page.get_by_role("button", name=self.say(sentence), exact=True)
        button.focus()
        button.press("Enter")
        self.page.get_by_role("status").filter(has_text=self.say(done)).wait_for()


def edit_every_part(officer: Officer) -> None:
    """Change something in each part of the page; the same with and without script."""
    officer.follow("Change the facts")
    officer.type("Title", "Lớp mới", "vi")
    officer.type("People planned", "14")
    officer.type("Composition", "cán bộ: 13\nphiên dịch: 1")
    officer.press("Save the facts", "The facts were saved.")
    officer.follow("Move it to other days")
    officer.type("First day", "2027-03-15")
    officer.type("Last day", "2027-03-26")
    officer.press("Save the days", "The days were saved; what hangs on them moved along.")
    officer.follow("Add a person")
    officer.type(NP_("of a person", "Name"), "Nguyễn Thị Mới")
    officer.page.locator(".editor").get_by_label(officer.say(NP_("in a delegation", "Role")), exact=True).select_option(
        "interpreter"
    )
    officer.open_more()
    officer.page.locator(".editor").get_by_label(officer.say("This person is new to the office")).check()
    officer.type("Position", "Phiên dịch viên", "vi")
    officer.press("Put on the list", "The person is on the list.")
    officer.follow("Add to the programme")
    officer.type(NP_("of a programme item", "Title"), "Tham quan Côn Sơn", "vi")
    officer.type("Day", "2027-03-17")
    officer.type("Begins at", "08:30")
    officer.press("Put into the programme", "The item is in the programme. It is not published yet.")
    officer.follow("Add a task")
    officer.type("Title", "Mời phiên dịch", "vi")
    officer.type("Days from the arrival or departure", "7")
    officer.press("Save the new task", "The task was added.")
    officer.follow("Book something")
    officer.press("Book", "It is booked.")


def check_all_is_there(database: Database, event_id: str) -> None:
    with database.transaction(write=False) as session:
        event = session.get_one(Event, event_id)
        assert (event.title["vi"], event.headcount) == ("Lớp mới", 14)
        assert event.composition == {"cán bộ": 13, "phiên dịch": 1}
        assert (event.first_day, event.arrives_on) == (date(2027, 3, 15), date(2027, 3, 15))
        assert len(session.exec(select(Member).where(Member.event_id == event_id)).all()) == 3
        days = session.exec(select(ProgrammeItem.day).where(ProgrammeItem.event_id == event_id)).all()
        assert sorted(days) == [date(2027, 3, 15), date(2027, 3, 17)]
        due = session.exec(select(Task.due_day).where(Task.event_id == event_id)).all()
        assert {date(2027, 3, 1), date(2027, 3, 8)} <= set(due)


@pytest.mark.parametrize("language", LANGUAGES)
def test_officer_edits_every_part_by_keys(visit: Visit, database: Database, batch: str, language: str) -> None:
    page = visit(Role.OFFICER, language)
    edit_every_part(Officer(page, batch, language))
    check_all_is_there(database, batch)
    picture(page, f"visit-{language}-laptop")


def test_the_same_without_script(visit: Visit, database: Database, batch: str) -> None:
    edit_every_part(Officer(visit(Role.OFFICER, "vi", script=False), batch, "vi"))
    check_all_is_there(database, batch)


def test_outlook_follows_what_is_typed_and_saves_nothing(visit: Visit, database: Database, batch: str) -> None:
    officer = Officer(visit(Role.OFFICER, "lo"), batch, "lo")
    officer.follow("Move it to other days")
    officer.type("First day", "2027-04-12")
    officer.type("Last day", "2027-04-23")
    outlook = officer.page.locator("#outlook")
    outlook.get_by_text(officer.say("Tasks that move along")).wait_for()
    assert format_days(date(2027, 4, 14), date(2027, 4, 16), "lo") in outlook.inner_text()  # Pi Mai Lao
    picture(officer.page, "visit-outlook-lo-laptop")
    assert barriers(officer.page) == []
    with database.transaction(write=False) as session:
        assert session.get_one(Event, batch).first_day == date(2027, 3, 8)


@pytest.mark.parametrize(("language", "size"), [("lo", "phone"), ("vi", "phone"), ("en", "laptop")])
def test_page_and_its_forms_keep_nobody_out(
    visit: Visit, database: Database, batch: str, language: str, size: str
) -> None:
    with database.transaction(write=False) as session:
        member = session.exec(select(Member.id).where(Member.event_id == batch)).first()
        task = session.exec(select(Task.id).where(Task.event_id == batch)).first()
    page = visit(Role.OFFICER, language, size)
    found = {}
    for edit in ("", "facts", "days", "person", f"person:{member}", "item", f"task:{task}", "booking"):
        page.goto(f"/events/{batch}?edit={edit}")
        page.evaluate("document.querySelectorAll('details').forEach((folded) => { folded.open = true; })")
        picture(page, f"visit-{edit.partition(':')[0] or 'read'}{'-row' if ':' in edit else ''}-{language}-{size}")
        if wrong := barriers(page):
            found[edit] = wrong
        if is_wider_than_the_screen(page):
            found[f"{edit} is wider than the screen"] = []
    assert found == {}


def test_contents_lead_to_the_parts(visit: Visit, batch: str) -> None:
    officer = Officer(visit(Role.VIEWER, "vi", "phone"), batch, "vi")
    contents = officer.page.get_by_role("navigation", name=officer.say("On this page"))
    contents.get_by_role("link", name=officer.say("Tasks")).click()
    assert officer.page.url.endswith("#tasks")
    expect(officer.page.locator("#tasks")).to_be_in_viewport()
    assert officer.say("Change the facts") not in words(officer.page)
