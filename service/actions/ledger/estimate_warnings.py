"""What is worth a look at an estimate, never blocking."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from calendars.estimates.formulas import Remark, RemarkReason, remarks
from calendars.estimates.inputs import VisitFigures, inputs_from_json
from calendars.estimates.labels import ITEM_NAMES
from calendars.estimates.norms import NormFacts
from models.i18n import N_, message
from models.vocabulary import Direction, NormItem, Severity
from service.actions.ledger.estimate_values import EstimateView, EstimateWarning

BY_CLASS = frozenset(
    {NormItem.LODGING, NormItem.MEALS, NormItem.BANQUET, NormItem.SESSION, NormItem.FLOWERS, NormItem.GIFT}
)
"""What the norms of Circular 35/2026 depend on the class of guests for (articles 5–10 and 12)."""

NO_CLASS = N_("Nobody has decided the class of the guests: what depends on it has no norm and no price.")
NO_NORM = N_("No norm holds on {day} for part of this; enter what it costs.")
AS_INVOICED = N_("Part of this is paid as invoiced; enter what it costs.")
LEFT_OUT = N_("Left out of what was entered – {items}: {reason}")
ACT_CHANGES = N_("The norms change during the visit: the ones used end on {day}. The day of arrival decides.")
OVER_NORM = N_("Some lines are planned above their norm.")
PAID_OVER_NORM = N_("For some lines more was paid than the norm allows.")
OVER_APPROVED = N_("For some lines more was paid than was approved.")
UNVERIFIED = N_("Some norms were not compared with their act yet.")


def with_warnings(view: EstimateView, visit: VisitFigures, norms: Sequence[NormFacts]) -> EstimateView:
    """The estimate with its warnings, for the visit it is judged by."""
    return replace(view, warnings=tuple(_found(view, visit, norms)))


def _found(view: EstimateView, visit: VisitFigures, norms: Sequence[NormFacts]) -> Iterator[EstimateWarning]:
    if view.inputs is None:
        bound = tuple(line.id for line in view.lines if line.figures.item in BY_CLASS)
        if view.guest_class is None and bound and visit.direction is Direction.INCOMING:
            yield EstimateWarning("no_class", Severity.WARNING, message(NO_CLASS), bound)
    else:
        yield from _of_formulas(view, visit, norms)
    used = [line.norm for line in view.lines if line.norm is not None]
    ends = sorted(norm.valid_to for norm in used if norm.valid_to is not None and norm.valid_to < visit.departs_on)
    if ends:
        yield EstimateWarning("act_changes", Severity.WARNING, message(ACT_CHANGES, day=ends[0]))
    if over := tuple(line.id for line in view.lines if line.figures.over_norm is not None):
        yield EstimateWarning("over_norm", Severity.WARNING, message(OVER_NORM), over)
    if paid := tuple(line.id for line in view.lines if line.figures.paid_over_norm is not None):
        yield EstimateWarning("paid_over_norm", Severity.WARNING, message(PAID_OVER_NORM), paid)
    if above := tuple(line.id for line in view.lines if line.figures.paid > (line.figures.approved or 0)):
        yield EstimateWarning("over_approved", Severity.WARNING, message(OVER_APPROVED), above)
    if doubtful := tuple(line.id for line in view.lines if line.norm is not None and not line.norm.verified):
        yield EstimateWarning("norms_unverified", Severity.INFO, message(UNVERIFIED), doubtful)


def _of_formulas(view: EstimateView, visit: VisitFigures, norms: Sequence[NormFacts]) -> Iterator[EstimateWarning]:
    """Why lines have no price, of those for which none was entered, and what was entered in vain."""
    found = remarks(inputs_from_json(view.inputs), visit, norms, view.guest_class, view.who_pays)
    computed = {line.figures.rule: line for line in view.lines if line.figures.rule}
    unpriced = {rule: line.id for rule, line in computed.items() if not line.figures.is_priced}
    undecided = [one.rule for one in found if one.reason is RemarkReason.CLASS_NOT_DECIDED]
    if lines := tuple(computed[rule].id for rule in undecided if rule in computed):
        yield EstimateWarning("no_class", Severity.WARNING, message(NO_CLASS), lines)
    for code, reason, sentence in (
        ("no_norm", RemarkReason.NO_NORM, NO_NORM),
        ("as_invoiced", RemarkReason.AS_INVOICED, AS_INVOICED),
    ):
        if lines := tuple(unpriced[one.rule] for one in found if one.reason is reason and one.rule in unpriced):
            yield EstimateWarning(code, Severity.WARNING, message(sentence, day=visit.arrives_on), lines)
    left_out: dict[RemarkReason, list[Remark]] = {}
    for one in found:
        if one.reason.leaves_out:
            left_out.setdefault(one.reason, []).append(one)
    for several in left_out.values():
        items = tuple(ITEM_NAMES[item] for item in dict.fromkeys(one.item for one in several))
        yield EstimateWarning("left_out", Severity.INFO, message(LEFT_OUT, items=items, reason=several[0].text))
