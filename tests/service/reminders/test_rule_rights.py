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
from models.vocabulary import Role
from tests import factories
from tests.service.conftest import Caller
from tests.service.web.test_pages import signed_in

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
