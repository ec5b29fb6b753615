"""Console sessions: how they end, what keeps them open, and who writes that down when."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from models.accounts import Audit, User, WebSession
from models.database import Database
from models.types import new_id
from models.vocabulary import Role
from service.actions.accounts import accounts
from service.http.app_context import AppContext
from service.http.authentication import SessionActivity
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.web.test_pages import Browser, account, browser, signed_in, words

pytestmark = pytest.mark.both_databases("written down with ON CONFLICT behind the request")

__all__ = ["account", "browser", "signed_in"]


@pytest.fixture
def desk(app: Flask) -> AppContext:
    found: AppContext = app.extensions["desk"]
    return found


def last_seen(database: Database) -> list[datetime]:
    with database.transaction(write=False) as session:
        return sorted(session.exec(select(WebSession.last_seen_at)))


def test_session_ends_two_hours_after_the_last_request(signed_in: Callable[..., Browser], clock: Clock) -> None:
    browser = signed_in()
    clock.move(hours=1, minutes=59)
    assert browser.get("/").status_code == 200
    clock.move(hours=1, minutes=59)
    assert browser.get("/").status_code == 200
    clock.move(hours=2)
    assert browser.get("/").headers["Location"].startswith("/login")


def test_without_the_idle_end_a_forgotten_browser_stays_open(
    signed_in: Callable[..., Browser], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "SESSION_IDLE", accounts.SESSION_LENGTH)
    browser = signed_in()
    clock.move(hours=11)
    assert browser.get("/").status_code == 200


def test_a_session_that_is_used_ends_after_twelve_hours(signed_in: Callable[..., Browser], clock: Clock) -> None:
    browser = signed_in()
    for _hour in range(11):
        clock.move(hours=1)
        assert browser.get("/").status_code == 200
    clock.move(hours=1)
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize("ahead", [timedelta(hours=7), timedelta(days=10)])
def test_a_session_of_a_clock_that_was_ahead_lasts_no_longer(
    signed_in: Callable[..., Browser], clock: Clock, ahead: timedelta
) -> None:
    clock.now += ahead
    browser = signed_in()
    assert browser.get("/").status_code == 200
    clock.now -= ahead
    assert browser.get("/").status_code == 303
    assert browser.get("/").status_code == 303


def test_a_clock_that_is_put_back_a_little_signs_nobody_out(signed_in: Callable[..., Browser], clock: Clock) -> None:
    browser = signed_in()
    clock.move(seconds=-40)
    assert browser.get("/").status_code == 200


def test_use_under_a_clock_that_was_ahead_keeps_no_session_open(
    signed_in: Callable[..., Browser], clock: Clock
) -> None:
    browser = signed_in()
    for _hour in range(7):
        clock.move(hours=1)
        assert browser.get("/").status_code == 200
    clock.move(hours=-7)
    clock.move(hours=2)
    assert browser.get("/").status_code == 303


def test_api_with_a_cookie_ends_with_the_session(signed_in: Callable[..., Browser], clock: Clock) -> None:
    browser = signed_in()
    assert browser.get("/api/v1/me", Accept="application/json").status_code == 200
    clock.move(hours=2)
    assert browser.get("/api/v1/me", Accept="application/json").status_code == 401


def test_life_is_written_down_every_five_minutes_for_other_processes(
    signed_in: Callable[..., Browser], desk: AppContext, database: Database, clock: Clock
) -> None:
    browser, start = signed_in(), clock.now
    for minutes, written in ((4, 0), (2, 6), (4, 6), (2, 12)):
        clock.move(minutes=minutes)
        assert browser.get("/").status_code == 200
        desk.afterwards.close()
        assert last_seen(database) == [start + timedelta(minutes=written)]
    clock.move(hours=1, minutes=59)
    cookie = browser.client.get_cookie("__Host-desk", domain="desk.example.org")
    assert cookie is not None
    for elapsed, is_in in ((0, True), (1, False)):
        clock.move(minutes=elapsed)
        with database.transaction(write=False) as session:
            found = SessionActivity(database).of_session(session, cookie.value, clock.now)
        assert (found is not None) is is_in, elapsed


@contextmanager
def a_writer_that_takes_its_time(database: Database, clock: Clock) -> Iterator[None]:
    """Somebody else, another process to SQLite, holds the writers' lock while the block runs."""
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        with other.transaction() as session:
            session.add(User(id=new_id(), email="other@example.org", name="O", role=Role.VIEWER))
            session.flush()
            yield
    finally:
        other.dispose()


def test_reading_waits_for_no_writer(
    signed_in: Callable[..., Browser], database: Database, desk: AppContext, clock: Clock
) -> None:
    browser = signed_in()
    clock.move(hours=1)
    answers: list[int] = []
    with a_writer_that_takes_its_time(database, clock):
        reader = threading.Thread(target=lambda: answers.append(browser.get("/").status_code))
        reader.start()
        reader.join(timeout=10)
        assert answers == [200]
    desk.afterwards.close()
    assert last_seen(database) == [clock.now]


class ReadOnly(Database):
    """A database that takes no writes, as on a full or read-only disk."""

    is_open = False

    @contextmanager
    def transaction(self, write: bool = True) -> Iterator[object]:  # type: ignore[override]
        if write and not self.is_open:
            raise OperationalError("UPDATE", {}, Exception("attempt to write a readonly database"))
        with super().transaction(write=write) as session:
            yield session


def test_a_session_in_use_stays_open_while_nothing_can_be_written(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        secret = accounts.open_session(session, factories.make_user(session), clock.now)
    stuck = ReadOnly(database.url.render_as_string(hide_password=False))
    attendance = SessionActivity(stuck)
    for _hour in range(5):
        clock.move(hours=1)
        with stuck.transaction(write=False) as session:
            assert attendance.of_session(session, secret, clock.now) is not None  # type: ignore[arg-type]
        attendance.write()
    assert clock.now not in last_seen(database)
    stuck.is_open = True
    attendance.write()
    assert last_seen(database) == [clock.now]
    stuck.dispose()


def test_what_is_remembered_opens_no_session_that_was_ended(
    signed_in: Callable[..., Browser], database: Database
) -> None:
    browser = signed_in()
    assert browser.get("/").status_code == 200
    with database.transaction() as session:
        accounts.end_sessions(session, session.exec(select(User)).one())
    assert browser.get("/").status_code == 303


def test_sign_in_gives_a_new_secret(browser: Browser, account: User, database: Database) -> None:
    form = {"email": account.email, "password": "ba con voi di choi"}
    secrets = []
    for _again in range(2):
        browser.client.set_cookie("__Host-desk", "chosen by somebody else", domain="desk.example.org", secure=True)
        assert browser.post("/login", form).status_code == 303
        cookie = browser.client.get_cookie("__Host-desk", domain="desk.example.org")
        assert cookie is not None
        secrets.append(cookie.value)
    assert len({*secrets, "chosen by somebody else"}) == 3


def test_sign_out_everywhere_ends_all_browsers_and_no_token(
    signed_in: Callable[..., Browser], officer: Caller, database: Database
) -> None:
    with database.transaction(write=False) as session:
        user = session.get_one(User, officer.user_id)
    one, two, stranger = signed_in(user=user), signed_in(user=user), signed_in()
    answer = one.send("/account", do="everywhere")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert [who.get("/").status_code for who in (one, two, stranger)] == [303, 303, 200]
    assert officer.get("/me").status_code == 200
    with database.transaction(write=False) as session:
        trail = session.exec(select(Audit).where(Audit.action == "sign_out_everywhere")).one()
    assert (trail.actor_id, trail.entity_id, trail.changes) == (officer.user_id, officer.user_id, {})


def test_a_role_taken_away_holds_with_the_next_request(
    signed_in: Callable[..., Browser], admin: Caller, officer: Caller, database: Database
) -> None:
    with database.transaction(write=False) as session:
        browser = signed_in(user=session.get_one(User, officer.user_id))
    assert browser.get("/events/import").status_code == 200
    assert officer.post("/people", {"name": "A"}).status_code == 201
    assert admin.patch(f"/users/{officer.user_id}", {"role": "viewer"}).status_code == 200
    assert browser.get("/events/import").status_code == 403
    assert officer.post("/people", {"name": "B"}).status_code == 403


def test_account_page_tells_how_long_sessions_last(signed_in: Callable[..., Browser]) -> None:
    text = words(signed_in(locale="en").get("/account"))
    assert "You stay signed in for 12 hours, and for 2 hours without doing anything." in text
