"""A copy as it is wanted and as it came out: plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from calendars.conflicts.commitment_checks import EventWarning
from models.events import Event
from models.i18n import Message
from models.text import LocalizedText
from models.vocabulary import CopyPart, CopyTake

NOTHING_COPIED: Mapping[CopyTake, int] = dict.fromkeys(CopyTake, 0)


@dataclass(frozen=True, slots=True)
class CopyWish:
    """From which first day on, and what is to come along."""

    first_day: date
    take: frozenset[CopyTake] = frozenset()


@dataclass(frozen=True, slots=True)
class Alternative:
    """What would do instead: a resource, at the same times or at others, or the body that carries on the work."""

    name: LocalizedText
    resource_id: str | None = None
    organisation_id: str | None = None
    from_: str | None = None
    to: str | None = None

    def as_json(self) -> dict[str, object]:
        """As the API answers it, without what it is not."""
        told = {
            "name": self.name,
            "resource_id": self.resource_id,
            "organisation_id": self.organisation_id,
            "from": self.from_,
            "to": self.to,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class LeftPart:
    """Something that did not come along, or is to be looked at: what, its name, why, and what would do instead.

    ``id`` is that of the part of the event that was copied: a member's, an item's, a booking's.
    """

    what: CopyPart
    why: Message
    name: LocalizedText | None = None
    id: str | None = None
    alternatives: Sequence[Alternative] = ()


@dataclass(frozen=True, slots=True)
class CopyOutcome:
    """The new draft, how much of each came along, what did not, and the warnings about its days besides that."""

    event: Event
    copied: Mapping[CopyTake, int]
    left: Sequence[LeftPart] = field(default_factory=tuple)
    notices: Sequence[EventWarning] = field(default_factory=tuple)
