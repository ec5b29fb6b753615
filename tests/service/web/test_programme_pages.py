"""Programmes in the console: what is published, what is not yet, what does not fit, and the page of all revisions."""

import re
from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.event_parts import ProgrammeRevision
from models.queries.event_parts import programme_of
from models.vocabulary import EventStatus, Language, Role
from service.actions.context import ActionContext
from service.actions.events import events, programme, programme_revisions
from service.settings import Settings
from service.web.event.programme import version_of
from tests import factories
from tests.at_once import meanwhile
from tests.service.conftest import Clock
from tests.service.web.test_pages import (
    OTHER_SCRIPT,
    Browser,
    count_queries,
    read,
    signed_in,
    told,
    untranslated,
    words,
)

__all__ = ["signed_in"]

SignedIn = Callable[..., Browser]
Write = Callable[..., None]

DAY = date(2026, 12, 2)
WELCOME: dict[str, Any] = {"day": DAY, "title": {"vi": "Đón đoàn", "lo": "ຕ້ອນຮັບຄະນະ"}, "place": {"vi": "Nội Bài"}}
TALKS: dict[str, Any] = {
    "day": DAY,
    "start_time": time(8),
    "end_time": time(9, 30),
    "title": {"vi": "Hội đàm", "lo": "ພົບປະ"},
}
DINNER: dict[str, Any] = {
    "day": date(2026, 12, 3),
    "start_time": time(18),
    "title": {"vi": "Chiêu đãi", "lo": "ງານລ້ຽງ"},
    "travel_minutes": 20,
}


@pytest.fixture
def visit(database: Database) -> str:
    """A planned visit from 2 to 4 December 2026, its texts without English."""
    with database.transaction() as session:
        title = {"vi": "Đoàn cán bộ", "lo": "ຄະນະພະນັກງານ"}
        return factories.make_event(session, title=title).id


@pytest.fixture
def write(database: Database, settings: Settings, clock: Clock, visit: str) -> Iterator[Write]:
    """Put a programme in place and, with ``publish``, publish it."""

    def run(*items: dict[str, Any], publish: bool = False, note: str | None = None) -> None:
        with database.transaction() as session:
            act = ActionContext(None, clock.now, settings.office)
            event = events.find_event(session, visit)
            programme.replace_programme(session, act, event, items)
            if publish:
                programme_revisions.publish_programme(session, act, event, note)

    return run


def section(text: str) -> str:
    """The programme on an event's page in English."""
    return text[text.index("Programme", text.index("People, in order")) : text.index("Tasks There are no tasks")]


def test_event_shows_what_is_published_and_what_is_not(signed_in: SignedIn, visit: str, write: Write) -> None:
    reader, path = signed_in(Role.VIEWER, locale=Language.EN), f"/events/{visit}"
    assert "There is no programme yet." in section(words(reader.get(path)))
    write(WELCOME, TALKS)
    text = section(words(reader.get(path)))
    assert "Not published yet Wednesday, 2 December 2026 Đón đoàn" in text
    write(WELCOME, TALKS, publish=True)
    text = section(words(reader.get(path)))
    assert "Published: Programme, 10:00, 22 November 2026" in text
    assert "Not published yet" not in text
    write(TALKS | {"start_time": time(8, 30)}, DINNER)
    page = reader.get(path)
    assert (
        "Not published yet: what has changed since "
        "Item taken out: 02/12/2026 – Đón đoàn ( Nội Bài ) "
        "Item changed: 02/12/2026, 08:30–09:30 – Hội đàm Begins at: 08:00 → 08:30 "
        "New item: 03/12/2026, 18:00 – Chiêu đãi"
    ) in section(words(page))
    for mark, shown in (("del", "02/12/2026 – "), ("del", "08:00"), ("ins", "08:30"), ("ins", "03/12/2026, 18:00 – ")):
        assert f"<{mark}>{shown}" in page.text
    write(TALKS | {"start_time": time(8, 30)}, DINNER, publish=True)
    assert "Published: Adjustment 1" in section(words(reader.get(path)))
    assert "On the way: 20 min" in section(words(reader.get(path)))


def test_warnings_stand_with_their_advice(signed_in: SignedIn, visit: str, write: Write) -> None:
    write(TALKS, TALKS | {"title": {"vi": "Khảo sát"}, "start_time": time(9)})
    page = signed_in(Role.VIEWER, locale=Language.EN).get(f"/events/{visit}")
    assert (
        "Warning: “Hội đàm” (08:00–09:30) and “Khảo sát” (09:00–09:30) on 2 December 2026 are at the same time. "
        "→ Move one of the two"
    ) in section(words(page))


def test_officer_publishes_with_a_note(signed_in: SignedIn, visit: str, write: Write, database: Database) -> None:
    officer, path = signed_in(locale=Language.EN, name="Lan"), f"/events/{visit}"
    write(WELCOME)
    assert "Publish the programme" in officer.get(path).text
    answer = officer.send(path, do="publish", note="  Bản <b>đầu</b>  ")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=publish#programme")
    text = words(officer.get(answer.headers["Location"]))
    assert "The programme is published." in text
    assert "Programme published – Lan" in words(officer.get(f"{path}?show=history"))
    assert "Publish the" not in text
    again = officer.send(path, do="publish")
    assert again.status_code == 409
    assert "Nothing changed since revision 1." in words(again)
    write(WELCOME, TALKS)
    long = officer.send(path, do="publish", note="ñ" * 2001)
    assert long.status_code == 422
    assert "ñ" * 2001 + "</textarea>" in long.text
    assert officer.send(path, do="publish", note="").status_code == 303
    with database.transaction(write=False) as session:
        found = session.exec(select(ProgrammeRevision).order_by(ProgrammeRevision.number)).all()  # type: ignore[arg-type]
        assert [(one.number, one.note) for one in found] == [(1, "Bản <b>đầu</b>"), (2, None)]
        assert len(session.exec(select(Audit).where(Audit.entity == "programme_revision")).all()) == 2


def test_viewer_sees_no_form_and_may_not_publish(
    signed_in: SignedIn, visit: str, write: Write, database: Database
) -> None:
    viewer, path = signed_in(Role.VIEWER, locale=Language.EN), f"/events/{visit}"
    write(WELCOME)
    assert 'value="publish"' not in viewer.get(path).text
    assert viewer.send(path, do="publish").status_code == 403
    with database.transaction(write=False) as session:
        assert session.exec(select(ProgrammeRevision)).all() == []


def test_only_another_order_is_told_too(signed_in: SignedIn, visit: str, write: Write) -> None:
    rest = WELCOME | {"title": {"vi": "Nghỉ ngơi"}}
    write(WELCOME, rest, publish=True)
    write(rest, WELCOME)
    officer = signed_in(locale=Language.EN)
    assert "Only the order of items has changed." in words(officer.get(f"/events/{visit}"))
    assert officer.send(f"/events/{visit}", do="publish").status_code == 303
    assert "What has changed Only the order" in words(officer.get(f"/events/{visit}/programme"))


@pytest.mark.both_databases("revisions: JSON in a column")
def test_all_revisions_stand_on_their_page(signed_in: SignedIn, visit: str, write: Write) -> None:
    path = f"/events/{visit}/programme"
    reader = signed_in(Role.VIEWER, locale=Language.EN)
    assert "Nothing has been published yet." in words(reader.get(path))
    write(WELCOME, TALKS, publish=True, note="Bản đầu\ndòng hai")
    write(TALKS, DINNER, publish=True)
    write(TALKS, DINNER | {"place": {"vi": "Nhà khách"}}, publish=True)
    write(TALKS)
    page = reader.get(path)
    assert re.findall(r'<h2 id="revision-(\d)">', page.text) == ["3", "2", "1"]
    assert page.text.count("<details>") == 2
    text = words(page)
    for shown in (
        (
            "Adjustment 2 10:00, 22 November 2026 – The service itself What has changed "
            "Item changed: 03/12/2026, 18:00 – Chiêu đãi Place: – → Nhà khách Wednesday, 2 December 2026"
        ),
        (
            "Adjustment 1 10:00, 22 November 2026 – The service itself What has changed "
            "Item taken out: 02/12/2026 – Đón đoàn ( Nội Bài ) New item: 03/12/2026, 18:00 – Chiêu đãi "
            "The whole programme as it was then – Adjustment 1"
        ),
        "Programme 10:00, 22 November 2026 – The service itself Bản đầu dòng hai The whole programme",
    ):
        assert shown in text


def test_unknown_event_has_no_programme(signed_in: SignedIn) -> None:
    assert signed_in().get("/events/nothing/programme").status_code == 404


@pytest.mark.parametrize("language", ["vi", "lo"])
def test_pages_speak_the_readers_language(signed_in: SignedIn, visit: str, write: Write, language: str) -> None:
    write(WELCOME, TALKS, publish=True)
    write(WELCOME, DINNER, publish=True)
    late = {"title": {"vi": "Khảo sát"}, "day": DINNER["day"], "start_time": time(18), "travel_minutes": 30}
    write(TALKS, DINNER, late)
    officer = signed_in(locale=Language(language), name="Lan")
    event, revisions = (words(officer.get(f"/events/{visit}{page}")) for page in ("", "/programme"))
    assert untranslated(event) == []
    assert untranslated(revisions) == []
    assert told("Publish the adjustment", language) in event
    assert {"vi": "Điều chỉnh lần 1", "lo": "ສະບັບປັບປຸງຄັ້ງທີ 1"}[language] in event
    assert told("What has changed", language) in revisions


def test_text_of_a_programme_is_text(signed_in: SignedIn, visit: str, write: Write) -> None:
    evil = '<script>alert("1")</script>{{ 7*7 }}\'"><img src=x onerror=alert(1)>'
    texts = {name: {"vi": evil} for name in ("title", "place", "hosted_by", "attendees")}
    write(WELCOME, publish=True, note=evil)
    write({"day": DAY} | texts, publish=True, note=evil)
    write(TALKS | texts, TALKS | texts)
    officer = signed_in()
    for path in (f"/events/{visit}", f"/events/{visit}/programme"):
        page = officer.get(path)
        assert "&lt;script&gt;" in page.text
        assert not OTHER_SCRIPT.search(page.text)
        assert "<img src=x" not in page.text
        assert evil in "".join(read(page).words)


def test_no_query_per_item_or_revision(signed_in: SignedIn, visit: str, write: Write, database: Database) -> None:
    reader = signed_in()
    found: dict[str, list[int]] = {}
    for total in (1, 12):
        for number in range(total):
            write(*(TALKS | {"title": {"vi": f"{number} {one} {total}"}} for one in range(total)), publish=True)
        write(DINNER)
        for path in (f"/events/{visit}", f"/events/{visit}/programme"):
            found.setdefault(path, []).append(count_queries(database, lambda path=path: reader.get(path)))
    assert all(few == many for few, many in found.values()), found


@pytest.mark.both_databases("items are moved")
def test_history_tells_that_the_programme_moved_along(
    signed_in: SignedIn, visit: str, write: Write, database: Database, settings: Settings, clock: Clock
) -> None:
    write(WELCOME)
    with database.transaction() as session:
        act = ActionContext(None, clock.now, settings.office)
        event = events.find_event(session, visit)
        events.transition(session, act, event, EventStatus.POSTPONED, "Mưa")
        days = {"first_day": date(2027, 1, 12), "last_day": date(2027, 1, 14)}
        events.transition(session, act, event, EventStatus.PLANNED, None, days)
    text = words(signed_in(locale=Language.EN).get(f"/events/{visit}?show=history"))
    assert "Programme moved along with the event" in text
    assert "Tuesday, 12 January 2027 Đón đoàn" in text


@pytest.mark.both_databases("the item's form waits for who changes the programme")
def test_an_item_changed_while_its_form_waited_is_not_overwritten(
    signed_in: SignedIn, visit: str, write: Write, database: Database, settings: Settings, clock: Clock
) -> None:
    write(TALKS)
    officer, path = signed_in(locale=Language.EN), f"/events/{visit}"
    with database.transaction(write=False) as session:
        (item,) = programme_of(session, visit)
    form = {
        "do": "change_item",
        "row": item.id,
        "version": version_of(item),
        "title.vi": "Hội đàm rộng",
        "day": DAY.isoformat(),
    }
    assert form["version"] in officer.get(f"{path}?edit=item:{item.id}").text
    answers: list[int] = []
    with (
        meanwhile(database, lambda: answers.append(officer.send(path, **form).status_code)) as start,
        database.transaction() as session,
    ):
        event = events.find_event(session, visit)
        (row,) = programme_of(session, visit)
        act = ActionContext(None, clock.now, settings.office)
        programme.change_item(session, act, event, row, {"start_time": time(10)})
        start()
    assert answers == [412]
    with database.transaction(write=False) as session:
        assert [(one.start_time, one.title["vi"]) for one in programme_of(session, visit)] == [(time(10), "Hội đàm")]
