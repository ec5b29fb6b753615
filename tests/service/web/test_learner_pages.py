"""The pages of learners: a path from the language to the degree, without script, in three languages; who reads them."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.events import Event
from models.learners import Learner
from models.vocabulary import EventKind, EventStatus, Language, LearnerOutcome, LearnerStage, Role, Visibility
from tests import factories
from tests.service.web.test_pages import Browser, count_queries, signed_in, untranslated, words

__all__ = ["signed_in"]

SignedIn = Callable[..., Browser]


@pytest.fixture
def database_kind() -> str:
    """What a page says does not depend on the database; the statements run in the tests of the API."""
    return "sqlite"


@pytest.fixture
def batch(database: Database) -> str:
    """A public batch with two members; the id of the event."""
    with database.transaction() as session:
        event = factories.make_event(
            session, kind=EventKind.TRAINING_BATCH, status=EventStatus.ONGOING, first_day=date(2026, 9, 15),
            last_day=date(2027, 7, 1), title={"vi": "Khóa tiếng Việt"}, visibility=Visibility.PUBLIC,
        )  # fmt: skip
        for name in ("Bounmy Phommachanh", "Khamla Sisoulith"):
            factories.make_member(session, event, factories.make_person(session, name=name))
        return event.id


def learners(database: Database) -> list[Learner]:
    with database.transaction() as session:
        found = list(session.exec(select(Learner).order_by(Learner.stage.desc(), Learner.id)).all())  # type: ignore[attr-defined]
        session.expunge_all()
        return found


def people(browser: Browser, path: str) -> list[str]:
    return re.findall(r'name="person" value="(\w+)"', browser.get(path).text)


def ticked(rows: list[Learner]) -> dict[str, Any]:
    return {"chosen": [one.id for one in rows]} | {f"version.{one.id}": str(one.version) for one in rows}


def test_members_go_from_the_language_to_the_degree(signed_in: SignedIn, batch: str, database: Database) -> None:
    browser, path = signed_in(), f"/events/{batch}/learners"
    offered = people(browser, path)
    assert len(offered) == 2
    sent = {"person": offered, "names": "Học sinh thứ ba\n", "stage": "language", "starts_on": "9/2025",
            "stipend": "3 630 000", "currency": "VND", "do": "add"}  # fmt: skip
    answer = browser.send(path, **(sent))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=add")
    rows = learners(database)
    assert [(one.stage, one.starts_on, one.stipend_amount) for one in rows] == [
        (LearnerStage.LANGUAGE, "2025-09", 3_630_000)
    ] * 3
    assert people(browser, path) == []  # nobody is proposed twice
    done = {"do": "outcome", "outcome.outcome": "graduated", "outcome.ends_on": "7/2026"}
    assert browser.send(path, **(ticked(rows) | done)).status_code == 303
    rows = learners(database)
    assert {(one.outcome, one.ends_on) for one in rows} == {(LearnerOutcome.GRADUATED, "2026-07")}
    further = {
        "do": "next",
        "next.stage": "bachelor",
        "next.starts_on": "9/2026",
        "next.permit_expires_on": "2026-12-31",
    }
    assert browser.send(path, **(ticked(rows[:2]) | further)).status_code == 303
    assert [one.stage for one in learners(database)].count(LearnerStage.BACHELOR) == 2
    text = words(browser.get(path))
    assert "Đại học" in text
    assert "sắp hết hạn" in text
    person = next(one.person_id for one in rows if one.person_id)
    assert "Học tiếng" in words(browser.get(f"/people/{person}"))
    assert "Bounmy Phommachanh" in words(browser.get("/learners"))


def test_going_on_ends_the_stage_before_and_keeps_school_payer_and_permit(
    signed_in: SignedIn, batch: str, database: Database
) -> None:
    with database.transaction() as session:
        school = factories.make_organisation(session).id
    browser, path = signed_in(), f"/events/{batch}/learners"
    sent = {"names": "A\nB", "stage": "language", "starts_on": "9/2025", "institution_id": school, "do": "add"}
    sent |= {"payer": "hai-duong", "permit_expires_on": "2026-12-31", "stipend": "3.630.000", "currency": "VND"}
    assert browser.send(path, **sent).status_code == 303
    first, second = learners(database)
    without = browser.send(path, **(ticked([first]) | {"do": "next", "next.stage": "bachelor"}))
    assert (without.status_code, "Xin ghi bậc học trước kết thúc khi nào" in words(without)) == (422, True)
    further = {"do": "next", "next.stage": "bachelor", "next.starts_on": "1/9/2026"}
    assert browser.send(path, **(ticked([first]) | further)).status_code == 303
    left = {"before.outcome": "left", "before.ends_on": "6/2026"}
    assert browser.send(path, **(ticked([second]) | further | left)).status_code == 303
    rows = learners(database)
    assert [(one.name, one.stage.value, one.outcome.value, one.ends_on) for one in rows] == [
        ("A", "language", "graduated", "2026-08"),
        ("B", "language", "left", "2026-06"),
        ("A", "bachelor", "studying", None),
        ("B", "bachelor", "studying", None),
    ]
    assert {(one.institution_id, one.payer, one.permit_expires_on) for one in rows} == {
        (school, "hai-duong", date(2026, 12, 31))
    }
    # Each person counts once.
    assert re.search(r"<h1>[^<]*<span class=\"quiet\">2</span>", browser.get(path).text)
    assert re.search(r"<h1>[^<]*<span class=\"quiet\">2</span>", browser.get("/learners?outcome=all").text)


def test_a_wrong_stipend_names_its_box(signed_in: SignedIn, batch: str, database: Database) -> None:
    sent = {"names": "A", "stage": "language", "stipend": "3,6 triệu", "currency": "VND", "do": "add"}
    answer = signed_in().send(f"/events/{batch}/learners", **sent)
    assert (answer.status_code, learners(database)) == (422, [])
    assert "Sinh hoạt phí hằng tháng: " in words(answer)


def test_schools_of_batches_come_first_and_doubts_are_told(signed_in: SignedIn, batch: str, database: Database) -> None:
    with database.transaction() as session:
        factories.make_organisation(session, name={"vi": "Ban A"})
        school = factories.make_organisation(session, name={"vi": "Trường Z"})
        session.add(
            Learner(event_id=batch, name="Sớm", stage=LearnerStage.MASTER, institution_id=school.id, starts_on="2025")
        )
        session.add(Learner(event_id=batch, name="Đúng", stage=LearnerStage.MASTER, starts_on="2026"))
    browser, path = signed_in(), f"/events/{batch}/learners"
    page = browser.get(path)
    assert page.text.index(">Trường Z<") < page.text.index(">Ban A<")
    assert "những người sau học từ trước đó: Sớm. " in words(page)
    assert "dự thảo" not in words(page)
    with database.transaction() as session:
        session.get_one(Event, batch).status = EventStatus.DRAFT
    assert "Đợt còn là dự thảo" in words(browser.get(path))


def test_all_or_none_and_each_refusal_says_whom_it_is_about(
    signed_in: SignedIn, batch: str, database: Database
) -> None:
    browser, path = signed_in(), f"/events/{batch}/learners"
    sent = {"names": "A\nB", "stage": "language", "starts_on": "9/2025", "do": "add"}
    assert browser.send(path, **(sent)).status_code == 303
    again = browser.send(path, names="C\nb", stage="language", do="add")
    assert again.status_code == 422
    assert "b: Học viên này đã có trong đợt" in words(again)
    assert "C\nb" in again.text  # what was typed is still there
    assert len(learners(database)) == 2
    nobody = browser.send(path, stage="language", do="add")
    assert (nobody.status_code, "Xin chọn ít nhất một người." in words(nobody)) == (422, True)
    wrong = browser.send(path, names="D", stage="language", starts_on="năm ngoái", do="add")
    assert (wrong.status_code, len(learners(database))) == (422, 2)
    rows = learners(database)
    stale = ticked(rows) | {f"version.{rows[0].id}": "99", "do": "outcome", "outcome.outcome": "left"}
    assert browser.send(path, **(stale | {"outcome.ends_on": "2026"})).status_code == 412
    assert {one.outcome for one in learners(database)} == {LearnerOutcome.STUDYING}


def test_one_entry_is_changed_and_taken_out(signed_in: SignedIn, batch: str, database: Database) -> None:
    browser, path = signed_in(), f"/events/{batch}/learners"
    browser.send(path, names="A", stage="language", do="add")
    (row,) = learners(database)
    one = f"{path}/{row.id}"
    assert browser.get(one).status_code == 200
    sent = {
        "version": row.version,
        "name": "A",
        "stage": "language",
        "outcome": "studying",
        "note": "khá",
        "do": "save",
    }
    assert browser.send(one, **(sent)).status_code == 303
    assert browser.send(one, **(sent | {"note": "giỏi"})).status_code == 412
    (row,) = learners(database)
    assert row.note == "khá"
    assert browser.send(one, version=row.version, do="remove").status_code == 303
    assert learners(database) == []


def test_a_school_that_has_ended_stays_with_its_learner(signed_in: SignedIn, batch: str, database: Database) -> None:
    with database.transaction() as session:
        school = factories.make_organisation(session, ends_on=date(2010, 1, 1)).id
        learner = Learner(event_id=batch, name="A", stage=LearnerStage.BACHELOR, institution_id=school)
        session.add(learner)
        session.flush()
        path = f"/events/{batch}/learners/{learner.id}"
    assert f'<option value="{school}" selected>' in signed_in().get(path).text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER])
def test_who_does_not_read_the_money_sees_no_learner_anywhere(
    signed_in: SignedIn, batch: str, database: Database, role: Role
) -> None:
    """The batch is public: its page is everybody's, its learners are not."""
    with database.transaction() as session:
        other = factories.make_organisation(session)
        person = factories.make_person(session, name="Bí Mật")
        session.add(
            Learner(
                event_id=batch, person_id=person.id, stage=LearnerStage.LANGUAGE, note="bí mật",
                permit_expires_on=date(2026, 12, 1),
            )
        )  # fmt: skip
        path, person_page = f"/events/{batch}/learners", f"/people/{person.id}"
    told = signed_in(Role.APPROVER)
    assert "Bí Mật" in words(told.get("/"))
    assert "Bí Mật" in words(told.get("/week"))
    assert "Học tiếng" in words(told.get(person_page))
    browser = signed_in(role, organisation_id=other.id)
    assert browser.get(path).status_code in (403, 404)
    for page in ("/", "/week", "/learners", f"/events/{batch}"):
        assert "Bí Mật" not in browser.get(page).text
        assert "/learners" not in browser.get(f"/events/{batch}").text
    assert "Học tiếng" not in words(browser.get(person_page))


@pytest.mark.parametrize("language", list(Language))
def test_pages_speak_three_languages(signed_in: SignedIn, batch: str, database: Database, language: Language) -> None:
    with database.transaction() as session:
        for outcome in LearnerOutcome:
            session.add(
                Learner(
                    event_id=batch, name=str(outcome), stage=LearnerStage.MASTER, outcome=outcome, starts_on="2020-09",
                    ends_on="2022", permit_expires_on=date(2026, 12, 1),
                )
            )  # fmt: skip
    browser = signed_in(locale=language)
    for page in (f"/events/{batch}/learners", "/learners?outcome=all", "/"):
        answer = browser.get(page)
        assert answer.status_code == 200
        if language is not Language.EN:
            assert untranslated(words(answer)) == []


@pytest.mark.parametrize("page", ["/events/{batch}/learners", "/learners", "/"])
def test_pages_take_the_same_queries_for_few_and_many(
    signed_in: SignedIn, batch: str, database: Database, page: str
) -> None:
    browser, asked = signed_in(), []
    for number in range(3):
        with database.transaction() as session:
            school, person = factories.make_organisation(session), factories.make_person(session)
            session.add(
                Learner(
                    event_id=batch, person_id=person.id, stage=LearnerStage.BACHELOR, institution_id=school.id,
                    permit_expires_on=date(2026, 12, 1 + number),
                )
            )  # fmt: skip
        asked.append(count_queries(database, lambda: browser.get(page.format(batch=batch))))
    assert asked[0] == asked[2], asked
