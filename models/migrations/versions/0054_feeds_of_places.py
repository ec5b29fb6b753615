"""whose directions a feed's filter means

``direction`` meant the installation's own locality. It is told from the reader's office now, and a feed keeps what it
selects: its filter names the place that its directions are seen from.

Revision ID: 0054
Revises: 0053
"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
FEED = sa.table("feed", sa.column("id", sa.String), sa.column("filter", JSON_VALUE))


def upgrade() -> None:
    own = context.config.attributes.get("locality")
    changed = []
    for identity, kept in _filters():
        if words := kept.get("direction"):
            others = {name: items for name, items in kept.items() if name != "direction"}
            changed.append((identity, others | {"ways": [f"{word}:{own}" for word in words]}))
    if changed and not own:
        raise RuntimeError(
            f"{len(changed)} feeds select by direction, and it is not said whose: migrate with `desk init`, which knows"
            " DESK_LOCALITY. Nothing was changed."
        )
    _write(changed)


def downgrade() -> None:
    own = context.config.attributes.get("locality")
    changed, places = [], dict[str, int]()
    for identity, kept in _filters():
        if ways := kept.get("ways"):
            pairs = [way.split(":", 1) for way in ways]
            for place in {place for _word, place in pairs}:
                places[place] = places.get(place, 0) + 1
            others = {name: items for name, items in kept.items() if name != "ways"}
            changed.append((identity, others | {"direction": [word for word, _place in pairs]}))
    own = own or max(places, key=lambda place: (places[place], place), default=None)
    if lost := {place: count for place, count in places.items() if place != own}:
        told = ", ".join(f"{count} feeds with directions as seen from {place}" for place, count in sorted(lost.items()))
        raise RuntimeError(
            f"The version before can't hold {told}. Nothing was changed; to go back, restore a backup made by that"
            " version, or let their owners choose without a direction."
        )
    _write(changed)


def _filters() -> list[tuple[str, dict[str, Any]]]:
    return [(row.id, row.filter) for row in op.get_bind().execute(sa.select(FEED.c.id, FEED.c.filter))]


def _write(changed: list[tuple[str, dict[str, Any]]]) -> None:
    for identity, kept in changed:
        op.get_bind().execute(sa.update(FEED).where(FEED.c.id == identity).values(filter=kept))
