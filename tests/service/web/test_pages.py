"""The console as people meet it: signing in and out, three languages, lists, one event, agreements, feeds, errors."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlmodel import col, select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from calendars.events.labels import status_name
from models.accounts import Audit, User, WebSession
from models.agreements import Agreement, Commitment
from models.database import Database
from models.event_parts import Task
from models.events import Event
from models.feeds import Feed
from models.i18n import translate
from models.places import Locality
from models.vocabulary import EventKind, EventStatus, FrequencyType, Language, MemberRole, ReminderState, Role
from service.actions.accounts import accounts, login_throttling
from service.actions.context import ActionContext
from service.actions.events import events
from service.app import create_app
from service.settings import Settings, load_settings
from service.web.error_pages import wants_page
from service.web.page_decorator import local_target
from tests import factories
from tests.service.conftest import Clock

SITE = "https://desk.example.org"
OTHER_SCRIPT = re.compile(r'<script(?! src="/static/[a-z_]+\.js\?v=[0-9a-f]{12}" defer></script>)')
"""A script that is none of our files."""
PASSWORD = "ba con voi di choi"
BROWSER_ACCEPTS = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass
class Browser:
    """Somebody with a browser: keeps cookies, accepts HTML, follows nothing by itself."""

    client: FlaskClient
    language: str = ""

    def open(self, method: str, path: str, form: Any = None, **headers: str) -> TestResponse:
        sent = {"Accept": BROWSER_ACCEPTS} | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.language:
            sent.setdefault("Accept-Language", self.language)
        return self.client.open(path, method=method, data=form, headers=sent, base_url=SITE)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.open("GET", path, **headers)

    def post(self, path: str, form: Any = None, **headers: str) -> TestResponse:
        return self.open("POST", path, form, **headers)

    def send(self, path: str, **form: Any) -> TestResponse:
        """Fill in a form of this page and send it with the token that stands there."""
        return self.post(path, {"csrf": self.csrf(path)} | form)

    def csrf(self, path: str) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(path).text)
        assert found, "the page has no form"
        return found[1]


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Somebody who is not signed in."""
    return Browser(app.test_client())


@pytest.fixture
def signed_in(app: Flask, database: Database, clock: Clock) -> Callable[..., Browser]:
    """Make an account, or take a given one, and give its signed-in browser."""

    def make(role: Role = Role.OFFICER, user: User | None = None, **values: Any) -> Browser:
        with database.transaction() as session:
            secret = accounts.open_session(session, user or factories.make_user(session, role, **values), clock.now)
        client = app.test_client()
        client.set_cookie("__Host-desk", secret, domain="desk.example.org", secure=True)
        return Browser(client)

    return make


@pytest.fixture
def account(database: Database, settings: Settings, clock: Clock) -> User:
    """An account with a password, whose language is Lao."""
    with database.transaction() as session:
        values = {"email": "lan@example.org", "name": "Lan", "role": Role.OFFICER, "password": PASSWORD}
        return accounts.create_user(
            session, ActionContext(None, clock.now, settings.office), values | {"locale": Language.LO}
        )


def make_event(database: Database, **values: Any) -> str:
    with database.transaction() as session:
        return factories.make_event(session, **values).id


class _Text(HTMLParser):
    """The words of a page, and the tags whose nesting is wrong."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "col", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.labelled: list[str] = []
        self.controls: list[str | None] = []
        self.named_by: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.wrong += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag not in self.VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "label" and given.get("for"):
            self.labelled.append(given["for"] or "")
        is_hidden = given.get("type") in {"hidden", "checkbox"} or "label" in self.open
        if tag in {"select", "textarea"} or (tag == "input" and not is_hidden):
            if by := given.get("aria-labelledby"):  # the heading of a table's column
                self.named_by |= set(by.split())
            else:
                self.controls.append(given.get("id"))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.words.append(data)


def read(response: TestResponse) -> _Text:
    """A page, read and held against what every page must be."""
    assert response.mimetype == "text/html", response.text
    page = _Text()
    page.feed(response.text)
    assert page.open == []
    assert page.wrong == []
    assert page.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert len(set(page.ids)) == len(page.ids)
    assert set(page.controls) <= set(page.labelled)
    assert page.named_by <= set(page.ids)
    assert not OTHER_SCRIPT.search(response.text)
    return page


def words(response: TestResponse) -> str:
    return " ".join(" ".join(read(response).words).split())


# Signing in


def test_sign_in_with_the_right_password(browser: Browser, account: User) -> None:
    assert browser.get("/events/x?a=1").headers["Location"] == "/login?next=/events/x?a%3D1"
    form = {"email": " LAN@example.org ", "password": PASSWORD, "next": "/agreements"}
    answer = browser.post("/login", form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/agreements")
    cookie = next(text for text in answer.headers.getlist("Set-Cookie") if text.startswith("__Host-desk="))
    for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax", "; Max-Age=43200"):
        assert part in cookie
    assert "Domain" not in cookie
    page = browser.get("/agreements")
    assert page.status_code == 200
    assert '<html lang="lo">' in page.text  # the account's language, whatever the browser asks for
    assert page.headers["Cache-Control"] == "no-store"
    assert browser.get("/login?next=/feeds").headers["Location"] == "/feeds"


def test_over_plain_http_the_cookie_is_not_secure(
    database: Database, settings: Settings, clock: Clock, account: User
) -> None:
    environment = {"DESK_DATABASE_URL": settings.database_url, "DESK_VAR": str(settings.var)}
    app = create_app(load_settings(environment), database, clock)
    answer = app.test_client().post("/login", data={"email": account.email, "password": PASSWORD})
    cookie = next(text for text in answer.headers.getlist("Set-Cookie") if text.startswith("desk="))
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie


def test_failed_sign_in_does_not_tell_whether_the_account_exists(
    browser: Browser, account: User, database: Database
) -> None:
    wrong = browser.post("/login", {"email": account.email, "password": "x"})
    unknown = browser.post("/login", {"email": "nam@example.org", "password": PASSWORD})
    with database.transaction() as session:
        session.merge(account).active = False
    disabled = browser.post("/login", {"email": account.email, "password": PASSWORD})
    assert [answer.status_code for answer in (wrong, unknown, disabled)] == [401] * 3
    assert words(wrong) == words(disabled) == words(unknown)
    assert not any("__Host-desk" in text for text in wrong.headers.getlist("Set-Cookie"))
    assert f'value="{account.email}"' in wrong.text
    assert "x" not in re.findall(r'type="password"[^>]*value="([^"]*)"', wrong.text)


def test_too_many_failures_are_told_on_the_page(browser: Browser, account: User, clock: Clock) -> None:
    for _again in range(login_throttling.MAX_FAILURES):
        assert browser.post("/login", {"email": account.email, "password": "x"}).status_code == 401
    refused = browser.post("/login", {"email": account.email, "password": PASSWORD})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "15" in words(refused)
    clock.move(minutes=16)
    assert browser.post("/login", {"email": account.email, "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize(
    ("target", "right"),
    [
        ("/events/x?a=1#b", "/events/x?a=1#b"),
        ("/", "/"),
        ("", "/"),
        (None, "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("/ /evil.example/", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("evil.example", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("/login?next=/login", "/"),
        ("/logout", "/"),
        ("/" + "a" * 3000, "/"),
    ],
)
def test_only_targets_on_this_site(target: str | None, right: str) -> None:
    assert local_target(target) == right


def test_sign_in_leads_nowhere_else(browser: Browser, account: User) -> None:
    form = {"email": account.email, "password": PASSWORD, "next": "//evil.example/"}
    assert browser.post("/login", form).headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/login", "/language", "/logout"])
@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        ({}, True),
        ({"Sec_Fetch_Site": "same-origin"}, True),
        ({"Sec_Fetch_Site": "same-origin", "Origin": "null"}, True),
        ({"Sec_Fetch_Site": "cross-site"}, False),
        ({"Sec_Fetch_Site": "same-site"}, False),
        ({"Origin": SITE}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_forms_before_sign_in_must_come_from_this_site(
    browser: Browser, path: str, headers: dict[str, str], is_own: bool
) -> None:
    answer = browser.post(path, {"language": "vi", "email": "a@example.org", "password": "b"}, **headers)
    assert (answer.status_code != 403) is is_own
    if not is_own:
        read(answer)
        assert answer.headers.getlist("Set-Cookie") == []


def test_sign_out_ends_the_session(signed_in: Callable[..., Browser], database: Database) -> None:
    browser = signed_in()
    assert browser.post("/logout", {}).status_code == 403
    assert browser.get("/").status_code == 200
    answer = browser.send("/", csrf=browser.csrf("/"))  # the first page takes no form
    assert answer.status_code == 405
    answer = browser.post("/logout", {"csrf": browser.csrf("/")})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    with database.transaction(write=False) as session:
        assert session.exec(select(WebSession)).all() == []
    assert browser.get("/").status_code == 303


def test_disabled_account_is_out_at_once(signed_in: Callable[..., Browser], database: Database) -> None:
    browser = signed_in()
    with database.transaction() as session:
        for user in session.exec(select(User)):
            user.active = False
    assert browser.get("/").headers["Location"].startswith("/login")


def test_session_ends_after_its_time(signed_in: Callable[..., Browser], clock: Clock) -> None:
    browser = signed_in()
    clock.move(hours=13)
    assert browser.get("/").status_code == 303
    assert browser.post("/feeds", {"do": "create"}).headers["Location"] == "/login?next=/feeds"


# Languages

MONTHS = {"vi": "Tháng 12 năm 2026", "lo": "ທັນວາ 2026", "en": "December 2026"}


def told(sentence: str, language: str, **values: object) -> str:
    """A sentence as the catalogue has it; other than English it must be there."""
    translated = translate(sentence, language, **values)
    assert language == "en" or translated != sentence
    return translated


ENGLISH = re.compile(
    r"\b(?:sign|agreements?|events?|reminders?|tasks?|host|guest|history|kinds?|status|people|days?|calendar|page|"
    r"draft|planned|confirm|the|and|of|no|from|until|it|is)\b",
    re.IGNORECASE,
)
NOT_ENGLISH = re.compile(r"Protocol Desk|Google Calendar|\S+@\S+|English|\([A-Z][A-Za-z ]+\)")


def untranslated(text: str) -> list[str]:
    """English words left in a page that should be in another language."""
    return ENGLISH.findall(NOT_ENGLISH.sub(" ", text))


@pytest.fixture
def full_event(database: Database, settings: Settings, clock: Clock) -> str:
    """An event with everything a page can show, its texts without English."""
    with database.transaction() as session:
        act = ActionContext(None, clock.now, settings.office)
        title = {"vi": "Đoàn cán bộ", "lo": "ຄະນະພະນັກງານ"}
        found = factories.make_event(session, title=title, location={"vi": "Hội trường"}, headcount=12)
        factories.make_member(session, found, role=MemberRole.HEAD)
        factories.make_task(session, found)
        factories.make_task(session, found, due_on=date(2026, 11, 1))
        rule = factories.make_rule(session, name={"vi": "Trước 7 ngày"})
        for state in ReminderState:
            values: dict[str, Any] = {"state": state, "due_at": clock.now - timedelta(hours=1)}
            if state is ReminderState.SENT:
                values["sent_at"] = clock.now
            if state is ReminderState.SENDING:
                values["lease_until"] = clock.now
            if state in {ReminderState.FAILED, ReminderState.SKIPPED}:
                values["reason"] = "The event is a draft."
            factories.make_reminder(session, found, rule, recipient=f"{state}@example.org", **values)
        found = events.find_event(session, found.id)
        events.change_event(session, act, found, {"headcount": 14, "location": {"vi": "Nhà khách"}})
        return found.id


@pytest.mark.parametrize("language", MONTHS)
def test_every_page_speaks_the_readers_language(
    signed_in: Callable[..., Browser], browser: Browser, full_event: str, agreement: str, language: str
) -> None:
    reader = signed_in(name="Lan", locale=Language(language))
    first = words(reader.get("/"))
    for sentence in (
        "What is coming",
        "Sign out",
        "Agreements",
        "Filter the events",
        "Reminders that could not be sent",
    ):
        assert told(sentence, language) in first or f'aria-label="{told(sentence, language)}"' in reader.get("/").text
    assert MONTHS[language] in first
    assert status_name(EventStatus.PLANNED, language) in first
    browser.language = language
    pages = [
        browser.get("/login"),
        *(reader.get(path) for path in ("/", "/?q=zzz", "/agreements", "/feeds")),
        reader.get(f"/events/{full_event}"),
        reader.get(f"/events/{full_event}/members"),
        reader.get(f"/agreements/{agreement}"),
        browser.get("/nothing"),
        reader.send("/feeds", do="create", visits="yes", name="Lan", locale=language),
        reader.get("/?from=x&to=y&status=z"),
    ]
    for page in pages:
        text = words(page)
        assert f'<html lang="{language}">' in page.text
        assert page.headers["Content-Language"] == language
        if language != "en":
            assert untranslated(text) == [], text


def test_untranslated_sees_english_and_nothing_else() -> None:
    assert untranslated("Bên chủ nhà: Protocol Desk, lan@example.org · English") == []
    assert untranslated("Bên chủ nhà · Guest · Mark it as done") == ["Guest", "it"]


def test_language_before_sign_in_is_the_browsers_then_the_switchs(browser: Browser) -> None:
    assert '<html lang="vi">' in browser.get("/login").text
    assert '<html lang="lo">' in browser.get("/login", Accept_Language="lo,en;q=0.5").text
    answer = browser.post("/language", {"language": "en", "next": "/login?next=/feeds"})
    assert answer.headers["Location"] == "/"
    answer = browser.post("/language", {"language": "en", "next": "/agreements?a=1"})
    assert answer.headers["Location"] == "/agreements?a=1"
    assert '<html lang="en">' in browser.get("/login", Accept_Language="lo").text
    assert '<html lang="en">' in browser.get("/nothing", Accept_Language="lo").text
    assert browser.post("/language", {"language": "../x", "next": "/"}).headers.getlist("Set-Cookie") == []


@pytest.mark.both_databases("sessions")
def test_switch_holds_after_sign_in_and_is_forgotten_with_sign_out(browser: Browser, account: User) -> None:
    browser.post("/language", {"language": "en", "next": "/"})
    browser.post("/login", {"email": account.email, "password": PASSWORD})
    assert '<html lang="en">' in browser.get("/").text
    browser.post("/logout", {"csrf": browser.csrf("/")})
    assert '<html lang="vi">' in browser.get("/login").text


def test_text_in_another_language_says_which(signed_in: Callable[..., Browser], database: Database) -> None:
    make_event(database, title={"vi": "Lễ hội mùa thu"})
    page = signed_in(locale=Language.LO).get("/")
    assert '<span lang="vi">Lễ hội mùa thu</span>' in page.text


# What is coming


@pytest.mark.both_databases("days are compared and sorted")
def test_coming_shows_what_is_on_then_what_follows_by_month(
    signed_in: Callable[..., Browser], database: Database
) -> None:
    day = date(2026, 11, 22)
    reader = signed_in(Role.VIEWER, locale=Language.EN)
    make_event(database, title={"en": "Long course"}, first_day=date(2026, 9, 1), last_day=day)
    make_event(database, title={"en": "Was yesterday"}, first_day=date(2026, 11, 21))
    make_event(database, title={"en": "In December"}, first_day=date(2026, 12, 24))
    make_event(database, title={"en": "In January"}, first_day=date(2027, 1, 2))
    make_event(database, title={"en": "Only a thought"}, first_day=date(2027, 1, 3), status=EventStatus.DRAFT)
    make_event(
        database, title={"en": "Called off"}, first_day=day, last_day=date(2026, 11, 30), status=EventStatus.CANCELLED
    )
    page = reader.get("/")
    text = words(page)
    months = ["On now", "November 2026", "December 2026", "January 2027", "Colours and marks"]
    assert re.findall("<h2[^>]*>([^<]*)</h2>", page.text) == months
    order = ["Long course", "Called off", "In December", "In January"]
    assert sorted(order, key=text.index) == order
    assert "Was yesterday" not in text
    assert "Only a thought" not in text
    assert "Drafts: 1" in text
    assert "Only a thought" in words(reader.get("/?status=draft"))
    past = words(reader.get("/?to=2026-11-21"))
    assert past.index("Was yesterday") < past.index("Long course")
    assert "In December" not in past


@pytest.mark.both_databases("every filter as a condition")
def test_filters_stand_in_the_address(signed_in: Callable[..., Browser], database: Database) -> None:
    make_event(database, title={"en": "Đoàn Viêng Chăn"})
    make_event(
        database, title={"en": "Hội chợ"}, kind=EventKind.ACTIVITY, status=EventStatus.CONFIRMED,
        first_day=date(2027, 2, 1),
    )  # fmt: skip
    reader = signed_in(locale=Language.EN)
    for query, shown, hidden in [
        ("q=doan+vientiane", "Đoàn Viêng Chăn", "Hội chợ"),
        ("kind=activity", "Hội chợ", "Đoàn Viêng Chăn"),
        ("status=confirmed", "Hội chợ", "Đoàn Viêng Chăn"),
        ("from=2027-01-01", "Hội chợ", "Đoàn Viêng Chăn"),
        ("to=2027-01-01", "Đoàn Viêng Chăn", "Hội chợ"),
        ("q=&kind=&status=&from=&to=2027-01-01", "Đoàn Viêng Chăn", "Hội chợ"),
    ]:
        page = reader.get(f"/?{query}")
        assert page.status_code == 200
        text = words(page)
        assert shown in text
        assert hidden not in text, query
    assert "No event fits these filters" in words(reader.get("/?q=zzz"))


@pytest.mark.parametrize(
    "query",
    [
        "from=x",
        "to=2026-02-30",
        "from=2027-01-01&to=2026-01-01",
        "status=gone",
        "kind=x&kind=y",
        "page=0",
        "page=-1",
        "page=99999999999",
        "page=x",
        "q=%00%C3%BF",
        "q=" + "a" * 1000,
    ],
)
def test_filter_that_makes_no_sense_breaks_nothing(
    signed_in: Callable[..., Browser], database: Database, query: str
) -> None:
    make_event(database)
    page = signed_in().get(f"/?{query}")
    assert page.status_code == 200
    read(page)


def test_first_page_says_what_to_do_when_there_is_nothing(signed_in: Callable[..., Browser]) -> None:
    page = signed_in(locale=Language.EN).get("/")
    assert "Nothing is planned from today on" in words(page)
    assert '<li><a href="/plan">Plan a visit or enter an event</a></li>' in page.text
    viewer = signed_in(Role.VIEWER, locale=Language.EN).get("/")
    assert 'href="/plan"' not in viewer.text
    assert "Officers enter the events; what they enter appears here." in words(viewer)


def test_pages_of_a_long_list_keep_the_filters(signed_in: Callable[..., Browser], database: Database) -> None:
    with database.transaction() as session:
        for number in range(65):
            factories.make_event(session, title={"en": f"Visit {number:03}"}, first_day=date(2027, 3, 1))
    reader = signed_in(locale=Language.EN)
    seen: set[str] = set()
    path: str | None = "/?kind=delegation&q=visit"
    while path:
        page = reader.get(path)
        seen |= set(re.findall(r"Visit \d+", words(page)))
        following = re.search(r'rel="next" href="([^"]+)"', page.text)
        path = following[1].replace("&amp;", "&") if following else None
        assert path is None or ("kind=delegation" in path and "q=visit" in path)
    assert len(seen) == 65


def test_locality_is_called_as_on_the_events_day(
    signed_in: Callable[..., Browser], database: Database, full_event: str
) -> None:
    with database.transaction() as session:
        old = session.get_one(Locality, "hai-duong")
        old.successor, old.succeeded_on = "hai-phong", date(2025, 7, 1)
    before = make_event(database, first_day=date(2025, 6, 30))
    since = make_event(database, first_day=date(2025, 7, 1))
    reader = signed_in(locale=Language.VI)
    host = told("Host", "vi")
    assert f"{host} Hải Dương" in words(reader.get(f"/events/{before}"))
    assert f"{host} Hải Phòng" in words(reader.get(f"/events/{since}"))
    listed = words(reader.get("/?from=2025-06-01&to=2025-07-30"))
    assert f"{host}: Hải Dương" in listed
    assert f"{host}: Hải Phòng" in listed


def test_failed_reminders_stand_on_the_first_page(signed_in: Callable[..., Browser], full_event: str) -> None:
    text = words(signed_in(locale=Language.EN).get("/"))
    assert "Reminders that could not be sent" in text
    assert "failed@example.org" in text
    assert "skipped@example.org" not in text


def count_queries(database: Database, ask: Callable[[], TestResponse]) -> int:
    counted: list[str] = []

    def count(*args: Any) -> None:
        counted.append(args[2])

    sqlalchemy_event.listen(database.engine, "before_cursor_execute", count)
    try:
        assert ask().status_code == 200
    finally:
        sqlalchemy_event.remove(database.engine, "before_cursor_execute", count)
    return len(counted)


def test_a_lone_administrator_is_told_to_make_an_account(signed_in: Callable[..., Browser], database: Database) -> None:
    admin = signed_in(Role.ADMIN, locale=Language.EN)
    asks = (
        "Confirming a visit needs a second person; an account that you make can confirm what you write after 30 days"
        " only. Make an account"
    )
    assert asks in words(admin.get("/"))
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    assert asks not in words(officer.get("/"))
    assert asks not in words(admin.get("/"))


def test_approvers_are_led_to_what_waits_for_them(
    signed_in: Callable[..., Browser], database: Database, clock: Clock
) -> None:
    for days, status in ((3, "planned"), (9, "planned"), (5, "confirmed"), (5, "draft"), (-9, "planned")):
        make_event(database, first_day=clock.now.date() + timedelta(days=days), status=EventStatus(status))
    approver = signed_in(Role.APPROVER, locale=Language.EN)
    page = approver.get("/")
    assert "Waiting to be confirmed: 2" in words(page)
    assert 'href="/?status=planned"' in page.text
    assert "Waiting to be confirmed" not in words(approver.get("/?status=planned"))
    assert "Waiting to be confirmed" not in words(signed_in(Role.OFFICER, locale=Language.EN).get("/"))


@pytest.mark.parametrize(("days", "is_next"), [(0, True), (-2, True), (1, False), (200, False)])
def test_a_visit_that_is_far_off_is_not_begun_by_the_first_button(
    signed_in: Callable[..., Browser], database: Database, clock: Clock, days: int, is_next: bool
) -> None:
    first = clock.now.date() + timedelta(days=days)
    event = make_event(database, first_day=first, status=EventStatus.CONFIRMED)
    page = signed_in(Role.OFFICER, locale=Language.EN).get(f"/events/{event}").text
    buttons = re.findall(r'<button name="to" value="ongoing"[^>]*>', page)
    assert ['class="primary"' in button for button in buttons] == ([True] if is_next else [])


def test_no_query_per_row(signed_in: Callable[..., Browser], database: Database, agreement: str) -> None:
    reader = signed_in()
    found: dict[str, list[int]] = {}
    with database.transaction(write=False) as session:
        commitment = session.exec(select(Commitment.id)).first()
    made = 0
    for total in (3, 50):
        with database.transaction() as session:
            while made < total:
                event = factories.make_event(session, commitment_id=commitment)
                factories.make_reminder(session, event, state=ReminderState.FAILED)
                made += 1
            first = session.exec(select(Event).order_by(col(Event.id))).first()
            assert first is not None
            for _again in range(total):
                factories.make_member(session, first, factories.make_person(session))
                factories.make_task(session, first, organisation_id=factories.make_organisation(session).id)
                factories.make_reminder(session, first, factories.make_rule(session))
        for path in ("/", f"/events/{first.id}", "/agreements", f"/agreements/{agreement}", "/feeds"):
            found.setdefault(path, []).append(count_queries(database, lambda path=path: reader.get(path)))
    assert all(few == many for few, many in found.values()), found
    assert max(few for few, _many in found.values()) <= 40, found


# One event


def test_event_shows_people_in_order_programme_tasks_reminders_and_history(
    signed_in: Callable[..., Browser], full_event: str
) -> None:
    text = words(signed_in(locale=Language.EN).get(f"/events/{full_event}?show=reminders,history"))
    text = text[text.index("Facts", text.index("Next steps")) :]  # below the contents, which name some of these too
    order = ["Facts", "People, in order", "Programme", "Tasks", "Reminders", "History"]
    assert sorted(order, key=text.index) == order
    assert "Overdue" in text
    assert "Due: 25 November 2026" in text
    assert "Could not be sent" in text
    assert "Reason: The event is a draft." in text
    assert "People planned: 12 → 14" in text
    assert "Place: Hội trường → Nhà khách" in text


def test_title_is_text(signed_in: Callable[..., Browser], database: Database) -> None:
    evil = '<script>alert("1")</script>{{ 7*7 }}\'"><img src=x onerror=alert(1)>'
    event_id = make_event(database, title={"vi": evil}, description={"vi": evil}, location={"vi": evil})
    with database.transaction() as session:
        event = session.get_one(Event, event_id)
        factories.make_task(session, event, title={"vi": evil})
        person = factories.make_person(session, name=evil, position={"vi": evil})
        factories.make_member(session, event, person)
        factories.make_reminder(session, event, state=ReminderState.FAILED, reason=evil)
    reader = signed_in(name=evil)
    for path in ("/", f"/events/{event_id}"):
        page = reader.get(path)
        assert "&lt;script&gt;" in page.text
        assert not OTHER_SCRIPT.search(page.text)
        assert "<img src=x" not in page.text
        assert "49" not in words(page)
        assert evil in "".join(read(page).words)
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_step_is_taken_and_told(signed_in: Callable[..., Browser], database: Database, approver_user: User) -> None:
    path = f"/events/{make_event(database, status=EventStatus.DRAFT)}"
    reader = signed_in(locale=Language.EN, name="Lan")
    answer = reader.send(path, do="step", to="planned", version="1")
    assert answer.status_code == 303
    text = words(reader.get(f"{answer.headers['Location']}&show=history"))
    assert "The status is now “Planned”." in text
    assert "Status changed – Lan" in text
    assert "Status: Draft → Planned" in text
    assert "Confirming needs an approver" in text
    assert "Confirm " not in re.sub(r"Confirming", "", text)
    assert reader.send(path, do="step", to="confirmed", version="2").status_code == 403
    approver = signed_in(user=approver_user)
    assert approver.send(path, do="step", to="confirmed", version="2").status_code == 303
    with database.transaction(write=False) as session:
        assert [event.status for event in session.exec(select(Event))] == [EventStatus.CONFIRMED]
        assert len(session.exec(select(Audit).where(Audit.action == "transition")).all()) == 2


@pytest.fixture
def approver_user(database: Database) -> User:
    with database.transaction() as session:
        return factories.make_user(session, Role.APPROVER, locale=Language.EN)


def test_refused_step_keeps_what_was_typed(signed_in: Callable[..., Browser], database: Database) -> None:
    path = f"/events/{make_event(database)}"
    reader = signed_in(locale=Language.VI)
    refused = reader.send(path, do="step", to="cancelled", version="1", reason="")
    assert refused.status_code == 422
    assert "<details open>" in refused.text
    assert told("Say why, so that everyone concerned can read it.", "vi") in words(refused)
    stale = reader.send(path, do="step", to="postponed", version="7", reason="Mưa <b>lũ</b>")
    assert stale.status_code == 412
    assert "Mưa &lt;b&gt;lũ&lt;/b&gt;</textarea>" in stale.text
    impossible = reader.send(path, do="step", to="completed", version="1")
    assert impossible.status_code == 409
    assert f"“{status_name(EventStatus.PLANNED, 'vi')}”" in words(impossible)
    assert reader.send(path, do="step", to="nowhere", version="1").status_code == 422
    assert reader.send(path, do="dance").status_code == 409
    with database.transaction(write=False) as session:
        assert session.exec(select(Event.status)).all() == [EventStatus.PLANNED]
        assert session.exec(select(Audit).where(Audit.action == "transition")).all() == []


def test_postponed_event_returns_with_new_days(signed_in: Callable[..., Browser], database: Database) -> None:
    path = f"/events/{make_event(database)}"
    reader = signed_in(locale=Language.EN)
    assert reader.send(path, do="step", to="postponed", version="1", reason="Flood").status_code == 303
    assert "Reason: Flood" in words(reader.get(f"{path}?show=history"))
    same = {"first_day": "2026-12-02", "last_day": "2026-12-04"}
    refused = reader.send(path, do="step", to="planned", version="2", **same)
    assert refused.status_code == 422
    assert 'value="2026-12-02"' in refused.text
    assert reader.send(path, do="step", to="planned", version="2", first_day="x", last_day="y").status_code == 422
    new = {"first_day": "2027-01-12", "last_day": "2027-01-14"}
    assert reader.send(path, do="step", to="planned", version="2", **new).status_code == 303
    assert "12–14 January 2027" in words(reader.get(path))


def test_viewer_sees_no_buttons_and_may_not_send(signed_in: Callable[..., Browser], full_event: str) -> None:
    path = f"/events/{full_event}"
    reader = signed_in(Role.VIEWER, locale=Language.EN)
    page = reader.get(path)
    assert "Next steps" not in page.text
    assert "Mark as done" not in page.text
    refused = reader.send(path, do="step", to="cancelled", reason="x", version="1")
    assert refused.status_code == 403
    assert "but not change it" in words(refused)


def test_task_is_marked_done_and_a_failed_reminder_sent_again(
    signed_in: Callable[..., Browser], database: Database, full_event: str
) -> None:
    path = f"/events/{full_event}"
    reader = signed_in(locale=Language.EN)
    with database.transaction(write=False) as session:
        task = session.exec(select(Task.id)).first()
    assert reader.send(path, do="task", task=task, done="yes").status_code == 303
    text = words(reader.get(path + "?done=task&show=history"))
    assert "The task was changed." in text
    assert "Done: no → yes" in text
    found = re.search(r'name="reminder" value="(\w+)"', reader.get(f"{path}?show=reminders").text)
    assert found
    assert reader.send(path, do="retry", reminder=found[1]).status_code == 303
    assert reader.send(path, do="retry", reminder=found[1]).status_code == 409
    elsewhere = f"/events/{make_event(database)}"
    assert reader.send(elsewhere, do="task", task=task, done="yes").status_code == 404


@pytest.mark.parametrize("path", ["/events/x", "/feeds"])
def test_form_without_its_token_is_refused(
    signed_in: Callable[..., Browser], database: Database, full_event: str, path: str
) -> None:
    reader, other = signed_in(), signed_in()
    path = path.replace("x", full_event)
    for token in ("", "0" * 64, other.csrf(path), "ຽ"):
        refused = reader.post(path, {"csrf": token, "do": "create", "name": "a", "locale": "vi"})
        assert refused.status_code == 403
        read(refused)
    with database.transaction(write=False) as session:
        assert session.exec(select(Feed)).all() == []


# Agreements


@pytest.fixture
def agreement(app: Flask, database: Database) -> str:
    """An agreement whose commitments show every way of counting."""
    with database.transaction() as session:
        for code in ("hai-duong", "vientiane-province"):
            factories.make_locality(session, code)
        found = Agreement(
            title={"vi": "Thỏa thuận 2024–2028", "lo": "ຂໍ້ຕົກລົງ 2024–2028"},
            starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31), signed_on=date(2024, 9, 18),
            signed_at_place={"vi": "Hải Dương"},
        )  # fmt: skip
        found.parties = ["hai-duong", "vientiane-province"]
        session.add(found)
        session.flush()
        ways: list[dict[str, Any]] = [
            {"article": "10"},
            {"article": "1", "frequency_type": FrequencyType.PER_YEAR, "frequency_count": 1, "headcount_min": 10,
             "headcount_max": 15, "duration_min": 10, "duration_max": 15, "duration_unit": "days", "host": "hai-duong"},
            {"article": "1", "frequency_type": FrequencyType.EVERY, "frequency_min_years": 2, "frequency_max_years": 3},
            {"article": "2", "frequency_type": FrequencyType.IN_PERIOD, "frequency_count": 1, "headcount_total": 15,
             "duration_min": 1, "duration_max": 1, "duration_unit": "years"},
        ]  # fmt: skip
        for position, way in enumerate(ways):
            values = {"agreement_id": found.id, "field": {"vi": "Giáo dục"}, "position": position}
            session.add(Commitment(**values, title={"vi": f"Lớp số {position}"}, activity=EventKind.DELEGATION, **way))
        return found.id


def test_agreement_tells_its_commitments_in_words(
    signed_in: Callable[..., Browser], database: Database, agreement: str
) -> None:
    with database.transaction() as session:
        first = session.exec(select(Commitment).where(Commitment.article == "2")).one()
        factories.make_event(session, commitment_id=first.id, title={"vi": "Năm học tiếng Việt"})
    reader = signed_in(locale=Language.EN)
    assert "Thỏa thuận 2024–2028" in words(reader.get("/agreements"))
    text = words(reader.get(f"/agreements/{agreement}"))
    order = ["Article 1 ", "Once every year", "Once every 2–3 years", "Article 2", "Once in the period", "Article 10"]
    assert sorted(order, key=text.index) == order
    for told in ("10–15 people each time", "10–15 days", "15 people in total", "1 year", "As both sides agree"):
        assert told in text
    assert text.index("Article 2") < text.index("Năm học tiếng Việt") < text.index("Article 10")
    assert "Either party" in text


# Feeds


def test_feed_address_is_shown_once_and_works_until_revoked(
    signed_in: Callable[..., Browser], database: Database
) -> None:
    make_event(database, title={"vi": "Đoàn cán bộ"})
    reader = signed_in(Role.VIEWER, locale=Language.EN)
    made = reader.send(
        "/feeds", do="create", visits="yes", name="Lịch <b>", locale="lo", kinds=["delegation"], alarms="yes"
    )
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    text = words(made)
    assert "Lịch <b>" in text
    assert "Google Calendar" in text
    address = re.findall(r"https://desk\.example\.org(/feeds/desk_[\w-]+\.ics)", made.text)
    assert address
    assert f"webcal://desk.example.org{address[0]}" in made.text
    assert address[0] not in reader.get("/feeds").text
    assert reader.get(address[0]).mimetype == "text/calendar"
    with database.transaction(write=False) as session:
        feed = session.exec(select(Feed)).one()
    assert (feed.locale, feed.filter, feed.alarms) == (Language.LO, {"kinds": ["delegation"]}, True)
    renewed = reader.send("/feeds", do="renew", feed=feed.id)
    other = re.findall(r"(/feeds/desk_[\w-]+\.ics)", renewed.text)[0]
    assert reader.get(address[0]).status_code == 404
    assert reader.get(address[0]).mimetype == "application/problem+json"
    assert reader.get(other).status_code == 200
    assert reader.send("/feeds", do="revoke", feed=feed.id).status_code == 303
    assert reader.get(other).status_code == 404
    assert "was revoked" in words(reader.get("/feeds?done=revoke"))


def test_feed_form_keeps_what_was_typed_and_others_feeds_are_not_there(
    signed_in: Callable[..., Browser], database: Database
) -> None:
    owner, other = signed_in(locale=Language.EN), signed_in(Role.ADMIN, locale=Language.EN)
    wish = {"name": "Mine", "locale": "xx", "kinds": ["activity"], "visits": "yes", "expires_on": "2020-01-01"}
    refused = owner.send("/feeds", do="create", **wish)
    assert refused.status_code == 422
    assert 'value="Mine"' in refused.text
    assert re.search(r'value="activity" checked', refused.text)
    assert owner.send("/feeds", do="create", visits="yes", name="", locale="vi").status_code == 422
    assert owner.send("/feeds", do="create", visits="yes", name="Mine", locale="vi").status_code == 200
    with database.transaction(write=False) as session:
        feed = session.exec(select(Feed)).one()
    assert "Mine" not in words(other.get("/feeds"))
    for wish in ("revoke", "renew"):
        assert other.send("/feeds", do=wish, feed=feed.id).status_code == 404
        assert other.send("/feeds", do=wish, feed="").status_code == 404
    with database.transaction(write=False) as session:
        assert session.exec(select(Feed)).one().token_hash == feed.token_hash


# Errors


def test_browser_sees_error_pages_and_programs_problem_documents(
    browser: Browser, signed_in: Callable[..., Browser]
) -> None:
    reader = signed_in(locale=Language.LO)
    page = reader.get("/events/nothing")
    assert page.status_code == 404
    assert told("Not found", "lo") in words(page)
    assert "nothing" not in words(page)
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Request-Id"]
    assert reader.get("/agreements/%00").status_code == 404
    assert reader.get("/nowhere").mimetype == "text/html"
    assert reader.get("/nowhere", Accept="application/json").mimetype == "application/problem+json"
    assert reader.get("/nowhere", Accept="*/*").mimetype == "application/problem+json"
    assert reader.get("/api/v1/nowhere").mimetype == "application/problem+json"
    assert reader.get("/api/v1/events/nowhere").mimetype == "application/problem+json"
    assert browser.get("/api/v1/events").mimetype == "application/problem+json"
    assert browser.get("/feeds/desk_x.ics").mimetype == "application/problem+json"
    refused = browser.open("DELETE", "/agreements")
    assert (refused.status_code, refused.mimetype) == (405, "text/html")
    assert "GET" in refused.headers["Allow"]
    assert browser.post("/login", {"email": "a\x00b", "password": "x"}).status_code == 400


def test_defect_of_ours_is_a_page_that_tells_nothing_of_its_inside(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**kwargs: str) -> str:
        raise RuntimeError("secret detail")

    monkeypatch.setitem(app.view_functions, "pages.sign_in", broken)
    page = browser.get("/login", X_Request_Id="number-7")
    assert page.status_code == 500
    text = words(page)
    assert "secret detail" not in page.text
    assert "number-7" in text


def test_wants_page(app: Flask) -> None:
    for path, accepts, right in [
        ("/", BROWSER_ACCEPTS, True),
        ("/feeds", BROWSER_ACCEPTS, True),
        ("/feeds/x.ics", BROWSER_ACCEPTS, False),
        ("/feeds/x.ifb", BROWSER_ACCEPTS, False),
        ("/api/v1/events", BROWSER_ACCEPTS, False),
        ("/healthz", BROWSER_ACCEPTS, False),
        ("/", "*/*", False),
        ("/", "", False),
        ("/", "application/json, text/html;q=0.5", False),
    ]:
        with app.test_request_context(path, headers={"Accept": accepts}):
            assert wants_page(request) is right, (path, accepts)


def test_static_files_are_kept_by_their_version(browser: Browser) -> None:
    page = browser.get("/login")
    addresses = re.findall(r'"(/static/[^"]+)"', page.text)
    assert len(addresses) >= 2
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "immutable" not in browser.get("/static/desk.css?v=old").headers["Cache-Control"]
    for name in ("../pages.py", "%2e%2e/pages.py", "nothing.css"):
        assert browser.get(f"/static/{name}").status_code == 404


# A real browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture
def served(
    database: Database, settings: Settings, clock: Clock, full_event: str
) -> Iterator[Callable[[Language], str]]:
    """The application on a port of its own, for somebody signed in: the server adds the cookie to every request."""
    environment = {"DESK_DATABASE_URL": settings.database_url, "DESK_VAR": str(settings.var)}
    app = create_app(load_settings(environment), database, clock)
    with database.transaction() as session:
        secret = accounts.open_session(session, factories.make_user(session), clock.now)
    chosen = Language.VI

    def signed_in(environ: dict[str, Any], start: Any) -> Any:
        environ["HTTP_COOKIE"] = f"desk={secret}; desk_language={chosen}"
        return app(environ, start)

    server = make_server("127.0.0.1", 0, signed_in, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def address(language: Language) -> str:
        nonlocal chosen
        chosen = language
        return f"http://127.0.0.1:{server.server_port}/events/{full_event}"

    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", [Language.VI, Language.LO])
def test_real_browser_renders_the_page(served: Callable[[Language], str], tmp_path: Path, language: Language) -> None:
    if CHROMIUM is None:
        pytest.skip("NO REAL BROWSER: Chromium is not on this machine; on Debian: sudo apt-get install chromium")
    picture = tmp_path / "page.png"
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync", "--hide-scrollbars"]
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", *quiet, f"--user-data-dir={tmp_path / 'profile'}",
            "--window-size=500,900", "--enable-logging=stderr", f"--screenshot={picture}", "--dump-dom",
            served(language),
        ],
        capture_output=True, text=True, timeout=60, check=True, env=os.environ | {"HOME": str(tmp_path)},
    )  # fmt: skip
    assert told("People, in order of precedence", language) in done.stdout
    assert f'<html lang="{language}">' in done.stdout
    # The console would tell of blocked styles or scripts.
    assert not re.findall(r"CONSOLE.*", done.stderr)
    assert picture.stat().st_size > 10_000
