"""The README's pictures: that each page shows what its picture is of, and that what is kept of them is there and small.

They are made anew with ``make pictures``.
"""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from models.accounts import User
from models.agreements import Agreement, Commitment
from models.database import Database
from models.i18n import translate
from models.vocabulary import EventKind, Language, Role
from service.settings import Settings
from tests.paths import ROOT
from tests.service.conftest import Clock
from tests.service.web.console.conftest import Visit, picture
from tests.service.web.populated_database import furnish

LARGEST = 60_000
"""Bytes of a picture."""

README = ROOT / "README.md"
NAMES = re.compile(r"docs/pictures/([\w-]+)\.png")


@pytest.fixture
def furnished(database: Database, settings: Settings, clock: Clock) -> str:
    """The seeded programme, and a visit of next week with all that belongs to one; its id."""
    with database.transaction() as session:
        return furnish(session, settings.office, clock.now)


@pytest.fixture
def desk(visit: Visit, furnished: str, account: Callable[..., User]) -> Callable[..., Page]:
    def open_for(name: str, language: str, size: str) -> Page:
        return visit(language=language, size=size, user=account(Role.OFFICER, name=name, locale=Language(language)))

    return open_for


def test_calendar_of_a_month_on_a_laptop(desk: Callable[..., Page]) -> None:
    page = desk("Nguyễn Thị Lan", "vi", "laptop")
    page.goto("/calendar?day=2026-12-05")
    expect(page.locator("td a.slip")).not_to_have_count(0)
    picture(page, "calendar-vi", whole=False)


def test_board_of_an_agreement_on_a_laptop(desk: Callable[..., Page], database: Database) -> None:
    with database.transaction(write=False) as session:
        agreement_id = session.exec(select(Agreement.id).where(Agreement.signed_on == date(2024, 9, 18))).one()
    page = desk("Anna", "en", "laptop")
    page.goto(f"/agreements/{agreement_id}")
    page.evaluate("document.getElementById('board').scrollIntoView()")
    expect(page.locator("table.board")).to_be_visible()
    picture(page, "agreement-en", whole=False)


def test_visit_on_a_telephone(desk: Callable[..., Page], furnished: str) -> None:
    page = desk("ຄຳຫຼ້າ", "lo", "phone")
    page.goto(f"/events/{furnished}")
    expect(page.locator("h1")).to_have_text("ຄະນະພະນັກງານຈັດຕັ້ງ")
    picture(page, "visit-lo", whole=False)


def test_openings_on_a_telephone(desk: Callable[..., Page], database: Database) -> None:
    with database.transaction(write=False) as session:
        wanted = select(Commitment).where(
            Commitment.activity == EventKind.TRAINING_BATCH, Commitment.duration_min == 10
        )
        commitment = session.exec(wanted).first()
        assert commitment is not None
    page = desk("Lan", "vi", "phone")
    page.goto(f"/plan?commitment={commitment.id}&year=2028&step=openings&people=13&days=12")
    page.get_by_role("button", name=translate("Take these days", "vi")).first.scroll_into_view_if_needed()
    expect(page.get_by_role("button", name=translate("Take these days", "vi"))).not_to_have_count(0)
    picture(page, "openings-vi", whole=False)


def test_subscribing_on_a_telephone(desk: Callable[..., Page]) -> None:
    page = desk("Anna", "en", "phone")
    page.goto("/feeds")
    page.get_by_label("Name", exact=True).fill("Protocol calendar")
    page.locator("main form button.primary").first.press("Enter")
    expect(page.locator("svg").first).to_be_visible()
    page.locator("svg").first.scroll_into_view_if_needed()
    picture(page, "subscribe-en", whole=False)


def test_pictures_of_the_readme_are_there_and_small() -> None:
    named = NAMES.findall(README.read_text())
    made = re.findall(r'picture\(page, "([\w-]+)"', Path(__file__).read_text())
    assert sorted(named) == sorted(made)
    assert len(named) == 5
    sizes = {name: (README.parent / "docs" / "pictures" / f"{name}.png").stat().st_size for name in named}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
