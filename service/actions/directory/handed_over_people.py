"""People whose organisation is handed over: from the day on they hold their position at its successor."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select

from calendars.people import terms
from calendars.people.terms import Term
from models.places import Person, Position
from models.types import new_id
from service.actions import crud
from service.actions.context import ActionContext
from service.actions.directory import positions
from service.actions.directory.references import Mover

_AT_ONCE = 500


def move(
    session: Session, act: ActionContext, mover: Mover, organisation_id: str, to: str, from_day: date
) -> list[tuple[str, tuple[Any, ...]]]:
    """Let the terms of office at an organisation end on the day before, and go on at its successor; whom it concerns.

    What a person is today changes now if the day has come, else when it comes (:func:`positions.settle`).
    """
    at = select(Person).where(
        or_(
            Person.organisation_id == organisation_id,
            col(Person.id).in_(select(Position.person_id).where(Position.organisation_id == organisation_id)),
        )
    )
    found = session.exec(at.order_by(col(Person.id))).all()
    before = positions.terms_of(session, found)
    moved: list[tuple[str, tuple[Any, ...]]] = []
    for person in found:
        after = _handed_over(before[person.id], organisation_id, to, from_day)
        if after == before[person.id]:
            continue
        _write(mover, person.id, before[person.id], after)
        held = terms.of_day(after, act.common.today) or Term()
        if held.organisation_id != person.organisation_id:
            was, now = {"organisation_id": person.organisation_id}, {"organisation_id": held.organisation_id}
            mover.change("person", (person.id,), was, now)
        moved.append(("person", (person.id,)))
    return moved


def _handed_over(before: Sequence[Term], organisation_id: str, to: str, from_day: date) -> list[Term]:
    after: list[Term] = []
    for term in before:
        if term.organisation_id != organisation_id or (term.ends_on is not None and term.ends_on < from_day):
            after.append(term)
        elif term.starts_on is not None and term.starts_on >= from_day:
            after.append(replace(term, organisation_id=to))
        else:
            after.append(replace(term, ends_on=from_day - timedelta(days=1)))
            after.append(replace(term, organisation_id=to, starts_on=from_day))
    return terms.in_order(after)


def _write(mover: Mover, person_id: str, before: Sequence[Term], after: Sequence[Term]) -> None:
    """Replace the stored terms that are others; what is implied by a person's columns is stored from now on."""
    table = Position.__table__  # type: ignore[attr-defined]
    stored: list[Term] = []
    for key in mover.rows("position", table.c.person_id == person_id):
        row = mover.row("position", key)
        term = Term(*(row[name] for name in ("organisation_id", "title", "precedence", "starts_on", "ends_on")))
        if term in after:
            stored.append(term)
        else:
            mover.delete("position", key)
    for values in positions.described([term for term in after if term not in stored]):
        mover.insert("position", {"id": new_id(), "person_id": person_id, **values})


def settle_back(
    session: Session, act: ActionContext, kept: Iterable[Mapping[str, Any]], organisation_id: str, to: str
) -> None:
    """Let the people be what their terms say again, after these were moved back: the day may have come meanwhile."""
    ids = sorted({(one["before"] or one["after"])["person_id"] for one in kept if one["table"] == "position"})
    for first in range(0, len(ids), _AT_ONCE):
        found = session.exec(select(Person).where(col(Person.id).in_(ids[first : first + _AT_ONCE]))).all()
        stored = set(session.exec(select(Position.person_id).where(col(Position.person_id).in_(ids))).all())
        held = positions.terms_of(session, found)
        for person in found:
            if person.id in stored:
                now = terms.of_day(held[person.id], act.common.today) or Term()
                crud.change(session, act, person, {"organisation_id": now.organisation_id})
            elif person.organisation_id == to:
                crud.change(session, act, person, {"organisation_id": organisation_id})
