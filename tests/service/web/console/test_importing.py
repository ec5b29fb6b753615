"""A calendar file that somebody sent is looked at, taken in and looked at again; in each language."""

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from models.database import Database
from models.events import Event
from models.i18n import translate
from models.vocabulary import EventStatus, Role
from tests.service.web.console.conftest import Visit, barriers, is_wider_than_the_screen, picture

ENTRIES = 60


def calendar_file() -> str:
    entries = [
        f"BEGIN:VEVENT\r\nUID:{number}@example.org\r\nDTSTAMP:20261101T000000Z\r\nDTSTART;VALUE=DATE:2027{month:02}15\r\n"
        f"SUMMARY:Họp giao ban {number}\r\nEND:VEVENT\r\n"
        for number in range(ENTRIES)
        for month in [number % 12 + 1]
    ]
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n" + "".join(entries) + "END:VCALENDAR\r\n"


@pytest.mark.parametrize(("language", "size"), [("vi", "laptop"), ("lo", "phone"), ("en", "laptop")])
def test_a_file_is_looked_at_and_taken_in(visit: Visit, database: Database, language: str, size: str) -> None:
    page = visit(Role.OFFICER, language, size)

    def say(sentence: str, **values: object) -> str:
        return translate(sentence, language, **values)

    page.goto("/")
    page.get_by_role("link", name=say("Take in a calendar file")).first.press("Enter")
    page.get_by_label(say("Or paste its text")).fill("this is no calendar")
    page.get_by_role("button", name=say("Look at it first")).press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label(say("Or paste its text")).fill(calendar_file())
    page.get_by_role("button", name=say("Look at it first")).press("Enter")
    expect(page.get_by_role("table")).to_contain_text(f"Họp giao ban {ENTRIES - 1}")
    picture(page, f"import-{language}-{size}")
    assert barriers(page) == []
    assert not is_wider_than_the_screen(page)
    page.get_by_role("button", name=say("Take this file in")).press("Enter")
    done = say("The file was taken in. New drafts: {created}. Changed events: {changed}.", created=ENTRIES, changed=0)
    expect(page.get_by_role("status").filter(has_text=done)).to_be_visible()
    with database.transaction(write=False) as session:
        made = session.exec(select(Event).where(Event.uid.like("%@example.org"))).all()  # type: ignore[attr-defined]
        assert len(made) == ENTRIES
        assert {one.status for one in made} == {EventStatus.DRAFT}
    page.get_by_label(say("Or paste its text")).fill(calendar_file())
    page.get_by_role("button", name=say("Look at it first")).press("Enter")
    expect(page.get_by_text(say("The file says nothing new."))).to_be_visible()
