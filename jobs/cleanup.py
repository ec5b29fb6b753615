"""Hourly cleanup: idempotency keys, failed logins, expired sessions, silent workers, leftovers of feeds and merges."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Subquery, and_, delete, func, not_, or_, select, true, update
from sqlmodel import Session, col

from models.accounts import Audit, Heartbeat, IdempotencyKey, LoginFailure, SpentState, WebSession
from models.both_sides.links import EventLink, LinkDraft, Submission, SubmissionFile
from models.errors import FilesAway
from models.event_parts import Member
from models.events import Event
from models.feeds import CalendarChange, DeletedEvent, Feed, FeedChunk
from models.file_store import FileStore
from models.files import File
from models.places import Particulars, Passport
from models.queries import stored_contents
from models.queries.dated import is_dated
from models.successions import UNDONE_WITHIN, Merge, OrganisationHandOver
from models.trash import TRASHED_FOR, TrashedEvent
from models.vocabulary import EventStatus, FileKind, MergedEntity

log = logging.getLogger("desk.worker")

DAY = timedelta(days=1)
_LONGEST_FAREWELL = 3650 * DAY
"""The maximum time a feed may show a deleted event (``Feed.tombstone_days``)."""


def sweep(session: Session, now: datetime) -> dict[str, int]:
    """Delete rows that are past their retention time, one day unless noted; return the number of rows by table.

    Browser sessions are deleted when they expire, whatever their age; calendar changes after three days.
    """
    over = {
        "idempotency_key": delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < now - DAY),
        "login_failure": delete(LoginFailure).where(col(LoginFailure.at) < now - DAY),
        "web_session": delete(WebSession).where(col(WebSession.expires_at) <= now),
        "spent_state": delete(SpentState).where(col(SpentState.expires_at) <= now),
        "heartbeat": delete(Heartbeat).where(col(Heartbeat.at) < now - DAY),
        # Every process reassembles its feeds at midnight: older changes are never read.
        "calendar_change": delete(CalendarChange).where(col(CalendarChange.at) < now - 3 * DAY),
        "deleted_event": delete(DeletedEvent).where(col(DeletedEvent.updated_at) < now - _LONGEST_FAREWELL),
        "feed_chunk": delete(FeedChunk).where(
            col(FeedChunk.feed_id).not_in(select(col(Feed.id))), not_(col(FeedChunk.feed_id).startswith("public-"))
        ),
    }
    options = {"synchronize_session": False}
    return {
        table: session.execute(statement, execution_options=options).rowcount  # type: ignore[attr-defined]
        for table, statement in over.items()
    }


def remove_unneeded_files(session: Session, store: FileStore, now: datetime) -> int:
    """Remove the bytes that no file has had for a day (:func:`models.queries.stored_contents.sweep`); return how many.

    While the store is away nothing is removed: the next hour tries again.
    """
    if not stored_contents.is_in_use(session) and not store.folder.exists():
        return 0
    try:
        return stored_contents.sweep(session, store, now)
    except FilesAway:
        log.warning("files_away")
        return 0


def forget_moves(session: Session, now: datetime) -> int:
    """Forget what was moved by merges and hand-overs that can't be undone any more, the doubles' own values among it;
    return of how many."""
    count = 0
    for model in (Merge, OrganisationHandOver):
        moves, made_at = col(model.moves), col(model.made_at)
        old = update(model).where(moves.is_not(None), made_at < now - UNDONE_WITHIN)
        forgotten = session.execute(old.values(moves=None), execution_options={"synchronize_session": False})
        count += forgotten.rowcount  # type: ignore[attr-defined]
    return count


def empty_trash(session: Session, now: datetime) -> int:
    """Delete the drafts for good that have lain in the trash for their time; return how many. Each has an entry in the
    audit log."""
    over = select(col(TrashedEvent.id)).where(col(TrashedEvent.trashed_at) < now - TRASHED_FOR)
    found = list(session.scalars(over.order_by(col(TrashedEvent.id)).with_for_update(skip_locked=True)))
    session.execute(
        delete(TrashedEvent).where(col(TrashedEvent.id).in_(found)), execution_options={"synchronize_session": False}
    )
    session.add_all(
        Audit(at=now, actor_name="desk", action="purge", entity="event", entity_id=one, event_id=one, changes={})
        for one in found
    )
    return len(found)


def forget_passports(session: Session, now: datetime, days: int) -> int:
    """Delete the passports, particulars and photos of people whose last visit ended more than ``days`` days ago; return
    how many.

    For people in no event the day they were stored counts. Each deletion has an entry in the audit log. A photo is a
    file of the person of that kind; other files of a person stay.
    """
    ends = (
        select(col(Member.person_id).label("person_id"), col(Event.departs_on).label("ended"))
        .join(Event, col(Event.id) == col(Member.event_id))
        .where(col(Event.status) != EventStatus.CANCELLED, is_dated())
        .union_all(
            select(col(Event.head_id), col(Event.departs_on)).where(
                col(Event.head_id).is_not(None), col(Event.status) != EventStatus.CANCELLED, is_dated()
            )
        )
        .subquery()
    )
    last = select(ends.c.person_id, func.max(ends.c.ended).label("ended")).group_by(ends.c.person_id).subquery()
    before = now - days * DAY
    count = 0
    is_photo = and_(col(File.person_id).is_not(None), col(File.kind) == FileKind.PHOTO)
    for model, key, stored_at, concerned in (
        (Passport, col(Passport.person_id), col(Passport.stored_at), true()),
        (Particulars, col(Particulars.person_id), col(Particulars.stored_at), true()),
        (File, col(File.id), col(File.uploaded_at), is_photo),
    ):
        is_old = and_(concerned, stored_at < before, or_(last.c.ended.is_(None), last.c.ended < before.date()))
        of_person = last.c.person_id == col(model.person_id)
        found = list(session.scalars(select(key).select_from(model).outerjoin(last, of_person).where(is_old)))
        for first in range(0, len(found), 500):
            batch = found[first : first + 500]
            session.execute(delete(model).where(key.in_(batch)))
            session.add_all(
                Audit(
                    at=now,
                    actor_name="desk",
                    action="purge",
                    entity=str(model.__tablename__),
                    entity_id=one,
                    changes={},
                )
                for one in batch
            )
        count += len(found)
    _forget_kept(session, before, last)
    return count + _forget_links(session, now, before)


def _forget_links(session: Session, now: datetime, before: datetime) -> int:
    """Forget what was filled in with links for visits that are over for so long, and the photos that came with it; who
    handed in when, and what was taken, stays. Returns of how many submissions."""
    over = select(col(EventLink.id)).join(Event, col(Event.id) == col(EventLink.event_id))
    over = over.where(col(EventLink.made_at) < before, col(Event.departs_on) < before.date())
    filled = and_(col(Submission.link_id).in_(over), col(Submission.sealed) != b"")
    found = list(session.scalars(select(col(Submission.id)).where(filled)))
    options = {"synchronize_session": False}
    session.execute(update(Submission).where(filled).values(sealed=b""), execution_options=options)
    for table in (LinkDraft, SubmissionFile):
        session.execute(delete(table).where(col(table.link_id).in_(over)), execution_options=options)
    session.add_all(
        Audit(at=now, actor_name="desk", action="purge", entity="submission", entity_id=one, changes={})
        for one in found
    )
    return len(found)


def _forget_kept(session: Session, before: datetime, last: Subquery) -> None:
    """Forget what merges keep of passports and particulars, for undoing them, on the day these would be deleted."""
    kept = select(Merge).where(col(Merge.moves).is_not(None), col(Merge.entity) == MergedEntity.PERSON)
    for one in session.scalars(kept):
        ended = session.scalar(select(last.c.ended).where(last.c.person_id == one.into_id))
        if ended is not None and ended >= before.date():
            continue
        left = [move for move in one.moves or () if not _is_old_copy(move, before)]
        if left != one.moves:
            one.moves = left


def _is_old_copy(move: Mapping[str, Any], before: datetime) -> bool:
    if move["table"] not in {Passport.__tablename__, Particulars.__tablename__} or move["column"]:
        return False
    stored = datetime.fromisoformat((move["before"] or move["after"])["stored_at"])
    return (stored if stored.tzinfo else stored.replace(tzinfo=UTC)) < before
