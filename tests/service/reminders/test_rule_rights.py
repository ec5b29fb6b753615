"""Whose a reminder rule is, and who changes it: R5, any officer edited the office's own rules."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.places import Organisation
from models.reminders import ReminderRule
from models.vocabulary import Language, Role
from tests import factories
from tests.service.conftest import Caller
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

RULE: dict[str, Any] = {"name": {"vi": "Nhắc"}, "anchor": "arrival", "offset": "-P3D", "audience": ["owner"]}


@dataclass
class Callers:
    """Officers of departments A and B, of the protocol office and of no organisation; an approver of B; an
    administrator of B."""

    a: Caller
    b: Caller
    office: Caller
    nowhere: Caller
    approver: Caller
    admin: Caller
    organisations: dict[str, Organisation]


@pytest.fixture
def callers(database: Database, caller: Callable[..., Caller]) -> Callers:
    with database.transaction() as session:
        organisations = {name: factories.make_organisation(session) for name in ("a", "b")}
        organisations["office"] = factories.make_organisation(session, protocol_office=True)
    ids = {name: one.id for name, one in organisations.items()}
    return Callers(
        caller(Role.OFFICER, organisation_id=ids["a"]),
        caller(Role.OFFICER, organisation_id=ids["b"]),
        caller(Role.OFFICER, organisation_id=ids["office"]),
        caller(Role.OFFICER),
        caller(Role.APPROVER, organisation_id=ids["b"]),
        caller(Role.ADMIN, organisation_id=ids["b"]),
        organisations,
    )


def made_rule(database: Database, organisation_id: str | None) -> str:
    with database.transaction() as session:
        return factories.make_rule(session, audience=["owner"], organisation_id=organisation_id).id


@pytest.mark.both_databases("a rule's organisation is joined to say whose it is")
@pytest.mark.parametrize("whose", [None, "office", "a"])
def test_who_changes_a_rule(callers: Callers, database: Database, whose: str | None) -> None:
    organisation_id = callers.organisations[whose].id if whose else None
    may = {"office", "nowhere", "admin"} | ({"a", "approver"} if whose == "a" else set())
    for number, name in enumerate(("a", "b", "office", "nowhere", "approver", "admin")):
        rule_id = made_rule(database, organisation_id)
        path, who = f"/reminder-rules/{rule_id}", getattr(callers, name)
        answers = [
            who.patch(path, {"active": False}),
            who.patch(path, {"offset": f"-P{number + 5}D"}),
            who.delete(path),
        ]
        if name in may:
            assert [one.status_code for one in answers] == [200, 200, 204], name
            continue
        for answer in answers:
            assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge"), name  # type: ignore[index]
        with database.transaction(write=False) as session:
            kept = session.get_one(ReminderRule, rule_id)
            assert (kept.active, kept.offset) == (True, "-P1D")
        assert who.get(path).json["organisation_id"] == organisation_id  # type: ignore[index]


def test_a_rule_is_its_authors(callers: Callers) -> None:
    ids = {name: one.id for name, one in callers.organisations.items()}
    for name, whose in (
        ("a", ids["a"]), ("b", ids["b"]), ("office", ids["office"]), ("nowhere", None), ("approver", ids["b"]),
    ):  # fmt: skip
        who = getattr(callers, name)
        made = who.made("/reminder-rules", RULE)
        assert made["organisation_id"] == whose
        assert who.patch(f"/reminder-rules/{made['id']}", {"offset": "-P9D"}).status_code == 200


def test_an_officer_makes_no_rule_of_another(callers: Callers, database: Database) -> None:
    other = callers.organisations["b"].id
    own = callers.a.made("/reminder-rules", RULE | {"organisation_id": callers.organisations["a"].id})
    for wish in (other, None):
        for answer in (
            callers.a.post("/reminder-rules", RULE | {"organisation_id": wish}),
            callers.a.post("/reminder-rules/preview", RULE | {"organisation_id": wish}),
            callers.a.patch(f"/reminder-rules/{own['id']}", {"organisation_id": wish}),
        ):
            assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge")  # type: ignore[index]
            assert list(answer.json["errors"]) == ["organisation_id"]  # type: ignore[index]
    # Nor does somebody make a rule that they may not change afterwards.
    answer = callers.approver.post("/reminder-rules", RULE | {"organisation_id": None})
    assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge")  # type: ignore[index]
    unknown = callers.office.post("/reminder-rules", RULE | {"organisation_id": "nobody"})
    assert (unknown.status_code, list(unknown.json["errors"])) == (422, ["organisation_id"])  # type: ignore[index]
    for who in (callers.office, callers.nowhere, callers.admin):
        for wish in (other, None):
            assert who.made("/reminder-rules", RULE | {"organisation_id": wish})["organisation_id"] == wish
        assert who.patch(f"/reminder-rules/{own['id']}", {"organisation_id": other}).status_code == 200
    with database.transaction(write=False) as session:
        trail = session.exec(select(Audit.changes).where(Audit.entity_id == own["id"], Audit.action == "change"))
        assert [list(changes) for changes in trail] == [["organisation_id"]]


def test_pages_say_whose_a_rule_is_and_why_it_stays_as_it_is(
    callers: Callers, signed_in: Callable[..., Browser], database: Database
) -> None:
    """What one may change has its buttons; of the rest the list and the form say why not."""
    a, b = (callers.organisations[name] for name in ("a", "b"))
    rules = {"office": made_rule(database, None), "a": made_rule(database, a.id), "b": made_rule(database, b.id)}
    officer = signed_in(Role.OFFICER, organisation_id=b.id, locale=Language.EN)
    listed = officer.get("/administration/rules").text
    for said in (
        "Whose rule: the office&#39;s own",
        f"Whose rule: {a.name['vi']}",
        "This is a rule of the office: only the protocol office and administrators can change it.",
        f"“{a.name['vi']}” made this rule: only it, an approver or the protocol office can change it.",
    ):
        assert said in listed, said
    assert "You may read this, but not change it." not in listed
    form = {"do": "change", "version": "1", "name.vi": "Khác", "offset_number": "2", "offset_unit": "D",
            "offset_side": "-", "anchor": "arrival", "audience": "owner", "active": "yes"}  # fmt: skip
    for whose, reason in (("office", "This is a rule of the office"), ("a", "made this rule"), ("b", "")):
        path = f"/administration/rules/{rules[whose]}"
        page = officer.get(path).text
        assert ('class="primary"' in page, 'value="delete"' in page, "organisation_id" in page) == (
            not reason, not reason, False,
        )  # fmt: skip
        assert reason in page
        assert officer.send(path, **form).status_code == (403 if reason else 303)
        assert officer.send(path, do="delete", version="1").status_code == (403 if reason else 412)
    office = signed_in(Role.OFFICER, organisation_id=callers.organisations["office"].id, locale=Language.EN)
    assert office.send(f"/administration/rules/{rules['office']}", **form, organisation_id=a.id).status_code == 303
    with database.transaction(write=False) as session:
        assert session.get_one(ReminderRule, rules["office"]).organisation_id == a.id
        assert session.get_one(ReminderRule, rules["b"]).organisation_id == b.id, "a form without the field keeps it"
