"""Who of a visit is in which car, in which room, on which seat."""

from typing import Any

from sqlmodel import Field

from models.base import Versioned
from models.types import JsonList, JsonObject


class Placement(Versioned, table=True):
    """The placements of one event as they were saved, one row an event.

    ``vehicles``: booking id → member ids. ``rooms``: booking id → rooms, each a list of member ids. ``tables``: objects
    with ``for`` (a programme item's id or null), ``name``, ``form`` and ``seats`` (member ids, null: free).

    The ids are no foreign keys: a released booking is held again when its event takes place after all, and a member
    who went with a merge comes back when that is undone. Readers leave out what is not there
    (:func:`calendars.placements.checks.present`).
    """

    __tablename__ = "placement"

    event_id: str = Field(foreign_key="event.id", primary_key=True, max_length=26, ondelete="CASCADE")
    vehicles: dict[str, Any] = Field(default_factory=dict, sa_type=JsonObject)
    rooms: dict[str, Any] = Field(default_factory=dict, sa_type=JsonObject)
    tables: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonList)
