"""Localities and their successions: code and name on a day, country, and the direction of a visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, false, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from calendars.events.direction import direction
from calendars.events.succession import places_on
from models.agreements import Agreement
from models.events import Event
from models.places import Locality
from models.text import LocalizedText
from models.vocabulary import Direction
from service.actions.context import ActionContext


class LocalityFacts(NamedTuple):
    """The columns of a locality that the index needs."""

    code: str
    name: LocalizedText
    country: str
    timezone: str
    successor: str | None
    succeeded_on: date | None
    parent: str | None = None


class LocalityIndex:
    """All localities. One that was merged counts as its successor from that day on; its past events keep its code."""

    def __init__(self, localities: Mapping[str, LocalityFacts]) -> None:
        self.localities = localities
        self.country_of = {code: place.country for code, place in localities.items()}
        self._successors = {code: place.successor for code, place in localities.items()}
        ends = {place.succeeded_on for place in localities.values() if place.succeeded_on is not None}
        self._turns = [date.min, *sorted(ends)]
        self._lines: dict[str, frozenset[str]] = {}

    @classmethod
    def load(cls, session: Session) -> "LocalityIndex":
        """Read all localities; one query."""
        columns = (col(getattr(Locality, name)) for name in LocalityFacts._fields)
        return cls({row.code: LocalityFacts(*row) for row in session.execute(core_select(*columns))})

    def carrier(self, code: str, day: date) -> str:
        """The locality that this one is on a day: itself, or its successor by then."""
        places = places_on(self.localities, code, day)
        return places[-1].code if places else code

    def name(self, code: str | None, day: date) -> LocalizedText:
        """The name of a locality on a day: its successor's from the day of the succession."""
        places = places_on(self.localities, code, day)
        return places[-1].name if places else {"vi": code or ""}

    def names(self, day: date) -> dict[str, LocalizedText]:
        """Locality → its name on a day."""
        return {code: self.name(code, day) for code in self.localities}

    def standing(self, day: date) -> dict[str, LocalizedText]:
        """The localities that exist on a day, with their names; a succeeded one appears only as its successor."""
        return {code: place.name for code, place in self.localities.items() if self.carrier(code, day) == code}

    def line(self, code: str) -> frozenset[str]:
        """A locality with all its predecessors and successors: Hải Dương and Hải Phòng belong together."""
        if code not in self._lines:
            self._lines[code] = self._line(code)
        return self._lines[code]

    def _line(self, code: str) -> frozenset[str]:
        line = {code}
        while True:
            more = {old for old, new in self._successors.items() if new in line}
            more |= {new for old, new in self._successors.items() if old in line and new}
            if more <= line:
                return frozenset(line)
            line |= more

    def parties(self, agreement: Agreement) -> "AgreementParties":
        """The parties of an agreement, with the other localities that count as them."""
        since: dict[str, list[tuple[date, str]]] = {}
        for party in agreement.parties:
            for code in self.line(party) - {*agreement.parties}:
                same = (day for day in self._turns if self.carrier(code, day) == self.carrier(party, day))
                if (first := next(same, None)) is not None:
                    since.setdefault(code, []).append((first, party))
        return AgreementParties(tuple(agreement.parties), since)


@dataclass(frozen=True, slots=True)
class AgreementParties:
    """The parties of an agreement by their codes, and since when other localities count as one of them."""

    codes: tuple[str, ...]
    since: Mapping[str, Sequence[tuple[date, str]]]

    def of(self, code: str, day: date) -> str:
        """The code of the party that a locality counts as on a day; its own code if it is none."""
        for first, party in self.since.get(code, ()):
            if first <= day:
                return party
        return code


class DirectionResolver:
    """Tells the direction of visits, as seen from the office's locality and its predecessors and successors."""

    def __init__(self, gazetteer: LocalityIndex, own: str) -> None:
        self.gazetteer = gazetteer
        self._own = gazetteer.line(own)
        self._own_country = gazetteer.country_of.get(own, "")

    @classmethod
    def load(cls, session: Session, act: ActionContext) -> "DirectionResolver":
        """The resolver for the office; one query."""
        return cls(LocalityIndex.load(session), act.office.locality)

    def of(self, event: Event) -> Direction:
        """The direction of an event: incoming, outgoing or domestic."""
        return self.between(event.host, event.guest)

    def between(self, host: str, guest: str | None) -> Direction:
        """The direction of a visit of ``guest`` to ``host``."""
        return direction(host, guest, self._own, self.gazetteer.country_of, self._own_country)

    def kinds(self) -> dict[tuple[bool, bool], list[str]]:
        """All localities by what the direction depends on: whether they are the office's own, and in its country."""
        found: dict[tuple[bool, bool], list[str]] = {}
        for code, country in self.gazetteer.country_of.items():
            found.setdefault((code in self._own, country == self._own_country), []).append(code)
        return found


def succession_of_code(session: Session, code: str) -> frozenset[str]:
    """A locality with its predecessors and successors; one query."""
    return LocalityIndex.load(session).line(code)


def directed(resolver: DirectionResolver, wanted: Direction, table: Any = Event) -> Any:
    """The condition for a direction. It grows with the number of localities, not of their pairs: what counts is of
    which kind host and guest are."""
    kinds = resolver.kinds()
    conditions = []
    for hosts in kinds.values():
        guests = {kind: codes for kind, codes in kinds.items() if resolver.between(hosts[0], codes[0]) is wanted}
        matching: list[Any] = []
        if guests:
            matching.append(col(table.guest).in_([code for codes in guests.values() for code in codes]))
        if resolver.between(hosts[0], None) is wanted:
            matching.append(col(table.guest).is_(None))
        if matching:
            conditions.append(and_(col(table.host).in_(hosts), or_(*matching)))
    return or_(*conditions) if conditions else false()
