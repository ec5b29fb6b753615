"""What bookings hold of resources, found by index whatever the bookings' lengths; and the locks that writers take."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, Executable, SmallInteger, bindparam, column, literal_column, union_all, values
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.bookings.availability import LENGTH_CLASSES, HeldQuantity
from calendars.days.spans import Span
from models.resources import Booking, Resource
from models.types import UtcDateTime

_COLUMNS = [col(getattr(Booking, name)) for name in ("id", "event_id", "starts_at", "ends_at", "quantity")]
_START, _END = (bindparam(name, type_=UtcDateTime()) for name in ("starts_at", "ends_at"))
_SINCE = [bindparam(f"since_{number}", type_=UtcDateTime()) for number in range(len(LENGTH_CLASSES))]
_HELD: tuple[ColumnElement[bool], ...] = (
    col(Booking.resource_id) == bindparam("resource_id"),
    # A literal, not a parameter: otherwise the partial index is not used.
    literal_column("state IN ('held', 'asked')"),
    col(Booking.starts_at) < _END,
    col(Booking.ends_at) > _START,
)


def _by_union() -> Executable:
    """What is held of a resource in a span: one index search for each length class.

    A booking is no longer than the longest of its class, so it starts no earlier than that before the span.
    """
    return union_all(
        *(
            core_select(*_COLUMNS).where(
                *_HELD, literal_column(f"length_class = {number}"), col(Booking.starts_at) > since
            )
            for number, since in enumerate(_SINCE)
        )
    )


def _by_join() -> Executable:
    """The same with the classes as rows: PostgreSQL takes far longer to plan five searches than to run them."""
    classes = values(column("number", SmallInteger()), column("since", UtcDateTime()), name="class")
    each = classes.data(list(enumerate(_SINCE)))
    searched = each.join(Booking, col(Booking.length_class) == each.c.number)
    return core_select(*_COLUMNS).select_from(searched).where(*_HELD, col(Booking.starts_at) > each.c.since)


# Built once: building such a statement takes longer than running it.
_OVERLAPPING = {"sqlite": _by_union(), "postgresql": _by_join()}


def held_bookings(
    session: Session, resource_id: str, within: Span, *, without: Collection[str] = ()
) -> list[HeldQuantity]:
    """What is held of a resource in a span, in no order, except by the bookings ``without``; one query."""
    since = {f"since_{number}": within.start - longest for number, longest in enumerate(LENGTH_CLASSES)}
    rows = session.execute(
        _OVERLAPPING[session.get_bind().dialect.name],
        {"resource_id": resource_id, "starts_at": within.start, "ends_at": within.end, **since},
    )
    return [
        HeldQuantity(Span(starts_at, ends_at), quantity, identity, event_id)
        for identity, event_id, starts_at, ends_at, quantity in rows
        if identity not in without
    ]


def lock_resources(session: Session, resource_ids: Iterable[str]) -> Mapping[str, Resource]:
    """Lock the resources for this transaction and return their current rows: nobody else can book or change them.

    They are locked in the order of their ids, so that two requests for the same ones never deadlock. On SQLite the
    write lock does this anyway.
    """
    ids = sorted(set(resource_ids))
    statement = (
        select(Resource)
        .where(col(Resource.id).in_(ids))
        .order_by(col(Resource.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in session.exec(statement)}
