"""What the ledger says of an agreement's exchange: planned, approved, paid, goods; what is hidden changes no figure."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from calendars.days.spans import Days
from calendars.documents.agreement_ledger import LedgerPart
from calendars.money.sums import Sums
from models.agreements import Agreement, Commitment
from models.database import Database
from models.estimates import Estimate, EstimateApproval, EstimateLine, Payment
from models.events import Event
from models.gifts import Gift
from models.places import Organisation
from models.projects import Project, ProjectDisbursement
from models.vocabulary import Currency, EstimateState, EventStatus, GiftKind, NormItem, NormUnit, Role, Visibility
from service.actions.ledger.agreement_ledger import read_ledger
from service.actions.ledger.agreement_projects import Scope
from service.actions.locality_index import LocalityIndex
from tests import factories
from tests.factories import NOW
from tests.service.agreements.test_progress_api import HD, VC, Hold, agreement, batches, hold, of
from tests.service.conftest import Caller
from tests.service.ledger.visits import Desk

__all__ = ["agreement", "batches", "hold"]

pytestmark = pytest.mark.both_databases("sums, years and grouping are SQL")

VND, LAK, USD = Currency


def add_estimate(session: Session, event_id: str, *, settled: bool = False) -> None:
    state = EstimateState.SETTLED if settled else EstimateState.APPROVED
    session.add(Estimate(event_id=event_id, state=state, settled_at=NOW if settled else None))
    session.flush()


def add_line(
    session: Session, event_id: str, planned: int, approved: int | None = None, currency: Currency = VND, **values: Any
) -> EstimateLine:
    row = {"payer": HD, "item": NormItem.OTHER, "unit": NormUnit.TOTAL} | values
    line = EstimateLine(event_id=event_id, planned=planned, approved=approved, currency=currency, **row)
    session.add(line)
    session.flush()
    return line


def pay(session: Session, line: EstimateLine, amount: int, paid_on: str) -> None:
    day = date.fromisoformat(paid_on)
    values = {"event_id": line.event_id, "line_id": line.id, "currency": line.currency}
    session.add(Payment(amount=amount, paid_on=day, made_at=NOW, **values))
    session.flush()


def give(session: Session, kind: GiftKind, value: int | None = None, currency: Currency = VND, **values: Any) -> None:
    row = {"given_by": HD, "given_to": VC, "description": {"vi": "Quà"}} | values
    session.add(Gift(kind=kind, value=value, currency=None if value is None else currency, **row))
    session.flush()


def add_project(session: Session, paid: list[tuple[int, str | None]], **values: Any) -> None:
    row = {"title": {"vi": "Trường"}, "given_by": HD, "host": VC} | values
    project = Project(**row)
    session.add(project)
    session.flush()
    for amount, paid_on in paid:
        session.add(ProjectDisbursement(project_id=project.id, amount=amount, currency=VND, paid_on=paid_on))
    session.flush()


def money(amount: str, currency: str = "VND") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def flows(caller: Caller, agreement: dict[str, Any], **query: str) -> dict[str, Any]:
    return {flow["from"]: flow for flow in of(caller, agreement, **query)["reciprocity"]}


def by_year(flow: dict[str, Any], name: str) -> dict[int | None, Any]:
    return {one["year"]: one[name] for one in flow["years"] if one[name]}


def test_planned_approved_and_paid_stand_apart(
    officer: Caller, agreement: dict[str, Any], hold: Hold, database: Database
) -> None:
    # The budget of an event with an estimate is what the estimate says.
    event_id = hold("2025-12-20", budget_amount=1, budget_currency=VND, funded_by=VC)
    with database.transaction() as session:
        add_estimate(session, event_id)
        lodging = add_line(session, event_id, 300, 250)
        tickets = add_line(session, event_id, 10_050, 10_000, USD, payer=VC)
        add_line(session, event_id, 5)
        pay(session, lodging, 200, "2025-12-21")
        pay(session, lodging, 30, "2026-01-05")
        pay(session, tickets, 9_999, "2025-12-01")
        pay(session, tickets, 1, "2026-11-23")  # tomorrow
    found = flows(officer, agreement)
    ours, theirs = found[HD], found[VC]
    assert (ours["money_planned"], ours["money_approved"], ours["money"]) == (
        [money("305")], [money("250")], [money("230")],
    )  # fmt: skip
    assert by_year(ours, "money") == {2025: [money("200")], 2026: [money("30")]}
    assert by_year(ours, "money_planned") == {2025: [money("305")]}
    assert (theirs["money_planned"], theirs["money"]) == ([money("100.50", "USD")], [money("99.99", "USD")])
    assert (theirs["visits"], theirs["money_unknown"]) == (1, 0)
    assert [(one["field"]["vi"], one["money"]) for one in ours["fields"]] == [("Xây dựng Đảng", [money("230")])]


def test_what_was_approved_is_what_was_approved_by_the_day(
    officer: Caller, agreement: dict[str, Any], hold: Hold, database: Database
) -> None:
    """Days are those of the event's time zone: an approval at 18:00 UTC is of the next day in Vietnam."""
    event_id, approvals = hold("2025-10-06"), [(1, "2025-09-01T18:00", 100), (2, "2025-12-31T16:59", 250)]
    with database.transaction() as session:
        body = factories.make_organisation(session)
        add_estimate(session, event_id)
        line = add_line(session, event_id, 300, 300, payer=None, payer_organisation_id=body.id)
        session.get_one(Estimate, event_id).approved_at = datetime(2026, 2, 1, 9, tzinfo=UTC)
        kept = dict.fromkeys(
            ("rule", "description", "people", "times", "quantity", "unit_amount", "norm_id", "payer"), None
        ) | {"id": line.id, "item": "other", "unit": "total", "quantity": "1", "currency": "VND"}
        for number, at, amount in approvals:
            copied = kept | {"planned": money(str(amount)), "payer_organisation_id": body.id}
            when = datetime.fromisoformat(at).replace(tzinfo=UTC)
            content = {"lines": [copied]}
            session.add(EstimateApproval(event_id=event_id, number=number, approved_at=when, content=content))
    expected = {"2025-09-01": [], "2025-09-02": [money("100")], "2025-12-30": [money("100")],
                "2025-12-31": [money("250")], "2026-02-01": [money("300")], "2026-11-22": [money("300")]}  # fmt: skip
    found = {day: flows(officer, agreement, as_of=day)[HD] for day in expected}
    assert {day: one["money_approved"] for day, one in found.items()} == expected
    assert {day: one["money_planned"] for day, one in found.items()} == {day: [money("300")] for day in expected}


def test_who_pays_is_the_line_then_its_body_then_the_event(
    officer: Caller, agreement: dict[str, Any], hold: Hold, database: Database
) -> None:
    event_id, nobodys = hold("2025-10-06", funded_by=VC), hold("2025-11-06")
    with database.transaction() as session:
        body = factories.make_organisation(session)
        add_estimate(session, event_id)
        add_line(session, event_id, 7, payer=None)
        add_line(session, event_id, 30, payer=None, payer_organisation_id=body.id)
        add_estimate(session, nobodys)
        pay(session, add_line(session, nobodys, 1000, payer=None), 1000, "2025-11-06")
    found = flows(officer, agreement)
    assert (found[VC]["money_planned"], found[HD]["money_planned"]) == ([money("7")], [money("30")])
    # What nobody is known to have paid is on no side; both visits are among those of which it is not known.
    assert (found[HD]["money"], found[VC]["money"], found[VC]["money_unknown"]) == ([], [], 2)


def test_approved_money_stays_with_who_paid_as_it_was_approved(
    officer: Caller, caller: Callable[..., Caller], agreement: dict[str, Any], hold: Hold, database: Database
) -> None:
    """Who pays for the event may be corrected, and a body may move: what was approved has its payer written down."""
    event_id = hold("2025-10-06", funded_by=VC)
    with database.transaction() as session:
        body = factories.make_organisation(session, locality=VC).id
    desk = Desk(event_id, officer, caller(Role.APPROVER), database)
    rest = {"item": "other", "unit": "total", "description": {"vi": "Khác"}}
    of_event, of_body = (rest | {"planned": money(amount)} for amount in ("7", "30"))
    made = desk.approved({"lines": [of_event, of_body | {"payer_organisation_id": body}]})
    assert [one["payer"] for one in made["lines"]] == [None, None]
    assert desk.pay(made["lines"][0], 7).status_code == 201
    before = flows(officer, agreement)
    assert [before[VC][name] for name in ("money_planned", "money_approved", "money")] == [
        [money("37")], [money("37")], [money("7")],
    ]  # fmt: skip
    assert officer.patch(f"/training-batches/{event_id}", {"funded_by": HD}).status_code == 200
    with database.transaction() as session:
        session.get_one(Organisation, body).locality = HD
    assert flows(officer, agreement) == before
    # Approved anew it is as it is now.
    desk.write({"lines": [*desk.read()["lines"], rest | {"planned": money("1")}]})
    desk.done("submit")
    desk.done("approve")
    assert flows(officer, agreement)[HD]["money_approved"] == [money("38")]


def test_a_settled_estimate_without_payments_is_known_to_have_cost_nothing(
    officer: Caller, agreement: dict[str, Any], hold: Hold, database: Database
) -> None:
    event_id = hold("2025-10-06")
    with database.transaction() as session:
        add_estimate(session, event_id, settled=True)
    assert flows(officer, agreement)[VC]["money_unknown"] == 0


def test_gifts_are_money_or_goods_of_their_year(
    officer: Caller, agreement: dict[str, Any], hold: Hold, database: Database
) -> None:
    event_id = hold("2024-03-07")
    with database.transaction() as session:
        give(session, GiftKind.MONEY, 100_000_000, event_id=event_id)
        give(session, GiftKind.MONEY, 5, received_on="2025")
        give(session, GiftKind.MONEY, 8, received_on="2027-05", is_planned=True)
        give(session, GiftKind.MONEY, received_on="2025-05")
        give(session, GiftKind.GOODS, 20_000, USD, received_on="2026-02")
        give(session, GiftKind.GOODS, 3, LAK, received_on="2026-02", given_by=VC, given_to=HD)
        give(session, GiftKind.GOODS, received_on="2026-02", event_id=event_id)
        give(session, GiftKind.GOODS, received_on="2026-02", is_planned=True)
        # Before the period, after today, of no known day, between others.
        give(session, GiftKind.GOODS, 9, received_on="2023")
        give(session, GiftKind.GOODS, 9, received_on="2026-12")
        give(session, GiftKind.GOODS, 9)
        give(session, GiftKind.GOODS, 9, received_on="2026", given_by="laos")
    found = flows(officer, agreement)
    ours = found[HD]
    assert by_year(ours, "money") == {2024: [money("100000000")], 2025: [money("5")]}
    assert (by_year(ours, "money_planned"), ours["money_unknown"]) == ({2027: [money("8")]}, 1)
    assert ours["goods"] == {"count": 2, "value": [money("200.00", "USD")], "value_unknown": 1}
    assert found[VC]["goods"] == {"count": 1, "value": [money("3", "LAK")], "value_unknown": 0}
    assert [(one["field"] and one["field"]["vi"], one["goods"]["count"]) for one in ours["fields"]] == [
        ("Xây dựng Đảng", 1), (None, 1),
    ]  # fmt: skip
    assert by_year(flows(officer, agreement, as_of="2024-12-31")[HD], "money") == {2024: [money("100000000")]}


@pytest.mark.parametrize(
    ("status", "first_day", "given", "planned"),
    [
        (EventStatus.COMPLETED, "2026-03-07", True, True),
        (EventStatus.ONGOING, "2026-11-20", True, True),
        (EventStatus.CONFIRMED, "2026-11-20", True, True),
        (EventStatus.CONFIRMED, "2026-12-20", False, True),
        (EventStatus.PLANNED, "2026-03-07", False, True),
        (EventStatus.DRAFT, "2026-03-07", False, True),
        (EventStatus.POSTPONED, "2026-03-07", False, False),
        (EventStatus.CANCELLED, "2026-03-07", False, False),
    ],
)
def test_only_a_visit_that_was_held_gives_its_gifts_their_day(
    officer: Caller,
    agreement: dict[str, Any],
    hold: Hold,
    database: Database,
    status: EventStatus,
    first_day: str,
    given: bool,
    planned: bool,
) -> None:
    """Gifts with a day of their own count, whatever became of the visit."""
    event_id = hold(first_day, status=status)
    with database.transaction() as session:
        give(session, GiftKind.MONEY, 3, event_id=event_id, received_on="2026-02")
        give(session, GiftKind.MONEY, 40, event_id=event_id)
        give(session, GiftKind.GOODS, 40, event_id=event_id)
        give(session, GiftKind.MONEY, 500, event_id=event_id, is_planned=True)
    found = flows(officer, agreement)[HD]
    assert found["money"] == [money("43" if given else "3")]
    assert found["goods"]["count"] == given
    assert found["money_planned"] == ([money("500")] if planned else [])


def test_disbursements_of_projects_are_paid_by_who_gives(
    officer: Caller, agreement: dict[str, Any], batches: dict[str, Any], database: Database
) -> None:
    with database.transaction() as session:
        add_project(session, [(70, "2025-06"), (20, None), (9, "2026-12-01")], commitment_id=batches["id"])
        add_project(session, [(4, "2026"), (100, "2023"), (100, None)])
    ours = flows(officer, agreement)[HD]
    assert by_year(ours, "money") == {2025: [money("70")], 2026: [money("4")], None: [money("20")]}
    assert ours["money"] == [money("94")]
    assert [one["year"] for one in ours["years"]] == [2025, 2026, None]


def test_what_is_listed_as_not_counted_is_in_no_sum_and_what_is_counted_is_listed(
    officer: Caller, agreement: dict[str, Any], batches: dict[str, Any], database: Database
) -> None:
    with database.transaction() as session:
        add_project(session, [(70, "2025-06"), (20, None), (9, "2023")], commitment_id=batches["id"])
        # Not handed over, paid within the period and before it; handed over within, paid before; neither.
        add_project(session, [(4, "2026"), (100, "2023"), (200, None), (5, "2026-12")])
        add_project(session, [(1000, "2022")], handed_over_on="2025")
        add_project(session, [(5000, "2022")], total_amount=6000, total_currency=VND)
    ours = flows(officer, agreement)[HD]
    with database.transaction() as session:
        places, row = LocalityIndex.load(session), session.get_one(Agreement, agreement["id"])
        codes = frozenset({*places.line(HD), *places.line(VC)})
        of_it = session.exec(select(Commitment).where(col(Commitment.agreement_id) == row.id)).all()
        period = Days(row.starts_on, row.ends_on)
        read = read_ledger(session, Scope(places.parties(row), codes, of_it, period, date(2026, 11, 22)))

    def sums(part: LedgerPart) -> list[list[dict[str, str]]]:
        return [one.paid.as_money() for one in part.projects]

    own, besides = read.own, read.besides
    assert sums(own) == [[money("99")], [money("4")], []]
    assert sums(besides) == [[money("300")], [money("1000")], [money("5000")]]
    assert sum((one.paid for one in own.projects), Sums()).as_money() == ours["money"]
    assert ours["money_planned"] == []  # that of the project outside the period only


def test_what_a_project_is_to_cost_is_planned_money_of_who_gives_it(
    officer: Caller, agreement: dict[str, Any], batches: dict[str, Any], database: Database
) -> None:
    with database.transaction() as session:
        add_project(session, [(3, "2025")], commitment_id=batches["id"], total_amount=15, total_currency=VND)
        add_project(session, [(1, "2026")], total_amount=2, total_currency=USD, handed_over_on="2027-05")
        add_project(session, [], commitment_id=batches["id"])  # nobody knows what it costs
    ours = flows(officer, agreement)[HD]
    assert ours["money_planned"] == [money("15"), money("0.02", "USD")]
    assert by_year(ours, "money_planned") == {2027: [money("0.02", "USD")], None: [money("15")]}
    fields = [(one["field"] and one["field"]["vi"], one["money_planned"], one["money"]) for one in ours["fields"]]
    assert fields == [
        ("Xây dựng Đảng", [money("15")], [money("3")]), (None, [money("0.02", "USD")], [money("1")]),
    ]  # fmt: skip


def test_sums_are_exact_beyond_the_integers_of_a_database(
    officer: Caller, agreement: dict[str, Any], hold: Hold, database: Database
) -> None:
    event_id, most = hold("2025-10-06"), 99_999_999_999_999_999
    with database.transaction() as session:
        add_estimate(session, event_id)
        for _ in range(120):
            pay(session, add_line(session, event_id, most, most, USD), most, "2025-10-06")
    ours = flows(officer, agreement)[HD]
    told = [money("119999999999999998.80", "USD")]
    assert (ours["money"], ours["money_planned"], ours["money_approved"]) == (told, told, told)


def test_a_cancelled_visit_has_no_plan_but_what_it_cost_was_paid(
    officer: Caller, agreement: dict[str, Any], hold: Hold, database: Database
) -> None:
    event_id = hold("2026-10-06", status=EventStatus.CANCELLED, budget_amount=7, budget_currency=VND, funded_by=HD)
    with database.transaction() as session:
        add_estimate(session, event_id)
        pay(session, add_line(session, event_id, 500, 500), 40, "2026-10-01")
    ours = flows(officer, agreement)[HD]
    assert (ours["money"], ours["money_planned"], ours["money_approved"]) == ([money("40")], [], [])


@pytest.mark.parametrize("visibility", [Visibility.INTERNAL, Visibility.PUBLIC])
def test_hidden_entries_change_no_byte_for_who_may_not_read_them(
    caller: Callable[..., Caller], agreement: dict[str, Any], hold: Hold, database: Database, visibility: Visibility
) -> None:
    """A department that is not in charge, and another office, read the same before and after."""
    with database.transaction() as session:
        mine, others = factories.make_organisation(session), factories.make_organisation(session)
        abroad = factories.make_organisation(session, locality=VC)
        outsiders = [others.id, abroad.id]
    event_id = hold("2025-10-06", organisation_id=mine.id, visibility=visibility)
    readers = [caller(Role.OFFICER, organisation_id=one) for one in outsiders]
    insiders = [caller(Role.OFFICER, organisation_id=mine.id), caller(Role.APPROVER)]
    path = f"/agreements/{agreement['id']}/progress"
    before = [one.get(path) for one in readers]
    known = [flows(one, agreement) for one in insiders]
    with database.transaction() as session:
        event = session.get_one(Event, event_id)
        event.funded_by, event.budget_amount, event.budget_currency = HD, 6, VND
        add_estimate(session, event_id, settled=True)
        pay(session, add_line(session, event_id, 1000, 900), 800, "2025-10-07")
        give(session, GiftKind.GOODS, 4, event_id=event_id)
        give(session, GiftKind.MONEY, 5, received_on="2025", organisation_id=mine.id)
        add_project(session, [(3, "2025")], organisation_id=mine.id)
    after = [one.get(path) for one in readers]
    assert [one.data for one in before] == [one.data for one in after]
    assert [one.headers.get("ETag") for one in before] == [one.headers.get("ETag") for one in after]
    for one, told in zip(insiders, known, strict=True):
        ours = flows(one, agreement)[HD]
        assert (ours["money"], ours["money_planned"], ours["goods"]["count"]) == ([money("808")], [money("1000")], 1)
        assert told[HD]["money"] == []


def test_an_event_nobody_paid_for_adds_nothing_to_what_was_paid(
    officer: Caller, agreement: dict[str, Any], hold: Hold, database: Database
) -> None:
    for number, settled in enumerate((True, False)):
        event_id = hold(f"2025-1{number}-06", budget_amount=10**9, budget_currency=VND, funded_by=HD)
        with database.transaction() as session:
            add_estimate(session, event_id, settled=settled)
            add_line(session, event_id, 1000, 1000)
    hold("2025-09-01", budget_amount=10**9, budget_currency=VND, funded_by=HD)
    ours = flows(officer, agreement)[HD]
    assert (ours["money"], ours["money_planned"]) == ([], [money("1000002000")])
