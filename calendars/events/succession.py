"""Which locality carries on what another one was: provinces merge, and earlier things keep the old name."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol, TypeVar


class SucceededLocality(Protocol):
    """What may be succeeded by another on a day: a locality, or the columns of one."""

    @property
    def successor(self) -> str | None: ...
    @property
    def succeeded_on(self) -> date | None: ...


Place = TypeVar("Place", bound=SucceededLocality)


def places_on(localities: Mapping[str, Place], code: str | None, day: date) -> list[Place]:
    """The locality with this code and those that followed it by ``day``; the last is the one to name on that day.

    Before Hải Dương became part of Hải Phòng it is itself, from that day on Hải Phòng. Empty for an unknown code.
    """
    line: list[Place] = []
    place = localities.get(code or "")
    while place is not None and place not in line:
        line.append(place)
        has_ended = place.succeeded_on is not None and place.succeeded_on <= day
        place = localities.get(place.successor or "") if has_ended else None
    return line
