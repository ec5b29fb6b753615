"""Whether what was asked of the other side of a visit has been given, and when: from facts, not from anybody's word.

Acts count from when the visit was shared with that office, so that nothing of an earlier guest does. What is stored of
the people of that side counts as it is now: of an ask nothing more follows than that it was given.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.vocabulary import Asked


@dataclass(frozen=True, slots=True)
class GuestFacts:
    """What is there of somebody of the other side who has not declined."""

    listed_at: datetime
    has_arrival: bool = False
    has_photo: bool = False
    has_diet: bool = False
    has_passport: bool = False


@dataclass(frozen=True, slots=True)
class Taking:
    """What was taken of something that was handed in with a link: the paths, and when."""

    at: datetime
    paths: Sequence[str]

    def has(self, *names: str) -> bool:
        """Whether one of these fields of a person was taken; without names whether anything of people was."""
        people = [path for path in self.paths if path.startswith("people.")]
        return any(path.rpartition(".")[2] in names for path in people) if names else bool(people)


@dataclass(frozen=True, slots=True)
class SideFacts:
    """What decides about the asks of a visit: since when it is shared, the people of the other side that are listed,
    what was taken of their forms, when days were agreed on, and of each of them when they said whether they come; None:
    they have not."""

    shared_at: datetime
    guests: Sequence[GuestFacts] = ()
    takings: Sequence[Taking] = ()
    agreed_at: Sequence[datetime] = ()
    answered_at: Sequence[datetime | None] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """That an ask was answered; ``at`` is when, None: it is there, and no step says since when."""

    at: datetime | None = None


def given(what: Asked, facts: SideFacts) -> Given | None:
    """Whether one thing that was asked is there; None: it is waited for."""
    return _RULES[what](facts)


def _members(facts: SideFacts) -> Given | None:
    listed = [one.listed_at for one in facts.guests]
    return _first(facts, [*listed, *(one.at for one in facts.takings if one.has())])


def _travel(facts: SideFacts) -> Given | None:
    if not facts.guests or not all(one.has_arrival for one in facts.guests):
        return None
    trips = [one.at for one in facts.takings if any(path.startswith("travel.arrival.") for path in one.paths)]
    return _first(facts, trips) or Given()


def _stored(is_there: Callable[[Sequence[GuestFacts]], bool], *names: str) -> Callable[[SideFacts], Given | None]:
    def rule(facts: SideFacts) -> Given | None:
        taken = _first(facts, [one.at for one in facts.takings if one.has(*names)])
        return taken or (Given() if facts.guests and is_there(facts.guests) else None)

    return rule


def _days(facts: SideFacts) -> Given | None:
    return _first(facts, facts.agreed_at)


def _answer(facts: SideFacts) -> Given | None:
    answered = [one for one in facts.answered_at if one is not None]
    if not answered or len(answered) < len(facts.answered_at):
        return None
    last = max(answered)
    return Given(last) if last >= facts.shared_at else Given()


def _first(facts: SideFacts, steps: Iterable[datetime]) -> Given | None:
    """The first step since the visit was shared."""
    at = min((one for one in steps if one >= facts.shared_at), default=None)
    return None if at is None else Given(at)


_RULES: Mapping[Asked, Callable[[SideFacts], Given | None]] = {
    Asked.MEMBERS: _members,
    Asked.TRAVEL: _travel,
    Asked.PHOTOS: _stored(lambda guests: all(one.has_photo for one in guests), "photo"),
    # Who eats everything leaves it empty.
    Asked.DIETS: _stored(lambda guests: any(one.has_diet for one in guests), "diet"),
    Asked.PASSPORTS: _stored(lambda guests: all(one.has_passport for one in guests), "passport_number"),
    Asked.DAYS: _days,
    Asked.ANSWER: _answer,
}
