"""The parts of an event in their order: programme items, tasks, performances and phases."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from models.event_parts import ProgrammeItem, Task
from models.events import Performance, TrainingPhase


def programme_of(session: Session, event_id: str) -> list[ProgrammeItem]:
    """The working programme by day, start time and position."""
    return list(
        session.exec(
            select(ProgrammeItem)
            .where(ProgrammeItem.event_id == event_id)
            .order_by(col(ProgrammeItem.day), col(ProgrammeItem.start_time).nulls_first(), col(ProgrammeItem.position))
        ).all()
    )


def tasks_of(session: Session, event_id: str) -> list[Task]:
    """An event's tasks in the order of their creation."""
    return list(session.exec(select(Task).where(Task.event_id == event_id).order_by(col(Task.id))).all())


def performances_of(session: Session, event_ids: Collection[str]) -> list[Performance]:
    """The performances of these events, by day, time and position; one query, none without events."""
    if not event_ids:
        return []
    order = (col(Performance.day), col(Performance.time).nulls_first(), col(Performance.position))
    statement = select(Performance).where(col(Performance.event_id).in_(event_ids))
    return list(session.exec(statement.order_by(*order)).all())


def phases_of(session: Session, event_ids: Collection[str]) -> list[TrainingPhase]:
    """The phases of these batches, by their days and position; one query, none without events."""
    if not event_ids:
        return []
    order = (col(TrainingPhase.first_day), col(TrainingPhase.last_day), col(TrainingPhase.position))
    statement = select(TrainingPhase).where(col(TrainingPhase.event_id).in_(event_ids))
    return list(session.exec(statement.order_by(*order)).all())
