"""What readers of feeds made, kept for those who come after them."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from models.database import Database
from models.vocabulary import Language
from service.actions import change_log
from service.actions.change_log import Position
from service.actions.context import ActionContext
from service.actions.feeds import assembler, rendered_parts
from service.actions.feeds.assembler import Chunk, FeedAssembly
from service.actions.feeds.rendered_parts import RenderedPart, UncachedParts

log = logging.getLogger("desk.web")


@dataclass(frozen=True)
class CacheWrite:
    """What a reader made that the next may be spared: rendered parts, and stretches of an assembly."""

    act: ActionContext
    language: Language
    fresh: list[RenderedPart]
    position: Position
    assembly: FeedAssembly | None = None
    stretches: Sequence[Chunk] = ()


@contextmanager
def snapshot(database: Database) -> Iterator[Session]:
    """A transaction that only reads and sees one state throughout, on PostgreSQL too."""
    with database.transaction(write=False) as session:
        if not database.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def render_many(
    database: Database, act: ActionContext, language: Language, missing: Mapping[str, list[str]], unkept: UncachedParts
) -> None:
    """Render many parts in portions, each kept at once: who comes to nothing has spared the next that much."""
    for batch in rendered_parts.batches(list(missing)):
        with snapshot(database) as session:
            unkept.begin(session)
            unkept.position = change_log.position(session)
            unkept.make(session, act, language, {event_id: missing[event_id] for event_id in batch})
        if keep_all(database, [CacheWrite(act, language, unkept.fresh, unkept.position)]):
            for one in unkept.fresh:
                unkept.parts.pop((one.event_id, one.part), None)


def keep_all(database: Database, keepings: Collection[CacheWrite]) -> bool:
    """Write down what was made, and say whether all parts were kept. Readers have their answers all the same."""
    if not keepings:
        return True
    is_all = True
    try:
        with database.transaction() as session:
            for one in keepings:
                if one.fresh:
                    count = rendered_parts.keep(session, one.act, one.language, one.fresh, one.position)
                    is_all = is_all and count == len(one.fresh)
                if one.assembly is not None:
                    assembler.keep_stretches(session, one.assembly, one.stretches)
    except DBAPIError as problem:
        log.warning("calendar_not_kept", extra={"problem": type(problem.orig).__name__})
        return False
    return is_all
