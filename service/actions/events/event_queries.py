"""Events and what belongs to them, as pages and the API list them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, or_, true
from sqlalchemy import select as core_select
from sqlmodel import Session, col, func, select

from models.accounts import Audit, User
from models.agreements import Commitment
from models.event_parts import Member, ProgrammeItem, Task
from models.events import Event
from models.queries.dated import is_dated
from models.queries.organisation_lines import OrganisationLines
from models.vocabulary import Direction, EventKind, EventStatus
from service.actions import crud, locality_index, office_days, permissions
from service.actions.context import ActionContext
from service.actions.ledger import rights
from service.actions.locality_index import DirectionResolver
from service.actions.scheduling import event_warnings

EVENT_ORDER_LATEST = (col(Event.first_day).desc(), *crud.EVENT_ORDER_WITHIN_A_DAY)
HISTORY_ORDER = (col(Audit.id),)
TASK_SEARCH_ORDER = (col(Task.done), col(Task.due_day).is_(None), col(Task.due_day))
ITEM_SEARCH_ORDER = (
    col(ProgrammeItem.day).desc(),
    col(ProgrammeItem.start_time).is_not(None),
    col(ProgrammeItem.start_time),
)

_DAYS = (
    "id",
    "first_day",
    "last_day",
    "start_time",
    "end_time",
    "timezone",
    "arrives_on",
    "departs_on",
    "kind",
    "status",
    "organisation_id",
    "changed_since_confirmed",
)
_NAMES = ("id", "title", "location", "host", "guest")
_AT_ONCE = 500


def event_days(session: Session, act: ActionContext, query: Mapping[str, Any]) -> Iterator[Any]:
    """The days, hours, kind, status and organisation of the events that match a query string, in order; one query.

    Columns instead of whole events, because there may be thousands.
    """
    statement = events_where(session, act, query).order_by(*crud.EVENT_ORDER)
    columns = statement.with_only_columns(*(col(getattr(Event, name)) for name in _DAYS))
    yield from session.execute(columns)


def event_names(session: Session, event_ids: Collection[str]) -> dict[str, Any]:
    """Title, location, host and guest of these events, by id; one query for every 500."""
    found: dict[str, Any] = {}
    order = sorted(event_ids)
    for first in range(0, max(len(order), 1), _AT_ONCE):
        batch = order[first : first + _AT_ONCE]
        columns = (col(getattr(Event, name)) for name in _NAMES)
        found |= {row.id: row for row in session.execute(core_select(*columns).where(col(Event.id).in_(batch)))}
    return found


def events_by_id(session: Session, event_ids: Collection[str]) -> dict[str, Event]:
    """These events by id; one query."""
    return {one.id: one for one in session.exec(select(Event).where(col(Event.id).in_(event_ids)))}


def events_of_agreement(session: Session, agreement_id: str) -> Iterator[Any]:
    """Id, title, days and status of the events linked to an agreement's commitments; one query."""
    names = ("id", "title", "first_day", "last_day", "known_to", "status")
    columns = (col(getattr(Event, name)) for name in names)
    statement = (
        core_select(*columns)
        .join(Commitment, col(Commitment.id) == col(Event.commitment_id))
        .where(col(Commitment.agreement_id) == agreement_id, permissions.visible(session))
    )
    yield from session.execute(statement)


def first_day_beyond(session: Session, act: ActionContext, first: date, last: date, number: int) -> date | None:
    """The first day of the event after the first ``number``, of those that get warnings and overlap these days.

    None if there are no more than ``number``.
    """
    statement = (
        core_select(col(Event.first_day))
        .where(
            office_days.on_days(session, act.office.timezone, first, last),
            col(Event.status).not_in(sorted(event_warnings.UNWARNED)),
            permissions.visible(session),
        )
        .order_by(col(Event.first_day))
        .offset(number)
        .limit(1)
    )
    return session.scalars(statement).first()


def count_with_status(session: Session, coming: ColumnElement[bool], *statuses: EventStatus) -> list[int]:
    """How many events to come (:func:`service.actions.office_days.not_over`) of the reader's office have each status;
    one query."""
    counts = [func.count().filter(col(Event.status) == status) for status in statuses]
    own = permissions.near_office(session)
    waiting = (col(Event.status).in_(statuses), coming, permissions.visible(session), own)
    return list(session.execute(core_select(*counts).select_from(Event).where(*waiting)).one())


# History


def history_where(session: Session, event_id: str) -> Any:
    """The SELECT of the audit rows about an event; what was done to its money only for who reads that."""
    return select(Audit).where(Audit.event_id == event_id, rights.trail_readable(session))


def history_of(session: Session, event_id: str, limit: int) -> list[tuple[Audit, User | None]]:
    """The newest audit rows about an event, each with the account that acted, the newest first."""
    statement = (
        select(Audit, User)
        .join(User, col(User.id) == col(Audit.actor_id), isouter=True)
        .where(Audit.event_id == event_id, rights.trail_readable(session))
        .order_by(col(Audit.id).desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.exec(statement)]


def last_step(session: Session, event: Event) -> tuple[Audit, User | None] | None:
    """The step that took an event to the status it has, with the account that took it; None if none did."""
    statement = (
        select(Audit, User)
        .join(User, col(User.id) == col(Audit.actor_id), isouter=True)
        .where(Audit.event_id == event.id, Audit.entity == "event", Audit.action == "transition")
        .order_by(col(Audit.id).desc())
        .limit(1)
    )
    for audit, user in session.exec(statement):
        if (audit.changes.get("status") or {}).get("to") == event.status:
            return audit, user
    return None


# Search


def events_ahead(session: Session, act: ActionContext, q: str, limit: int) -> tuple[list[Event], int]:
    """The first events that match all words and are not over today, and how many there are."""
    found = _matching(session, q).where(office_days.not_over(session, act))
    return crud.page_of(session, found, crud.EVENT_ORDER, 0, limit)


def events_past(session: Session, act: ActionContext, q: str, limit: int) -> tuple[list[Event], int]:
    """The latest events that match all words and were over before today, and how many there are."""
    found = _matching(session, q).where(is_dated(), not_(office_days.not_over(session, act)))
    return crud.page_of(session, found, EVENT_ORDER_LATEST, 0, limit)


def events_undated(session: Session, q: str, limit: int) -> tuple[list[Event], int]:
    """The latest events that match all words and are known only to the month or the year, and how many there are."""
    found = _matching(session, q).where(not_(is_dated()))
    return crud.page_of(session, found, EVENT_ORDER_LATEST, 0, limit)


def events_of_year(session: Session, year: int, limit: int) -> tuple[list[Event], int]:
    """The first events that were or can have been in a year, and how many there are."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    in_year = (col(Event.first_day) <= last, col(Event.last_day) >= first)
    found = select(Event).where(permissions.visible(session), *in_year)
    return crud.page_of(session, found, crud.EVENT_ORDER, 0, limit)


def _matching(session: Session, q: str) -> Any:
    return _found_by_words(session, select(Event).where(permissions.visible(session)), q)


def _found_by_words(session: Session, statement: Any, q: str | None) -> Any:
    """A SELECT of readable events narrowed to those with every word; in their results only who sees those finds any."""
    seen = permissions.overseen(session)
    return crud.matching(
        statement,
        col(Event.search_text),
        q,
        also=lambda pattern: and_(col(Event.results_text).like(pattern, escape="\\"), seen),
    )


def tasks_matching(session: Session, q: str, limit: int) -> tuple[list[tuple[Task, Event]], int]:
    """The first tasks that match all words, each with its event, open ones first; and how many there are."""
    return _parts_matching(session, Task, q, TASK_SEARCH_ORDER, limit, permissions.seen_tasks(session))


def programme_items_matching(session: Session, q: str, limit: int) -> tuple[list[tuple[ProgrammeItem, Event]], int]:
    """The latest programme items that match all words, each with its event; and how many there are."""
    # Other offices see programmes as they are published.
    return _parts_matching(session, ProgrammeItem, q, ITEM_SEARCH_ORDER, limit, permissions.near(session))


def _parts_matching(
    session: Session, model: type[Any], q: str, order: Sequence[Any], limit: int, seen: ColumnElement[bool]
) -> tuple[list[Any], int]:
    statement = select(model, Event).where(model.event_id == Event.id, permissions.visible(session), seen)
    found = crud.matching(statement, col(model.search_text), q)
    return crud.page_of(session, found, (*order, col(model.id)), 0, limit)


def events_of_people(session: Session, person_ids: Sequence[str], limit: int) -> list[tuple[str, Event]]:
    """The latest events these people are members of, each with the person's id; no query without people."""
    return _events_of(session, Member, Member.person_id, person_ids, limit, true())


def events_of_organisations(session: Session, organisation_ids: Sequence[str], limit: int) -> list[tuple[str, Event]]:
    """The latest events these organisations have tasks in, each with the organisation's id; no query without any."""
    return _events_of(session, Task, Task.organisation_id, organisation_ids, limit, permissions.seen_tasks(session))


def _events_of(
    session: Session, part: type[Any], key: Any, wanted: Sequence[str], limit: int, seen: ColumnElement[bool]
) -> list[tuple[str, Event]]:
    if not wanted:
        return []
    statement = (
        core_select(col(key), Event)
        .join(Event, col(Event.id) == col(part.event_id))
        .where(col(key).in_(wanted), permissions.visible(session), seen)
        .order_by(*EVENT_ORDER_LATEST)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def events_where(
    session: Session, act: ActionContext, query: Mapping[str, Any], kind: EventKind | None = None
) -> Select[Any]:
    """The SELECT of the events that match a query string, without their parts (phases, performances).

    Those whose days are not known are among them only if ``known_to`` asks for them.
    """
    statement: Any = select(Event).where(permissions.visible(session))
    known_to = query.get("known_to")
    statement = statement.where(col(Event.known_to).in_(known_to) if known_to else is_dated())
    kinds = [kind] if kind else query.get("kind")
    if kinds:
        statement = statement.where(col(Event.kind).in_(kinds))
    if query.get("status"):
        statement = statement.where(_of_statuses(query["status"]))
    for name in ("host", "guest"):
        if query.get(name):
            statement = statement.where(
                col(getattr(Event, name)).in_(locality_index.succession_of_code(session, query[name]))
            )
    if query.get("locality"):
        succession = locality_index.succession_of_code(session, query["locality"])
        statement = statement.where(or_(col(Event.host).in_(succession), col(Event.guest).in_(succession)))
    if query.get("organisation_id"):
        line = OrganisationLines.load(session).line(query["organisation_id"])
        statement = statement.where(col(Event.organisation_id).in_(sorted(line)))
    statement = _of_what_it_belongs_to(session, statement, query)
    if query.get("from_") or query.get("to"):
        clock = act.office.timezone
        statement = statement.where(office_days.on_days(session, clock, query.get("from_"), query.get("to")))
    if query.get("direction"):
        statement = statement.where(
            locality_index.directed(DirectionResolver.load(session, act), Direction(query["direction"]))
        )
    return _found_by_words(session, statement, query.get("q"))  # type: ignore[no-any-return]


def _of_what_it_belongs_to(session: Session, statement: Any, query: Mapping[str, Any]) -> Any:
    if query.get("in_charge_id"):
        # Who of another office prepares a shared visit is nothing that can be asked.
        own = select(col(User.id)).where(User.id == query["in_charge_id"], permissions.own_accounts(session))
        statement = statement.where(col(Event.in_charge_id).in_(own))
    for name in ("commitment_id", "visibility"):
        if query.get(name):
            statement = statement.where(getattr(Event, name) == query[name])
    if query.get("agreement_id"):
        of_agreement = select(Commitment.id).where(Commitment.agreement_id == query["agreement_id"])
        statement = statement.where(col(Event.commitment_id).in_(of_agreement))
    return statement


def accounts_in_charge(session: Session, limit: int) -> list[tuple[str, str]]:
    """The accounts of the reader's office that are in charge of events, by name: id and name."""
    charged = select(col(Event.in_charge_id)).where(permissions.visible(session))
    found = select(col(User.id), col(User.name)).where(col(User.id).in_(charged), permissions.own_accounts(session))
    return [
        (row.id, row.name) for row in session.execute(found.order_by(col(User.sort_key), col(User.id)).limit(limit))
    ]


def _of_statuses(wanted: Collection[EventStatus]) -> ColumnElement[bool]:
    """The condition for these statuses. For most of them it names the others instead: SQLite would otherwise read
    nearly every event through the index on the status."""
    others = set(EventStatus) - set(wanted)
    if len(others) < len(EventStatus) / 2:
        return col(Event.status).not_in(sorted(others))
    return col(Event.status).in_(sorted(set(wanted)))
