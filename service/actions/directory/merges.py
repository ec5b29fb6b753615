"""Merging people and organisations that were entered twice, and taking that back.

Everything that refers to the double then refers to the one that stays, and the double is gone: its id answers with
the one it was merged into. What was settled when people were made members or heads stays as it was settled, so that a
merge of people opens no event to an organisation (:mod:`models.participation`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.errors import Conflict, Forbidden, Invalid, NotFound
from models.files import File
from models.i18n import N_, message
from models.places import Organisation, Particulars, Passport, Person
from models.queries.organisation_lines import OrganisationLines
from models.successions import UNDONE_WITHIN, Merge
from models.text import LocalizedText, fold
from models.vocabulary import MergedEntity, Role
from service.actions import crud, permissions
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.directory import moved_effects, moved_rows, organisation_times
from service.actions.directory.doubles_of_people import (
    combine_learners,
    combine_people,
    combine_terms,
    has_terms,
    told_at_another_address,
)
from service.actions.directory.references import NAMED, Mover, columns_of, take_back
from service.actions.effects import confirmation

MODELS: Mapping[MergedEntity, type[Any]] = {MergedEntity.PERSON: Person, MergedEntity.ORGANISATION: Organisation}

FILLED: Mapping[MergedEntity, Sequence[str]] = {
    MergedEntity.PERSON: ("name_lo", "name_latin", "honorific", "position", "email", "phone", "languages"),
    MergedEntity.ORGANISATION: ("email",),
}
"""What the one that stays takes over where it has nothing; of localized texts the languages that it lacks."""

STAYING: Mapping[MergedEntity, frozenset[str]] = {
    MergedEntity.PERSON: frozenset({"name", "organisation_id", "former_organisation_id", "precedence"}),
    MergedEntity.ORGANISATION: frozenset(
        {"name", "locality", "aliases", "protocol_office", "parent_id", "starts_on", "ends_on", "successor_id"}
    ),
}
"""What stays as it is, or follows a rule of its own. Whose somebody is decides who reads what: it is never filled."""

COUNTED: Mapping[str, str] = {
    "event": "events",
    "learner": "learners",
    "member": "members",
    "task": "tasks",
    "task_template": "task_templates",
    "resource": "resources",
    "file": "files",
    "training_phase": "phases",
    "user": "accounts",
    "person": "people",
    "reminder_rule": "rules",
    "feed": "feeds",
    "project": "projects",
}
"""Table → what its moved rows are counted as."""


@dataclass(frozen=True, slots=True)
class MergeOutcome:
    """What a merge does: its row, what was filled, and the events of which both were members (of those to be seen)."""

    row: Merge
    filled: Sequence[str]
    combined: Sequence[str]


def merge(session: Session, act: ActionContext, entity: MergedEntity, merged_id: str, into_id: str) -> MergeOutcome:
    """Merge a double into the one that stays.

    Raises:
        NotFound: there is no such double.
        Invalid: under ``into``: there is none, or it is the double itself.
        Forbidden: one of both is another office's, or of another line of localities; or accounts would get another
            organisation, and the session is no administrator's.
        Conflict: people of two organisations; or an organisation would be its own successor or part.
    """
    model = MODELS[entity]
    double = crud.find(session, model, merged_id)
    into = _check(session, act, entity, double, into_id)
    _lock(session, model, (merged_id, into_id))
    name = _name(double)
    addresses = (double.email, into.email)
    mover = Mover(session, act.now)
    events = sorted({*moved_effects.events_with(session, entity, merged_id)})
    hidden = permissions.hidden(session, events)
    moved_effects.lock_events(session, events)
    filled = _fill(session, act, mover, entity, into, double)
    session.expunge(double)
    combined: list[str] = []
    if entity is MergedEntity.PERSON:
        combined = combine_people(mover, merged_id, into_id)
        combine_learners(mover, merged_id, into_id)
        combine_terms(mover, merged_id, into_id, act.common.today)
        told_at_another_address(mover, addresses[0], into.email, events)
    have_passport = set(session.execute(select(col(Passport.person_id)).where(_of_both(merged_id, into_id))).scalars())
    _move_all(mover, entity, merged_id, into_id)
    mover.delete(entity.value, (merged_id,))
    moves = mover.moved()
    moved_effects.forget_loaded(session, act)
    _check_circles(session, entity, into_id)
    moved_effects.settle(session, act, f"merge:{merged_id}", "merge", moves, addresses=addresses)
    _confirmed(session, act, entity, into_id)
    row = Merge(
        entity=entity,
        merged_id=merged_id,
        merged_name=name,
        into_id=into_id,
        moved=moved_rows.counted(session, [one for one in moves if one.table != entity.value], COUNTED, hidden),
        moves=mover.moves(),
        made_at=act.now,
        made_by=act.user.id if act.user else None,
        office=permissions.mark(session),
    )
    session.add(row)
    session.flush()
    record(session, act, "merge", entity.value, merged_id, {"into": {"from": None, "to": into_id}})
    if have_passport == {merged_id}:
        # Who stored another passport under this id has not stored this one (:func:`passport_kinds.stored_by`).
        record(session, act, "merge", "passport", into_id, {})
    return MergeOutcome(row, filled, [one for one in combined if one not in hidden])


def _check(session: Session, act: ActionContext, entity: MergedEntity, double: Any, into_id: str) -> Any:
    what = crud.called(MODELS[entity])
    if into_id == double.id:
        raise Invalid({"into": [message(N_("This is the same {what}: name the one that stays."), what=what)]})
    into = session.get(MODELS[entity], into_id)
    if into is None:
        raise Invalid({"into": [message(N_("There is no {what} “{identity}”."), what=what, identity=into_id[:100])]})
    for field, one in (("id", double), ("into", into)):
        if not permissions.oversees(session, whose(entity, one)):
            text = message(N_("“{name}” belongs to another office: only that office merges it."), name=_name(one))
            raise Forbidden(text, code="not_in_charge", errors={field: [text]})
    if entity is MergedEntity.PERSON:
        _check_same_keeper(session, double, into)
    else:
        organisation_times.check_same_line(session, "into", double, into)
        _check_line(session, act, (double.id, into_id))
    moves_accounts = entity is MergedEntity.ORGANISATION and permissions.has_accounts(session, double.id)
    if moves_accounts and act.user is not None and act.user.role is not Role.ADMIN:
        raise Forbidden(message(NEEDS_ADMIN), code="admin_required")
    return into


def _of_both(merged_id: str, into_id: str) -> Any:
    return col(Passport.person_id).in_((merged_id, into_id))


def _check_same_keeper(session: Session, double: Person, into: Person) -> None:
    """Refuse to hand what is somebody's own from one organisation to another.

    Who keeps a person reads their passport, particulars and files, and has their address: of two organisations nothing
    is merged, and what is sealed goes neither to nor from an organisation.

    Raises:
        Conflict: under ``into``.
    """
    if double.kept_by == into.kept_by:
        return
    sealed = (col(Passport.person_id), col(Particulars.person_id), col(File.person_id))
    if (double.kept_by and into.kept_by) or any(
        session.execute(select(owner).where(owner == double.id).limit(1)).first() for owner in sealed
    ):
        text = message(OTHER_KEEPER, name=double.name, other=into.name)
        raise Conflict(text, code="other_organisation", errors={"into": [text]})


def _check_line(session: Session, act: ActionContext, ids: Collection[str]) -> None:
    """Refuse to decide by a merge who carries on whose work: its accounts would read what was of others' time.

    Raises:
        Forbidden: one of these organisations has a predecessor or a successor, any of all these has accounts, and the
            session is no administrator's.
    """
    line = OrganisationLines.load(session).lines(ids)
    if act.user is None or act.user.role is Role.ADMIN or line <= set(ids):
        return
    if any(permissions.has_accounts(session, one) for one in sorted(line)):
        what = message(organisation_times.ONLY_ADMINISTRATORS)
        raise Forbidden(what, code="admin_required", errors={"into": [what]})


OTHER_KEEPER: str = N_(
    "“{name}” and “{other}” are not of the same organisation, and passport, particulars, files and addresses stay with"
    " the one they are of: first give both the same organisation."
)


def whose(entity: MergedEntity, row: Any) -> str | None:
    """The organisation whose office alone merges a row: an organisation itself, or the one that keeps a person, also
    between two positions."""
    kept: str | None = row.kept_by if entity is MergedEntity.PERSON else row.id
    return kept


def _lock(session: Session, model: type[Any], ids: Sequence[str]) -> None:
    """Lock both, so that nothing refers to them anew meanwhile; in the order of their ids.

    Raises:
        NotFound: one of them was deleted or merged in between.
    """
    key = col(model.id)
    found = session.execute(select(key).where(key.in_(sorted(ids))).order_by(key).with_for_update()).scalars().all()
    for identity in ids:
        if identity not in found:
            raise NotFound(crud.called(model), identity)


def _name(row: Any) -> LocalizedText:
    return dict(row.name) if isinstance(row.name, Mapping) else {"vi": row.name}


def _fill(
    session: Session, act: ActionContext, mover: Mover, entity: MergedEntity, into: Any, double: Any
) -> list[str]:
    """Give the one that stays what it lacks; the fields that changed."""
    values: dict[str, Any] = {}
    by_terms = {"position"} if entity is MergedEntity.PERSON and has_terms(mover, into.id) else set()
    for name in FILLED[entity]:
        if name in by_terms:
            continue  # the terms say what somebody is today
        own, other = getattr(into, name), getattr(double, name)
        if not own and other:
            values[name] = other
        elif isinstance(own, Mapping) and isinstance(other, Mapping) and set(other) - set(own):
            values[name] = {**other, **own}
    if entity is MergedEntity.ORGANISATION:
        values |= _names(into, double)
    before = {name: getattr(into, name) for name in values}
    if values:
        crud.change(session, act, into, values, action="merge")
        mover.remember(entity.value, (into.id,), before, values)
    return sorted(values)


def _names(into: Organisation, double: Organisation) -> dict[str, Any]:
    """What an organisation is called by both names: lists and searches that mean the double then mean it."""
    name = {**double.name, **into.name}
    known = {fold(text) for text in (*name.values(), *into.aliases)}
    aliases = list(into.aliases)
    for text in (*double.name.values(), *double.aliases):
        if fold(text) not in known:
            known.add(fold(text))
            aliases.append(text)
    found = {"name": name, "aliases": aliases}
    return {field: value for field, value in found.items() if value != getattr(into, field)}


def _move_all(mover: Mover, entity: MergedEntity, merged_id: str, into_id: str) -> None:
    for table, column in columns_of(entity):
        mover.move_once(table, column, merged_id, into_id)
    for table, column in NAMED[entity]:
        mover.move_named(table, column, merged_id, into_id)


def _check_circles(session: Session, entity: MergedEntity, into_id: str) -> None:
    """Refuse to make an organisation its own successor or part, through others.

    Raises:
        Conflict: it would be.
    """
    if entity is not MergedEntity.ORGANISATION:
        return
    into = session.get_one(Organisation, into_id)
    for name in ("successor_id", "parent_id"):
        if organisation_times.is_above(session, name, getattr(into, name), into_id):
            text = N_("The one succeeds the other or is a part of it, through others: change that first.")
            raise Conflict(message(text), code="own_successor")


def _confirmed(session: Session, act: ActionContext, entity: MergedEntity, into_id: str) -> None:
    """A head with another name is another head than the one that was confirmed: those who may accept it are told."""
    if entity is MergedEntity.PERSON:
        for event in confirmation.head_renamed(session, act, session.get_one(Person, into_id)):
            confirmation.tell_approvers(session, act, event)


# Afterwards


def find(session: Session, merge_id: str) -> Merge:
    """A merge of the reader's office.

    Raises:
        NotFound: there is none.
    """
    return crud.find(session, Merge, merge_id)


def merges_where(session: Session, entity: MergedEntity | None = None) -> Any:
    """The SELECT of the merges of the reader's office; ``entity``: only those of people, or of organisations."""
    found = select(Merge).where(permissions.marked_own(session, col(Merge.office)))
    return found if entity is None else found.where(Merge.entity == entity)


MERGE_ORDER = (col(Merge.made_at).desc(), col(Merge.id).desc())
"""The newest first."""


def undo(session: Session, act: ActionContext, row: Merge) -> Merge:
    """Take a merge back: the double is there again, with everything that has not changed since.

    Raises:
        Conflict: it was undone already, is too old, or the one that stayed was merged on and that has to be undone
            first.
        Forbidden: as :func:`merge`.
    """
    model = MODELS[row.entity]
    _check_undo(session, act, row)
    if (into := session.get(model, row.into_id)) is not None:
        _lock(session, model, [row.into_id])
    events = moved_effects.events_with(session, row.entity, row.into_id)
    moved_effects.lock_events(session, events)
    done, stayed = take_back(session, act.now, row.moves or (), moved_rows.presently(session, row))
    moved_effects.forget_loaded(session, act)
    for one in (row.merged_id, row.into_id):
        if (found := session.get(model, one)) is not None:
            moved_rows.refresh_keys(found)
    session.flush()
    addresses = [one.email for one in (session.get(model, row.merged_id), into) if one is not None]
    moved_effects.settle(session, act, f"merge:{row.merged_id}", "undo_merge", done, addresses=addresses)
    if row.entity is MergedEntity.PERSON:
        for identity in (row.merged_id, row.into_id):
            if session.get(model, identity) is not None:
                _confirmed(session, act, row.entity, identity)
    finish_undo(act, row, moved_rows.kept(stayed))
    session.add(row)
    session.flush()
    record(session, act, "undo_merge", row.entity.value, row.merged_id, {"into": {"from": row.into_id, "to": None}})
    return row


def finish_undo(act: ActionContext, row: Any, stayed: list[dict[str, Any]]) -> None:
    """Note on a merge or a hand-over that it was undone, and what stayed."""
    row.undone_at, row.undone_by = act.now, act.user.id if act.user else None
    row.stayed, row.moves = stayed, None


def undo_until(act: ActionContext, row: Any) -> datetime | None:
    """Until when a merge or a hand-over can be undone; None if it can't be (any more)."""
    until: datetime = row.made_at + UNDONE_WITHIN
    return None if row.undone_at is not None or row.moves is None or act.now > until else until


def check_age(act: ActionContext, row: Any) -> None:
    """Refuse what can't be undone (any more).

    Raises:
        Conflict: it was undone already, or is too old.
    """
    if row.undone_at is not None:
        raise Conflict(message(N_("This was undone already.")), code="undone_already")
    if undo_until(act, row) is None:
        text = N_("This can be undone for {days} days only, and they are over. Change what is wrong by hand.")
        raise Conflict(message(text, days=UNDONE_WITHIN.days), code="too_late")


def _check_undo(session: Session, act: ActionContext, row: Merge) -> None:
    check_age(act, row)
    later = select(Merge).where(
        col(Merge.undone_at).is_(None),
        Merge.entity == row.entity,
        col(Merge.merged_id) == row.into_id,
    )
    if (following := session.exec(later).first()) is not None:
        raise Conflict(message(MERGED_SINCE, name=following.merged_name), code="merged_since", merge_id=following.id)
    if any((one["table"], one["column"]) == ("organisation", "successor_id") for one in row.moves or ()):
        _check_line(session, act, (row.into_id,))
    moves_accounts = any(one["table"] == "user" for one in row.moves or ())
    if moves_accounts and act.user is not None and act.user.role is not Role.ADMIN:
        raise Forbidden(message(NEEDS_ADMIN), code="admin_required")


MERGED_SINCE: str = N_("“{name}” was merged on since: undo that first.")
NEEDS_ADMIN: str = N_("Accounts would get another organisation by this: only an administrator does it.")
