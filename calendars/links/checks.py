"""What is wrong with what was filled in, when it is handed in: by path, each with what would be right."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from calendars.links.answers import MOST_PEOPLE, ROLES, TRIPS, part, people_of
from calendars.people.names import is_passport_name
from models.i18n import N_, Message, message
from models.vocabulary import MemberRole, PassportKind, Sex

Errors = dict[str, list[Message]]

_NAME_MISSING = N_("Write the person’s name.")
_NOT_A_DAY = N_("Not a day; write it like 2027-03-10.")
_NOT_A_TIME = N_("Not a day and hour; write it like 2027-03-10 14:30, or the day alone.")
_NOT_BORN = N_("A day of birth can't be in the future.")
_NOT_A_NUMBER = N_("A passport number has 5 to 20 letters and digits, like B1234567.")
_NOT_A_COUNTRY = N_("Two capital letters (ISO 3166), like VN or LA.")
_NOT_A_SEX = N_("Choose one of: {words}.")
_TWO_HEADS = N_("{name} is the head of the delegation already: there is one head.")
_ONLY_NUMBER = N_("Enter the number of the passport too.")
_IN_CAPITALS = N_("Write it as in the passport, in capital letters: NGUYEN VAN AN.")
_TOO_MANY = N_("At most {count} people fit into one list.")
_NOTHING = N_("Nothing has been filled in yet.")
_WRONG_ORDER = N_("The last day is before the first.")
_BOTH_DAYS = N_("Give the first and the last day.")


def day_of(text: str) -> date | None:
    """A day as a form has it; None: it is none."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        return None


def moment_of(text: str) -> str | None:
    """A day, or a day and an hour, as it is kept: ``2027-03-10`` or ``2027-03-10T14:30``; None: it is neither."""
    if (day := day_of(text)) is not None:
        return day.isoformat()
    if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", text, re.ASCII) is None:
        return None
    try:
        return datetime.fromisoformat(text).isoformat(timespec="minutes")
    except ValueError:
        return None


def plain_number(text: str) -> str:
    """A passport's number without what people write between its letters and digits."""
    return re.sub(r"[\s.-]+", "", text).upper()


def latin_name(text: str) -> str:
    """A name as the passport has it, in capitals."""
    return " ".join(text.upper().split())


def errors_of(values: Mapping[str, str], today: date, countries: Collection[str]) -> Errors:
    """Everything that has to be put right before this can be handed in; ``countries`` are the codes there are."""
    found: Errors = {}
    keys = people_of(values)
    if not values:
        found["form"] = [message(_NOTHING)]
    if len(keys) > MOST_PEOPLE:
        found["people"] = [message(_TOO_MANY, count=MOST_PEOPLE)]
    for key in keys:
        for name, wrong in _person_errors(part(values, f"people.{key}"), today, countries).items():
            found[f"people.{key}.{name}"] = [wrong]
    found |= _head_errors(values, keys)
    for trip in TRIPS:
        at = values.get(f"travel.{trip}.at", "")
        if at and moment_of(at) is None:
            found[f"travel.{trip}.at"] = [message(_NOT_A_TIME)]
        day = values.get(f"travel.{trip}.day", "")
        if day and day_of(day) is None:
            found[f"travel.{trip}.day"] = [message(_NOT_A_DAY)]
    return found | _day_errors(part(values, "days"))


def _head_errors(values: Mapping[str, str], keys: Sequence[str]) -> Errors:
    heads = [key for key in keys if values.get(f"people.{key}.role") == MemberRole.HEAD]
    first = values.get(f"people.{heads[0]}.name", "") if heads else ""
    return {f"people.{key}.role": [message(_TWO_HEADS, name=first)] for key in heads[1:]}


def _person_errors(given: Mapping[str, str], today: date, countries: Collection[str]) -> dict[str, Message]:
    found = {}
    if not given.get("name", "").strip():
        found["name"] = message(_NAME_MISSING)
    checks: Mapping[str, Callable[[str], Message | None]] = {
        "name_latin": lambda text: None if is_passport_name(latin_name(text)) else message(_IN_CAPITALS),
        "role": lambda text: _one_of(text, ROLES),
        "sex": lambda text: _one_of(text, Sex),
        "passport_kind": lambda text: _one_of(text, PassportKind),
        "nationality": lambda text: None if text.strip().upper() in countries else message(_NOT_A_COUNTRY),
        "born_on": lambda text: _born(text, today),
        "passport_expires_on": lambda text: None if day_of(text) else message(_NOT_A_DAY),
        "passport_number": _number,
    }
    for name, check in checks.items():
        if given.get(name) and (wrong := check(given[name])) is not None:
            found[name] = wrong
    if "passport_number" not in given and {"passport_kind", "passport_expires_on"} & given.keys():
        found["passport_number"] = message(_ONLY_NUMBER)
    return found


def _one_of(text: str, words: Iterable[MemberRole | Sex | PassportKind]) -> Message | None:
    known = [word.value for word in words]
    return None if text in known else message(_NOT_A_SEX, words=", ".join(known))


def _born(text: str, today: date) -> Message | None:
    day = day_of(text)
    if day is None:
        return message(_NOT_A_DAY)
    return message(_NOT_BORN) if day > today else None


def _number(text: str) -> Message | None:
    is_right = re.fullmatch(r"[A-Z0-9]{5,20}", plain_number(text), re.ASCII) is not None
    return None if is_right else message(_NOT_A_NUMBER)


def _day_errors(given: Mapping[str, str]) -> Errors:
    days = {name: day_of(given[name]) for name in ("first_day", "last_day") if name in given}
    found: Errors = {f"days.{name}": [message(_NOT_A_DAY)] for name, day in days.items() if day is None}
    first, last = days.get("first_day"), days.get("last_day")
    if len(days) == 1:
        missing = "last_day" if "first_day" in days else "first_day"
        found[f"days.{missing}"] = [message(_BOTH_DAYS)]
    if first is not None and last is not None and last < first:
        found["days.last_day"] = [message(_WRONG_ORDER)]
    return found
