"""What is told beside the rows of the programme editor: warnings, halls to be booked, what others changed meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calendars.programmes.halls import Hall, HallGap, hall_gaps
from calendars.programmes.items import ProgrammeItemValues
from models.events import Event
from models.i18n import N_, message
from models.vocabulary import Severity
from service.actions.events import programme
from service.web.view import View

NOT_BOOKED = N_("“{hall}” is not booked for this event at these hours.")
BOOK = N_("Book “{hall}” from {begins} to {ends}")
NEEDS_HOURS = N_("With a beginning and an end it can be booked from here.")


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something told beside a row; ``key`` is what a tick there books, ``label`` what the tick says."""

    sentence: str
    advice: str = ""
    is_bad: bool = False
    key: str = ""
    label: str = ""
    is_ticked: bool = False


Notes = dict[int, list[RowNote]]
"""Notes by the places of rows."""


def gaps_of(event: Event, values: Sequence[ProgrammeItemValues], halls: Sequence[Hall]) -> list[HallGap]:
    """The items in halls that are not booked; of no event that nothing can be booked for."""
    return hall_gaps(values, event.timezone, halls) if programme.is_planned(event) else []


def warnings(
    view: View,
    event: Event,
    values: Mapping[int, ProgrammeItemValues],
    halls: Sequence[Hall],
    ticked: Sequence[str],
) -> Notes:
    """The warnings about a programme, ``values`` by the places of their rows."""
    places, listed = list(values), list(values.values())
    found: Notes = {}
    for one in programme.warnings_of_values(event, listed):
        about = one.items if one.code == "outside_visit" else one.items[-1:]
        for item in about:
            note = RowNote(view.say(one.detail), view.say(one.advice), one.severity is Severity.BLOCKING)
            found.setdefault(places[item], []).append(note)
    for gap in gaps_of(event, listed, halls):
        found.setdefault(places[gap.place], []).append(_gap_note(view, gap, ticked))
    return found


def _gap_note(view: View, gap: HallGap, ticked: Sequence[str]) -> RowNote:
    told = view.say(NOT_BOOKED, hall=view.plain(gap.hall.name))
    if gap.begins is None or gap.ends is None:
        return RowNote(told, view.say(NEEDS_HOURS))
    label = view.say(BOOK, hall=view.plain(gap.hall.name), begins=f"{gap.begins:%H:%M}", ends=f"{gap.ends:%H:%M}")
    return RowNote(told, key=gap.key, label=label, is_ticked=gap.key in ticked)


def clashes(
    view: View, event: Event, values: Mapping[int, ProgrammeItemValues], halls: Sequence[Hall], extra: Mapping[str, Any]
) -> Notes:
    """Beside the rows whose hall is taken: when it is free, and which halls are free then."""
    places, listed = list(values), list(values.values())
    rows = {gap.key: places[gap.place] for gap in gaps_of(event, listed, halls)}
    found: Notes = {}
    for one in extra.get("suggestions", ()):
        place = rows.get(f"{one['resource_id']}|{one['from']}|{one['to']}")
        if place is None:
            continue
        told = view.say(message(N_("“{hall}” is taken at these hours; nothing was saved."), hall=one["name"]))
        free = "; ".join(view.times(times) for times in one["free"])
        others = "; ".join(view.plain(other["name"]) for other in one["equivalent"])
        advice = [
            view.say(N_("It is free: {times}."), times=free) if free else "",
            view.say(N_("Free at these hours: {halls}."), halls=others) if others else "",
        ]
        found.setdefault(place, []).append(RowNote(told, " ".join(filter(None, advice)), is_bad=True))
    return found
