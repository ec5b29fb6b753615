"""The days of projects' milestones, for calendars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from calendars.days.spans import Days
from models.projects import Project, ProjectMilestone
from models.text import LocalizedText
from models.vocabulary import MilestoneState
from service.actions.ledger import rights

MOST = 500
"""The most milestones that one calendar shows."""


@dataclass(frozen=True, slots=True)
class MilestoneDay:
    """A milestone of a project, for who may read the project; its day is that by which it is to be reached."""

    project_id: str
    project: LocalizedText
    title: LocalizedText
    is_done: bool


def milestones_on(session: Session, days: Days) -> Mapping[date, Sequence[MilestoneDay]]:
    """Day → the milestones of the projects that the session may read, by title of the project; one query."""
    day = col(ProjectMilestone.day)
    columns: tuple[Any, ...] = (
        day,
        col(Project.id),
        col(Project.title),
        col(ProjectMilestone.title),
        col(ProjectMilestone.state),
    )
    rows = session.execute(
        select(*columns)
        .join(Project, col(Project.id) == col(ProjectMilestone.project_id))
        .where(day >= days.first, day <= days.last, rights.entries_readable(session, Project))
        .order_by(day, col(Project.sort_key), col(Project.id), col(ProjectMilestone.position))
        .limit(MOST)
    )
    found: dict[date, list[MilestoneDay]] = {}
    for on, project_id, project, title, state in rows:
        found.setdefault(on, []).append(MilestoneDay(project_id, project, title, state is MilestoneState.DONE))
    return found
