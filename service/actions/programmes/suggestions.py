"""What the programme editor proposes: places, and people with what they are, in every language in which it is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from calendars.people.names import addressed, is_lao
from calendars.programmes.halls import Hall
from models.event_parts import ProgrammeItem
from models.events import Event
from models.places import Organisation, Person
from models.text import LocalizedText, one_line
from models.vocabulary import Language, Side
from service.actions import crud
from service.actions.directory import directory_queries
from service.actions.events.members import positions_of

MOST_PLACES = 40
MOST_PEOPLE = 40
_LEADERS = 20


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What may be typed, best first."""

    places: Sequence[LocalizedText]
    people: Sequence[LocalizedText]


def suggestions(session: Session, event: Event, items: Sequence[ProgrammeItem], halls: Sequence[Hall]) -> Suggestions:
    """Places: halls booked for the event, others of the office, what stands in the programme. People: whom the
    programme names, the event's members with those of the host first, its organisation, leaders of the host's bodies.
    """
    booked = [hall.name for hall in halls if hall.held]
    other = [hall.name for hall in halls if not hall.held]
    used = [item.place for item in items]
    named = [text for item in items for text in (item.hosted_by, item.attendees)]
    seats = sorted(positions_of(session, event.id), key=lambda seat: seat.member.side is not Side.HOST)
    body = crud.by_id(session, Organisation, {event.organisation_id}) if event.organisation_id else {}
    leaders = directory_queries.people_near(session, [event.host], _LEADERS)
    people = [
        *named,
        *(person_text(seat.person, seat.position) for seat in seats),
        *(one.name for one in body.values()),
        *(person_text(person, person.position) for person, _organisation in leaders),
    ]
    return Suggestions(
        _different([*booked, *used, event.location, *other], MOST_PLACES), _different(people, MOST_PEOPLE)
    )


def person_text(person: Person, position: LocalizedText | None) -> LocalizedText:
    """Somebody with what they are, in the languages in which both the name and that can be written."""
    text: LocalizedText = {}
    for language in Language:
        knows_name = language is not Language.LO or bool(person.name_lo) or is_lao(person.name)
        if knows_name and (not position or position.get(language)):
            told = (addressed(person, language), (position or {}).get(language, ""))
            text[language.value] = one_line(", ".join(filter(None, told)))
    return text or {Language.VI.value: addressed(person, Language.VI)}


def _different(texts: Iterable[LocalizedText | None], most: int) -> list[LocalizedText]:
    """The first texts that say different things."""
    found: dict[str, LocalizedText] = {}
    for text in filter(None, texts):
        key = text.get(Language.VI) or text.get(Language.EN) or text.get(Language.LO) or ""
        if key and (key not in found or len(text) > len(found[key])):
            found[key] = text
    return list(found.values())[:most]
