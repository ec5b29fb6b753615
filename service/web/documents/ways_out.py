"""Where what a paper lacks is entered: a part of the visit's page, a person, a body, or the choice above the papers.

What is lacking comes with a sentence that names it; the table says by that sentence where it is entered. A sentence
that is about a person leads to that person.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from calendars.documents.facts import DocumentFacts
from calendars.documents.wording import Missing
from models.events import Event
from models.i18n import N_
from models.vocabulary import Language, Role
from service.web.view import View

PLACES: Mapping[str, str] = {
    "The title of the visit.": "facts",
    "The place of the visit.": "facts",
    "The evenings of the troupe: day, hour and place.": "facts",
    "People in the list: {listed}; of the visit: {expected}.": "facts",
    "Members of the visit.": "people",
    "Members on the guests' side.": "people",
    "Members on the hosts' side.": "people",
    "Who receives the gifts.": "people",
    "What the gifts are.": "gifts",
    "Who presents the gifts.": "organisations",
    "Who heads the delegation.": "people",
    "Who heads the hosts.": "people",
    "Role": "people",
    "The position of {name}.": "people",
    "Who is in charge of the visit.": "in-charge",
    "The phone number of {name}.": "in-charge",
    "Programme": "programme",
    "Items of the programme.": "programme",
    "Items of the programme: what happens.": "programme",
    "Items of the programme: places.": "programme",
    "Items of the programme: who hosts, who attends.": "programme",
    "Publishing: the programme has not been published.": "programme",
    "Publishing: the programme was changed since.": "programme",
    "Who rides in which car.": "placements",
    "Who sleeps in which room.": "placements",
    "Who sits at which table.": "placements",
    "Where the guests stay.": "bookings",
    "The names of what is booked.": "resources",
    "The body that issues the paper.": "issuer",
    "Who signs the paper.": "issuer",
    "{name} is not of the issuing body.": "issuer",
    "By what authority {name} signs for the issuing body.": "issuer",
    "The name of the issuing body.": "organisations",
    "The name of the body above the issuing one.": "organisations",
    "The name of the body of {name}.": "organisations",
    "The abbreviation of {body}, as one of its other names.": "organisations",
    "The name of a locality.": "localities",
    "Nationality": "people",
    "Bookings: lodging, cars, interpreters.": "bookings",
    "Performances: when they begin.": "facts",
    "Performances: where they take place.": "facts",
    "The purpose of the visit.": "facts",
    "The results: what came of the visit.": "facts",
    "Tasks: who does what by when.": "tasks",
    "Tasks of other bodies, or people of theirs who attend.": "tasks",
    "The guests: names and positions.": "people",
    "The guests: {listed} of {all} are listed.": "people",
    "The hosts who take part.": "people",
    "The head of the delegation.": "people",
    "The estimate of the visit.": "estimate",
    "The class of guests, and who decided it.": "estimate",
    "The approval of the estimate as it stands.": "estimate",
    "Prices: some lines of the estimate have none, and are in no sum.": "estimate",
    "What the lines of the estimate are for.": "estimate",
    "What was approved and paid for the visit.": "estimate",
    "Vouchers: some payments have no number.": "estimate",
    "The settlement: the estimate is not settled yet.": "estimate",
    "Who pays for lines of the estimate.": "organisations",
    "Norms: some were not compared with their act yet.": "norms",
    "Whom the paper is addressed to.": "hand",
    "By when the guests are asked to answer.": "hand",
    "Further acts and instructions the paper rests on.": "hand",
    "The opinion of the committee that manages the members' cadres.": "hand",
    "Proposals that follow from the visit.": "hand",
    "The report is due within 15 days after the return: by {day}.": "note",
    "The visit lasts until {day}.": "note",
    "The name of the troupe.": "facts",
    "The name of the institution.": "organisations",
    "Titles of performances.": "facts",
    "Titles of phases.": "facts",
    "Titles of tasks.": "tasks",
    "Tasks: some are not given to any body.": "tasks",
    "Names of bodies with tasks.": "organisations",
    "The name of the body in charge of the visit.": "organisations",
    "The name of {name} in Lao script.": "people",
    "The name of {name} in Latin letters.": "people",
}
"""Sentence that names what is missing → where it is entered. One that names a person leads to that person first.

``hand``: it is nowhere in the service, and filled in on the paper itself. ``note``: nothing is to be entered.
"""

_ADMINISTERED = {"organisations", "localities", "resources", "norms"}
"""Lists of the administration; any other place is a part of the visit's page."""

_NOWHERE = {"hand", "note"}

_ENTRIES = {"programme": "item", "tasks": "task"}
"""Parts of the visit's page where each item or task opens by itself; what its address begins with."""

_MOST = 60
"""Characters of what an entry is called by."""

_EDITED = {"facts"}
"""Parts of the visit's page that open as one form."""


@dataclass(frozen=True, slots=True)
class LinkedLack:
    """Something that a paper lacks, in the reader's language, and where it is entered; empty for who may not.

    ``is_by_hand``: it is filled in on the paper itself. ``language``: in which it is missing. ``papers``: how many
    papers lack it.
    """

    sentence: str
    url: str
    is_by_hand: bool
    language: Language | None = None
    papers: int = 1


SHARED = 4
"""What so many papers lack stands once above all of them, and each paper names only its own."""


def shared(lacks: Iterable[Sequence[Missing]]) -> dict[tuple[str, str, Language | None], tuple[Missing, int]]:
    """Of what each of several papers lacks, what is to stand once above them: by its key, with how many lack it."""
    by_paper = [{key(one): one for one in listed} for listed in lacks]
    counts = Counter(name for listed in by_paper for name in listed)
    known = {name: one for listed in by_paper for name, one in listed.items()}
    return {name: (known[name], count) for name, count in counts.items() if count >= SHARED}


def key(missing: Missing) -> tuple[str, str, Language | None]:
    """What makes two lacks the same, in whatever papers."""
    return missing.code, str(missing.detail), missing.language


def of(view: View, event: Event, missing: Missing, people: Mapping[str, str], papers: int = 1) -> LinkedLack:
    """What a paper of a visit lacks, with the way to enter it; ``people`` are those of the visit, name → id.

    Of several entries that lack a language the first is named and led to, of the others how many they are is said.
    """
    place = PLACES.get(missing.detail.text, "")
    url = "" if place in _NOWHERE else _url(view, event, missing, place, people)
    return LinkedLack(_told(view, missing), url, place == "hand", missing.language, papers)


def _told(view: View, missing: Missing) -> str:
    told = view.say(missing.detail)
    if not missing.entries:
        return told
    (_id, first), *others = missing.entries
    first = first if len(first) <= _MOST else f"{first[:_MOST].rsplit(' ', 1)[0]} …"
    if not others:
        return f"{told} “{first}”"
    return view.say(N_("{what} {count} entries, the first: “{first}”"), what=told, count=len(others) + 1, first=first)


def people_of(facts: DocumentFacts) -> dict[str, str]:
    """The people of a visit by their names; who shares a name with another is left out."""
    found = [member.person for member in facts.members]
    found += [facts.issuer.signatory] if facts.issuer.signatory else []
    ids: dict[str, set[str]] = {}
    for person in found:
        ids.setdefault(person.name, set()).add(person.id)
    return {name: next(iter(several)) for name, several in ids.items() if len(several) == 1}


def _url(view: View, event: Event, missing: Missing, place: str, people: Mapping[str, str]) -> str:
    if not view.may(Role.OFFICER):
        return ""
    if place == "issuer":
        return "#issuer"
    if place == "estimate":
        return url_for("pages.estimate", event_id=event.id)
    if place == "gifts":
        return url_for("pages.event_gifts", event_id=event.id)
    if place == "placements":
        return url_for("pages.placements", event_id=event.id)
    if place in _ADMINISTERED:
        return url_for("pages.administered_list", area=place)
    person_id = missing.person_id or people.get(str(missing.detail.values.get("name", "")))
    if person_id is not None:
        return url_for("pages.administered", area="people", identity=person_id)
    if not view.may_change(event):
        return ""
    if place in _ENTRIES and missing.entries and (entry_id := missing.entries[0][0]):
        part = _ENTRIES[place]
        return url_for("pages.event", event_id=event.id, edit=f"{part}:{entry_id}", _anchor=f"{part}-{entry_id}")
    edit = place if place in _EDITED else None
    return url_for("pages.event", event_id=event.id, edit=edit, _anchor=place or None)
