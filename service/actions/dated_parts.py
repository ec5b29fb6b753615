"""The performances and phases of events, as calendars and lists show them."""

from collections.abc import Collection, Mapping

from sqlmodel import Session

from calendars.programmes.dated_parts import DatedPart
from models.queries.event_parts import performances_of, phases_of


def dated_parts(session: Session, event_ids: Collection[str]) -> Mapping[str, list[DatedPart]]:
    """Event → its performances and phases in order, of those that have any; two queries for any number of events."""
    found: dict[str, list[DatedPart]] = {}
    for performance in performances_of(session, event_ids):
        found.setdefault(performance.event_id, []).append(DatedPart.of_performance(performance))
    for phase in phases_of(session, event_ids):
        found.setdefault(phase.event_id, []).append(DatedPart.of_phase(phase))
    return found
