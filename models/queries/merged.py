"""What became of people and organisations that were merged into another."""

from collections.abc import Collection

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from models.successions import Merge
from models.text import LocalizedText
from models.vocabulary import MergedEntity

_MERGE: Table = Merge.__table__  # type: ignore[attr-defined]
_STANDING = select(_MERGE.c.merged_id, _MERGE.c.into_id).where(_MERGE.c.undone_at.is_(None))


def merged_into(session: Session, entity: str, identity: str) -> str | None:
    """The id of the one into which a row of this table was merged, which may have been merged on; None if it was not
    merged."""
    if entity not in set(MergedEntity):
        return None
    found, seen = identity, {identity}
    while True:
        following = session.execute(
            _STANDING.where(_MERGE.c.entity == entity, _MERGE.c.merged_id == found).order_by(_MERGE.c.made_at.desc())
        ).first()
        if following is None or following.into_id in seen:
            return None if found == identity else found
        found = following.into_id
        seen.add(found)


def names_of_merged(session: Session, ids: Collection[str]) -> dict[str, LocalizedText]:
    """What those of these people and organisations were called that were merged into another; one query."""
    if not ids:
        return {}
    listed = select(_MERGE.c.merged_id, _MERGE.c.merged_name).where(_MERGE.c.merged_id.in_(sorted(ids)))
    return {row.merged_id: row.merged_name for row in session.execute(listed)}
