"""The published programmes of an event: numbered immutable revisions, and the changes from one to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlmodel import Session, col, select

from calendars.programmes.differences import ItemChange, differences
from calendars.programmes.items import ProgrammeItemValues, label
from models.errors import Conflict, NotFound
from models.event_parts import ProgrammeItem, ProgrammeRevision, last_revisions
from models.events import Event
from models.i18n import N_, message
from models.text import LocalizedText
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.events import programme


@dataclass(frozen=True, slots=True)
class PublishedRevision:
    """A published programme; ``changes`` are the differences from the previous one, empty for the first."""

    row: ProgrammeRevision
    items: list[ProgrammeItemValues]
    changes: list[ItemChange]

    @property
    def label(self) -> LocalizedText:
        """Its name: the programme, or which adjustment of it."""
        return label(self.row.number)


def revisions_of(session: Session, event_id: str) -> list[PublishedRevision]:
    """The published programmes, oldest first; one query."""
    statement = select(ProgrammeRevision).where(ProgrammeRevision.event_id == event_id)
    return _with_changes(session.exec(statement.order_by(col(ProgrammeRevision.number))).all())


def find_revision(session: Session, event_id: str, number: str) -> PublishedRevision:
    """The published programme with this number; one query.

    Raises:
        NotFound: there is none, or the text is no number.
    """
    # More digits than any revision number has; SQLite rejects integers beyond 64 bits.
    wanted = int(number) if number.isdecimal() and len(number) < 10 else 0
    statement = select(ProgrammeRevision).where(
        ProgrammeRevision.event_id == event_id, col(ProgrammeRevision.number).in_([wanted - 1, wanted])
    )
    found = _with_changes(session.exec(statement.order_by(col(ProgrammeRevision.number))).all())
    if not found or found[-1].row.number != wanted:
        raise NotFound(crud.called(ProgrammeRevision), number)
    return found[-1]


def last_revision(session: Session, event_id: str) -> ProgrammeRevision | None:
    """The last published programme; None before the first."""
    return last_revisions(session, [event_id]).get(event_id)


def unpublished(last: ProgrammeRevision | None, working: Sequence[ProgrammeItem]) -> list[ItemChange] | None:
    """The differences of a revision published now from the last one; None before the first."""
    if last is None:
        return None
    return differences(_items(last), [ProgrammeItemValues.of(item) for item in working])


def is_publishable(last: ProgrammeRevision | None, working: Sequence[ProgrammeItem]) -> bool:
    """Whether there is something to publish: any difference from the last revision, even only the order of items."""
    return bool(working) and (last is None or _items(last) != [ProgrammeItemValues.of(item) for item in working])


def publish_programme(session: Session, act: ActionContext, event: Event, note: str | None) -> PublishedRevision:
    """Publish the working programme as the next numbered revision; feeds and reminders show it from now on.

    The event gets a new version and ``updated_at``, by which subscribers and the worker notice the change; its SEQUENCE
    stays, because neither its days nor its location have changed.

    Raises:
        Conflict: the programme is empty, or nothing changed since the last revision.
    """
    permissions.check_change(session, event)
    working, last = programme.lock(session, event), last_revision(session, event.id)
    if not working:
        raise Conflict(message(N_("The programme is empty; there is nothing to publish.")), code="programme_empty")
    if last and not is_publishable(last, working):
        raise Conflict(
            message(N_("Nothing changed since revision {number}."), number=last.number), code="programme_unchanged"
        )
    items = [ProgrammeItemValues.of(item) for item in working]
    row = ProgrammeRevision(
        event_id=event.id,
        number=last.number + 1 if last else 1,
        note=note,
        items=[item.to_json() for item in items],
        first_day=event.first_day,
        published_at=act.now,
        published_by=act.user.id if act.user else None,
    )
    crud.create(session, act, row, event_id=event.id)
    crud.touch(event, act)
    crud.flush(session)
    return PublishedRevision(row, items, unpublished(last, working) or [])


def _with_changes(found: Sequence[ProgrammeRevision]) -> list[PublishedRevision]:
    """These revisions, each with its differences from the previous one in the list."""
    with_items = [(row, _items(row)) for row in found]
    later = [
        PublishedRevision(row, items, differences(before, items))
        for (_row, before), (row, items) in pairwise(with_items)
    ]
    return [PublishedRevision(row, items, []) for row, items in with_items[:1]] + later


def _items(row: ProgrammeRevision) -> list[ProgrammeItemValues]:
    return [ProgrammeItemValues.read(item) for item in row.items]
