"""The options of an event's forms, and resolving a typed name to a person or organisation."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from calendars.events.labels import MEMBER_SIDE_NAMES
from calendars.people.names import spellings
from models.errors import Invalid
from models.events import Event
from models.i18n import N_, message
from models.places import Organisation, Person
from models.text import fold
from models.vocabulary import MemberRole
from service.actions import permissions
from service.actions.agreements import agreement_queries
from service.actions.directory import directory_queries, ended_organisations
from service.actions.imports.identity_checks import is_safe_by_name
from service.web.form_fields import Groups
from service.web.labels import ACTIVITY_TYPES, LEVELS, VISIBILITIES
from service.web.view import View

MOST = 1000
SUGGESTED = 200
"""People whose names a field offers; any other's name is typed."""
NEAR = 20
BETWEEN = " · "
_DOTS = re.compile("[·•‧∙⋅・･]")
"""What looks like the sign between the parts of a label."""

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
            case "sides":
                return [("", [(side.value, self.view.side(side)) for side in MEMBER_SIDE_NAMES])]
            case "due":
                return self._words(_DUE)
            case _:
                return [("", [(role.value, self.view.role(role)) for role in MemberRole])]

    def _words(self, words: Any) -> Groups:
        return [("", [(str(word), self.view.say(told)) for word, told in words.items()])]

    @cached_property
    def _places(self) -> list[tuple[str, str]]:
        """All localities by their own names: an agreement's party stays one after it became part of another."""
        return self.view.place_choices

    @cached_property
    def _organisations(self) -> Groups:
        places = dict(self._places)
        groups: dict[str, list[tuple[str, str]]] = {place: [] for place in places.values()}
        chosen = ended_organisations.organisations_of(self.view.session, self.event)
        days = (self.event.first_day, self.event.last_day)
        for one in directory_queries.organisations_on(self.view.session, *days, chosen, MOST):
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

    def identify(
        self, name: str, typed: str, chosen: str = "", *, present: str | None = None, none: str = ""
    ) -> str | None:
        """The id of whom a typed name means, ``chosen`` being one of several it may mean; None for an empty one.

        A label that was offered means whom it was offered for, if nobody else has the same; one that names no
        organisation says no more than a name. ``present`` is who stands there already and is meant by their own label.

        Raises:
            Invalid: it is nobody's name (``none`` says so), or not one person's alone; told under ``name``.
        """
        typed = typed.strip()
        if not typed:
            return None
        if present is not None and typed == self.person(present):
            return present
        found = self._alike(typed)
        if chosen and chosen in {identity for identity, _told in found}:
            return chosen
        called = self._called(typed)
        exact = [one for one in called if self._told(*one) == typed]
        if len(exact) == 1 and exact[0][1] is not None:
            return exact[0][0].id
        meant = exact or [one for one in called if fold(typed) in self._names(*one)]
        if len(meant) == 1 and is_safe_by_name(self.view.session, meant[0][0].id):
            return meant[0][0].id
        if found:
            raise Invalid({name: [message(N_("Several people may be meant: choose one of them."))]})
        raise Invalid({name: [message(none or N_("Nobody is known by this name. Choose a name from the list."))]})

    def _names(self, person: Person, organisation: Organisation | None) -> set[str]:
        """What a person may be called by name alone, folded."""
        return {fold(one) for one in (self._told(person, organisation).split(BETWEEN)[0], *spellings(person))}

    def _called(self, typed: str) -> Sequence[directory_queries.PersonRow]:
        """Everybody with the name that a label begins with, or that is typed: none may be missing among many."""
        return directory_queries.people_called(self.view.session, typed.split(BETWEEN)[0][:200], MOST)

    def _alike(self, typed: str) -> Sequence[tuple[str, str]]:
        """Whom a typed name may mean, the bearers of the very name first; who has the same label is told apart."""
        near = directory_queries.people_matching(self.view.session, typed.split(BETWEEN)[0][:200], NEAR)
        found = {person.id: (person, organisation) for person, organisation in (*self._called(typed), *near)}
        labels = {identity: self._told(*row) for identity, row in found.items()}
        several = {label for label, count in Counter(labels.values()).items() if count > 1}
        return [
            (identity, BETWEEN.join((label, self._apart(found[identity][0]))) if label in several else label)
            for identity, label in labels.items()
        ]

    def _apart(self, person: Person) -> str:
        """What tells somebody from others with the same label: the address if the reader may read it."""
        return directory_queries.shown(self.view.session, person).email or person.id[-6:]

    def _told(self, person: Person, organisation: Organisation | None) -> str:
        """A label: name, position, organisation, with its locality if it is another office's. What parts these is in
        none of them, so that nobody's name is another's label."""
        of_body = self.view.plain(organisation.name) if organisation else ""
        if organisation is not None and not permissions.is_of_own_office(self.view.session, organisation.id):
            of_body = f"{of_body} ({dict(self._places).get(organisation.locality, organisation.locality)})"
        known = (self.view.person(person), self.view.plain(person.position), of_body)
        return BETWEEN.join(filter(None, (" ".join(_DOTS.sub(" ", one).split()) for one in known)))
