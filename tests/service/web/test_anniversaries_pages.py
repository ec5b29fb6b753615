"""Anniversaries ahead: which one, how round, on which day by sun and moon, and the ceremony that marks it."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from models.agreements import Anniversary
from models.database import Database
from models.events import Event
from models.vocabulary import EventKind, EventStatus, Language, Role, Visibility
from tests import factories
from tests.service.web.test_pages import Browser, browser, count_queries, signed_in, told, untranslated, words

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]
TITLE = {"vi": "Quan hệ ngoại giao Việt – Lào", "lo": "ສາຍພົວພັນ ຫວຽດ – ລາວ", "en": "Diplomatic relations"}


@pytest.fixture
def add(app: Flask, database: Database) -> Callable[..., str]:
    """Put an anniversary into the store; its id."""

    def put(origin: str = "1962-09-05", title: dict[str, str] | None = None) -> str:
        with database.transaction() as session:
            for code in ("hai-duong", "vientiane-province"):
                factories.make_locality(session, code)
            found = Anniversary(title=title or TITLE, origin=origin)
            found.parties = ["hai-duong", "vientiane-province"]
            session.add(found)
            session.flush()
            return found.id

    return put


@pytest.fixture
def ceremony(database: Database) -> Callable[..., str]:
    """Put a ceremony of an anniversary into the store; its id."""

    def put(anniversary: str, day: str, **values: Any) -> str:
        row = {
            "kind": EventKind.ANNIVERSARY,
            "anniversary_id": anniversary,
            "ordinal": 1,
            "year": int(day[:4]),
            "first_day": date.fromisoformat(day),
            "title": {"vi": "Lễ kỷ niệm"},
        } | values
        with database.transaction() as session:
            return factories.make_event(session, **row).id

    return put


DAY = {"vi": "Chủ Nhật, 05/9/2027", "lo": "5 ກັນຍາ 2027", "en": "5 September 2027"}
MOON = {"vi": "Âm lịch: Ngày 5", "lo": "ປະຕິທິນຈັນທະຄະຕິຫວຽດນາມ", "en": "Lunar calendar: Day 5"}


@pytest.mark.parametrize("language", Language)
def test_ordinal_grade_day_and_moon(signed_in: SignedIn, add: Callable[..., str], language: Language) -> None:
    add()
    reader = signed_in(Role.VIEWER, name="Lan", locale=language)
    text = words(reader.get("/anniversaries"))
    ordinal = told("Anniversary no. {ordinal}, a half-round year", language, ordinal=65)
    this = text[text.index(ordinal) :].partition(told("Anniversary no. {ordinal}", language, ordinal=66))[0]
    order = [ordinal, TITLE[language], DAY[language], MOON[language]]
    assert sorted(order, key=this.index) == order
    assert told("In {count} days", language, count=287) in this
    # Five years from this one; 5 September 2026 is over.
    assert [year for year in range(2024, 2034) if f" {year} " in text] == [*range(2026, 2031)]
    assert told("It is over.", language) in text
    if language is not Language.EN:
        assert untranslated(text) == []


def test_round_years_stand_out(signed_in: SignedIn, add: Callable[..., str]) -> None:
    add("1986-11-23")
    page = signed_in(locale=Language.EN).get("/anniversaries")
    assert "Anniversary no. 40, a round year" in words(page)
    assert page.text.count('class="is-round"') == 1
    assert "Tomorrow" in words(page)
    assert words(signed_in(locale=Language.EN).get("/anniversaries?from_year=2027")).count("a half-round year") == 1


def test_a_year_alone_has_no_day_until_its_ceremony(
    signed_in: SignedIn, add: Callable[..., str], ceremony: Callable[..., str]
) -> None:
    one = add("1984", {"vi": "Kết nghĩa"})
    reader = signed_in(locale=Language.EN)
    text = words(reader.get("/anniversaries"))
    assert text.count("Its day is not known; the ceremony decides.") == 5
    assert text.count("Plan its ceremony") == 5
    event = ceremony(one, "2027-05-19")
    page = reader.get("/anniversaries")
    assert words(page).count("Plan its ceremony") == 4
    assert f'href="/events/{event}"' in page.text
    assert "Ceremony: Lễ kỷ niệm" in words(page)


def test_a_cancelled_or_hidden_ceremony_is_none(
    signed_in: SignedIn, database: Database, add: Callable[..., str], ceremony: Callable[..., str]
) -> None:
    one = add("1984-09")
    cancelled = ceremony(one, "2027-09-02", status=EventStatus.CANCELLED)
    with database.transaction() as session:
        theirs, mine = factories.make_organisation(session).id, factories.make_organisation(session).id
    hidden = ceremony(one, "2028-09-02", organisation_id=theirs, visibility=Visibility.INTERNAL)
    outsider = signed_in(Role.OFFICER, organisation_id=mine).get("/anniversaries").text
    insider = signed_in(Role.OFFICER, organisation_id=theirs).get("/anniversaries").text
    assert cancelled not in insider
    assert hidden in insider
    assert hidden not in outsider


def test_only_officers_plan_and_only_what_is_ahead(signed_in: SignedIn, add: Callable[..., str]) -> None:
    one = add()
    viewer, officer = signed_in(Role.VIEWER).get("/anniversaries"), signed_in(Role.OFFICER).get("/anniversaries")
    assert "/plan/days" not in viewer.text
    assert "/administration" not in viewer.text
    links = [unescape(link) for link in re.findall(r'href="(/plan/days[^"]*)"', officer.text)]
    assert [re.search(r"first_day=(\d{4})", link)[1] for link in links] == ["2027", "2028", "2029", "2030"]  # type: ignore[index]
    assert f'href="/administration/anniversaries/{one}"' in officer.text


def test_its_ceremony_is_planned_from_here(signed_in: SignedIn, database: Database, add: Callable[..., str]) -> None:
    one = add()
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    link = unescape(re.findall(r'href="(/plan/days[^"]*)"', officer.get("/anniversaries").text)[0])
    form = officer.get(link)
    assert form.status_code == 200
    fields = {
        name: unescape(value)
        for name, value in re.findall(r'<input[^>]* name="([\w-]+)"[^>]* value="([^"]*)"', form.text)
        if name not in ("q", "next", "resource", "person")
    }
    assert fields["first_day"] == "2027-09-05"
    assert f'<option value="{one}" selected>' in form.text
    assert fields["title_vi"] == "Lễ kỷ niệm 65 năm Quan hệ ngoại giao Việt – Lào"
    assert fields["title_en"] == "65 years: Diplomatic relations"
    sent = fields | {"last_day": "2027-09-05", "anniversary": one, "do": "make"}
    answer = officer.post(link, sent)
    assert answer.status_code == 303, words(answer)
    with database.transaction(write=False) as session:
        made = session.exec(select(Event).where(Event.kind == EventKind.ANNIVERSARY)).one()
        assert (made.anniversary_id, made.year, made.ordinal) == (one, 2027, 65)
    assert f'href="/events/{made.id}"' in officer.get("/anniversaries").text


@pytest.mark.both_databases("anniversaries without a date, and what a plan begins with")
def test_without_a_day_the_year_is_kept(signed_in: SignedIn, add: Callable[..., str]) -> None:
    add("1984", {"vi": "Kết nghĩa"})
    officer = signed_in(Role.OFFICER, locale=Language.VI)
    links = [unescape(link) for link in re.findall(r'href="(/plan/days[^"]*)"', officer.get("/anniversaries").text)]
    form = officer.get(links[2]).text
    assert re.search(r'name="first_day" type="date" required min="2028-01-01" max="2028-12-31" value=""', form)
    assert 'value="Lễ kỷ niệm 44 năm Kết nghĩa"' in form


@pytest.mark.parametrize("year", ["1799", "2401", "soon", "²", "໒໐໒໗", "20 27", "-1", "9" * 400, "%00", "<b>"])
def test_a_year_that_is_none_is_told_and_this_one_shown(
    signed_in: SignedIn, add: Callable[..., str], year: str
) -> None:
    add()
    page = signed_in(locale=Language.EN).get(f"/anniversaries?from_year={year}")
    assert page.status_code == 200
    assert "Write a year like 2026." in words(page)
    assert re.search(r'id="from_year"[^>]*aria-invalid', page.text)
    assert "Anniversary no. 64" in words(page)


@pytest.mark.parametrize("year", ["1800", "2400", "", "+2027", "02027"])
def test_years_at_the_edges(signed_in: SignedIn, add: Callable[..., str], year: str) -> None:
    add()
    page = signed_in(locale=Language.EN).get(f"/anniversaries?from_year={year.replace('+', '%20')}")
    assert page.status_code == 200
    assert "Write a year" not in words(page)
    if year == "1800":
        assert "Nothing comes round in these years." in words(page)
    if year == "2400":
        assert "Anniversary no. 438" in words(page)
        assert "Lunar calendar" not in words(page)  # not certain so far ahead


def test_empty_pages_say_what_to_do_first(signed_in: SignedIn) -> None:
    officer, viewer = (
        signed_in(role, locale=Language.EN).get("/anniversaries") for role in (Role.OFFICER, Role.VIEWER)
    )
    for page in (officer, viewer):
        assert "There are no anniversaries yet." in words(page)
    assert 'href="/administration/anniversaries/new"' in officer.text
    assert 'href="/administration/anniversaries/new"' not in viewer.text


def test_queries_do_not_grow_with_anniversaries(
    signed_in: SignedIn, database: Database, add: Callable[..., str], ceremony: Callable[..., str]
) -> None:
    reader = signed_in()
    counts = []
    for number in (1, 3):
        for _ in range(number):
            ceremony(add(), "2027-09-05")
        counts.append(count_queries(database, partial(reader.get, "/anniversaries")))
    assert counts[0] == counts[1]
