"""Who rides in which car: a proposal.

The rule, for cars that drive at the same time:

1. The guests' head rides in the smallest car that seats their party: the head, who meets them on the other side (their
   counterpart, else the host's leader), and an interpreter. If none is large enough, in the largest, in that order.
2. Nobody else rides there as long as the other cars seat everybody; else its free seats are filled first.
3. The other cars follow by size, the smallest first, and are filled in order of precedence. If everybody has a seat,
   each of them has somebody of the host's side as escort, and an interpreter, as far as there are any; if not, guests
   come first, then interpreters, then the host's side.
4. A car whose seats nobody knows comes last and takes who is left.

Drivers take no seat and are not placed. Source: usage of provincial protocol offices; of Circular 05/2017/TT-BNG and
the norms that the head alone has a car of their own, members ride by bus.
"""

from collections import deque
from collections.abc import Sequence

from calendars.placements.values import Carrier, Guest, at_once, leader, split
from models.vocabulary import MemberRole, Side


def propose(cars: Sequence[Carrier], people: Sequence[Guest]) -> dict[str, tuple[str, ...]]:
    """Car (booking id) → who rides in it, in order of precedence, guests before hosts; empty cars are left out."""
    riders = [one for one in people if one.role is not MemberRole.DRIVER]
    place = {one.id: (one.side is Side.HOST, number) for number, one in enumerate(riders)}
    found: dict[str, list[Guest]] = {}
    for group in at_once(cars):
        found |= _fill(group, riders)
    return {
        car: tuple(one.id for one in sorted(seated, key=lambda one: place[one.id]))
        for car, seated in found.items()
        if seated
    }


def party_of(people: Sequence[Guest]) -> list[Guest]:
    """Who rides with the guests' head: the head, their counterpart or the host's leader, and an interpreter."""
    head = leader(people, Side.GUEST)
    if head is None:
        return []
    hosts = [one for one in people if one.side is Side.HOST and one.role is not MemberRole.DRIVER]
    escort = next((one for one in hosts if one.id == head.counterpart), None)
    escort = escort or next((one for one in hosts if one.counterpart == head.id), None) or leader(people, Side.HOST)
    interpreters = [one for one in people if one.role is MemberRole.INTERPRETER and one not in (head, escort)]
    own, others = split(interpreters, lambda one: one.side is Side.HOST)
    return [one for one in (head, *[*own, *others][:1], escort) if one is not None]


def _fill(group: Sequence[Carrier], riders: Sequence[Guest]) -> dict[str, list[Guest]]:
    cars = sorted(group, key=lambda car: (car.places is None, car.places or 0, car.starts, car.id))
    party = party_of(riders)
    known = [car for car in cars if car.places is not None]
    if party and cars:
        roomy = [car for car in known if (car.places or 0) >= len(party)]
        first = roomy[0] if roomy else known[-1] if known else cars[0]
        cars = [first, *(car for car in cars if car is not first)]
        party = party[: _free(first, 0, len(party))]
    seated = {car.id: list(party) if number == 0 else [] for number, car in enumerate(cars)}
    rest = [one for one in riders if one not in party]
    is_enough = _seats(cars[1:], rest) >= len(rest)
    others = cars[1:] if party and is_enough else cars
    is_enough = is_enough or _seats(cars, riders) >= len(riders)
    interpreters, people = split(rest, lambda one: one.role is MemberRole.INTERPRETER)
    guests, hosts = split(people, lambda one: one.side is Side.GUEST)
    queues = [deque(guests), deque(interpreters), deque(hosts)]
    for car in others:
        left = _free(car, len(seated[car.id]), sum(map(len, queues)))
        if is_enough and not seated[car.id] and queues[0]:
            for queue in (queues[2], queues[1]):
                if queue and left > 1:  # a seat for a guest is left in any case
                    seated[car.id].append(queue.popleft())
                    left -= 1
        for queue in queues:
            while left and queue:
                seated[car.id].append(queue.popleft())
                left -= 1
    return seated


def _free(car: Carrier, taken: int, wanted: int) -> int:
    """How many of those who want to can still get in."""
    return wanted if car.places is None else max(0, min(wanted, car.places - taken))


def _seats(cars: Sequence[Carrier], people: Sequence[Guest]) -> int:
    """How many seats there are for these people; where seats are not known, one for each."""
    return sum(len(people) if car.places is None else car.places for car in cars)
