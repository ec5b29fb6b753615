"""An officer's walk with a browser only: from a confirmed visit to its papers, without a dead end.

The steps are written down in ``docs/evidence/14-walk.md``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document as WordFile
from playwright.sync_api import Download, Page
from sqlmodel import Session, select

from models.accounts import User
from models.database import Database
from models.events import Event
from models.i18n import translate
from models.places import Organisation, Person
from models.resources import Resource
from models.vocabulary import EventStatus, Language, MemberRole, ResourceType, Role, Side
from service.actions.bookings import bookings
from service.actions.context import ActionContext
from service.actions.events import events, members, programme_revisions, tasks
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.console.conftest import LANGUAGES, Visit, barriers, is_wider_than_the_screen, picture

MOST_PAGES = 14
"""Pages that the walk may open; a file that is saved opens none."""

GUESTS = ("Khăm Phăn Sít Thi Đăm Pha", "Bun Son Phet la Văn")
HOSTS = ("Nguyễn Minh Hùng", "Vũ Hồng Hiên")
REASON = "Biển tên cho buổi làm việc ngày 24/3/2027"


@pytest.fixture
def officer(account: Callable[..., User]) -> User:
    return account(Role.OFFICER, name="Trần Lan", locale=Language.VI)


@pytest.fixture
def confirmed(database: Database, clock: Clock, officer: User) -> str:
    """The visit of an office that the programme has planned, confirmed and furnished; its id."""
    with database.transaction() as session:
        act = ActionContext(session.merge(officer), clock.now, factories.OFFICE)
        approver = ActionContext(factories.make_user(session, Role.APPROVER), clock.now, factories.OFFICE)
        event = session.exec(select(Event).where(Event.first_day == date(2027, 3, 23))).one()
        event.in_charge_id = officer.id
        _take_part(session, act, event)
        for name in ("sở y tế", "báo"):
            body = next(one for one in session.exec(select(Organisation)) if name in one.name["vi"].casefold())
            title = {"vi": f"Phục vụ đoàn: {body.name['vi']}", "lo": "ຮັບໃຊ້ຄະນະ", "en": "Look after the delegation"}
            tasks.add_task(session, act, event, {"title": title, "due_offset": "-P7D", "organisation_id": body.id})
        for kind, quantity in ((ResourceType.VEHICLE, 1), (ResourceType.LODGING, 4)):
            found = session.exec(select(Resource).where(Resource.type == kind)).all()
            wanted = {"event_id": event.id, "resource_id": found[-1].id, "quantity": quantity}
            bookings.make_bookings(session, act, [wanted], several=False)
        programme_revisions.publish_programme(session, act, event, None)
        for who, to in ((act, EventStatus.PLANNED), (approver, EventStatus.CONFIRMED)):
            events.transition(session, who, events.find_event(session, event.id), to)
        return event.id


def _take_part(session: Session, act: ActionContext, event: Event) -> None:
    for side, names in ((Side.GUEST, GUESTS), (Side.HOST, HOSTS)):
        for name in names:
            person = session.exec(select(Person).where(Person.name == name)).one()
            role = MemberRole.HEAD if name == names[0] else MemberRole.MEMBER
            members.add_member(session, act, event, {"person_id": person.id, "role": role, "side": side})


class Walk:
    """The officer at the screen: counts pages, looks at each, and reads what was saved."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language
        self.pages: list[str] = []
        self.saved: dict[str, str] = {}
        page.on("framenavigated", lambda frame: self.pages.append(frame.url) if frame == page.main_frame else None)

    def say(self, sentence: str) -> str:
        return translate(sentence, self.language)

    def look(self, name: str) -> None:
        self.page.wait_for_load_state()  # a click only waits until the next page begins
        assert not is_wider_than_the_screen(self.page), name
        assert barriers(self.page) == [], name
        picture(self.page, f"walk-{name}-{self.language}-{self.page.viewport_size['width']}")  # type: ignore[index]

    def follow(self, sentence: str, inside: str = "main") -> None:
        self.page.locator(inside).get_by_role("link", name=self.say(sentence)).first.click()

    def press(self, sentence: str, inside: str = "main") -> None:
        self.page.locator(inside).get_by_role("button", name=self.say(sentence)).first.click()

    @contextmanager
    def saving(self, kind: str) -> Iterator[None]:
        """What is clicked inside saves a file."""
        before = len(self.pages)
        with self.page.expect_download() as download:
            yield
        self.saved[kind] = words_of(download.value)
        assert len(self.pages) == before, "a file opens no page"

    def save(self, kind: str, label: str) -> None:
        """Save a paper by the link with the name of its format."""
        with self.saving(f"{kind}.{label}"):
            self.page.locator(f"#{kind}").get_by_role("link", name=label).first.click()


def words_of(download: Download) -> str:
    """The words of a saved .docx; of a PDF that it is one."""
    content = Path(download.path()).read_bytes()
    if content.startswith(b"%PDF-"):
        return "PDF"
    with ZipFile(BytesIO(content)) as parts:
        assert parts.testzip() is None
        if "xl/workbook.xml" in parts.namelist():
            return "XLSX"
    paper = WordFile(BytesIO(content))
    cells = (cell.text for table in paper.tables for row in table.rows for cell in row.cells)
    return "\n".join((*(paragraph.text for paragraph in paper.paragraphs), *cells))


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("language", "size", "script"),
    [("vi", "laptop", True), ("lo", "phone", True), ("en", "phone", False)],
)
def test_from_a_confirmed_visit_to_its_papers(
    visit: Visit, officer: User, confirmed: str, database: Database, language: str, size: str, script: bool
) -> None:
    with database.transaction() as session:
        officer = session.get_one(User, officer.id)
        officer.locale = Language(language)
        title = session.get_one(Event, confirmed).title[language]
    page = visit(user=officer, size=size, script=script, language=language)
    walk = Walk(page, language)
    page.goto("/?to=2027-12-31")
    page.get_by_role("link", name=title).first.click()
    if script:
        walk.look("1-visit")
    walk.follow("Papers")
    page.locator('a[href*="language=vi,lo"], a[href*="language=vi%2Clo"]').first.click()
    if script:
        walk.look("2-papers")
    for kind, label in (
        ("programme", "Word"), ("programme", "PDF"), ("members", "Word"), ("members", "Excel"), ("hosts", "Word"),
    ):  # fmt: skip
        walk.save(kind, label)
    page.locator("#reason-name-plates").fill(REASON)
    with walk.saving("name-plates.Word"):
        page.locator("#name-plates").get_by_role("button", name="Word").click()

    walk.follow("Cars, rooms and seats")
    walk.press("Propose who rides where")
    walk.press("Propose who sits where")
    walk.press("Save the placements")
    if script:
        walk.look("3-placements")
    walk.follow("On paper: Word, PDF")
    walk.save("vehicles", "Word")
    walk.save("seating", "PDF")

    if language != "vi":
        page.locator('main a[href*="language=vi&"]').first.click()
    option = page.locator('select[name="signed_by"] option', has_text=HOSTS[0])
    page.locator('select[name="signed_by"]').select_option(option.first.get_attribute("value"))
    walk.press("Use these")
    for kind in ("reception-plan", "submission", "invitation", "assignment-letters", "report"):
        walk.save(kind, "Word")
    walk.save("reception-plan", "PDF")
    walk.press("Keep as it is now", "#reception-plan")
    page.locator("#paper-number").fill("12/KH-UBND")
    page.locator("#paper-issued_on").fill("2027-03-01")
    walk.press("Save")
    if script:
        walk.look("4-kept")
    with walk.saving("kept.Word"):
        page.get_by_role("link", name="Word").first.click()
    page.locator("main").get_by_role("link").first.click()
    assert "/papers" in page.url

    assert len(walk.pages) <= MOST_PAGES, walk.pages
    _check(walk.saved)


def _check(saved: dict[str, str]) -> None:
    for words in ("Đón đoàn", "ຕ້ອນຮັບຄະນະ"):
        assert words in saved["programme.Word"]
    assert saved["programme.PDF"] == saved["reception-plan.PDF"] == saved["seating.PDF"] == "PDF"
    assert saved["members.Excel"] == "XLSX"
    for names, kind in ((GUESTS, "members.Word"), (HOSTS, "hosts.Word"), (GUESTS, "vehicles.Word")):
        for name in names:
            assert name.casefold() in saved[kind].casefold(), (kind, name)
    assert GUESTS[0].casefold() in saved["name-plates.Word"].casefold()
    assert "12/KH-UBND" in saved["kept.Word"]
    assert "12/KH-UBND" not in saved["reception-plan.Word"]
    assert HOSTS[0].casefold() in saved["kept.Word"].casefold()
    for kind in ("submission", "invitation", "assignment-letters", "report"):
        assert saved[f"{kind}.Word"].strip(), kind
    assert "Phục vụ đoàn" in saved["assignment-letters.Word"]


def test_the_walk_is_written_down() -> None:
    written = (Path(__file__).parents[4] / "docs" / "evidence" / "14-walk.md").read_text()
    assert len(written.splitlines()) <= 80
    assert "test_paper_walk.py" in written
    assert LANGUAGES
