"""Search over everything: what is found by which words, by whom, and where it leads."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from html import unescape
from urllib.parse import quote

import pytest
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from models.agreements import Agreement, Anniversary, Commitment
from models.database import Database
from models.event_parts import ProgrammeItem, Task
from models.observances import Observance
from models.resources import Resource
from models.vocabulary import EventKind, EventStatus, HolidayCalendar, KnownTo, Language, ResourceType, Role, Visibility
from service.web.lists.search import SHOWN
from tests import factories
from tests.service.conftest import BATCH, Caller, Clock
from tests.service.web.test_pages import Browser, browser, count_queries, read, signed_in, told, untranslated, words

pytestmark = pytest.mark.both_databases("LIKE, its escapes and the collation of what is found")

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]
TITLE = {"vi": "Đoàn nghệ thuật Phượng Hoàng", "lo": "ຄະນະສິລະປິນນົກຍູງ", "en": "Phoenix troupe"}
GROUPS = ("ahead", "past", "agreements", "commitments", "anniversaries", "people", "organisations", "tasks",
          "programme", "localities", "resources")  # fmt: skip


def found_in(page: TestResponse) -> dict[str, list[str]]:
    """Group → the names of what it lists; visits of people and the group's files to take are not among them."""
    read(page)
    groups = {}
    for key, body in re.findall(r'<section aria-labelledby="(\w+)">(.*?)</section>', page.text, re.S):
        own = re.sub(r'<ul>.*?</ul>|<p class="on-screen list-files">.*?</p>', "", body, flags=re.S)
        items = re.findall(r"<(?:a [^>]*|strong)>(.*?)</(?:a|strong)>", own, re.S)
        groups[key] = [" ".join(unescape(re.sub("<[^>]+>", "", item)).split()) for item in items]
    return groups


def fill(session: Session, clock: Clock, number: int = 1, word: str = "Phượng Hoàng") -> None:
    """So many rows of each kind that hold the word."""
    today = clock.now.date()
    factories.make_locality(session, "hai-duong")
    factories.make_locality(session, "vientiane-province")
    for one in range(number):
        title = {"vi": f"{word} {one}", "lo": f"{word} {one}"}
        coming = factories.make_event(session, title=title, first_day=today + timedelta(days=one))
        factories.make_event(session, title=title, first_day=today - timedelta(days=one + 1))
        agreement = Agreement(title=title, starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31))
        agreement.parties = ["hai-duong", "vientiane-province"]
        session.add(agreement)
        session.flush()
        session.add(Commitment(agreement_id=agreement.id, article="2", field=title, title=title,
                               activity=EventKind.DELEGATION))  # fmt: skip
        anniversary = Anniversary(title=title, origin="1984")
        anniversary.parties = ["hai-duong", "vientiane-province"]
        session.add(anniversary)
        person = factories.make_person(session, name=f"{word} {one}")
        factories.make_member(session, coming, person)
        organisation = factories.make_organisation(session, name=title)
        factories.make_task(session, coming, organisation_id=organisation.id, title=title)
        session.add(ProgrammeItem(event_id=coming.id, day=coming.first_day, title={"vi": "Họp"}, place=title))
        factories.make_locality(session, f"place-{one}", name=title)
        session.add(Resource(name=title, type=ResourceType.ROOM, locality="hai-duong"))
    session.flush()


def test_every_kind_of_thing_is_found_and_leads_to_its_page(
    signed_in: SignedIn, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        fill(session, clock)
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    page = officer.get("/search?q=phuong+hoang")
    found = found_in(page)
    assert tuple(found) == GROUPS
    named = dict.fromkeys(GROUPS, "Phượng Hoàng 0") | {"programme": "Họp"}  # that one is found by its place
    assert {key: names[0] for key, names in found.items()} == named
    assert "Found for “phuong hoang”: 11" in words(page)
    main = page.text.split("<main")[1].split("</main")[0]
    links = {unescape(link).partition("#")[0] for link in re.findall(r'href="(/(?!api/)[^"]+)"', main)}
    # A commitment stands on its agreement's page, tasks and items of programmes on their event's.
    assert len(links) == len(GROUPS) - 3
    for link in links:
        assert officer.get(link).status_code == 200, link
    with database.transaction(write=False) as session:
        for model, line in ((Task, "task"), (ProgrammeItem, "item")):
            part = session.exec(select(model)).one()
            address = f"/events/{part.event_id}#{line}-{part.id}"
            assert f'href="{address}"' in page.text
            assert f'id="{line}-{part.id}"' in officer.get(address).text


@pytest.mark.parametrize(
    "asked",
    ["Phượng Hoàng", "phuong hoang", "PHƯỢNG", "doan nghe", "Đoàn", "Phoenix", "tro phoe", "ນົກຍູງ", "  troupe  "],
)
def test_words_of_any_language_without_accents(signed_in: SignedIn, database: Database, asked: str) -> None:
    with database.transaction() as session:
        factories.make_event(session, title=TITLE)
        factories.make_event(session, title={"vi": "Việc khác"})
    found = found_in(signed_in(locale=Language.VI).get(f"/search?q={asked}"))
    assert found == {"ahead": [TITLE["vi"]]}


def test_all_words_must_be_there_and_signs_are_only_signs(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        factories.make_event(session, title={"vi": "Tăng 100% học bổng_A \\ 'B' \"C\""})
        factories.make_event(session, title={"vi": "Tăng 1000 học bổng"})
    reader = signed_in(locale=Language.EN)
    assert found_in(reader.get("/search?q=tang+vang")) == {}
    for asked in ("100%25", "bong_a", "%5C hoc", "'b'", "%22c%22"):
        assert len(found_in(reader.get(f"/search?q={asked}"))["ahead"]) == 1, asked
    page = reader.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page.text
    assert "Nothing was found" in words(page)


def test_open_tasks_first_then_done_ones_and_the_latest_item_first(
    signed_in: SignedIn, database: Database, clock: Clock
) -> None:
    today = clock.now.date()
    with database.transaction() as session:
        event = factories.make_event(session, first_day=today, last_day=today + timedelta(days=3))
        for name, values in {
            "xong": {"due_on": today - timedelta(days=9), "done": True},
            "sau": {"due_on": today + timedelta(days=2)},
            "khi nào": {"due_on": None},
            "trễ": {"due_on": today - timedelta(days=1)},
        }.items():
            factories.make_task(session, event, title={"vi": f"Làm thị thực {name}"}, **values)
        for day in (1, 3, 2):
            title, on = {"vi": f"Thị thực {day}"}, today + timedelta(days=day)
            session.add(ProgrammeItem(event_id=event.id, day=on, title=title))
    found = found_in(signed_in().get("/search?q=thi+thuc"))
    assert [name.removeprefix("Làm thị thực ") for name in found["tasks"]] == ["trễ", "sau", "khi nào", "xong"]
    assert found["programme"] == ["Thị thực 3", "Thị thực 2", "Thị thực 1"]


def test_items_are_found_by_what_they_say_now(officer: Caller, signed_in: SignedIn) -> None:
    event = officer.made("/activities", BATCH | {"title": {"vi": "Lễ"}, "activity_type": "ceremony"})
    first = {"day": event["first_day"], "title": {"vi": "Đón"}, "hosted_by": {"vi": "Ông Khăm Phăn"}}
    reader = signed_in()
    for item, asked, is_found in (
        (first, "kham phan", True),
        (first | {"hosted_by": None, "attendees": {"vi": "Ông Khăm", "lo": "ທ່ານ ຄຳ"}}, "kham phan", False),
        (first | {"hosted_by": None, "attendees": {"vi": "Ông Khăm", "lo": "ທ່ານ ຄຳ"}}, "ຄຳ", True),
    ):
        path = f"/events/{event['id']}/programme"
        answer = officer.call("PUT", path, {"items": [item]}, If_Match=officer.etag(path))
        assert answer.status_code == 200, answer.text
        assert ("programme" in found_in(reader.get(f"/search?q={asked}"))) is is_found


def test_coming_ones_first_then_past_ones_drafts_and_called_off_among_them(
    signed_in: SignedIn, database: Database, clock: Clock
) -> None:
    today = clock.now.date()
    days = {"later": 20, "soon": 2, "on": -1, "over": -10, "long ago": -900}
    with database.transaction() as session:
        for name, offset in days.items():
            first = today + timedelta(days=offset)
            last = today + timedelta(days=3) if name == "on" else first
            factories.make_event(session, title={"vi": f"Xây {name}"}, first_day=first, last_day=last)
        for status in (EventStatus.DRAFT, EventStatus.CANCELLED, EventStatus.POSTPONED):
            factories.make_event(
                session, title={"vi": f"Xây {status}"}, first_day=today + timedelta(days=30), status=status
            )
    found = found_in(signed_in().get("/search?q=xay"))
    assert found["ahead"][:3] == ["Xây on", "Xây soon", "Xây later"]
    assert set(found["ahead"][3:]) == {"Xây draft", "Xây cancelled", "Xây postponed"}
    assert found["past"] == ["Xây over", "Xây long ago"]


def test_what_is_not_for_the_reader_is_not_there(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        theirs, mine = factories.make_organisation(session), factories.make_organisation(session)
        person = factories.make_person(session, name="Bùi Thị Xuân")
        kept = {"organisation_id": theirs.id, "visibility": Visibility.INTERNAL}
        hidden = factories.make_event(session, title={"vi": "Xuân kín"}, **kept)
        public = factories.make_event(
            session, title={"vi": "Xuân mở"}, organisation_id=theirs.id, visibility=Visibility.PUBLIC
        )
        for event in (hidden, public):
            factories.make_member(session, event, person)
            factories.make_task(
                session, event, organisation_id=theirs.id, title={"vi": f"Việc xuân {event.title['vi']}"}
            )
            title = {"vi": "Tiết mục", "en": f"Xuân {event.title['vi']}"}
            session.add(ProgrammeItem(event_id=event.id, day=event.first_day, title=title))
        theirs.name = {"vi": "Sở Xuân"}
        own = mine.id
    outsider = signed_in(Role.OFFICER, organisation_id=own, locale=Language.EN).get("/search?q=xuan")
    assert found_in(outsider)["ahead"] == ["Xuân mở"]
    assert "Xuân kín" not in words(outsider)
    assert hidden.id not in outsider.text
    assert len(found_in(outsider)["tasks"]) == len(found_in(outsider)["programme"]) == 1
    # By itself, with the person and the organisation, in and with the task and the item.
    assert words(outsider).count("Xuân mở") == 7
    everything = signed_in(Role.ADMIN, locale=Language.EN).get("/search?q=xuan")
    assert words(everything).count("Xuân kín") == 7


def test_who_only_reads_is_led_to_no_page_they_may_not_open(
    signed_in: SignedIn, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        fill(session, clock)
    viewer = signed_in(Role.VIEWER, locale=Language.EN)
    page = viewer.get("/search?q=hoang")
    assert set(found_in(page)) == set(GROUPS)
    assert "/administration" not in page.text
    for link in set(re.findall(r'href="(/[^"]+)"', page.text.split("<main")[1])):
        assert viewer.get(unescape(link).partition("#")[0]).status_code == 200, link


def test_more_than_are_shown_are_counted_and_listed(signed_in: SignedIn, database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        fill(session, clock, 11)
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    page = officer.get("/search?q=phuong")
    shown = {
        key: [name for name in names if name.startswith(("Phượng", "Họp"))] for key, names in found_in(page).items()
    }
    assert {key: len(names) for key, names in shown.items()} == dict.fromkeys(GROUPS, 8)
    leads = re.findall(r'<p><a href="([^"]+)">All of them: 11<', page.text)
    assert len(leads) == len(GROUPS) - 3  # commitments stand on their agreements, tasks and items on their events
    assert "There are more; another word narrows them." in words(page)
    leads += re.findall(r'<p><a href="([^"]+)">More among the tasks<', page.text)
    assert len(leads) == len(GROUPS) - 2
    for link in leads:
        listed = words(officer.get(unescape(link)))
        assert len(set(re.findall(r"Phượng Hoàng \d+", listed))) == 11, link


@pytest.mark.parametrize("asked", ["", " ", "a", "đ", "%00", ".", "-"])
def test_too_few_letters_are_told(signed_in: SignedIn, asked: str) -> None:
    page = signed_in(locale=Language.EN).get(f"/search?q={asked}")
    assert page.status_code == 200
    text = words(page)
    assert "Events, agreements, people" in text
    assert ("Give at least two letters." in text) is bool(asked.strip())


def test_very_long_words_are_cut(signed_in: SignedIn) -> None:
    page = signed_in(locale=Language.EN).get("/search?q=" + "a" * 5000)
    assert page.status_code == 200
    assert re.findall(r'value="(a+)"', page.text) == ["a" * 200]


@pytest.mark.parametrize("language", Language)
def test_page_speaks_the_readers_language(
    signed_in: SignedIn, database: Database, clock: Clock, language: Language
) -> None:
    with database.transaction() as session:
        fill(session, clock, 9)
    reader = signed_in(name="Lan", locale=language)
    pages = [words(reader.get(f"/search?q={asked}")) for asked in ("", "h", "khong co", "hoang")]
    assert told("Nothing was found for “{words}”", language, words="khong co") in pages[2]
    if language is not Language.EN:
        assert [untranslated(page) for page in pages] == [[]] * 4


def test_queries_do_not_grow_with_what_is_found(signed_in: SignedIn, database: Database, clock: Clock) -> None:
    reader = signed_in()
    counts = []
    for number in (1, 3):
        with database.transaction() as session:
            fill(session, clock, number, f"Loạt {number}")
        counts.append(count_queries(database, partial(reader.get, f"/search?q=loat+{number}")))
    assert counts[0] == counts[1]


def test_only_for_who_is_signed_in(browser: Browser) -> None:
    assert browser.get("/search?q=hoang").headers["Location"].startswith("/login?next=/search")


def test_a_year_finds_what_was_in_it_however_exactly_that_is_known(signed_in: SignedIn, database: Database) -> None:
    over = EventStatus.COMPLETED
    with database.transaction() as session:
        factories.make_event(session, title={"vi": "Khảo sát"}, first_day=date(2008, 1, 1), last_day=date(2008, 12, 31),
                             known_to=KnownTo.YEAR, status=over)  # fmt: skip
        factories.make_event(session, title={"vi": "Đoàn tháng sáu"}, first_day=date(2008, 6, 3), status=over)
        factories.make_event(session, title={"vi": "Qua năm mới"}, first_day=date(2007, 12, 30),
                             last_day=date(2008, 1, 2), status=over)  # fmt: skip
        for number in range(SHOWN - 2):
            factories.make_event(session, title={"vi": f"Đoàn {number}"}, first_day=date(2008, 7, 1), status=over)
        factories.make_event(session, title={"vi": "Năm sau"}, first_day=date(2009, 1, 1), status=over)
    viewer = signed_in(Role.VIEWER)
    for q in ("2008", "năm 2008", "Nam 2008", "ປີ 2008"):
        page = viewer.get(f"/search?q={quote(q)}")
        assert found_in(page)["year"][:3] == ["Qua năm mới", "Khảo sát", "Đoàn tháng sáu"], q
        link = unescape(re.search(r'href="([^"]*from=2008-01-01[^"]*)"', page.text)[1])  # type: ignore[index]
        listed = words(viewer.get(link))
        for one in ("Qua năm mới", "Khảo sát", "Đoàn tháng sáu"):
            assert one in listed, one
        assert "Năm sau" not in listed
    for q in ("2008 2", "năm", "1808", "20081"):
        assert "year" not in found_in(viewer.get(f"/search?q={quote(q)}")), q


def test_an_observed_day_is_found_by_its_name(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        session.add(Observance(name={"vi": "Ngày Quân đội Lào", "en": "Lao Army Day"}, country="LA",
                               recurs_calendar=HolidayCalendar.SOLAR, recurs_month=1, recurs_day=20))  # fmt: skip
    assert found_in(signed_in(Role.VIEWER).get("/search?q=quan+doi")) == {"observances": ["Ngày Quân đội Lào"]}
