"""History on the pages: entered as "2008", told as "năm 2008" in three languages, never with a day, and dated later."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from models.database import Database
from models.vocabulary import KnownTo, Language, Role
from tests import factories
from tests.service.conftest import Caller
from tests.service.events.test_undated import known
from tests.service.web.test_pages import Browser, signed_in, told, words

__all__ = ["signed_in"]

SignedIn = Callable[..., Browser]
FORM = {
    "kind": "activity",
    "title.vi": "Cử chuyên gia chăn nuôi",
    "title.lo": "ຊ່ຽວຊານລ້ຽງສັດ",
    "title.en": "Livestock experts",
    "first_day": "2008",
    "last_day": "",
    "host": "vientiane-province",
    "guest": "hai-duong",
    "activity_type": "other",
    "headcount_actual": "",
    "visibility": "internal",
}
A_DAY = re.compile(r"\b\d{1,2}/\d{1,2}/2008\b|\b\d{1,2} (?:January|December|ມັງກອນ|ທັນວາ) 2008\b|2008-\d\d-\d\d")
"""A day of 2008 in any of the three languages, and for machines."""


def entered(officer: Browser, **form: str) -> str:
    """The path of the page of what was entered."""
    answer = officer.send("/history/new", **FORM | form)
    assert answer.status_code == 303, words(answer)
    return answer.location.partition("?")[0]


@pytest.mark.parametrize(
    ("written", "until", "shown"),
    [
        ("2008", "", {"vi": "năm 2008", "lo": "ປີ 2008", "en": "2008"}),
        ("2008", "2012", {"vi": "năm 2008–2012", "lo": "ປີ 2008–2012", "en": "2008–2012"}),
        ("năm 2008", "ປີ 2012", {"vi": "năm 2008–2012", "lo": "ປີ 2008–2012", "en": "2008–2012"}),
        ("June 2021", "", {"vi": "tháng 6/2021", "lo": "ເດືອນ 6/2021", "en": "June 2021"}),
        ("6/2021", "", {"vi": "tháng 6/2021", "lo": "ເດືອນ 6/2021", "en": "June 2021"}),
        ("7/3/2024", "", {"vi": "07/3/2024", "lo": "7 ມີນາ 2024", "en": "7 March 2024"}),
    ],
)
def test_what_is_over_is_entered_and_told_as_closely_as_it_is_known(
    signed_in: SignedIn, written: str, until: str, shown: dict[str, str]
) -> None:
    path = entered(signed_in(), first_day=written, last_day=until)
    for language in Language:
        reader = signed_in(Role.VIEWER, locale=language)
        for page in (path, "/history", "/search?q=chuyen+gia"):
            text = words(reader.get(page))
            assert shown[language] in text, (page, language)
            assert FORM[f"title.{language}"] in text


def test_no_page_names_a_day_of_it(signed_in: SignedIn) -> None:
    path = entered(signed_in())
    for language in Language:
        officer = signed_in(locale=language)
        for page in (path, f"{path}?edit=days", f"{path}?show=history", f"{path}/told", "/history", "/search?q=chuyen"):
            html = officer.get(page).text
            assert A_DAY.search(html) is None, (page, A_DAY.search(html))
        assert told("Give its days, or correct what is known", language) in words(officer.get(path))
        assert told("Programme", language) not in words(officer.get(path)).partition(told("Facts", language))[0]


def test_history_is_told_in_years_with_days_first(officer: Caller, signed_in: SignedIn) -> None:
    titles = {
        "2021": "Cả năm",
        "2021-06": "Một tháng",
        "2021-08-15": "Một ngày",
        "2022-05-09": "Năm sau",
        "2008": "Xưa",
    }
    for when, title in titles.items():
        officer.made("/activities", known(when, title={"vi": title}))
    officer.made("/activities", known("2020-01-01", status="draft", title={"vi": "Dự thảo"}))
    agreement = {
        "title": {"vi": "Văn bản hợp tác"}, "parties": ["hai-duong", "vientiane-province"],
        "starts_on": "2017-01-01", "ends_on": "2020-12-31", "signed_on": "2017-08-23",
    }  # fmt: skip
    officer.made("/agreements", agreement)
    reader = signed_in(Role.VIEWER, locale=Language.VI)
    text = words(reader.get("/history"))
    order = [
        "2022",
        "Năm sau",
        "2021",
        "Một ngày",
        "Một tháng",
        "Cả năm",
        "2017",
        "23/8/2017",
        "Văn bản hợp tác",
        "2008",
        "Xưa",
    ]
    text = text[text.index(" 2022 ") :]
    assert [text.index(one) for one in order] == sorted(text.index(one) for one in order)
    assert "Dự thảo" not in text
    assert "Một ngày" in words(reader.get("/history?locality=vientiane-province&q=mot+ngay"))
    assert "Một tháng" not in words(reader.get("/history?q=mot+ngay"))
    assert "Một ngày" not in words(reader.get("/history?locality=laos"))


def test_who_may_not_enter_it_is_told_so(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        department = factories.make_organisation(session).id
    stranger = signed_in(Role.OFFICER, organisation_id=department)
    assert "/history/new" not in stranger.get("/history").text
    assert stranger.get("/history/new").status_code == 403
    assert signed_in(Role.VIEWER).get("/history/new").status_code == 403
    assert "/history/new" in signed_in(Role.OFFICER).get("/history").text


WRONG: list[tuple[dict[str, str], str]] = [
    ({"first_day": "khoảng 2008"}, "Not a day, a month or a year; write it like 7/3/2024, 6/2021 or 2008."),
    (
        {"first_day": "2008", "last_day": "6/2009"},
        "Must be known as closely as the first day: both to the month, or both to the year.",
    ),
    ({"first_day": ""}, "Some entries are not right."),
]


@pytest.mark.parametrize(("form", "sentence"), WRONG)
def test_a_refused_form_keeps_what_was_typed(signed_in: SignedIn, form: dict[str, str], sentence: str) -> None:
    officer = signed_in(locale=Language.EN)
    answer = officer.send("/history/new", **FORM | form)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert 'value="Cử chuyên gia chăn nuôi"' in answer.text
    assert f'value="{form.get("last_day", "")}"' in answer.text


def test_a_form_sent_twice_enters_one(signed_in: SignedIn, officer: Caller) -> None:
    browser = signed_in()
    token = re.search(r'name="token" value="([^"]+)"', browser.get("/history/new").text)
    assert token is not None
    first, again = (browser.send("/history/new", **FORM, token=token[1]) for _each in range(2))
    assert first.location == again.location
    assert len(officer.get("/events?known_to=year").json) == 1


def test_its_days_are_given_on_its_page(signed_in: SignedIn, officer: Caller) -> None:
    browser = signed_in(locale=Language.EN)
    path = entered(browser)
    form = {"do": "days", "version": "1", "first_day": "6/2008", "last_day": ""}
    assert browser.send(path, **form).status_code == 303
    event = officer.get(path).json
    assert (event["known_to"], event["last_day"]) == (KnownTo.MONTH, "2008-06-30")
    assert "June 2008" in words(browser.get(f"{path}?show=history"))
    dated = {"do": "days", "version": "2", "first_day": "7/6/2008", "last_day": "9/6/2008"}
    assert browser.send(path, **dated).status_code == 303
    text = words(browser.get(f"{path}?show=history"))
    assert "7–9 June 2008" in text
    # The history tells all three, each as closely as it was known.
    history = text[: text.rindex("Excel")]
    history = history[history.rindex(told("History", Language.EN)) :]
    assert all(one in history for one in ("2008", "June 2008", "7–9 June 2008"))
    assert "01/01/2008" not in history
    assert "1 January 2008" not in history
    # A wrong day is put right, and it may turn out that only the year is known.
    form = browser.get(f"{path}?edit=days").text
    assert 'value="7/6/2008"' in form
    assert browser.send(path, do="days", version="3", first_day="năm 2008", last_day="").status_code == 303
    assert officer.get(path).json["known_to"] == KnownTo.YEAR


def test_it_is_deleted_on_its_page(signed_in: SignedIn, officer: Caller) -> None:
    browser = signed_in()
    for day in ("2008", "7/6/2008"):
        path = entered(browser, first_day=day)
        assert 'value="delete"' in browser.get(path).text
        assert browser.send(path, do="delete", version="1").status_code == 303
        assert officer.get(path).status_code == 404


def test_a_table_of_years_names_the_year_and_no_day(signed_in: SignedIn, officer: Caller, approver: Caller) -> None:
    agreement: Any = {
        "title": {"vi": "Văn bản hợp tác"}, "parties": ["hai-duong", "vientiane-province"],
        "starts_on": "2007-01-01", "ends_on": "2012-12-31",
    }  # fmt: skip
    agreement = officer.made("/agreements", agreement)["id"]
    commitment = {
        "article": "1", "field": {"vi": "Nông nghiệp"}, "title": {"vi": "Cử chuyên gia"}, "activity": "activity",
        "frequency": {"type": "per_year", "count": 1}, "duration_min": 2, "duration_max": 3, "duration_unit": "days",
    }  # fmt: skip
    commitment = officer.made(f"/agreements/{agreement}/commitments", commitment)["id"]
    officer.made("/activities", known("2008", commitment_id=commitment))
    html = signed_in(Role.VIEWER, locale=Language.VI).get(f"/agreements/{agreement}").text
    assert '<time datetime="2008">2008</time>' in html
    assert told("How long it lasted is not known.", Language.VI) in html
    assert "năm 2008" in html
    assert A_DAY.search(html) is None
