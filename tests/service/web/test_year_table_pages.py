"""Agreements in the console: the board, what wants attention, what passed each way, and planning what is owed."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta
from functools import partial
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, func, select
from werkzeug.test import TestResponse

from calendars.events.labels import PROGRESS_NAMES
from models.accounts import Audit
from models.agreements import Agreement, Commitment
from models.database import Database
from models.events import Event
from models.places import Locality
from models.reminders import Reminder
from models.vocabulary import (
    Currency,
    DurationUnit,
    EventKind,
    EventStatus,
    FrequencyType,
    Language,
    ProgressState,
    Role,
)
from tests import factories
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

LANGUAGES = ("vi", "lo", "en")
TITLE = {"vi": "Bồi dưỡng ngắn hạn", "lo": "ບຳລຸງໄລຍະສັ້ນ", "en": "Short course"}
YEARLY: dict[str, Any] = {
    "article": "2",
    "title": TITLE,
    "host": "hai-duong",
    "guest": "vientiane-province",
    "headcount_min": 10,
    "headcount_max": 15,
    "duration_min": 10,
    "duration_max": 15,
    "duration_unit": DurationUnit.DAYS,
    "frequency_type": FrequencyType.PER_YEAR,
    "frequency_count": 1,
    "funded_by": "hai-duong",
}
OPEN: dict[str, Any] = {"article": "10", "title": {"vi": "Trao đổi đoàn", "lo": "ແລກປ່ຽນຄະນະ", "en": "Exchanges"}}
EVIL = '<script>alert("1")</script>{{ 7*7 }}\'"><img src=x onerror=alert(1)>'


def add_agreement(session: Session, **values: Any) -> Agreement:
    """An agreement of both provinces for 2024 to 2028, without commitments."""
    for code in ("hai-duong", "vientiane-province"):
        factories.make_locality(session, code)
    row: dict[str, Any] = {
        "title": {"vi": "Thỏa thuận 2024–2028", "lo": "ຂໍ້ຕົກລົງ 2024–2028", "en": "Agreement 2024–2028"},
        "starts_on": date(2024, 1, 1),
        "ends_on": date(2028, 12, 31),
    } | values
    found = Agreement(**row)
    found.parties = ["hai-duong", "vientiane-province"]
    session.add(found)
    session.flush()
    return found


def add_commitment(session: Session, agreement: Agreement, **values: Any) -> Commitment:
    row: dict[str, Any] = {
        "agreement_id": agreement.id,
        "field": {"vi": "Giáo dục", "lo": "ການສຶກສາ", "en": "Education"},
    }
    commitment = Commitment(**row | {"activity": EventKind.TRAINING_BATCH} | values)
    session.add(commitment)
    session.flush()
    return commitment


@pytest.fixture
def agreement(app: Flask, database: Database) -> Agreement:
    """An agreement with an open commitment, entered first, and one for a short course every year."""
    with database.transaction() as session:
        found = add_agreement(session)
        add_commitment(session, found, **OPEN)
        add_commitment(session, found, position=1, **YEARLY)
        return found


@pytest.fixture
def yearly(database: Database, agreement: Agreement) -> Commitment:
    with database.transaction(write=False) as session:
        return session.exec(select(Commitment).where(Commitment.article == "2")).one()


@pytest.fixture
def hold(database: Database, yearly: Commitment) -> Callable[..., str]:
    """Put a completed event of the yearly commitment into the store, twelve people for twelve days; its id."""

    def put(first: str, days: int = 12, **values: Any) -> str:
        day = date.fromisoformat(first)
        row = {
            "kind": EventKind.TRAINING_BATCH,
            "status": EventStatus.COMPLETED,
            "commitment_id": yearly.id,
            "headcount": 12,
            "first_day": day,
            "last_day": day + timedelta(days=days - 1),
        } | values
        with database.transaction() as session:
            return factories.make_event(session, **row).id

    return put


def path_of(agreement: Agreement, query: str = "") -> str:
    return f"/agreements/{agreement.id}{query}"


def plain(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def rows_of(page: TestResponse) -> dict[str, list[str]]:
    """Commitment → its overall state and its years, each as text."""
    read(page)
    return {
        identity: [plain(cell) for cell in re.findall(r'<td role="cell" class="(?:overall|year).*?</td>', body, re.S)]
        for identity, body in re.findall(r'<tbody role="rowgroup" id="commitment-(\w+)">(.*?)</tbody>', page.text, re.S)
    }


def counted(database: Database) -> list[int]:
    """How many events, audit rows and reminders there are."""
    with database.transaction(write=False) as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in (Event, Audit, Reminder)]


# The board


def test_board_year_by_year(
    signed_in: SignedIn, agreement: Agreement, yearly: Commitment, hold: Callable[..., str]
) -> None:
    held = hold("2024-10-07", title={"en": "Course 2024"})
    planned = hold("2027-03-10", title={"en": "Course 2027"}, status=EventStatus.PLANNED)
    page = signed_in(Role.VIEWER, locale=Language.EN).get(path_of(agreement))
    found = rows_of(page)
    assert next(iter(found)) == yearly.id  # article 2 before article 10, whatever was entered first
    assert found.pop(yearly.id) == [
        "Missed Not done in time: 2025. Now: The diary holds less than what falls due by 31/12/2026.",
        "2024 1/1 Fulfilled Completed: 07/10/2024 Course 2024",
        "2025 0/1 Missed",
        "2026 0/1 At risk",
        "2027 0/1 On track In the diary: 1 Planned: 10/3/2027 Course 2027",
        "2028 0/1 On track",
    ]
    (other,) = found.values()
    assert other[0] == "Open Counted only: no number was promised."
    assert set(other[1:]) == {f"{year} – Nothing is due." for year in range(2024, 2029)}
    for event_id in (held, planned):
        assert f'href="/events/{event_id}"' in page.text
    text = words(page)
    for told_there in (
        "Article 2 – Education",
        "Once every year · 10–15 people each time · 10–15 days",
        "Either party",
    ):
        assert told_there in text
    assert 'id="article-2"' in page.text
    assert 'id="article-10"' in page.text


def test_quota_of_people_is_told(signed_in: SignedIn, database: Database, agreement: Agreement) -> None:
    with database.transaction() as session:
        commitment = add_commitment(session, agreement, article="3", title=TITLE, headcount_total=15)
        factories.make_event(
            session, kind=EventKind.TRAINING_BATCH, status=EventStatus.COMPLETED, commitment_id=commitment.id,
            headcount=6, first_day=date(2025, 3, 3),
        )  # fmt: skip
    cells = rows_of(signed_in(locale=Language.EN).get(path_of(agreement)))[commitment.id]
    assert "People taken in: 6 of 15" in cells[0]
    assert cells[2].startswith("2025 1 ")


def test_many_events_of_a_year_are_folded_away(
    signed_in: SignedIn, agreement: Agreement, yearly: Commitment, hold: Callable[..., str]
) -> None:
    held = [hold(f"2025-0{month}-03") for month in range(1, 8)]
    page = signed_in(locale=Language.EN).get(path_of(agreement))
    assert "More: 3" in rows_of(page)[yearly.id][2]
    assert all(f'href="/events/{event_id}"' in page.text for event_id in held)


def test_events_that_nearly_count_and_remarks_are_explained(
    signed_in: SignedIn, agreement: Agreement, hold: Callable[..., str]
) -> None:
    few = hold("2025-10-06", headcount=9, title={"en": "Too few came"})
    hold("2024-10-07", headcount=16, title={"en": "More came"})
    hold("2026-03-02", commitment_id=None, title={"en": "Nobody linked it"})
    text = words(signed_in(locale=Language.EN).get(path_of(agreement)))
    order = [
        "Nearly count, and why not: 2", "Too few came", "People: 9; promised: 10–15.", "Nobody linked it",
        "It is not linked to this commitment.", "Remarks on what counts: 1", "More people than promised: 16",
    ]  # fmt: skip
    assert sorted(order, key=text.index) == order
    assert f'href="/events/{few}"' in signed_in().get(path_of(agreement)).text


def test_long_explanations_are_cut(signed_in: SignedIn, agreement: Agreement, hold: Callable[..., str]) -> None:
    for number in range(25):
        hold("2025-10-06", headcount=9, title={"en": f"Few {number:02}"})
    text = words(signed_in(locale=Language.EN).get(path_of(agreement)))
    assert "Nearly count, and why not: 25" in text
    assert len(set(re.findall(r"Few \d\d", text))) == 20
    assert "There are more; only the first are shown here." in text


def test_another_day(signed_in: SignedIn, agreement: Agreement, yearly: Commitment, hold: Callable[..., str]) -> None:
    hold("2024-10-07")
    reader = signed_in(locale=Language.EN)
    before = reader.get(path_of(agreement, "?as_of=2024-10-06"))
    assert rows_of(before)[yearly.id][1].startswith("2024 0/1 On track In the diary: 1")
    assert 'value="2024-10-06"' in before.text
    assert "How the commitments stand on 6 October 2024" in words(before)
    assert "Back to today" in words(before)
    since = reader.get(path_of(agreement, "?as_of=2024-10-07"))
    assert rows_of(since)[yearly.id][1].startswith("2024 1/1 Fulfilled")
    today = reader.get(path_of(agreement, "?as_of="))
    assert "Back to today" not in words(today)
    assert 'value="2026-11-22"' in today.text


@pytest.mark.parametrize("day", ["x", "2026-02-30", "3000-01-01", "2026-1-1", "%00", "%22%3E%3Cscript%3E", "2" * 3000])
def test_day_that_makes_no_sense_is_told_and_today_shown(
    signed_in: SignedIn, agreement: Agreement, yearly: Commitment, day: str
) -> None:
    page = signed_in(locale=Language.VI).get(path_of(agreement, f"?as_of={day}"))
    assert page.status_code == 200
    assert len(rows_of(page)[yearly.id]) == 6
    assert 'role="alert"' in page.text
    assert "22/11/2026" in words(page)
    sentences = ("Not a day; write it like 2027-03-10.", "Must be a day between 1 January 1900 and 31 December 2199.")
    assert any(told(sentence, "vi") in words(page) for sentence in sentences)


def test_what_passed_each_way(signed_in: SignedIn, agreement: Agreement, hold: Callable[..., str]) -> None:
    paid = {"funded_by": "hai-duong", "budget_currency": Currency.VND}
    hold("2024-10-07", budget_amount=100_000_000, **paid)
    hold("2025-12-01", 3, host="vientiane-province", guest="hai-duong", commitment_id=None, headcount=6,
         funded_by="vientiane-province", budget_amount=150, budget_currency=Currency.USD)  # fmt: skip
    hold("2027-12-01", 3, status=EventStatus.PLANNED)
    text = words(signed_in(locale=Language.EN).get(path_of(agreement)))
    assert "From Hải Dương to Vientiane Province Visits held 1 People 6 Days of stay 3 Visits to come 0" in text
    assert "From Vientiane Province to Hải Dương Visits held 1 People 12 Days of stay 12 Visits to come 1" in text
    # Nothing was approved, and no goods were given: there are no columns of them.
    unknown = "Money paid (not known what was paid: 1)"
    assert f"Paid or given by Hải Dương Money planned 100,000,000 VND {unknown}" in text
    assert f"Paid or given by Vientiane Province Money planned 1.5 USD {unknown}" in text
    assert "Money approved" not in text
    assert "Goods given" not in text


PICTURED = {
    "vi": (
        "Số người. Từ Hải Dương sang tỉnh Viêng Chăn: 2025: 6. Từ tỉnh Viêng Chăn sang Hải Dương: 2024: 12, 2026: 3.",
        "Kinh phí dự toán, VND. Do Hải Dương chi: 2024: 100.000.000. Do tỉnh Viêng Chăn chi: chưa rõ.",
        ["100 triệu"],
    ),
    "en": (
        (
            "People. From Hải Dương to Vientiane Province: 2025: 6. "
            "From Vientiane Province to Hải Dương: 2024: 12, 2026: 3."
        ),
        "Money planned, VND. Paid by Hải Dương: 2024: 100,000,000. Paid by Vientiane Province: not known.",
        ["100M"],
    ),
}


@pytest.mark.parametrize("language", PICTURED)
def test_what_passed_is_drawn_year_by_year_and_told(
    signed_in: SignedIn, agreement: Agreement, hold: Callable[..., str], language: str
) -> None:
    hold("2024-10-07", budget_amount=100_000_000, funded_by="hai-duong", budget_currency=Currency.VND)
    hold("2026-10-07", 2, headcount=3)
    hold("2025-12-01", 3, host="vientiane-province", guest="hai-duong", commitment_id=None, headcount=6,
         funded_by="vientiane-province", budget_amount=150, budget_currency=Currency.USD)  # fmt: skip
    page = signed_in(locale=Language(language)).get(path_of(agreement))
    read(page)
    labels = [unescape(label) for label in re.findall(r'role="img" aria-label="([^"]*)"', page.text)]
    people, money, short = PICTURED[language]
    assert [label.split(". ")[0] for label in labels] == [
        told("People", language), told("Days of stay", language),
        told("Money planned, {currency}", language).format(currency="USD"),
        told("Money planned, {currency}", language).format(currency="VND"),
    ]  # fmt: skip
    assert people in labels
    assert money in labels
    pictures = re.findall(r"<svg viewBox.*?</svg>", page.text, re.S)
    assert [len(re.findall("<rect", picture)) for picture in pictures] == [3, 3, 1, 1]
    assert re.findall(r"<text x[^>]*>([^<]*)</text>", pictures[3]) == short
    text = words(page)
    assert re.search(rf"{re.escape(told('Year', language))} .* 2024 .* 12 .* 2026 .* 3 ", text)
    assert "style=" not in page.text


@pytest.mark.both_databases("sums by year and direction")
def test_nothing_is_drawn_where_nothing_passed(
    signed_in: SignedIn, agreement: Agreement, hold: Callable[..., str]
) -> None:
    hold("2027-12-01", 3, status=EventStatus.PLANNED)
    page = signed_in(locale=Language.EN).get(path_of(agreement))
    assert "<figure" not in page.text
    assert "Visits to come 1" in words(page)


def test_how_all_commitments_stand_is_drawn_on_the_list(
    signed_in: SignedIn, agreement: Agreement, hold: Callable[..., str]
) -> None:
    page = signed_in(locale=Language.EN).get("/agreements")
    (picture,) = re.findall(r'<svg class="standing".*?</svg>', page.text)
    assert re.findall(r'class="(\w+)" x="([\d.]+)" y="0" width="([\d.]+)"', picture) == [
        ("missed", "0.0", "50.0"), ("open", "50.0", "50.0"),
    ]  # fmt: skip


def test_officers_find_where_it_is_changed(signed_in: SignedIn, agreement: Agreement, yearly: Commitment) -> None:
    links = (
        f'href="/administration/agreements/{agreement.id}"',
        f'href="/administration/commitments/{yearly.id}"',
        f'href="/administration/commitments/new?agreement={agreement.id}"',
    )
    officer, viewer = signed_in(Role.OFFICER), signed_in(Role.VIEWER)
    for link in links:
        assert link in officer.get(path_of(agreement)).text
        assert link not in viewer.get(path_of(agreement)).text
        assert officer.get(link.split('"')[1]).status_code == 200
    form = officer.get(links[2].split('"')[1])
    assert f'<option value="{agreement.id}" selected>' in form.text


def test_parties_are_called_as_today(signed_in: SignedIn, database: Database, agreement: Agreement) -> None:
    with database.transaction() as session:
        old = session.get_one(Locality, "hai-duong")
        old.successor, old.succeeded_on = "hai-phong", date(2025, 7, 1)
    text = words(signed_in(locale=Language.EN).get(path_of(agreement)))
    assert "Hải Dương (today: Hải Phòng )".replace(" )", ")") in text
    assert "Host: Hải Phòng" in text
    assert "From Hải Phòng to Vientiane Province" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER])
def test_each_role_reads_it_in_its_language(
    signed_in: SignedIn, agreement: Agreement, hold: Callable[..., str], role: Role, language: str
) -> None:
    title = {"vi": "Lớp 2024", "lo": "ຊຸດ 2024"}
    hold("2024-10-07", title=title)
    hold("2025-10-06", headcount=9, title=title)
    hold("2024-11-07", headcount=16, title=title)
    hold("2027-10-06", status=EventStatus.PLANNED, title=title)
    reader = signed_in(role, name="Lan", locale=Language(language))
    board, listed = reader.get(path_of(agreement)), reader.get("/agreements")
    for state, names in PROGRESS_NAMES.items():
        assert (names[language] in words(board)) is (state is not ProgressState.NO_RECORDS), state
    assert PROGRESS_NAMES[ProgressState.MISSED][language] in words(listed)
    may_plan = role is Role.OFFICER
    assert (told("Plan what is owed", language) in words(board)) is may_plan
    assert (f'href="{path_of(agreement, "/plan")}"' in board.text) is may_plan
    pages = [board, listed, reader.get(path_of(agreement, "?made=2")), reader.get(path_of(agreement, "?made=0"))]
    pages += [reader.get(path_of(agreement, "?as_of=2020-01-01")), reader.get(path_of(agreement, "?as_of=2030-01-01"))]
    if may_plan:
        plan = reader.get(path_of(agreement, "/plan"))
        assert TITLE[language] in words(plan)
        pages.append(plan)
    for page in pages:
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text
        if language != "en":
            assert untranslated(words(page)) == []


def test_texts_from_people_are_text(signed_in: SignedIn, database: Database) -> None:
    evil = {"vi": EVIL}
    with database.transaction() as session:
        agreement = add_agreement(session, title=evil)
        commitment = add_commitment(session, agreement, **YEARLY | {"title": evil, "field": evil, "article": EVIL[:20]})
        for headcount in (9, 12, 16):
            factories.make_event(
                session, kind=EventKind.TRAINING_BATCH, status=EventStatus.COMPLETED, commitment_id=commitment.id,
                headcount=headcount, first_day=date(2025, 3, 3), last_day=date(2025, 3, 14), title=evil,
            )  # fmt: skip
    reader = signed_in(name=EVIL)
    for path in ("/agreements", path_of(agreement), path_of(agreement, "/plan"), path_of(agreement, "?made=<script>")):
        page = reader.get(path)
        assert page.status_code == 200
        assert "&lt;script&gt;" in page.text
        assert not OTHER_SCRIPT.search(page.text)
        assert "<img src=x" not in page.text
        assert " 49 " not in words(page)
        assert EVIL in "".join(read(page).words)
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_queries_do_not_grow_with_commitments_and_events(
    signed_in: SignedIn, database: Database, agreement: Agreement, hold: Callable[..., str]
) -> None:
    reader = signed_in()
    hold("2025-10-06", headcount=9)
    found: dict[str, list[int]] = {}
    made = 1
    for total in (1, 30):
        with database.transaction() as session:
            for number in range(made, total):
                commitment = add_commitment(session, agreement, position=number, **YEARLY | {"article": str(number)})
                values = {"commitment_id": commitment.id, "kind": EventKind.TRAINING_BATCH, "headcount": 3 + number}
                factories.make_event(session, **values, first_day=date(2025, 3, 3), status=EventStatus.COMPLETED)
                other = add_agreement(session, starts_on=date(2020, 1, 1))
                add_commitment(session, other, **YEARLY)
        made = total
        for path in ("/agreements", path_of(agreement)):
            found.setdefault(path, []).append(count_queries(database, partial(reader.get, path)))
    assert all(few == many for few, many in found.values()), found
    assert max(few for few, _many in found.values()) <= 24, found


# What wants attention


def test_what_wants_attention_leads_to_its_commitment(
    signed_in: SignedIn, database: Database, agreement: Agreement, yearly: Commitment
) -> None:
    with database.transaction() as session:
        over = add_agreement(
            session, title={"en": "Agreement 2017–2020"}, starts_on=date(2017, 1, 1), ends_on=date(2020, 12, 31)
        )
        missed = add_commitment(session, over, **YEARLY | {"title": {"en": "Never held"}})
    page = signed_in(Role.VIEWER, locale=Language.EN).get("/agreements")
    text = words(page)
    order = [
        "What wants attention", "Agreement 2024–2028", "Missed", "Article 2 – Short course", "Not done in time",
        "Left undone in agreements that have ended", "Agreement 2017–2020", "Never held", "All agreements",
    ]  # fmt: skip
    assert sorted(order, key=text.index) == order
    assert f'href="{path_of(agreement)}#commitment-{yearly.id}"' in page.text
    assert f'href="{path_of(over)}#commitment-{missed.id}"' in page.text
    assert "Commitments: 2 Missed: 1 Open: 1" in text
    assert "At risk: 0" not in text


def test_nothing_wants_attention(signed_in: SignedIn, database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    assert "There are no agreements yet." in words(reader.get("/agreements"))
    with database.transaction() as session:
        add_commitment(session, add_agreement(session), **OPEN)
    text = words(reader.get("/agreements"))
    assert "Nothing that was promised is missed or at risk." in text
    assert "Left undone" not in text


def test_attention_is_cut_where_it_gets_too_long(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        for _number in range(3):
            agreement = add_agreement(session)
            for number in range(45):
                add_commitment(session, agreement, **YEARLY | {"article": str(number)})
    page = signed_in(locale=Language.EN).get("/agreements")
    assert page.text.count("#commitment-") == 100
    assert "There are more; only the first are shown here." in words(page)


# Planning what is owed


def test_preview_shows_the_drafts_and_writes_nothing(
    signed_in: SignedIn, database: Database, agreement: Agreement
) -> None:
    with database.transaction() as session:
        ceremony = {"article": "12", "title": {"en": "Ceremony"}, "activity": EventKind.ANNIVERSARY}
        add_commitment(
            session, agreement, position=2, frequency_type=FrequencyType.IN_PERIOD, frequency_count=1, **ceremony
        )
    reader = signed_in(locale=Language.EN)
    before = counted(database)
    page = reader.get(path_of(agreement, "/plan"))
    text = words(page)
    for told_there in (
        "Drafts: 3", "Short course (2026)", "Short course (2027)", "Short course (2028)", "People: 13 · Article 2",
        "Host: Hải Dương", "Still owed in 2027: 1 of 1.", "Make these 3 drafts", "Could not be placed: 1",
        "Article 12 – Ceremony", "A ceremony is planned at its anniversary",
    ):  # fmt: skip
        assert told_there in text, told_there
    assert re.search(r"December 2026 \(\d+ days\)", text)
    assert reader.open("HEAD", path_of(agreement, "/plan")).status_code == 200
    assert counted(database) == before
    assert words(reader.get(path_of(agreement, "/plan"))) == text


def test_what_a_get_writes_is_undone_even_without_the_dry_run(
    signed_in: SignedIn, database: Database, agreement: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = signed_in(locale=Language.EN)
    before = counted(database)
    monkeypatch.setattr("service.web.agreements.plan_preview.dry_run_savepoint", lambda session, is_dry: nullcontext())
    assert "Drafts: 3" in words(reader.get(path_of(agreement, "/plan")))
    assert counted(database) == before
    monkeypatch.setattr(Database, "trial", Database.transaction)  # what the page relies upon
    reader.get(path_of(agreement, "/plan"))
    assert counted(database)[0] == before[0] + 3


def sent(reader: Browser, agreement: Agreement) -> TestResponse:
    """The plan's form, sent as it stands on the page."""
    page = reader.get(path_of(agreement, "/plan"))
    hidden = dict(re.findall(r'name="(csrf|seen)" value="(\w+)"', page.text))
    return reader.post(path_of(agreement, "/plan"), hidden)


def test_one_button_makes_the_drafts(
    signed_in: SignedIn, database: Database, agreement: Agreement, yearly: Commitment
) -> None:
    reader = signed_in(locale=Language.EN, name="Lan")
    shown = re.findall(r'class="when"><time datetime="([\d-]+)"', reader.get(path_of(agreement, "/plan")).text)
    answer = sent(reader, agreement)
    assert (answer.status_code, answer.headers["Location"]) == (303, path_of(agreement, "?made=3"))
    with database.transaction(write=False) as session:
        made = session.exec(select(Event).order_by(Event.first_day)).all()  # type: ignore[arg-type]
        trail = session.exec(select(Audit).where(Audit.action == "create")).all()
    assert [(one.status, one.commitment_id) for one in made] == [(EventStatus.DRAFT, yearly.id)] * 3
    assert [one.first_day.isoformat() for one in made] == shown
    assert len(trail) == 3
    after = reader.get(answer.headers["Location"])
    assert "Drafts made: 3." in words(after)
    assert rows_of(after)[yearly.id][4].startswith("2027 0/1 On track In the diary: 1 Draft:")
    again = words(reader.get(path_of(agreement, "/plan")))
    assert "Nothing is owed that is not in the diary already." in again
    assert "Make th" not in again


def test_only_the_drafts_that_were_seen_are_made(
    signed_in: SignedIn, database: Database, agreement: Agreement, hold: Callable[..., str]
) -> None:
    reader = signed_in(locale=Language.EN)
    page = reader.get(path_of(agreement, "/plan"))
    hidden = dict(re.findall(r'name="(csrf|seen)" value="(\w+)"', page.text))
    hold("2027-03-08", status=EventStatus.PLANNED)
    before = counted(database)
    for form in (hidden, {"csrf": hidden["csrf"]}):
        refused = reader.post(path_of(agreement, "/plan"), form)
        assert refused.status_code == 412
        assert "Somebody changed this in the meantime." in words(refused)
        assert "Drafts: 2" in words(refused)
        assert counted(database) == before
    assert sent(reader, agreement).headers["Location"] == path_of(agreement, "?made=2")


def links_to_plan(page: TestResponse) -> list[str]:
    return [unescape(one) for one in re.findall(r'class="plan-this" href="([^"]*)"', page.text)]


def test_postponed_event_of_a_year_is_neither_planned_nor_offered_to_be(
    signed_in: SignedIn, agreement: Agreement, yearly: Commitment, hold: Callable[..., str]
) -> None:
    reader = signed_in(locale=Language.EN)
    offered = {year: f"/plan?commitment={yearly.id}&year={year}" for year in (2026, 2027, 2028)}
    assert set(links_to_plan(reader.get(path_of(agreement)))) >= set(offered.values())
    waiting = hold("2027-03-08", status=EventStatus.POSTPONED, title={"en": "Course"})
    page = reader.get(path_of(agreement))
    links = links_to_plan(page)
    assert f'class="plan-this new-days" href="/events/{waiting}#steps"' in page.text
    assert "“Course” is postponed. Set new days" in words(page)
    assert [one for one in links if yearly.id in one] == [offered[2026], offered[2028]]
    plan = reader.get(path_of(agreement, "/plan"))
    assert {day[:4] for day in re.findall(r'class="when"><time datetime="([\d-]+)"', plan.text)} == {"2026", "2028"}
    assert "“Course” is postponed: give it new days." in words(plan)


def test_nothing_is_offered_where_all_that_is_missing_waits_postponed(
    signed_in: SignedIn, database: Database, agreement: Agreement, yearly: Commitment, hold: Callable[..., str]
) -> None:
    """Missed years and a state at risk invite no second visit beside the postponed ones."""
    reader = signed_in(locale=Language.EN)
    for day in ("2026-12-07", "2027-03-08", "2028-03-06"):
        hold(day, status=EventStatus.POSTPONED)
    with database.transaction() as session:
        quota = add_commitment(session, agreement, article="3", title=TITLE, headcount_total=15)
        agreement_until_2026 = add_agreement(session, ends_on=date(2026, 12, 31))
        ending = add_commitment(session, agreement_until_2026, article="3", title=TITLE, headcount_total=15)
        for commitment in (quota, ending):
            factories.make_event(
                session, kind=EventKind.TRAINING_BATCH, status=EventStatus.POSTPONED, commitment_id=commitment.id,
                headcount=15, first_day=date(2026, 12, 7), title={"en": "Batch"},
            )  # fmt: skip
    links = links_to_plan(reader.get(path_of(agreement)))
    assert not [one for one in links if yearly.id in one or quota.id in one]
    page = reader.get(path_of(agreement_until_2026))
    assert rows_of(page)[ending.id][0].startswith("At risk")
    assert links_to_plan(page) == []
    assert page.text.count("new-days") == 1
    plan = words(reader.get(path_of(agreement_until_2026, "/plan")))
    assert "“Batch” is postponed: give it new days." in plan
    assert "Make th" not in plan


def test_who_may_plan(signed_in: SignedIn, database: Database, agreement: Agreement) -> None:
    viewer, officer = signed_in(Role.VIEWER, locale=Language.EN), signed_in(locale=Language.EN)
    before = counted(database)
    path = path_of(agreement, "/plan")
    hidden = dict(re.findall(r'name="(csrf|seen)" value="(\w+)"', officer.get(path).text))
    for refused in (viewer.get(path), viewer.post(path, hidden | {"csrf": viewer.csrf("/agreements")})):
        assert refused.status_code == 403
        assert "but not change it" in words(refused)
    for token in ("", "0" * 64, viewer.csrf("/agreements")):
        refused = officer.post(path, hidden | {"csrf": token})
        assert refused.status_code == 403
        read(refused)
    assert counted(database) == before
    assert officer.get("/agreements/nothing/plan").status_code == 404
    assert officer.get("/agreements/%00/plan").status_code == 404
    stranger = Browser(officer.client.application.test_client())
    assert stranger.get(path).headers["Location"] == f"/login?next={path}"
    for role in (Role.APPROVER, Role.ADMIN):
        assert signed_in(role).get(path).status_code == 200


@pytest.mark.both_databases("the agreement's row is locked")
def test_an_agreement_that_has_ended_is_not_planned(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        over = add_agreement(session, starts_on=date(2017, 1, 1), ends_on=date(2020, 12, 31))
        add_commitment(session, over, **YEARLY)
    reader = signed_in(locale=Language.EN)
    assert "Plan what is owed" not in words(reader.get(path_of(over)))
    assert "Make th" not in words(reader.get(path_of(over, "/plan")))


# The event's page


def test_warning_shows_its_way_out(signed_in: SignedIn, hold: Callable[..., str]) -> None:
    event_id = hold("2027-03-08", headcount=3, status=EventStatus.PLANNED)
    for language in LANGUAGES:
        text = words(signed_in(locale=Language(language)).get(f"/events/{event_id}"))
        warning, advice = text.split("→", 1)[0], text.split("→", 1)[1]
        assert told("People planned: {headcount}. Promised: {promised}.", language, headcount=3, promised="10–15") in (
            warning
        )
        way_out = "Change the number of people, or the commitment if another number was agreed."
        assert advice.strip().startswith(told(way_out, language))
