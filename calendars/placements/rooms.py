"""Who sleeps in which room: a proposal.

The rule, for lodging of the same nights, in which only who comes with the guests is placed:

1. The head has a room of their own, and so has whoever's sex is not known to the reader.
2. Others share only with people of the same sex. In order of precedence each of them has a room of their own, the
   smallest that is left, as long as everybody after them still finds a place.
3. Where the rooms do not suffice, those last in order are left out.
4. A room whose beds nobody knows is for one.

Nobody is known to be a couple; two of them are put together by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from calendars.placements.values import Carrier, Guest, at_once
from models.vocabulary import MemberRole, Sex, Side


@dataclass(frozen=True, slots=True)
class _Room:
    """One room of a booking; ``number`` orders the rooms of all bookings of these nights by their beds."""

    number: int
    booking: str
    beds: int


@dataclass(frozen=True, slots=True)
class _Need:
    """How many need a room of their own, and how many women and men share."""

    own: int
    women: int
    men: int


def propose(lodging: Sequence[Carrier], people: Sequence[Guest]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Lodging (booking id) → its rooms in order of precedence, each with who sleeps there; empty ones are left out."""
    guests = [one for one in people if one.side is Side.GUEST]
    place = {one.id: number for number, one in enumerate(guests)}
    found: dict[str, list[tuple[str, ...]]] = {}
    for group in at_once(lodging):
        for room, sleeping in _fill(_rooms(group), guests).items():
            in_order = sorted(sleeping, key=lambda one: place[one.id])
            found.setdefault(room.booking, []).append(tuple(one.id for one in in_order))
    return {booking: tuple(sorted(rooms, key=lambda room: place[room[0]])) for booking, rooms in found.items()}


def needs_own_room(one: Guest) -> bool:
    """Whether somebody is never put together with others."""
    return one.role is MemberRole.HEAD or one.sex is None


def _rooms(group: Sequence[Carrier]) -> list[_Room]:
    by_beds = sorted(group, key=lambda one: (one.seats or 1, one.starts, one.id))
    listed = [(one.id, one.seats or 1) for one in by_beds for _ in range(one.quantity)]
    return [_Room(number, booking, beds) for number, (booking, beds) in enumerate(listed)]


def _fill(rooms: Sequence[_Room], guests: Sequence[Guest]) -> Mapping[_Room, list[Guest]]:
    """Rooms, the smallest first, with who sleeps in each."""
    placed = list(guests)
    while placed and _shared(rooms, _need(placed)) is None:
        placed.pop()
    left, sharing = list(rooms), list[Guest]()
    found: dict[_Room, list[Guest]] = {}
    for number, one in enumerate(placed):
        waiting = [*sharing, *placed[number + 1 :]]
        if needs_own_room(one) or _shared(left[1:], _need(waiting)) is not None:
            found[left.pop(0)] = [one]
        else:
            sharing.append(one)
    parted = _shared(left, _need(sharing)) or {}
    for sex, own in parted.items():
        queue = [one for one in sharing if one.sex is sex]
        for room in own:
            found[room], queue = queue[: room.beds], queue[room.beds :]
    return {room: sleeping for room, sleeping in found.items() if sleeping}


def _need(people: Sequence[Guest]) -> _Need:
    own = sum(map(needs_own_room, people))
    women = sum(one.sex is Sex.FEMALE and not needs_own_room(one) for one in people)
    return _Need(own, women, len(people) - own - women)


def _shared(rooms: Sequence[_Room], need: _Need) -> dict[Sex, list[_Room]] | None:
    """The rooms of women and those of men when as many as need it have one of their own, the smallest; None if they do
    not suffice."""
    shared = rooms[need.own :]
    if len(rooms) < need.own or sum(room.beds for room in shared) < need.women + need.men:
        return None
    rows = _beds_of_men(shared, need.women)
    if rows[-1][need.women] < need.men:
        return None
    parted: dict[Sex, list[_Room]] = {Sex.FEMALE: [], Sex.MALE: []}
    women = need.women
    for number in range(len(shared), 0, -1):
        room, after, before = shared[number - 1], rows[number][women], rows[number - 1]
        if before[women] >= 0 and before[women] + room.beds == after:
            parted[Sex.MALE].insert(0, room)
        else:
            parted[Sex.FEMALE].insert(0, room)
            # Where women have all beds they need, fewer of an earlier row may have led there.
            least = max(0, women - room.beds)
            women = next(one for one in range(least, women + 1) if before[one] == after)
    return parted


def _beds_of_men(rooms: Sequence[_Room], women: int) -> list[list[int]]:
    """For the first 0, 1, 2 … rooms a row: the most beds that are left for men where women have 0, 1, 2 … of theirs
    (the last: as many as there are women, or more); -1 where they can't have so many."""
    rows = [[0] + [-1] * women]
    for room in rooms:
        before = rows[-1]
        row = [beds + room.beds if beds >= 0 else -1 for beds in before]
        for count, beds in enumerate(before):
            then = min(women, count + room.beds)
            row[then] = max(row[then], beds)
        rows.append(row)
    return rows
