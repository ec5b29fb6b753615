"""What accounts of other offices and departments learn beside events: addresses, figures, who has an account, what is
in use, and which body's mail they could turn to themselves."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select
from werkzeug.test import TestResponse

from jobs.failure_notices import notify_failures
from models.accounts import Audit
from models.agreements import Agreement, Commitment
from models.database import Database
from models.places import Organisation
from models.reminders import Reminder
from models.vocabulary import EventKind, ReminderPurpose, ReminderState, Role
from tests import factories
from tests.service.conftest import Caller
from tests.service.http.test_narrow_permissions import RULE
from tests.service.imports.test_planted_people import OTHER, body, sides, visit
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["sides", "signed_in"]

SPY = "spy@evil.example"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


# Addresses of people


@pytest.fixture
def person(sides: dict[str, Caller]) -> Any:
    values = {
        "name": "Trần Văn Kín", "email": "kin@a.example", "phone": "0900111222", "organisation_id": body(sides["a"]),
    }  # fmt: skip
    return sides["a"].made("/people", values)


@pytest.mark.both_databases("addresses in a condition")
@pytest.mark.parametrize(("name", "reads"), [("a", True), ("b", True), ("v", False), ("admin of v", False)])
def test_addresses_are_their_offices(
    sides: dict[str, Caller], person: Any, name: str, reads: bool, signed_in: Callable[..., Browser]
) -> None:
    who = sides[name]
    listed: Any = who.get("/people?q=Tran Van Kin").json
    for found in (who.get(f"/people/{person['id']}").json, listed[0]):
        assert found is not None
        assert found["name"] == "Trần Văn Kín"
        assert (found["email"], found["phone"]) == (("kin@a.example", "0900111222") if reads else (None, None))
    assert len(who.get("/people?q=kin@a.example").json) == int(reads)  # type: ignore[arg-type]
    browser = signed_in(Role.OFFICER, organisation_id=body(sides[name.split()[-1]]))
    for page in (f"/administration/people/{person['id']}", "/administration/people?q=Kín"):
        answer = browser.get(page)
        assert answer.status_code == 200, page
        shown = ("0900111222" in answer.text, ">kin@a.example" in answer.text or 'value="kin@a.example"' in answer.text)
        assert any(shown) is reads, page
    assert ("Trần Văn Kín" in browser.get("/search?q=kin@a.example").text) is reads
    assert "Trần Văn Kín" in browser.get("/search?q=Trần+Văn+Kín").text


def test_ones_own_people_are_read_and_changed_as_before(sides: dict[str, Caller]) -> None:
    theirs = sides["v"]
    made = theirs.made("/people", {"name": "Bounmy", "email": "b@v.example", "organisation_id": body(theirs)})
    assert theirs.get(f"/people/{made['id']}").json["email"] == "b@v.example"  # type: ignore[index]
    assert theirs.patch(f"/people/{made['id']}", {"phone": "020"}).json["phone"] == "020"  # type: ignore[index]


# Who has an account


@pytest.mark.both_databases("accounts of an office as a condition")
def test_who_has_an_account_elsewhere_is_not_told(sides: dict[str, Caller], person: Any) -> None:
    """Another office's accounts and people are answered as nobody's."""

    def asked(who: Caller, address: str) -> Any:
        answer = who.post("/reminder-rules/preview", RULE | {"audience": [f"email:{address}"]})
        return answer.status_code, (answer.json or {}).get("code")

    of_a, of_v = (sides[name].get("/me").json["email"] for name in ("a", "v"))  # type: ignore[index]
    unknown = (403, "address_not_allowed")
    for name, address in (("v", of_a), ("v", person["email"]), ("v", "nobody@a.example"), ("b", of_v)):
        assert asked(sides[name], address) == unknown, (name, address)
    for name, address in (("a", of_a), ("b", of_a), ("v", of_v), ("b", person["email"])):
        assert asked(sides[name], address) == (200, None), (name, address)


# What is in use


def said(answer: TestResponse) -> dict[str, Any]:
    """A refusal without what is each request's own."""
    assert answer.json is not None
    return {name: value for name, value in answer.json.items() if name not in {"request_id", "instance"}}


def test_nothing_shared_is_deleted_beside_other_offices(
    sides: dict[str, Caller], caller: Callable[..., Caller]
) -> None:
    """Whether another office's hidden visit refers to it changes no answer."""
    ours, theirs = sides["a"], sides["admin of v"]
    used, unused = (
        theirs.made("/people", {"name": name, "organisation_id": body(sides["v"])}) for name in ("Một", "Hai")
    )
    host = ours.made("/people", {"name": "Ba", "organisation_id": body(ours)})
    ours.made(f"/events/{visit(ours)}/members", {"person_id": host["id"], "counterpart_id": used["id"]})
    answers = [theirs.delete(f"/people/{one['id']}") for one in (used, unused)]
    assert {answer.status_code for answer in answers} == {409}
    assert said(answers[0]) == said(answers[1])
    bodies = [theirs.made("/organisations", {"name": {"vi": name}, "locality": OTHER}) for name in ("Bốn", "Năm")]
    ours.made(
        "/training-batches",
        {"title": {"vi": "Lớp"}, "host": "hai-duong", "guest": OTHER, "first_day": "2027-05-10",
         "last_day": "2027-05-12", "institution_id": bodies[0]["id"]},
    )  # fmt: skip
    answers = [theirs.delete(f"/organisations/{one['id']}") for one in bodies]
    assert {answer.status_code for answer in answers} == {409}
    assert said(answers[0]) == said(answers[1])


def test_in_the_only_office_what_is_unused_is_deleted(caller: Callable[..., Caller]) -> None:
    officer = caller(Role.OFFICER)
    made = officer.made("/people", {"name": "Nhầm"})
    assert officer.delete(f"/people/{made['id']}").status_code == 204


def test_a_commitment_is_no_probe(sides: dict[str, Caller], database: Database) -> None:
    with database.transaction() as session:
        agreement = Agreement(title={"vi": "Thỏa thuận"}, starts_on=date(2026, 1, 1), ends_on=date(2030, 12, 31))
        agreement.parties = ["hai-duong", OTHER]
        session.add(agreement)
        session.flush()
        linked, free = (
            Commitment(
                agreement_id=agreement.id, article=article, field={"vi": "Giáo dục"}, title={"vi": "Đoàn"},
                activity=EventKind.DELEGATION, frequency_type="open",
            )
            for article in ("1", "2")
        )  # fmt: skip
        session.add_all([linked, free])
        session.flush()
        factories.make_event(session, organisation_id=body(sides["a"]), commitment_id=linked.id)
    for name in ("v", "admin of v"):
        who = sides[name]
        paths = [f"/commitments/{one.id}" for one in (linked, free)]
        changed = [who.patch(path, {"activity": "activity"}) for path in paths]
        assert {one.status_code for one in changed} == {422}
        assert said(changed[0]) == said(changed[1])
        deleted = [who.delete(path) for path in paths]
        assert {one.status_code for one in deleted} == {409}
        assert said(deleted[0]) == said(deleted[1])


# Mailboxes of bodies


def failed(database: Database, organisation_id: str) -> set[str]:
    """Whom a failed mail of an event of a body is told to."""
    with database.transaction() as session:
        event = factories.make_event(session, organisation_id=organisation_id)
        rule = factories.make_rule(session, active=False)
        mail = factories.make_reminder(
            session, event, rule, recipient="guest@x.example", state=ReminderState.FAILED,
            reason="550", due_at=factories.NOW,
        )  # fmt: skip
        notify_failures(session, [mail.id], factories.NOW)
        notices = select(Reminder.recipient).where(
            Reminder.event_id == event.id, Reminder.purpose == ReminderPurpose.FAILURE
        )
        return set(session.scalars(notices).all())


@pytest.mark.both_databases("who wrote a mailbox is asked of the audit trail")
@pytest.mark.parametrize("planter", ["b", "v"])
def test_a_body_gets_no_mailbox_from_others(
    sides: dict[str, Caller], database: Database, caller: Callable[..., Caller], planter: str
) -> None:
    planted = {"name": {"vi": "Trung tâm"}, "locality": "hai-duong"}
    answer = sides[planter].post("/organisations", planted | {"email": SPY})
    assert answer.status_code == 403
    assert answer.json is not None
    assert "email" in answer.json["errors"] or planter == "v"
    approver = caller(Role.APPROVER, organisation_id=body(sides["a"]))
    assert approver.post("/organisations", planted | {"email": "own@a.example"}).status_code == 201
    assert sides["a"].patch(f"/organisations/{body(sides['a'])}", {"email": "a@a.example"}).status_code == 200
    assert failed(database, body(sides["a"])) == {"a@a.example"}


@pytest.mark.both_databases("who wrote a mailbox is asked of the audit trail")
def test_nothing_is_sent_to_a_mailbox_that_others_wrote(
    sides: dict[str, Caller], database: Database, caller: Callable[..., Caller]
) -> None:
    """Planted under an older version, which let anybody; until somebody entitled writes it."""
    made = sides["b"].made("/organisations", {"name": {"vi": "Trung tâm"}, "locality": "hai-duong"})
    with database.transaction() as session:
        session.get_one(Organisation, made["id"]).email = SPY
        row = session.exec(select(Audit).where(Audit.entity == "organisation", Audit.entity_id == made["id"])).one()
        assert row.action == "create"
    assert SPY not in failed(database, made["id"])
    approver = caller(Role.APPROVER, organisation_id=body(sides["a"]))
    path = f"/organisations/{made['id']}"
    assert approver.patch(path, {"email": None}).status_code == 200
    assert approver.patch(path, {"email": SPY}).status_code == 200
    assert failed(database, made["id"]) == {SPY}


# Figures


def test_figures_are_the_own_offices_administrators(
    sides: dict[str, Caller], caller: Callable[..., Caller], app: Flask
) -> None:
    """Totals count the events of all offices."""
    client = app.test_client()
    who = {"foreign": sides["admin of v"], "own": caller(Role.ADMIN), "officer": sides["a"]}
    answers = {
        name: client.get("/metrics", environ_base=ELSEWHERE, headers={"Authorization": f"Bearer {one.token}"})
        for name, one in who.items()
    }
    assert {name: one.status_code for name, one in answers.items()} == {"foreign": 403, "own": 200, "officer": 403}


def test_strangers_see_no_figures_of_readiness(
    sides: dict[str, Caller], caller: Callable[..., Caller], app: Flask
) -> None:
    client = app.test_client()

    def numbers(**environ: Any) -> Any:
        found: Any = client.get("/readyz", **environ).json
        return found["mail"]["waiting"], found["planning"]

    assert numbers(environ_base=ELSEWHERE) == (None, None)
    foreign = {"Authorization": f"Bearer {sides['admin of v'].token}"}
    assert numbers(environ_base=ELSEWHERE, headers=foreign) == (None, None)
    own = {"Authorization": f"Bearer {caller(Role.ADMIN).token}"}
    assert numbers(environ_base=ELSEWHERE, headers=own) == (0, 0)
    assert numbers() == (0, 0)


# Bookings


@pytest.mark.both_databases("bookings that are shown as busy, as a condition")
def test_a_hidden_booking_is_busy_and_nothing_more(sides: dict[str, Caller]) -> None:
    ours, others = sides["a"], sides["b"]
    event = visit(ours)
    assert ours.post(f"/events/{event}/transitions", {"to": "planned"}).status_code == 200
    room = ours.made("/resources", {"name": "Hội trường", "type": "room", "locality": "hai-duong"})["id"]
    booked = ours.made("/bookings", {"event_id": event, "resource_id": room})
    (shown,) = others.get("/bookings").json  # type: ignore[misc]
    assert (shown["id"], shown["event_id"], shown["created_by"]) == (None, None, None)
    assert (shown["from"], shown["state"]) == (booked["from"], "held")
    assert ours.get("/bookings").json[0]["id"] == booked["id"]  # type: ignore[index]
    days = {"first_day": "2027-10-14", "last_day": "2027-10-15"}
    assert ours.patch(f"/delegations/{event}", days).status_code == 200
    assert ours.post(f"/events/{event}/transitions", {"to": "cancelled", "reason": "Bão"}).status_code == 200
    assert others.get("/bookings").json == []
    assert [one["state"] for one in ours.get("/bookings").json] == ["released"]  # type: ignore[union-attr]
