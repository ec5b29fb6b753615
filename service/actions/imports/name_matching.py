"""Who and what the words of a list mean: people by their address or name, organisations by any of their names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlmodel import Session, select

from calendars.member_lists.rows import MemberRow
from models.i18n import N_, Message, message
from models.places import Organisation, Person
from models.text import LocalizedText, fold, localized
from models.vocabulary import Language

SUGGESTIONS = 20
"""So many unknown names of a list get the nearest known one; looking for it takes its time."""
_NAMED = 5


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What is known of a person when a list is matched; ``id`` None for somebody an earlier row of it makes."""

    id: str | None
    name: str
    email: str | None
    organisation_id: str | None


class PeopleIndex:
    """Everybody, by folded name and by address."""

    def __init__(self, known: Sequence[KnownPerson]) -> None:
        self.by_id = {one.id: one for one in known}
        self._by_name: dict[str, list[KnownPerson]] = {}
        self._by_email: dict[str, list[KnownPerson]] = {}
        for one in known:
            self.add(one)

    @classmethod
    def load(cls, session: Session) -> "PeopleIndex":
        """Everybody there is, in one query."""
        found = session.exec(select(Person.id, Person.name, Person.email, Person.organisation_id))
        return cls([KnownPerson(*columns) for columns in found.all()])

    def add(self, one: KnownPerson) -> None:
        """Know somebody from now on."""
        self._by_name.setdefault(fold(one.name), []).append(one)
        if one.email:
            self._by_email.setdefault(one.email.lower(), []).append(one)

    def named(self, text: str) -> list[KnownPerson]:
        """Who has this id or, folded, this name."""
        by_id = self.by_id.get(text)
        return [by_id] if by_id else self._by_name.get(fold(text), [])

    def matching(
        self, entry: MemberRow, organisation_id: str | None, present: Mapping[str, object]
    ) -> tuple[KnownPerson | None, dict[str, Message]]:
        """Whom a row means, None for somebody new; or why that can't be told, by column.

        An address decides, and the name must then agree. Otherwise the name does, among those who have no other
        address; then the organisation, then who is in the visit already (``present``, by id).
        """
        namesakes = self._by_name.get(fold(entry.name), [])
        if entry.email:
            owners = self._by_email.get(entry.email.lower(), [])
            agreeing = [one for one in owners if one in namesakes]
            if owners and not agreeing:
                what = message(N_("This address belongs to {name}. Is the name right?"), name=owners[0].name)
                return None, {"name": what}
            if len(agreeing) == 1:
                return agreeing[0], {}
            namesakes = agreeing or [one for one in namesakes if not one.email]
        if organisation_id is not None:
            of_it = [one for one in namesakes if one.organisation_id == organisation_id]
            namesakes = of_it or [one for one in namesakes if one.organisation_id is None]
        if len(namesakes) > 1:
            namesakes = [one for one in namesakes if one.id in present] or namesakes
        if len(namesakes) > 1:
            return None, {"email": _several(entry.name, namesakes)}
        return (namesakes[0] if namesakes else None), {}

    def counterpart(self, text: str) -> KnownPerson | Message:
        """The known person a cell names; or what is wrong with it."""
        found = [one for one in self.named(text) if one.id is not None]
        if len(found) > 1:
            return _several_ids(text, [str(one.id) for one in found])
        return found[0] if found else message(N_("Nobody here is called “{name}”. Enter the person first."), name=text)


def _several(name: str, found: Sequence[KnownPerson]) -> Message:
    addresses = tuple(one.email for one in found if one.email)[:_NAMED]
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
    """All organisations by their folded names in every language, and by their aliases."""

    def __init__(self, known: Sequence[tuple[str, LocalizedText, Sequence[str]]]) -> None:
        self.names = {identity: name for identity, name, _aliases in known}
        self._by_name: dict[str, list[str]] = {}
        self._suggested = 0
        for identity, name, aliases in known:
            for text in {fold(text) for text in (*name.values(), *aliases)}:
                self._by_name.setdefault(text, []).append(identity)

    @classmethod
    def load(cls, session: Session) -> "OrganisationIndex":
        """All there are, in one query."""
        found = session.exec(select(Organisation.id, Organisation.name, Organisation.aliases))
        return cls([(identity, dict(name), aliases) for identity, name, aliases in found.all()])

    def find(self, text: str) -> str | Message:
        """The id of the organisation a cell names; or what is wrong with it."""
        if text in self.names:
            return text
        found = self._by_name.get(fold(text), [])
        if len(found) == 1:
            return found[0]
        if found:
            return message(
                N_("“{name}” means several: {ids}. Write the id of the right one."),
                name=text[:100],
                ids=tuple(f"{localized(self.names[one], Language.VI)} ({one})" for one in found[:_NAMED]),
            )
        return self._unknown(text)

    def _unknown(self, text: str) -> Message:
        self._suggested += 1
        near = get_close_matches(fold(text), self._by_name, 1, 0.6) if self._suggested <= SUGGESTIONS else []
        if near:
            nearest = self.names[self._by_name[near[0]][0]]
            return message(
                N_("There is no organisation “{name}”. Is it “{nearest}”?"), name=text[:100], nearest=nearest
            )
        return message(N_("There is no organisation “{name}”. Enter it first."), name=text[:100])

    def told(self, identity: str | None, language: str) -> str:
        """An organisation as a cell names it: by its name, or by its id where that is no one else's too."""
        name = localized(self.names.get(identity or ""), language)
        return name if not identity or self.find(name) == identity else identity
