"""The page on which both sides agree on days, without script: proposed, answered, told who waits for whom."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from models.accounts import User
from models.both_sides.proposals import Proposal
from models.both_sides.share import EventShare
from models.database import Database
from models.events import Event
from models.vocabulary import Language, Role
from tests import factories
from tests.service.both_sides.conftest import TwoOffices
from tests.service.both_sides.test_proposals_api import DAYS, Table, table
from tests.service.web.test_pages import Browser, count_queries, signed_in, words

__all__ = ["signed_in", "table"]

SignedIn = Callable[..., Browser]


@pytest.fixture
def browsers(table: Table, signed_in: SignedIn, database: Database) -> tuple[Browser, Browser]:
    """The owner in English, the other side in Lao."""
    with database.transaction() as session:
        owner, other = (session.get_one(User, one.user_id) for one in (table.two.owner, table.two.other))
        owner.locale, other.locale = Language.EN, Language.LO
        session.flush()
        session.expunge_all()
    return signed_in(user=owner), signed_in(user=other)


def form_of(browser: Browser, path: str, do: str) -> dict[str, str]:
    """The hidden fields of the form with a button."""
    page = browser.get(path).text
    (form,) = [one for one in re.findall(r"<form.*?</form>", page, re.S) if f'name="do" value="{do}"' in one]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def press(browser: Browser, path: str, do: str, **typed: str) -> TestResponse:
    return browser.post(path, form_of(browser, path, do) | {"do": do} | typed)


def state_of(database: Database) -> list[str]:
    with database.transaction(write=False) as session:
        return [one.state.value for one in session.exec(select(Proposal).order_by(Proposal.id)).all()]


@pytest.mark.both_databases("the statements of the page and of what waits")
def test_countered_once_and_accepted(table: Table, browsers: tuple[Browser, Browser], database: Database) -> None:
    owner, other = browsers
    path = table.path
    answer = press(owner, path, "propose", **DAYS, answer_by="2026-12-20", note="Mời phía bạn")
    assert answer.status_code == 303, answer.text
    assert "The other side has been asked for an answer." in owner.get(answer.headers["Location"]).text
    assert "Waiting for Vientiane Province since 22 November 2026, until 20 December 2026." in words(owner.get("/"))
    assert "ລໍຖ້າຄຳຕອບຂອງທ່ານ" in other.get("/").text
    page = other.get(path).text
    assert "Mời phía bạn" in page
    assert press(other, path, "counter", first_day="2027-04-20", last_day="2027-04-21").status_code == 303
    assert "Waiting for your answer." in words(owner.get("/"))
    assert press(owner, path, "accept").status_code == 303
    assert table.event().first_day == date(2027, 4, 20)
    assert state_of(database) == ["countered", "accepted"]
    for browser in browsers:
        assert "waiting-days" not in browser.get("/").text


def test_one_of_the_openings_is_chosen_with_one_tap(
    table: Table, browsers: tuple[Browser, Browser], database: Database
) -> None:
    table.proposed()
    page = browsers[1].get(table.path).text
    offered = re.findall(r'name="days" value="(\d{4}-\d\d-\d\d)_(\d{4}-\d\d-\d\d)"', page)
    assert len(offered) == 3
    assert press(browsers[1], table.path, "counter", days="_".join(offered[0])).status_code == 303
    with database.transaction(write=False) as session:
        row = session.exec(select(Proposal).where(Proposal.state == "open")).one()
    assert (row.first_day.isoformat(), row.last_day.isoformat()) == offered[0]


def test_what_is_wrong_stands_beside_what_was_typed(table: Table, browsers: tuple[Browser, Browser]) -> None:
    answer = press(browsers[0], table.path, "propose", first_day="2027-03-10", last_day="2027-03-09", note="Đoàn")
    assert answer.status_code == 422
    assert "Can’t be before the first day." in answer.text.replace("&#39;", "’").replace("'", "’")
    assert "Đoàn" in answer.text


def test_sent_twice_it_is_done_once(table: Table, browsers: tuple[Browser, Browser], database: Database) -> None:
    sent = form_of(browsers[0], table.path, "propose") | {"do": "propose"} | DAYS
    assert [browsers[0].post(table.path, sent).status_code for _ in range(2)] == [303, 303]
    assert state_of(database) == ["open"]
    sent = form_of(browsers[1], table.path, "accept") | {"do": "accept"}
    assert [browsers[1].post(table.path, sent).status_code for _ in range(2)] == [303, 303]
    assert state_of(database) == ["accepted"]


def test_a_page_read_before_it_changed_decides_nothing(table: Table, browsers: tuple[Browser, Browser]) -> None:
    table.proposed()
    sent = form_of(browsers[1], table.path, "accept") | {"do": "accept"}
    with table.database.transaction() as session:
        session.get_one(Event, table.two.event_id).location = {"vi": "Nhà khách"}
    assert browsers[1].post(table.path, sent).status_code == 412
    assert table.event().first_day == date(2026, 12, 2)


def test_what_stands_in_the_way_is_for_its_own_side(
    table: Table, browsers: tuple[Browser, Browser], caller: Callable[..., Any]
) -> None:
    room = {"name": {"vi": "Phòng Khánh tiết"}, "type": "room", "locality": "hai-duong", "capacity": 1}
    resource = caller(Role.ADMIN).made("/resources", room)["id"]
    with table.database.transaction() as session:
        beside = factories.make_event(session, first_day=date(2027, 3, 11), last_day=date(2027, 3, 11)).id
    protocol = caller(Role.APPROVER)
    for event, first, last in ((table.two.event_id, "2026-12-02", "2026-12-04"), (beside, "2027-03-11", "2027-03-11")):
        protocol.made("/bookings", {"event_id": event, "resource_id": resource, "from": first, "to": last})
    table.proposed()
    refused = press(browsers[1], table.path, "accept")
    assert refused.status_code == 409
    for page in (refused.text, browsers[1].get(table.path).text):
        assert "Khánh" not in page
    assert "Phòng Khánh tiết" in browsers[0].get(table.path).text


def test_buttons_that_do_not_apply_are_not_there(
    table: Table, browsers: tuple[Browser, Browser], signed_in: SignedIn
) -> None:
    table.proposed()
    reader = signed_in(Role.VIEWER, organisation_id=table.two.other_body_id)
    buttons = {
        name: set(re.findall(r'name="do" value="(\w+)"', browser.get(table.path).text))
        for name, browser in {"own": browsers[0], "other": browsers[1]}.items()
    }
    assert buttons == {"own": {"withdraw"}, "other": {"accept", "counter", "decline"}}
    assert reader.get(table.path).status_code == 404, "a viewer of a department reads no shared event"
    third = signed_in(Role.ADMIN)
    assert third.get(table.path).status_code == 200, "the own office's administrator"


def test_without_sharing_it_says_what_to_do_first(two: TwoOffices, signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        owner = session.get_one(User, two.owner.user_id)
        session.expunge_all()
    page = signed_in(user=owner).get(f"{two.path}/proposals")
    assert page.status_code == 200
    assert 'name="do" value="propose"' not in page.text


@pytest.mark.both_databases("what waits, on the first page")
def test_the_first_page_asks_as_often_for_three_as_for_one(
    table: Table, browsers: tuple[Browser, Browser], database: Database
) -> None:
    table.proposed()
    one = count_queries(database, lambda: browsers[1].get("/"))
    with database.transaction() as session:
        for number in (1, 2):
            event = factories.make_event(session, organisation_id=table.two.body_id)
            session.add(EventShare(event_id=event.id, office="vientiane-province", shared_at=event.created_at))
            row = session.exec(select(Proposal)).first()
            assert row is not None
            copy = {name: getattr(row, name) for name in ("from_office", "to_office", "made_at", "expires_at")}
            session.add(
                Proposal(event_id=event.id, first_day=date(2027, 3, number), last_day=date(2027, 3, number), **copy)
            )
    assert count_queries(database, lambda: browsers[1].get("/")) == one
    assert browsers[1].get("/").text.count("/proposals") == 3
