"""Where requests wait for a thread, and who may send a body."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from models.accounts import User
from models.database import Database
from models.vocabulary import Role
from service.actions.accounts import accounts, known_browsers
from service.http.app_context import AppContext
from service.http.front_door import KEPT_BODY, PUBLIC_BODY, FrontDoor
from service.http.lanes import LANE_THREADS, Lane
from tests import factories
from tests.service.conftest import Caller, Clock


@pytest.fixture
def desk(app: Flask) -> AppContext:
    found: AppContext = app.extensions["desk"]
    return found


@pytest.fixture
def door(desk: AppContext) -> FrontDoor:
    return FrontDoor(desk)


def sent(**headers: str) -> Callable[[str], str | None]:
    """A request's headers."""
    return lambda name: headers.get(name)


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("GET", "/", None),
        ("GET", "/login", None),
        ("HEAD", "/events/x", None),
        ("GET", "/feeds/x.ics", None),
        ("GET", "/api/v1/events/import", Lane.LONG),
        ("POST", "/api/v1/feeds", Lane.WRITERS),
        ("PATCH", "/api/v1/activities/x", Lane.WRITERS),
        ("DELETE", "/api/v1/tokens/x", Lane.WRITERS),
        ("POST", "/events/x", Lane.WRITERS),
        ("POST", "/logout", Lane.STRANGERS),
        ("POST", "/unsubscribe/x", Lane.STRANGERS),
        ("GET", "/unsubscribe/x", None),
        ("BREW", "/", Lane.WRITERS),
        ("GET", "/login/provider/back", Lane.WRITERS),
        ("POST", "/login", Lane.SIGN_INS),
        ("POST", "/events/import", Lane.LONG),
        ("POST", "/api/v1/events/import", Lane.LONG),
        ("PUT", "/api/v1/events/import", Lane.LONG),
        ("POST", "/events/x/members", Lane.LONG),
        ("POST", "/api/v1/events/x/members/import", Lane.LONG),
        ("POST", "/api/v1/events/x/members", Lane.WRITERS),
        ("GET", "/agreements/x/plan", Lane.LONG),
        ("POST", "/api/v1/agreements/x/plan", Lane.LONG),
    ],
)
def test_lanes(door: FrontDoor, method: str, path: str, lane: Lane | None) -> None:
    assert door.lane(method, path, sent()) is lane


@pytest.mark.parametrize(
    ("path", "query", "lane"),
    [
        ("/api/v1/people", "format=csv", Lane.LONG),
        ("/api/v1/people", "q=a&format=xlsx", Lane.LONG),
        ("/api/v1/people", "q=format", None),
        ("/api/v1/people", "", None),
        ("/tasks", "format=csv", None),
    ],
)
def test_lists_as_files_wait_apart(door: FrontDoor, path: str, query: str, lane: Lane | None) -> None:
    assert door.lane("GET", path, sent(), query) is lane


def test_every_lane_has_threads_and_every_path_of_a_lane_exists(app: Flask, door: FrontDoor) -> None:
    assert set(LANE_THREADS) == set(Lane)
    lanes = {door.lane("POST", rule.rule.replace("<event_id>", "x"), sent()) for rule in app.url_map.iter_rules()}
    assert lanes == {Lane.WRITERS, Lane.LONG, Lane.UPLOADS, Lane.SIGN_INS, Lane.STRANGERS}


def test_where_files_are_uploaded_larger_bodies_are_let_in_and_nowhere_else(
    app: Flask, desk: AppContext, door: FrontDoor
) -> None:
    paths = {re.sub("<[^>]+>", "x", rule.rule): rule.methods or set() for rule in app.url_map.iter_rules()}
    takes_files = ("/files", "/papers/x/signed", "/estimate/payments", "/link/x/people/x/photo")
    uploads = {path for path, methods in paths.items() if path.endswith(takes_files) and "POST" in methods}
    assert len(uploads) == 13, "five things, over the API and on their pages, signed copies, vouchers, links' photos"
    for path in paths:
        bound = door.upload_bound("POST", path)
        assert bound == (desk.files.limit + 64 * 1024 if path in uploads else None), path
        assert (door.lane("POST", path, sent()) is Lane.UPLOADS) == (path in uploads), path
        assert door.upload_bound("GET", path) is None


def test_known_browsers_sign_in_apart(desk: AppContext, door: FrontDoor, clock: Clock) -> None:
    user = User(id="x" * 26, email="a@example.org", name="", role=Role.VIEWER)
    today = date(2026, 11, 23)
    mark = known_browsers.Cookie.read(desk.settings.secret_key, "", today).with_account(user, today)
    for cookie, lane in (
        (f"a=b; {desk.known_cookie}={mark}", Lane.KNOWN_SIGN_INS),
        (f"{desk.known_cookie}={mark[:-1]}", Lane.SIGN_INS),
        (f"{desk.known_cookie}={'0' * len(mark)}", Lane.SIGN_INS),
        ("", Lane.SIGN_INS),
    ):
        assert door.lane("POST", "/login", sent(cookie=cookie)) is lane
    clock.move(days=365)
    assert door.lane("POST", "/login", sent(cookie=f"{desk.known_cookie}={mark}")) is Lane.SIGN_INS


def test_what_known_browsers_may_send_when_their_session_has_ended(
    desk: AppContext, door: FrontDoor, clock: Clock
) -> None:
    user = User(id="x" * 26, email="a@example.org", name="", role=Role.VIEWER)
    mark = known_browsers.Cookie.read(desk.settings.secret_key, "", clock.now.date()).with_account(
        user, clock.now.date()
    )
    known = sent(cookie=f"{desk.known_cookie}={mark}")
    assert [door.kept_bound(path, known) for path in ("/events/x", "/login", "/api/v1/events")] == [KEPT_BODY] * 2 + [0]
    assert door.kept_bound("/events/x", sent()) == 0
    assert door.kept_bound("/events/x", sent(cookie=f"{desk.known_cookie}={mark[:-1]}")) == 0
    clock.move(days=365)
    assert door.kept_bound("/events/x", known) == 0


def test_bodies_that_anybody_may_send(door: FrontDoor) -> None:
    for path in ("/login", "/logout", "/language", "/unsubscribe/x"):
        assert door.public_bound(path) == PUBLIC_BODY
    for path in ("/", "/feeds", "/login/provider", "/unsubscribe", "/api/v1/login", "/account", "/languages"):
        assert door.public_bound(path) is None


def test_all_forms_before_signing_in_are_among_them(app: Flask, door: FrontDoor) -> None:
    """Whoever is not signed in is refused by all other addresses, whatever the body says."""
    client = app.test_client(use_cookies=False)
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<{name}>", "x")
        if "POST" not in (rule.methods or ()) or door.public_bound(path) is not None:
            continue
        status = client.post(path, headers={"Accept": "application/json"}).status_code
        # A link is looked up by its address: one that opens nothing takes nothing, and says no more than that.
        assert status in ((404,) if path.startswith("/link/") else (303, 401)), path


@pytest.mark.both_databases("links are looked up")
def test_only_a_link_that_opens_lets_anybody_send_something_to_it(
    desk: AppContext, door: FrontDoor, approver: Caller, database: Database
) -> None:
    with database.transaction() as session:
        event_id = factories.make_event(session).id
    link = approver.made(f"/events/{event_id}/links", {"may": ["members"], "for": "x"})
    path, own = f"/link/{link['url'].rpartition('/')[2]}", sent(authorization=f"Bearer {approver.token}")
    for rest in ("", "/list", "/people/a1/photo"):
        assert door.admits(sent(), path + rest)
        assert not door.admits(own, f"/link/{'A' * 43}{rest}")
    assert door.kept_bound(path, sent()) == 0
    assert [door.lane("POST", path + rest, sent()) for rest in ("", "/list", "/people/a1/photo")] == [
        Lane.STRANGERS, Lane.LONG, Lane.UPLOADS,
    ]  # fmt: skip
    assert approver.call("DELETE", f"/links/{link['id']}").status_code == 204
    assert not door.admits(sent(), path)


@pytest.mark.both_databases("tokens and sessions are looked up")
def test_who_is_admitted(desk: AppContext, door: FrontDoor, officer: Caller, database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        user = factories.make_user(session, Role.VIEWER)
        cookie = f"x=y; {desk.session_cookie}={accounts.open_session(session, user, clock.now)}"
    for headers, admitted in (
        ({}, False),
        ({"authorization": f"Bearer {officer.token}"}, True),
        ({"authorization": f"bearer  {officer.token} "}, True),
        ({"authorization": f"Basic {officer.token}"}, False),
        ({"authorization": "Bearer "}, False),
        ({"authorization": "Bearer nobody's", "cookie": cookie}, False),
        ({"authorization": "Bearer \udc80"}, False),
        ({"cookie": cookie}, True),
        ({"cookie": cookie[:-1]}, False),
        ({"cookie": "="}, False),
    ):
        assert door.admits(sent(**headers)) is admitted, headers
    clock.move(hours=13)
    assert not door.admits(sent(cookie=cookie))


def test_nobody_is_admitted_while_the_database_does_not_answer(
    door: FrontDoor, officer: Caller, desk: AppContext
) -> None:
    header = sent(authorization=f"Bearer {officer.token}")
    with desk.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE api_token RENAME TO gone")
    assert not door.admits(header)
    with desk.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO api_token")
    assert door.admits(header)
