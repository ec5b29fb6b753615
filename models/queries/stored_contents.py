"""Which contents of the store are needed: what an upload does to keep its bytes, and what removes those of nobody.

The row of a content is what both take turns by. An upload brings its bytes first, then takes the row and looks whether
they are still there; whoever removes bytes holds the row from before until after. So neither can pass the other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models.both_sides.links import SubmissionFile
from models.file_store import PREFIXES, Content, FileStore
from models.files import File, StoredContent

KEPT_FOR = timedelta(days=1)
"""How long bytes stay after the last file with them is gone."""

AT_ONCE = 500
_HOURS = 24
_NO_SYNC = {"synchronize_session": False}


def is_in_use(session: Session) -> bool:
    """Whether any content is known: a store that is not there is then away, and not just new."""
    return session.execute(select(col(StoredContent.sha256)).limit(1)).first() is not None


def keep(session: Session, content: Content, user_id: str | None, now: datetime) -> None:
    """Note that a content is needed, for a file that is added in the same transaction; waits for whoever removes it."""
    values = {
        "sha256": content.sha256,
        "size": content.size,
        "stored_by": user_id,
        "stored_at": now,
        "unreferenced_since": None,
    }
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # Whoever brings the same bytes again takes no room: they stay those of who brought them.
    statement = insert(StoredContent).values(values)
    session.execute(statement.on_conflict_do_update(index_elements=["sha256"], set_={"unreferenced_since": None}))


def brought_since(session: Session, user_id: str, since: datetime) -> int:
    """Bytes in the store that an account brought since an instant, those of files it has deleted again too."""
    total = select(func.coalesce(func.sum(col(StoredContent.size)), 0)).where(
        col(StoredContent.stored_by) == user_id, col(StoredContent.stored_at) > since
    )
    return int(session.execute(total).scalar_one())


def referenced(session: Session) -> list[tuple[str, int]]:
    """SHA-256 and size of every content that a file has, in order."""
    found = select(col(StoredContent.sha256), col(StoredContent.size)).where(_has_file())
    return [(sha256, size) for sha256, size in session.execute(found.order_by(col(StoredContent.sha256)))]


def sweep(session: Session, store: FileStore, now: datetime) -> int:
    """Remove the contents that no file has had for a day; returns how many.

    Each hour a twenty-fourth of the store is also looked through for bytes that nobody knows, of uploads that ended
    between their bytes and their row: they are removed a day after they were found.

    Raises:
        FilesAway: the store is not there.
    """
    store.open(make=False)
    for prefix in PREFIXES[now.hour :: _HOURS]:
        adopt_unknown(session, store, prefix, now)
    needed = update(StoredContent).where(col(StoredContent.unreferenced_since).is_not(None), _has_file())
    session.execute(needed.values(unreferenced_since=None), execution_options=_NO_SYNC)
    unneeded = update(StoredContent).where(col(StoredContent.unreferenced_since).is_(None), ~_has_file())
    session.execute(unneeded.values(unreferenced_since=now), execution_options=_NO_SYNC)
    gone = 0
    while found := _removable(session, now):
        for row in found:
            session.delete(row)
        session.flush()
        for row in found:
            store.remove(row.sha256)
        gone += len(found)
    store.sweep_incoming(now - KEPT_FOR)
    return gone


def adopt_unknown(session: Session, store: FileStore, prefix: str, now: datetime) -> None:
    """Note the contents below a prefix that lie in the store for a day and have no row."""
    old = {one.sha256: one for one in store.contents(prefix) if one.at < now - KEPT_FOR}
    names = sorted(old)
    for first in range(0, len(names), AT_ONCE):
        batch = names[first : first + AT_ONCE]
        known = set(session.scalars(select(col(StoredContent.sha256)).where(col(StoredContent.sha256).in_(batch))))
        for one in batch:
            if one not in known:
                content = old[one]
                row = StoredContent(sha256=one, size=content.size, stored_at=content.at, unreferenced_since=now)
                session.add(row)
    session.flush()


def _removable(session: Session, now: datetime) -> Sequence[StoredContent]:
    """Rows that may go, locked until the transaction ends; those that an upload holds are left out."""
    statement = (
        select(StoredContent)
        .where(col(StoredContent.unreferenced_since) <= now - KEPT_FOR, ~_has_file())
        .order_by(col(StoredContent.sha256))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).all()


def _has_file() -> ColumnElement[bool]:
    handed_in = exists(select(col(SubmissionFile.id)).where(col(SubmissionFile.sha256) == col(StoredContent.sha256)))
    return or_(exists(select(col(File.id)).where(col(File.sha256) == col(StoredContent.sha256))), handed_in)
