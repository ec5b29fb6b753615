"""Projects as their readers see them: with what is computed of them, without events that the reader may not see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from calendars.money.sums import Sums
from calendars.projects import figures
from calendars.projects.facts import ProjectFacts
from calendars.projects.figures import SumDifference
from models.projects import Project
from models.vocabulary import ProjectState
from service.actions.ledger.handovers import Handover, readable_handovers


@dataclass(frozen=True, slots=True)
class SeenProject:
    """A project with its figures; whatever else it is asked for it takes from its row."""

    row: Project
    facts: ProjectFacts
    handover: Handover | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what copies and pickles ask before there is a row
            raise AttributeError(name)
        return getattr(self.row, name)

    @property
    def handover_event_id(self) -> str | None:
        """The event at which it is handed over; None too where the reader may not see it."""
        return None if self.handover is None else self.handover.id

    @property
    def is_held(self) -> bool:
        """Whether that event was held."""
        return self.handover is not None and self.handover.is_held

    @property
    def progress(self) -> ProjectState:
        """How far it has come."""
        is_coming = self.handover is not None and self.handover.is_coming
        return figures.state_of(self.facts, is_held=self.is_held, is_coming=is_coming)

    @property
    def paid(self) -> Sums:
        """What was paid, by currency."""
        return figures.paid(self.facts)

    @property
    def planned(self) -> Sums:
        """What it is to cost, by currency."""
        return figures.planned(self.facts)

    @property
    def percent_done(self) -> int | None:
        """How many percent of the whole are done; None: nobody knows."""
        return figures.percent_done(self.facts, is_held=self.is_held)

    @property
    def differences(self) -> list[SumDifference]:
        """What does not fit together."""
        return figures.differences(self.facts)


def seen(session: Session, projects: Iterable[Project]) -> list[SeenProject]:
    """Projects as the session sees them; one query."""
    rows = list(projects)
    held = readable_handovers(session, [one.handover_event_id for one in rows])
    return [SeenProject(one, ProjectFacts.of(one), held.get(one.handover_event_id or "")) for one in rows]


def seen_one(session: Session, project: Project) -> SeenProject:
    """One project as the session sees it."""
    return seen(session, [project])[0]
