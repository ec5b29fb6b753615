"""Which readers know of the ceremony of an anniversary's year: to them the ceremony's own reminders go.

A ceremony may be hidden from some. Whoever may not be told of it is reminded of the anniversary as if there were none:
that a reminder stays away must tell nobody of an event that they may not read.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from models.events import Event
from models.queries.audience import MESSENGER, AudienceIndex, EventSelection
from models.vocabulary import EventStatus


@dataclass(frozen=True, slots=True)
class Ceremonies:
    """The planned ceremonies by anniversary and year, and who may be told of each."""

    of_year: Mapping[tuple[str, int], Sequence[Any]] = field(default_factory=dict)
    readers: AudienceIndex = field(default_factory=AudienceIndex)

    @classmethod
    def load(cls, session: Session, anniversary_ids: Collection[str], recipients: Collection[str]) -> "Ceremonies":
        """Read the ceremonies of some anniversaries, and whether these addresses may be told of them.

        One query where there is no ceremony, none without anniversaries.
        """
        if not anniversary_ids:
            return cls()
        statement = select(Event).where(
            col(Event.anniversary_id).in_(sorted(anniversary_ids)),
            col(Event.year).is_not(None),
            col(Event.status).not_in([EventStatus.CANCELLED, EventStatus.DRAFT]),
        )
        found: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for event in session.exec(statement.order_by(col(Event.id))):
            found[str(event.anniversary_id), int(event.year or 0)].append(event)
        if not found:
            return cls()
        ids = tuple(event.id for events in found.values() for event in events)
        words = [f"email:{address.removeprefix(MESSENGER)}" for address in recipients]
        return cls(found, AudienceIndex.load(session, words, EventSelection(ids)))

    def is_known(self, recipient: str, anniversary_id: str, year: int) -> bool:
        """Whether a recipient may be told of a ceremony of that year."""
        address = recipient.removeprefix(MESSENGER)
        events = self.of_year.get((anniversary_id, year), ())
        return any(self.readers.reader(address, event) is not None for event in events)
