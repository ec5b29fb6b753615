"""Exchange rates: who enters them, what is refused and why, one of a currency and day, whoever comes first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.vocabulary import Role
from tests.service.conftest import Caller

pytestmark = pytest.mark.both_databases("a lock of the table, a table of its own")

USD: dict[str, Any] = {"currency": "USD", "day": "2026-11-20", "rate": "25410", "source": "Ngân hàng Nhà nước"}


@pytest.fixture
def approver(caller: Callable[..., Caller]) -> Caller:
    return caller(Role.APPROVER)


def test_a_rate_comes_back_as_it_was_sent(approver: Caller, officer: Caller) -> None:
    made = approver.made("/exchange-rates", USD)
    assert {name: made[name] for name in USD} == USD
    assert made["office"] == "hai-duong"
    path = f"/exchange-rates/{made['id']}"
    assert officer.get(path).json == made
    assert approver.patch(path, {"rate": "25411.05"}).json["rate"] == "25411.05"
    assert approver.call("PATCH", path, {"rate": "1"}, If_Match='"old"').status_code == 412
    assert approver.call("PATCH", path, {"rate": "1"}).status_code == 428
    assert approver.delete(path).status_code == 204
    assert officer.get(path).status_code == 404


def test_the_latest_come_first_by_currency_and_day(approver: Caller, officer: Caller) -> None:
    for more in ({}, {"day": "2026-10-01"}, {"currency": "LAK", "rate": "1.18"}, {"day": "2025-01-01"}):
        approver.made("/exchange-rates", USD | more)

    def listed(query: str) -> list[tuple[str, str]]:
        return [(one["day"], one["currency"]) for one in officer.get(f"/exchange-rates?{query}").json]

    newest, older, oldest = ("2026-11-20", "USD"), ("2026-10-01", "USD"), ("2025-01-01", "USD")
    assert listed("") == [("2026-11-20", "LAK"), newest, older, oldest]
    assert listed("currency=USD&from=2026-01-01&to=2026-10-31") == [older]


def test_officers_read_and_do_not_write(approver: Caller, officer: Caller, viewer: Caller) -> None:
    path = f"/exchange-rates/{approver.made('/exchange-rates', USD)['id']}"
    assert officer.post("/exchange-rates", USD | {"day": "2026-11-19"}).status_code == 403
    assert officer.patch(path, {"rate": "1"}).status_code == 403
    assert officer.delete(path).status_code == 403
    assert (viewer.get(path).status_code, viewer.get("/exchange-rates").status_code) == (403, 403)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"currency": "VND"}, "currency"),
        ({"currency": "EUR"}, "currency"),
        ({"rate": "0"}, "rate"),
        ({"rate": "0.000"}, "rate"),
        ({"rate": "-1"}, "rate"),
        ({"rate": 25410}, "rate"),
        ({"rate": 1.5}, "rate"),
        ({"rate": "25,410"}, "rate"),
        ({"rate": "1e5"}, "rate"),
        ({"rate": "NaN"}, "rate"),
        ({"rate": "1" * 13}, "rate"),
        ({"rate": "1.12345678901"}, "rate"),
        ({"rate": None}, "rate"),
        ({"day": "2026-11-23"}, "day"),  # tomorrow
        ({"source": ""}, "source"),
        ({"source": None}, "source"),
        ({"office": "laos"}, "office"),
    ],
)
def test_what_is_no_rate_is_refused_at_its_field(approver: Caller, change: dict[str, Any], field: str) -> None:
    answer = approver.post("/exchange-rates", USD | change)
    assert (answer.status_code, [*answer.json["errors"]]) == (422, [field])


def test_one_rate_of_a_currency_and_day(approver: Caller) -> None:
    approver.made("/exchange-rates", USD)
    other = approver.made("/exchange-rates", USD | {"day": "2026-11-19"})
    answer = approver.post("/exchange-rates", USD | {"rate": "1"})
    assert (answer.status_code, [*answer.json["errors"]]) == (422, ["day"])
    answer = approver.patch(f"/exchange-rates/{other['id']}", {"day": USD["day"]})
    assert (answer.status_code, [*answer.json["errors"]]) == (422, ["day"])
    assert approver.patch(f"/exchange-rates/{other['id']}", {"source": "Khác"}).status_code == 200


def test_two_at_once_make_one(approver: Caller) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(lambda _number: approver.post("/exchange-rates", USD).status_code, range(4))]
    assert sorted(answers) == [201, 422, 422, 422]


def test_every_change_is_in_the_trail(approver: Caller, database: Database) -> None:
    made = approver.made("/exchange-rates", USD)
    approver.patch(f"/exchange-rates/{made['id']}", {"rate": "25411"})
    approver.delete(f"/exchange-rates/{made['id']}")
    with database.transaction(write=False) as session:
        rows = session.exec(select(Audit).where(Audit.entity == "exchange_rate").order_by(Audit.id)).all()  # type: ignore[arg-type]
    assert [one.action for one in rows] == ["create", "change", "delete"]
    assert rows[1].changes == {"rate": {"from": "25410", "to": "25411"}}
