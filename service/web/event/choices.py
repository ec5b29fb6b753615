"""The options of an event's forms, and resolving a typed name to a person or organisation."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from models.collation import localized_key
from models.errors import Invalid
from models.events import Event
from models.i18n import N_, message
from models.places import Organisation, Person
from models.text import fold
from models.vocabulary import MemberRole
from service.actions.agreements import agreement_queries
from service.actions.directory import directory_queries
from service.actions.imports.identity_checks import is_safe_by_name
from service.web.form_fields import Groups
from service.web.labels import ACTIVITY_TYPES, LEVELS, VISIBILITIES
from service.web.view import View

MOST = 1000
SUGGESTED = 200
"""People whose names a field offers; any other's name is typed."""
NEAR = 20
BETWEEN = " · "

_DUE = {
    "-arrival": N_("Days before the arrival"),
    "+arrival": N_("Days after the arrival"),
    "-departure": N_("Days before the departure"),
    "+departure": N_("Days after the departure"),
}


class Choices:
    """What an event's forms offer; each list is read once, and only when a form asks for it."""

    def __init__(self, view: View, event: Event) -> None:
        self.view = view
        self.event = event

    def of(self, source: str) -> Groups:
        """The choices of a kind."""
        match source:
            case "places":
                return [("", self._places)]
            case "organisations":
                return self._organisations
            case "commitments":
                return self._commitments
            case "levels":
                return self._words(LEVELS)
            case "activity_types":
                return self._words(ACTIVITY_TYPES)
            case "visibilities":
                return self._words(VISIBILITIES)
            case "due":
                return self._words(_DUE)
            case _:
                return [("", [(role.value, self.view.role(role)) for role in MemberRole])]

    def _words(self, words: Any) -> Groups:
        return [("", [(str(word), self.view.say(told)) for word, told in words.items()])]

    @cached_property
    def _places(self) -> list[tuple[str, str]]:
        """All localities by their own names: an agreement's party stays one after it became part of another."""
        known = self.view.compass.gazetteer.localities
        in_order = sorted(known.items(), key=lambda one: localized_key(one[1].name))
        return [(code, self.view.plain(place.name)) for code, place in in_order]

    @cached_property
    def _organisations(self) -> Groups:
        places = dict(self._places)
        groups: dict[str, list[tuple[str, str]]] = {place: [] for place in places.values()}
        for one in directory_queries.all_organisations(self.view.session, MOST):
            groups.setdefault(places.get(one.locality, one.locality), []).append((one.id, self.view.plain(one.name)))
        return [(place, listed) for place, listed in groups.items() if listed]

    @cached_property
    def _commitments(self) -> Groups:
        """The undertakings an event of this kind can fulfil, under their agreements."""
        found = agreement_queries.commitments_of_kind(self.view.session, self.event.kind, MOST)
        groups: dict[str, list[tuple[str, str]]] = {}
        for commitment, agreement in found:
            article = self.view.say(N_("Article {number}"), number=commitment.article)
            told = f"{article} – {self.view.plain(commitment.title)}"
            groups.setdefault(self.view.plain(agreement.title), []).append((commitment.id, told))
        return list(groups.items())

    # People

    @cached_property
    def suggested(self) -> list[str]:
        """People to choose from by name, those of the host and the guest first."""
        sides = [code for code in (self.event.host, self.event.guest) if code]
        found = directory_queries.people_near(self.view.session, sides, SUGGESTED)
        return list(dict.fromkeys(self._told(*row) for row in found))

    def person(self, identity: str) -> str:
        """What a person is called in a form."""
        found = directory_queries.find_person(self.view.session, identity)
        return self._told(*found) if found else ""

    def named(self, typed: str) -> Groups:
        """The people a typed name may mean."""
        return [("", self._alike(typed))]

    def identify(self, name: str, typed: str, chosen: str = "", *, none: str = "") -> str | None:
        """The id of whom a typed name means, ``chosen`` being one of several it may mean; None for an empty one.

        Raises:
            Invalid: it is nobody's name (``none`` says so), or not one person's alone; told under ``name``.
        """
        if chosen:
            return chosen
        if not typed.strip():
            return None
        found = self._alike(typed)
        exact = [identity for identity, told in found if told == typed.strip()]
        by_name = [identity for identity, told in found if fold(told.split(BETWEEN)[0]) == fold(typed)]
        if len(exact or by_name) == 1 and (exact or is_safe_by_name(self.view.session, by_name[0])):
            return (exact or by_name)[0]
        if found:
            raise Invalid({name: [message(N_("Several people may be meant: choose one of them."))]})
        raise Invalid({name: [message(none or N_("Nobody is known by this name. Choose a name from the list."))]})

    def _alike(self, typed: str) -> Sequence[tuple[str, str]]:
        found = directory_queries.people_matching(self.view.session, typed.split(BETWEEN)[0][:200], NEAR)
        return [(person.id, self._told(person, organisation)) for person, organisation in found]

    def _told(self, person: Person, organisation: Organisation | None) -> str:
        known = (
            person.name,
            self.view.plain(person.position),
            self.view.plain(organisation.name if organisation else None),
        )
        return BETWEEN.join(filter(None, known))
