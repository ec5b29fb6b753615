"""Learners of training batches, person by person and stage by stage.

Stipends and permits are nobody else's: who reads and writes them is decided by :mod:`service.actions.ledger.rights`, as
for the money of the batch.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, union
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.events.lifecycle import CALLED_OFF
from calendars.learners import stages
from calendars.learners.stages import IN_ORDER, StageFacts
from calendars.people.names import name_text
from models.errors import Invalid, NotFound
from models.events import Event, TrainingPhase
from models.i18n import N_, Message, message
from models.learners import Learner
from models.places import Person
from models.queries.learner_permits import LearnerPermit, read_permits
from models.text import LocalizedText
from models.vocabulary import EventKind, Language, LearnerOutcome
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.ledger import rights
from service.actions.reminders import occasion_planning

COMPUTED = ("stipend",)
EXPIRING_DAYS = 60
"""How long before a permit ends the pages show it."""

_COLUMNS = frozenset({"permit_expires_on", "outcome"})
"""What decides whether and when anybody is reminded of a permit."""


@dataclass(frozen=True, slots=True)
class LearnerEntry:
    """A learner with the person, None where only a name is known."""

    learner: Learner
    person: Person | None

    @property
    def name(self) -> LocalizedText:
        """What they are called."""
        return name_of(self.learner, self.person)


def name_of(learner: Any, person: Person | None) -> LocalizedText:
    """What a learner is called: by the person's names, else by the name that was entered."""
    return name_text(person) if person is not None else {Language.VI.value: learner.name or ""}


# Reading


def find_batch(session: Session, event_id: str, *, to_change: bool = False) -> Event:
    """A training batch whose learners the session may read, or change.

    Raises:
        NotFound: there is none, it is another kind of event, or the session may not read it or its money.
        Forbidden: the session may read its learners and not change them.
    """
    event = rights.find_event(session, event_id)
    if event.kind is not EventKind.TRAINING_BATCH:
        raise NotFound(crud.called(Event), event_id)
    return rights.find_event(session, event_id, to_change=True) if to_change else event


def learners_of(session: Session, event: Event) -> list[LearnerEntry]:
    """The learners of a batch: by stage, then by name; one query."""
    return in_order(_entries(session, Learner.event_id == event.id))


def entry_of(session: Session, event: Event, learner_id: str) -> LearnerEntry:
    """One learner of a batch.

    Raises:
        NotFound: there is no such learner in this batch.
    """
    learner = crud.part(session, Learner, event.id, learner_id)
    person = session.get(Person, learner.person_id) if learner.person_id is not None else None
    return LearnerEntry(learner, person)


def in_order(entries: Iterable[LearnerEntry]) -> list[LearnerEntry]:
    """Entries as lists show them: by stage, then by name."""

    def place(one: LearnerEntry) -> tuple[int, bytes, str]:
        key = (one.person or one.learner).sort_key
        return IN_ORDER.index(one.learner.stage), key, one.learner.id

    return sorted(entries, key=place)


def _entries(session: Session, *where: Any) -> list[LearnerEntry]:
    of_person = col(Person.id) == col(Learner.person_id)
    found = session.exec(select(Learner, Person).join(Person, of_person, isouter=True).where(*where)).all()
    return [LearnerEntry(learner, person) for learner, person in found]


# Changing


def add_learner(session: Session, act: ActionContext, event: Event, values: Mapping[str, Any]) -> Learner:
    """Enter somebody in one stage.

    Raises:
        Invalid: nobody or two are named, they are in this stage already, or days and outcome contradict each other.
    """
    (learner,) = add_learners(session, act, event, [values])
    return learner


def add_learners(
    session: Session, act: ActionContext, event: Event, listed: Sequence[Mapping[str, Any]]
) -> list[Learner]:
    """Enter several at once: all or none.

    Raises:
        Invalid: as :func:`add_learner`; of several, fields are named with their place, ``2.starts_on``.
    """
    _lock(session, event)
    known = [StageFacts.of(one.learner) for one in learners_of(session, event)]
    made = []
    errors: dict[str, list[Message]] = {}
    for place, values in enumerate(listed):
        learner = Learner(event_id=event.id, **{name: one for name, one in values.items() if name not in COMPUTED})
        crud.assign(learner, {name: values[name] for name in COMPUTED if name in values})
        learner.outcome = learner.outcome or LearnerOutcome.STUDYING
        wrong = _errors(session, act, learner, values, known)
        prefix = f"{place}." if len(listed) > 1 else ""
        errors |= {f"{prefix}{name}": lines for name, lines in wrong.items()}
        if not wrong:
            known.append(StageFacts.of(learner))
            made.append(learner)
    crud.check(errors)
    for learner in made:
        crud.create(session, act, learner, computed=COMPUTED, event_id=event.id)
    _plan(session, act, made)
    return made


def change_learner(
    session: Session, act: ActionContext, event: Event, learner: Learner, values: Mapping[str, Any]
) -> Learner:
    """Change what is known of a learner in a stage.

    Raises:
        Invalid: as :func:`add_learner`.
    """
    change_learners(session, act, event, [(learner, values)])
    return learner


def change_learners(
    session: Session, act: ActionContext, event: Event, listed: Sequence[tuple[Learner, Mapping[str, Any]]]
) -> None:
    """Change several at once: all or none.

    Raises:
        Invalid: as :func:`add_learners`.
    """
    _lock(session, event)
    changing = {learner.id for learner, _values in listed}
    others = [StageFacts.of(one.learner) for one in learners_of(session, event) if one.learner.id not in changing]
    errors: dict[str, list[Message]] = {}
    wanted = []
    for place, (learner, values) in enumerate(listed):
        after = Learner(**{**learner.model_dump(), **{key: one for key, one in values.items() if key not in COMPUTED}})
        wrong = _errors(session, act, after, values, others)
        prefix = f"{place}." if len(listed) > 1 else ""
        errors |= {f"{prefix}{name}": lines for name, lines in wrong.items()}
        if not wrong:
            others.append(StageFacts.of(after))
            wanted.append((learner, values))
    crud.check(errors)
    changed: set[str] = set()
    for learner, values in wanted:
        changed |= crud.change(session, act, learner, values, computed=COMPUTED, event_id=event.id)
    if _COLUMNS & changed:
        occasion_planning.plan(session, act)


def remove_learner(session: Session, act: ActionContext, event: Event, learner: Learner) -> None:
    """Take a learner out of a stage."""
    has_permit = learner.permit_expires_on is not None
    crud.delete(session, act, learner, event_id=event.id)
    if has_permit:
        occasion_planning.plan(session, act)


def permits_changed(session: Session, act: ActionContext, event: Event) -> None:
    """Something of a batch changed that decides who is reminded of permits: plan these reminders anew, if there are."""
    with_permit = select(Learner.id).where(Learner.event_id == event.id, col(Learner.permit_expires_on).is_not(None))
    if event.kind is EventKind.TRAINING_BATCH and session.exec(with_permit.limit(1)).first() is not None:
        occasion_planning.plan(session, act)


def _lock(session: Session, event: Event) -> None:
    """Let one writer of a batch's learners after the other look at them."""
    session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()


def _plan(session: Session, act: ActionContext, made: Iterable[Learner]) -> None:
    if any(one.permit_expires_on is not None for one in made):
        occasion_planning.plan(session, act)


def _errors(
    session: Session,
    act: ActionContext,
    learner: Learner,
    values: Mapping[str, Any],
    known: Iterable[StageFacts],
) -> crud.Errors:
    """What is wrong with a learner as they would be; ``values`` is what was sent."""
    errors = crud.missing_references(session, Learner, values)
    if learner.person_id is None and learner.name is None:
        errors.setdefault("person_id", [message(NOBODY)])
    elif learner.person_id is not None and learner.name is not None:
        errors.setdefault("name", [message(BOTH)])
    if not errors:
        found = stages.contradictions(StageFacts.of(learner), known, act.today)
        errors = {name: [line] for name, line in found.items()}
    return errors


NOBODY = N_("Say who it is: a person of the directory (person_id), or a name where the person is not known (name).")
BOTH = N_("Give either the person or a name; set the other to null.")


_KEPT = ("institution_id", "payer", "permit_expires_on")
"""What stays as it was in the stage before unless something else is said."""

WHEN_ENDED = N_("Say when the stage before ended, or when the next one begins.")


def next_stage(
    session: Session,
    act: ActionContext,
    event: Event,
    listed: Sequence[Learner],
    values: Mapping[str, Any],
    ended: Mapping[str, Any] = MappingProxyType({}),
) -> list[Learner]:
    """Let several go on to the next stage: the same people, with these values; all or none.

    The stage they are in ends: ``ended`` holds its ``outcome`` (graduated by default) and ``ends_on`` (by default as it
    is entered, else the month before the next stage begins; while that is to come, they study on until then).
    Institution, payer and permit that ``values`` leave out or give as None are those of the stage before.

    Raises:
        Invalid: as :func:`add_learners`; or it can't be known when the stage before ended.
    """
    open_ones = [one for one in listed if one.outcome is LearnerOutcome.STUDYING]
    changes = [(one, _end_of(act, one, values, ended)) for one in open_ones]
    change_learners(session, act, event, changes)
    return add_learners(session, act, event, [_going_on(one, values) for one in listed])


def _going_on(one: Learner, values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: getattr(one, name) for name in _KEPT if values.get(name) is None}
    return {"person_id": one.person_id, "name": one.name} | dict(values) | kept


def _end_of(act: ActionContext, one: Learner, values: Mapping[str, Any], ended: Mapping[str, Any]) -> dict[str, Any]:
    """How the stage that somebody leaves ends."""
    outcome = ended.get("outcome") or LearnerOutcome.GRADUATED
    starts_on = values.get("starts_on")
    ends_on = ended.get("ends_on") or one.ends_on or (stages.month_before(starts_on) if starts_on else None)
    if ends_on is None:
        raise Invalid({"ends_on": [message(WHEN_ENDED)]})
    days = None if ended.get("ends_on") else stages.bounds(ends_on)
    if days is not None and days.first > act.today and outcome is LearnerOutcome.GRADUATED:
        outcome = LearnerOutcome.STUDYING
    return {"ends_on": ends_on, "outcome": outcome}


# Over all batches


def teaching(session: Session) -> set[str]:
    """The ids of the bodies at which the learners and batches that the session may read learn; one query."""
    seen = select(Event.id).where(permissions.visible(session))
    read = select(Event.id).where(readable(session))
    found = union(
        core_select(col(Event.institution_id)).where(col(Event.id).in_(seen)),
        core_select(col(TrainingPhase.institution_id)).where(col(TrainingPhase.event_id).in_(seen)),
        core_select(col(Learner.institution_id)).where(col(Learner.event_id).in_(read)),
    )
    return {identity for (identity,) in session.execute(found) if identity is not None}


def learners_where(session: Session, act: ActionContext, query: Mapping[str, Any]) -> Any:
    """The SELECT of the learners of all batches that the session may read, with their batches and people.

    ``query``: ``outcome``, ``stage`` (lists), ``institution_id``, ``person_id``, ``permit_until`` (a day), ``current``
    (whether the stage is not over today).
    """
    statement: Any = (
        select(Learner, Event, Person)
        .join(Event, col(Event.id) == col(Learner.event_id))
        .join(Person, col(Person.id) == col(Learner.person_id), isouter=True)
        .where(readable(session))
    )
    for name in ("outcome", "stage"):
        if query.get(name):
            statement = statement.where(col(getattr(Learner, name)).in_(query[name]))
    for name in ("institution_id", "person_id"):
        if query.get(name):
            statement = statement.where(getattr(Learner, name) == query[name])
    if "current" in query:
        over = _is_over(act.today)
        statement = statement.where(not_(over) if query["current"] else over)
    if query.get("permit_until"):
        statement = statement.where(col(Learner.permit_expires_on) <= query["permit_until"])
    return statement


def _is_over(today: date) -> ColumnElement[bool]:
    """The condition for stages whose end, or that of the batch where none is known, certainly lies before a day."""
    end, day = func.coalesce(col(Learner.ends_on), ""), today.isoformat()
    of_batch = and_(col(Learner.ends_on).is_(None), col(Event.last_day) < today)
    return or_(of_batch, *(and_(func.length(end) == length, end < day[:length]) for length in (4, 7, 10)))


def page_of_learners(
    session: Session, act: ActionContext, query: Mapping[str, Any], first: int, size: int
) -> tuple[list[tuple[LearnerEntry, Event]], int]:
    """One page of :func:`learners_where`, and how many there are."""
    rows, total = crud.page_of(session, learners_where(session, act, query), LEARNER_ORDER, first, size)
    return [(LearnerEntry(learner, person), event) for learner, event, person in rows], total


def people_count(session: Session, act: ActionContext, query: Mapping[str, Any]) -> int:
    """Of how many people :func:`learners_where` finds stages: each counts once, whatever the number of their stages."""
    known, named = Learner.person_id, col(Learner.sort_key)
    batch = case((col(known).is_(None), col(Learner.event_id)))
    found = learners_where(session, act, query).with_only_columns(known, batch, named).distinct().subquery()
    return session.exec(select(func.count()).select_from(found)).one()


def stages_of_person(session: Session, act: ActionContext, person: Person) -> list[tuple[LearnerEntry, Event]]:
    """Somebody's stages over all batches that the session may read, in their order, with the batches; one query."""
    rows = session.exec(learners_where(session, act, {"person_id": person.id})).all()
    found = [(LearnerEntry(learner, person), event) for learner, event, _person in rows]
    return sorted(found, key=lambda one: (one[0].learner.starts_on or "9999", IN_ORDER.index(one[0].learner.stage)))


def expiring(session: Session, today: date, limit: int, days: int = EXPIRING_DAYS) -> list[LearnerPermit]:
    """The first permits that end within so many days or have ended, of those who study, of batches whose learners the
    session may read and that take place; one query, for officers only."""
    within = col(Learner.permit_expires_on) <= today + timedelta(days=days)
    studies = col(Learner.outcome) == LearnerOutcome.STUDYING
    takes_place = col(Event.status).not_in(CALLED_OFF)
    return read_permits(session, and_(readable(session), within, studies, takes_place, not_(_is_over(today))), limit)


def readable(session: Session) -> ColumnElement[bool]:
    """The condition for events whose learners the session may read."""
    return and_(permissions.visible(session), rights.money_readable(session))


LEARNER_ORDER = (func.coalesce(col(Person.sort_key), col(Learner.sort_key)), col(Learner.starts_on), col(Learner.id))
"""By name, and of one person by the beginning of the stages."""
