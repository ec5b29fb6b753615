"""An officer plans a visit in a browser: from what the agreement owes to the visit's page, by labels and keyboard."""

import re
from itertools import product

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from models.agreements import Commitment
from models.database import Database
from models.events import Event
from models.i18n import translate
from models.resources import Booking
from models.vocabulary import EventKind, Role
from tests.service.web.console.conftest import LANGUAGES, Visit, barriers, is_wider_than_the_screen, picture


@pytest.fixture
def owed(database: Database) -> Commitment:
    """The yearly training of cadres in Hải Dương, of the agreement that runs; nothing of it is in the diary."""
    with database.transaction() as session:
        found = session.exec(
            select(Commitment).where(
                Commitment.activity == EventKind.TRAINING_BATCH,
                Commitment.host == "hai-duong",
                Commitment.headcount_min == 10,
                Commitment.duration_min == 10,
            )
        ).all()
        for draft in session.exec(select(Event).where(Event.commitment_id == found[-1].id)):
            session.delete(draft)
        return found[-1]


def plan(page: Page, language: str, owed: Commitment, *, keyboard: bool) -> None:
    """From the agreement's board to the visit's page."""

    def say(sentence: str, **values: object) -> str:
        return translate(sentence, language, **values)

    def press(control: str, name: str) -> None:
        found = page.get_by_role(control, name=name).first  # type: ignore[arg-type]
        if keyboard:
            found.focus()
            page.keyboard.press("Enter")
        else:
            found.click()

    page.goto(f"/plan?commitment={owed.id}&year=2027")
    expect(page.get_by_label(say("People planned"))).to_have_value("13")
    expect(page.get_by_label(say("Length in days"))).to_have_value("12")
    picture(page, f"needs-{language}")
    page.get_by_label(say("People planned")).fill("14")
    press("button", say("Show free days"))
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Plan a visit"))
    expect(page).to_have_url(re.compile("people=14"))
    picture(page, f"openings-{language}")
    press("button", say("Take these days"))
    expect(page).to_have_url(re.compile(r"/events/\w+\?done=arranged"))
    expect(page.get_by_role("status")).to_contain_text(say("What to do next:"))
    picture(page, f"arranged-{language}")


def test_officer_plans_a_batch_from_the_board(visit: Visit, owed: Commitment, database: Database) -> None:
    """In three languages, by keyboard; each finds days that the one before has left."""
    for language in LANGUAGES:
        page = visit(Role.OFFICER, language)
        page.goto(f"/agreements/{owed.agreement_id}")
        name = re.compile(re.escape(translate("Plan this", language)) + ".*2028")
        page.locator(f"#commitment-{owed.id}").get_by_role("link", name=name).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label(translate("People planned", language))).to_have_value("13")
        plan(page, language, owed, keyboard=True)
    with database.transaction(write=False) as session:
        made = session.exec(select(Event).where(Event.commitment_id == owed.id, Event.headcount == 14)).all()
        assert len({one.first_day for one in made}) == 3
        for one in made:
            booked = session.exec(select(Booking).where(Booking.event_id == one.id)).all()
            assert len(booked) == 3


def test_it_works_without_script(visit: Visit, owed: Commitment, database: Database) -> None:
    page = visit(Role.OFFICER, "vi", script=False)
    plan(page, "vi", owed, keyboard=False)
    page.goto("/plan/days?kind=activity")
    page.get_by_label(re.compile("^Tiếng Việt . Tên")).fill("Họp giao ban")
    page.get_by_label("Ngày đầu").fill("2026-12-25")
    page.get_by_role("button", name=translate("See what clashes", "vi")).click()
    expect(page.locator("#preview")).not_to_contain_text(translate("Nothing is written yet.", "vi"))
    page.get_by_role("button", name=translate("Enter it", "vi"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Họp giao ban")


def test_clashes_are_shown_while_days_are_typed(visit: Visit, owed: Commitment) -> None:
    page = visit(Role.OFFICER, "en")
    page.goto(f"/plan/days?kind=training_batch&commitment={owed.id}&day=2027-02-01")
    page.get_by_label("First day").fill("2027-02-05")
    page.get_by_label(re.compile("^Last day")).fill("2027-02-14")
    expect(page.locator("#preview")).to_contain_text("Warning")
    picture(page, "days-clash-en")
    assert barriers(page) == []


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_planning_keeps_nobody_out(visit: Visit, owed: Commitment, size: str) -> None:
    needs = f"/plan?commitment={owed.id}&year=2027"
    paths = {
        "what": "/plan?kind=training_batch",
        "needs": needs,
        "openings": needs + "&step=openings",
        "none": needs + "&needs=1&people=12&days=15&title_vi=Lớp&step=openings&from=2027-04&to=2027-04",
        "days": "/plan/days?kind=anniversary",
        "board": f"/agreements/{owed.agreement_id}",
    }
    found = {}
    for language, (name, path) in product(["lo"] if size == "phone" else ["vi", "en"], paths.items()):
        page = visit(Role.OFFICER, language, size)
        page.goto(path)
        picture(page, f"{name}-{language}-{size}")
        if wrong := barriers(page):
            found[name] = wrong
        if is_wider_than_the_screen(page):
            found[f"{name} is wider than the screen"] = []
    assert found == {}


def test_sent_form_says_that_it_is_worked_on(visit: Visit) -> None:
    """While the answer is on its way; here one that never comes (204 leaves the browser where it is)."""
    page = visit(Role.OFFICER, "lo")
    page.goto("/events/import")
    assert page.locator("#busy").inner_text() == ""
    page.route("**/events/import", lambda route: route.fulfill(status=204))
    page.get_by_label(translate("Or paste its text", "lo")).fill("BEGIN:VCALENDAR")
    page.get_by_role("button", name=translate("Look at it first", "lo")).click()
    expect(page.locator("#busy")).to_have_text(translate("Working on it …", "lo"))
    assert barriers(page) == []
    picture(page, "busy-lo", whole=False)
