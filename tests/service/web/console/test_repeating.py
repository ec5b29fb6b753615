"""“Repeat last year’s troupe” with a browser only, from the agreements to the new draft; clicks are counted."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect
from sqlmodel import Session

from models.agreements import Agreement, Commitment
from models.database import Database
from models.event_parts import ProgrammeItem, Task
from models.events import Event
from models.resources import Resource
from models.vocabulary import EventKind, EventStatus, ResourceType, Role
from service.actions.bookings import bookings
from service.actions.context import ActionContext
from tests import factories
from tests.service.web.console.conftest import Visit
from tests.service.web.console.walk import Walk

AGREEMENT = {
    "vi": "Thỏa thuận văn hóa 2024–2030",
    "lo": "ສັນຍາຮ່ວມມືວັດທະນະທຳ 2024–2030",
    "en": "Agreement on culture 2024–2030",
}
TROUPE = {"vi": "Đoàn nghệ thuật 2026", "lo": "ຄະນະສິລະປິນ 2026", "en": "Art troupe 2026"}
FIRST = date(2026, 6, 15)
PEOPLE, ITEMS, TASKS = 12, 18, 9


@pytest.fixture
def troupe(database: Database) -> str:
    """Last year's troupe, as large as such visits are, for a commitment that comes round every year."""
    with database.transaction() as session:
        event = factories.make_event(
            session, kind=EventKind.ART_TROUPE_VISIT, title=TROUPE, first_day=FIRST, last_day=FIRST + timedelta(days=4),
            headcount=PEOPLE, commitment_id=_commitment(session), purpose=None,
        )  # fmt: skip
        body = factories.make_organisation(session, locality="vientiane-province")
        for _number in range(PEOPLE):
            factories.make_member(session, event, factories.make_person(session, organisation_id=body.id))
        for number in range(ITEMS):
            day = FIRST + timedelta(days=number % 5)
            session.add(ProgrammeItem(event_id=event.id, position=number, day=day, title=TROUPE))
        for number in range(TASKS):
            session.add(Task(event_id=event.id, title={"vi": f"Việc {number}"}, due_offset="-P7D", due_day=FIRST))
        act = ActionContext(None, factories.NOW, factories.OFFICE)
        for number in range(4):
            room = Resource(name={"vi": f"Phòng {number}"}, type=ResourceType.ROOM, locality="hai-duong")
            session.add(room)
            session.flush()
            wish = {"event_id": event.id, "resource_id": room.id}
            bookings.make_bookings(session, act, [wish], several=False)
        event.status = EventStatus.COMPLETED
        return event.id


def _commitment(session: Session) -> str:
    agreement = Agreement(title=AGREEMENT, starts_on=date(2024, 1, 1), ends_on=date(2030, 12, 31))
    agreement.parties = ["hai-duong", "vientiane-province"]
    session.add(agreement)
    session.flush()
    row = Commitment(
        agreement_id=agreement.id, article="4", field=AGREEMENT, title=AGREEMENT, activity=EventKind.ART_TROUPE_VISIT,
        host="hai-duong", guest="vientiane-province", frequency_type="per_year", frequency_count=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


@pytest.mark.parametrize(("language", "size"), [("vi", "laptop"), ("lo", "laptop"), ("lo", "phone"), ("vi", "phone")])
def test_last_years_troupe_in_three_clicks(
    visit: Visit, database: Database, troupe: str, language: str, size: str
) -> None:
    page = visit(Role.OFFICER, language, size)
    walk = Walk(page, language, "repeat")
    page.goto("/agreements")
    walk.follow(AGREEMENT[language])
    walk.click(page.locator(f'a[href="/events/{troupe}/copy?year=2027"]'), "As in 2026")
    walk.look("copy")
    walk.press("Make this draft")
    expect(page).to_have_url(re.compile("copied="))
    walk.sees(walk.say("The copy is made: a draft, with you in charge."))
    walk.look("draft")
    assert page.locator("h1").inner_text() == TROUPE[language].replace("2026", "2027")
    assert (len(walk.entries), walk.typed, walk.refusals, walk.dead_ends) == (3, 0, [], [])
    assert len(walk.pages) == 4
    with database.transaction(write=False) as session:
        made = session.get_one(Event, page.url.split("/events/")[1].partition("?")[0])
        assert (made.first_day.year, made.status, made.headcount) == (2027, EventStatus.DRAFT, PEOPLE)


def test_another_day_is_looked_at_as_one_types(visit: Visit, troupe: str) -> None:
    page = visit(Role.OFFICER, "en")
    page.goto(f"/events/{troupe}/copy")
    page.locator('[name="first_day"]').fill("2028-09-04")
    expect(page.locator("#preview")).to_contain_text("2028")
    expect(page.locator("#preview")).to_contain_text("4–8 September 2028")
    page.locator('[name="take"][value="tasks"]').uncheck()
    expect(page.locator("#preview")).not_to_contain_text("Tasks:")


def test_without_script_a_button_looks(visit: Visit, troupe: str) -> None:
    page = visit(Role.OFFICER, "en", script=False)
    page.goto(f"/events/{troupe}/copy")
    page.locator('[name="first_day"]').fill("2028-09-04")
    page.locator('[name="take"][value="bookings"]').uncheck()
    page.get_by_role("button", name="See what fits").click()
    expect(page.locator("#preview")).to_contain_text("Programme: 18 of 18 come along")
    expect(page.locator('[name="take"][value="bookings"]')).not_to_be_checked()
    page.get_by_role("button", name="Make this draft").click()
    expect(page.locator("main")).to_contain_text("The copy is made")
