"""The links by which pages offer their lists as files: on every list, with its filters, and for whom the list is."""

import csv
import re
from collections.abc import Callable
from html import unescape
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlmodel import Session, col, select

from models.accounts import User
from models.agreements import Commitment
from models.database import Database
from models.files import File
from models.vocabulary import Language, Role
from service.settings import Settings
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.populated_database import Addresses, addresses, furnish
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

LISTS = {
    "/": "/events", "/conflicts": "/conflicts", "/tasks": "/tasks", "/reminders": "/reminders", "/history": "/events",
    "/resources": "/resources", "/resources/<resource_id>": "/bookings", "/agreements": "/agreements",
    "/agreements/<agreement_id>": "/commitments", "/anniversaries": "/anniversaries", "/feeds": "/feeds",
    "/events/<event_id>/bookings": "/bookings", "/events/<event_id>/members": "/members",
    "/events/<event_id>/told": "/reminders", "/events/<event_id>/files": "/files",
    "/people/<person_id>/files": "/files",
    "/agreements/<agreement_id>/files": "/files", "/commitments/<commitment_id>/files": "/files",
    "/events/<event_id>": "/tasks", "/administration/audit": "/audit", "/administration/hand-overs": "/hand-overs",
    "/administration/merges": "/merges", "/administration/accounts": "/users", "/administration/people": "/people",
    "/administration/organisations": "/organisations", "/administration/localities": "/localities",
    "/administration/agreements": "/agreements", "/administration/anniversaries": "/anniversaries",
    "/administration/resources": "/resources", "/administration/task-templates": "/task-templates",
    "/administration/rules": "/reminder-rules", "/administration/holidays": "/holidays",
    "/administration/observances": "/observances", "/administration/exchange-rates": "/exchange-rates",
    "/administration/document-templates": "/document-templates",
    "/search?q=Viêng": "/organisations",
}  # fmt: skip
"""Page → a list that it offers."""


@pytest.fixture
def database_kind() -> str:
    """What a page offers does not depend on the database."""
    return "sqlite"


@pytest.fixture
def pages(seeded: None, app: Flask, database: Database, settings: Settings, clock: Clock) -> Addresses:
    with database.transaction() as session:
        furnished = furnish(session, settings.office, clock.now)
        return addresses(app, session, furnished) | _examples(session)


def _examples(session: Session) -> dict[str, str]:
    """The pages of files of what has some, and of an agreement that promises something."""
    found = {}
    for column, where in (("agreement_id", "agreements"), ("commitment_id", "commitments"), ("person_id", "people")):
        identity = session.exec(select(getattr(File, column)).where(col(getattr(File, column)).is_not(None))).first()
        found[f"/{where}/<{column}>/files"] = f"/{where}/{identity}/files"
    promised = session.exec(select(Commitment.agreement_id)).first()
    return found | {"/agreements/<agreement_id>": f"/agreements/{promised}"}


def links(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'href="(/api/v1/[^"]*format=[^"]*)"', page)]


def rows(browser: Browser, link: str) -> list[list[str]]:
    answer = browser.get(link)
    assert answer.status_code == 200, (link, answer.text)
    separator = "," if "locale=en" in link else ";"
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=separator))[1:]


def test_every_list_page_offers_its_list_and_every_link_leads_to_one(
    pages: Addresses, signed_in: Callable[..., Browser], database: Database
) -> None:
    with database.transaction() as session:
        author = session.exec(select(User).where(User.name == "Nguyễn Văn An")).one()  # whose calendar it is
        author.locale = Language.LO
    reader = signed_in(user=author)
    found: dict[str, set[str]] = {}
    for page, address in pages.items():
        shown = reader.get(address)
        assert shown.status_code < 500, (page, shown.text)
        offered = links(shown.text)
        assert sorted(one.count("format=xlsx") for one in offered) == sorted(one.count("format=csv") for one in offered)
        for link in offered:
            answer = reader.get(link)
            assert (answer.status_code, answer.headers["Content-Language"]) == (200, "lo"), (page, link, answer.text)
            assert len(answer.data) > 50
        found[page] = {"/" + urlsplit(one).path.rsplit("/", 1)[1] for one in offered}
    assert {page for page, expected in LISTS.items() if expected not in found[page]} == set()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.APPROVER])
def test_links_stand_only_where_the_list_is_for_the_reader(
    pages: Addresses, signed_in: Callable[..., Browser], role: Role
) -> None:
    reader = signed_in(role)
    count = 0
    for page, address in pages.items():
        for link in links(reader.get(address).text):
            assert reader.get(link).status_code == 200, (page, link)
            count += 1
    assert count > 20


def test_links_keep_the_filters_of_their_page(pages: Addresses, signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(Role.ADMIN, locale=Language.EN)
    asked = {
        "/?q=a&kind=training_batch&from=2026-01-01&to=2027-12-31": {
            "q": ["a"], "kind": ["training_batch"], "from": ["2026-01-01"], "to": ["2027-12-31"],
        },
        "/?status=draft": {"status": ["draft"]},
        "/tasks?which=overdue&q=a": {"overdue": ["true"], "q": ["a"]},
        "/tasks?which=open": {"done": ["false"]},
        "/reminders?state=failed": {"state": ["failed"]},
        "/history?locality=vientiane-province&q=a": {
            "locality": ["vientiane-province"], "q": ["a"], "status": ["completed"], "known_to": ["day,month,year"],
        },
        "/administration/people?q=a": {"q": ["a"]},
        "/administration/audit?kind=event&from=2026-01-01": {"entity": ["event"], "from": ["2026-01-01"]},
        "/conflicts?from=2026-11-01": {"from": ["2026-11-01"]},
    }  # fmt: skip
    for address, expected in asked.items():
        offered = [parse_qs(urlsplit(one).query) for one in links(reader.get(address).text)]
        assert offered, address
        for query in offered:
            assert {name: query.get(name) for name in expected} == expected, address
            assert query["locale"] == ["en"]


def test_a_file_has_what_its_page_shows(pages: Addresses, signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(Role.ADMIN, locale=Language.EN)
    for address in ("/?status=planned", "/tasks?which=overdue", "/history", "/reminders?state=failed"):
        page = reader.get(address).text
        link = next(one for one in links(page) if "format=csv" in one)
        total = re.search(r"Page \d+ of \d+, (\d+) ", page)
        shown = len(re.findall(r'<li class="(?:event |is-late|is-done)|<li><p class="when">|<li class="is-new">', page))
        assert len(rows(reader, link)) == (int(total[1]) if total else shown), address


def test_an_empty_list_offers_no_file(signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(Role.ADMIN)
    for address in ("/reminders", "/resources", "/administration/rules", "/agreements", "/feeds"):
        assert links(reader.get(address).text) == [], address


def test_a_person_who_left_is_taken_to_sign_in_and_not_to_a_file(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        factories.make_event(session)
    stranger = Browser(app.test_client())
    answer = stranger.get("/api/v1/events?format=csv&locale=vi")
    assert (answer.status_code, answer.mimetype) == (401, "text/html")
