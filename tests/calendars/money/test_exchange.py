"""What an amount is in đồng: exact, rounded once, at the last rate that was known on the day."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.money.exchange import Rate, in_dong, rates_on
from models.vocabulary import Currency

DAY = date(2026, 11, 20)
RATES = st.decimals(Decimal("0.0000000001"), Decimal(999_999_999_999), places=10)


def rate(value: str, currency: Currency = Currency.USD, day: date = DAY) -> Rate:
    return Rate(currency, day, Decimal(value), "Ngân hàng Nhà nước")


@pytest.mark.parametrize(
    ("amount", "at", "dong"),
    [
        (100, rate("25410"), 25410),
        (1, rate("25450"), 255),  # 254.5
        (1, rate("25449.9999999999"), 254),
        (265_000_000, rate("22850"), 60_552_500_000),
        (7, rate("1.18", Currency.LAK), 8),  # 8.26
        (0, rate("25410"), 0),
    ],
)
def test_half_a_dong_is_rounded_up(amount: int, at: Rate, dong: int) -> None:
    assert in_dong(amount, at) == dong


@given(st.integers(0, 10**30), RATES, st.sampled_from([Currency.LAK, Currency.USD]))
def test_nothing_is_lost_however_long_the_numbers(amount: int, value: Decimal, currency: Currency) -> None:
    with localcontext(prec=120):
        exact = Decimal(amount).scaleb(-currency.decimals) * value
        assert in_dong(amount, Rate(currency, DAY, value, "")) == int(exact.to_integral_value(ROUND_HALF_UP))


@given(st.permutations([("1", -30), ("2", -1), ("3", 0), ("4", 1)]), st.integers(-31, 2))
def test_the_last_rate_until_the_day_counts(order: list[tuple[str, int]], asked: int) -> None:
    listed = [rate(value, day=DAY + timedelta(days)) for value, days in order]
    found = rates_on(listed, DAY + timedelta(asked))
    known = [value for value, days in sorted(order, key=lambda one: one[1]) if days <= asked]
    assert [str(one.rate) for one in found.values()] == known[-1:]
