"""The rows of a draft and its parts as JSON, and made rows again, with what they name as it is by then."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import LargeBinary, inspect
from sqlmodel import Session, SQLModel, col, select

from models.both_sides.notes import EventNote
from models.estimates import Estimate, EstimateLine
from models.event_parts import Member, ProgrammeItem, ProgrammeRevision, Task
from models.events import Event, Performance, TrainingPhase
from models.learners import Learner
from models.placements import Placement
from models.queries.merged import merged_into
from models.reminders import EventVersion, Reminder
from models.resources import Booking
from models.vocabulary import ReminderState
from service.actions.audit import plain
from service.actions.undo.typed import typed

KEPT: Sequence[type[SQLModel]] = (
    *(TrainingPhase, Performance, Member, ProgrammeItem, ProgrammeRevision, Task, Booking, Estimate, EstimateLine),
    *(Placement, Learner, EventNote, EventVersion, Reminder),
)
"""What of an event goes into the trash and comes back, each after what it refers to."""

GOES: Mapping[str, str] = {
    "file": "its bytes are removed a day after nothing names them",
    "document": "papers that were issued keep their event from being deleted; others are made anew",
    "event_link": "a link that was given out must not open again",
    "link_draft": "goes with its link",
    "event_share": "what was shared is shared again by a decision, not by restoring",
    "share_opening": "goes with what was shared",
    "submission": "goes with its link",
    "proposal": "days that were proposed bind two sides",
    "imported_entry": "a later file is compared by UID",
}
"""Table → why its rows go for good with a draft that is deleted."""

_MADE_ANEW = frozenset({"search_text", "results_text", "version"})
_FINAL = (ReminderState.SENT, ReminderState.FAILED, ReminderState.SKIPPED)
_MERGED = frozenset({"person", "organisation"})


def read_rows(session: Session, event: Event) -> dict[str, list[dict[str, Any]]]:
    """Table → the rows of an event and its parts. Reminders only as far as they are over."""
    found = {"event": [_values(event)]}
    for model in KEPT:
        of_event = col(model.event_id) == event.id  # type: ignore[attr-defined]
        statement = select(model).where(of_event).order_by(*inspect(model).primary_key)
        if model is Reminder:
            statement = statement.where(col(Reminder.state).in_(_FINAL))
        if rows := session.exec(statement).all():
            found[str(model.__tablename__)] = [_values(row) for row in rows]
    return found


def _values(row: SQLModel) -> dict[str, Any]:
    columns = inspect(type(row)).columns
    return {
        one.key: plain(getattr(row, one.key))
        for one in columns
        if one.key not in _MADE_ANEW and not isinstance(one.type, LargeBinary)
    }


class KeptRowMaker:
    """Makes rows from what the trash kept. ``lost`` counts, by table, those whose person, room or other is gone."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lost: dict[str, int] = {}

    def row(self, model: type[SQLModel], kept: Mapping[str, Any]) -> SQLModel | None:
        """A row as it was; None if it names something that is gone and can't be without it."""
        columns = inspect(model).columns
        values = {name: typed(model, name, value) for name, value in kept.items() if name in columns}
        for column in columns:
            if not column.foreign_keys or values.get(column.key) is None:
                continue
            target = next(iter(column.foreign_keys)).column
            if target.table.name in {"event", "estimate", str(model.__tablename__)}:
                continue
            values[column.key] = self._present(target, values[column.key])
            if values[column.key] is None and not column.nullable:
                self._lose(model)
                return None
        if model is Learner and values.get("person_id") is None and values.get("name") is None:
            self._lose(model)
            return None
        return model(**values)

    def present_body(self, identity: str | None) -> str | None:
        """An organisation by its id, or what it was merged into; what is settled beside a person is no foreign key."""
        return identity and (merged_into(self.session, "organisation", identity) or identity)

    def _present(self, target: Any, identity: Any) -> Any:
        if self.session.execute(target.table.select().where(target == identity).limit(1)).first() is not None:
            return identity
        return merged_into(self.session, target.table.name, identity) if target.table.name in _MERGED else None

    def _lose(self, model: type[SQLModel]) -> None:
        table = str(model.__tablename__)
        self.lost[table] = self.lost.get(table, 0) + 1
