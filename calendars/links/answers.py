"""The fields that are filled in with a link, and a form's values as flat paths: ``people.k3f9.name`` → text.

Values stay texts exactly as they were typed until somebody in charge takes them. Of a person's key nothing follows: it
only holds the fields of one row together.
"""

import re
from collections.abc import Iterable, Mapping

from models.i18n import N_
from models.vocabulary import LinkSubject, MemberRole

MOST_PEOPLE = 50
MOST_FILES = 60
MOST_BYTES = 100_000_000
"""Of all photos of one link."""

_LONGEST: Mapping[str, int] = {"position": 300, "diet": 500, "note": 500}


PERSON_FIELDS: Mapping[str, str] = {
    "name": N_("Full name"),
    "name_latin": N_("Name as in the passport"),
    "position": N_("Position"),
    "role": N_("Role in the delegation"),
    "sex": N_("Sex"),
    "born_on": N_("Date of birth"),
    "nationality": N_("Nationality"),
    "passport_number": N_("Passport number"),
    "passport_kind": N_("Kind of passport"),
    "passport_expires_on": N_("Passport valid until"),
    "diet": N_("Diet"),
    "photo": N_("Photo"),
}
SEALED = frozenset({"passport_number", "born_on", "diet", "photo"})
"""Fields of people that are never shown to the holder of a link again."""

BY_FILE = frozenset({"photo"})
"""Fields whose value the service gives when a file comes in."""

PARTICULARS = ("sex", "born_on", "nationality", "diet", "photo")
PASSPORT = ("passport_number", "passport_kind", "passport_expires_on")
TRIPS: Mapping[str, str] = {"arrival": N_("Arrival"), "departure": N_("Departure")}
TRIP_FIELDS: Mapping[str, str] = {
    "by": N_("Flight or car"),
    "place": N_("Border gate or airport"),
    "at": N_("Day and hour"),
    "day": N_("Only the day, while the hour is not known"),
    "met_by": N_("Who meets them"),
}
DAY_FIELDS: Mapping[str, str] = {
    "first_day": N_("First day"),
    "last_day": N_("Last day"),
    "note": N_("Note"),
}

ROLES = (MemberRole.HEAD, MemberRole.DEPUTY, MemberRole.MEMBER)
"""What somebody can be in the delegation, as whoever fills it in knows it; the other roles are the office's to give."""

KEY = re.compile(r"[a-z0-9]{1,16}", re.ASCII)
PREFIXES: Mapping[LinkSubject, str] = {
    LinkSubject.MEMBERS: "people",
    LinkSubject.TRAVEL: "travel",
    LinkSubject.DAYS: "days",
}


def is_path(path: str, may: Iterable[str]) -> bool:
    """Whether a field of this name is filled in with a link that is for these subjects."""
    parts = path.split(".")
    allowed = {PREFIXES[LinkSubject(word)] for word in may}
    if parts[0] not in allowed:
        return False
    match parts:
        case ["people", key, name]:
            return KEY.fullmatch(key) is not None and name in PERSON_FIELDS
        case ["travel", trip, name]:
            return trip in TRIPS and name in TRIP_FIELDS
        case ["days", name]:
            return name in DAY_FIELDS
    return False


def is_typed(path: str, may: Iterable[str]) -> bool:
    """Whether a form of the link gives the field's value: not a photo, which only the file that comes in gives."""
    return is_path(path, may) and path.rpartition(".")[2] not in BY_FILE


def longest(path: str) -> int:
    """The most characters of a value."""
    return _LONGEST.get(path.rpartition(".")[2], 200)


def is_sealed(path: str) -> bool:
    """Whether a value is never shown to the holder of a link again."""
    return path.startswith("people.") and path.rpartition(".")[2] in SEALED


def people_of(values: Mapping[str, str]) -> list[str]:
    """The keys of the people of whom anything was filled in, in the order in which they were."""
    keys = (path.split(".")[1] for path, value in values.items() if path.startswith("people.") and value)
    return list(dict.fromkeys(keys))


def part(values: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The values below a path, by the rest of their paths, without empty ones."""
    start = f"{prefix}."
    return {path[len(start) :]: value for path, value in values.items() if path.startswith(start) and value}


def without_empty(values: Mapping[str, str]) -> dict[str, str]:
    """What was filled in."""
    return {path: value for path, value in values.items() if value}


def journey_part(name: str) -> str:
    """The part of a journey that a field of a trip fills in."""
    return "at" if name == "day" else name


def label_of(path: str) -> str:
    """What a field is called: an English sentence of the catalogues."""
    parts = path.split(".")
    names = {"people": PERSON_FIELDS, "travel": TRIP_FIELDS, "days": DAY_FIELDS}[parts[0]]
    return names.get(parts[-1], parts[-1])
