"""What the ids in a list stand for, as far as the reader may know it."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select, true
from sqlmodel import Session, SQLModel, col

from models.accounts import User
from models.agreements import Agreement, Anniversary, Commitment
from models.event_parts import TaskTemplate
from models.events import Event
from models.observances import Observance
from models.places import Locality, Organisation, Person
from models.reminders import ReminderRule
from models.resources import Resource
from service.actions import permissions

_TABLES: Mapping[str, tuple[type[SQLModel], str]] = {
    "agreement": (Agreement, "title"),
    "anniversary": (Anniversary, "title"),
    "commitment": (Commitment, "title"),
    "event": (Event, "title"),
    "locality": (Locality, "name"),
    "observance": (Observance, "name"),
    "organisation": (Organisation, "name"),
    "person": (Person, "name"),
    "reminder_rule": (ReminderRule, "name"),
    "resource": (Resource, "name"),
    "task_template": (TaskTemplate, "title"),
    "user": (User, "name"),
}
_AT_ONCE = 1000


def names_of(session: Session, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, Any]]:
    """Table → id → name, plain or in several languages, of the rows that the session may read; one query for each table
    and thousand ids. Events that it may not read, accounts and other rows of another office stay without a name.
    """
    return {table: _names(session, table, sorted(ids)) for table, ids in wanted.items()}


def _names(session: Session, table: str, ids: list[str]) -> dict[str, Any]:
    model, name = _TABLES[table]
    key = col(getattr(model, "code" if model is Locality else "id"))
    found: dict[str, Any] = {}
    for first in range(0, len(ids), _AT_ONCE):
        statement = select(key, col(getattr(model, name))).where(
            key.in_(ids[first : first + _AT_ONCE]), _readable(session, model)
        )
        found |= {row[0]: row[1] for row in session.execute(statement)}
    return found


def _readable(session: Session, model: type[SQLModel]) -> Any:
    if model is Event:
        return permissions.visible(session)
    if model is User:
        return permissions.own_accounts(session)
    if "office" in model.model_fields:
        return permissions.marked_own(session, col(model.office))  # type: ignore[attr-defined]
    return true()
