"""Taking what was handed in, in whole or in part: exactly the chosen paths, through the use cases that people use.

So whoever takes it needs the rights for every single thing: people, members, particulars and passports are written as
they themselves might have written them, with the same locks, trail and notices. It is all of what was chosen, or
nothing and the reason.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, select

from calendars.events.labels import member_side_name
from calendars.links.answers import DAY_FIELDS, PARTICULARS, PASSPORT, journey_part
from calendars.links.checks import day_of, errors_of, latin_name, moment_of, plain_number
from calendars.member_lists.column_names import COLUMNS
from calendars.member_lists.csv_files import TableRow, text_cell
from calendars.people.names import is_lao
from calendars.proposals.steps import NEGOTIABLE
from models import participation
from models.both_sides.links import Submission
from models.errors import Forbidden, Invalid
from models.event_parts import Member
from models.files import File
from models.i18n import N_, Message, message
from models.places import Passport, Person
from models.queries.shares import SharedEvents
from models.text import localized
from models.vocabulary import FileKind, Language, MemberRole, PassportKind, Sex, SubmissionState
from service.actions import crud, permissions
from service.actions.both_sides import proposals
from service.actions.both_sides.differences import (
    Step,
    Takeable,
    differences,
    given_people,
    listed_people,
    matched,
    side_of_link,
    unseen,
)
from service.actions.both_sides.proposal_sides import sides_of
from service.actions.both_sides.submissions import Received, decision, photo_of, undecided
from service.actions.context import ActionContext
from service.actions.directory import directory, particulars, passports
from service.actions.events import members
from service.actions.events.sides import EventSides
from service.actions.files import names
from service.actions.imports.member_lists import import_members

_UNKNOWN = N_("There is nothing to take at “{path}”.")
_NAME_FIRST = N_("{name} is not on the list yet: take the name too.")
_NOT_YOURS = N_(
    "The particulars of {name} are not yours to enter: leave them out, or ask the protocol office. They can be entered"
    " for a visit that is planned or confirmed."
)
_OF_OTHERS = N_(
    "{name} is known as somebody of another organisation, which would then read this visit. Share the visit with the"
    " office of the other side if it is one of theirs, or put the right person on the list by hand."
)
_OWN_SIDE = N_(
    "{name} is known as somebody of your own side, and a link is for the other one. Put the right person on the list by"
    " hand."
)
_NUMBER_TOO = N_("No passport of {name} is stored yet: take its number too.")


def accept(
    session: Session,
    act: ActionContext,
    secret: str,
    submission_id: str,
    take: Sequence[str] | None,
    countries: Collection[str],
) -> Submission:
    """Take what was handed in. ``take`` are paths, or beginnings of paths (``people.k3f9``); None: everything, but
    nobody is removed from the list without being named. Of people whom the other side's office keeps, what that enters
    itself is left out, unless its very path is among those.

    Raises:
        NotFound, Forbidden, Conflict: as :func:`service.actions.both_sides.submissions.undecided`; and whatever the use
            cases raise that write it.
        Invalid: ``take`` names nothing that is there, or something of a person who is not on the list without the name.
    """
    received = undecided(session, secret, submission_id)
    offered = differences(session, act, secret, received.event, [received])[received.row.id]
    chosen = _chosen(offered, take)
    errors = errors_of(received.draft.values, act.today, countries)
    crud.check({path: found for path, found in errors.items() if path in chosen})
    taking = _Taking(session, act, secret, received, chosen, frozenset(take or ()))
    taking.write()
    values = {"state": SubmissionState.ACCEPTED, "taken": sorted(taking.chosen), **decision(act)}
    crud.change(session, act, received.row, values, event_id=received.event.id, action="accept")
    return received.row


def _chosen(offered: Sequence[Takeable], take: Sequence[str] | None) -> frozenset[str]:
    """The paths that are taken."""
    if take is None:
        return frozenset(one.path for one in offered if one.step is not Step.MISSING)
    chosen: set[str] = set()
    for wanted in take:
        found = {one.path for one in offered if one.path == wanted or one.path.startswith(f"{wanted}.")}
        if not found:
            raise Invalid({"take": [message(_UNKNOWN, path=wanted[:100])]})
        chosen |= found
    for one in offered:
        key = one.path.rpartition(".")[0]
        if one.step is Step.ADDED and one.path in chosen and f"{key}.name" not in chosen:
            raise Invalid({"take": [message(_NAME_FIRST, name=one.who)]})
    return frozenset(chosen)


class _Taking:
    """Writes the chosen paths of what was handed in."""

    def __init__(
        self,
        session: Session,
        act: ActionContext,
        secret: str,
        received: Received,
        chosen: frozenset[str],
        asked: frozenset[str],
    ) -> None:
        self.session, self.act, self.secret, self.event, self.row = session, act, secret, received.event, received.row
        self.recipient = received.link.recipient
        self.values = received.draft.values
        self.given = given_people(received)
        self.side = side_of_link(session, act, received.event)
        self.chosen, self.asked = set(chosen), asked
        self.fields: dict[str, set[str]] = {}
        self.found: frozenset[str] = frozenset()
        """Those who were not on the list and are known all the same."""
        for path in chosen:
            if path.startswith("people."):
                _people, key, name = path.split(".")
                self.fields.setdefault(key, set()).add(name)

    def write(self) -> None:
        """Remove who is to go, so that a head's place is free; then add; then what is known of each."""
        listed = listed_people(self.session, self.event, self.side)
        known = matched(listed, self.given)
        for one in listed:
            if f"missing.{one.member.id}" in self.chosen:
                members.remove_member(self.session, self.act, self.event, one.member)
        people = {key: one.person for key, one in known.items()} | self._add(known)
        for key, names_ in self.fields.items():
            self._write_person(people[key], self._leave_out(key, people[key], names_), self.given[key])
        self._write_roles(people)
        self._write_journeys({person.id for person in people.values()})
        self._propose_days()

    def _write_roles(self, people: Mapping[str, Person]) -> None:
        """Enter who is what in the delegation, the head last, so that whoever was it until now has made room."""
        roles = {key: MemberRole(self.given[key]["role"]) for key, names_ in self.fields.items() if "role" in names_}
        listed = {one.person.id: one.member for one in listed_people(self.session, self.event, self.side)}
        for key, role in sorted(roles.items(), key=lambda pair: pair[1] is MemberRole.HEAD):
            if (member := listed.get(people[key].id)) is None or member.role is role:
                continue
            try:
                members.change_member(self.session, self.act, self.event, member, {"role": role})
            except Invalid as wrong:
                raise Invalid({f"people.{key}.{name}": found for name, found in wrong.errors.items()}) from None

    def _propose_days(self) -> None:
        """Put the days that were handed in on the table, as the other side's proposal; without somebody there with whom
        to agree, or once the days are settled, they stay a note.

        Raises:
            Conflict: another proposal waits for an answer: leave the days out, or answer it first.
        """
        wanted = {name: self.values[f"days.{name}"] for name in DAY_FIELDS if f"days.{name}" in self.chosen}
        if not {"first_day", "last_day"} <= wanted.keys() or self.event.status not in NEGOTIABLE:
            return
        if sides_of(self.session, self.event).other is None:
            return
        note = ": ".join(filter(None, (self.recipient, wanted.get("note"))))
        days = {name: day_of(wanted[name]) for name in ("first_day", "last_day")}
        try:
            proposals.propose_for_other_side(self.session, self.act, self.event, {**days, "note": note})
        except Invalid as wrong:
            raise Invalid({f"days.{name}": found for name, found in wrong.errors.items()}) from None

    def _write_journeys(self, person_ids: set[str]) -> None:
        """Enter how they travel, for who was filled in, or where nobody was, for everybody of the side."""
        chosen = [path.split(".") for path in sorted(self.chosen) if path.startswith("travel.")]
        if not chosen:
            return
        for one in listed_people(self.session, self.event, self.side):
            if person_ids and one.person.id not in person_ids:
                continue
            values: dict[str, Any] = {}
            for _travel, trip, name in chosen:
                given = self.values[f"travel.{trip}.{name}"]
                journey = values.setdefault(trip, dict(getattr(one.member, trip) or {}))
                journey[journey_part(name)] = (moment_of(given) or given) if journey_part(name) == "at" else given
            members.change_member(self.session, self.act, self.event, one.member, values)

    def _add(self, known: Mapping[str, Any]) -> dict[str, Person]:
        """Add the people that are not on the list yet, as a list that is taken in does; key → person."""
        added = [key for key in self.given if key in self.fields and key not in known]
        if not added:
            return {}
        header = tuple(localized(COLUMNS[name], Language.EN) for name in ("name", "name_latin", "position", "side"))
        side = member_side_name(self.side, Language.EN)
        lines = [TableRow(1, header)]
        for number, key in enumerate(added, 2):
            given, chosen = self.given[key], self.fields[key]
            latin = latin_name(given["name_latin"]) if "name_latin" in chosen else ""
            position = given["position"] if "position" in chosen else ""
            lines.append(TableRow(number, tuple(text_cell(one) for one in (given["name"], latin, position, side))))
        try:
            written = import_members(self.session, self.act, self.event, lines, names_its_own=self._other_office())
        except Invalid as wrong:
            errors: dict[str, list[Message]] = {}
            for place, told in wrong.errors.items():
                path = _path_of(place, added)
                if path.endswith((".organisation", ".email")):
                    # A link has no such fields: what helps is said instead.
                    path = f"{path.rpartition('.')[0]}.name"
                    told = [message(_OF_OTHERS, name=self.given[path.split(".")[1]]["name"])]
                errors.setdefault(path, []).extend(told)
            raise Invalid(errors) from None
        rows = {row.row: row for row in written.rows}
        people = {key: self.session.get_one(Person, rows[number].person_id) for number, key in enumerate(added, 2)}
        found = {key: people[key] for number, key in enumerate(added, 2) if not rows[number].is_new}
        sides = EventSides(self.session, self.event)
        errors = {}
        for number, key in enumerate(added, 2):
            if key in found and (not rows[number].is_added or self._is_of_own_side(sides, found[key])):
                errors[f"people.{key}.name"] = [message(_OWN_SIDE, name=found[key].name)]
        crud.check(errors)
        self.found = frozenset(found)
        return people

    def _is_of_own_side(self, sides: EventSides, person: Person) -> bool:
        return person.kept_by is not None and sides.of(person.kept_by) is not self.side

    def _other_office(self) -> str | None:
        """The office that the visit is shared with: those it names are its people, and it reads the visit already."""
        code = SharedEvents.of(self.session.connection(), [self.event.id]).code(self.event.id)
        return None if code is None else permissions.offices(self.session).named(code)

    def _leave_out(self, key: str, person: Person, chosen: set[str]) -> set[str]:
        """What of a person is written: not what their own office enters itself, unless just that is asked for, which is
        refused where it is written; nor what would write over something that nobody saw. What is left out was not
        taken."""
        closed: set[str] = set()
        if permissions.hold_of(self.session, person) is permissions.Hold.NONE:
            closed |= {"name_latin", "position"}
        if not particulars.may_read(self.session, person):
            closed |= set(PARTICULARS)
        if not passports.may_store(self.session, person):
            closed |= set(PASSPORT)
        left = {name for name in chosen & closed if f"people.{key}.{name}" not in self.asked}
        if key in self.found:
            left |= unseen(self.session, self.secret, person, self.row.link_id, self.given[key], chosen - left)
        self.chosen -= {f"people.{key}.{name}" for name in left}
        return chosen - left

    def _write_person(self, person: Person, chosen: set[str], given: Mapping[str, str]) -> None:
        values: dict[str, Any] = {}
        if "name" in chosen and given["name"] != person.name:
            values["name"] = given["name"]
        if "name_latin" in chosen and latin_name(given["name_latin"]) != person.name_latin:
            values["name_latin"] = latin_name(given["name_latin"])
        if "position" in chosen and given["position"] not in (person.position or {}).values():
            values["position"] = _position(given["position"])
        if values:
            directory.change_person(self.session, self.act, person, values)
            if "position" in values:
                self._settle(person)
        if chosen.intersection(PARTICULARS):
            self._write_particulars(person, chosen, given)
        if chosen.intersection(PASSPORT):
            self._write_passport(person, chosen, given)

    def _settle(self, person: Person) -> None:
        """They take part as what the other side says they are."""
        of_person = select(Member).where(Member.event_id == self.event.id, Member.person_id == person.id)
        participation.settle_anew(self.session, self.session.exec(of_person).one(), person)

    def _write_particulars(self, person: Person, chosen: set[str], given: Mapping[str, str]) -> None:
        if not particulars.may_read(self.session, person):
            raise Forbidden(message(_NOT_YOURS, name=person.name), code="not_concerned")
        before = particulars.opened_of(self.session, self.secret, [person]).get(person.id)
        values: dict[str, Any] = (
            {}
            if before is None
            else {name: getattr(before, name) for name in ("sex", "born_on", "nationality", "diet", "photo_id")}
        )
        if "sex" in chosen:
            values["sex"] = Sex(given["sex"])
        if "born_on" in chosen:
            values["born_on"] = day_of(given["born_on"])
        if "nationality" in chosen:
            values["nationality"] = given["nationality"].strip().upper()
        if "diet" in chosen:
            values["diet"] = given["diet"]
        if "photo" in chosen:
            values["photo_id"] = self._photo(person, given["photo"]).id
        particulars.store_particulars(self.session, self.act, self.secret, person, values)

    def _photo(self, person: Person, photo_id: str) -> File:
        """The photo as one of the person's own files; its bytes stay where they are."""
        photo = photo_of(self.session, self.row, photo_id)
        file = File(
            person_id=person.id,
            title=person.name,
            kind=FileKind.PHOTO,
            name=names.kept_name("photo", photo.media_type),
            media_type=photo.media_type,
            size=photo.size,
            sha256=photo.sha256,
            uploaded_by=self.act.user.id if self.act.user else None,
            uploaded_at=self.act.now,
        )
        return crud.create(self.session, self.act, file)

    def _write_passport(self, person: Person, chosen: set[str], given: Mapping[str, str]) -> None:
        passports.check_concerned(self.session, person)
        before = self.session.get(Passport, person.id)
        number = passports.number_of(before, self.secret) if before is not None else None
        if "passport_number" in chosen:
            number = plain_number(given["passport_number"])
        if number is None:
            raise Invalid({"take": [message(_NUMBER_TOO, name=person.name)]})
        kind = before.kind if before is not None else None
        expires: date | None = before.expires_on if before is not None else None
        if "passport_kind" in chosen:
            kind = PassportKind(given["passport_kind"])
        if "passport_expires_on" in chosen:
            expires = day_of(given["passport_expires_on"])
        values = {"number": number, "kind": kind, "expires_on": expires, "country": before.country if before else None}
        passports.store_passport(self.session, self.act, self.secret, person, values)


def _path_of(place: str, added: Sequence[str]) -> str:
    """Where what is wrong with a row of the list that people were added by stands in what was handed in."""
    parts = place.split(".")
    if parts[0] != "rows" or len(parts) != 3:
        return place
    return f"people.{added[int(parts[1]) - 2]}.{parts[2]}"


def _position(text: str) -> dict[str, str]:
    """A position in the language of its script; a Lao one is used for Vietnamese too, which every text has."""
    return {Language.VI.value: text} | ({Language.LO.value: text} if is_lao(text) else {})
