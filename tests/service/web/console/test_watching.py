"""An officer looks after what is promised and what goes wrong: agreements, conflicts, reminders; in each language."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from models.agreements import Agreement
from models.database import Database
from models.events import Event
from models.i18n import message, translate
from models.reminders import Reminder
from models.vocabulary import Currency, EventStatus, ReminderState, Role
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.console.conftest import LANGUAGES, Visit, barriers, is_wider_than_the_screen, picture

HELD = date(2025, 3, 10)


@pytest.fixture
def running(database: Database) -> str:
    """The agreement in force, with visits held both ways that were paid for; its id."""
    with database.transaction() as session:
        found = session.exec(select(Agreement).where(Agreement.signed_on == date(2024, 9, 18))).one()
        here, there = found.parties
        for year, people, money, (host, guest) in (
            (2024, 14, 180_000_000, (here, there)),
            (2025, 12, 210_500_000, (here, there)),
            (2025, 9, 95_000_000, (there, here)),
            (2026, 15, 240_000_000, (here, there)),
        ):
            factories.make_event(
                session, host=host, guest=guest, first_day=HELD.replace(year=year), last_day=date(year, 3, 20),
                headcount=people, status=EventStatus.COMPLETED, funded_by=host, budget_amount=money,
                budget_currency=Currency.VND,
            )  # fmt: skip
        return found.id


def press(page: Page, control: str, name: str | re.Pattern[str]) -> None:
    found = page.get_by_role(control, name=name).first  # type: ignore[arg-type]
    found.focus()
    page.keyboard.press("Enter")


def test_what_is_owed_is_seen_and_planned(visit: Visit, running: str, database: Database) -> None:
    """By keyboard: from the list to the board, to an event and back, to the plan of what is owed; drafts once."""
    made = []
    for language in LANGUAGES:
        page = visit(Role.OFFICER, language)
        page.goto("/agreements")
        expect(page.locator("svg.standing")).to_have_count(page.locator("ul.counts").count())
        picture(page, f"agreements-{language}")
        page.locator(f'ul.cards a[href="/agreements/{running}"]').press("Enter")
        expect(page.get_by_role("img")).to_have_count(6)  # people, days, money paid and planned by currency
        picture(page, f"agreement-{language}")
        expect(page.get_by_role("img").last).to_have_attribute("aria-label", re.compile("VND.*2024"))
        page.locator("ul.linked a").first.press("Enter")
        expect(page).to_have_url(re.compile("/events/"))
        page.go_back()
        press(page, "link", translate("Plan what is owed", language))
        expect(page.get_by_role("heading", level=1)).to_have_text(translate("Plan what is owed", language))
        picture(page, f"plan-owed-{language}")
        drafts = page.locator("ol.drafts > li").count()
        if drafts:
            page.locator("form.step-row button.primary").press("Enter")
            expect(page.get_by_role("status")).to_be_visible()
        made.append(drafts)
        page.goto(f"/agreements/{running}")
    assert made[0] > 0
    assert made[1:] == [0, 0]
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Event).where(Event.status == EventStatus.DRAFT)).all()) >= made[0]


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_pictures_keep_nobody_out(visit: Visit, running: str, size: str) -> None:
    page = visit(Role.OFFICER, "lo", size)
    for path in ("/agreements", f"/agreements/{running}"):
        page.goto(path)
        for fold in page.locator("details > summary").all():
            fold.press("Enter")
        picture(page, f"agreement-open-lo-{size}")
        assert barriers(page) == []
        assert not is_wider_than_the_screen(page)
    box, inside = page.locator("figure svg").first.bounding_box(), page.locator("figure").first.bounding_box()
    assert box is not None
    assert inside is not None
    assert inside["x"] <= box["x"] < box["x"] + box["width"] <= inside["x"] + inside["width"]


@pytest.fixture
def refused(database: Database, clock: Clock) -> list[str]:
    """Three reminders the mail server refused; their ids."""
    reason = str(message("The mail server refused this mail: {answer}", answer="550 5.1.1"))
    with database.transaction() as session:
        event = session.exec(select(Event).where(Event.first_day > clock.now.date())).first()
        return [
            factories.make_reminder(session, event, state=ReminderState.FAILED, reason=reason, recipient=one).id
            for one in ("an@b.vn", "binh@b.vn", "chi@b.vn")
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_failed_is_sent_again(visit: Visit, refused: list[str], database: Database, language: str) -> None:
    page = visit(Role.OFFICER, language)
    page.goto("/reminders")
    expect(page.locator("main")).to_contain_text("550 5.1.1")
    picture(page, f"reminders-{language}")
    assert barriers(page) == []
    page.get_by_label(re.compile("binh@b.vn")).press("Space")
    press(page, "button", translate("Send the chosen again", language))
    done = translate("Will be sent again with the next round: {count}", language, count=2)
    expect(page.get_by_role("status").filter(has_text=done)).to_be_visible()
    with database.transaction(write=False) as session:
        found = [session.get_one(Reminder, one).state for one in refused]
    assert found == [ReminderState.PENDING, ReminderState.FAILED, ReminderState.PENDING]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_conflict_leads_to_its_way_out(visit: Visit, database: Database, language: str) -> None:
    tet = date(2027, 2, 6)
    with database.transaction() as session:
        event = factories.make_event(
            session, first_day=tet, last_day=date(2027, 2, 8), status=EventStatus.PLANNED, title={"vi": "Lớp dịp Tết"}
        )
        identity = event.id
    page = visit(Role.OFFICER, language)
    page.goto("/conflicts?from=2027-02-01")
    picture(page, f"conflicts-{language}")
    expect(page.locator("article", has_text="Lớp dịp Tết").locator(".advice").first).to_be_visible()
    page.get_by_role("heading", name="Lớp dịp Tết").get_by_role("link").press("Enter")
    expect(page).to_have_url(re.compile(f"/events/{identity}"))
    expect(page.locator(".notice").first).to_be_visible()
