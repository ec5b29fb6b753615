"""Rows that were moved: how many of which kind, what they are called, and what stands for what they referred to."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, func, null, select
from sqlmodel import Session

from models.base import Searchable, Sorted, metadata
from models.places import Person
from models.queries.merged import merged_into
from models.successions import Merge
from models.text import LocalizedText
from models.vocabulary import Language
from service.actions import permissions
from service.actions.directory.moved_effects import events_of
from service.actions.directory.references import Move, RowKey

_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
_NAMES = ("title", "name")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row by its table, id and name; ``event_id`` is the event that it is or belongs to."""

    entity: str
    identity: str
    name: LocalizedText
    event_id: str | None = None


def counted(
    session: Session,
    moves: Sequence[Move],
    kinds: Mapping[str, str],
    hidden: Collection[str],
    columns: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """How many rows were moved of each kind (table → what it is counted as), none of them of events that are
    ``hidden``; ``columns`` (table → column) limits which of a table's columns count."""
    return {kind: len(rows) for kind, rows in rows_of(session, moves, kinds, hidden, columns).items()}


def rows_of(
    session: Session,
    moves: Sequence[Move],
    kinds: Mapping[str, str],
    hidden: Collection[str],
    columns: Mapping[str, str] | None = None,
) -> dict[str, list[tuple[str, tuple[Any, ...]]]]:
    """The rows that :func:`counted` counts, in the order of their moves."""
    events = events_of(session, moves)
    found: dict[str, dict[tuple[str, tuple[Any, ...]], None]] = {kind: {} for kind in kinds.values()}
    for one in moves:
        if one.table not in kinds or events.get(one.row) in hidden or not one.column:
            continue
        if columns is None or one.column == columns.get(one.table, one.column):
            found[kinds[one.table]][one.row] = None
    return {kind: list(rows) for kind, rows in found.items()}


def events_of_kept(session: Session, moves: Sequence[Mapping[str, Any]]) -> set[str]:
    """The events that kept moves are about, as far as their rows are still there."""
    return set(events_of(session, [Move(**one) for one in moves]).values())


def kept(rows: Iterable[RowKey]) -> list[dict[str, Any]]:
    """Rows that stayed, as they are kept with what was undone: those that people know by a name, each once."""
    return [{"entity": one.table, "id": str(one.key[0])} for one in rows if one.table in _KNOWN]


_KNOWN = frozenset(
    {
        "event", "member", "task", "task_template", "user", "person", "organisation", "reminder_rule", "resource",
        "feed", "training_phase", "project", "learner",
    }
)  # fmt: skip


def named(session: Session, rows: Sequence[tuple[str, str]]) -> list[NamedRow]:
    """Rows (table, id) with their names, in the order given; without those that are gone, and those of events that the
    reader may not see. A member is called by the person."""
    found: dict[tuple[str, str], NamedRow] = {}
    by_table: dict[str, list[str]] = {}
    for table_name, identity in rows:
        by_table.setdefault(table_name, []).append(identity)
    for table_name, ids in by_table.items():
        table = metadata.tables[table_name]
        for first in range(0, len(ids), _AT_ONCE):
            for row in session.execute(_names(table).where(table.c.id.in_(ids[first : first + _AT_ONCE]))):
                found[table_name, row.id] = NamedRow(table_name, row.id, _text(row.name), row.event_id)
    hidden = permissions.hidden(session, [one.event_id for one in found.values()])
    return [found[one] for one in dict.fromkeys(rows) if one in found and found[one].event_id not in hidden]


def _text(name: Any) -> LocalizedText:
    return dict(name) if isinstance(name, Mapping) else {Language.VI.value: name}


def _names(table: Table) -> Any:
    """The SELECT of a table's rows with their names and the events that they are or belong to."""
    event_id: Any = table.c.id if table.name == "event" else table.c.get("event_id", null())
    if table.name == "member":
        by_person = table.join(_PERSON, _PERSON.c.id == table.c.person_id)
        return select(table.c.id, _PERSON.c.name, event_id.label("event_id")).select_from(by_person)
    if table.name == "learner":
        called = func.coalesce(_PERSON.c.name, table.c.name)
        by_person = table.join(_PERSON, _PERSON.c.id == table.c.person_id, isouter=True)
        return select(table.c.id, called.label("name"), event_id.label("event_id")).select_from(by_person)
    name = next(table.c[one] for one in _NAMES if one in table.c)
    return select(table.c.id, name.label("name"), event_id.label("event_id"))


def presently(session: Session, undone: Merge | None) -> Callable[[str, str, Any], Any]:
    """What stands for a value that is moved back: of whoever was merged since, the one that they were merged into.

    ``undone`` is the merge that is taken back: its double stands for itself.
    """
    known: dict[tuple[str, str], Any] = {}

    def found(table_name: str, column: str, value: Any) -> Any:
        table = metadata.tables[table_name]
        if not isinstance(value, str) or column not in table.c:
            return value
        for key in table.c[column].foreign_keys:
            entity = key.column.table.name
            if undone is not None and (entity, value) == (undone.entity.value, undone.merged_id):
                return value
            if (entity, value) not in known:
                known[entity, value] = merged_into(session, entity, value) or value
            return known[entity, value]
        return value

    return found


def refresh_keys(row: Any) -> None:
    """Make the kept texts of a row anew whose values were changed by statements."""
    if isinstance(row, Searchable):
        row.search_text = row.made_search_text()
    if isinstance(row, Sorted):
        row.sort_key = row.made_sort_key()
