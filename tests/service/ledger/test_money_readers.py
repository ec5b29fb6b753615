"""Who reads money: every reader by every way. Viewers read none, whatever they are in charge of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from models.database import Database
from models.vocabulary import Currency, EventKind, EventStatus, Role, Visibility
from tests import factories
from tests.service.conftest import Caller
from tests.service.ledger.promises import promise
from tests.service.ledger.visits import dong
from tests.service.web.test_pages import Browser, signed_in  # noqa: F401

pytestmark = pytest.mark.both_databases("conditions for audit rows, gifts, projects and events")

PLANNED, PAID, GIVEN, STIPEND, PROJECT = 61_234_501, 61_234_502, 61_234_503, 61_234_504, 61_234_505
LEARNER, VOUCHER, GIFT = "Khamla Sisouphanh", "PC-6177", "Tranh sơn mài số 61"
SECRETS = [*(str(one) for one in (PLANNED, PAID, GIVEN, STIPEND, PROJECT)), LEARNER, VOUCHER, GIFT]
READERS: dict[str, tuple[Role, str | None, bool]] = {
    "viewer of the body in charge": (Role.VIEWER, "own", False),
    "viewer of the protocol office": (Role.VIEWER, "protocol", False),
    "viewer without a body": (Role.VIEWER, None, False),
    "viewer of another body": (Role.VIEWER, "other", False),
    "officer of another body": (Role.OFFICER, "other", False),
    "officer in charge": (Role.OFFICER, "own", True),
    "officer of the protocol office": (Role.OFFICER, "protocol", True),
    "approver": (Role.APPROVER, "other", True),
    "administrator": (Role.ADMIN, None, True),
}


@dataclass
class Money:
    """An event with money of every kind, and its bodies."""

    event_id: str
    agreement_id: str
    bodies: dict[str | None, str | None]
    ways: list[str]


@pytest.fixture
def money(caller: Callable[..., Caller], database: Database) -> Money:
    agreement_id, _commitment_id = promise(database)
    with database.transaction() as session:
        bodies: dict[str | None, str | None] = {None: None}
        for name in ("own", "other", "protocol"):
            made = factories.make_organisation(session, locality="hai-duong", protocol_office=name == "protocol")
            bodies[name] = made.id
        event_id = factories.make_event(
            session,
            kind=EventKind.TRAINING_BATCH,
            organisation_id=bodies["own"],
            visibility=Visibility.PUBLIC,
            status=EventStatus.PLANNED,
            funded_by="hai-duong",
            first_day=date(2026, 11, 2),
        ).id
    officer, approver = caller(Role.OFFICER, organisation_id=bodies["own"]), caller(Role.APPROVER)
    event = f"/events/{event_id}"
    line = {"item": "other", "unit": "total", "description": {"vi": "Xe"}, "planned": dong(PLANNED)}
    estimate = officer.call("PUT", f"{event}/estimate", {"lines": [line]}, If_Match=officer.etag(f"{event}/estimate"))
    assert estimate.status_code == 200, estimate.text
    assert approver.post(f"{event}/transitions", {"to": "confirmed"}).status_code == 200
    assert officer.post(f"{event}/estimate/submit").status_code == 200
    approved = approver.post(f"{event}/estimate/approve")
    assert approved.status_code == 200, approved.text
    paid = {"line_id": approved.json["lines"][0]["id"], "paid_on": "2026-11-03", "voucher": VOUCHER}
    payment = approver.made(f"{event}/payments", paid | {"amount": dong(PAID)})
    gift = {"given_by": "hai-duong", "given_to": "vientiane-province", "kind": "money", "value": dong(GIVEN)}
    gift_id = officer.made("/gifts", gift | {"event_id": event_id, "description": {"vi": GIFT}})["id"]
    learner = {"name": LEARNER, "stage": "language", "stipend": dong(STIPEND), "permit_expires_on": "2027-01-01"}
    learners = f"/training-batches/{event_id}/learners"
    officer.made(learners, learner)
    project = {"title": {"vi": "Trường"}, "given_by": "hai-duong", "host": "vientiane-province", "total": dong(PROJECT)}
    project_id = officer.made("/projects", project)["id"]
    assert officer.patch(f"/training-batches/{event_id}", {"headcount": 3}).status_code == 200
    api = [
        event, "/events", "/training-batches", f"/training-batches/{event_id}", f"{event}/history?page_size=100",
        f"{event}/estimate", f"/payments/{payment['id']}", "/gifts", "/gifts?format=csv", f"/gifts/{gift_id}",
        learners, "/learners", "/projects", f"/projects/{project_id}", f"/agreements/{agreement_id}/progress",
        f"{event}/documents", f"{event}/documents/estimate.pdf", f"{event}/documents/estimate.xlsx",
        "/search?q=Tranh", "/search?q=Khamla",
    ]  # fmt: skip
    pages = [
        f"/events/{event_id}?show=history,confirmation", f"/events/{event_id}/estimate", f"/events/{event_id}/gifts",
        f"/events/{event_id}/learners", "/gifts", "/projects", "/learners", f"/agreements/{agreement_id}", "/",
        "/search?q=Tranh",
    ]  # fmt: skip
    return Money(event_id, agreement_id, bodies, [*(f"/api/v1{one}" for one in api), *pages])


@pytest.mark.parametrize("reader", READERS)
def test_money_is_read_by_officers_in_charge_by_whatever_way(
    money: Money,
    caller: Callable[..., Caller],
    signed_in: Callable[..., Browser],  # noqa: F811
    reader: str,
) -> None:
    role, body, reads = READERS[reader]
    who = caller(role, organisation_id=money.bodies[body])
    browser = signed_in(role, organisation_id=money.bodies[body])
    told: dict[str, set[str]] = {}
    for way in money.ways:
        if way.startswith("/api/"):
            answer = who.client.get(way, headers={"Authorization": f"Bearer {who.token}"})
        else:
            answer = browser.get(way)
        assert answer.status_code < 500, way
        text = answer.get_data(as_text=False).decode(errors="replace").replace(".", "").replace(",", "")
        if found := {one for one in SECRETS if one in text and not (way.startswith("/search") and one in way)}:
            told[way] = found
    own_path = f"/api/v1/events/{money.event_id}"
    if not reads:
        assert told == {}
        assert who.get(f"/events/{money.event_id}").json["budget"] is None
        assert who.get(f"/events/{money.event_id}").json.get("confirmed", {}).get("values", {}).get("budget") is None
    else:
        everything = set().union(*told.values())
        assert everything == set(SECRETS), set(SECRETS) - everything
        assert {own_path, f"{own_path}/history?page_size=100", f"{own_path}/estimate"} <= told.keys()


@pytest.mark.parametrize("reader", READERS)
def test_a_budget_without_an_estimate_is_read_as_ever(
    caller: Callable[..., Caller], database: Database, money: Money, reader: str
) -> None:
    """Viewers keep what they saw before there were estimates."""
    role, body, _reads = READERS[reader]
    with database.transaction() as session:
        event_id = factories.make_event(
            session,
            organisation_id=money.bodies["own"],
            visibility=Visibility.PUBLIC,
            budget_amount=7,
            budget_currency=Currency.VND,
        ).id
    assert caller(role, organisation_id=money.bodies[body]).get(f"/events/{event_id}").json["budget"] == dong(7)
