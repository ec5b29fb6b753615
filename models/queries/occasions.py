"""What an office's rules remind of besides events, for who plans and who sends.

These are observances, anniversaries, agreements, milestones of projects and permits of learners.

Observances and projects are an office's own. Agreements and anniversaries are shared; an office is reminded of those
that one of its localities is a party of. Learners are the office's whose training batch they are in.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from models.agreements import Agreement, Anniversary
from models.observances import Observance
from models.projects import Project, ProjectMilestone
from models.queries.learner_permits import LearnerPermit, read_permits
from models.queries.office_rows import OfficeHolidays
from models.queries.offices import Offices
from models.vocabulary import AboutType

_MILESTONES: Any = (
    core_select(
        col(Project.id),
        col(Project.title),
        col(Project.organisation_id),
        col(Project.handed_over_on),
        col(Project.office),
        col(ProjectMilestone.title).label("milestone"),
        col(ProjectMilestone.day),
        col(ProjectMilestone.state),
    )
    .outerjoin(ProjectMilestone, col(ProjectMilestone.project_id) == col(Project.id))
    .order_by(col(Project.id), col(ProjectMilestone.position))
)


@dataclass(frozen=True, slots=True)
class OccasionRows:
    """The rows of some kinds of things, of all offices; ``of`` gives those of one."""

    offices: Offices
    holidays: OfficeHolidays
    observances: list[Observance] = field(default_factory=list)
    anniversaries: list[Anniversary] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    followed: frozenset[str] = frozenset()
    permits: list[LearnerPermit] = field(default_factory=list)
    milestones: list[Any] = field(default_factory=list)

    @classmethod
    def load(cls, session: Session, types: Collection[AboutType]) -> "OccasionRows":
        """Read the things of these types; a query for each, and those of the offices."""
        offices = Offices.load(session)
        found = cls(offices, OfficeHolidays.load(session, offices))
        if AboutType.OBSERVANCE in types:
            found.observances.extend(session.exec(select(Observance).order_by(col(Observance.id))))
        if AboutType.PROJECT in types:
            found.milestones.extend(session.execute(_MILESTONES))
        followed: frozenset[str] = frozenset()
        if AboutType.ANNIVERSARY in types:
            found.anniversaries.extend(session.exec(select(Anniversary).order_by(col(Anniversary.id))))
        if AboutType.AGREEMENT in types:
            found.agreements.extend(session.exec(select(Agreement).order_by(col(Agreement.id))))
            followed = frozenset(one.predecessor_id for one in found.agreements if one.predecessor_id)
        if AboutType.LEARNER in types:
            found.permits.extend(read_permits(session))
        return replace(found, followed=followed)

    def observances_of(self, office: str) -> list[Observance]:
        """The observances of an office."""
        return [one for one in self.observances if self.offices.named(one.office) == office]

    def permits_of(self, office: str) -> list[LearnerPermit]:
        """The permits of the learners of an office's batches."""
        return [one for one in self.permits if self.offices.of(one.organisation_id) == office]

    def milestones_of(self, office: str) -> list[Any]:
        """The milestones of an office's projects, with what is asked of these."""
        return [one for one in self.milestones if self.offices.named(one.office) == office]

    def concerning(self, office: str, rows: Collection[Any]) -> list[Any]:
        """Those of some agreements or anniversaries that an office is reminded of: without parties all of them."""
        if self.offices.alone:
            return list(rows)
        return [one for one in rows if not one.parties or any(self.offices.at(code) == office for code in one.parties)]
