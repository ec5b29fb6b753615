"""Who sits where at a session and at a banquet: a proposal.

The rules of a session, at one long table (source: usage of provincial protocol offices):

1. The sides sit opposite each other: hosts on the near side, guests on the far one.
2. The heads sit in the middle, opposite each other. Each has an interpreter of their side beside them, on the right of
   the picture (of two seats on the left). Opposite the hosts' interpreter sits none but the guests'.
3. Guests follow from the middle outwards in order of precedence, left before right.
4. A host sits opposite the guest whom they meet; the others follow like the guests, on the seats that are left.
5. A side has :data:`MOST_OF_A_SIDE` people at the table, heads and interpreters before others; who comes later sits
   behind, and is placed by hand.

Those of a banquet, at round tables:

1. As many tables as are needed, each with as many people as the others, or one more; the first is the head table.
2. Interpreters are spread over the tables, the first ones first.
3. Guests and hosts are mixed at every table in the same proportion, each side in order of precedence; both heads sit at
   the head table.
4. The host who comes first has the first seat; on the right hand (the last seat, as seats go clockwise) sits the guest
   who comes first, and beside that guest the interpreter; the others alternate.

Drivers and security sit elsewhere.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence

from calendars.placements.values import SEATS_OF_A_ROUND_TABLE, Guest, PlacedTable, TableForm, leader, split
from models.vocabulary import MemberRole, Side

_ELSEWHERE = frozenset({MemberRole.DRIVER, MemberRole.SECURITY})


MOST_OF_A_SIDE = 15
"""How many people of one side sit at a long table; more can't follow the talks across it."""


def is_seated(one: Guest) -> bool:
    """Whether somebody sits at tables at all."""
    return one.role not in _ELSEWHERE


def session(item_id: str | None, people: Sequence[Guest], name: str = "1") -> PlacedTable:
    """One long table for who sits at it."""
    near, far = (at_a_session(people, side) for side in (Side.HOST, Side.GUEST))
    heads = leader(near, Side.HOST), leader(far, Side.GUEST)
    helpers = _interpreter(near, heads[0]), _interpreter(far, heads[1])
    is_kept_free = bool(far) and helpers[0] is not None and helpers[1] is None
    width = max(len(near), len(far) + is_kept_free)
    guests = _from_the_middle(far, width, heads[1], helpers[1], {}, is_kept_free=is_kept_free)
    hosts = _from_the_middle(near, width, heads[0], helpers[0], _opposite(near, far, {*heads, *helpers}, guests))
    return PlacedTable(item_id, name, tuple(_ids(hosts, width) + _ids(guests, width)))


def at_a_session(people: Sequence[Guest], side: Side) -> list[Guest]:
    """Who of a side sits at the table of a session, in order of precedence."""
    of_side = [one for one in people if is_seated(one) and one.side is side]
    head = leader(of_side, side)
    first = [one for one in (head, _interpreter(of_side, head)) if one is not None]
    chosen = [*first, *(one for one in of_side if one not in first)][:MOST_OF_A_SIDE]
    return [one for one in of_side if one in chosen]


def banquet(
    item_id: str | None, people: Sequence[Guest], size: int = SEATS_OF_A_ROUND_TABLE
) -> tuple[PlacedTable, ...]:
    """Round tables of at most ``size`` for everybody who sits; they are called 1, 2, 3 …"""
    seated = [one for one in people if is_seated(one)]
    number = -(-len(seated) // size)
    interpreters, others = split(seated, lambda one: one.role is MemberRole.INTERPRETER)
    heads = [leader(others, side) for side in (Side.GUEST, Side.HOST)]
    queues = [deque(_first(others, side, head)) for side, head in zip((Side.GUEST, Side.HOST), heads, strict=True)]
    helpers = deque(interpreters)
    tables = []
    for table in range(number):
        left = number - table
        here = -(-sum(map(len, (*queues, helpers))) // left)
        own_helpers = [helpers.popleft() for _ in range(min(-(-len(helpers) // left), here))]
        guests, hosts = _mixed(queues[0], queues[1], here - len(own_helpers), is_first=table == 0)
        tables.append(PlacedTable(item_id, str(table + 1), _round(guests, hosts, own_helpers), TableForm.ROUND))
    return tuple(tables)


def middle_out(width: int) -> Iterator[int]:
    """The places of a side from its middle outwards, left before right: 2, 1, 3, 0, 4."""
    middle = width // 2
    yield middle
    for step in range(1, width):
        yield from (place for place in (middle - step, middle + step) if 0 <= place < width)


def _interpreter(side: Sequence[Guest], head: Guest | None) -> Guest | None:
    """The interpreter who sits beside the head of a side."""
    return next((one for one in side if one.role is MemberRole.INTERPRETER and one is not head), None)


def _from_the_middle(
    side: Sequence[Guest],
    width: int,
    head: Guest | None,
    helper: Guest | None,
    fixed: dict[int, Guest],
    *,
    is_kept_free: bool = False,
) -> dict[int, Guest]:
    """Place on a side → who sits there; ``is_kept_free``: nobody sits where an interpreter would."""
    middle = width // 2
    beside = middle + 1 if middle + 1 < width else middle - 1
    seats = {place: one for place, one in ((middle, head), (beside, helper)) if one is not None} | fixed
    placed = {one.id for one in seats.values()}
    others = [one for one in side if one.id not in placed]
    free = (place for place in middle_out(width) if place not in seats and not (is_kept_free and place == beside))
    return seats | dict(zip(free, others, strict=False))


def _opposite(
    near: Sequence[Guest], far: Sequence[Guest], apart: Collection[Guest | None], guests: Mapping[int, Guest]
) -> dict[int, Guest]:
    """The places of hosts who sit opposite the guest they meet, whoever of the two says so; a host meets one guest, the
    first in order. Who is ``apart`` has a place already."""
    place_of = {one.id: place for place, one in guests.items()}
    found: dict[int, Guest] = {}
    hosts = [one for one in near if one not in apart]
    for guest in (one for one in far if one not in apart):
        meets = [one for one in hosts if one.id == guest.counterpart]
        meets += [one for one in hosts if one.counterpart == guest.id]
        if meets:
            hosts.remove(meets[0])
            found[place_of[guest.id]] = meets[0]
    return found


def _ids(seats: Mapping[int, Guest], width: int) -> list[str | None]:
    return [seats[place].id if place in seats else None for place in range(width)]


def _first(people: Sequence[Guest], side: Side, head: Guest | None) -> list[Guest]:
    """A side in order of precedence, who leads it before all."""
    of_side = [one for one in people if one.side is side and one is not head]
    return of_side if head is None else [head, *of_side]


def _mixed(guests: deque[Guest], hosts: deque[Guest], seats: int, *, is_first: bool) -> tuple[list[Guest], list[Guest]]:
    """Who of either side sits at a table with so many seats for them; at the first there is a seat for each head."""
    total = len(guests) + len(hosts)
    of_guests = min(len(guests), -(-len(guests) * seats // total)) if total else 0
    if is_first and hosts and guests and seats > 1:
        of_guests = min(of_guests, seats - 1)
    of_hosts = min(len(hosts), seats - of_guests)
    of_guests = min(len(guests), seats - of_hosts)
    return [guests.popleft() for _ in range(of_guests)], [hosts.popleft() for _ in range(of_hosts)]


def _round(guests: list[Guest], hosts: list[Guest], interpreters: list[Guest]) -> tuple[str, ...]:
    """The seats of a round table, clockwise."""
    if not hosts or not guests:
        return tuple(one.id for one in (*hosts, *guests, *interpreters))
    queues = [deque(guests[1:]), deque(hosts[1:])]
    mixed: list[Guest] = []
    while any(queues):
        mixed += [queue.popleft() for queue in queues if queue]
    return tuple(one.id for one in (hosts[0], *mixed, *reversed(interpreters), guests[0]))
