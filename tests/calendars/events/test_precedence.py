"""Order of precedence: role, precedence, rank, name; and who is told to stand there by name only."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.events.precedence import Claim, by_precedence, in_order
from models.text import fold
from models.vocabulary import MemberRole


def claim(name: str, role: str = "member", precedence: int = 100, rank: int | None = None, identity: str = "") -> Claim:
    return Claim(MemberRole(role), precedence, rank, name, identity or name)


def order(*claims: Claim) -> list[tuple[str, bool]]:
    return [(placed.claim.id, placed.is_tied) for placed in by_precedence(claims)]


def test_role_then_precedence_then_rank_then_name() -> None:
    found = order(
        claim("Driver", "driver", 1),
        claim("Zung", rank=2, precedence=5),
        claim("An", precedence=5),
        claim("Minh", rank=1, precedence=5),
        claim("Head", "head", 90),
        claim("Deputy", "deputy", 1),
        claim("First", precedence=4),
    )
    assert [name for name, _tied in found] == ["Head", "Deputy", "First", "Minh", "Zung", "An", "Driver"]
    assert not any(tied for _name, tied in found)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([claim("An"), claim("Bình")], [("An", True), ("Bình", True)]),
        ([claim("An", rank=1), claim("Bình")], [("An", False), ("Bình", False)]),
        ([claim("An", rank=1), claim("Bình", rank=1)], [("An", True), ("Bình", True)]),
        ([claim("An", precedence=1), claim("Bình", precedence=2)], [("An", False), ("Bình", False)]),
        ([claim("An", "deputy"), claim("Bình")], [("An", False), ("Bình", False)]),
        ([claim("An", rank=1), claim("Bình"), claim("Chi")], [("An", False), ("Bình", True), ("Chi", True)]),
        ([claim("An")], [("An", False)]),
        ([], []),
    ],
)
def test_tied_are_neighbours_that_nothing_but_the_name_parts(
    claims: list[Claim], expected: list[tuple[str, bool]]
) -> None:
    assert order(*claims) == expected


def test_names_stand_in_the_order_of_all_lists_and_then_by_id() -> None:
    found = order(
        claim("Lê Đào", identity="3"), claim("Trần Dao", identity="2"), claim("Bùi Dũng", identity="1"),
        claim("Vũ Ánh", identity="5"), claim("Vũ Ánh", identity="4"), claim("ກອນ", identity="6"),
    )  # fmt: skip
    assert [one for one, _tied in found] == ["4", "5", "2", "1", "3", "6"]


def test_in_order_gives_back_what_it_was_given() -> None:
    people: list[dict[str, Any]] = [{"name": "Bình"}, {"name": "An"}]
    assert in_order(people, lambda one: claim(one["name"])) == [({"name": "An"}, True), ({"name": "Bình"}, True)]


CLAIMS = st.lists(
    st.builds(
        Claim,
        role=st.sampled_from(MemberRole),
        precedence=st.integers(1, 3),
        rank=st.none() | st.integers(1, 3),
        name=st.sampled_from(["An", "Ân", "an", "Bình", "ບຸນມີ"]),
        id=st.uuids().map(str),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


@given(CLAIMS, st.randoms())
def test_order_is_total_whatever_order_people_come_in(claims: list[Claim], chance: Any) -> None:
    shuffled = list(claims)
    chance.shuffle(shuffled)
    placed = by_precedence(claims)
    assert by_precedence(shuffled) == placed
    assert sorted(one.claim.id for one in placed) == sorted(one.id for one in claims)
    for before, after in pairwise(placed):
        assert before.claim.standing <= after.claim.standing
        if before.claim.standing == after.claim.standing:
            assert before.is_tied
            assert after.is_tied
            assert fold(before.claim.name) <= fold(after.claim.name)
    for one in placed:
        shared = [other for other in claims if other.standing == one.claim.standing]
        assert one.is_tied == (len(shared) > 1)
