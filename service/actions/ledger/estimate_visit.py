"""What an estimate takes from its visit: travel days, guests of each rank, direction, and the norms of its office."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import true
from sqlmodel import Session, col, select

from calendars.days.spans import days_after
from calendars.estimates.inputs import VisitFigures
from calendars.estimates.norms import NormFacts
from models.errors import Invalid
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, message
from models.norms import Norm
from models.vocabulary import MemberRole, Side
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.ledger.estimate_values import VisitChange
from service.actions.ledger.norms import norm_facts
from service.actions.locality_index import DirectionResolver, LocalityIndex

ENDS_FIRST = N_("The last day can't be before the first day.")


def visit_figures(
    session: Session, act: ActionContext, event: Event, change: VisitChange | None = None
) -> VisitFigures:
    """The figures of a visit as it stands, or as it would be after a change; two queries.

    The guests are counted: who comes along as an interpreter or driver is a member too. The direction is seen from the
    office in charge of the event, whoever reads.

    Raises:
        Invalid: the days of the change are not in order; ``errors`` name the fields.
    """
    arrives_on, departs_on = _days(event, change or VisitChange())
    roles = list(session.exec(select(Member.role).where(Member.event_id == event.id, Member.side == Side.GUEST)).all())
    heads, deputies = roles.count(MemberRole.HEAD), roles.count(MemberRole.DEPUTY)
    members = len(roles) - heads - deputies
    if not roles:
        headcount = event.headcount if change is None or change.headcount is None else change.headcount
        heads, members = min(headcount or 0, 1), max((headcount or 0) - 1, 0)
    office = permissions.offices(session).of(event.organisation_id) or act.common.office.locality
    direction = DirectionResolver(LocalityIndex.load(session), office).of(event)
    return VisitFigures(direction, arrives_on, departs_on, heads, deputies, members)


def _days(event: Event, change: VisitChange) -> tuple[date, date]:
    """The days of travel; they move with the days of the event unless they are given, as a change of it does."""
    first, last = change.first_day or event.first_day, change.last_day or event.last_day
    if last < first:
        raise Invalid({"last_day": [message(ENDS_FIRST)]})
    arrives_on = change.arrives_on or days_after(event.arrives_on, (first - event.first_day).days)
    departs_on = change.departs_on or days_after(event.departs_on, (last - event.last_day).days)
    if departs_on < arrives_on:
        raise Invalid({"departs_on": [message(ENDS_FIRST)]})
    return arrives_on, departs_on


def norms_for(session: Session, event: Event) -> Sequence[NormFacts]:
    """The norms of the office in charge of an event, national and local ones; one query."""
    offices = permissions.offices(session)
    condition = offices.marks(offices.of(event.organisation_id), col(Norm.office))
    rows = session.exec(select(Norm).where(true() if condition is None else condition).order_by(col(Norm.id))).all()
    return [norm_facts(row) for row in rows]
