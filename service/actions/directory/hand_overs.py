"""Handing over what an organisation is in charge of to its successor, and taking that back.

From a day on: events that begin then or later, with their tasks; those that span the day stay with whom they began and
are named. Accounts, people, rules, resources, templates and what feeds ask for go along. The successor reads what its
predecessor was in charge of (:mod:`models.queries.event_readers`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, or_, true
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from models.accounts import User
from models.base import metadata
from models.errors import Conflict, Forbidden, Invalid
from models.event_parts import Task
from models.events import Event, TrainingPhase
from models.feeds import Feed
from models.i18n import N_, message
from models.learners import Learner
from models.places import Organisation, Person
from models.projects import Project
from models.queries.dated import is_dated
from models.queries.organisation_lines import OrganisationLines
from models.successions import Merge, OrganisationHandOver
from models.vocabulary import EventStatus, LearnerOutcome, MergedEntity
from service.actions import change_log, crud, permissions
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.directory import handed_over_people, merges, moved_effects, moved_rows, organisation_times
from service.actions.directory.references import Move, Mover, RowKey, take_back

_EVENT: Table = Event.__table__  # type: ignore[attr-defined]
_TASK: Table = Task.__table__  # type: ignore[attr-defined]
_PHASE: Table = TrainingPhase.__table__  # type: ignore[attr-defined]
_FEED: Table = Feed.__table__  # type: ignore[attr-defined]
_LEARNER: Table = Learner.__table__  # type: ignore[attr-defined]
_PROJECT: Table = Project.__table__  # type: ignore[attr-defined]

Condition = Callable[[date], ColumnElement[bool]]
"""Which rows that refer to the organisation go over on a day."""


def _of_coming(event_id: Any) -> Condition:
    """Rows of events that begin on the day or later; what is known to a month or a year only is of the past."""
    return lambda day: event_id.in_(core_select(_EVENT.c.id).where(_EVENT.c.first_day >= day, is_dated()))


def _of_not_over(event_id: Any) -> Condition:
    """Rows of events that are not over before the day: who takes part in them is told of them as before."""
    return lambda day: event_id.in_(core_select(_EVENT.c.id).where(_EVENT.c.last_day >= day))


def _open_then(day: date) -> ColumnElement[bool]:
    """Tasks of events that begin on the day or later, and those of others that are still to be done then."""
    running = core_select(_EVENT.c.id).where(_EVENT.c.last_day >= day)
    is_due = or_(_TASK.c.due_day >= day, and_(_TASK.c.due_day.is_(None), _TASK.c.event_id.in_(running)))
    return or_(_of_coming(_TASK.c.event_id)(day), and_(_TASK.c.done.is_(False), is_due))


def _all(day: date) -> ColumnElement[bool]:
    return true()


GOING: Mapping[tuple[str, str], Condition] = {
    ("event", "organisation_id"): _of_coming(_EVENT.c.id),
    ("event", "institution_id"): _of_coming(_EVENT.c.id),
    ("event", "head_organisation_id"): _of_not_over(_EVENT.c.id),
    ("learner", "institution_id"): lambda day: _LEARNER.c.outcome == LearnerOutcome.STUDYING,
    ("member", "organisation_id"): _of_not_over(metadata.tables["member"].c.event_id),
    ("task", "organisation_id"): _open_then,
    ("task", "person_organisation_id"): _open_then,
    ("training_phase", "institution_id"): lambda day: _PHASE.c.first_day >= day,
    ("task_template", "organisation_id"): _all,
    ("user", "organisation_id"): _all,
    ("reminder_rule", "organisation_id"): _all,
    ("resource", "organisation_id"): _all,
    ("project", "organisation_id"): lambda day: _PROJECT.c.handed_over_on.is_(None),
}
"""Which references to the organisation go over, by table and column; what feeds ask for follows besides."""

BY_TERMS = (("person", "organisation_id"), ("position", "organisation_id"))
"""References that go over by people's terms of office: from the day on they have a new one
(:mod:`service.actions.directory.handed_over_people`)."""

STAYING: Mapping[tuple[str, str], str] = {
    ("agreement_body", "organisation_id"): "a paper names whom it names",
    ("agreement_signatory", "organisation_id"): "a paper names who signed it",
    ("deleted_event", "organisation_id"): "what was, and is no more",
    ("document", "issued_by"): "a kept paper names who issued it",
    ("document", "organisation_id"): "a kept letter names to whom it was written",
    ("estimate_line", "payer_organisation_id"): "an estimate names who was to pay",
    ("gift", "giver_id"): "a gift names who gave it",
    ("gift", "organisation_id"): "an entry of what was given: the protocol office corrects it",
    ("gift", "receiver_id"): "a gift names who got it",
    ("hand_over", "organisation_id"): "tells what was done",
    ("hand_over", "to_id"): "tells what was done",
    ("observance", "organisation_id"): "a day of that organisation itself",
    ("organisation", "parent_id"): "organisations that belong to it are handed over each by itself",
    ("organisation", "successor_id"): "its own predecessors: the line leads through it",
    ("project", "beneficiary_id"): "a project names who was to get it",
    ("person", "former_organisation_id"): "whose somebody was whose terms are over",
    ("trashed_event", "organisation_id"): "a draft in the trash is planned by nobody; the protocol office restores it",
    ("seed_entry", "entity_id"): "the entry of that organisation itself",
}
"""Which references stay, and why."""

COUNTED: Mapping[str, str] = {
    "event": "events",
    "task": "tasks",
    "task_template": "task_templates",
    "user": "accounts",
    "person": "people",
    "reminder_rule": "rules",
    "resource": "resources",
    "feed": "feeds",
    "training_phase": "phases",
    "learner": "learners",
    "project": "projects",
}
"""Table → what its rows are counted as; of events those that the organisation is in charge of, of tasks those that it
does."""

_COUNTED_BY = {"event": "organisation_id", "task": "organisation_id", "project": "organisation_id"}


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What a hand-over does: its row, and the moved rows (table, id) by what they are counted as."""

    row: OrganisationHandOver
    rows: Mapping[str, Sequence[tuple[str, str]]]


def hand_over(session: Session, act: ActionContext, organisation: Organisation, to: str, from_day: date) -> HandedOver:
    """Hand over what an organisation is in charge of.

    Raises:
        Invalid: under ``to``, if there is none, or it is the organisation itself, one that comes before it, or one that
            has ended by then; under ``from_day``, if the organisation does not exist on the day before, or its
            successor begins later.
        Forbidden: one of both is another office's, or of another line of localities.
    """
    successor = _check(session, organisation, to, from_day)
    identity = organisation.id
    _lock(session, (identity, successor.id))
    mover = Mover(session, act.now)
    concerned = _concerned(session, identity, from_day)
    spanning = _spanning(session, identity, from_day)
    hidden = permissions.hidden(session, [*concerned, *spanning])
    moved_effects.lock_events(session, concerned)
    _move_references(mover, identity, successor.id, from_day)
    _move_confirmed(mover, identity, successor.id, from_day)
    _move_feeds(session, mover, identity, successor.id)
    people = handed_over_people.move(session, act, mover, identity, successor.id, from_day)
    moves = mover.moved()
    _end(session, act, mover, organisation, successor.id, from_day)
    _settle(session, act, "hand_over", (identity, successor.id), moves)
    rows = moved_rows.rows_of(session, moves, COUNTED, hidden, _COUNTED_BY) | {"people": people}
    row = OrganisationHandOver(
        organisation_id=identity,
        to_id=successor.id,
        from_day=from_day,
        moved={kind: len(found) for kind, found in rows.items()},
        left=[one for one in spanning if one not in hidden],
        moves=mover.moves(),
        made_at=act.now,
        made_by=act.user.id if act.user else None,
        office=permissions.mark(session),
    )
    session.add(row)
    session.flush()
    told = {"to": {"from": None, "to": successor.id}, "from_day": {"from": None, "to": from_day.isoformat()}}
    record(session, act, "hand_over", "organisation", identity, told)
    named = {kind: [(one, str(key[0])) for one, key in found] for kind, found in rows.items()}
    return HandedOver(row, named)


def _check(session: Session, organisation: Organisation, to: str, from_day: date) -> Organisation:
    what = crud.called(Organisation)
    successor = session.get(Organisation, to)
    if successor is None:
        raise Invalid({"to": [message(N_("There is no {what} “{identity}”."), what=what, identity=to[:100])]})
    if to == organisation.id:
        raise Invalid({"to": [message(N_("This is the organisation itself: name the one that carries on its work."))]})
    for field, one in (("id", organisation), ("to", successor)):
        if not permissions.oversees(session, one.id):
            text = message(N_("“{name}” belongs to another office: only that office hands it over."), name=one.name)
            raise Forbidden(text, code="not_in_charge", errors={field: [text]})
    organisation_times.check_same_line(session, "to", organisation, successor)
    errors: crud.Errors = {}
    if successor.ends_on is not None and successor.ends_on < from_day:
        ended = N_("“{name}” ended on {day}: name one that is there from the day on.")
        errors["to"] = [message(ended, name=successor.name, day=successor.ends_on)]
    elif organisation_times.is_above(session, "successor_id", successor.successor_id, organisation.id):
        errors["to"] = [message(N_("“{name}” came before this organisation."), name=successor.name)]
    if successor.starts_on is not None and successor.starts_on > from_day:
        later = N_("“{name}” begins on {day}: hand over from that day on, or name one that is there before.")
        errors["from_day"] = [message(later, name=successor.name, day=successor.starts_on)]
    if organisation.starts_on is not None and from_day <= organisation.starts_on:
        begins = N_("It begins on {day}: give a later day.")
        errors["from_day"] = [message(begins, day=organisation.starts_on)]
    crud.check(errors)
    return successor


def _lock(session: Session, ids: Collection[str]) -> None:
    """Let two hand-overs or merges of an organisation follow each other; others may refer to it meanwhile."""
    key = col(Organisation.id)
    session.execute(select(key).where(key.in_(sorted(ids))).order_by(key).with_for_update(key_share=True)).all()


def _concerned(session: Session, identity: str, from_day: date) -> list[str]:
    """The events of which something goes over."""
    found: set[str] = set()
    for (table_name, column), condition in GOING.items():
        table = metadata.tables[table_name]
        event_id = table.c.id if table is _EVENT else table.c.get("event_id")
        if event_id is not None:
            going = core_select(event_id).where(table.c[column] == identity, condition(from_day))
            found |= set(session.execute(going).scalars())
    return sorted(found)


def _spanning(session: Session, identity: str, from_day: date) -> list[str]:
    """The events that begin before the day and are not over by then; those that were called off are."""
    spanning = select(Event.id).where(
        Event.organisation_id == identity,
        col(Event.first_day) < from_day,
        col(Event.last_day) >= from_day,
        Event.status != EventStatus.CANCELLED,
        is_dated(),
    )
    return list(session.exec(spanning.order_by(*crud.EVENT_ORDER)))


def _move_references(mover: Mover, identity: str, to: str, from_day: date) -> None:
    # The events last: what belongs to them goes by their days, not by who is in charge.
    for (table_name, column), condition in sorted(GOING.items(), key=lambda one: one[0][0] == "event"):
        mover.move(table_name, column, identity, to, condition(from_day))


def _move_confirmed(mover: Mover, identity: str, to: str, from_day: date) -> None:
    """What was confirmed of an event stays confirmed: nobody decided anew who is in charge of it."""
    going = and_(_EVENT.c.first_day >= from_day, _EVENT.c.organisation_id == to)
    mover.move_named("event", "confirmed_values", identity, to, going)


def _move_feeds(session: Session, mover: Mover, identity: str, to: str) -> None:
    """Feeds of the office's accounts that ask for the organisation ask for its successor, and so for the whole line."""
    users = metadata.tables["user"]
    own = core_select(users.c.id).where(permissions.own_accounts(session))
    mover.move_named("feed", "filter", identity, to, _FEED.c.user_id.in_(own))


def _end(
    session: Session, act: ActionContext, mover: Mover, organisation: Organisation, to: str, from_day: date
) -> None:
    """Note the organisation's last day and its successor, where nobody has said them."""
    values: dict[str, Any] = {}
    if organisation.ends_on is None:
        values["ends_on"] = from_day - timedelta(days=1)
    if organisation.successor_id is None:
        values["successor_id"] = to
    before = {name: getattr(organisation, name) for name in values}
    if values:
        crud.change(session, act, organisation, values, action="hand_over")
        mover.remember("organisation", (organisation.id,), before, values)


def _settle(session: Session, act: ActionContext, action: str, bodies: Sequence[str], moves: Sequence[Move]) -> None:
    """What follows, also from the line of organisations being another: its accounts read, and its feeds show, more or
    fewer events."""
    session.flush()
    change_log.note(session, act.now, None)
    line = OrganisationLines.load(session).lines(bodies)
    of_line = select(User.email).where(col(User.organisation_id).in_(sorted(line)))
    addresses = session.exec(of_line).all()
    moved_effects.settle(session, act, f"{action}:{bodies[0]}", action, moves, addresses=addresses)


# Afterwards


def find(session: Session, hand_over_id: str) -> OrganisationHandOver:
    """A hand-over of the reader's office.

    Raises:
        NotFound: there is none.
    """
    return crud.find(session, OrganisationHandOver, hand_over_id)


def hand_overs_where(session: Session, organisation_id: str | None = None) -> Any:
    """The SELECT of the hand-overs of the reader's office; ``organisation_id``: only those of one organisation."""
    found = select(OrganisationHandOver).where(permissions.marked_own(session, col(OrganisationHandOver.office)))
    return found if organisation_id is None else found.where(OrganisationHandOver.organisation_id == organisation_id)


HAND_OVER_ORDER = (col(OrganisationHandOver.made_at).desc(), col(OrganisationHandOver.id).desc())
"""The newest first."""


def left_events(session: Session, row: OrganisationHandOver) -> list[Event]:
    """The events that stayed, by their days, as far as they are there and the reader may see them."""
    seen = select(Event).where(col(Event.id).in_(row.left), permissions.visible(session))
    return list(session.exec(seen.order_by(*crud.EVENT_ORDER)))


def undo(session: Session, act: ActionContext, row: OrganisationHandOver) -> OrganisationHandOver:
    """Take a hand-over back: everything that has not changed since belongs to the organisation again.

    Raises:
        Conflict: it was undone already, is too old, or the organisation was merged or handed over anew since.
    """
    merges.check_age(act, row)
    later = select(OrganisationHandOver.id).where(
        OrganisationHandOver.organisation_id == row.to_id,
        col(OrganisationHandOver.undone_at).is_(None),
        col(OrganisationHandOver.made_at) >= row.made_at,
    )
    if (following := session.exec(later).first()) is not None and following != row.id:
        text = N_("The successor was handed over since: undo that first.")
        raise Conflict(message(text), code="handed_over_since", hand_over_id=following)
    bodies = (row.organisation_id, row.to_id)
    merged = select(Merge).where(
        Merge.entity == MergedEntity.ORGANISATION,
        col(Merge.into_id).in_(bodies),
        col(Merge.undone_at).is_(None),
        col(Merge.made_at) >= row.made_at,
    )
    if (one := session.exec(merged.order_by(col(Merge.made_at).desc())).first()) is not None:
        text = merges.MERGED_SINCE
        raise Conflict(message(text, name=one.merged_name), code="merged_since", merge_id=one.id)
    _lock(session, bodies)
    kept = row.moves or []
    moved_effects.lock_events(session, moved_rows.events_of_kept(session, kept))
    done, stayed = take_back(session, act.now, kept, moved_rows.presently(session, None))
    moved_effects.forget_loaded(session, act)
    handed_over_people.settle_back(session, act, kept, row.organisation_id, row.to_id)
    stayed = [one for one in stayed if not _is_back(session, one, row.organisation_id)]
    _settle(session, act, "undo_hand_over", (row.organisation_id, row.to_id), done)
    merges.finish_undo(act, row, moved_rows.kept(stayed))
    session.add(row)
    session.flush()
    told = {"to": {"from": row.to_id, "to": None}}
    record(session, act, "undo_hand_over", "organisation", row.organisation_id, told)
    return row


def _is_back(session: Session, one: RowKey, organisation_id: str) -> bool:
    """Whether somebody who was changed since belongs to the organisation again all the same, as their terms say so."""
    person = session.get(Person, one.key[0]) if one.table == "person" else None
    return person is not None and person.organisation_id == organisation_id
