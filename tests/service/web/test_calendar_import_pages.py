"""The page that takes a calendar file in: looked at, then confirmed; what was seen, or nothing."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from models.database import Database
from models.events import Event
from models.vocabulary import EventKind, Language, Role
from tests import factories
from tests.service.imports.test_calendar_import import calendar, counted, entry
from tests.service.web.test_pages import Browser, browser, signed_in, words

__all__ = ["browser", "signed_in"]

SignedIn = Callable[..., Browser]
PATH = "/events/import"
FILE = calendar(entry(), entry("DTSTART:x", uid="b"), "BEGIN:VTODO\r\nUID:c\r\nEND:VTODO\r\n")


def look(reader: Browser, content: bytes = b"", **form: Any) -> TestResponse:
    file = {"file": (BytesIO(content), "march.ics")} if content else {}
    return reader.send(PATH, do="look", **file, **form)


def hidden(page: TestResponse) -> dict[str, Any]:
    section = page.text.partition('class="step-row"')[2].partition("</form>")[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', section))


def confirm(reader: Browser, form: dict[str, Any]) -> TestResponse:
    return reader.post(PATH, form | {"do": "import"})


def test_file_is_looked_at_and_then_taken_in(signed_in: SignedIn, database: Database) -> None:
    reader, before = signed_in(locale=Language.EN), counted(database)
    page = look(reader, FILE, kind="delegation", guest="vientiane-province")
    assert page.status_code == 200, page.text
    assert counted(database) == before
    text = words(page)
    for told in ("Becomes a draft: 1", "Can't be taken in: 1", "Skipped: 1", "Nothing is written yet.", "DTSTART"):
        assert told in text, told
    done = confirm(reader, hidden(page))
    assert (done.status_code, done.location) == (303, f"{PATH}?created=1&changed=0")
    assert "New drafts: 1." in words(reader.get(done.location))
    with database.transaction(write=False) as session:
        event = session.exec(select(Event)).one()
        assert (event.kind, event.guest) == (EventKind.DELEGATION, "vientiane-province")
    assert "march.ics" in words(reader.get(f"/events/{event.id}?show=history"))
    assert "The file says nothing new." in words(look(reader, FILE))


def test_pasted_text_is_as_good_as_a_file(signed_in: SignedIn, database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    assert confirm(reader, hidden(look(reader, text=FILE.decode()))).status_code == 303
    assert counted(database)["Event"] == 1


def test_confirming_takes_what_was_seen_or_nothing(signed_in: SignedIn, database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    form = hidden(look(reader, FILE))
    other = hidden(look(reader, FILE.replace(b"giao", b"kh")))
    before = counted(database)
    for forged in (
        {"content": other["content"]},
        {"seen": ""},
        {"kind": "delegation"},
        {"guest": "vientiane-province"},
    ):
        assert confirm(reader, form | forged).status_code == 412
    assert confirm(reader, form | {"content": "é"}).status_code in {412, 422}
    assert confirm(reader, form | {"csrf": "0"}).status_code == 403
    assert counted(database) == before
    with database.transaction() as session:
        factories.make_event(session, uid="a@example.org")
    assert confirm(reader, form).status_code == 412  # it would have been new, and is known by now


@pytest.mark.parametrize(
    ("content", "form", "told"),
    [
        (b"", {}, "Choose a file"),
        (b"", {"text": " "}, "Choose a file"),
        (b"hello", {}, "no calendar file"),
        (FILE, {"kind": "anniversary"}, "Must be one of"),
        (FILE, {"host": "atlantis"}, "atlantis"),
    ],
)
def test_what_is_wrong_is_told(signed_in: SignedIn, content: bytes, form: dict[str, str], told: str) -> None:
    page = look(signed_in(locale=Language.EN), content, **form)
    assert page.status_code == 422
    assert told in words(page)


@pytest.mark.both_databases("an import is rehearsed in a savepoint")
def test_page_knows_its_steps_and_shows_text_as_text(signed_in: SignedIn) -> None:
    reader = signed_in(locale=Language.EN)
    assert reader.send(PATH, do="dance").status_code == 409
    page = look(reader, calendar(entry(title="<script>alert(1)</script>")))
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


def test_page_is_for_officers_and_linked_for_them(signed_in: SignedIn, browser: Browser) -> None:
    officer, viewer = signed_in(), signed_in(Role.VIEWER)
    assert f'href="{PATH}"' in officer.get("/").text
    assert f'href="{PATH}"' not in viewer.get("/").text
    assert officer.get(PATH).status_code == 200
    assert viewer.get(PATH).status_code == 403
    assert browser.get(PATH).status_code == 303


@pytest.mark.parametrize("path", [PATH, "/plan/days?kind=activity", "/plan?kind=delegation"])
def test_a_merged_province_is_offered_once(signed_in: SignedIn, database: Database, path: str) -> None:
    with database.transaction() as session:
        for code in ("hai-phong", "vientiane-province", "xe-kong"):
            factories.make_locality(session, code)
        for old, new in (("hai-duong", "hai-phong"), ("xe-kong", "vientiane-province")):
            place = factories.make_locality(session, old)
            place.successor, place.succeeded_on = new, date(2025, 7, 1)
    page = signed_in(locale=Language.EN).get(path)
    choices = re.findall(r'<select id="(?:host|guest|partner)".*?</select>', page.text, re.DOTALL)
    assert choices
    for choice in choices:
        codes = re.findall(r'value="([\w-]+)"', choice)
        assert "vientiane-province" in codes
        assert not {"hai-duong", "xe-kong"} & {*codes}


def test_the_preview_tells_days_and_hours_in_words_by_the_offices_clock(signed_in: SignedIn) -> None:
    reader = signed_in(locale=Language.VI)
    series = entry(
        "DTSTART;TZID=America/New_York:20270305T200000",
        "DTEND;TZID=America/New_York:20270305T220000",
        "RRULE:FREQ=WEEKLY;COUNT=2",
    )
    text = words(look(reader, calendar(series)))
    assert "08:00–10:00, 06/3/2027" in text
    assert "(20:00–22:00, 05/3/2027, giờ New York)" in text
    assert "20270306T010000Z" not in text
    long_ago = entry("DTSTART;VALUE=DATE:20200310", "RRULE:FREQ=YEARLY")
    remark = words(look(reader, calendar(long_ago)))
    assert not re.search(r"\d{4}-\d{2}-\d{2}", remark)
    assert "22/11/2025" in remark, "a series is taken in from a year ago on"
