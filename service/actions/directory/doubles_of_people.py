"""What a merge of people means where both were members of one event, had terms of office or an address of their own."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Table, and_, func, not_, select

from calendars.people.terms import Term
from calendars.placements.values import Placements, with_another
from calendars.reminders import due_times
from models.accounts import User
from models.base import metadata
from models.places import Person, Position
from models.reminders import Reminder
from models.types import new_id
from models.vocabulary import MemberRole, ReminderPurpose, ReminderState
from service.actions.directory.references import Mover

_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
_POSITION: Table = Position.__table__  # type: ignore[attr-defined]
_REMINDER: Table = Reminder.__table__  # type: ignore[attr-defined]
_USER: Table = User.__table__  # type: ignore[attr-defined]
_AT_ONCE = 500
_DEALT_WITH = (ReminderState.SENT, ReminderState.SENDING, ReminderState.FAILED)


def combine_people(mover: Mover, merged_id: str, into_id: str) -> list[str]:
    """Leave one member of each event that has both people, and nobody who meets themselves; the ids of the events.

    The one whose role comes first in the printed list stays, with role, rank and what was settled when they were added;
    of two alike that of the person who stays. A counterpart that it lacks comes from the other.
    """
    table = metadata.tables["member"]
    both = (merged_id, into_id)
    for key in mover.rows("member", table.c.person_id.in_(both), table.c.counterpart_id.in_(both)):
        mover.change("member", key, {"counterpart_id": mover.row("member", key)["counterpart_id"]}, _NOBODY)
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for key in mover.rows("member", table.c.person_id.in_(both)):
        row = mover.row("member", key)
        rows.setdefault(row["event_id"], {})[row["person_id"]] = row
    combined = []
    for event_id, found in sorted(rows.items()):
        if len(found) < len(both):
            continue
        stays, goes = sorted((found[into_id], found[merged_id]), key=lambda row: _PLACES[MemberRole(row["role"])])
        mover.delete("member", (goes["id"],))
        _keep_place(mover, event_id, goes["id"], stays["id"])
        if stays["counterpart_id"] is None and goes["counterpart_id"] is not None:
            mover.change("member", (stays["id"],), _NOBODY, {"counterpart_id": goes["counterpart_id"]})
        combined.append(event_id)
    return combined


_STIPEND = ("stipend_amount", "stipend_currency")
_STUDIES = ("institution_id", "starts_on", "payer", "permit_expires_on", "qualification", "note", *_STIPEND)


def combine_learners(mover: Mover, merged_id: str, into_id: str) -> None:
    """Leave one entry of each stage in which both people are in a batch: that of the person who stays.

    What it lacks comes from the other, a stipend with its currency, an outcome with its end.
    """
    table = metadata.tables["learner"]
    rows: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for key in mover.rows("learner", table.c.person_id.in_((merged_id, into_id))):
        row = mover.row("learner", key)
        rows.setdefault((row["event_id"], row["stage"]), {})[row["person_id"]] = row
    for found in rows.values():
        if len(found) < 2:
            continue
        stays, goes = found[into_id], found[merged_id]
        mover.delete("learner", (goes["id"],))
        names = [name for name in _STUDIES if stays[name] is None and goes[name] is not None]
        if stays["ends_on"] is None and goes["ends_on"] is not None:
            names += ["ends_on"] + (["outcome"] if goes["outcome"] != stays["outcome"] else [])
        if names:
            before, after = ({name: one[name] for name in names} for one in (stays, goes))
            mover.change("learner", (stays["id"],), before, after)


def _keep_place(mover: Mover, event_id: str, goes: str, stays: str) -> None:
    """Let the member who stays have the car, room and seat of the one who goes, if they have none of their own."""
    table = metadata.tables["placement"]
    for key in mover.rows("placement", table.c.event_id == event_id):
        row = mover.row("placement", key)
        before = {name: row[name] for name in ("vehicles", "rooms", "tables")}
        after = with_another(Placements.read(before), goes, stays).to_json()
        changed = [name for name in before if before[name] != after[name]]
        if changed:
            mover.change(
                "placement", key, {name: before[name] for name in changed}, {name: after[name] for name in changed}
            )


_PLACES = {role: place for place, role in enumerate(MemberRole)}
_NOBODY: dict[str, Any] = {"counterpart_id": None}


def has_terms(mover: Mover, person_id: str) -> bool:
    """Whether terms of office of a person are stored, which say what they are today."""
    return bool(mover.rows("position", _POSITION.c.person_id == person_id))


def combine_terms(mover: Mover, merged_id: str, into_id: str, today: date) -> None:
    """Let the person who stays be what they are today, and have held what the double held before.

    What the double's terms say of today or later is left out: whose somebody is decides who reads what.
    """
    past = and_(_POSITION.c.ends_on.is_not(None), _POSITION.c.ends_on < today)
    of_double = _POSITION.c.person_id == merged_id
    for key in mover.rows("position", of_double, not_(past)):
        mover.delete("position", key)
    if not mover.rows("position", of_double) or has_terms(mover, into_id):
        return
    person = mover.row("person", (into_id,))
    implied = Term(person["organisation_id"], person["position"], person["precedence"])
    if not implied.is_empty:
        values = {"organisation_id": implied.organisation_id, "title": implied.title, "precedence": implied.precedence}
        days = {"starts_on": None, "ends_on": None}
        mover.insert("position", {"id": new_id(), "person_id": into_id, **values, **days})


def told_at_another_address(mover: Mover, former: str | None, address: str | None, event_ids: Collection[str]) -> None:
    """Keep the mails of these events that went to a former address from going to the one that stays once more, and the
    former one from being told that it is no more part of them.

    Nothing of this concerns an address that is an account's, or that somebody else has too.
    """
    if not former or (address and former.lower() == address.lower()):
        return
    former, address = former.lower(), address.lower() if address else None
    accounts = select(_USER.c.id).where(_USER.c.email == former)
    others = select(_PERSON.c.id).where(func.lower(_PERSON.c.email) == former)
    if mover.connection.execute(accounts).first() or len(mover.connection.execute(others).all()) > 1:
        return
    ids = sorted(event_ids)
    for first in range(0, len(ids), _AT_ONCE):
        of_events = _REMINDER.c.event_id.in_(ids[first : first + _AT_ONCE])
        told = select(_REMINDER).where(of_events, _REMINDER.c.recipient == former, _REMINDER.c.purpose.in_(_MAILS))
        for row in mover.connection.execute(told).all():
            if row.told_sequence is not None:
                mover.change(
                    "reminder", (row.id,), {"told_sequence": row.told_sequence}, {"told_sequence": None}, by_value=True
                )
            is_over = row.state in _DEALT_WITH or row.reason in {due_times.RESTORED, due_times.TOLD_ELSEWHERE}
            if address and is_over and row.purpose is ReminderPurpose.REMINDER and not _has(mover, row, address):
                mover.insert("reminder", _told_elsewhere(mover, row, address))


_MAILS = tuple(purpose for purpose in ReminderPurpose if purpose is not ReminderPurpose.FAILURE)


def _has(mover: Mover, row: Any, address: str) -> bool:
    """Whether the address has this very reminder, whatever became of it."""
    same = [_REMINDER.c[name] == getattr(row, name) for name in ("event_id", "rule_key", "task_key", "due_at")]
    return (
        mover.connection.execute(select(_REMINDER.c.id).where(*same, _REMINDER.c.recipient == address)).first()
        is not None
    )


def _told_elsewhere(mover: Mover, row: Any, address: str) -> dict[str, Any]:
    names = ("purpose", "rule_id", "rule_key", "event_id", "task_id", "task_key", "locale", "due_at", "channel")
    empty = dict.fromkeys(column.name for column in _REMINDER.columns)
    return (
        empty
        | {name: getattr(row, name) for name in names}
        | {
            "id": new_id(),
            "recipient": address,
            "next_at": row.due_at,
            "state": ReminderState.SKIPPED,
            "reason": due_times.TOLD_ELSEWHERE,
            "attempts": 0,
            "waits_for_server": False,
            "created_at": mover.now,
            "updated_at": mover.now,
        }
    )
