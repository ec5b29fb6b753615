"""The parts of an event: its members, its programme and the published revisions, its tasks and their templates."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func, select, text
from sqlalchemy.orm import Session, aliased
from sqlmodel import Field, col

from models.base import Identified, Searchable, Sorted, Versioned, one_of
from models.collation import localized_key
from models.text import LocalizedText
from models.types import JsonList, JsonObject, LocalizedTextType, UtcDateTime, WordType
from models.vocabulary import Direction, EventKind, MemberAnswer, MemberRole, Side, TaskAnchor


class Member(Identified, Versioned, table=True):
    """A person in a visit and their role.

    ``rank`` orders people of equal precedence, 1 before 2; ``counterpart_id`` is the person of the other side they meet
    (người đồng cấp). ``side`` says whether they come with the guests or receive them. ``organisation_id`` and
    ``position`` are the person's when they were made a member (:mod:`models.participation`).

    ``answer`` is whether they take part, as of ``answered_at``; ``came`` whether they did, None: nobody has said.
    ``arrival`` and ``departure`` are a journey each: ``at`` (a date, or a date and hour of the place), ``by`` (flight,
    car), ``place`` (border gate, airport) and ``met_by``, each a text; what is not known is left out.
    """

    __tablename__ = "member"
    __table_args__ = (
        one_of("role", MemberRole),
        one_of("side", Side),
        one_of("answer", MemberAnswer),
        CheckConstraint("rank >= 1", name="rank_from_one"),
        CheckConstraint("counterpart_id <> person_id", name="not_their_own_counterpart"),
        UniqueConstraint("event_id", "person_id", name="uq_member_once"),
        Index(
            "uq_member_one_head",
            "event_id",
            "side",
            unique=True,
            sqlite_where=text("role = 'head'"),
            postgresql_where=text("role = 'head'"),
        ),
    )

    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    person_id: str = Field(foreign_key="person.id", index=True, max_length=26)
    role: MemberRole = Field(default=MemberRole.MEMBER, sa_type=WordType(MemberRole))
    rank: int | None = Field(default=None, ge=1, le=10_000)
    counterpart_id: str | None = Field(default=None, foreign_key="person.id", max_length=26)
    organisation_id: str | None = Field(default=None, index=True, max_length=26)
    side: Side = Field(default=Side.GUEST, sa_type=WordType(Side))
    position: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    answer: MemberAnswer = Field(default=MemberAnswer.NEEDS_ACTION, sa_type=WordType(MemberAnswer))
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    came: bool | None = None
    arrival: dict[str, Any] | None = Field(default=None, sa_type=JsonObject)
    departure: dict[str, Any] | None = Field(default=None, sa_type=JsonObject)


class ProgrammeItem(Identified, Searchable, table=True):
    """One item of a visit programme: when, what, where, who hosts, who attends.

    An end that is not after its start lies on the next day. ``travel_minutes`` is the travel time to its place from the
    previous one.
    """

    __tablename__ = "programme_item"
    __table_args__ = (CheckConstraint("travel_minutes >= 0", name="travel_not_negative"),)

    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    position: int = Field(default=0)
    day: date
    start_time: time | None = None
    end_time: time | None = None
    title: LocalizedText = Field(sa_type=LocalizedTextType)
    place: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    hosted_by: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    attendees: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    travel_minutes: int | None = Field(default=None, ge=0, le=1440)

    def searched(self) -> Iterable[LocalizedText | None]:
        """Title, place, host and attendees."""
        return (self.title, self.place, self.hosted_by, self.attendees)


class ProgrammeRevision(Identified, table=True):
    """A published state of the programme; number 1 is the first, each later one an adjustment (Điều chỉnh lần N−1).

    ``first_day`` is the visit's first day when it was published; None if that is not known.
    """

    __tablename__ = "programme_revision"
    __table_args__ = (UniqueConstraint("event_id", "number", name="uq_programme_revision_number"),)

    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    number: int = Field(ge=1)
    note: str | None = Field(default=None, max_length=2000)
    items: list[dict[str, Any]] = Field(sa_type=JsonList)
    first_day: date | None = None
    published_at: datetime = Field(sa_type=UtcDateTime)
    published_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)


def last_revisions(session: Session, event_ids: Collection[str]) -> dict[str, ProgrammeRevision]:
    """The last published programme of each of these events that has one; one query.

    To show it with its event, read the event first: publishing gives the event a new version, so a revision published
    in between can be detected.
    """
    if not event_ids:
        return {}
    other = aliased(ProgrammeRevision)
    newest = (
        select(func.max(col(other.number)))
        .where(col(other.event_id) == col(ProgrammeRevision.event_id))
        .scalar_subquery()
    )
    statement = select(ProgrammeRevision).where(
        col(ProgrammeRevision.event_id).in_(event_ids), col(ProgrammeRevision.number) == newest
    )
    return {revision.event_id: revision for revision in session.execute(statement).scalars()}


class TaskTemplate(Identified, Versioned, Searchable, Sorted, table=True):
    """A task that every event of a kind gets when it is planned; administrators edit these.

    ``office`` is its maker's, whose events get it (NULL: the default office). ``direction`` None: incoming, outgoing
    and domestic visits. ``min_days``: only for stays of at least so many days, travel days counted; None: for all.
    ``passport_kinds`` (words of PassportKind): only if somebody of the event is known to have such a passport; None: in
    any case.
    ``offset`` is whole days or weeks (ISO 8601, ``-P14D``) from ``anchor``; with ``working_days``
    only days on which both sides work count. ``activity_types``: of activities only these; ``grades``: of anniversaries
    only such years; empty for all.
    """

    __tablename__ = "task_template"
    __table_args__ = (
        one_of("kind", EventKind),
        one_of("direction", Direction),
        one_of("anchor", TaskAnchor),
    )

    kind: EventKind = Field(sa_type=WordType(EventKind), index=True)
    direction: Direction | None = Field(default=None, sa_type=WordType(Direction))
    min_days: int | None = Field(default=None, ge=1, le=3660)
    passport_kinds: list[str] | None = Field(default=None, sa_type=JsonList)
    activity_types: list[str] = Field(default_factory=list, sa_type=JsonList)
    grades: list[str] = Field(default_factory=list, sa_type=JsonList)
    title: LocalizedText = Field(sa_type=LocalizedTextType)
    anchor: TaskAnchor = Field(default=TaskAnchor.ARRIVAL, sa_type=WordType(TaskAnchor))
    offset: str = Field(max_length=40)
    working_days: bool = Field(default=False)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", max_length=26)
    person_id: str | None = Field(default=None, foreign_key="person.id", max_length=26)
    active: bool = Field(default=True)
    office: str | None = Field(default=None, max_length=60)

    def searched(self) -> Iterable[LocalizedText]:
        """The title."""
        return (self.title,)

    def made_sort_key(self) -> bytes:
        return localized_key(self.title)


class Task(Identified, Versioned, Searchable, table=True):
    """A task of an event, due on a day: fixed (``due_on``), or ``due_offset`` from ``anchor``.

    ``due_day`` is the resulting day, None if there is neither; it is updated whenever one of them changes.
    ``template_id`` is the template the task was made from. ``person_organisation_id`` is the person's organisation when
    the task was given to them (:mod:`models.participation`).
    """

    __tablename__ = "task"
    __table_args__ = (
        one_of("anchor", TaskAnchor),
        Index("uq_task_once_a_template", "event_id", "template_id", unique=True),
    )

    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    title: LocalizedText = Field(sa_type=LocalizedTextType)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True, max_length=26)
    person_organisation_id: str | None = Field(default=None, max_length=26)
    due_on: date | None = Field(default=None, index=True)
    due_offset: str | None = Field(default=None, max_length=40)
    anchor: TaskAnchor = Field(default=TaskAnchor.ARRIVAL, sa_type=WordType(TaskAnchor))
    working_days: bool = Field(default=False)
    due_day: date | None = Field(default=None, index=True)
    template_id: str | None = Field(default=None, foreign_key="task_template.id", max_length=26)
    done: bool = Field(default=False)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def searched(self) -> Iterable[LocalizedText]:
        """The title."""
        return (self.title,)
