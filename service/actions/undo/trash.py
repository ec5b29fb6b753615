"""The trash: a draft deleted on a page is really deleted, and kept sealed for 30 days, from which it is made again.

What lies in it has no row anywhere else, so no list, feed, count or right can find it. Restoring needs the right that
deleting needs, and opens nothing that was closed: whom it shows and binds is settled as it was.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from models.encryption import seal, unseal
from models.errors import Conflict, NotFound
from models.event_parts import Member, Task
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.participation import settle_as_before
from models.resources import Booking
from models.text import LocalizedText
from models.trash import TRASHED_FOR, TrashedEvent
from models.vocabulary import TAKING, BookingState, EventKind, EventStatus
from service.actions import crud, permissions
from service.actions.audit import record
from service.actions.bookings import bookings
from service.actions.bookings.conflict_check import BookingClash
from service.actions.context import ActionContext
from service.actions.effects import changes
from service.actions.events import ceremonies, events
from service.actions.events.validation import event_errors
from service.actions.undo.trash_rows import KEPT, KeptRowMaker, read_rows
from service.actions.undo.typed import typed, typed_row

_PURPOSE = "trash"

ONLY_DRAFTS = N_("Only a draft goes into the trash. Cancel this one first, so that people hear of it.")
OTHER_KEY = N_(
    "This draft was sealed with another secret key, and can't be opened with the present one. It can only be deleted."
)
UID_TAKEN = N_("There is an event with the UID of this draft again: it was taken in from a calendar file meanwhile.")


@dataclass(frozen=True, slots=True)
class TrashedDraft:
    """A draft in the trash as pages show it; ``title`` is None if the present key does not open it."""

    row: TrashedEvent
    title: LocalizedText | None
    first_day: str
    last_day: str

    @property
    def until(self) -> datetime:
        """When it is gone for good."""
        return self.row.trashed_at + TRASHED_FOR


@dataclass(frozen=True, slots=True)
class RestoredDraft:
    """A draft that was restored. ``lost`` counts, by table, what could not come back, as what it named is gone;
    ``asked`` how many bookings no longer fit and are only asked for again."""

    event: Event
    lost: Mapping[str, int]
    asked: int


def put_away(session: Session, act: ActionContext, secret: str, event: Event) -> TrashedEvent:
    """Delete a draft and keep it in the trash. What is booked for it is free meanwhile.

    Raises:
        Forbidden, Conflict: as :func:`service.actions.events.events.delete_event`; or it is no draft.
    """
    permissions.check_change(session, event)
    locked = select(Event).where(Event.id == event.id).with_for_update().execution_options(populate_existing=True)
    if session.exec(locked).one().status is not EventStatus.DRAFT:
        raise Conflict(message(ONLY_DRAFTS), code="not_a_draft")
    sealed = seal(secret, _PURPOSE, json.dumps(read_rows(session, event), ensure_ascii=False))
    trashed = TrashedEvent(
        id=event.id,
        organisation_id=event.organisation_id,
        created_by=event.created_by,
        kind=event.kind,
        sequence=event.sequence + 1,  # that of its farewell in calendars
        sealed=sealed,
        trashed_at=act.now,
        trashed_by=act.user.id if act.user else None,
    )
    events.delete_event(session, act, event)
    session.add(trashed)
    crud.flush(session)
    return trashed


def in_trash(session: Session, secret: str, first: int, size: int) -> tuple[list[TrashedDraft], int]:
    """One page of the drafts in the trash that the session may restore, the last deleted first, and how many there are;
    two queries."""
    statement = select(TrashedEvent).where(permissions.restorable(session))
    order = (col(TrashedEvent.trashed_at).desc(), col(TrashedEvent.id))
    rows, total = crud.page_of(session, statement, order, first, size)
    return [_shown(secret, row) for row in rows], total


def _shown(secret: str, row: TrashedEvent) -> TrashedDraft:
    opened = unseal(secret, _PURPOSE, row.sealed)
    event = json.loads(opened)["event"][0] if opened is not None else {}
    return TrashedDraft(row, event.get("title"), event.get("first_day", ""), event.get("last_day", ""))


def find(session: Session, identity: str) -> TrashedEvent:
    """A draft in the trash, locked for this transaction.

    Raises:
        NotFound: there is none, or the session may not restore it.
    """
    statement = select(TrashedEvent).where(TrashedEvent.id == identity).with_for_update()
    row = session.exec(statement.execution_options(populate_existing=True)).first()
    if row is None or not permissions.may_change(session, row):
        raise NotFound(noun("trashed_event"), identity)
    return row


def purge(session: Session, act: ActionContext, row: TrashedEvent) -> None:
    """Delete a draft in the trash for good. It can't be undone."""
    session.delete(row)
    session.flush()
    record(session, act, "purge", "event", row.id, {}, event_id=row.id)


def restore(session: Session, act: ActionContext, secret: str, row: TrashedEvent) -> RestoredDraft:
    """Make a draft again from the trash: with its ids and UID, its people for whom they were, its authors' changes
    theirs. What was booked is held again where it is still free, else asked for.

    Raises:
        Conflict: it was sealed with another key; its UID is taken; or there is another ceremony.
        Invalid: what it says is not valid any more.
    """
    opened = unseal(secret, _PURPOSE, row.sealed)
    if opened is None:
        raise Conflict(message(OTHER_KEY), code="other_key")
    kept: dict[str, list[dict[str, Any]]] = json.loads(opened)
    maker = KeptRowMaker(session)
    event = _event(session, maker, kept["event"][0])
    taken = select(Event.id).where((col(Event.uid) == event.uid) | (col(Event.id) == event.id))
    if session.exec(taken).first() is not None:
        raise Conflict(message(UID_TAKEN), code="uid_taken")
    event.sequence = row.sequence + 1
    event.updated_at = act.now
    head_organisation_id = maker.present_body(event.head_organisation_id)
    events.remove_tombstone(session, act, event.uid)
    session.delete(row)
    session.add(event)
    crud.flush(session)
    settle_as_before(event, head_organisation_id=head_organisation_id)
    for model in KEPT:
        if model is not Booking:
            _put_back(session, maker, model, kept.get(str(model.__tablename__), ()))
    session.expire(event, ["phases", "performances"])
    found = events.find_event(session, event.id)
    asked = _book_again(session, act, maker, kept.get("booking", ()))
    record(session, act, "restore", "event", event.id, {}, event_id=event.id)
    changes.event_created(session, act, found)
    return RestoredDraft(found, maker.lost, asked)


def _event(session: Session, maker: KeptRowMaker, kept: Mapping[str, Any]) -> Event:
    """The event as it was, checked as a new one is."""
    columns = ("host", "guest", "first_day", "last_day", "arrives_on", "departs_on", "timezone")
    event = maker.row(Event, kept)
    if not isinstance(event, Event):
        crud.refuse(
            "host", message(N_("There is no {what} “{identity}”."), what=noun("locality"), identity=kept["host"])
        )
    crud.check(event_errors(session, event.kind, None, {name: getattr(event, name) for name in columns}))
    if event.kind is EventKind.ANNIVERSARY:
        which = {name: getattr(event, name) for name in ("anniversary_id", "year", "organisation_id")}
        event.ordinal = ceremonies.ordinal(session, which)
    return event


def _put_back(session: Session, maker: KeptRowMaker, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    made: list[tuple[Any, Mapping[str, Any]]] = []
    people: set[str] = set()
    for kept in rows:
        one: Any = maker.row(model, kept)
        if one is None:
            continue
        if isinstance(one, Member):
            if one.person_id in people:  # two who were merged meanwhile
                maker.lost["member"] = maker.lost.get("member", 0) + 1
                continue
            people.add(one.person_id)
        made.append((one, kept))
        session.add(one)
    crud.flush(session)
    for one, kept in made:
        if isinstance(one, Member):
            body, position = maker.present_body(kept["organisation_id"]), kept["position"]
            settle_as_before(one, organisation_id=body, position=position)
        elif isinstance(one, Task):
            settle_as_before(one, person_organisation_id=maker.present_body(kept["person_organisation_id"]))
    crud.flush(session)


def _book_again(session: Session, act: ActionContext, maker: KeptRowMaker, rows: Sequence[Mapping[str, Any]]) -> int:
    """Book again what was booked, or ask for it where it does not fit any more; returns how many are only asked for."""
    asked = 0
    for kept in rows:
        was = maker.row(Booking, kept)
        if was is None:
            continue
        values = typed_row(Booking, dict(kept))
        wish = {name: values[name] for name in ("id", "event_id", "resource_id", "quantity", "note")}
        wish |= _times(values)
        held = values["state"] in TAKING
        try:
            with session.begin_nested():
                state = BookingState.HELD if held else BookingState.REQUESTED
                made = bookings.make_bookings(session, act, [wish | {"state": state}], several=False)[0]
        except BookingClash:
            asked += 1
            again = wish | {"state": BookingState.REQUESTED}
            made = bookings.make_bookings(session, act, [again], several=False)[0]
        made.created_by, made.made_for = typed(Booking, "created_by", kept["created_by"]), kept["made_for"]
    crud.flush(session)
    return asked


def _times(was: Mapping[str, Any]) -> dict[str, Any]:
    if was["start_time"] is None:
        return {"from_": was["first_day"], "to": was["last_day"]}
    return {
        "from_": datetime.combine(was["first_day"], was["start_time"]),
        "to": datetime.combine(was["last_day"], was["end_time"]),
    }
