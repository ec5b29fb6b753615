"""What of an edited entry is written, and what stays as people have made it here.

A field takes the file's new value only if the file's value has changed since the last load and the row still holds what
that load wrote. So an edited title brings back neither the days nor the place that an office has changed since. Fields
that make sense together only (:data:`TOGETHER`) are written together or stay together.

For every field of an entry the ledger keeps the file's value and the row's value of the last load. Entries loaded by
versions that kept neither ask the audit trail which fields an account has changed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import object_session
from sqlmodel import Session, col, select

from models.accounts import Audit
from models.places import Locality, Person
from service.actions.audit import plain
from service.actions.directory import positions

TOGETHER: tuple[frozenset[str], ...] = (
    frozenset({"first_day", "last_day", "arrives_on", "departs_on", "start_time", "end_time", "timezone", "phases"}),
    frozenset({"first_day", "last_day", "performances"}),
    frozenset({"host", "guest"}),
    frozenset({"starts_on", "ends_on", "review_on"}),
    frozenset({"parties", "parent_id", "signatories"}),
    frozenset({"activity", "activity_types", "composition"}),
    frozenset({"headcount_min", "headcount_max", "headcount_total"}),
    frozenset({"duration_min", "duration_max", "duration_unit"}),
    frozenset({"due_on", "due_offset", "anchor", "working_days"}),
    frozenset({"offset", "at", "anchor", "working_days"}),
    frozenset({"successor", "succeeded_on"}),
    frozenset({"country", "locality", "organisation_id"}),
)
"""Fields of which one alone, with the others' old values, would say something that nobody wrote."""

Held = Mapping[str, Any]
"""Field → ``[the file's value, the row's value]`` after the last load; only the first if what people made it stayed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The values of an edited entry to be written, and the fields that stay as they are here."""

    values: dict[str, Any]
    kept: tuple[str, ...]


def decide(held: Held | None, row: Any, values: Mapping[str, Any], edited: Collection[str]) -> Decision:
    """What to write of an entry's ``values``, by what the ledger has ``held`` since the last load.

    ``edited`` are the fields that accounts have changed: they stay where nothing is held. A field whose value here is
    the file's already is neither written nor named.
    """
    known = held or {}
    different = {name for name, value in values.items() if plain(value) != value_of(row, name)}
    touched = {
        name for name in different if (known[name][1:] != [value_of(row, name)] if name in known else name in edited)
    }
    changed = {name for name in different if name not in known or plain(values[name]) != known[name][0]}
    written = changed - touched
    for group in TOGETHER:
        if touched & group:
            written -= group
    for group in TOGETHER:
        if written & group and not touched & group:
            written |= group & values.keys()
    kept = touched | (changed - written)
    return Decision(
        {name: value for name, value in values.items() if name in written},
        tuple(name for name in values if name in kept),
    )


def held_after(row: Any, values: Mapping[str, Any], kept: Collection[str]) -> dict[str, Any]:
    """What the ledger holds of an entry from now on."""
    return {
        name: [plain(value)] if name in kept else [plain(value), value_of(row, name)] for name, value in values.items()
    }


def value_of(row: Any, name: str) -> Any:
    """A field of a row as plain JSON, with a person's terms of office; None for what the row does not hold itself."""
    if isinstance(row, Person) and name == "positions" and (session := object_session(row)) is not None:
        return plain(positions.described(positions.terms_of(session, [row])[row.id]))  # type: ignore[arg-type]
    return plain(getattr(row, name, None))


def is_as_loaded(held: Held | None, row: Any) -> bool:
    """Whether a row still holds what the last load wrote; where that is not known, it is taken to."""
    return all(one[1:] == [value_of(row, name)] for name, one in (held or {}).items())


def edited_fields(session: Session, row: Any) -> frozenset[str]:
    """The fields of a row that accounts have changed, by the audit trail."""
    rows: Iterable[Mapping[str, Any]] = session.exec(
        select(Audit.changes).where(
            Audit.entity == str(row.__tablename__),
            Audit.entity_id == (row.code if isinstance(row, Locality) else row.id),
            col(Audit.actor_id).is_not(None),
            Audit.action != "create",
        )
    ).all()
    return frozenset(name for changes in rows for name in changes)
