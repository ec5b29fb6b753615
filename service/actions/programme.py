"""The programme of an event and its published revisions."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.errors import Conflict
from models.events import Event
from models.i18n import _, message
from models.parts import ProgrammeItem, ProgrammeRevision
from service.actions import rows
from service.actions.acting import Act
from service.actions.trail import plain, record


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
