"""The order of precedence in a visit: who stands before whom, and whose place nothing but the name has settled."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from models.collation import person_key
from models.vocabulary import MemberRole

_ROLE_ORDER = {role: place for place, role in enumerate(MemberRole)}

Somebody = TypeVar("Somebody")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a person's place in a visit follows from: role, precedence (1 is the highest), rank among equals, name.

    ``rank`` None stands behind every number. ``id`` parts people of one name, so that every list shows the same order.
    """

    role: MemberRole
    precedence: int
    rank: int | None
    name: str
    id: str

    @property
    def standing(self) -> tuple[int, int, bool, int]:
        """What was decided about the place; two people with the same stand by their names."""
        return (_ROLE_ORDER[self.role], self.precedence, self.rank is None, self.rank or 0)


@dataclass(frozen=True, slots=True)
class RankedClaim:
    """A claim in its place; ``is_tied`` when it stands before or behind a neighbour only by its name."""

    claim: Claim
    is_tied: bool


def by_precedence(claims: Iterable[Claim]) -> list[RankedClaim]:
    """Claims in order: head, deputies, members, then who serves them; whatever order they come in."""
    ordered = sorted(claims, key=lambda claim: (claim.standing, person_key(claim.name), claim.id))
    standings = [None, *(claim.standing for claim in ordered), None]
    return [
        RankedClaim(claim, claim.standing in {standings[place], standings[place + 2]})
        for place, claim in enumerate(ordered)
    ]


def in_order(people: Iterable[Somebody], claim: Callable[[Somebody], Claim]) -> list[tuple[Somebody, bool]]:
    """People in order of precedence, each with whether only the name settles the place."""
    known = {made.id: (made, one) for one in people for made in [claim(one)]}
    placed = by_precedence(made for made, _one in known.values())
    return [(known[place.claim.id][1], place.is_tied) for place in placed]
