"""Which norm holds: role, class, day, and the office's own below the country's."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from calendars.estimates.norms import NormFacts, holding_norm
from models.vocabulary import Currency, GuestClass, NormItem, NormRole, NormUnit
from tests.calendars.estimates.circular import ARRIVAL, shipped_norms

NORMS = shipped_norms()
NATIONAL = NormFacts("national", NormItem.MEALS, NormUnit.PERSON_DAY, date(2026, 5, 18), None, GuestClass.B, None, 2000)
LOCAL = replace(NATIONAL, id="local", amount=1500, is_local=True)


@pytest.mark.parametrize(
    ("item", "guest_class", "role", "norm"),
    [
        (NormItem.LODGING, GuestClass.A, NormRole.HEAD, "lodging-a-head"),
        (NormItem.LODGING, GuestClass.A, NormRole.DEPUTY, "lodging-a-deputy"),
        (NormItem.LODGING, GuestClass.C, NormRole.DEPUTY, "lodging-c-member"),
        (NormItem.LODGING, GuestClass.OTHER, NormRole.HEAD, "lodging-other"),
        (NormItem.LODGING, GuestClass.OTHER, NormRole.MEMBER, "lodging-other"),
        (NormItem.LODGING, GuestClass.SPECIAL, NormRole.HEAD, None),
        (NormItem.LODGING, None, NormRole.HEAD, None),
        (NormItem.MEALS, GuestClass.C, None, "meals-c"),
        (NormItem.FLOWERS, GuestClass.C, NormRole.HEAD, None),
        (NormItem.GIFT, GuestClass.C, NormRole.HEAD, None),
        (NormItem.GIFT, GuestClass.C, NormRole.MEMBER, "gift-c-member"),
        (NormItem.GIFT, GuestClass.C, NormRole.DEPUTY, "gift-c-member"),
        (NormItem.INTERPRETING, None, None, "interpreting"),
        (NormItem.INTERPRETING, GuestClass.B, None, "interpreting"),
    ],
)
def test_by_item_class_and_role(
    item: NormItem, guest_class: GuestClass | None, role: NormRole | None, norm: str | None
) -> None:
    found = holding_norm(NORMS, item, ARRIVAL, guest_class, role)
    assert (found.id if found else None) == norm


def test_one_for_the_very_class_goes_before_one_for_all() -> None:
    of_all = replace(NATIONAL, id="all", guest_class=None, amount=10)
    assert holding_norm([of_all, NATIONAL], NormItem.MEALS, ARRIVAL, GuestClass.B) == NATIONAL
    assert holding_norm([of_all, NATIONAL], NormItem.MEALS, ARRIVAL, GuestClass.A) == of_all
    assert holding_norm([of_all, NATIONAL], NormItem.MEALS, ARRIVAL) == of_all


def test_both_ends_of_its_validity_count() -> None:
    norm = replace(NATIONAL, valid_to=date(2026, 12, 31))
    days = [date(2026, 5, 17), date(2026, 5, 18), date(2026, 12, 31), date(2027, 1, 1)]
    assert [holding_norm([norm], NormItem.MEALS, day, GuestClass.B) for day in days] == [None, norm, norm, None]


@pytest.mark.parametrize(
    ("national", "local", "held"),
    [
        (NATIONAL, LOCAL, "local"),
        (NATIONAL, replace(LOCAL, amount=2000), "local"),
        (NATIONAL, replace(LOCAL, amount=2001), "national"),
        (NATIONAL, replace(LOCAL, amount=None), "national"),
        (replace(NATIONAL, amount=None), LOCAL, "local"),
        (NATIONAL, replace(LOCAL, unit=NormUnit.PERSON), "national"),
        (NATIONAL, replace(LOCAL, currency=Currency.USD), "national"),
        (NATIONAL, replace(LOCAL, valid_from=ARRIVAL + timedelta(days=1)), "national"),
        (replace(NATIONAL, valid_from=ARRIVAL + timedelta(days=1)), LOCAL, "local"),
        # For all classes the local one still lowers what the country allows one class.
        (NATIONAL, replace(LOCAL, guest_class=None), "local"),
    ],
)
def test_a_local_norm_holds_where_it_is_not_higher(national: NormFacts, local: NormFacts, held: str) -> None:
    for norms in ([national, local], [local, national]):
        found = holding_norm(norms, NormItem.MEALS, ARRIVAL, GuestClass.B)
        assert found is not None
        assert found.id == held


def test_overlaps() -> None:
    day = date(2026, 6, 1)
    first = replace(NATIONAL, valid_from=day, valid_to=day + timedelta(days=9))
    for starts, ends, expected in (
        (day - timedelta(days=5), day - timedelta(days=1), False),
        (day - timedelta(days=5), day, True),
        (day + timedelta(days=9), None, True),
        (day + timedelta(days=10), None, False),
        (date(2026, 1, 1), None, True),
    ):
        other = replace(NATIONAL, valid_from=starts, valid_to=ends)
        assert first.overlaps(other) is other.overlaps(first) is expected
