"""Pages of agreements as papers among others: the tree, bodies, signatories, copies; their forms; records."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select

from models.agreements import Agreement, Commitment
from models.database import Database
from models.vocabulary import ActivityType, AgreementKind, EventKind, EventStatus, Language, Role
from tests import factories
from tests.service.web.test_administration_pages import shown
from tests.service.web.test_agreement_pages import BOTH, NEW, promise, the_commitment
from tests.service.web.test_agreement_pages import agreement as agreement
from tests.service.web.test_pages import Browser, browser, signed_in, words

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]
PAPERS = "/administration/agreements"

pytestmark = pytest.mark.both_databases("the tree level by level, a paper's page and form")


@pytest.fixture
def bodies(app: Flask, database: Database) -> list[str]:
    with database.transaction() as session:
        names = ({"vi": "Sở Y tế Viêng Chăn"}, {"vi": "Sở Y tế Hải Dương"})
        return [factories.make_organisation(session, name=name).id for name in names]


def memorandum(agreement: str, **values: Any) -> dict[str, Any]:
    """What somebody types for a memorandum."""
    return {
        "kind": "memorandum", "title.vi": "Bản ghi nhớ y tế", "parent_id": agreement, "parties": BOTH,
        "starts_on": "2025-01-01", "ends_on": "2026-12-31", "languages": ["vi", "lo"], "copies": "2",
        "copies_note.vi": "Mỗi bên giữ một bản", "review_on": "2026-06-01",
    } | values  # fmt: skip


def made(database: Database) -> Agreement:
    with database.transaction(write=False) as session:
        found = session.exec(select(Agreement).where(Agreement.kind == AgreementKind.MEMORANDUM)).one()
        _ = found.bodies, found.signatories, found.parties
        return found


def test_a_memorandum_from_its_form_to_both_pages(
    signed_in: SignedIn, database: Database, agreement: str, bodies: list[str]
) -> None:
    officer = signed_in(Role.OFFICER)
    form = officer.get(f"{PAPERS}/new?below={agreement}").text
    assert re.search(rf'<option value="{agreement}" selected', form)
    assert re.search(r'<option value="memorandum" selected', form)
    for code in BOTH:
        assert f'name="parties" value="{code}" checked' in form
    with database.transaction() as session:
        leader = factories.make_person(session, name="Nguyễn Văn Ký", name_lo="ຫງວຽນ ວັນ ກີ").id
    signed = {
        "bodies.0.organisation_id": bodies[1], "bodies.1.organisation_id": bodies[0],
        "signatories.0.party": BOTH[0], "signatories.0.person_id": leader, "signatories.0.position.vi": "Giám đốc Sở",
        "signatories.1.party": BOTH[1], "signatories.1.name": "Khăm Phăn",
    }  # fmt: skip
    answer = officer.send(f"{PAPERS}/new", **memorandum(agreement, **signed))
    assert answer.status_code == 303, words(answer)
    found = made(database)
    assert (found.parent_id, found.bodies, found.parties) == (agreement, bodies[::-1], BOTH)
    assert [one["name"] for one in found.signatories] == [None, "Khăm Phăn"]
    page = words(officer.get(f"/agreements/{found.id}"))
    for told in ("Biên bản ghi nhớ", "Sở Y tế Hải Dương", "Nguyễn Văn Ký, Giám đốc Sở", "Khăm Phăn", "Việt, Lào",
                 "Mỗi bên giữ một bản", "Cần rà soát trước ngày"):  # fmt: skip
        assert told in page, told
    assert "ຫງວຽນ ວັນ ກີ" in words(signed_in(Role.VIEWER, locale=Language.LO).get(f"/agreements/{found.id}"))
    above = officer.get(f"/agreements/{agreement}").text
    assert f'href="/agreements/{found.id}"' in above
    listed = officer.get("/agreements").text
    assert listed.count('<li class="card">') == 1, "what stands below is listed with what it stands below"
    assert f'href="/agreements/{found.id}"' in listed


def test_saving_the_form_again_changes_nothing_and_an_emptied_row_goes(
    signed_in: SignedIn, database: Database, agreement: str, bodies: list[str]
) -> None:
    officer = signed_in(Role.OFFICER)
    signed = {"bodies.0.organisation_id": bodies[0], "signatories.0.party": BOTH[1], "signatories.0.name": "A"}
    path = officer.send(f"{PAPERS}/new", **memorandum(agreement, **signed)).headers["Location"].partition("?")[0]
    before = made(database)
    form: dict[str, Any] = shown(officer.get(path).text) | {
        "parties": BOTH, "languages": ["vi", "lo"], "csrf": officer.csrf(path)
    }  # fmt: skip
    assert officer.post(path, form).status_code == 303
    after = made(database)
    assert (after.version, after.signatories, after.bodies) == (before.version, before.signatories, before.bodies)
    emptied = {"signatories.0.party": "", "signatories.0.name": "", "bodies.0.organisation_id": ""}
    assert officer.post(path, form | emptied | {"csrf": officer.csrf(path)}).status_code == 303
    assert (made(database).signatories, made(database).bodies) == ([], [])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"signatories.0.party": BOTH[0]}, "signatories-0-name"),
        ({"signatories.0.name": "Somebody"}, "signatories-0-party"),
        ({"signatories.0.name": "Somebody", "signatories.0.party": "hue"}, "signatories-0-party"),
        ({"review_on": "2024-01-01"}, "review_on"),
        ({"kind": "treaty"}, "kind"),
        ({"parties": [BOTH[0], "hue"]}, "parent_id"),
    ],
)
def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(
    signed_in: SignedIn, agreement: str, values: dict[str, Any], field: str
) -> None:
    page = signed_in(locale=Language.EN).send(f"{PAPERS}/new", **memorandum(agreement, **values))
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert "Mỗi bên giữ một bản" in page.text


def test_a_body_twice_is_refused_at_the_bodies(signed_in: SignedIn, agreement: str, bodies: list[str]) -> None:
    twice = {f"bodies.{number}.organisation_id": bodies[0] for number in range(2)}
    page = signed_in(locale=Language.EN).send(f"{PAPERS}/new", **memorandum(agreement, **twice))
    assert page.status_code == 422
    assert "Name each body once." in page.text


@pytest.mark.parametrize("language", list(Language))
def test_the_tree_is_shown_in_each_language(
    signed_in: SignedIn, database: Database, agreement: str, language: Language
) -> None:
    names = {
        Language.VI: ("Các văn bản liên quan", "Kế hoạch hợp tác"),
        Language.LO: ("ເອກະສານທີ່ກ່ຽວຂ້ອງ", "ແຜນການຮ່ວມມື"),
        Language.EN: ("Papers that belong together", "Plan"),
    }[language]
    with database.transaction() as session:
        days = {"starts_on": date(2024, 1, 1), "ends_on": date(2028, 12, 31)}
        plan = Agreement(title={"vi": "Kế hoạch văn hóa"}, kind=AgreementKind.PLAN, parent_id=agreement, **days)
        session.add(plan)
        session.flush()
        minutes = Agreement(title={"vi": "Biên bản họp"}, kind=AgreementKind.MINUTES, parent_id=plan.id, **days)
        session.add(minutes)
        session.flush()
        identity, lowest = plan.id, minutes.id
    viewer = signed_in(Role.VIEWER, locale=language)
    page = words(viewer.get(f"/agreements/{identity}"))
    for told in (*names, "Kế hoạch văn hóa", "Thỏa thuận", "Biên bản họp"):
        assert told in page, told
    assert "?below=" not in viewer.get(f"/agreements/{identity}").text, "a viewer adds nothing"
    above = words(viewer.get(f"/agreements/{lowest}"))
    for told in ("Thỏa thuận", "Kế hoạch văn hóa"):
        assert told in above, told


def test_a_commitment_says_what_fulfils_it(signed_in: SignedIn, database: Database, agreement: str) -> None:
    officer = signed_in(Role.OFFICER)
    form = promise(agreement, activity="activity", activity_types=["handover", "ceremony"], **{"title.vi": "Trường"})
    answer = officer.send(NEW, **form)
    assert answer.status_code == 303, words(answer)
    found = the_commitment(database)
    assert (found.activity_types, found.composition) == (["handover", "ceremony"], {})
    assert "Bàn giao" in words(officer.get(f"/agreements/{agreement}"))
    path = answer.headers["Location"].partition("?")[0]
    values = shown(officer.get(path).text) | {
        "activity": "training_batch", "activity_types": [], "composition": "coach: 1\nathlete: 8",
        "csrf": officer.csrf(path),
    }  # fmt: skip
    assert officer.post(path, values).status_code == 303
    assert the_commitment(database).composition == {"coach": 1, "athlete": 8}
    assert "ít nhất vận động viên: 8, huấn luyện viên: 1" in words(officer.get(f"/agreements/{agreement}"))
    # Emptied again, it asks for nobody in particular.
    values = shown(officer.get(path).text) | {"composition": "", "csrf": officer.csrf(path)}
    assert officer.post(path, values).status_code == 303
    assert the_commitment(database).composition == {}


def test_what_does_not_go_with_the_kind_is_refused_at_its_field(signed_in: SignedIn, agreement: str) -> None:
    for values, field in (
        ({"activity_types": ["fair"]}, "activity_types"),
        ({"activity": "activity", "composition": "a: 1"}, "composition"),
    ):
        page = signed_in().send(NEW, **promise(agreement, **values))
        assert page.status_code == 422
        assert f'href="#{field}"' in page.text


def test_the_wizard_proposes_what_fulfils_the_commitment(
    signed_in: SignedIn, database: Database, agreement: str
) -> None:
    officer = signed_in(Role.OFFICER)
    officer.send(NEW, **promise(agreement, activity="activity", activity_types=["handover"], host=BOTH[1]))
    page = officer.get(f"/plan?commitment={the_commitment(database).id}")
    if page.status_code == 404:
        page = officer.get(f"/visits/new?commitment={the_commitment(database).id}")
    types = re.search(r'<select id="activity_type".*?</select>', page.text, re.DOTALL)
    assert types is not None, page.status_code
    assert re.findall(r'value="(\w+)"', types[0])[0] == "handover"


@pytest.mark.parametrize(
    ("language", "told"),
    [(Language.VI, "Chưa nhập kết quả"), (Language.LO, "ຍັງບໍ່ໄດ້ບັນທຶກຜົນ"), (Language.EN, "No records")],
)
def test_years_without_records_accuse_nobody(
    signed_in: SignedIn, database: Database, agreement: str, language: Language, told: str
) -> None:
    officer = signed_in(Role.OFFICER, locale=language)
    officer.send(NEW, **promise(agreement, frequency_type="per_year", frequency_count="1"))
    with database.transaction() as session:
        session.get_one(Agreement, agreement).records_since = date(2026, 1, 1)
    page = officer.get(f"/agreements/{agreement}")
    assert page.text.count("progress-no_records") == 2  # 2024 and 2025
    assert page.text.count('class="figures">0/1<') == 3, "nought of one is said of years with records only"
    assert told in words(page)
    assert "progress-missed" not in page.text
    assert "progress-missed" not in officer.get("/agreements").text


def test_why_a_survey_does_not_count_is_told(signed_in: SignedIn, database: Database, agreement: str) -> None:
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    officer.send(
        NEW,
        **promise(
            agreement, activity="activity", activity_types=["handover"], frequency_type="in_period", frequency_count="1"
        ),
    )
    with database.transaction() as session:
        commitment = session.exec(select(Commitment)).one()
        factories.make_event(
            session, kind=EventKind.ACTIVITY, activity_type=ActivityType.SURVEY, status=EventStatus.COMPLETED,
            first_day=date(2026, 3, 2), last_day=date(2026, 3, 3), commitment_id=commitment.id,
        )  # fmt: skip
    assert "Type of activity: Field survey; promised: Handover." in words(officer.get(f"/agreements/{agreement}"))
