"""Ceremonies of anniversaries: the number of years they celebrate, and that an office plans one a year.

Two offices may each hold their own ceremony of the same anniversary and year. No database constraint says that, because
an event's office is that of its organisation; the row of the anniversary is locked instead while the others are looked
at, so that of two that are written at the same moment the second is refused.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import true
from sqlmodel import Session, col, select

from calendars.days.anniversaries import Origin, occurrence
from models.agreements import Anniversary
from models.errors import Conflict
from models.events import Event
from models.i18n import N_, message
from models.queries.offices import Offices
from models.vocabulary import EventKind, EventStatus
from service.actions import crud, permissions

CEREMONY_EXISTS = N_("There is already a ceremony for {year}; change that one, or cancel it first.")

_SAYS_WHICH = ("anniversary_id", "year", "organisation_id")


def says_which(values: Mapping[str, Any]) -> bool:
    """Whether the values say for which office and year a ceremony is."""
    return any(name in values for name in _SAYS_WHICH)


def ordinal(session: Session, values: Mapping[str, Any], event: Event | None = None) -> int:
    """The number of years a ceremony celebrates: 2024 − 1984 = 40; ``values`` go before the event's own.

    Raises:
        NotFound: there is no such anniversary.
        Invalid: the year is not after the origin.
        Conflict: the office already has a ceremony for that year; ``event_id`` names it to those who may read it.
    """
    wanted = {name: values.get(name, getattr(event, name, None)) for name in _SAYS_WHICH}
    anniversary = crud.find(session, Anniversary, str(wanted["anniversary_id"]))
    origin, year = Origin.parse(anniversary.origin), int(wanted["year"] or 0)
    if year <= origin.year:
        crud.check({"year": [message(N_("Must be after the year of origin, {year}."), year=origin.year)]})
    _check_only_one(session, anniversary.id, year, wanted["organisation_id"], event)
    return occurrence(origin, year).ordinal


def check_returns(session: Session, event: Event) -> None:
    """Refuse to bring back a cancelled ceremony whose place another one has taken.

    Raises:
        Conflict: as :func:`ordinal`.
    """
    if event.kind is EventKind.ANNIVERSARY and event.status is EventStatus.CANCELLED:
        _check_only_one(session, str(event.anniversary_id), int(event.year or 0), event.organisation_id, event)


def _check_only_one(
    session: Session, anniversary_id: str, year: int, organisation_id: str | None, event: Event | None
) -> None:
    session.exec(select(Anniversary.id).where(Anniversary.id == anniversary_id).with_for_update(key_share=True)).one()
    offices = Offices.load(session)
    of_the_office = offices.holds(offices.of(organisation_id), col(Event.organisation_id))
    others = select(Event.id).where(
        Event.anniversary_id == anniversary_id,
        Event.year == year,
        Event.status != EventStatus.CANCELLED,
        true() if of_the_office is None else of_the_office,
        true() if event is None else col(Event.id) != event.id,
    )
    if found := session.exec(others.order_by(col(Event.id))).all():
        hidden_ids = permissions.hidden(session, found)
        shown = [event_id for event_id in found if event_id not in hidden_ids]
        named = {"event_id": shown[0]} if shown else {}
        raise Conflict(message(CEREMONY_EXISTS, year=year), code="ceremony_exists", **named)
