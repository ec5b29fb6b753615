"""Rates on the pages: typed as an office writes them, and amounts in đồng on an agreement's page only when asked."""

from collections.abc import Callable
from typing import Any

import pytest

from models.agreements import Agreement
from models.database import Database
from models.vocabulary import Currency, GiftKind, Language, Role
from tests.service.agreements.test_reciprocity_api import give
from tests.service.web.test_pages import Browser, browser, signed_in, words
from tests.service.web.test_year_table_pages import add_agreement, path_of

__all__ = ["browser", "signed_in"]

SignedIn = Callable[..., Browser]
FORM = {"currency": "USD", "day": "2026-11-20", "source": "Ngân hàng Nhà nước"}


def enter(one: Browser, rate: str, **more: str) -> Any:
    return one.send("/administration/exchange-rates/new", do="save", rate=rate, **FORM | more)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("25410", "25.410"), ("25410,5", "25.410,5"), ("25410.5", "25.410,5"), ("25.4100", "25,41"), ("1,18", "1,18")],
)
def test_a_rate_is_read_as_it_was_meant(signed_in: SignedIn, typed: str, shown: str) -> None:
    one = signed_in(Role.APPROVER, locale=Language.VI)
    assert enter(one, typed).status_code == 303
    assert f"1 USD = {shown} VND" in words(one.get("/administration/exchange-rates"))


@pytest.mark.parametrize("typed", ["25.410", "25,410", "1.184", "", "0", "abc", "1e5"])
def test_what_can_be_read_in_two_ways_or_none_is_refused(signed_in: SignedIn, typed: str) -> None:
    answer = enter(signed_in(Role.APPROVER, locale=Language.VI), typed)
    assert answer.status_code == 422
    assert 'href="#rate"' in answer.text


def test_dong_stands_beside_an_amount_only_when_asked_and_with_a_rate(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        agreement: Agreement = add_agreement(session)
        give(session, GiftKind.MONEY, 150, Currency.USD, received_on="2025")
    one, path = signed_in(Role.APPROVER, locale=Language.VI), path_of(agreement)
    assert "≈" not in words(one.get(path))
    lacking = words(one.get(f"{path}?in_dong=1"))
    assert "Tính đến ngày đó chưa nhập tỷ giá USD: các số tiền này giữ nguyên." in lacking
    assert "≈" not in lacking
    enter(one, "25410,5")
    asked = words(one.get(f"{path}?in_dong=1"))
    assert "1,5 USD ≈ 38.116 VND" in asked
    assert "1 USD = 25.410,5 VND ngày 20/11/2026, nguồn: Ngân hàng Nhà nước; làm tròn đến đồng." in asked
    assert "≈" not in words(one.get(path))
    # A rate of a later day says nothing of an earlier one.
    assert "chưa nhập tỷ giá USD" in words(one.get(f"{path}?in_dong=1&as_of=2026-11-19"))
