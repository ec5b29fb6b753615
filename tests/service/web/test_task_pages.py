"""Things to do, as people meet them: the page of all tasks, an event's own, and the line on the first page."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from html import unescape

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from models.database import Database
from models.event_parts import Task
from models.i18n import translate
from models.vocabulary import EventStatus, Language, Role, TaskAnchor, Visibility
from tests import factories
from tests.service.web.test_pages import Browser, browser, count_queries, signed_in, told, untranslated, words

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]


@pytest.fixture
def due(database: Database) -> dict[str, str]:
    """Name → id of tasks around the tests' instant, Sunday 22 November 2026; their titles are these names."""
    with database.transaction() as session:
        office = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ", "lo": "ພະແນກການຕ່າງປະເທດ"})
        person = factories.make_person(session, name="Lan")
        visit = factories.make_event(session, title={"vi": "Đoàn Viêng Chăn", "lo": "ຄະນະວຽງຈັນ"})
        over = factories.make_event(
            session, first_day=date(2026, 11, 2), status=EventStatus.COMPLETED, title={"vi": "Lớp cũ", "lo": "ຊຸດເກົ່າ"}
        )
        draft = factories.make_event(session, status=EventStatus.DRAFT)
        made = {}
        for name, event, values in (
            ("VIEC-TRE", visit, {"due_offset": "-P14D", "organisation_id": office.id, "person_id": person.id}),
            ("BAO-CAO", over, {"due_offset": "P19D", "anchor": TaskAnchor.DEPARTURE}),
            ("HOM-NAY", visit, {"due_on": date(2026, 11, 22)}),
            ("SAP-TOI", visit, {"due_offset": "-P1D", "working_days": True}),
            ("NGAY-CUOI", visit, {"due_on": date(2026, 12, 22)}),
            ("QUA-XA", visit, {"due_on": date(2026, 12, 23)}),
            ("DA-XONG", visit, {"due_on": date(2026, 11, 20), "done": True}),
            ("DU-THAO", draft, {"due_on": date(2026, 11, 20)}),
            ("LUC-NAO", visit, {"due_on": None}),
        ):
            made[name] = factories.make_task(session, event, title={"vi": name, "lo": name}, **values).id
        return made


def test_what_is_overdue_comes_first_then_thirty_days(signed_in: SignedIn, due: dict[str, str]) -> None:
    page = signed_in(locale=Language.EN).get("/tasks")
    text = words(page)
    shown = sorted((name for name in due if name in text), key=text.index)
    assert shown == ["VIEC-TRE", "BAO-CAO", "HOM-NAY", "SAP-TOI", "NGAY-CUOI"]
    assert text.index("Overdue") < text.index("VIEC-TRE") < text.index("The next 30 days") < text.index("HOM-NAY")
    assert text.count("4 days late") == text.count("1 day late") == 1
    assert "18 November 2026 (14 days before the arrival)" in text
    assert "19 days after the departure" in text
    assert "1 working day before the arrival" in text
    assert "Tuesday, 1 December 2026" in text
    assert text.rindex("Lan") < text.rindex("Sở Ngoại vụ")


def test_a_task_leads_to_its_event(signed_in: SignedIn, due: dict[str, str], database: Database) -> None:
    page = signed_in().get("/tasks").text
    with database.transaction(write=False) as session:
        task = session.get(Task, due["VIEC-TRE"])
        assert task is not None
    assert f'href="/events/{task.event_id}#tasks">Đoàn Viêng Chăn</a>' in page


def test_an_officer_marks_a_task_as_done_and_takes_that_back(
    signed_in: SignedIn, due: dict[str, str], database: Database
) -> None:
    reader = signed_in(locale=Language.EN)
    answer = reader.send("/tasks", task=due["VIEC-TRE"])
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/tasks?done={due['VIEC-TRE']}")
    page = reader.get(answer.headers["Location"])
    assert "Done: VIEC-TRE Undo" in words(page)
    assert "VIEC-TRE" not in words(reader.get("/tasks"))
    with database.transaction(write=False) as session:
        assert session.exec(select(Task.title).where(Task.done, Task.done_at != None)).one()["vi"] == "VIEC-TRE"  # noqa: E711
    answer = reader.send("/tasks", task=due["VIEC-TRE"], do="reopen")
    assert "Open again: VIEC-TRE" in words(reader.get(answer.headers["Location"]))
    assert "VIEC-TRE" in words(reader.get("/tasks"))


def test_marking_leads_back_to_the_same_list(signed_in: SignedIn, due: dict[str, str]) -> None:
    reader = signed_in(locale=Language.EN)
    path = "/tasks?q=VIEC&which=overdue"
    page = reader.get(path)
    assert f'action="{path.replace("&", "&amp;")}"' in page.text
    answer = reader.send(path, task=due["VIEC-TRE"], do="finish")
    back = answer.headers["Location"]
    assert back.startswith(f"{path}&")
    text = words(reader.get(back))
    assert "Done: VIEC-TRE" in text
    assert "No task fits these filters." in text


def test_what_was_marked_is_not_told_to_who_may_not_see_it(
    signed_in: SignedIn, due: dict[str, str], database: Database
) -> None:
    with database.transaction() as session:
        office = factories.make_organisation(session)
        kept = factories.make_event(session, organisation_id=office.id, visibility=Visibility.INTERNAL)
        task = factories.make_task(session, kept, title={"vi": "KÍN"}).id
        mine = factories.make_organisation(session).id
    assert "KÍN" not in words(signed_in(organisation_id=mine).get(f"/tasks?done={task}"))
    assert "KÍN" not in words(signed_in(organisation_id=mine).get("/tasks?which=all"))
    assert "KÍN" in words(signed_in(Role.ADMIN).get(f"/tasks?done={task}"))


def shown(page: TestResponse, due: dict[str, str]) -> list[str]:
    """The names of the tasks a page lists, in its order."""
    listed = page.text.split('<section aria-labelledby="listed">')[1]
    return [name for name in re.findall(r"<p>(?:<span lang=.vi.>)?([A-Z-]+)(?:</span>)?</p>", listed) if name in due]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("which=overdue", ["VIEC-TRE", "BAO-CAO"]),
        ("which=open", ["VIEC-TRE", "BAO-CAO", "HOM-NAY", "SAP-TOI", "NGAY-CUOI", "QUA-XA", "LUC-NAO"]),
        ("which=done", ["DA-XONG"]),
        ("which=all&q=viec", ["VIEC-TRE"]),
        ("which=all&to=2026-11-20", ["VIEC-TRE", "DA-XONG", "DU-THAO"]),
        ("q=lop+cu", ["BAO-CAO"]),
        ("from=2026-12-22", ["NGAY-CUOI", "QUA-XA"]),
        ("from=2026-12-22&to=2026-12-22", ["NGAY-CUOI"]),
        ("which=done&q=viec", []),
    ],
)
def test_filters_say_which_tasks(signed_in: SignedIn, due: dict[str, str], filters: str, expected: list[str]) -> None:
    page = signed_in(locale=Language.EN).get(f"/tasks?{filters}")
    assert sorted(shown(page, due)) == sorted(expected)
    if "to=2026-11-20" not in filters:  # two of the same day stand in the order they were made
        assert shown(page, due) == expected
    assert ("No task fits these filters." in words(page)) is (not expected)
    assert words(page).count("Mark as done") == len([name for name in expected if name != "DA-XONG"])


@pytest.mark.both_databases("every filter as a condition")
def test_an_organisation_finds_what_it_has_to_do(signed_in: SignedIn, due: dict[str, str], database: Database) -> None:
    with database.transaction(write=False) as session:
        task = session.get(Task, due["VIEC-TRE"])
        assert task is not None
        office = task.organisation_id
    reader = signed_in(locale=Language.EN, organisation_id=office)
    page = reader.get("/tasks")
    assert f'<a href="/tasks?organisation_id={office}">What my organisation has to do</a>' in page.text
    listed = reader.get(f"/tasks?organisation_id={office}")
    assert shown(listed, due) == ["VIEC-TRE"]
    assert f'<option value="{office}" selected>Sở Ngoại vụ</option>' in listed.text


def test_only_who_may_finish_a_task_is_offered_to(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        theirs, mine = factories.make_organisation(session), factories.make_organisation(session)
        public = factories.make_event(session, organisation_id=theirs.id, visibility=Visibility.PUBLIC)
        for name, office in (("CUA-HO", theirs.id), ("CUA-TOI", mine.id), ("CHUNG", None)):
            factories.make_task(session, public, title={"vi": name}, organisation_id=office)
        own = mine.id
    text = words(signed_in(organisation_id=own, locale=Language.EN).get("/tasks?which=all"))
    assert "CUA-HO" in text
    assert text.count("Mark as done") == 1
    assert "Mark as done – CUA-TOI" in text


@pytest.mark.parametrize(
    ("filters", "name", "sentence"),
    [
        ("which=late", "which", "This filter has no such choice; it is left out."),
        ("from=soon", "from", "Not a day; write it like 2027-03-10."),
        ("from=2026-12-02&to=2026-12-01", "to", "Can't be before from."),
        ("q=" + "a" * 300, "q", "Too long; its length is at most 200."),
    ],
)
def test_a_filter_that_makes_no_sense_is_named(
    signed_in: SignedIn, due: dict[str, str], filters: str, name: str, sentence: str
) -> None:
    page = signed_in(locale=Language.EN).get(f"/tasks?{filters}")
    assert page.status_code == 200
    problems = re.findall(r'role="alert">(.*?)</div>', page.text, re.S)
    assert len(problems) == 1
    assert sentence in unescape(problems[0])
    assert "Mark as done" in words(page)  # what is right still holds


@pytest.mark.both_databases("an order that pages need")
def test_lists_are_read_page_by_page(signed_in: SignedIn, due: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.web.lists.tasks.SHOWN", 3)
    reader = signed_in(locale=Language.EN)
    seen: list[str] = []
    path = "/tasks?which=open"
    for number in (1, 2, 3):
        page = reader.get(path)
        assert f"Page {number} of 3, 7 tasks" in words(page)
        seen += shown(page, due)
        following = re.search(r'rel="next" href="([^"]+)"', page.text)
        assert bool(following) is (number < 3)
        path = unescape(following[1]) if following else path
    assert seen == ["VIEC-TRE", "BAO-CAO", "HOM-NAY", "SAP-TOI", "NGAY-CUOI", "QUA-XA", "LUC-NAO"]


def test_a_task_that_is_gone_is_refused_on_the_page(signed_in: SignedIn, due: dict[str, str]) -> None:
    answer = signed_in(locale=Language.EN).send("/tasks", task="nothing")
    assert answer.status_code == 404
    assert "VIEC-TRE" in words(answer)


def test_a_viewer_reads_and_changes_nothing(signed_in: SignedIn, due: dict[str, str], database: Database) -> None:
    reader = signed_in(Role.VIEWER)
    page = reader.get("/tasks")
    assert "VIEC-TRE" in words(page)
    assert 'name="task"' not in page.text
    assert reader.send("/tasks", task=due["VIEC-TRE"]).status_code == 403
    with database.transaction(write=False) as session:
        task = session.get(Task, due["VIEC-TRE"])
        assert task is not None
        assert not task.done


def test_nobody_else_sees_it(browser: Browser) -> None:
    assert browser.get("/tasks").headers["Location"] == "/login?next=/tasks"


def test_nothing_to_do_says_so(signed_in: SignedIn) -> None:
    page = signed_in(locale=Language.EN).get("/tasks")
    assert "Nothing is overdue, and nothing falls due in the next 30 days." in words(page)


@pytest.mark.parametrize("language", Language)
def test_the_pages_speak_the_readers_language(signed_in: SignedIn, due: dict[str, str], language: Language) -> None:
    reader = signed_in(name="Lan", locale=language)
    page = reader.get("/tasks")
    text = words(page)
    length = translate("{range} days", language, range=14)
    for sentence in (
        told("Things to do", language),
        told("The next {count} days", language, count=30),
        told("{count} days late", language, count=4),
        told("{length} before the arrival", language, length=length),
    ):
        assert sentence in text
    if language is not Language.EN:
        assert untranslated(text) == []
        assert untranslated(words(reader.get("/"))) == []


def test_the_first_page_counts_what_is_overdue(signed_in: SignedIn, due: dict[str, str], database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    page = reader.get("/")
    assert "Overdue tasks: 2" in words(page)
    assert '<a href="/tasks">Overdue tasks: 2</a>' in page.text
    with database.transaction() as session:
        for name in ("VIEC-TRE", "BAO-CAO"):
            task = session.get(Task, due[name])
            assert task is not None
            task.done = True
    assert "Overdue tasks" not in words(reader.get("/"))


def test_an_event_tells_how_its_tasks_are_counted(signed_in: SignedIn, due: dict[str, str], database: Database) -> None:
    with database.transaction(write=False) as session:
        task = session.get(Task, due["SAP-TOI"])
        assert task is not None
    text = words(signed_in(locale=Language.EN).get(f"/events/{task.event_id}"))
    assert "Due: 18 November 2026 (14 days before the arrival)" in text
    assert "Due: 1 December 2026 (1 working day before the arrival)" in text
    assert "Due: 22 November 2026 " in text
    assert "Due: 22 November 2026 (" not in text


def test_tasks_of_a_draft_are_not_late_on_its_page(
    signed_in: SignedIn, due: dict[str, str], database: Database
) -> None:
    with database.transaction(write=False) as session:
        task = session.get(Task, due["DU-THAO"])
        assert task is not None
    page = signed_in(locale=Language.EN).get(f"/events/{task.event_id}")
    assert "DU-THAO" in words(page)
    assert 'class="is-late"' not in page.text


@pytest.mark.parametrize("path", ["/tasks", "/"])
def test_queries_do_not_grow_with_tasks(signed_in: SignedIn, database: Database, path: str) -> None:
    reader = signed_in()
    found = []
    for made in (1, 2):
        with database.transaction() as session:
            for _ in range(made):
                for days in ("-P14D", "-P1D"):
                    office, person = factories.make_organisation(session).id, factories.make_person(session).id
                    event = factories.make_event(session)
                    factories.make_task(session, event, due_offset=days, organisation_id=office, person_id=person)
        found.append(count_queries(database, partial(reader.get, path)))
    assert found[0] == found[1]
    assert found[0] <= 20


@pytest.mark.both_databases("LIMIT, and the count of the rest")
def test_a_long_list_says_that_there_is_more(
    signed_in: SignedIn, due: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.web.lists.tasks.SHOWN", 1)
    page = signed_in(locale=Language.EN).get("/tasks")
    text = words(page)
    assert [name for name in due if name in text] == ["VIEC-TRE", "HOM-NAY"]
    assert "Page" not in text
    leads = re.findall(r'<p><a href="([^"]+)">All ', page.text)
    assert [shown(signed_in().get(unescape(lead)), due) for lead in leads] == [["VIEC-TRE"], ["HOM-NAY"]]
