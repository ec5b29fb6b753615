"""The parts of an event in their order: programme items and tasks."""

from sqlmodel import Session, col, select

from models.event_parts import ProgrammeItem, Task


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
