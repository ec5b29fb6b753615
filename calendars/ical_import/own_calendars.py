"""Recognise and remove what our own feeds add to an event: prefixes of titles, lines below descriptions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from calendars.events.labels import FORMER_KIND_NAMES, KIND_NAMES
from models.i18n import N_, translate
from models.text import fold
from models.vocabulary import EventKind, Language

_MARKED = (N_("[Draft] {title}"), N_("[Postponed] {title}"), N_("[Cancelled] {title}"))
_LINES = (
    ("host", N_("Host: {name}")),
    ("guest", N_("Guest: {name}")),
    ("organisation", N_("Responsible: {name}")),
    ("headcount", N_("People: {name}")),
    ("when", N_("When: {name}")),
    ("status", N_("Status: {name}")),
)
_NEVER_MISSING = {"when", "status"}
_END_IS_TOLD = re.compile(r"–\s?\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class DescriptionParts:
    """The original description and the values of the generated lines below it; empty if there were none."""

    text: str
    host: str = ""
    guest: str = ""
    headcount: int | None = None
    has_end: bool = True
    """False if the event has a start time but no end time."""


def strip_status_prefix(title: str) -> str:
    """The title without one of our prefixes (“[Draft] …”) in any language; otherwise unchanged."""
    for pattern in _marks():
        if matched := pattern.fullmatch(title):
            return matched[1]
    return title


def strip_generated_lines(description: str) -> DescriptionParts:
    """A description without the lines that our feeds append to it (and a programme after them)."""
    lines = description.split("\n")
    for place in range(len(lines) - 1, -1, -1):
        if place and lines[place - 1]:
            continue
        for language in Language:
            if found := _read(lines[place:], language):
                headcount = found.get("headcount", "")
                return DescriptionParts(
                    "\n".join(lines[: max(place - 1, 0)]),
                    found.get("host", ""),
                    found.get("guest", ""),
                    int(headcount) if re.fullmatch(r"\d{1,6}", headcount, re.ASCII) else None,
                    not re.match(r"\d\d:\d\d", found["when"]) or bool(_END_IS_TOLD.search(found["when"])),
                )
    return DescriptionParts(description)


def kind_of_category(categories: Sequence[str]) -> EventKind | None:
    """The kind of event that a category names in one of our languages; None if there is none."""
    return next((kind for category in categories if (kind := _kinds().get(fold(category)))), None)


@cache
def _kinds() -> Mapping[str, EventKind]:
    former = {fold(name): kind for kind, names in FORMER_KIND_NAMES.items() for name in names}
    return former | {fold(name): kind for kind, names in KIND_NAMES.items() for name in names.values()}


@cache
def _marks() -> tuple[re.Pattern[str], ...]:
    return tuple(_pattern(mark, language, "title") for mark in _MARKED for language in Language)


@cache
def _labels(language: Language) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, _pattern(line, language, "name")) for name, line in _LINES)


def _pattern(sentence: str, language: Language, value: str) -> re.Pattern[str]:
    before, after = (re.escape(part) for part in translate(sentence, language).split(f"{{{value}}}"))
    return re.compile(f"{before}(.+){after}")


def _read(lines: Sequence[str], language: Language) -> dict[str, str] | None:
    """The values of the lines, which have a fixed order; None if they are not ours."""
    found: dict[str, str] = {}
    place = 0
    for name, pattern in _labels(language):
        matched = pattern.fullmatch(lines[place]) if place < len(lines) else None
        if matched:
            found[name] = matched[1]
            place += 1
        elif name in _NEVER_MISSING:
            return None
    return found
