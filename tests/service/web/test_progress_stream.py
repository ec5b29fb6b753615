"""Pages that show how far their work has come: the same work, told line by line, whole or not at all."""

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlmodel import select

from models.database import Database
from models.events import Event
from models.i18n import translate
from models.vocabulary import Language
from service.actions.imports import calendar_files
from service.web import progress_stream
from tests.service.web.test_pages import SITE, Browser, browser, read, signed_in, words

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]
LINES = "BEGIN:VEVENT|UID:{0}@else|DTSTAMP:20261101T000000Z|DTSTART;VALUE=DATE:2027030{0}|SUMMARY:E{0}|END:VEVENT|"
FILE = "|".join(
    ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:else", "".join(map(LINES.format, "123")) + "END:VCALENDAR", "")
).replace("|", "\r\n")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """All work is long."""
    monkeypatch.setattr(progress_stream, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(progress_stream, "PAUSE_SECONDS", 0.0)


def events(database: Database) -> int:
    with database.transaction(write=False) as session:
        return len(session.exec(select(Event)).all())


def preview(reader: Browser, text: str = FILE) -> tuple[str, dict[str, str]]:
    """What looking at a file answers, and the form to take it in."""
    page = reader.send("/events/import", do="look", text=text, kind="activity")
    assert page.status_code == 200
    form = page.text.rpartition('value="import"')[0].rpartition("<form")[2]
    return page.text, dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) | {"do": "import"}


@pytest.mark.parametrize("language", Language)
@pytest.mark.usefixtures("impatient")
def test_each_entry_is_told_then_the_page_comes(signed_in: SignedIn, database: Database, language: Language) -> None:
    reader = signed_in(locale=language)
    text, form = preview(reader)
    lines = [translate("Entry {done} of {total}", language, done=number, total=3) for number in range(3)]
    places = [text.index(line) for line in lines]
    assert places == sorted(places)
    assert text.index(translate("What this file would do", language)) > places[-1]
    assert text.count("<main") == text.count("</main>") == text.count("</html>") == 1
    assert events(database) == 0
    done = reader.post("/events/import", form)
    assert translate("Done.", language) in words(done)
    assert 'content="0; url=/events/import?created=3&amp;changed=0"' in done.text
    assert events(database) == 3


@pytest.mark.usefixtures("impatient")
def test_what_is_shown_is_one_sound_page(signed_in: SignedIn) -> None:
    reader = signed_in()
    page = reader.send("/events/import", do="look", text=FILE, kind="activity")
    found = read(page)
    assert found.wrong == found.open == []


@pytest.mark.usefixtures("impatient")
def test_refusal_stands_on_the_page(signed_in: SignedIn, database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    _text, form = preview(reader)
    answer = reader.post("/events/import", form | {"seen": "another"})
    assert translate("Entry {done} of {total}", "en", done=2, total=3) in words(answer)
    assert "notice bad" in answer.text
    assert events(database) == 0


@pytest.mark.usefixtures("impatient")
def test_defect_on_the_way_leaves_nothing_and_says_so(
    signed_in: SignedIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = signed_in(locale=Language.EN)
    _text, form = preview(reader)
    take = calendar_files._CalendarImport._import

    def fail(
        self: calendar_files._CalendarImport, entry: calendar_files.ImportedEvent
    ) -> calendar_files.ComponentOutcome:
        if entry.uid.startswith("3"):
            raise RuntimeError("nobody should read this")
        return take(self, entry)

    monkeypatch.setattr(calendar_files._CalendarImport, "_import", fail)
    answer = reader.post("/events/import", form)
    assert "Internal error" in words(answer)
    assert "nobody should read this" not in answer.text
    assert events(database) == 0


@pytest.mark.usefixtures("impatient")
def test_whoever_leaves_finds_all_of_it_done(signed_in: SignedIn, database: Database) -> None:
    reader = signed_in()
    _text, form = preview(reader)
    answer = reader.client.post("/events/import", data=form, headers={"Accept": "text/html"}, base_url=SITE)
    parts: Iterator[bytes] = iter(answer.response)
    assert b"<main" in next(parts)
    answer.close()
    for thread in threading.enumerate():
        if thread.name == "long-page":
            thread.join()
    assert events(database) == 3


def test_quick_work_answers_as_ever(signed_in: SignedIn) -> None:
    reader = signed_in(locale=Language.EN)
    text, form = preview(reader)
    assert 'role="log"' not in text
    assert reader.post("/events/import", form).status_code == 303
    assert reader.post("/events/import", form | {"csrf": "wrong"}).status_code == 403
    assert reader.post("/events/import", form | {"seen": "x"}).status_code == 412
