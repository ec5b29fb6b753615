"""Learners as pages show them: on those of their batch, of all batches, of a person; and permits that end soon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from markupsafe import Markup

from calendars.learners.counting import outcome_on
from calendars.learners.stages import OUTCOME_NAMES, STAGE_NAMES, StageFacts, told
from models.events import Event
from models.i18n import N_
from models.learners import Learner
from models.text import LocalizedText
from models.vocabulary import LearnerOutcome, Role
from service.actions.ledger import learners
from service.actions.ledger.learners import LearnerEntry
from service.web.labels import money
from service.web.row_names import named_organisations
from service.web.view import View, ids

UNKNOWN = N_("Over; the outcome is not known")


@dataclass(frozen=True, slots=True)
class LearnerLine:
    """A learner as a table shows one."""

    learner: Learner
    name: Markup | str
    plain_name: str
    person_id: str | None
    institution: Markup | str
    starts: str
    ends: str
    stage: str
    outcome: str
    stipend: str
    payer: Markup | str
    ends_soon: bool
    event: Event

    @property
    def version(self) -> int:
        """The row's, so that a form made before it changed is refused."""
        return self.learner.version


def lines_of(view: View, found: Sequence[tuple[LearnerEntry, Event]], soon: Any) -> list[LearnerLine]:
    """Learners as tables show them; ``soon`` is the day until which a permit ends soon. One query for the schools."""
    schools = named_organisations(view, ids(*(entry.learner.institution_id for entry, _event in found)))
    return [_line(view, entry, event, schools, soon) for entry, event in found]


def _line(view: View, entry: LearnerEntry, event: Event, schools: Mapping[str, Markup | str], soon: Any) -> LearnerLine:
    learner = entry.learner
    plain_name = view.person(entry.person) if entry.person is not None else learner.name or ""
    permit = learner.permit_expires_on
    outcome = outcome_on(StageFacts.of(learner), view.act.today)
    if learner.ends_on is None and learner.outcome is LearnerOutcome.STUDYING and event.last_day < view.act.today:
        outcome = None
    return LearnerLine(
        learner,
        plain_name,
        plain_name,
        learner.person_id,
        schools.get(learner.institution_id or "", ""),
        told(learner.starts_on, view.language),
        told(learner.ends_on, view.language),
        view.say(STAGE_NAMES[learner.stage]),
        view.say(UNKNOWN if outcome is None else OUTCOME_NAMES[outcome]),
        money(learner.stipend, view.language),
        view.place(learner.payer) if learner.payer else "",
        permit is not None and learner.outcome is LearnerOutcome.STUDYING and permit <= soon,
        event,
    )


@dataclass(frozen=True, slots=True)
class EndingPermit:
    """A permit that ends soon or has ended: whose, when, of which batch, and the page of its learner."""

    name: str
    day: date
    is_over: bool
    batch: LocalizedText
    url: str


MOST_PERMITS = 20


def ending_permits(view: View) -> list[EndingPermit]:
    """The permits that end soon, for officers who read the learners; one query, none for others."""
    if not view.may(Role.OFFICER):
        return []
    return [
        EndingPermit(
            view.person(one.person) if one.person is not None else one.called or "",
            one.day,
            one.day < view.act.today,
            one.batch,
            url_for("pages.batch_learners", event_id=one.event_id, _anchor=f"learner-{one.id}"),
        )
        for one in learners.expiring(view.session, view.act.today, MOST_PERMITS)
    ]
