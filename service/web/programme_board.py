"""A visit's programme as pages show it: by day, and what differs from what was published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from markupsafe import Markup

from calendars.days.formatting import format_hours
from calendars.programmes.checks import ProgrammeWarning
from calendars.programmes.differences import ChangeType, ItemChange
from calendars.programmes.items import ProgrammeItemValues, label
from models.event_parts import ProgrammeItem, ProgrammeRevision
from models.events import Event
from models.i18n import N_, NP_
from models.queries.event_parts import programme_of
from models.text import LocalizedText
from service.actions import permissions
from service.actions.events import programme, programme_revisions
from service.actions.permissions import Sight
from service.web.view import View

NOTHING = "–"

_FIELDS: Mapping[str, str] = {
    "day": N_("Day"),
    "start_time": N_("Begins at"),
    "end_time": N_("Ends at"),
    "title": NP_("of a programme item", "Title"),
    "place": N_("Place"),
    "hosted_by": N_("Received by"),
    "attendees": N_("Attending"),
    "travel_minutes": N_("Minutes of travel from the item before"),
}
_KINDS: Mapping[ChangeType, str] = {
    ChangeType.ADDED: N_("New item"),
    ChangeType.REMOVED: N_("Item taken out"),
    ChangeType.CHANGED: N_("Item changed"),
}

Value = Markup | str
ByDay = list[tuple[date, list[Any]]]


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """One change for people: the item as it is now (or was), and for a changed one each field before and after."""

    kind: ChangeType
    deed: str
    item: ProgrammeItemValues
    hours: str
    fields: Sequence[tuple[str, Value, Value]]


@dataclass(frozen=True, slots=True)
class ProgrammeBoard:
    """An event's programme on its page: its ``items`` in running order, and by day; as published for other offices.

    ``published`` is the last revision with its ``label``, ``differences`` what has changed since. With none of these
    there may still be something to publish: another order of items that have no hour.
    """

    items: Sequence[Any]
    days: ByDay
    hitches: list[ProgrammeWarning]
    published: ProgrammeRevision | None
    label: LocalizedText
    differences: list[ItemDifference]
    is_publishable: bool


def read_board(view: View, event: Event) -> ProgrammeBoard:
    """Read an event's programme for its page; two queries."""
    last = programme_revisions.last_revision(view.session, event.id)
    if permissions.sight(view.session, event) is Sight.SHARED:
        return published_board(last)
    working = programme_of(view.session, event.id)
    return ProgrammeBoard(
        items=working,
        days=by_day(working),
        hitches=programme.warnings_of(event, working),
        published=last,
        label=label(last.number) if last else {},
        differences=difference_texts(view, programme_revisions.unpublished(last, working) or []),
        is_publishable=programme_revisions.is_publishable(last, working),
    )


def published_board(last: ProgrammeRevision | None) -> ProgrammeBoard:
    """What another office sees of a programme: the revision published last."""
    items = [ProgrammeItemValues.read(item) for item in last.items] if last else []
    return ProgrammeBoard(items, by_day(items), [], last, label(last.number) if last else {}, [], is_publishable=False)


def by_day(items: Iterable[ProgrammeItem | ProgrammeItemValues]) -> ByDay:
    """Items in running order under their days."""
    return [(day, list(those)) for day, those in groupby(items, key=lambda item: item.day)]


def difference_texts(view: View, changes: Iterable[ItemChange]) -> list[ItemDifference]:
    """Changes as people read them."""
    return [
        ItemDifference(
            change.kind,
            view.say(_KINDS[change.kind]),
            change.shown,
            format_hours(change.shown.start_time, change.shown.end_time),
            [
                (view.say(_FIELDS[name]), _value(view, change.was, name), _value(view, change.item, name))
                for name in change.fields
            ],
        )
        for change in changes
    ]


def _value(view: View, item: ProgrammeItemValues | None, name: str) -> Value:
    value = getattr(item, name)
    if value is None:
        return NOTHING
    if name == "day":
        return view.day(value)
    if name in {"start_time", "end_time"}:
        return f"{value:%H:%M}"
    return view.text(value) if isinstance(value, dict) else str(value)
