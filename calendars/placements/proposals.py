"""A proposal of who is in which car, room and seat: vehicles, lodging, and the tables of sessions and banquets."""

from collections.abc import Sequence
from dataclasses import dataclass

from calendars.placements import rooms, tables, vehicles
from calendars.placements.item_forms import ItemForm, form_of
from calendars.placements.values import SEATS_OF_A_ROUND_TABLE, PlacedTable, Placements, Setting


@dataclass(frozen=True, slots=True)
class WantedTables:
    """How people are to sit at an item of the programme; ``size``: seats of a round table."""

    item_id: str
    form: ItemForm
    size: int = SEATS_OF_A_ROUND_TABLE


def told_by_titles(setting: Setting) -> list[WantedTables]:
    """The items of the programme whose titles say that people sit together."""
    return [WantedTables(item.id, form) for item in setting.items if (form := form_of(item.title)) is not None]


def propose(setting: Setting, wanted: Sequence[WantedTables] | None = None) -> Placements:
    """Place everybody as far as there is room. Tables are set for the items ``wanted``; None: for those whose titles
    say so. The same people, bookings and items give the same proposal."""
    asked = told_by_titles(setting) if wanted is None else wanted
    set_up: list[PlacedTable] = []
    for one in asked:
        if one.form is ItemForm.SESSION:
            set_up.append(tables.session(one.item_id, setting.people))
        else:
            set_up += tables.banquet(one.item_id, setting.people, one.size)
    return Placements(
        vehicles.propose(setting.vehicles, setting.people),
        rooms.propose(setting.rooms, setting.people),
        tuple(table for table in set_up if table.seated),
    )
