"""The stages of learners as counts need them: without names, stipends and permits, so for whoever reads the batch."""

from typing import Any

from sqlalchemy import String, select, type_coerce
from sqlmodel import Session, col

from calendars.learners.counting import Stages
from calendars.learners.stages import StageFacts, who
from models.events import Event
from models.learners import Learner
from models.vocabulary import LearnerOutcome, LearnerStage

_STAGES = {one.value: one for one in LearnerStage}
_OUTCOMES = {one.value: one for one in LearnerOutcome}


def stages_where(session: Session, which: Any) -> Stages:
    """The stages of the learners of the batches that meet a condition for events; one query."""
    columns = (
        col(Learner.event_id),
        col(Learner.person_id),
        col(Learner.name),
        type_coerce(col(Learner.stage), String),
        col(Learner.starts_on),
        col(Learner.ends_on),
        type_coerce(col(Learner.outcome), String),
    )
    rows = session.execute(
        select(*columns).join(Event, col(Event.id) == col(Learner.event_id)).where(which).order_by(col(Learner.id))
    )
    found: dict[str, tuple[StageFacts, ...]] = {}
    for event_id, person_id, name, stage, starts_on, ends_on, outcome in rows:
        one = StageFacts(who(person_id, name), _STAGES[stage], starts_on, ends_on, _OUTCOMES[outcome])
        found[event_id] = (*found.get(event_id, ()), one)
    return found
