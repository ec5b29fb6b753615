"""What was handed in beside what the visit has: who is new, what changes, who is missing; each with a path to take."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.links.answers import (
    DAY_FIELDS,
    PARTICULARS,
    PASSPORT,
    PERSON_FIELDS,
    TRIP_FIELDS,
    TRIPS,
    journey_part,
    part,
    people_of,
)
from calendars.links.checks import latin_name, moment_of, plain_number
from calendars.people.names import spellings
from models.both_sides.links import SubmissionFile
from models.event_parts import Member
from models.events import Event
from models.files import File
from models.places import Passport, Person
from models.text import fold, localized
from models.vocabulary import Language, Side
from service.actions.both_sides.submissions import Received
from service.actions.context import ActionContext
from service.actions.directory import particulars, passports
from service.actions.events.members import members_of
from service.actions.locality_index import LocalityIndex


class Step(StrEnum):
    """What taking a path does."""

    ADDED = "added"
    CHANGED = "changed"
    MISSING = "missing"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Takeable:
    """One thing that can be taken: ``before`` and ``after`` as they are shown; a passport's number only by its end.

    ``who`` is the person's name; empty for travel and days. ``others`` says that somebody typed something else into the
    same field.
    """

    path: str
    step: Step
    who: str
    before: str
    after: str
    person_id: str | None = None
    others: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on the visit's list on the side that the link is for."""

    member: Member
    person: Person

    @property
    def names(self) -> frozenset[str]:
        return frozenset(fold(one) for one in spellings(self.person))


def side_of_link(session: Session, act: ActionContext, event: Event) -> Side:
    """The side whose people are filled in with a link: the one that is not the office's own."""
    own = LocalityIndex.load(session).line(act.office.locality)
    return Side.GUEST if event.host in own or event.guest is None else Side.HOST


def listed_people(session: Session, event: Event, side: Side) -> list[Listed]:
    """The visit's people of a side, in order."""
    return [Listed(member, person) for member, person in members_of(session, event.id) if member.side is side]


def matched(listed: Sequence[Listed], given: Mapping[str, Mapping[str, str]]) -> dict[str, Listed]:
    """Key → who is meant: whoever on the list has one of the names that are given, each once."""
    found: dict[str, Listed] = {}
    free = list(listed)
    for key, values in given.items():
        names = {fold(values[name]) for name in ("name", "name_latin") if values.get(name)}
        one = next((one for one in free if one.names & names), None)
        if one is not None:
            found[key] = one
            free.remove(one)
    return found


def given_people(received: Received) -> dict[str, dict[str, str]]:
    """Key → what was filled in of a person."""
    values = received.draft.values
    return {key: part(values, f"people.{key}") for key in people_of(values)}


def differences(
    session: Session, act: ActionContext, secret: str, event: Event, received: Sequence[Received]
) -> dict[str, list[Takeable]]:
    """Id of what was handed in for an event → everything of it that can be taken, in the order of the form, who is
    missing last. The number of queries does not grow with them."""
    if not received:
        return {}
    listed = listed_people(session, event, side_of_link(session, act, event))
    given = {one.row.id: given_people(one) for one in received}
    found = {key: matched(listed, people) for key, people in given.items()}
    people = {one.person.id: one.person for some in found.values() for one in some.values()}
    known = _Known.load(session, secret, [*people.values()], {one.link.id for one in received})
    return {one.row.id: _differences(one, given[one.row.id], listed, found[one.row.id], known) for one in received}


def unseen(
    session: Session, secret: str, person: Person, link_id: str, given: Mapping[str, str], chosen: Collection[str]
) -> set[str]:
    """Those of the chosen fields that would write over what is stored of somebody who was not on the list, so that
    nobody saw it beside what was handed in; of who has a passport all of it."""
    known = _Known.load(session, secret, [person], {link_id})
    has_passport = person.id in known.passports
    found: set[str] = set()
    for name in chosen:
        before, after = known.of(person, name), given[name]
        is_same = known.is_same_photo(before, after) or _agrees(person, name, before, after)
        if (name in PASSPORT and has_passport) or (before and not is_same):
            found.add(name)
    return found - {"name"}


def _differences(
    received: Received,
    given: Mapping[str, Mapping[str, str]],
    listed: Sequence[Listed],
    found: Mapping[str, Listed],
    known: "_Known",
) -> list[Takeable]:
    result: list[Takeable] = []
    for key, values in given.items():
        result += _of_person(received, key, values, found.get(key), known)
    for trip in TRIPS:
        result += _of_trip(received, trip, travelling(listed, found))
    result += _of_days(received)
    if given:
        meant = {one.member.id for one in found.values()}
        result += [
            Takeable(f"missing.{one.member.id}", Step.MISSING, one.person.name, one.person.name, "", one.person.id)
            for one in listed
            if one.member.id not in meant
        ]
    return result


def _of_person(
    received: Received, key: str, values: Mapping[str, str], one: Listed | None, known: "_Known"
) -> list[Takeable]:
    result = []
    person_id = one.person.id if one is not None else None
    for name in PERSON_FIELDS:
        if not (after := values.get(name, "")):
            continue
        before = "" if one is None else one.member.role.value if name == "role" else known.of(one.person, name)
        if one is not None and (known.is_same_photo(before, after) or _agrees(one.person, name, before, after)):
            continue
        path = f"people.{key}.{name}"
        step = Step.ADDED if one is None else Step.CHANGED
        others = len(received.draft.others.get(path, ()))
        shown = (masked(before), masked(after)) if name == "passport_number" else (before, after)
        result.append(Takeable(path, step, values.get("name", ""), *shown, person_id, others))
    return result


def travelling(listed: Sequence[Listed], found: Mapping[str, Listed]) -> list[Listed]:
    """Those on the list whose journeys are meant: who was filled in, or where nobody was, everybody of the side."""
    return [*found.values()] or [*listed]


def _of_trip(received: Received, trip: str, people: Sequence[Listed]) -> list[Takeable]:
    """What is said of an arrival or departure that not everybody's journey says already; the day alone counts where no
    hour is given, and takes none away."""
    values, others = part(received.draft.values, f"travel.{trip}"), received.draft.others
    result = []
    if "at" in values:
        values.pop("day", None)
    for name in (name for name in TRIP_FIELDS if name in values):
        path = f"travel.{trip}.{name}"
        after = (moment_of(values[name]) or values[name]) if name == "at" else values[name]
        known = {str((getattr(one.member, trip) or {}).get(journey_part(name), "")) for one in people}
        if {text[:10] for text in known} == {after} if name == "day" else known == {after}:
            continue
        before = next(iter(known)) if len(known) == 1 else ""
        result.append(Takeable(path, Step.CHANGED, "", before, after, None, len(others.get(path, ()))))
    return result


def _of_days(received: Received) -> list[Takeable]:
    values, others = part(received.draft.values, "days"), received.draft.others
    return [
        Takeable(f"days.{name}", Step.NOTED, "", "", values[name], None, len(others.get(f"days.{name}", ())))
        for name in DAY_FIELDS
        if name in values
    ]


def _agrees(person: Person, name: str, before: str, after: str) -> bool:
    """Whether what is known says the same."""
    match name:
        case "name":
            return fold(after) in {fold(one) for one in spellings(person)}
        case "name_latin":
            return before == latin_name(after)
        case "position":
            return fold(after) in {fold(text) for text in (person.position or {}).values()}
        case "passport_number":
            return before == plain_number(after)
        case "nationality":
            return before == after.strip().upper()
        case _:
            return before == after


def masked(number: str) -> str:
    """A passport's number as it is shown: its last three characters."""
    return f"•••••{plain_number(number)[-3:]}" if number else ""


class _Known:
    """What the reader may read of what is stored of people; three queries for all of them."""

    def __init__(self) -> None:
        self.particulars: dict[str, dict[str, str]] = {}
        self.passports: dict[str, dict[str, str]] = {}
        self.contents: dict[str, str] = {}
        """A photo, that is stored or was handed in → the SHA-256 of its bytes."""

    @classmethod
    def load(cls, session: Session, secret: str, people: Sequence[Person], links: Collection[str]) -> "_Known":
        known = cls()
        for person_id, found in particulars.opened_of(session, secret, people).items():
            shown = particulars.shown(found)
            shown["photo"] = shown["photo_id"]
            known.particulars[person_id] = {name: shown[name] or "" for name in PARTICULARS}
        own = core_select(col(SubmissionFile.id), col(SubmissionFile.sha256)).where(
            col(SubmissionFile.link_id).in_(links)
        )
        photos = {one["photo"] for one in known.particulars.values()} - {""}
        stored = core_select(col(File.id), col(File.sha256)).where(col(File.id).in_(photos))
        known.contents = {row[0]: row[1] for row in session.execute(own)}
        known.contents |= {row[0]: row[1] for row in session.execute(stored)} if photos else {}
        readable = passports.readable(session, people)
        rows = session.exec(select(Passport).where(col(Passport.person_id).in_(readable))).all() if readable else ()
        for row in rows:
            number = passports.number_of(row, secret)
            known.passports[row.person_id] = {
                "passport_number": number or "",
                "passport_kind": row.kind.value if row.kind else "",
                "passport_expires_on": _day(row.expires_on),
            }
        return known

    def is_same_photo(self, before: str, after: str) -> bool:
        """Whether two photos, by their ids, have the same bytes."""
        return before in self.contents and self.contents[before] == self.contents.get(after)

    def of(self, person: Person, name: str) -> str:
        """What is known of a field, as a form has it; empty: nothing, or nothing that the reader may read."""
        match name:
            case "name":
                return person.name
            case "name_latin":
                return person.name_latin or ""
            case "position":
                return localized(person.position, Language.VI)
        stored = self.particulars if name in PARTICULARS else self.passports
        return stored.get(person.id, {}).get(name, "")


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""
