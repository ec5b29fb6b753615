"""Permits of learners that expire, for who plans and sends reminders of them and for who shows them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlmodel import Session, col

from models.events import Event
from models.learners import Learner
from models.places import Person
from models.text import LocalizedText
from models.vocabulary import EventStatus, Language, LearnerOutcome


@dataclass(frozen=True, slots=True)
class LearnerPermit:
    """A learner's residence permit or visa, with what of the batch decides who may know of it.

    ``person`` has the names of one who stands in the directory, None: only ``called`` is known.
    """

    id: str
    called: str | None
    person: Any
    day: date
    outcome: LearnerOutcome
    event_id: str
    batch: LocalizedText
    status: EventStatus
    organisation_id: str | None
    created_by: str | None
    institution_id: str | None = None

    @property
    def name(self) -> LocalizedText | None:
        """What was entered instead of a person; None of a person."""
        return {Language.VI.value: self.called} if self.called is not None else None


def read_permits(
    session: Session, which: ColumnElement[bool] | None = None, limit: int | None = None
) -> list[LearnerPermit]:
    """The first permits whose last day is known, by that day; one query. ``which`` is a condition for learners and
    events."""
    of_person = col(Person.id) == col(Learner.person_id)
    statement = (
        select(Learner, Event, Person)
        .join(Event, col(Event.id) == col(Learner.event_id))
        .join(Person, of_person, isouter=True)
        .where(col(Learner.permit_expires_on).is_not(None), true() if which is None else which)
        .order_by(col(Learner.permit_expires_on), col(Learner.id))
        .limit(limit)
    )
    return [
        LearnerPermit(
            learner.id,
            learner.name,
            person,
            learner.permit_expires_on,
            learner.outcome,
            event.id,
            event.title,
            event.status,
            event.organisation_id,
            event.created_by,
            learner.institution_id,
        )
        for learner, event, person in session.execute(statement)
    ]
