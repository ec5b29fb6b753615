"""The people who come along into a copy: as of their position today, without what was only of that visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from calendars.copies.people import Away, Belonging, term_end, why_away
from calendars.days.formatting import in_words
from calendars.people.terms import Term
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, Message, message
from models.places import Organisation, Person
from models.queries.organisation_lines import OrganisationLines
from models.text import LocalizedText
from models.vocabulary import CopyPart
from service.actions import crud
from service.actions.context import ActionContext
from service.actions.copies.values import Alternative, LeftPart
from service.actions.directory.positions import terms_of
from service.actions.events import members
from service.actions.events.members import members_of

LEFT = N_("No longer at “{organisation}”, and in no office today.")
MOVED = N_("No longer at “{organisation}”; today at “{other}”.")
BODY_ENDED = N_("“{organisation}” ended on {day}, and nobody is named who carries on its work.")
BODY_FOLLOWED = N_("“{organisation}” ended on {day}. “{other}” carries on its work: ask it whom it sends.")
TERM_ENDS = N_("Their term of office ends on {day}.")


@dataclass(frozen=True, slots=True)
class CopiedPeople:
    """Who can be on the list of a visit that begins on ``day``, of the people of another."""

    session: Session
    act: ActionContext
    lines: OrganisationLines
    day: date
    terms: Mapping[str, list[Term]]
    bodies: Mapping[str, Organisation]

    @classmethod
    def of(
        cls,
        session: Session,
        act: ActionContext,
        lines: OrganisationLines,
        day: date,
        listed: Sequence[tuple[Person, str | None]],
    ) -> "CopiedPeople":
        """Read what decides about these people, each with the body they came for; three queries at most."""
        wanted = {one for person, was in listed for one in (person.organisation_id, was) if one is not None}
        wanted |= {lines.carrier(one, day) for one in wanted}
        bodies = crud.by_id(session, Organisation, wanted) if wanted else {}
        return cls(session, act, lines, day, terms_of(session, [person for person, _was in listed]), bodies)

    def why_not(self, person: Person, was: str | None) -> tuple[Message, Sequence[Alternative]] | None:
        """Why somebody who came for a body does not come along, and who could be asked instead; None: they do."""
        now = self.bodies.get(person.organisation_id or "")
        belonging = Belonging(
            was,
            person.organisation_id,
            self.lines.line(was) if was is not None else frozenset(),
            now.ends_on if now is not None else None,
            self.terms[person.id],
        )
        match why_away(belonging, self.act.today, self.day):
            case None:
                return None
            case Away.LEFT:
                return message(LEFT, organisation=self._name(was)), ()
            case Away.MOVED:
                return message(MOVED, organisation=self._name(was), other=self._name(person.organisation_id)), ()
            case Away.BODY_ENDED:
                return self._ended(person.organisation_id or "")
            case Away.TERM_ENDS:
                ends = term_end(self.terms[person.id], self.act.today) or self.day
                return message(TERM_ENDS, day=in_words(ends)), ()

    def _ended(self, organisation_id: str) -> tuple[Message, Sequence[Alternative]]:
        body, carrier = self.bodies[organisation_id], self.lines.carrier(organisation_id, self.day)
        day = in_words(body.ends_on or self.day)
        if carrier == organisation_id:
            return message(BODY_ENDED, organisation=body.name, day=day), ()
        name = self._name(carrier)
        why = message(BODY_FOLLOWED, organisation=body.name, day=day, other=name)
        return why, [Alternative(name, organisation_id=carrier)]

    def _name(self, organisation_id: str | None) -> LocalizedText:
        body = self.bodies.get(organisation_id or "")
        return body.name if body is not None else {"vi": "–", "lo": "–", "en": "–"}


def called(person: Person) -> LocalizedText:
    """A person's name as a text of every language."""
    latin = person.name_latin or person.name
    return {"vi": person.name, "lo": person.name_lo or person.name, "en": latin}


@dataclass(frozen=True, slots=True)
class ComingPeople:
    """Who of an event comes along into its copy, who heads the delegation there, and who stays away and why."""

    members: Sequence[Member]
    head_id: str | None
    left: Sequence[LeftPart]
    away: frozenset[str]

    def write(self, session: Session, act: ActionContext, event: Event) -> int:
        """Put them on the list of the copy; how many. Their answers, journeys, whether they came and what is sealed of
        them stay with the visit they were given for."""
        for one in self.members:
            values = {name: getattr(one, name) for name in ("person_id", "role", "rank", "side")}
            if one.counterpart_id is not None and one.counterpart_id not in self.away:
                values["counterpart_id"] = one.counterpart_id
            members.add_member(session, act, event, values)
        return len(self.members)


def read_people(
    session: Session, act: ActionContext, source: Event, day: date, lines: OrganisationLines
) -> ComingPeople:
    """The people of an event as they can be on the list of one that begins on ``day``; a fixed number of queries."""
    listed = members_of(session, source.id)
    known = {person.id: person for _one, person in listed}
    beside = {source.head_id, *(one.counterpart_id for one, _person in listed)} - {None, *known}
    if beside:
        known |= {
            one.id: one for one in session.exec(select(Person).where(col(Person.id).in_(sorted(map(str, beside)))))
        }
    came_for = {one.person_id: one.organisation_id for one, _person in listed}
    if source.head_id is not None:
        came_for.setdefault(source.head_id, source.head_organisation_id)
    people = [(person, came_for.get(person.id)) for person in known.values()]
    decided = CopiedPeople.of(session, act, lines, day, people)
    why = {person.id: found for person, was in people if (found := decided.why_not(person, was)) is not None}
    ids = {person.id: one.id for one, person in listed}
    named = [person_id for person_id in dict.fromkeys((*ids, source.head_id)) if person_id in why]
    left = [
        LeftPart(CopyPart.MEMBER, why[one][0], called(known[one]), ids.get(one), why[one][1]) for one in named if one
    ]
    return ComingPeople(
        [one for one, person in listed if person.id not in why],
        source.head_id if source.head_id not in why else None,
        left,
        frozenset(why),
    )
