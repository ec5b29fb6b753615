"""Storing rendered parts and chunks of feeds in the database, for other processes and later requests."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from models.database import Database
from models.vocabulary import Language
from models.waiting import WAIT_SECONDS
from service.actions import change_log
from service.actions.change_log import Position
from service.actions.context import ActionContext
from service.actions.feeds import assembler, rendered_parts
from service.actions.feeds.assembler import Chunk, FeedAssembly
from service.actions.feeds.rendered_parts import RenderedPart, UncachedParts

log = logging.getLogger("desk.web")

PATIENCE_SECONDS = 0.2
"""The longest a reader waits for the turn to store what was rendered; what is not stored is only rendered again."""


@dataclass(frozen=True)
class CacheWrite:
    """What a request rendered that later ones can reuse: rendered parts, and chunks of an assembly."""

    act: ActionContext
    language: Language
    fresh: list[RenderedPart]
    position: Position
    assembly: FeedAssembly | None = None
    chunks: Sequence[Chunk] = ()


@contextmanager
def snapshot(database: Database) -> Iterator[Session]:
    """A read-only transaction that sees one consistent state, on PostgreSQL too."""
    with database.transaction(write=False) as session:
        if not database.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def render_many(
    database: Database,
    act: ActionContext,
    language: Language,
    missing: Mapping[str, list[str]],
    uncached: UncachedParts,
) -> None:
    """Render many parts in batches, each stored at once: if the request fails, the next can reuse the stored ones."""
    for batch in rendered_parts.batches(list(missing)):
        with snapshot(database) as session:
            uncached.begin(session)
            uncached.position = change_log.position(session)
            uncached.make(session, act, language, {event_id: missing[event_id] for event_id in batch})
        write = CacheWrite(act, language, uncached.fresh, uncached.position)
        if keep_all(database, [write], patience=PATIENCE_SECONDS):
            for one in uncached.fresh:
                uncached.parts.pop((one.event_id, one.part), None)


def keep_all(database: Database, writes: Collection[CacheWrite], *, patience: float = WAIT_SECONDS) -> bool:
    """Store these writes, and return whether all parts were stored. A failure is only logged: the feeds are served.

    ``patience``: the longest to wait for other writers, in seconds.
    """
    if not writes:
        return True
    all_stored = True
    try:
        with database.transaction(patience=patience) as session:
            for one in writes:
                if one.fresh:
                    count = rendered_parts.store(session, one.act, one.language, one.fresh, one.position)
                    all_stored = all_stored and count == len(one.fresh)
                if one.assembly is not None:
                    assembler.store_chunks(session, one.assembly, one.chunks)
    except DBAPIError as problem:
        log.warning("calendar_not_kept", extra={"problem": type(problem.orig).__name__})
        return False
    return all_stored
