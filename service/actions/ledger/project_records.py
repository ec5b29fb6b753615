"""What everybody of an office knows of its projects: which there are, and whether they are accepted and handed over.

Commitments are judged by it. It holds no money, no papers and no steps; of these only whether one is overdue shows, in
the state of the commitment. Accounts of the other side, and of other offices, know of no project; and nobody of an
event of a handover that they may not read.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from calendars.events.lifecycle import CALLED_OFF
from calendars.projects.standing import HandoverEvent, ProjectRecord
from models.projects import Project, ProjectMilestone
from models.text import LocalizedText
from models.vocabulary import EventStatus, MilestoneState
from service.actions import permissions
from service.actions.ledger import rights
from service.actions.ledger.handovers import Handover, readable_handovers


@dataclass(frozen=True, slots=True)
class NamedProject:
    """A project by its title: what the page of its commitment or agreement shows everybody of the office.

    ``is_open``: its reader may read the rest of it, too.
    """

    id: str
    title: LocalizedText
    commitment_id: str
    is_accepted: bool
    is_handed_over: bool
    is_open: bool


def records_of(session: Session, commitment_ids: Collection[str] | None = None) -> dict[str, tuple[ProjectRecord, ...]]:
    """Commitment → its projects, of all commitments or of some, by title; three queries at most."""
    rows = _rows(session, commitment_ids)
    if not rows:
        return {}
    held = readable_handovers(session, [row.handover_event_id for row in rows])
    days: dict[str, list[Any]] = {}
    planned = select(col(ProjectMilestone.project_id), col(ProjectMilestone.day)).where(
        col(ProjectMilestone.project_id).in_([row.id for row in rows]),
        col(ProjectMilestone.state) == MilestoneState.PLANNED,
        col(ProjectMilestone.day).is_not(None),
    )
    for project_id, day in session.execute(planned):
        days.setdefault(project_id, []).append(day)
    found: dict[str, tuple[ProjectRecord, ...]] = {}
    for row in rows:
        record = ProjectRecord(
            row.id,
            row.title,
            row.accepted_on is not None,
            row.handed_over_on,
            tuple(sorted(days.get(row.id, ()))),
            _event(held.get(row.handover_event_id or "")),
        )
        found[row.commitment_id] = (*found.get(row.commitment_id, ()), record)
    return found


def named_projects(session: Session, commitment_ids: Collection[str]) -> dict[str, list[NamedProject]]:
    """Commitment → what everybody of the office knows of its projects, by title."""
    rows = _rows(session, commitment_ids)
    if not rows:
        return {}
    held = readable_handovers(session, [row.handover_event_id for row in rows])
    ids = [row.id for row in rows]
    readable = select(col(Project.id)).where(col(Project.id).in_(ids), rights.entries_readable(session, Project))
    opened = set(session.scalars(readable))
    found: dict[str, list[NamedProject]] = {}
    for row in rows:
        event = held.get(row.handover_event_id or "")
        is_handed = row.handed_over_on is not None or (event is not None and event.is_held)
        named = NamedProject(
            row.id, row.title, row.commitment_id, row.accepted_on is not None, is_handed, row.id in opened
        )
        found.setdefault(row.commitment_id, []).append(named)
    return found


def _rows(session: Session, commitment_ids: Collection[str] | None) -> list[Any]:
    one = permissions.reader(session)
    if one is not None and one.side is not None:
        return []
    columns: tuple[Any, ...] = (
        col(Project.id),
        col(Project.title),
        col(Project.commitment_id),
        col(Project.accepted_on),
        col(Project.handed_over_on),
        col(Project.handover_event_id),
    )
    statement = select(*columns).where(
        col(Project.commitment_id).is_not(None), permissions.marked_own(session, col(Project.office))
    )
    if commitment_ids is not None:
        statement = statement.where(col(Project.commitment_id).in_(sorted(commitment_ids)))
    return list(session.execute(statement.order_by(col(Project.sort_key), col(Project.id))))


def _event(one: Handover | None) -> HandoverEvent | None:
    if one is None:
        return None
    is_coming = one.is_handover and not one.is_held and one.status not in CALLED_OFF
    return HandoverEvent(one.id, one.days, one.is_held, is_coming and one.status is not EventStatus.COMPLETED)
