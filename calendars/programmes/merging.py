"""Puts a programme that somebody is editing together with what others saved meanwhile: nothing typed is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class RowSource(StrEnum):
    """Where a row of the merged programme comes from."""

    MINE = "mine"
    THEIRS = "theirs"
    """Only they changed it."""
    BOTH = "both"
    """Both changed it: it stands as typed here, and what they made of it is shown beside."""
    ADDED = "added"
    """They added it."""
    GONE = "gone"
    """They took it out, but it was changed here: it is a new item."""
    BACK = "back"
    """It was taken out here, but they changed it: it is there again."""


@dataclass(frozen=True, slots=True)
class MergedRow:
    """A row: its ``place`` among those typed here (None: it was not there), and the item's id as it is saved now."""

    source: RowSource
    place: int | None
    id: str | None


def merge(
    base: Mapping[str, str], mine: Sequence[tuple[str | None, str]], theirs: Mapping[str, str]
) -> list[MergedRow]:
    """The rows as they were typed, then what is only in the saved programme.

    ``base`` is what the editing began with, ``theirs`` what is saved now: id → digest of the content; ``mine`` are the
    rows typed, the id None for a new item.
    """
    rows = [
        row for place, (identity, digest) in enumerate(mine) if (row := _typed(base, theirs, place, identity, digest))
    ]
    kept = {identity for identity, _digest in mine}
    for identity, digest in theirs.items():
        if identity in kept or base.get(identity) == digest:
            continue
        rows.append(MergedRow(RowSource.BACK if identity in base else RowSource.ADDED, None, identity))
    return rows


def _typed(
    base: Mapping[str, str], theirs: Mapping[str, str], place: int, identity: str | None, digest: str
) -> MergedRow | None:
    """What becomes of a row that was typed; None if others took it out and nothing of it was changed here."""
    if identity is None:
        return MergedRow(RowSource.MINE, place, None)
    if identity not in theirs:
        return None if base.get(identity) == digest else MergedRow(RowSource.GONE, place, None)
    now = theirs[identity]
    if now in (base.get(identity), digest):
        return MergedRow(RowSource.MINE, place, identity)
    source = RowSource.THEIRS if base.get(identity) == digest else RowSource.BOTH
    return MergedRow(source, place, identity)
