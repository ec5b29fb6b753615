"""The tables of the programme editor: its days and languages, its rows by day, what is missing in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from calendars.days.spans import Days
from calendars.events.host_days import whole_stay
from calendars.programmes.halls import Hall
from calendars.programmes.pasting import BEGINS, ENDS, TEXTS, TRAVEL
from models.event_parts import ProgrammeItem
from models.events import Event
from models.i18n import N_, NP_
from models.queries.languages import country_language
from models.vocabulary import Language
from service.actions.events import programme_revisions
from service.actions.programmes.editing import Digests
from service.actions.programmes.suggestions import suggestions
from service.web.form_fields import read_day
from service.web.programme.notes import Notes, RowNote
from service.web.programme.rows import EditorRow
from service.web.view import View

EMPTY_ROWS = 3
MOST_DAYS = 14
"""Days of a stay that are all shown; of a longer one those with items, and any that is asked for."""

_HEADINGS: Mapping[str, str] = {
    BEGINS: N_("Begins at"),
    ENDS: N_("Ends at"),
    "title": NP_("of a programme item", "Title"),
    "place": N_("Place"),
    "hosted_by": N_("Received by"),
    "attendees": N_("Attending"),
    TRAVEL: N_("On the way, min"),
}

TONGUES: Mapping[Language, str] = {
    Language.VI: N_("in Vietnamese"),
    Language.LO: N_("in Lao"),
    Language.EN: N_("in English"),
}

_PROPOSED = {"place": "places", "hosted_by": "people", "attendees": "people"}
"""Field → the list of what is proposed there."""


@dataclass(frozen=True, slots=True)
class EditorColumn:
    """A column: ``name`` of its controls, its heading, its language where it has one, and what is proposed there."""

    name: str
    heading: str
    id: str
    language: str = ""
    proposals: str = ""


@dataclass(frozen=True, slots=True)
class EditorDay:
    """A day with its rows and their places in the form."""

    day: date
    rows: Sequence[tuple[int, EditorRow, Sequence[RowNote], Sequence[str]]]


def languages_of(view: View, event: Event) -> tuple[Language, Language]:
    """The two languages of an event: the office's and the other side's; Vietnamese and Lao where that says nothing."""
    countries = view.compass.gazetteer.country_of
    home = country_language(view.home_country) or Language.VI
    sides = [countries.get(code) for code in (event.guest, event.host) if code]
    foreign = [one for one in sides if one and one != view.home_country]
    other = (country_language(foreign[0]) or Language.EN) if foreign else None
    if other is None or other is home:
        other = Language.LO if home is not Language.LO else Language.VI
    return home, other


def stay_of(event: Event) -> Days:
    """The days of an event, arrival and departure included."""
    return whole_stay(event.first_day, event.last_day, event.arrives_on, event.departs_on)


def days_of(event: Event, used: Sequence[date]) -> list[date]:
    """The days that have a table."""
    stay = list(stay_of(event))
    return sorted({*(stay if len(stay) <= MOST_DAYS else stay[:1]), *used})


def add_empty(rows: list[EditorRow], days: Sequence[date], *, always: bool = False) -> None:
    """Give each day empty rows to type into; ``always``: as many again."""
    for day in days:
        empty = sum(row.is_empty and not row.id for row in rows if row.day == day.isoformat())
        rows += [EditorRow(day.isoformat()) for _one in range(EMPTY_ROWS if always else max(0, EMPTY_ROWS - empty))]
    in_days(rows)


def in_days(rows: list[EditorRow]) -> dict[int, int]:
    """Sort rows by day, new empty ones last in each; gives where each went."""
    order = sorted(range(len(rows)), key=lambda place: (rows[place].day, rows[place].is_empty and not rows[place].id))
    rows[:] = [rows[place] for place in order]
    return {was: now for now, was in enumerate(order)}


def version_of(base: Digests) -> str:
    """A programme in one line of a form: what its items are and say."""
    return " ".join(f"{identity}:{digest}" for identity, digest in base.items())


def read_version(text: str) -> dict[str, str]:
    """What :func:`version_of` wrote."""
    pairs = (one.partition(":") for one in text.split())
    return {identity: digest for identity, _colon, digest in pairs}


def notes_by_place(rows: Sequence[EditorRow], told: Notes) -> list[tuple[int, Sequence[RowNote], Sequence[str]]]:
    """What is told beside the rows, with what can't be read in them."""
    wrong = {place: [one for lines in row.wrong.values() for one in lines] for place, row in enumerate(rows)}
    places = sorted({*told, *(place for place, lines in wrong.items() if lines)})
    return [(place, told.get(place, ()), wrong[place]) for place in places if place < len(rows)]


def attention(view: View, rows: Sequence[EditorRow], told: Notes) -> list[tuple[int, str, str]]:
    """What is told beside rows, in one list: the place of the row, its day and begin, and what is told."""
    found = []
    for place, notes, wrong in notes_by_place(rows, told):
        day = read_day(rows[place].day)
        where = ", ".join(filter(None, (view.numeric(day) if day else "", rows[place].cells.get(BEGINS, ""))))
        found += [(place, where, sentence) for sentence in (*wrong, *(note.sentence for note in notes))]
    return found


def shown(
    view: View,
    event: Event,
    languages: tuple[Language, Language],
    items: Sequence[ProgrammeItem],
    halls: Sequence[Hall],
    rows: Sequence[EditorRow],
    days: Sequence[date],
    told: Notes,
) -> dict[str, Any]:
    """What the page's template needs of the tables."""
    found = {place: (notes, wrong) for place, notes, wrong in notes_by_place(rows, told)}
    proposals = suggestions(view.session, event, items, halls)
    by_day: dict[str, list[Any]] = {day.isoformat(): [] for day in days}
    for place, row in enumerate(rows):
        by_day.setdefault(row.day, []).append((place, row, *found.get(place, ((), ()))))
    missing = [column.rpartition(".")[2] for row in rows for column in row.missing(languages)]
    return {
        "event": event,
        "target": url_for("pages.edit_programme", event_id=event.id),
        "languages_shown": languages,
        "columns": columns(view, languages),
        "days": [EditorDay(day, by_day[day.isoformat()]) for day in days],
        "tongues": {str(language): view.say(TONGUES[language]) for language in languages},
        "missing": [(str(language), missing.count(language)) for language in languages],
        "attention": attention(view, rows, told),
        "missing_in": lambda row: row.missing(languages),
        "has_travel": any(TRAVEL in row.cells for row in rows),
        "asks_for_day": len(stay_of(event)) > MOST_DAYS,
        "stay": stay_of(event),
        "proposals": [
            ("places", [_pair(one, languages) for one in proposals.places]),
            ("people", [_pair(one, languages) for one in proposals.people]),
        ],
    }


def _pair(text: Mapping[str, str], languages: tuple[Language, Language]) -> tuple[str, str]:
    first, second = (text.get(language, "") for language in languages)
    return first, second


def columns(view: View, languages: Sequence[Language]) -> list[EditorColumn]:
    """The columns in their order."""
    found: list[EditorColumn] = []
    for name, heading in _HEADINGS.items():
        for language in languages if name in TEXTS else ("",):
            full = f"{name}.{language}" if language else name
            # Without script there are proposals in the first language only.
            listed = _PROPOSED.get(name, "") if language == languages[0] else ""
            found.append(EditorColumn(full, view.say(heading), f"c{len(found)}", str(language), listed))
    return found


def publishing(view: View, event: Event, items: Sequence[ProgrammeItem]) -> tuple[str, str] | None:
    """What calendars show as long as the programme is not published, and what the button says that publishes it; None
    if there is nothing to publish."""
    last = programme_revisions.last_revision(view.session, event.id)
    if not programme_revisions.is_publishable(last, items):
        return None
    if last is None:
        told = N_("It is not published yet: calendars and reminders show no programme.")
        return view.say(told), view.say(N_("Publish the programme"))
    told = N_("It is not published yet: calendars and reminders still show what was published last.")
    return view.say(told), view.say(N_("Publish the adjustment"))
