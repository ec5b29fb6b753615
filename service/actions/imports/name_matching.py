"""Matching the cells of a list: people by address or name, organisations by any of their names."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import case, func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.member_lists.rows import MemberRow
from calendars.people.names import spellings
from models.i18n import N_, Message, message
from models.places import Locality, Organisation, Person
from models.text import LocalizedText, fold, localized
from models.vocabulary import Language
from service.actions import permissions

SUGGESTIONS = 20
"""How many unknown names of a list get the closest known one as a suggestion; searching it takes time."""
_NAMED = 5
_WITH_PLACE = re.compile(r"(.+?) ?\(([^()]+)\)")


UNKNOWN_COUNTERPART = N_(
    "Nobody is called “{name}”, here or in this list. Add a row for the person, or enter them first."
)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person that rows are matched against; ``id`` None for somebody whom an earlier row of the list creates."""

    id: str | None
    name: str
    email: str | None
    organisation_id: str | None
    shows_address: bool = True
    """Whether whoever takes in the list reads their address."""
    spellings: tuple[str, ...] = ()
    """Other spellings of the name."""


class PeopleIndex:
    """All people, by every spelling of their names, folded, and by address."""

    def __init__(self, known: Sequence[KnownPerson]) -> None:
        self.by_id = {one.id: one for one in known}
        self._by_name: dict[str, list[KnownPerson]] = {}
        self._by_email: dict[str, list[KnownPerson]] = {}
        for one in known:
            self.add(one)

    @classmethod
    def load(cls, session: Session) -> "PeopleIndex":
        """Read all people; one query."""
        is_shown = case((permissions.reads_addresses(session), 1), else_=0)
        names = ("id", "name", "name_lo", "name_latin", "email")
        kept_by = func.coalesce(col(Person.organisation_id), col(Person.former_organisation_id))
        columns = (
            *(col(getattr(Person, name)) for name in names),
            kept_by.label("kept_by"),
            is_shown.label("is_shown"),
        )
        found = session.execute(core_select(*columns)).all()
        return cls(
            [
                KnownPerson(row.id, row.name, row.email, row.kept_by, bool(row.is_shown), tuple(spellings(row)))
                for row in found
            ]
        )

    def add(self, one: KnownPerson) -> None:
        """Register a person."""
        for folded in {fold(name) for name in (one.name, *one.spellings)}:
            self._by_name.setdefault(folded, []).append(one)
        if one.email:
            self._by_email.setdefault(one.email.lower(), []).append(one)

    def named(self, text: str) -> list[KnownPerson]:
        """The people with this id or with a name spelled so (folded)."""
        by_id = self.by_id.get(text)
        return [by_id] if by_id else self._by_name.get(fold(text), [])

    def matching(
        self, entry: MemberRow, organisation_id: str | None, present: Mapping[str, object]
    ) -> tuple[KnownPerson | None, dict[str, Message]]:
        """The person a row matches, None for somebody new; or the errors by column if it can't be decided.

        The address decides, and the name must then match too. Otherwise the name decides, among people without another
        address; then the organisation, then who is a member of the visit already (``present``, by id).
        """
        namesakes = self._namesakes(entry)
        if entry.email:
            owners = self._by_email.get(entry.email.lower(), [])
            agreeing = [one for one in owners if one in namesakes]
            if owners and not agreeing:
                what = message(N_("This address belongs to {name}. Is the name right?"), name=owners[0].name)
                return None, {"name": what}
            if len(agreeing) == 1:
                return agreeing[0], {}
            others = [one for one in namesakes if not one.email]
            if others and len(others) < len(namesakes) and not agreeing and organisation_id is None:
                # Somebody else may have entered a namesake: who is meant is not guessed.
                return None, {"email": _several(entry.name, namesakes)}
            namesakes = agreeing or others
        if organisation_id is not None:
            of_it = [one for one in namesakes if one.organisation_id == organisation_id]
            namesakes = of_it or [one for one in namesakes if one.organisation_id is None]
        if len(namesakes) > 1:
            namesakes = [one for one in namesakes if one.id in present] or namesakes
        if len(namesakes) > 1:
            return None, {"email": _several(entry.name, namesakes)}
        return (namesakes[0] if namesakes else None), {}

    def _namesakes(self, entry: MemberRow) -> list[KnownPerson]:
        """Who is called as the row says; only where nobody has the name, who has its other spellings."""
        for spelling in entry.spellings:
            if found := self._by_name.get(fold(spelling)):
                return found
        return []

    def counterpart(self, text: str) -> KnownPerson | Message:
        """The known person a cell names, or an error."""
        found = [one for one in self.named(text) if one.id is not None]
        if len(found) > 1:
            return _several_ids(text, [str(one.id) for one in found])
        return found[0] if found else message(UNKNOWN_COUNTERPART, name=text)


class ListedPeople:
    """The people of one list, for cells that name one of them: by a spelling of the name, or by the address."""

    def __init__(self, entries: Sequence[MemberRow], known: Mapping[int, KnownPerson | None]) -> None:
        """``known``: row → the known person it means, None for somebody new; rows with errors are in neither."""
        self.known = known
        self._rows: dict[str, list[int]] = {}
        for entry in entries:
            spellings = {fold(text) for text in entry.spellings} | ({entry.email.lower()} if entry.email else set())
            spellings |= {one.id} if (one := known.get(entry.row)) is not None and one.id else set()
            for text in spellings:
                self._rows.setdefault(text, []).append(entry.row)

    def counterpart(self, text: str) -> int | Message | None:
        """The row of the person whom a cell names, an error if it could be several, None if nobody of the list."""
        rows = self._rows.get(text) or self._rows.get(text.lower()) or self._rows.get(fold(text), [])
        if len(rows) > 1:
            return message(
                N_("“{name}” stands in the rows {rows}. Write the address of the right one."),
                name=text[:100],
                rows=tuple(map(str, rows)),
            )
        return rows[0] if rows else None


def _several(name: str, found: Sequence[KnownPerson]) -> Message:
    addresses = tuple(one.email for one in found if one.email and one.shows_address)[:_NAMED]
    if addresses:
        return message(
            N_("Several people are called “{name}”. Give the address of the right one: {addresses}."),
            name=name,
            addresses=addresses,
        )
    return message(
        N_("Several people are called “{name}”, and none has an address. Enter one, then name it here."), name=name
    )


def _several_ids(text: str, ids: Sequence[str]) -> Message:
    return message(
        N_("“{name}” means several: {ids}. Write the id of the right one."), name=text[:100], ids=tuple(ids[:_NAMED])
    )


class OrganisationIndex:
    """All organisations by their folded names in all languages; those of one's own office by their aliases, too.

    One of another office is meant only by its name with its locality, ``NAME (LOCALITY)``, or by its id: what another
    office calls its bodies must not change what one's own list says.
    """

    def __init__(
        self,
        known: Sequence[tuple[str, LocalizedText, Sequence[str]]],
        elsewhere: Mapping[str, tuple[LocalizedText, Collection[str]]] | None = None,
    ) -> None:
        """``elsewhere``: organisations of other offices → the name of their locality, and all texts that name it."""
        self.names = {identity: name for identity, name, _aliases in known}
        self.elsewhere = elsewhere or {}
        self._by_name: dict[str, list[str]] = {}
        self._named_elsewhere: dict[str, list[str]] = {}
        self._suggested = 0
        for identity, name, aliases in known:
            is_own = identity not in self.elsewhere
            index = self._by_name if is_own else self._named_elsewhere
            for text in {fold(text) for text in (*name.values(), *(aliases if is_own else ()))}:
                index.setdefault(text, []).append(identity)

    @classmethod
    def load(cls, session: Session) -> "OrganisationIndex":
        """Read all organisations: one query, two if there are several offices."""
        found = session.exec(
            select(Organisation.id, Organisation.name, Organisation.aliases, Organisation.locality)
        ).all()
        offices, own = permissions.offices(session), permissions.own_office(session)
        elsewhere: dict[str, tuple[LocalizedText, Collection[str]]] = {}
        if not offices.alone:
            places = {place.code: place for place in session.exec(select(Locality))}
            told = {code: {fold(text) for text in (code, *place.name.values())} for code, place in places.items()}
            # A locality that another office calls like one of one's own names nothing.
            own_places = set().union(*(texts for code, texts in told.items() if offices.at(code) == own))
            elsewhere = {
                identity: (dict(places[code].name), told[code] - own_places)
                for identity, _name, _aliases, code in found
                if offices.at(code) != own
            }
        return cls([(identity, dict(name), aliases) for identity, name, aliases, _locality in found], elsewhere)

    def find(self, text: str) -> str | Message:
        """The id of the organisation a cell names, or an error."""
        if text in self.names:
            return text
        found = self._by_name.get(fold(text)) or self._with_place(text)
        if len(found) == 1:
            return found[0]
        if found:
            return message(
                N_("“{name}” means several: {ids}. Write the id of the right one."),
                name=text[:100],
                ids=tuple(f"{localized(self.names[one], Language.VI)} ({one})" for one in found[:_NAMED]),
            )
        return self._unknown(text)

    def _with_place(self, text: str) -> list[str]:
        parts = _WITH_PLACE.fullmatch(fold(text))
        if parts is None:
            return []
        name, place = parts.groups()
        return [one for one in self._named_elsewhere.get(name, ()) if place in self.elsewhere[one][1]]

    def _unknown(self, text: str) -> Message:
        if others := self._named_elsewhere.get(fold(text)):
            return message(
                N_("“{name}” is known in another office only. If it is meant, write “{right}”; otherwise your own."),
                name=text[:100],
                right=self._placed(others[0], Language.VI),
            )
        self._suggested += 1
        near = get_close_matches(fold(text), self._by_name, 1, 0.6) if self._suggested <= SUGGESTIONS else []
        if near:
            nearest = self.names[self._by_name[near[0]][0]]
            return message(
                N_("There is no organisation “{name}”. Is it “{nearest}”?"), name=text[:100], nearest=nearest
            )
        return message(N_("There is no organisation “{name}”. Enter it first."), name=text[:100])

    def label(self, identity: str | None, language: str) -> str:
        """An organisation's cell in an export: its name, with its locality if it is another office's, or its id if that
        is ambiguous."""
        name = localized(self.names.get(identity or ""), language)
        if not identity or self._by_name.get(fold(name)) == [identity]:
            return name
        placed = self._placed(identity, language)
        return placed if self.find(placed) == identity else identity

    def _placed(self, identity: str, language: str) -> str:
        name, place = localized(self.names[identity], language), self.elsewhere.get(identity)
        return name if place is None else f"{name} ({localized(place[0], language)})"
