"""How somebody of a visit arrives and departs: what is known of a journey, and which journeys can't be."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

PARTS = ("at", "by", "place", "met_by")
"""What a journey has: when, with what (a flight, a car), over which border gate or airport, and who meets them."""

Journey = Mapping[str, str]


def journey_of(values: Mapping[str, Any] | None) -> dict[str, str] | None:
    """A journey as it is kept: texts, in the order of :data:`PARTS`, without what is not known; None if nothing is."""
    known = {part: _kept(values[part]) for part in PARTS if values and values.get(part)}
    return known or None


def _kept(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def moment_of(journey: Journey | None) -> date | datetime | None:
    """When a journey arrives or departs, by the clock of the place: a day, or a day and hour; None if not known."""
    at = (journey or {}).get("at")
    if not at:
        return None
    return datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at)


def day_of(journey: Journey | None) -> date | None:
    """The day of a journey; None if it is not known."""
    moment = moment_of(journey)
    return moment.date() if isinstance(moment, datetime) else moment


def are_in_order(arrival: Journey | None, departure: Journey | None) -> bool:
    """Whether nobody departs before they arrive; hours count where both have them."""
    first, last = moment_of(arrival), moment_of(departure)
    if first is None or last is None:
        return True
    if isinstance(first, datetime) and isinstance(last, datetime):
        return last >= first
    return (day_of(departure) or date.max) >= (day_of(arrival) or date.min)
