"""What an approver confirms of an event, and how an event differs from what was confirmed.

Values are plain JSON, as the audit trail writes them: days and hours as text, ids, texts by language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from babel.numbers import format_decimal

from calendars.days.formatting import BABEL_LOCALES, format_day, format_days
from models.i18n import N_, translate
from models.text import LocalizedText, localized, one_line
from models.vocabulary import DelegationLevel, Language, Visibility

CONFIRMED_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "title": N_("Title"),
        "first_day": N_("First day"),
        "last_day": N_("Last day"),
        "arrives_on": N_("Arrival"),
        "departs_on": N_("Departure"),
        "start_time": N_("Begins at"),
        "end_time": N_("Ends at"),
        "timezone": N_("Time zone"),
        "location": N_("Place"),
        "host": N_("Host"),
        "guest": N_("Guest"),
        "head": N_("Head of delegation"),
        "level": N_("Level"),
        "budget": N_("Budget"),
        "headcount": N_("People planned"),
        "organisation_id": N_("Responsible organisation"),
        "visibility": N_("Shown to"),
        "phases": N_("Phases"),
        "performances": N_("Performances"),
    }
)
"""What is confirmed, with its label, in the order it is shown.

``head`` are the ids of the person the event names as head and, if that is somebody else, of the member with that role,
in this order; :data:`IN_ORDER` says so among the values. ``phases`` and
``performances`` are lists of :data:`PART_FIELDS`."""

HEAD_NAMES = "head_names"
"""The names of ``head``, kept beside what is confirmed: a person renamed later is not the one that was confirmed."""

PART_FIELDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {"phases": ("first_day", "last_day"), "performances": ("day", "time", "venue")}
)
"""What is confirmed of the parts of training batches and art troupe visits: their days, hours and places."""

IN_ORDER = "heads_in_order"
"""Among the values: ``head`` is in order. Values that were kept before have it in the order of ids."""

LEVEL_NAMES: Mapping[DelegationLevel, str] = {
    DelegationLevel.HIGH: N_("High-level delegation"),
    DelegationLevel.DEPARTMENT: N_("Delegation of departments"),
    DelegationLevel.WORKING: N_("Working-level delegation"),
}
VISIBILITY_NAMES: Mapping[Visibility, str] = {
    Visibility.PUBLIC: N_("For the public"),
    Visibility.INTERNAL: N_("For the office only"),
}
NOTHING = "–"
"""Shown for a value that is not there."""

Values = Mapping[str, Any]
"""Confirmed field → plain value."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value as it was confirmed and as it is now."""

    confirmed: Any
    now: Any


def differences(confirmed: Values, now: Values) -> dict[str, Difference]:
    """The fields that differ, in the order of :data:`CONFIRMED_FIELDS`.

    A field that is missing in ``confirmed`` was not confirmed by anybody and does not count. The head with another name
    is another head: then the names stand for the ids.
    """
    return {
        name: Difference(confirmed[compared], now.get(compared))
        for name in CONFIRMED_FIELDS
        if (compared := _compared(name, confirmed, now)) in confirmed and not _is_same(compared, confirmed, now)
    }


def _compared(name: str, confirmed: Values, now: Values) -> str:
    """The value that tells whether a field differs: of the same heads their names."""
    is_renaming = name == "head" and HEAD_NAMES in confirmed and name in confirmed and _is_same(name, confirmed, now)
    return HEAD_NAMES if is_renaming else name


def _is_same(name: str, confirmed: Values, now: Values) -> bool:
    if name in {"head", HEAD_NAMES} and not (confirmed.get(IN_ORDER) and now.get(IN_ORDER)):
        return sorted(confirmed[name] or ()) == sorted(now.get(name) or ())
    return bool(confirmed[name] == now.get(name))


def told(name: str, value: Any, language: str, names: Mapping[str, LocalizedText | str]) -> str:
    """A value of a field in a language, on one line; ``names`` are those of people, organisations and localities."""

    def named(identity: str) -> str:
        known = names.get(identity, identity)
        return one_line(known if isinstance(known, str) else localized(known, language))

    if value is None or value in ("", [], {}):
        return NOTHING
    match name:
        case "first_day" | "last_day" | "arrives_on" | "departs_on":
            return format_day(date.fromisoformat(value), language)
        case "host" | "guest" | "organisation_id":
            return named(value)
        case "head":
            return ", ".join(named(one) for one in value)
        case "level":
            return translate(LEVEL_NAMES[DelegationLevel(value)], language)
        case "visibility":
            return translate(VISIBILITY_NAMES[Visibility(value)], language)
        case "budget":
            locale = BABEL_LOCALES[Language(language)] if language in set(Language) else BABEL_LOCALES[Language.VI]
            return f"{format_decimal(Decimal(value['amount']), locale=locale)} {value['currency']}"
        case "phases":
            days = (tuple(date.fromisoformat(one[name]) for name in PART_FIELDS["phases"]) for one in value)
            return "; ".join(format_days(first, last, language) for first, last in days)
        case "performances":
            return "; ".join(_performance(one, language) for one in value)
        case _:
            return one_line(localized(value, language) if isinstance(value, dict) else str(value))


def _performance(one: Mapping[str, Any], language: str) -> str:
    day, place = format_day(date.fromisoformat(one["day"]), language), one_line(localized(one.get("venue"), language))
    return ", ".join(part for part in (one.get("time"), day, place) if part)


def named_in(values: Values) -> tuple[set[str], set[str], set[str]]:
    """The ids of people and of organisations, and the codes of localities, that some of these values name."""
    people = set(values.get("head") or ())
    organisations = {values["organisation_id"]} if values.get("organisation_id") else set()
    places = {values[name] for name in ("host", "guest") if values.get(name)}
    return people, organisations, places
