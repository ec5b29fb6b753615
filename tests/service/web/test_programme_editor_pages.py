"""The programme editor as a plain form: what it shows is what it saves, nothing of two people's work is lost."""

import re
from collections.abc import Callable
from datetime import date, time
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlmodel import select
from werkzeug.datastructures import MultiDict

from models.database import Database
from models.event_parts import ProgrammeItem
from models.queries.event_parts import programme_of
from models.resources import Booking, Resource
from models.vocabulary import EventStatus, Language, ResourceType, Role
from service.actions.context import ActionContext
from service.actions.events import events, programme
from service.settings import Settings
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_kept_forms import again, typist
from tests.service.web.test_pages import Browser, count_queries, signed_in, words

__all__ = ["signed_in", "typist"]

SignedIn = Callable[..., Browser]
DAY = date(2026, 12, 2)
TALKS: dict[str, Any] = {
    "day": DAY,
    "start_time": time(8),
    "end_time": time(9, 30),
    "title": {"vi": "Hội đàm", "lo": "ພົບປະ", "en": "Talks"},
    "place": {"vi": "Phòng A", "en": "Room A"},
    "attendees": {"vi": "Đại biểu hai bên\nvà phiên dịch"},
    "travel_minutes": 15,
}
DINNER: dict[str, Any] = {"day": date(2026, 12, 3), "start_time": time(18), "title": {"vi": "Chiêu đãi"}}


class _Controls(HTMLParser):
    """The controls of the editor's form as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.area: str | None = None
        self.sent: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.inside = "sheets" in (told.get("class") or "")
        is_sent = told.get("name") and (told.get("type") != "checkbox" or "checked" in told)
        if tag == "input" and self.inside and is_sent:
            self.sent.append((str(told["name"]), told.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


class Sheet:
    """An open editor: its controls, typed into by row and column."""

    def __init__(self, browser: Browser, path: str, answer: Any = None) -> None:
        self.browser, self.path = browser, path
        reader = _Controls()
        self.answer = answer or browser.get(path)
        reader.feed(self.answer.text)
        self.sent: MultiDict[str, str] = MultiDict(reader.sent)

    def column(self, name: str) -> list[str]:
        return self.sent.getlist(name)

    def type(self, row: int, **cells: str) -> None:
        for name, text in cells.items():
            told = self.sent.getlist(name.replace("__", "."))
            told[row] = text
            self.sent.setlist(name.replace("__", "."), told)

    def free(self, day: date) -> int:
        """The first empty row of a day."""
        rows = zip(self.column("day"), self.column("id"), self.column("title.vi"), strict=True)
        return next(place for place, row in enumerate(rows) if row == (day.isoformat(), "", ""))

    def press(self, word: str, **more: Any) -> Any:
        form = MultiDict(self.sent)
        form["do"] = word
        for name, text in more.items():
            form.setlist(name, text if isinstance(text, list) else [text])
        return self.browser.post(self.path, form)


@pytest.fixture
def visit(database: Database) -> str:
    """A planned visit from 2 to 4 December 2026."""
    with database.transaction() as session:
        title = {"vi": "Đoàn cán bộ", "lo": "ຄະນະພະນັກງານ"}
        return factories.make_event(session, title=title).id


@pytest.fixture
def write(database: Database, settings: Settings, clock: Clock, visit: str) -> Callable[..., None]:
    def run(*items: dict[str, Any]) -> None:
        with database.transaction() as session:
            act = ActionContext(None, clock.now, settings.office)
            programme.replace_programme(session, act, events.find_event(session, visit), items)

    return run


@pytest.fixture
def saved(database: Database, visit: str) -> Callable[[], list[ProgrammeItem]]:
    def read() -> list[ProgrammeItem]:
        with database.transaction(write=False) as session:
            return list(programme_of(session, visit))

    return read


@pytest.fixture
def sheet(signed_in: SignedIn, visit: str) -> Callable[[], Sheet]:
    browser = signed_in(locale=Language.EN)
    return lambda: Sheet(browser, f"/events/{visit}/programme/edit")


@pytest.mark.both_databases("saving locks the items of a programme")
def test_what_is_shown_is_saved_unchanged(write: Any, saved: Any, sheet: Callable[[], Sheet]) -> None:
    write(TALKS, DINNER)
    before = [one.model_dump() for one in saved()]
    answer = sheet().press("save")
    assert answer.status_code == 303
    assert [one.model_dump() for one in saved()] == before


@pytest.mark.both_databases("items are added, changed and taken out in one statement each")
def test_rows_are_added_changed_and_taken_out(write: Any, saved: Any, sheet: Callable[[], Sheet]) -> None:
    write(TALKS, DINNER)
    talks = saved()[0].id
    page = sheet()
    page.type(0, begins="830-945", title__lo="", place__lo="ຫ້ອງ ກ")
    page.type(page.column("title.vi").index("Chiêu đãi"), begins="", title__vi="")
    page.type(page.free(DAY), begins="10h", title__vi="Tham quan", title__lo="ທ່ຽວຊົມ")
    assert page.press("save").headers["Location"].endswith("/programme/edit?done=saved")
    first, second = saved()
    assert (first.id, first.start_time, first.end_time) == (talks, time(8, 30), time(9, 45))
    assert first.title == {"vi": "Hội đàm", "en": "Talks"}
    assert first.place == {"vi": "Phòng A", "lo": "ຫ້ອງ ກ", "en": "Room A"}
    assert first.attendees == {"vi": "Đại biểu hai bên\nvà phiên dịch"}
    assert (second.start_time, second.title) == (time(10), {"vi": "Tham quan", "lo": "ທ່ຽວຊົມ"})
    shown = words(page.browser.get(f"{page.path}?done=saved"))
    assert "calendars and reminders show no programme. Publish the programme" in shown
    assert "To look at" not in shown


def test_what_can_not_be_read_is_named_beside_its_row(saved: Any, sheet: Callable[[], Sheet]) -> None:
    page = sheet()
    page.type(page.free(DAY), begins="sáng sớm", title__vi="Đón đoàn", travel="lâu")
    page.type(page.free(date(2026, 12, 3)), begins="8")
    answer = page.press("save")
    assert answer.status_code == 422
    assert "Not an hour." in answer.text
    assert answer.text.count('aria-invalid="true"') == 3
    assert 'value="sáng sớm"' in answer.text
    assert saved() == []


def test_checking_saves_nothing(saved: Any, sheet: Callable[[], Sheet]) -> None:
    page = sheet()
    page.type(0, begins="8-10", title__vi="Hội đàm")
    page.type(1, begins="9-11", title__vi="Tham quan")
    answer = page.press("look")
    assert "are at the same time" in words(answer)
    assert "Nothing is saved yet" in words(answer)
    assert saved() == []
    assert "To look at: 1 02/12/2026, 9-11 : “Hội đàm”" in words(answer)
    place = re.search(r'href="#(n\d+)"', answer.text)
    assert place is not None
    assert f'id="{place[1]}"' in answer.text, "it leads to its row"
    only = page.press("look", only="notes").text
    assert "To look at: 1" in only
    assert 'data-row="1"' in only
    assert "<input" not in only


def test_missing_languages_are_counted(write: Any, sheet: Callable[[], Sheet]) -> None:
    write(TALKS, DINNER)
    text = words(sheet().answer)
    assert "Cells that lack a text in Vietnamese: 0" in text
    assert "Cells that lack a text in Lao: 3" in text


def test_more_rows_and_a_pasted_table_without_script(saved: Any, sheet: Callable[[], Sheet]) -> None:
    page = sheet()
    page = Sheet(page.browser, page.path, page.press("more"))
    assert page.column("day").count("2026-12-03") == 6
    pasted = "8h00 - 9h00\tHội đàm\tພົບປະ\n9h15\tTham quan\tທ່ຽວຊົມ\n"
    page = Sheet(page.browser, page.path, page.press("paste", pasted=pasted, paste_day="2026-12-03"))
    assert page.press("save").status_code == 303
    assert [(one.day, one.start_time, one.title) for one in saved()] == [
        (date(2026, 12, 3), time(8), {"vi": "Hội đàm", "lo": "ພົບປະ"}),
        (date(2026, 12, 3), time(9, 15), {"vi": "Tham quan", "lo": "ທ່ຽວຊົມ"}),
    ]


@pytest.mark.both_databases("the second editor's programme is read again and merged")
def test_two_editors_at_once(write: Any, saved: Any, sheet: Callable[[], Sheet]) -> None:
    write(TALKS, DINNER, DINNER | {"start_time": time(20), "title": {"vi": "Văn nghệ"}})
    first, second = sheet(), sheet()
    first.type(0, title__vi="Hội đàm hẹp")
    first.type(first.column("title.vi").index("Chiêu đãi"), begins="19h")
    first.type(first.free(DAY), begins="14h", title__vi="Viếng đài")
    assert first.press("save").status_code == 303
    second.type(0, title__vi="Hội đàm rộng")
    second.type(second.free(DAY), begins="16h", title__vi="Nghỉ")
    answer = second.press("save")
    assert answer.status_code == 412
    told = words(answer)
    assert "Saved now is: 02/12/2026, 08:00–09:30, Hội đàm hẹp" in told
    assert "Somebody added this item meanwhile." in told
    assert [one.title["vi"] for one in saved()] == ["Hội đàm hẹp", "Viếng đài", "Chiêu đãi", "Văn nghệ"]
    merged = Sheet(second.browser, second.path, answer)
    assert merged.press("save").status_code == 303
    assert [(one.start_time.hour, one.title["vi"]) for one in saved()] == [
        (8, "Hội đàm rộng"), (14, "Viếng đài"), (16, "Nghỉ"), (19, "Chiêu đãi"), (20, "Văn nghệ"),
    ]  # fmt: skip


@pytest.fixture
def hall(database: Database) -> str:
    with database.transaction() as session:
        factories.make_locality(session, "hai-duong")
        row = Resource(name={"vi": "Hội trường lớn", "lo": "ຫ້ອງໃຫຍ່"}, type=ResourceType.ROOM, locality="hai-duong")
        session.add(row)
        session.flush()
        return row.id


@pytest.mark.both_databases("a hall is booked in the transaction that saves the programme")
def test_a_hall_is_booked_from_here_unless_it_is_taken(
    database: Database, saved: Any, sheet: Callable[[], Sheet], hall: str, visit: str
) -> None:
    page = sheet()
    page.type(0, begins="8-9h30", title__vi="Hội đàm", place__vi="hội trường lớn")
    answer = page.press("look")
    key = f"{hall}|2026-12-02T08:00|2026-12-02T09:30"
    assert f'value="{key}"' in answer.text
    assert "Book “Hội trường lớn” from 08:00 to 09:30" in words(answer)
    assert page.press("save", book=key).status_code == 303
    with database.transaction(write=False) as session:
        (booking,) = session.exec(select(Booking)).all()
        assert (booking.event_id, booking.start_time, booking.end_time) == (visit, time(8), time(9, 30))
    assert "is not booked" not in words(sheet().answer)

    with database.transaction() as session:
        other = factories.make_event(session, title={"vi": "Đoàn khác"})
        other_id = other.id
    later = Sheet(page.browser, f"/events/{other_id}/programme/edit")
    later.type(0, begins="9-10", title__vi="Họp", place__vi="Hội trường lớn")
    answer = later.press("save", book=f"{hall}|2026-12-02T09:00|2026-12-02T10:00")
    assert answer.status_code == 409
    assert "is taken at these hours; nothing was saved. It is free:" in words(answer)
    assert 'value="Họp"' in answer.text
    with database.transaction(write=False) as session:
        assert list(programme_of(session, other_id)) == []
        assert len(session.exec(select(Booking)).all()) == 1


def test_a_tick_of_other_hours_books_nothing(
    database: Database, saved: Any, sheet: Callable[[], Sheet], hall: str
) -> None:
    page = sheet()
    page.type(0, begins="8-9", title__vi="Hội đàm", place__vi="Hội trường lớn")
    answer = page.press("save", book=f"{hall}|2026-12-02T08:00|2026-12-02T11:00")
    assert answer.status_code == 409
    assert "changed after you ticked" in words(answer)
    assert saved() == []


def test_who_may_not_change_the_programme_has_no_editor(signed_in: SignedIn, visit: str) -> None:
    path = f"/events/{visit}/programme/edit"
    assert signed_in(Role.VIEWER).get(path).status_code == 403
    assert signed_in(Role.ADMIN).get(path).status_code == 200


def test_a_form_with_holes_is_refused(saved: Any, sheet: Callable[[], Sheet]) -> None:
    page = sheet()
    page.sent.setlist("begins", page.column("begins")[1:])
    assert page.press("save").status_code == 409
    assert saved() == []


def test_a_long_programme_is_light(database: Database, write: Any, sheet: Callable[[], Sheet], visit: str) -> None:
    """Five days of 25 items with all their texts: at most 200 kB, and as many statements as for a short one."""
    with database.transaction() as session:
        event = events.find_event(session, visit)
        event.last_day = event.departs_on = date(2026, 12, 6)
    write(TALKS)
    page = sheet()
    short = count_queries(database, lambda: page.browser.get(page.path))
    text = {"vi": "Hội đàm với lãnh đạo tỉnh Viêng Chăn", "lo": "ພົບປະກັບການນຳແຂວງວຽງຈັນ"}

    def item(number: int) -> dict[str, Any]:
        half_hours = number // 5
        return {
            "day": date(2026, 12, 2 + number % 5),
            "start_time": time(7 + half_hours // 2, half_hours % 2 * 30),
            "title": text,
            "place": {"vi": f"Phòng họp {number}", "lo": f"ຫ້ອງ {number}"},
            "hosted_by": text,
            "attendees": {"vi": "Đại biểu hai bên", "lo": "ຜູ້ແທນສອງຝ່າຍ"},
        }

    write(*map(item, range(125)))
    assert len(page.browser.get(page.path).data) <= 200_000
    assert count_queries(database, lambda: page.browser.get(page.path)) == short


def test_a_completed_event_offers_nothing_to_book(
    database: Database, write: Any, sheet: Callable[[], Sheet], hall: str, visit: str
) -> None:
    write(TALKS | {"place": {"vi": "Hội trường lớn"}})
    assert "is not booked" in words(sheet().answer)
    with database.transaction() as session:
        events.find_event(session, visit).status = EventStatus.COMPLETED
    assert "is not booked" not in words(sheet().answer)


def test_what_was_typed_is_there_after_signing_in_again(
    typist: Callable[..., Browser], clock: Clock, saved: Any, visit: str
) -> None:
    reader = typist()
    page = Sheet(reader, f"/events/{visit}/programme/edit")
    page.type(0, begins="8-9", title__vi="Hội đàm", title__lo="ພົບປະ")
    page.type(page.free(date(2026, 12, 3)), title__vi="Nghỉ")
    clock.move(hours=13)
    shown = again(reader, page.press("save"))
    assert "it is not saved yet" in words(shown)
    assert saved() == []
    page = Sheet(reader, page.path, shown)
    assert page.press("save").status_code == 303
    assert [(one.day.day, one.title["vi"]) for one in saved()] == [(2, "Hội đàm"), (3, "Nghỉ")]


def test_an_item_in_a_third_language_only_stays(write: Any, saved: Any, sheet: Callable[[], Sheet]) -> None:
    write({"day": DAY, "title": {"en": "Free"}})
    page = sheet()
    assert 'placeholder="Free"' in page.answer.text
    assert page.press("save").status_code == 303
    assert [one.title for one in saved()] == [{"en": "Free"}]
