"""Which worker leads, as the database knows it; to inform people, nobody decides by it."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.workers import Lead


@dataclass(frozen=True, slots=True)
class LeadState:
    """The name of the leading worker, None if nobody leads, and seconds since the last sign of life of a leader."""

    worker: str | None
    age: float


def lead_state(session: Session) -> LeadState | None:
    """The state of the lease; None where there is none: on SQLite, and before the first worker ran."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    age = func.extract("epoch", func.clock_timestamp() - col(Lead.renewed_at))
    row = session.execute(select(col(Lead.holder), age)).first()
    if row is None or row[1] is None:
        return None
    return LeadState(row[0].rpartition(":")[0] if row[0] else None, float(row[1]))
