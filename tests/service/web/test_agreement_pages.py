"""Agreements, commitments and anniversaries on their forms: how often, refusals at their field, nothing lost."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, func, select

from models.accounts import Audit
from models.agreements import Agreement, Anniversary, Commitment
from models.database import Database
from models.vocabulary import FrequencyType, Language, Role
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_administration_pages import shown, version
from tests.service.web.test_pages import Browser, browser, signed_in, words

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]
NEW = "/administration/commitments/new"
BOTH = ["hai-duong", "vientiane-province"]


@pytest.fixture
def agreement(app: Flask, database: Database) -> str:
    with database.transaction() as session:
        for code in BOTH:
            factories.make_locality(session, code)
        factories.make_locality(session, "hue")
        found = Agreement(title={"vi": "Thỏa thuận"}, starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31))
        found.parties = BOTH
        session.add(found)
        session.flush()
        return found.id


def promise(agreement: str, **values: Any) -> dict[str, Any]:
    """What somebody types for a commitment; None leaves a question out."""
    form = {
        "agreement_id": agreement, "article": "2", "field.vi": "Giáo dục", "title.vi": "Bồi dưỡng",
        "activity": "training_batch", "frequency_type": "open",
    } | values  # fmt: skip
    return {name: value for name, value in form.items() if value is not None}


def the_commitment(database: Database) -> Commitment:
    with database.transaction(write=False) as session:
        return session.exec(select(Commitment)).one()


OFTEN = {
    FrequencyType.PER_YEAR: ({"frequency_count": "2"}, (2, None, None)),
    FrequencyType.IN_PERIOD: ({"frequency_count": "3"}, (3, None, None)),
    FrequencyType.EVERY: ({"frequency_min_years": "2", "frequency_max_years": "3"}, (None, 2, 3)),
    FrequencyType.OPEN: ({}, (None, None, None)),
}
ANSWERS = {"frequency_count": "9", "frequency_min_years": "8", "frequency_max_years": "9"}
"""What may stand in questions that do not belong to the type: it is left aside."""


@pytest.mark.parametrize("kind", OFTEN)
def test_how_often(signed_in: SignedIn, database: Database, agreement: str, kind: FrequencyType) -> None:
    given, kept = OFTEN[kind]
    officer = signed_in(Role.OFFICER)
    answer = officer.send(NEW, **promise(agreement, **ANSWERS | given, frequency_type=kind.value))
    assert answer.status_code == 303, words(answer)
    found = the_commitment(database)
    assert found.frequency_type is kind
    assert (found.frequency_count, found.frequency_min_years, found.frequency_max_years) == kept
    # From one type to another, and back.
    path = answer.headers["Location"].partition("?")[0]
    for other, (values, expected) in OFTEN.items():
        form = shown(officer.get(path).text) | {"frequency_type": other.value} | values | {"csrf": officer.csrf(path)}
        assert officer.post(path, form).status_code == 303
        found = the_commitment(database)
        assert (found.frequency_count, found.frequency_min_years, found.frequency_max_years) == expected


def test_one_number_of_years_is_both(signed_in: SignedIn, database: Database, agreement: str) -> None:
    signed_in().send(NEW, **promise(agreement, frequency_type="every", frequency_min_years="2"))
    found = the_commitment(database)
    assert (found.frequency_min_years, found.frequency_max_years) == (2, 2)


WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no count": ({"frequency_type": "per_year", "frequency_count": ""}, ["frequency_count"]),
    "a count in words": ({"frequency_type": "in_period", "frequency_count": "hai"}, ["frequency_count"]),
    "no years": ({"frequency_type": "every"}, ["frequency_min_years", "frequency_max_years"]),
    "years the wrong way round": (
        {"frequency_type": "every", "frequency_min_years": "3", "frequency_max_years": "2"}, ["frequency_max_years"],
    ),
    "an unknown type": ({"frequency_type": "often"}, ["frequency_type"]),
    "fewer at most than at least": ({"headcount_min": "10", "headcount_max": "5"}, ["headcount_max"]),
    "a host who is no party": ({"host": "hue"}, ["host"]),
    "host and guest the same": ({"host": BOTH[0], "guest": BOTH[0]}, ["guest"]),
    "no title and no article": ({"title.vi": "", "article": ""}, ["title", "article"]),
    "a stage without a title": ({"phase_1_title.vi": "Đại học", "phase_1_unit": "years"}, ["phase_0_title"]),
    "a stage without a unit": ({"phase_0_title.vi": "Tiếng Việt", "phase_0_duration": "1"}, ["phase_0_unit"]),
    "a stage of no length": (
        {"phase_0_title.vi": "Tiếng", "phase_0_duration": "0", "phase_0_unit": "years"}, ["phase_0_duration"],
    ),
    "no such agreement": ({"agreement_id": "nothing"}, []),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_refusal_stands_at_its_question_and_what_was_typed_stays(
    signed_in: SignedIn, database: Database, agreement: str, wrong: str
) -> None:
    values, fields = WRONG[wrong]
    sent = promise(agreement, **{"field.en": "Typed already"} | values)
    page = signed_in(locale=Language.EN).send(NEW, **sent)
    assert page.status_code == (422 if fields else 404), words(page)
    for field in fields:
        assert re.search(rf'href="#{field}(-vi)?"', page.text), words(page)
        (tag,) = re.findall(rf'<[^>]* id="{field}"[^>]*>', page.text)
        assert 'aria-invalid="true"' in tag
    assert len(re.findall(r'id="[\w]+-wrong"', page.text)) == len(fields)
    assert "Typed already" in page.text
    typed = shown(page.text)
    for name, value in values.items():
        if name in typed and name not in ("agreement_id", "frequency_type"):
            assert typed[name] == value, name
    with database.transaction(write=False) as session:
        assert session.exec(select(func.count()).select_from(Commitment)).one() == 0
        assert session.exec(select(func.count()).select_from(Audit)).one() == 0


def test_stages_are_entered_changed_and_taken_away(signed_in: SignedIn, database: Database, agreement: str) -> None:
    officer = signed_in()
    stages = {"phase_0_title.vi": "Tiếng Việt", "phase_0_duration": "1", "phase_0_unit": "years",
              "phase_1_title.vi": "Đại học"}  # fmt: skip
    path = officer.send(NEW, **promise(agreement, **stages)).headers["Location"].partition("?")[0]
    assert [one["title"]["vi"] for one in the_commitment(database).phases] == ["Tiếng Việt", "Đại học"]
    form = shown(officer.get(path).text)
    assert form["phase_0_duration"] == "1"
    form |= {"phase_2_title.vi": "Thực tập", "csrf": officer.csrf(path)}
    assert officer.post(path, form).status_code == 303
    assert len(the_commitment(database).phases) == 3
    form = shown(officer.get(path).text)
    assert form["phase_3_title.vi"] == ""  # always one more than there are
    form |= dict.fromkeys([name for name in form if name.startswith("phase_")], "") | {"csrf": officer.csrf(path)}
    assert officer.post(path, form).status_code == 303
    assert the_commitment(database).phases == []


@pytest.mark.parametrize("area", ["agreements", "commitments", "anniversaries"])
def test_saving_what_nobody_changed_changes_nothing(
    seeded: None, signed_in: SignedIn, database: Database, app: Flask, area: str
) -> None:
    """Every agreement, commitment and anniversary that comes with the service, through its form and back."""
    model: Any = {"agreements": Agreement, "commitments": Commitment, "anniversaries": Anniversary}[area]

    def rows(session: Session) -> dict[str, Any]:
        found = {one.id: one.model_dump() for one in session.exec(select(model)).all()}
        parties = {one.id: getattr(one, "parties", None) for one in session.exec(select(model)).all()}
        return {identity: (found[identity], parties[identity]) for identity in found}

    def changes(session: Session) -> int:
        return session.exec(select(func.count()).select_from(Audit).where(Audit.action == "change")).one()

    with database.transaction(write=False) as session:
        before, audited = rows(session), changes(session)
    assert before
    officer = signed_in(locale=Language.LO)
    for identity in before:
        path = f"/administration/{area}/{identity}"
        form = shown(officer.get(path).text)
        answer = officer.post(path, form)
        assert answer.status_code == 303, words(answer)
    with database.transaction(write=False) as session:
        assert rows(session) == before
        assert changes(session) == audited


@pytest.mark.both_databases("foreign keys that refuse a deletion")
def test_only_an_administrator_deletes_an_agreement_and_only_an_unused_one(
    signed_in: SignedIn, database: Database, agreement: str
) -> None:
    officer, admin = signed_in(Role.OFFICER, locale=Language.EN), signed_in(Role.ADMIN, locale=Language.EN)
    officer.send(NEW, **promise(agreement))
    path = f"/administration/agreements/{agreement}"
    wish = {"do": "delete", "version": version(admin, path)}
    assert "Delete now" not in words(officer.get(path))
    assert officer.send(path, **wish).status_code == 403
    commitment = the_commitment(database)
    with database.transaction() as session:
        event = factories.make_event(session, commitment_id=commitment.id)
    assert admin.send(path, **wish).status_code == 409
    assert officer.send(f"/administration/commitments/{commitment.id}", do="delete", version="1").status_code == 409
    with database.transaction() as session:
        session.delete(session.merge(event))
    assert admin.send(path, **wish).status_code == 303
    with database.transaction(write=False) as session:
        assert session.exec(select(func.count()).select_from(Commitment)).one() == 0


@pytest.mark.both_databases("a table that refers to itself")
def test_an_agreement_comes_after_another(signed_in: SignedIn, database: Database, agreement: str) -> None:
    officer = signed_in(locale=Language.EN)
    form = {"title.vi": "Mới", "parties": BOTH, "starts_on": "2029-01-01", "ends_on": "2028-01-01",
            "predecessor_id": agreement}  # fmt: skip
    refused = officer.send("/administration/agreements/new", **form)
    assert refused.status_code == 422
    assert 'href="#ends_on"' in refused.text
    assert f'<option value="{agreement}" selected>' in refused.text
    assert len(re.findall(r'name="parties" value="[\w-]+" checked', refused.text)) == 2
    made = officer.send("/administration/agreements/new", **form | {"ends_on": "2033-12-31"})
    path = made.headers["Location"].partition("?")[0]
    assert "Carries on Thỏa thuận" in words(officer.get(path.replace("/administration", "")))
    # It can't carry on itself: it is not among the choices.
    assert f'<option value="{path.rpartition("/")[2]}"' not in officer.get(path).text


@pytest.mark.parametrize(("origin", "is_good"), [("1984", True), ("1984-09", True), ("1962-09-05", True),
                                                 ("1984-02-30", False), ("9/5/1962", False), ("", False)])  # fmt: skip
def test_when_it_began_as_exactly_as_it_is_known(
    signed_in: SignedIn, agreement: str, clock: Clock, origin: str, is_good: bool
) -> None:
    assert isinstance(clock.now, datetime)
    form = {"title.vi": "Kết nghĩa", "origin": origin, "parties": BOTH}
    answer = signed_in(locale=Language.VI).send("/administration/anniversaries/new", **form)
    assert answer.status_code == (303 if is_good else 422)
    if not is_good:
        assert re.search(r'id="origin"[^>]*aria-invalid', answer.text)
