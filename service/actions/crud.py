"""Functions shared by the actions of all tables: find, check references, create, change, delete, with audit rows."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, inspect, not_, or_
from sqlalchemy import select as core_select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, SQLModel, col, select

from models.agreements import Agreement, Anniversary, Commitment
from models.constraint_violations import Violation, violation_of
from models.errors import Conflict, Invalid, Merged, NotFound
from models.events import Event
from models.i18n import N_, Message, message
from models.labels import noun
from models.places import Organisation, Person
from models.queries.merged import merged_into
from models.text import fold
from service.actions import issued_papers, permissions
from service.actions.audit import changes, record, snapshot
from service.actions.context import ActionContext

Row = TypeVar("Row", bound=SQLModel)

Errors = dict[str, list[Message]]


def find(session: Session, model: type[Row], identity: str) -> Row:
    """The row with this id; of tables whose rows are an office's only one of the reader's.

    Raises:
        NotFound: there is none, or it is another office's.
        Merged: it was merged into another row.
    """
    row = session.get(model, identity)
    if row is None and (into := merged_into(session, str(model.__tablename__), identity)) is not None:
        raise Merged(called(model), identity, into)
    if row is None or not permissions.is_marked_own(session, getattr(row, "office", None), row):
        raise NotFound(called(model), identity)
    return row


def by_id(session: Session, model: type[Row], wanted: Collection[str]) -> dict[str, Row]:
    """The rows with these ids, by id; one query. Unknown ids are left out."""
    key = col(model.id)  # type: ignore[attr-defined]
    return {identity(row): row for row in session.exec(select(model).where(key.in_(wanted)))}


def part(session: Session, model: type[Row], event_id: str, identity: str) -> Row:
    """A part of an event by its id.

    Raises:
        NotFound: there is none, or it belongs to another event.
    """
    row = session.get(model, identity)
    if row is None or row.event_id != event_id:  # type: ignore[attr-defined]
        raise NotFound(called(model), identity)
    return row


def find_of_event(session: Session, model: type[Row], identity: str) -> Row:
    """A row that belongs to an event, by its own id.

    Raises:
        NotFound: there is none, or the reader may not see its event.
    """
    row = find(session, model, identity)
    if permissions.hidden(session, [row.event_id]):  # type: ignore[attr-defined]
        raise NotFound(called(model), identity)
    return row


def called(model: type[SQLModel]) -> Message:
    """The noun for a table's rows, for use in sentences."""
    return noun(str(model.__tablename__))


def missing_references(session: Session, model: type[SQLModel], values: Mapping[str, Any]) -> Errors:
    """An error under its field for every foreign key among ``values`` that refers to nothing."""
    errors: Errors = {}
    for column in inspect(model).local_table.columns:
        if not column.foreign_keys or not isinstance(values.get(column.key), str):
            continue
        target = next(iter(column.foreign_keys)).column
        statement = core_select(target).where(target == values[column.key])
        if target.table.name == "event":
            statement = statement.where(permissions.visible(session))
        elif "office" in target.table.columns:
            statement = statement.where(permissions.marked_own(session, target.table.columns["office"]))
        if session.execute(statement).first() is None:
            what = noun(str(target.table.name))
            errors[column.key] = [
                message(N_("There is no {what} “{identity}”."), what=what, identity=values[column.key])
            ]
    return errors


def check(errors: Mapping[str, list[Message]]) -> None:
    """Raise all collected field errors at once; do nothing if there are none."""
    if found := {field: messages for field, messages in errors.items() if messages}:
        raise Invalid(found)


def refuse(field: str, what: Message) -> NoReturn:
    """Raise one field's error."""
    raise Invalid({field: [what]})


def assign(row: SQLModel, values: Mapping[str, Any]) -> None:
    """Set the given attributes; computed ones (``parties``, ``budget`` …) through their properties."""
    for name, value in values.items():
        # SQLModel's own __setattr__ knows columns only; a property's setter is called directly.
        attribute = getattr(type(row), name, None)
        if isinstance(attribute, property) and attribute.fset is not None:
            attribute.fset(row, value)
        elif getattr(row, name) != value:
            setattr(row, name, value)


def create(
    session: Session,
    act: ActionContext,
    row: Row,
    *,
    computed: tuple[str, ...] = (),
    event_id: str | None = None,
    reason: str | None = None,
    also: Mapping[str, Any] | None = None,
    kept: Mapping[str, Any] | None = None,
) -> Row:
    """Add a row and its audit row; ``also`` and ``kept`` as in :func:`change`."""
    if "office" in type(row).model_fields:
        row.office = permissions.mark(session)
    if hasattr(row, "created_at"):
        row.created_at = act.now
    if hasattr(row, "updated_at"):
        row.updated_at = act.now
    session.add(row)
    flush(session)
    after = snapshot(row, computed)
    made = changes({}, after) | dict(also or {})
    record(session, act, "create", _entity(row), identity(row), made, event_id=event_id, reason=reason, kept=kept)
    return row


def change(
    session: Session,
    act: ActionContext,
    row: Row,
    values: Mapping[str, Any],
    *,
    computed: tuple[str, ...] = (),
    event_id: str | None = None,
    reason: str | None = None,
    action: str = "change",
    also: Mapping[str, Any] | None = None,
    kept: Mapping[str, Any] | None = None,
) -> set[str]:
    """Set values, write the audit row, and return the fields that really changed; equal values write nothing.

    ``also`` are changes for the audit row that the snapshots don't contain, ``kept`` what undoing them needs besides.
    """
    before = snapshot(row, computed)
    assign(row, values)
    after = snapshot(row, computed)
    changed = changes(before, after) | dict(also or {})
    if changed:
        if hasattr(row, "updated_at"):
            touch(row, act)
        flush(session)
        record(session, act, action, _entity(row), identity(row), changed, event_id=event_id, reason=reason, kept=kept)
    return set(changed)


def touch(row: Any, act: ActionContext) -> None:
    """Note that something of a row changed, its parts included: its ``version`` grows with the next flush.

    Also if it changed before at the same instant, and if only rows of other tables did: ETags, DTSTAMP and the refusal
    of lost updates rely on it.
    """
    row.updated_at = act.now
    # An equal value alone is no change for SQLAlchemy: no UPDATE, and the version would stay.
    flag_modified(row, "updated_at")


SHARED = (Person, Organisation, Agreement, Commitment, Anniversary)
"""What events of every office may refer to."""

MAY_BE_IN_USE = N_(
    "Another office may use this {what}, and what it plans is not told here: with several offices nothing of the"
    " directory and of agreements is deleted. Change it instead."
)


def delete(
    session: Session,
    act: ActionContext,
    row: SQLModel,
    *,
    event_id: str | None = None,
    kept: Mapping[str, Any] | None = None,
) -> None:
    """Delete a row and write its audit row; ``kept`` is what undoing it needs besides.

    What all offices share and events refer to (:data:`SHARED`) no account deletes where there are several offices: that
    it is in use would tell of events that its reader must not even notice.

    Raises:
        Conflict: something else still refers to it, or may; or a paper that went out would go with it.
    """
    issued_papers.check_deleting(session, row)
    if isinstance(row, SHARED) and permissions.is_beside_others(session):
        raise Conflict(message(MAY_BE_IN_USE, what=called(type(row))), code="in_use")
    before = snapshot(row)
    name, key = _entity(row), identity(row)
    session.delete(row)
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as problem:
        if violation_of(problem) is not Violation.FOREIGN_KEY:
            raise
        raise Conflict(
            message(N_("This {what} is still in use and can't be deleted."), what=called(type(row))), code="in_use"
        ) from None
    record(session, act, "delete", name, key, changes(before, {}), event_id=event_id, kept=kept)


def flush(session: Session) -> None:
    """Flush the session, within a savepoint so that a violated constraint leaves the transaction usable.

    Raises:
        Conflict: a unique value exists already.
    """
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as problem:
        if violation_of(problem) is not Violation.UNIQUE:
            raise
        raise Conflict(
            message(N_("Something with the same name or key is there already.")), code="already_exists"
        ) from None


def identity(row: SQLModel) -> str:
    """A row's primary key, as in audit rows."""
    return str(inspect(row).mapper.primary_key_from_instance(row)[0])


def _entity(row: SQLModel) -> str:
    return str(type(row).__tablename__)


def matching(statement: Any, column: Any, query: str | None, also: Callable[[str], Any] | None = None) -> Any:
    """Narrow a SELECT to rows whose folded text contains every word of ``query``.

    ``also`` gives a further condition that a row with a word may meet instead; it gets the word as a pattern for LIKE.
    """
    for word in fold(query or "").split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found = column.like(f"%{escaped}%", escape="\\")
        statement = statement.where(or_(found, also(f"%{escaped}%")) if also else found)
    return statement


def page_of(session: Session, statement: Any, order: Iterable[Any], first: int, size: int) -> tuple[list[Any], int]:
    """One page of a SELECT, and its total number of rows."""
    total = session.execute(core_select(func.count()).select_from(statement.order_by(None).subquery())).scalar_one()
    if first >= total:
        return [], total  # the database never gets an arbitrarily large page number
    rows = session.exec(statement.order_by(*order).offset(first).limit(size)).all()
    return list(rows), total


def page_matching(
    session: Session, model: type[Row], query: str | None, first: int, size: int, order: Sequence[Any] = ()
) -> tuple[list[Row], int]:
    """One page of the rows whose folded text contains every word of ``query``, by name unless ``order`` is given."""
    text = col(model.search_text)  # type: ignore[attr-defined]
    by_name = (col(model.sort_key), *inspect(model).primary_key)  # type: ignore[attr-defined]
    return page_of(session, matching(_of_office(session, model), text, query), order or by_name, first, size)


def page_of_all(
    session: Session, model: type[Row], order: Sequence[Any], first: int, size: int
) -> tuple[list[Row], int]:
    """One page of all rows in an order."""
    return page_of(session, _of_office(session, model), order, first, size)


def _of_office(session: Session, model: type[Row]) -> Any:
    """The SELECT of a table's rows; of tables whose rows are an office's those of the reader's."""
    statement = select(model)
    if "office" not in model.model_fields:
        return statement
    return statement.where(permissions.marked_own(session, col(model.office)))  # type: ignore[attr-defined]


EVENT_ORDER_WITHIN_A_DAY = (
    or_(col(Event.start_time).is_not(None), col(Event.end_time).is_not(None)),
    col(Event.start_time).is_not(None),
    col(Event.start_time),
    col(Event.sort_key),
    col(Event.id),
)
"""Whole days first, then by start and the events' own clocks, then by title:
:func:`calendars.days.office_clock.running_order`."""

EVENT_ORDER = (col(Event.first_day), *EVENT_ORDER_WITHIN_A_DAY)


def within(statement: Any, column: Any, act: ActionContext, query: Mapping[str, Any]) -> Any:
    """Narrow a SELECT to instants on the office's days ``from`` to ``to``, both inclusive."""
    zone = ZoneInfo(act.office.timezone)
    if query.get("from_"):
        statement = statement.where(column >= datetime.combine(query["from_"], time(), zone).astimezone(UTC))
    if query.get("to"):
        after = datetime.combine(query["to"] + timedelta(days=1), time(), zone).astimezone(UTC)
        statement = statement.where(not_(column >= after))
    return statement
