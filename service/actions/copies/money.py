"""The estimate that comes along into a copy: its inputs only, reckoned anew by the norms of the new arrival day."""

import copy

from sqlmodel import Session, col, func, select

from calendars.estimates.labels import ITEM_NAMES
from models.estimates import Estimate, EstimateLine
from models.events import Event
from models.i18n import N_, message
from models.queries.organisation_lines import OrganisationLines
from models.text import LocalizedText
from models.vocabulary import CopyPart
from service.actions.context import ActionContext
from service.actions.copies.values import LeftPart
from service.actions.copies.work import holder
from service.actions.events import estimates
from service.actions.ledger.estimate_values import WantedEstimate
from service.actions.ledger.estimate_visit import norms_for

BY_HAND = N_("Lines that were entered by hand stay with their visit: {count}.")
NO_INPUTS = N_("All of it was entered by hand for that visit.")
CLASS_ANEW = N_("The class was decided for that visit: have it decided for this one.")
NO_NORM = N_("No norm holds for it on the new days: enter what it costs.")


def copy_estimate(
    session: Session, act: ActionContext, source: Event, event: Event, lines: OrganisationLines
) -> tuple[int, list[LeftPart]]:
    """Give the copy an estimate of its own, a draft, from the inputs of the event's; how many lines it has, and what
    stays behind. Nothing that was decided, entered by hand, approved or paid comes along."""
    estimate = session.get(Estimate, source.id)
    if estimate is None:
        return 0, []
    if estimate.inputs is None:
        return 0, [LeftPart(CopyPart.ESTIMATE, message(NO_INPUTS))]
    left: list[LeftPart] = []
    inputs = copy.deepcopy(estimate.inputs)
    for one in inputs.get("sessions") or ():
        if one.get("payer_organisation_id"):
            one["payer_organisation_id"] = holder(session, lines, one["payer_organisation_id"], event)
    view = estimates.replace_estimate(session, act, event, WantedEstimate(who_pays=estimate.who_pays, inputs=inputs))
    if estimate.guest_class is not None:
        left.append(LeftPart(CopyPart.ESTIMATE, message(CLASS_ANEW)))
    by_hand = select(func.count()).where(EstimateLine.event_id == source.id, col(EstimateLine.rule).is_(None))
    if count := int(session.exec(by_hand).one()):
        left.append(LeftPart(CopyPart.ESTIMATE, message(BY_HAND, count=count)))
    left += _without_norm(session, source, event)
    return len(view.lines), left


def _without_norm(session: Session, source: Event, event: Event) -> list[LeftPart]:
    """The computed lines whose norm ends before the new arrival and has none after it, whatever class is decided."""
    norms = norms_for(session, event)
    by_id = {one.id: one for one in norms}
    valid = [one for one in norms if one.holds_on(event.arrives_on)]
    statement = (
        select(EstimateLine)
        .where(EstimateLine.event_id == source.id, col(EstimateLine.norm_id).is_not(None))
        .order_by(col(EstimateLine.position), col(EstimateLine.id))
    )
    return [
        LeftPart(CopyPart.ESTIMATE, message(NO_NORM), _called(one), one.id)
        for one in session.exec(statement).all()
        if one.rule is not None
        and (norm := by_id.get(one.norm_id or "")) is not None
        and not any(norm.is_about_the_same(other) for other in valid)
    ]


def _called(line: EstimateLine) -> LocalizedText:
    return line.description or ITEM_NAMES[line.item]
