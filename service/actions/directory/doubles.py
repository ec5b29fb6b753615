"""People and organisations that were probably entered twice, of the reader's office.

Bounded: at most :data:`MOST_READ` rows are read, the newest, with the few columns that are compared; and each name,
address or number brings few pairs. Only what the reader may merge is looked at, and so only addresses that it reads.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import Table, func, select
from sqlmodel import Session

from calendars.people.names import spellings
from models.i18n import N_
from models.places import Organisation, Person
from models.text import fold
from models.vocabulary import MergedEntity
from service.actions import crud, permissions

MOST_READ = 20_000
"""How many rows are compared."""

MOST_PAIRS = 200
"""How many pairs are found; whoever merges these finds the next."""

_OF_ONE = 4
"""Of how many rows with one name, address or number pairs are made; more are no doubles but a common name."""

SAME_NAME = N_("The same name")
SAME_WORDS = N_("The same words in another order")
NEARLY_SAME = N_("Nearly the same name in the same organisation")
SAME_EMAIL = N_("The same e-mail address")
SAME_PHONE = N_("The same telephone")
SAME_ALIAS = N_("One is also called as the other")

_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]
_TWICE = re.compile(r"(\w)\1+")


@dataclass(frozen=True, slots=True)
class LikelyDoubles:
    """Two rows that are probably one, the older one first, and why."""

    stays: Any
    double: Any
    reasons: Sequence[str]


Key = tuple[str, str]
"""A reason, and the value that two rows have in common."""


def likely(session: Session, entity: MergedEntity) -> list[LikelyDoubles]:
    """The pairs that have most in common first, then the newest."""
    is_person = entity is MergedEntity.PERSON
    keys: Callable[[Any], Iterable[Key]] = _keys_of_person if is_person else _keys_of_organisation
    rows = session.execute(_people(session) if is_person else _organisations(session)).all()
    found: dict[Key, list[str]] = defaultdict(list)
    for row in rows:
        for key in dict.fromkeys(keys(row)):
            found[key].append(row.id)
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (reason, _value), ids in found.items():
        if len(ids) <= _OF_ONE:
            for one, other in combinations(sorted(ids), 2):
                if reason not in pairs[one, other]:
                    pairs[one, other].append(reason)
    best = sorted(sorted(pairs, reverse=True), key=lambda pair: -len(pairs[pair]))[:MOST_PAIRS]
    model = Person if is_person else Organisation
    known: dict[str, Any] = crud.by_id(session, model, {one for pair in best for one in pair})
    return [LikelyDoubles(known[one], known[other], pairs[one, other]) for one, other in best]


def _people(session: Session) -> Any:
    names = ("id", "name", "name_lo", "name_latin", "organisation_id", "email", "phone")
    kept_by = func.coalesce(_PERSON.c.organisation_id, _PERSON.c.former_organisation_id)
    own = permissions.of_own_office(session, kept_by)
    return select(*(_PERSON.c[name] for name in names)).where(own).order_by(_PERSON.c.id.desc()).limit(MOST_READ)


def _organisations(session: Session) -> Any:
    names = ("id", "name", "aliases", "locality", "email")
    own = permissions.of_own_office(session, _ORGANISATION.c.id)
    found = select(*(_ORGANISATION.c[name] for name in names)).where(own)
    return found.order_by(_ORGANISATION.c.id.desc()).limit(MOST_READ)


def _keys_of_person(row: Any) -> Iterable[Key]:
    for name in map(fold, spellings(row)):
        words = " ".join(sorted(name.split()))
        yield SAME_NAME, name
        if len(name.split()) > 1:
            yield SAME_WORDS, words
        if row.organisation_id is not None:
            yield NEARLY_SAME, f"{row.organisation_id} {spelling(words)}"
    if row.email:
        yield SAME_EMAIL, row.email.lower()
    if row.phone and len(digits := re.sub(r"\D", "", row.phone)) > 5:  # a short one is an extension
        yield SAME_PHONE, digits[-9:]


def _keys_of_organisation(row: Any) -> Iterable[Key]:
    own = {fold(text) for text in row.name.values()}
    for name in own:
        yield SAME_NAME, f"{row.locality} {name}"
    for name in own | {fold(text) for text in row.aliases}:
        yield SAME_ALIAS, f"{row.locality} {name}"
    if row.email:
        yield SAME_EMAIL, row.email.lower()


def spelling(words: str) -> str:
    """Folded words without what romanisations write in different ways: breathed and doubled letters, y and i, ou and
    u; in one order. Somchith and Somchit, Bounnhang and Bunnhang are one."""
    plain = words.replace("ou", "u").replace("y", "i").replace("ph", "f").replace("h", "")
    return " ".join(sorted(_TWICE.sub(r"\1", plain).split()))
