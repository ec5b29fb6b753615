"""Whether an anniversary is one between states: other years allow a ceremony then."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from models.agreements import AnniversaryParty
from models.places import Locality
from models.vocabulary import LocalityLevel


def between_states(session: Session, anniversary_ids: Collection[str]) -> dict[str, bool]:
    """Anniversary → whether all its parties are countries; one query, none for none."""
    if not anniversary_ids:
        return {}
    levels: dict[str, set[str]] = {one: set() for one in anniversary_ids}
    rows = session.exec(
        select(AnniversaryParty.anniversary_id, Locality.level)
        .join(Locality, col(Locality.code) == col(AnniversaryParty.locality))
        .where(col(AnniversaryParty.anniversary_id).in_(sorted(anniversary_ids)))
    )
    for anniversary_id, level in rows:
        levels[anniversary_id].add(level)
    return {one: found == {LocalityLevel.COUNTRY} for one, found in levels.items()}
