"""What hangs on an event: its members, its programme and its published revisions, its tasks."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from calendars.due import Offset
from models.errors import Conflict, NotFound
from models.events import Event, Member, ProgrammeItem, ProgrammeRevision, Task
from models.i18n import _, message
from models.places import Person
from models.vocabulary import MemberRole
from service.actions import reminders, rows
from service.actions.acting import Act
from service.actions.trail import plain, record

ROLE_ORDER = {role: place for place, role in enumerate(MemberRole)}


def members_of(session: Session, event_id: str) -> list[tuple[Member, Person]]:
    """The people of an event in order of precedence: head, deputies, members by rank, then who serves them.

    People of equal rank stand by name, then by id, so that every list shows the same order.
    """
    found = session.exec(select(Member, Person).where(Member.event_id == event_id, Member.person_id == Person.id)).all()
    return sorted(
        ((member, person) for member, person in found),
        key=lambda pair: (ROLE_ORDER[pair[0].role], pair[1].precedence, pair[1].search_text, pair[1].id),
    )


def part(session: Session, model: type[rows.Row], event_id: str, identity: str) -> rows.Row:
    """A part by its id, but only below its own event.

    Raises:
        NotFound: there is none, or it belongs to another event.
    """
    row = session.get(model, identity)
    if row is None or row.event_id != event_id:  # type: ignore[attr-defined]
        raise NotFound(rows.called(model), identity)
    return row


def add_member(session: Session, act: Act, event: Event, values: Mapping[str, Any]) -> Member:
    """Put a person into a visit, once."""
    rows.check(_member_errors(session, event, None, values))
    member = Member(event_id=event.id, **values)
    rows.create(session, act, member, event_id=event.id)
    reminders.plan_event(session, act, event)
    return member


def change_member(session: Session, act: Act, event: Event, member: Member, values: Mapping[str, Any]) -> Member:
    """Change what a person is in a visit."""
    rows.check(_member_errors(session, event, member, values))
    if rows.change(session, act, member, values, event_id=event.id):
        reminders.plan_event(session, act, event)
    return member


def remove_member(session: Session, act: Act, event: Event, member: Member) -> None:
    """Take a person out of a visit."""
    rows.delete(session, act, member, event_id=event.id)
    reminders.plan_event(session, act, event)


def _member_errors(session: Session, event: Event, member: Member | None, values: Mapping[str, Any]) -> rows.Errors:
    errors = rows.missing_references(session, Member, values)
    others = [other for other, _person in members_of(session, event.id) if other is not member]
    if any(other.person_id == values.get("person_id") for other in others):
        errors["person_id"] = [message(_("This person is already in the list."))]
    if values.get("role") is MemberRole.HEAD and any(other.role is MemberRole.HEAD for other in others):
        errors["role"] = [message(_("There is already a head; make that person a member or deputy first."))]
    return errors


def programme_of(session: Session, event_id: str) -> list[ProgrammeItem]:
    """The working programme in the order it is run: by day, hour, then as written."""
    return list(
        session.exec(
            select(ProgrammeItem)
            .where(ProgrammeItem.event_id == event_id)
            .order_by(col(ProgrammeItem.day), col(ProgrammeItem.start_time).nulls_first(), col(ProgrammeItem.position))
        ).all()
    )


def revisions_of(session: Session, event_id: str) -> list[ProgrammeRevision]:
    """The published states of the programme, oldest first."""
    return list(
        session.exec(
            select(ProgrammeRevision)
            .where(ProgrammeRevision.event_id == event_id)
            .order_by(col(ProgrammeRevision.number))
        ).all()
    )


def replace_programme(session: Session, act: Act, event: Event, items: Sequence[Mapping[str, Any]]) -> None:
    """Put a whole new working programme in the place of the old; the published revisions stay."""
    errors: rows.Errors = {}
    for number, item in enumerate(items):
        if not event.first_day <= item["day"] <= event.last_day:
            errors[f"items.{number}.day"] = [
                message(
                    _("Must lie within the visit, {first_day} to {last_day}."),
                    first_day=str(event.first_day),
                    last_day=str(event.last_day),
                )
            ]
        start, end = item.get("start_time"), item.get("end_time")
        if start and end and end <= start:
            errors[f"items.{number}.end_time"] = [
                message(_("The end must be after the start, {start_time}."), start_time=f"{start:%H:%M}")
            ]
    rows.check(errors)
    old = programme_of(session, event.id)
    new = [ProgrammeItem(event_id=event.id, position=position, **item) for position, item in enumerate(items)]
    before, after = plain(old), plain(new)
    if before == after:
        return
    for row in old:
        session.delete(row)
    session.add_all(new)
    rows.flush(session)
    record(session, act, "change", "programme", event.id, {"items": {"from": before, "to": after}}, event_id=event.id)


def publish_programme(session: Session, act: Act, event: Event, note: str | None) -> ProgrammeRevision:
    """Publish the working programme as the next numbered revision.

    Raises:
        Conflict: there is nothing to publish, or nothing changed since the last revision.
    """
    items = plain(programme_of(session, event.id))
    if not items:
        raise Conflict(message(_("The programme is empty; there is nothing to publish.")), code="programme_empty")
    last = session.exec(select(func.max(ProgrammeRevision.number)).where(ProgrammeRevision.event_id == event.id)).one()
    if last:
        newest = session.exec(
            select(ProgrammeRevision).where(ProgrammeRevision.event_id == event.id, ProgrammeRevision.number == last)
        ).one()
        if newest.items == items:
            raise Conflict(
                message(_("Nothing changed since revision {number}."), number=last), code="programme_unchanged"
            )
    revision = ProgrammeRevision(
        event_id=event.id,
        number=(last or 0) + 1,
        note=note,
        items=items,
        published_at=act.now,
        published_by=act.user.id if act.user else None,
    )
    return rows.create(session, act, revision, event_id=event.id)


def tasks_of(session: Session, event_id: str) -> list[Task]:
    """An event's tasks in the order they were made."""
    return list(session.exec(select(Task).where(Task.event_id == event_id).order_by(col(Task.id))).all())


def add_task(session: Session, act: Act, event: Event, values: Mapping[str, Any]) -> Task:
    """Add what somebody must do for an event."""
    rows.check(_task_errors(session, None, values))
    task = Task(event_id=event.id, **_with_done(act, None, values))
    rows.create(session, act, task, event_id=event.id)
    reminders.plan_event(session, act, event)
    return task


def change_task(session: Session, act: Act, event: Event, task: Task, values: Mapping[str, Any]) -> Task:
    """Change a task, or mark it done."""
    rows.check(_task_errors(session, task, values))
    if rows.change(session, act, task, _with_done(act, task, values), event_id=event.id):
        reminders.plan_event(session, act, event)
    return task


def remove_task(session: Session, act: Act, event: Event, task: Task) -> None:
    """Delete a task."""
    rows.delete(session, act, task, event_id=event.id)
    reminders.plan_event(session, act, event)


def _with_done(act: Act, task: Task | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """``done_at`` follows ``done``; giving a fixed day takes the offset away, and the other way round."""
    values = dict(values)
    if "done" in values and values["done"] != (task.done if task else False):
        values["done_at"] = act.now if values["done"] else None
    if task is not None:
        for given, other in (("due_on", "due_offset"), ("due_offset", "due_on")):
            if values.get(given) is not None and other not in values:
                values[other] = None
    return values


def _task_errors(session: Session, task: Task | None, values: Mapping[str, Any]) -> rows.Errors:
    errors = rows.missing_references(session, Task, values)
    if values.get("due_on") is not None and values.get("due_offset") is not None:
        errors["due_offset"] = [message(_("Give either a day or an offset from arrival, not both."))]
    if values.get("due_offset") is not None:
        try:
            offset = Offset.parse(values["due_offset"])
        except ValueError as problem:
            errors["due_offset"] = [problem.args[0]]
        else:
            if offset.seconds:
                errors["due_offset"] = [message(_("A task is due on a day: count in days or weeks."))]
    return errors
