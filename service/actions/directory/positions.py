"""People's terms of office: written with the person, and followed by what the person is today.

``Person.organisation_id``, ``position`` and ``precedence`` are columns, because rights and queries ask them. They are
written in two places only, both here: where the terms are changed (:func:`wanted`), and where a day has begun
(:func:`settle`). A web process looks at its first request of a day, the worker every second; so a term that begins or
ends at midnight shows then, without anybody's click. A person of whom no terms are stored has had for ever what the
columns say.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.people import terms
from calendars.people.terms import Term
from models.i18n import N_, message
from models.places import Person, Position
from service.actions import crud
from service.actions.audit import plain
from service.actions.context import ActionContext
from service.actions.effects import changes

FIELDS: Mapping[str, str] = {"organisation_id": "organisation_id", "position": "title", "precedence": "precedence"}
"""What a person is today → the field of the term that says so."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class WantedTerms:
    """What a change makes of a person: the values of the columns, and the terms before and after it."""

    values: dict[str, Any]
    before: list[Term]
    after: list[Term]

    @property
    def audited(self) -> dict[str, Any]:
        """What the trail says besides the columns: nothing unless days or several terms are concerned."""
        before, after = (described(terms) for terms in (self.before, self.after))
        plainly = all(len(one) < 2 and not _is_dated(one) for one in (self.before, self.after))
        return {} if before == after or plainly else {"positions": {"from": plain(before), "to": plain(after)}}

    def moves(self) -> bool:
        """Whether on some day they are, or are kept, by another organisation than before. Past days count: while no
        term holds, the last one that ended decides who keeps somebody. So do bodies that a term hides today."""
        if {term.organisation_id for term in self.before if term.organisation_id} != {
            term.organisation_id for term in self.after if term.organisation_id
        }:
            return True
        return terms.belonging(self.before) != terms.belonging(self.after)

    def joined(self, today: date) -> list[str | None]:
        """The organisations that they are put into: of terms that were not there as they are now, if over, at bodies
        they never were of; and whoever comes to keep them while they have no position."""
        known = {(term.organisation_id, term.starts_on, term.ends_on) for term in self.before}
        were = {term.organisation_id for term in self.before}
        put = [
            term.organisation_id
            for term in self.after
            if (term.organisation_id, term.starts_on, term.ends_on) not in known
            and (term.ends_on is None or term.ends_on >= today or term.organisation_id not in were)
        ]
        days = {today, *(day for day in (*terms.turns(self.before), *terms.turns(self.after)) if day > today)}
        kept = [
            terms.kept_on(self.after, day)
            for day in sorted(days)
            if terms.of_day(self.after, day) is None
            and terms.kept_on(self.after, day) != terms.kept_on(self.before, day)
        ]
        return [*put, *kept]


def _is_dated(found: Sequence[Term]) -> bool:
    return any(term.starts_on is not None or term.ends_on is not None for term in found)


def described(found: Sequence[Term]) -> list[dict[str, Any]]:
    """Terms as the API writes them."""
    return [
        {
            "organisation_id": term.organisation_id,
            "title": dict(term.title) if term.title is not None else None,
            "precedence": term.precedence,
            "starts_on": term.starts_on,
            "ends_on": term.ends_on,
        }
        for term in found
    ]


def terms_of(session: Session, people: Collection[Person]) -> dict[str, list[Term]]:
    """The terms of some people, by their ids, each by their first days; a query for every five hundred people."""
    found: dict[str, list[Term]] = {person.id: [] for person in people}
    ids = sorted(found)
    for first in range(0, len(ids), _AT_ONCE):
        batch = col(Position.person_id).in_(ids[first : first + _AT_ONCE])
        for row in session.exec(select(Position).where(batch)):
            found[row.person_id].append(Term.of(row))
    for person in people:
        if not found[person.id]:
            implied = Term(person.organisation_id, person.position, person.precedence)
            found[person.id] = [] if implied.is_empty else [implied]
    return {identity: terms.in_order(listed) for identity, listed in found.items()}


def columns(found: Sequence[Term], today: date) -> dict[str, Any]:
    """What a person's columns are on a day, by their terms."""
    held = terms.of_day(found, today) or Term()
    values = {name: getattr(held, field) for name, field in FIELDS.items()}
    return values | {"former_organisation_id": terms.keeper(found, today)}


def wanted(session: Session, person: Person | None, values: Mapping[str, Any], today: date) -> WantedTerms:
    """What a body makes of a person and their terms; ``person`` None: a new one.

    ``positions`` are all terms anew. The fields of :data:`FIELDS` correct the position of today; with ``as_of`` it ends
    on the day before, and another begins. What a body only repeats counts as not given.

    Raises:
        Invalid: the fields contradict each other, or an organisation is not there.
    """
    before = terms_of(session, [person])[person.id] if person is not None else []
    now = terms.of_day(before, today) or Term()
    others = {name: value for name, value in values.items() if name not in {*FIELDS, "positions", "as_of"}}
    new = {
        field: values[name] for name, field in FIELDS.items() if name in values and values[name] != getattr(now, field)
    }
    as_of = values.get("as_of")
    listed = values.get("positions")
    given = [Term(**one) for one in listed] if listed is not None else None
    errors = _unknown_organisations(session, given or ())
    after = before
    if given is not None and terms.in_order(given) != before:
        after = terms.in_order(given)
        held = terms.of_day(after, today) or Term()
        for name, field in FIELDS.items():
            if field in new and new[field] != getattr(held, field):
                errors[name] = [message(N_("“positions” says something else of today. Send only one of the two."))]
        if as_of is not None:
            errors["as_of"] = [message(N_("Write “positions”, or from which day something else holds; not both."))]
    elif as_of is not None and not new:
        what = N_("Say what begins on this day: another organisation_id, position or precedence.")
        errors["as_of"] = [message(what)]
    elif as_of is not None:
        try:
            after = terms.begun(before, today, as_of, new)
        except ValueError:
            what = N_("The position of today begins on {day}: give a later day, or change it without “as_of”.")
            errors["as_of"] = [message(what, day=str(now.starts_on))]
    elif new:
        after = terms.changed_today(before, today, new)
    crud.check(errors)
    return WantedTerms(others | columns(after, today), before, after)


def _unknown_organisations(session: Session, given: Sequence[Term]) -> crud.Errors:
    errors: crud.Errors = {}
    for number, term in enumerate(given):
        found = crud.missing_references(session, Position, {"organisation_id": term.organisation_id})
        errors |= {f"positions.{number}.{name}": what for name, what in found.items()}
    return errors


def write(session: Session, person: Person, after: Sequence[Term]) -> None:
    """Store a person's terms; those that are there already stay."""
    left = list(after)
    for row in session.exec(select(Position).where(Position.person_id == person.id)):
        if (term := Term.of(row)) in left:
            left.remove(term)
        else:
            session.delete(row)
    session.add_all(Position(person_id=person.id, **one) for one in described(left))
    crud.flush(session)


def due(session: Session, today: date) -> list[str]:
    """The people who are something else today than their columns say; ids, one query."""
    dated = core_select(col(Position.person_id)).where(
        or_(col(Position.starts_on).is_not(None), col(Position.ends_on).is_not(None))
    )
    rows = session.execute(
        core_select(Position, Person)
        .join(Person, col(Person.id) == col(Position.person_id))
        .where(col(Position.person_id).in_(dated))
    ).all()
    found: dict[str, list[Term]] = {}
    people: dict[str, Person] = {}
    for row, person in rows:
        found.setdefault(person.id, []).append(Term.of(row))
        people[person.id] = person
    return sorted(
        identity
        for identity, listed in found.items()
        if any(getattr(people[identity], name) != value for name, value in columns(listed, today).items())
    )


def settle(session: Session, act: ActionContext) -> int:
    """Let every person be what their terms say of today; return how many were something else.

    The trail says so in the name of the service. What follows from a change of a person follows from this one too, but
    nothing of events that they were added to before: whose they were then stays (:mod:`models.participation`).
    """
    late = due(session, act.common.today)
    for first in range(0, len(late), _AT_ONCE):
        people = session.exec(select(Person).where(col(Person.id).in_(late[first : first + _AT_ONCE]))).all()
        found = terms_of(session, people)
        for person in people:
            changed = crud.change(session, act, person, columns(found[person.id], act.common.today))
            changes.person_changed(session, act, person, person.email, changed)
    return len(late)
