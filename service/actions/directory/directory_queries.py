"""Localities, organisations and people, as pages and the API list them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import union
from sqlmodel import Session, and_, col, func, or_, select

from calendars.people.names import spellings
from models.agreements import AgreementParty, AnniversaryParty
from models.event_parts import Task
from models.events import Event
from models.places import Locality, Organisation, Person
from models.text import fold
from service.actions import crud, locality_index, permissions
from service.actions.directory import positions

ORGANISATION_ORDER = (col(Organisation.sort_key), col(Organisation.id))
PERSON_ORDER = (col(Person.sort_key), col(Person.id))
_BY_PRECEDENCE = (col(Person.precedence), *PERSON_ORDER)

PersonRow = tuple[Person, Organisation | None]
"""A person with the organisation they belong to."""

ORDERS: Mapping[type[Any], Sequence[Any]] = {
    Locality: (col(Locality.sort_key), col(Locality.code)),
    Organisation: ORGANISATION_ORDER,
    Person: _BY_PRECEDENCE,
}
"""The sort order of each table in the API."""


def directory_where(session: Session, model: type[Any], query: Mapping[str, Any], *equal: str) -> Any:
    """The SELECT of the localities, organisations or people that match a query string, narrowed by the columns
    ``equal``.

    A merged locality is found under its old and its new code.
    """
    statement: Any = select(model)
    for name in equal:
        if query.get(name):
            wanted = locality_index.succession_of_code(session, query[name]) if name == "locality" else {query[name]}
            statement = statement.where(col(getattr(model, name)).in_(wanted))
    if model is Person:
        return matching_people(session, statement, query.get("q"))
    return crud.matching(statement, model.search_text, query.get("q"))


def matching_people(session: Session, statement: Any, query: str | None) -> Any:
    """Narrow a SELECT of people to those whose name, position or address contains every word; an address only where
    the session reads it."""
    address = func.lower(func.coalesce(col(Person.email), ""))
    may_read = permissions.reads_addresses(session)
    return crud.matching(
        statement,
        col(Person.search_text),
        query,
        lambda pattern: and_(may_read, address.like(pattern, escape="\\")),
    )


def people_page(session: Session, query: str, first: int, size: int) -> tuple[list[Person], int]:
    """One page of the people that contain every word, and how many there are."""
    return crud.page_of(session, matching_people(session, select(Person), query), PERSON_ORDER, first, size)


def shown(session: Session, person: Person) -> Person:
    """A person as the session sees them: without mail address and telephone where these are another office's."""
    if permissions.reads_address_of(session, person.kept_by):
        return person
    return Person(**person.model_dump() | {"email": None, "phone": None})


def described(session: Session, people: Sequence[Person]) -> list[dict[str, Any]]:
    """People as the session sees them (:func:`shown`), with their terms of office; one query for those."""
    found = positions.terms_of(session, people)
    return [shown(session, one).model_dump() | {"positions": positions.described(found[one.id])} for one in people]


def all_localities(session: Session) -> Sequence[Locality]:
    """All localities by name."""
    return session.exec(select(Locality).order_by(*ORDERS[Locality])).all()


def party_codes(session: Session) -> frozenset[str]:
    """The localities that agreements and anniversaries are with; one query."""
    parties = union(select(AgreementParty.locality), select(AnniversaryParty.locality))
    return frozenset(session.execute(parties).scalars())


# Organisations


def all_organisations(session: Session, limit: int | None = None) -> Sequence[Organisation]:
    """The organisations by name."""
    return session.exec(select(Organisation).order_by(*ORGANISATION_ORDER).limit(limit)).all()


def organisations_on(
    session: Session, first: date, last: date, chosen: Collection[str], limit: int | None = None
) -> Sequence[Organisation]:
    """The organisations that exist on the first of these days, or begin until the last, and those ``chosen``
    already, by name."""
    exists = and_(
        or_(col(Organisation.ends_on).is_(None), col(Organisation.ends_on) >= first),
        or_(col(Organisation.starts_on).is_(None), col(Organisation.starts_on) <= last),
    )
    offered = or_(exists, col(Organisation.id).in_(sorted(chosen)))
    return session.exec(select(Organisation).where(offered).order_by(*ORGANISATION_ORDER).limit(limit)).all()


def organisations_by(session: Session, name: str, identity: str, limit: int) -> Sequence[Organisation]:
    """The first organisations whose column ``name`` refers to one of them, by name."""
    statement = select(Organisation).where(col(getattr(Organisation, name)) == identity)
    return session.exec(statement.order_by(*ORGANISATION_ORDER).limit(limit)).all()


def organisations_in_charge(session: Session, limit: int) -> Sequence[Organisation]:
    """The first organisations in charge of events the reader may see, by name."""
    in_charge = select(Event.organisation_id).where(permissions.visible(session)).distinct()
    return session.exec(
        select(Organisation).where(col(Organisation.id).in_(in_charge)).order_by(*ORGANISATION_ORDER).limit(limit)
    ).all()


def organisations_with_tasks(session: Session) -> Sequence[Organisation]:
    """The organisations that have tasks the reader sees, by name."""
    with_tasks = select(Task.organisation_id).where(
        col(Task.organisation_id).is_not(None),
        Task.event_id == Event.id,
        permissions.visible(session),
        permissions.seen_tasks(session),
    )
    statement = select(Organisation).where(col(Organisation.id).in_(with_tasks)).order_by(*ORGANISATION_ORDER)
    return session.exec(statement).all()


# People


def people_names(session: Session, limit: int) -> list[tuple[str, str]]:
    """The first people by name: id and name."""
    return list(session.exec(select(Person.id, Person.name).order_by(*PERSON_ORDER).limit(limit)).all())


def find_person(session: Session, person_id: str) -> PersonRow | None:
    """A person with their organisation; None when there is none of this id."""
    found = session.exec(_people().where(Person.id == person_id)).first()
    return (found[0], found[1]) if found else None


def people_matching(session: Session, words: str, limit: int) -> list[PersonRow]:
    """The first people whose folded text contains every word, with their organisations."""
    statement = matching_people(session, _people(), words)
    return [(row[0], row[1]) for row in session.exec(statement.order_by(*PERSON_ORDER).limit(limit))]


def people_called(session: Session, name: str, limit: int) -> list[PersonRow]:
    """The people with a name in one of its spellings, compared as search does, by name; up to ``limit``."""
    folded, start = fold(name), fold(f"{name} · ")
    text = col(Person.search_text)
    named = or_(
        text == folded,
        text.startswith(start, autoescape=True),
        # Another spelling of the name: a longer text that has this one somewhere between others.
        text.contains(fold(f" · {name}"), autoescape=True),
    )
    found = session.exec(_people().where(named).order_by(*PERSON_ORDER).limit(limit))
    return [(row[0], row[1]) for row in found if folded in {fold(one) for one in spellings(row[0])}]


def people_near(session: Session, localities: Collection[str], limit: int) -> list[PersonRow]:
    """The first people with their organisations; people of organisations in ``localities`` come first."""
    near = col(Organisation.locality).in_(localities)
    statement = _people().order_by(near.desc().nulls_last(), *PERSON_ORDER).limit(limit)
    return [(row[0], row[1]) for row in session.exec(statement)]


def people_to_choose(
    session: Session, chosen: Collection[str], words: str, organisation_id: str | None, limit: int
) -> list[PersonRow]:
    """The people ``chosen`` and up to ``limit`` others that match ``words``, in order of precedence; one query.

    Without words, the others are those of the organisation, or of the protocol offices if it is None.
    """
    found = select(Person.id).order_by(*_BY_PRECEDENCE)
    if words:
        found = matching_people(session, found, words)
    elif organisation_id is not None:
        found = found.where(Person.organisation_id == organisation_id)
    else:
        found = found.join(Organisation).where(col(Organisation.protocol_office))
    first = found.limit(limit).subquery()
    wanted = or_(col(Person.id).in_(chosen), col(Person.id).in_(select(first.c.id)))
    return [(row[0], row[1]) for row in session.exec(_people().where(wanted).order_by(*_BY_PRECEDENCE))]


def _people() -> Any:
    return select(Person, Organisation).join(
        Organisation, col(Organisation.id) == col(Person.organisation_id), isouter=True
    )
