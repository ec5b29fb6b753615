"""What was approved of estimates on a day that is over: from the copies kept at each approval."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from calendars.commitments.ledger_totals import Cost
from calendars.estimates.lines import LineFigures
from models.clock import today
from models.estimates import EstimateApproval
from models.events import Event
from models.places import Organisation
from service.actions.ledger.estimate_reading import approved_lines
from service.actions.locality_index import AgreementParties


def approved_until(
    session: Session, event_ids: Collection[str], parties: AgreementParties, as_of: date
) -> dict[str, list[Cost]]:
    """Event id → what was approved of its estimate by the end of a day in the event's time zone, line by line; two
    queries at most, none without events. Its reader must be one who may read the money of these events."""
    if not event_ids:
        return {}
    columns: tuple[Any, ...] = (
        col(Event.id),
        col(Event.first_day),
        col(Event.timezone),
        col(Event.funded_by),
        col(EstimateApproval.approved_at),
        col(EstimateApproval.content),
    )
    statement = (
        select(*columns)
        .select_from(EstimateApproval)
        .join(Event, col(Event.id) == col(EstimateApproval.event_id))
        .where(col(EstimateApproval.event_id).in_(sorted(event_ids)))
        .order_by(col(Event.id), col(EstimateApproval.number))
    )
    last: dict[str, tuple[date, str | None, list[LineFigures]]] = {}
    for event_id, first_day, zone, funded_by, approved_at, content in session.execute(statement):
        if today(zone, approved_at) <= as_of:
            last[event_id] = (first_day, funded_by, approved_lines(content))
    bodies = {one.payer_organisation_id for _day, _payer, lines in last.values() for one in lines} - {None}
    localities: dict[str, str] = {}
    if bodies:
        known = select(col(Organisation.id), col(Organisation.locality)).where(col(Organisation.id).in_(sorted(bodies)))
        localities = {row.id: row.locality for row in session.execute(known)}
    found: dict[str, list[Cost]] = {event_id: [] for event_id in event_ids}
    for event_id, (first_day, funded_by, lines) in last.items():
        for line in lines:
            payer = line.payer or localities.get(line.payer_organisation_id or "") or funded_by
            party = parties.of(payer, first_day) if payer else None
            found[event_id].append(Cost(party, line.currency, line.planned))
    return found
