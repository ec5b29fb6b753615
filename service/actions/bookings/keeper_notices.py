"""Plan the mails that tell keepers of a resource, and who booked it, what became of a booking.

There is one mail for each reader and booking. It waits a while (``DESK_NOTICE_SECONDS``) after the last change: a
further change makes it another one, and what undoes the changes takes it back. What was told before is kept with the
mail (:class:`models.resources.BookingNotice`), so each reader hears of what is new to them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Table, bindparam, update
from sqlmodel import Session, col, select

from calendars.bookings.notices import BookingSnapshot, answer_told, change_told
from calendars.reminders.change_notices import leaves_at
from models.accounts import User
from models.i18n import N_
from models.queries.keepers import KeeperAddress, Keepers
from models.reminders import Reminder
from models.resources import Booking, BookingNotice, Resource
from models.vocabulary import AboutType, ReminderPurpose, ReminderState
from service.actions.bookings.availability import lock_resources
from service.actions.context import ActionContext
from service.actions.reminders import planned_rows

UNDONE = N_("What changed was undone before anybody was told.")

ACTED = N_("Who would be told has acted on it since.")

Told = Callable[[BookingSnapshot | None, BookingSnapshot | None], ReminderPurpose | None]

_TABLE: Table = Reminder.__table__  # type: ignore[attr-defined]
_IS_PENDING = (_TABLE.c.id == bindparam("row"), _TABLE.c.state == ReminderState.PENDING)
_REWRITE = (
    update(_TABLE)
    .where(*_IS_PENDING)
    .values(
        {name: bindparam(f"new_{name}") for name in ("purpose", "due_at", "next_at", "updated_at")}
        | {"attempts": 0, "deferred_since": None, "waits_for_server": False}
    )
    .returning(_TABLE.c.id)
)
_SKIP = (
    update(_TABLE)
    .where(*_IS_PENDING)
    .values(state=ReminderState.SKIPPED, reason=bindparam("why"), updated_at=bindparam("now"))
    .returning(_TABLE.c.id)
)


@dataclass(frozen=True, slots=True)
class BookingChange:
    """What became of a booking of one resource; None: it was, or is, not booked."""

    booking_id: str
    resource: Resource
    before: BookingSnapshot | None
    after: BookingSnapshot | None


@dataclass(frozen=True, slots=True)
class BookingBefore:
    """A booking as it was before a change: of which resource, and what of it is told."""

    resource: Resource
    snapshot: BookingSnapshot

    @classmethod
    def of(cls, booking: Booking, resource: Resource) -> "BookingBefore":
        """To be called before anything of it is changed."""
        return cls(resource, BookingSnapshot.of(booking))

    def changes(self, booking: Booking, resource: Resource) -> list[BookingChange]:
        """What became of it: one change, or, with another resource, one for each of the two."""
        after = BookingSnapshot.of(booking)
        if resource.id == self.resource.id:
            return [BookingChange(booking.id, resource, self.snapshot, after)]
        return [
            BookingChange(booking.id, self.resource, self.snapshot, None),
            BookingChange(booking.id, resource, None, after),
        ]


def made(booking: Booking, resource: Resource) -> BookingChange:
    """The change of a new booking."""
    return BookingChange(booking.id, resource, None, BookingSnapshot.of(booking))


def tell_deleted(session: Session, act: ActionContext, bookings: Sequence[Booking]) -> None:
    """Plan what is told of bookings that are about to be deleted."""
    resources = lock_resources(session, {one.resource_id for one in bookings})
    tell(
        session,
        act,
        [
            BookingChange(one.id, resources[one.resource_id], BookingSnapshot.of(one), None)
            for one in bookings
        ],
    )  # fmt: skip


def tell_of_event(session: Session, act: ActionContext, event_id: str) -> None:
    """As :func:`tell_deleted`, for all bookings of an event that is about to be deleted."""
    found = session.exec(select(Booking).where(Booking.event_id == event_id)).all()
    if found:
        tell_deleted(session, act, found)


def tell(session: Session, act: ActionContext, changes: Iterable[BookingChange]) -> None:
    """Plan, change or take back the mails about some bookings. Whoever acts is not told what they did themselves."""
    listed = [one for one in changes if one.before != one.after]
    if not any(one.resource.keepers or one.resource.needs_approval for one in listed):
        return
    keepers = Keepers.load(session, [one.resource for one in listed])
    me = act.user.email if act.user else None
    for one in listed:
        readers: dict[str, tuple[KeeperAddress, Told]] = {
            address: (reader, change_told) for address, reader in keepers.of(one.resource).items()
        }
        if (asker := _asker(session, one)) is not None and asker.email not in readers:
            readers[asker.email] = (KeeperAddress(asker.email, asker.locale, asker.id), answer_told)
        waiting = _waiting(session, one)
        for address, (reader, told) in readers.items():
            if address == me:
                _take_back(session, act, waiting.get(address))
            elif not _fold(session, act, one, waiting.get(address), told):
                _add(session, act, one, reader, told)


def _asker(session: Session, one: BookingChange) -> User | None:
    """Who is told of the keeper's answer: who asked."""
    asked_by = (one.after and one.after.asked_by) or (one.before and one.before.asked_by)
    return session.get(User, asked_by) if asked_by else None


def _waiting(session: Session, one: BookingChange) -> dict[str, tuple[Reminder, BookingNotice]]:
    """Recipient → the mail about a booking of this resource that has not left yet."""
    found = session.exec(
        select(Reminder, BookingNotice)
        .where(
            BookingNotice.booking_id == one.booking_id,
            BookingNotice.resource_id == one.resource.id,
            col(Reminder.id) == col(BookingNotice.reminder_id),
            Reminder.state == ReminderState.PENDING,
        )
        .execution_options(populate_existing=True)
    ).all()
    return {reminder.recipient: (reminder, notice) for reminder, notice in found}


def _fold(
    session: Session,
    act: ActionContext,
    one: BookingChange,
    waiting: tuple[Reminder, BookingNotice] | None,
    told: Told,
) -> bool:
    """Make the mail that waits for a reader tell a further change, or take it back; False if there is none."""
    if waiting is None:
        return False
    reminder, notice = waiting
    purpose = told(BookingSnapshot.read(notice.before), one.after)
    if purpose is None:
        return _take_back(session, act, waiting, UNDONE)
    leaves = leaves_at(act.now, reminder.created_at, act.office.notice_seconds)
    new = {"new_purpose": purpose, "new_due_at": leaves, "new_next_at": leaves, "new_updated_at": act.now}
    if session.connection().execute(_REWRITE, {"row": reminder.id, **new}).first() is None:
        return False
    notice.after = one.after.to_json() if one.after is not None else None
    session.add(notice)
    session.flush()
    return True


def _take_back(
    session: Session, act: ActionContext, waiting: tuple[Reminder, BookingNotice] | None, why: str = ACTED
) -> bool:
    """Have the mail that waits for a reader not leave; False if there is none."""
    if waiting is None:
        return False
    values = {"row": waiting[0].id, "why": why, "now": act.now}
    return session.connection().execute(_SKIP, values).first() is not None


def _add(session: Session, act: ActionContext, one: BookingChange, reader: KeeperAddress, told: Told) -> None:
    purpose = told(one.before, one.after)
    shown = one.after or one.before
    if purpose is None or shown is None:
        return
    leaves = leaves_at(act.now, act.now, act.office.notice_seconds)
    row = planned_rows.new_row(
        reader.address,
        reader.language,
        leaves,
        act.now,
        purpose=purpose,
        rule_key="",
        task_key="",
        about_type=AboutType.RESOURCE,
        about_id=one.resource.id,
        about_day=shown.first_day,
    )
    row["rule_key"] = f"booking:{row['id']}"
    planned_rows.insert(session, [row])
    stored = [None if each is None else each.to_json() for each in (one.before, one.after)]
    session.add(
        BookingNotice(
            reminder_id=row["id"],
            booking_id=one.booking_id,
            resource_id=one.resource.id,
            before=stored[0],
            after=stored[1],
        )
    )
    session.flush()
