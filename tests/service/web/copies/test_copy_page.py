"""Copying a visit on its page: a day is proposed, what fits is shown first, one button makes the draft."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import User
from models.agreements import Agreement, Commitment
from models.database import Database
from models.events import Event
from models.vocabulary import EventKind, EventStatus, Language, Role
from tests import factories
from tests.service.conftest import BATCH, Caller
from tests.service.copies.test_copying import make_commitment
from tests.service.copies.visits import AGAIN, ALL, VISIT, Copying, make_visit
from tests.service.web.test_pages import Browser, count_queries, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("the queries of the page, and a copy that is tried out and undone")


@pytest.fixture
def officer(caller: Callable[..., Caller]) -> Caller:
    return caller(Role.OFFICER, locale=Language.EN)


@pytest.fixture
def visit(officer: Caller, database: Database) -> Copying:
    return make_visit(officer, database)


@pytest.fixture
def browser(visit: Copying, database: Database, signed_in: Callable[..., Browser]) -> Browser:
    with database.transaction(write=False) as session:
        return signed_in(user=session.get_one(User, visit.officer.user_id))


def form_of(page: str) -> dict[str, Any]:
    """What a person sends who changes nothing."""
    hidden = dict(re.findall(r'<input type="hidden" name="(csrf|token)" value="([^"]*)"', page))
    (day,) = re.findall(r'name="first_day"[^>]*value="([^"]*)"', page)
    ticked = re.findall(r'name="take" value="(\w+)" checked', page)
    return hidden | {"first_day": day, "take": ticked}


def events(database: Database) -> int:
    with database.transaction(write=False) as session:
        return len(session.exec(select(Event.id)).all())


def test_one_page_and_one_click_make_the_copy(browser: Browser, visit: Copying, database: Database) -> None:
    page = browser.get(visit.path).text
    form = form_of(page)
    assert set(form["take"]) == set(ALL)
    assert "This would be made" in page
    assert "Vientiane troupe 2028" in page
    assert "Who takes part: 2 of 2 come along" in page
    before = events(database)
    sent = browser.post(visit.path, form | {"do": "make"})
    assert sent.status_code == 303
    assert events(database) == before + 1
    shown = browser.get(sent.headers["Location"]).text
    assert "The copy is made: a draft, with you in charge." in shown
    assert "The class was decided for that visit" in shown
    # Said once: the draft's own address says nothing of it.
    plain = browser.get(sent.headers["Location"].partition("?")[0]).text
    assert "The copy is made" not in plain


def test_a_form_sent_twice_makes_one(browser: Browser, visit: Copying, database: Database) -> None:
    form = form_of(browser.get(visit.path).text) | {"do": "make"}
    first, second = (browser.post(visit.path, form) for _time in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert events(database) == 2


def test_looking_writes_nothing_and_shows_what_does_not_fit(
    browser: Browser, visit: Copying, database: Database
) -> None:
    other = visit.officer.made(
        "/delegations", BATCH | {"first_day": AGAIN, "last_day": AGAIN, "purpose": {"vi": "Khác"}}
    )
    visit.officer.made("/bookings", {"event_id": other["id"], "resource_id": visit.rooms[0]})
    form = form_of(browser.get(visit.path).text)
    looked = browser.post(visit.path, form | {"first_day": AGAIN, "take": ["bookings"], "do": "look"})
    assert looked.status_code == 200
    assert "Rooms, cars, interpreters: 1 of 2 come along" in looked.text
    assert "is taken by" in looked.text
    assert form_of(looked.text)["take"] == ["bookings"]
    assert events(database) == 2


def test_what_is_taken_between_preview_and_copy_is_named_and_not_doubled(browser: Browser, visit: Copying) -> None:
    form = form_of(browser.get(visit.path).text) | {"first_day": AGAIN, "do": "make"}
    other = visit.officer.made(
        "/delegations", BATCH | {"first_day": AGAIN, "last_day": AGAIN, "purpose": {"vi": "Khác"}}
    )
    visit.officer.made("/bookings", {"event_id": other["id"], "resource_id": visit.rooms[0]})
    sent = browser.post(visit.path, form)
    shown = browser.get(sent.headers["Location"]).text
    assert "Hội trường lớn" in shown
    assert "is taken by" in shown
    held = visit.officer.get(f"/bookings?resource_id={visit.rooms[0]}&from={AGAIN}&to={AGAIN}").json
    assert [one["event_id"] for one in held] == [other["id"]]


@pytest.mark.parametrize("do", ["look", "make"])
def test_a_day_that_is_none_is_told_at_its_field(browser: Browser, visit: Copying, do: str) -> None:
    form = form_of(browser.get(visit.path).text)
    answer = browser.post(visit.path, form | {"first_day": "31/2/2028", "do": do})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert form_of(answer.text)["take"] == form["take"]


@pytest.mark.parametrize(
    ("query", "day"),
    [
        ("?first_day=2029-05-02", "2029-05-02"),
        ("?year=2030", "2030-03-20"),
        ("?year=x", "2028-03-15"),
        ("", "2028-03-15"),
    ],
)
def test_the_day_is_that_of_the_address_or_proposed(browser: Browser, visit: Copying, query: str, day: str) -> None:
    """A troupe that comes for no holiday comes on the same date; the worth of weekdays is tried with a batch."""
    shown = form_of(browser.get(visit.path + query).text)["first_day"]
    if query.startswith("?first_day"):
        assert shown == day
    else:
        assert shown[:4] == day[:4]
        assert shown[5:] == "03-17"


def test_a_batch_is_proposed_in_the_same_week_or_on_the_nearest_opening(
    browser: Browser, visit: Copying, database: Database
) -> None:
    batch = visit.officer.made("/training-batches", BATCH)
    path = f"/events/{batch['id']}/copy"
    page = browser.get(f"{path}?year=2028").text
    # In the same week of 2028 lies a holiday of Laos, 8 March.
    assert "this is the nearest opening" in page
    assert "A public holiday of host or guest falls on these days." in page
    shown = date.fromisoformat(form_of(page)["first_day"])
    assert shown > date(2028, 3, 8)
    assert abs((shown - date(2028, 3, 8)).days) < 14
    calm = visit.officer.made("/training-batches", BATCH | {"first_day": "2027-06-14", "last_day": "2027-06-18"})
    page = browser.get(f"/events/{calm['id']}/copy").text
    assert form_of(page)["first_day"] == "2028-06-12"
    assert "The same weekday of the same week." in page


def test_who_sees_a_part_or_only_reads_gets_no_page(
    visit: Copying, database: Database, signed_in: Callable[..., Browser]
) -> None:
    with database.transaction() as session:
        session.get_one(Event, visit.event["id"]).visibility = "public"  # type: ignore[assignment]
    viewer = signed_in(Role.VIEWER)
    assert viewer.get(visit.path).status_code == 403
    assert visit.path not in viewer.get(f"/events/{visit.event['id']}").text
    officer = signed_in(Role.OFFICER)
    assert officer.get(visit.path).status_code == 200
    assert visit.path in officer.get(f"/events/{visit.event['id']}").text


def test_what_is_said_of_a_copy_is_its_makers(
    browser: Browser, visit: Copying, signed_in: Callable[..., Browser]
) -> None:
    sent = browser.post(visit.path, form_of(browser.get(visit.path).text) | {"do": "make"})
    assert "The copy is made" not in signed_in(Role.APPROVER, locale=Language.EN).get(sent.headers["Location"]).text
    strange = sent.headers["Location"].split("copied=")[0] + "copied=" + "x" * 300
    assert browser.get(strange).status_code == 200


def test_the_page_takes_as_many_queries_for_much_as_for_little_but_for_what_is_copied(
    browser: Browser, visit: Copying, database: Database
) -> None:
    """What is tried out is written row by row; without it the page has a fixed number of queries."""
    few = visit.officer.made("/art-troupe-visits", VISIT)
    shown = "?first_day=2029-05-02"
    least = count_queries(database, lambda: browser.get(f"/events/{few['id']}/copy{shown}"))
    most = count_queries(database, lambda: browser.get(visit.path + shown))
    rows = 2 + 2 + 2 + 1
    assert most - least <= 16 * rows + 20


def promised(visit: Copying, database: Database, **values: Any) -> tuple[str, str]:
    """A yearly commitment that the visit of 2026 carried out; its agreement and itself."""
    with database.transaction() as session:
        commitment = make_commitment(session, EventKind.ART_TROUPE_VISIT)
        event = session.get_one(Event, visit.event["id"])
        event.commitment_id, event.status = commitment, EventStatus.COMPLETED
        for name in ("first_day", "last_day", "arrives_on", "departs_on"):
            setattr(event, name, getattr(event, name).replace(year=2026))
        for name, value in values.items():
            setattr(event, name, value)
        agreement = session.exec(select(Agreement.id)).one()
        return agreement, commitment


def test_a_yearly_one_is_proposed_from_last_years(browser: Browser, visit: Copying, database: Database) -> None:
    agreement, commitment = promised(visit, database)
    page = browser.get(f"/agreements/{agreement}").text
    assert f'href="{visit.path}?year=2027"' in page
    assert "As in 2026" in page
    plan = browser.get(f"/agreements/{agreement}/plan").text
    assert f'href="{visit.path}?first_day=20' in plan
    needs = browser.get(f"/plan?commitment={commitment}&year=2027").text
    assert "Last time:" in needs
    assert f'href="{visit.path}?year=2027"' in needs
    assert "People: 12" in needs
    # It leads to a copy that keeps the commitment.
    form = form_of(browser.get(f"{visit.path}?year=2027").text)
    assert form["first_day"].startswith("2027")
    made = browser.post(visit.path, form | {"do": "make"}).headers["Location"]
    copy = visit.officer.get(made.partition("?")[0]).json
    assert copy["commitment_id"] == commitment  # type: ignore[index]


@pytest.mark.parametrize("status", [EventStatus.DRAFT, EventStatus.CANCELLED, EventStatus.POSTPONED])
def test_what_did_not_take_place_is_no_pattern(
    browser: Browser, visit: Copying, database: Database, status: EventStatus
) -> None:
    agreement, commitment = promised(visit, database, status=status)
    for path in (f"/agreements/{agreement}", f"/agreements/{agreement}/plan", f"/plan?commitment={commitment}"):
        assert visit.path not in browser.get(path).text


def test_what_others_see_only_in_part_is_proposed_to_nobody(
    visit: Copying, database: Database, signed_in: Callable[..., Browser], caller: Callable[..., Caller]
) -> None:
    agreement, commitment = promised(visit, database)
    with database.transaction() as session:
        stranger = factories.make_user(session, organisation_id=factories.make_organisation(session).id)
        session.get_one(Event, visit.event["id"]).created_by = None
    other = signed_in(user=stranger)
    for path in (f"/agreements/{agreement}", f"/plan?commitment={commitment}"):
        answer = other.get(path)
        assert answer.status_code == 200
        assert visit.path not in answer.text


def test_the_agreements_page_asks_once_for_all_that_can_be_repeated(
    browser: Browser, visit: Copying, database: Database
) -> None:
    agreement, _commitment = promised(visit, database)
    path = f"/agreements/{agreement}"
    one = count_queries(database, lambda: browser.get(path))
    for number in range(2):
        with database.transaction() as session:
            row = make_commitment(session, EventKind.ART_TROUPE_VISIT)
            commitment = session.get_one(Commitment, row)
            commitment.agreement_id = agreement
            event = session.get_one(Event, visit.event["id"])
            values = event.model_dump(exclude={"id", "uid", "search_text", "sort_key"})
            session.add(Event(**values | {"uid": f"again-{number}", "commitment_id": row}))
    assert count_queries(database, lambda: browser.get(path)) == one
