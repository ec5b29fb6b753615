"""What bodies and places are called on a day, and what people are then, for papers; a fixed number of queries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, select

from calendars.documents.facts import BodyFacts, PersonFacts, PlaceFacts
from calendars.people import terms
from calendars.people.sides import side_of
from calendars.people.terms import Term
from models.events import Event
from models.places import Organisation, Person
from models.queries.organisation_lines import OrganisationLines
from models.text import LocalizedText
from models.vocabulary import Side
from service.actions import crud, permissions
from service.actions.directory.positions import terms_of
from service.actions.locality_index import LocalityIndex


@dataclass(frozen=True, slots=True)
class DayNames:
    """The bodies of a visit with their lines, all places, and what some people are from day to day."""

    places: LocalityIndex
    lines: OrganisationLines
    organisations: Mapping[str, Organisation]
    people: Mapping[str, Person]
    terms: Mapping[str, list[Term]] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        session: Session,
        places: LocalityIndex,
        organisation_ids: Collection[str],
        people: Iterable[Person],
        days: Collection[date],
    ) -> "DayNames":
        """Read these bodies, those that carry on their work by one of the days, and those above them; the terms of
        office of these people. Five queries at most."""
        lines = OrganisationLines.load(session)
        known = {person.id: person for person in people}
        held = terms_of(session, known.values()) if known else {}
        of_terms = {term.organisation_id for one in held.values() for term in one if term.organisation_id}
        wanted = {*organisation_ids, *of_terms}
        wanted |= {lines.carrier(one, day) for one in wanted for day in days}
        organisations = crud.by_id(session, Organisation, wanted) if wanted else {}
        above = {one.parent_id for one in organisations.values() if one.parent_id} - organisations.keys()
        above |= {lines.carrier(one, day) for one in above for day in days}
        if above - organisations.keys():
            organisations |= crud.by_id(session, Organisation, above)
        return cls(places, lines, organisations, known, held)

    def place(self, code: str, day: date) -> PlaceFacts:
        """A locality by its name on a day."""
        return PlaceFacts(code, self.places.name(code, day), self.places.country_of.get(code, ""))

    def name(self, organisation_id: str | None, day: date) -> LocalizedText | None:
        """What a body is called on a day."""
        one = self.organisations.get(organisation_id or "")
        return None if one is None else self.lines.name(one.id, one.name, day)

    def body(self, organisation_id: str | None, day: date) -> BodyFacts | None:
        """A body as it is on a day: itself, or the one that carries on its work by then."""
        carrier = self.lines.carrier(organisation_id or "", day)
        one = self.organisations.get(carrier) or self.organisations.get(organisation_id or "")
        if one is None:
            return None
        return BodyFacts(
            id=one.id,
            name=self.lines.name(one.id, one.name, day),
            locality=self.place(one.locality, day),
            superior=self.name(one.parent_id, day),
            aliases=tuple(one.aliases),
        )

    def side(self, organisation_id: str | None, event: Event) -> Side | None:
        """On which side of a visit a body stands, by its locality; None: no body is named."""
        one = self.organisations.get(organisation_id or "")
        if one is None:
            return None
        places = self.places
        ways = (
            lambda code: places.carrier(code, event.first_day),
            lambda code: min(places.line(code)),
            lambda code: places.country_of[code],
        )
        return side_of(one.locality, event.host, event.guest, ways)

    def person(
        self,
        session: Session,
        person: Person,
        day: date,
        *,
        position: LocalizedText | None,
        body_id: str | None,
        precedence: int | None = None,
    ) -> PersonFacts:
        """Somebody with this position at this body; how to reach them only if the reader may read that."""
        return PersonFacts(
            id=person.id,
            name=person.name,
            name_lo=person.name_lo,
            name_latin=person.name_latin,
            honorific=person.honorific,
            position=position,
            body_id=body_id,
            body=self.name(body_id, day),
            precedence=person.precedence if precedence is None else precedence,
            phone=person.phone if permissions.reads_address_of(session, person.kept_by) else None,
            languages=tuple(person.languages),
        )

    def person_on(
        self, session: Session, person_id: str | None, day: date, at: str | None = None
    ) -> PersonFacts | None:
        """What somebody is on a day: the position at the body ``at`` if they have one there, else the highest."""
        person = self.people.get(person_id or "")
        if person is None:
            return None
        held = self.terms.get(person.id, [])
        there = [one for one in held if at is not None and one.organisation_id in self.lines.line(at)]
        term = terms.of_day(there, day) or terms.of_day(held, day)
        title = dict(term.title) if term is not None and term.title is not None else None
        return self.person(
            session,
            person,
            day,
            position=title,
            body_id=None if term is None else term.organisation_id,
            precedence=None if term is None else term.precedence,
        )


def people_by_id(session: Session, ids: Iterable[str | None]) -> dict[str, Person]:
    """These people; one query, none without ids."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {one.id: one for one in session.exec(select(Person).where(col(Person.id).in_(wanted)))}
