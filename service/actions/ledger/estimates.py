"""Estimates of events: read, looked at for another visit, and written.

The steps of an estimate are in :mod:`service.actions.ledger.estimate_steps`, its payments in
:mod:`service.actions.ledger.payments`.

Pages and the API write through :mod:`service.actions.events.estimates`, which also does what follows for the event:
its budget, whether it still is what was confirmed, and its tasks.

An estimate has one plan, which follows the visit, and any number of approvals, which are copies that never change.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, select

from calendars.estimates.formulas import planned_lines
from calendars.estimates.inputs import inputs_from_json, inputs_to_json
from calendars.estimates.lines import LineFigures, planned_sums
from calendars.money.sums import Sums
from models.errors import Conflict
from models.estimates import Estimate, EstimateLine
from models.events import Event
from models.i18n import N_, Message, message
from models.vocabulary import EstimateState
from service.actions import crud
from service.actions.audit import changes, plain, record
from service.actions.context import ActionContext
from service.actions.ledger import rights
from service.actions.ledger.estimate_entry import LineEntry, check_head, check_inputs
from service.actions.ledger.estimate_lines import (
    FIGURES,
    check_bounds,
    computed_lines,
    figures_of,
    lines_of,
    store_lines,
)
from service.actions.ledger.estimate_reading import paid_by_line, payments_of, view_of
from service.actions.ledger.estimate_values import EstimateView, VisitChange, WantedEstimate
from service.actions.ledger.estimate_visit import norms_for, visit_figures

MONEY_MOVES = N_(
    "The estimate of this event is settled: host, guest, who pays and the first day stay as they are. An approver can"
    " reverse the settlement, with a reason; then they can be changed."
)
SETTLED = N_("This estimate is settled. An approver can reverse the settlement, with a reason; then it can be changed.")

_EVENT_COLUMNS = [name for name in Event.model_fields if name not in {"id", "kind"}]

MONEY_STAYS = N_(
    "Money was approved or paid for this event, and its estimate stays with it, so it can’t be deleted. Cancel it"
    " instead."
)


def find_event(session: Session, event_id: str, *, to_change: bool = False) -> Event:
    """An event whose estimate the session may read, or change.

    Raises:
        NotFound: there is none, or its money is not the session's to read.
        Forbidden: the session may read it, not change it.
    """
    return rights.find_event(session, event_id, to_change=to_change)


def read_estimate(session: Session, act: ActionContext, event: Event) -> EstimateView:
    """The estimate of an event with its lines, payments, approvals, differences and warnings; a fixed number of
    queries. Of an event without one it is an empty draft."""
    return view_of(session, act, event)


def preview_estimate(session: Session, act: ActionContext, event: Event, change: VisitChange) -> EstimateView:
    """The estimate as it would be after a change of the visit; nothing is written.

    ``would_change`` says what would be different, ``needs_approval`` whether it would have to be approved anew.

    Raises:
        Invalid: the days are not in order; ``errors`` name the fields.
    """
    return view_of(session, act, event, change)


def lock(session: Session, event: Event) -> Estimate | None:
    """Let nobody else change an event's estimate until the transaction ends, and read it anew: the event is locked
    first, then the estimate, always in this order."""
    session.flush()
    session.exec(select(Event.id).where(Event.id == event.id).with_for_update(key_share=True)).one_or_none()
    statement = select(Estimate).where(Estimate.event_id == event.id).with_for_update()
    estimate = session.exec(statement.execution_options(populate_existing=True)).first()
    if estimate is not None:
        # Others may have changed the visit, and with it the budget, while this one waited.
        session.refresh(event, _EVENT_COLUMNS)
    return estimate


def replace_estimate(session: Session, act: ActionContext, event: Event, wanted: WantedEstimate) -> Estimate | None:
    """Replace what is entered of an estimate: class, who pays, inputs, lines; the first time it is made.

    One in which nothing is entered and nothing was ever approved is no estimate: None. The caller locked it
    (:func:`lock`) and has the event's budget follow.

    Raises:
        Conflict: it is settled.
        Invalid: ``errors`` name the fields.
    """
    estimate = session.get(Estimate, event.id)
    is_new = estimate is None
    if estimate is None:
        estimate = Estimate(event_id=event.id, created_at=act.now, updated_at=act.now)
    check_not_settled(estimate)
    errors = check_head(estimate, wanted) | check_inputs(session, wanted.inputs)
    rows = [] if is_new else lines_of(session, event.id)
    before = {} if is_new else _told(estimate, rows)
    inputs = None
    if wanted.inputs is not None and not any(name.startswith("inputs") for name in errors):
        inputs = inputs_to_json(inputs_from_json(wanted.inputs))
    values = {
        "guest_class": wanted.guest_class,
        "class_decided_by": wanted.class_decided_by,
        "who_pays": wanted.who_pays,
        "inputs": inputs,
    }
    entry = _read_lines(session, act, event, estimate, rows, values, wanted)
    crud.check(_merged(errors, entry.errors))
    if _is_nothing(wanted) and estimate.approved_at is None:
        if not is_new:
            session.delete(estimate)
            crud.flush(session)
            record(session, act, "delete", "estimate", event.id, changes(before, {}), event_id=event.id)
        return None
    crud.assign(estimate, values)
    estimate.overrides = {rule: one for rule, one in entry.overrides.items() if inputs is not None}
    computed = computed_lines(estimate, visit_figures(session, act, event), norms_for(session, event))
    check_bounds([*computed, *entry.entered], "lines")
    if is_new:
        session.add(estimate)
        crud.flush(session)
    store_lines(session, estimate, computed, entry.entered)
    _written(session, act, estimate, before, "create" if is_new else "change")
    return estimate


def follow_visit(session: Session, act: ActionContext, event: Event, fields: Sequence[str] = ()) -> bool:
    """Compute an estimate anew after its visit changed; whether its plan changed. A settled one stays as it is.

    ``fields`` are those of the visit that are refused if the plan would become impossible.

    Raises:
        Invalid: it would have too many lines, or come to too much.
    """
    estimate = lock(session, event)
    if estimate is None or estimate.inputs is None or estimate.state is EstimateState.SETTLED:
        return False
    rows = lines_of(session, event.id)
    before = _told(estimate, rows)
    computed = computed_lines(estimate, visit_figures(session, act, event), norms_for(session, event))
    by_hand = [figures_of(row) for row in rows if row.rule is None]
    check_bounds([*computed, *by_hand], fields[0] if fields else "inputs")
    if not store_lines(session, estimate, computed):
        return False
    _written(session, act, estimate, before, "change")
    return True


def planned_of(session: Session, event_id: str) -> Sums:
    """The sums that an event's estimate plans now."""
    return planned_sums([figures_of(row) for row in lines_of(session, event_id)])


def check_not_settled(estimate: Estimate) -> None:
    """Raise if an estimate is settled.

    Raises:
        Conflict: it is.
    """
    if estimate.state is EstimateState.SETTLED:
        raise Conflict(message(SETTLED), code="settled", possible=["reverse"], state_now=estimate.state.value)


MOVES_MONEY = frozenset({"host", "guest", "funded_by", "first_day"})
"""The fields of an event that say between whom its money passed, and in which agreement's period."""


def check_moving_money(session: Session, event: Event, values: Mapping[str, Any]) -> None:
    """Check that a change of an event moves no settled money to another side, year or agreement.

    Raises:
        Conflict: its estimate is settled and one of :data:`MOVES_MONEY` changes; ``fields`` are those that do.
    """
    moving = sorted(one for one in MOVES_MONEY & values.keys() if values[one] != getattr(event, one))
    if not moving:
        return
    estimate = lock(session, event)
    if estimate is not None and estimate.state is EstimateState.SETTLED:
        raise Conflict(
            message(MONEY_MOVES),
            code="settled",
            possible=["reverse"],
            state_now=estimate.state.value,
            fields=moving,
        )


def check_deleting(session: Session, event: Event) -> None:
    """Check that no money goes with an event that is deleted; nobody approves or pays any meanwhile.

    Raises:
        Conflict: something of its estimate was approved, or paid.
    """
    estimate = lock(session, event)
    if estimate is not None and (estimate.approved_at is not None or payments_of(session, event.id)):
        raise Conflict(message(MONEY_STAYS), code="has_money")


def _is_nothing(wanted: WantedEstimate) -> bool:
    return not wanted.lines and wanted.inputs is None and wanted.guest_class is None


def _read_lines(
    session: Session,
    act: ActionContext,
    event: Event,
    estimate: Estimate,
    rows: Sequence[EstimateLine],
    values: Mapping[str, Any],
    wanted: WantedEstimate,
) -> LineEntry:
    """The entered lines, judged beside what the formulas give for the entered inputs."""
    norms = norms_for(session, event)
    plain_lines = []
    inputs = values["inputs"]
    if inputs is not None:
        visit = visit_figures(session, act, event)
        plain_lines = list(planned_lines(inputs_from_json(inputs), visit, norms, wanted.guest_class, wanted.who_pays))
    found = paid_by_line(payments_of(session, event.id))
    paid = {row.id: found.get((row.id, row.currency), 0) for row in rows}
    entry = LineEntry(
        session,
        estimate.overrides,
        rows,
        paid,
        plain_lines,
        norms,
        is_computed=inputs is not None,
        arrives_on=event.arrives_on,
        guest_class=wanted.guest_class,
        is_class_kept=wanted.guest_class is estimate.guest_class,
    )
    entry.read(wanted.lines)
    return entry


def _merged(*errors: Mapping[str, Sequence[Message]]) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    for one in errors:
        for name, messages in one.items():
            found.setdefault(name, []).extend(messages)
    return found


def _written(session: Session, act: ActionContext, estimate: Estimate, before: Mapping[str, Any], action: str) -> None:
    """Note who wrote the plan, and write the trail; equal values write nothing. Whatever of the plan is stored counts:
    who approves must not be able to change anything unnoticed."""
    changed = changes(before, _told(estimate, lines_of(session, estimate.event_id)))
    if not changed and action != "create":
        return
    if act.user is not None:
        estimate.written_by = act.user.id
    estimate.written_at = act.now
    crud.touch(estimate, act)
    crud.flush(session)
    record(session, act, action, "estimate", estimate.event_id, changed, event_id=estimate.event_id)


def _told(estimate: Estimate, rows: Sequence[EstimateLine]) -> dict[str, Any]:
    """What the trail tells of an estimate: all that is stored of its plan, and the sums."""
    lines = [figures_of(row) for row in rows]
    return {
        **{name: plain(getattr(estimate, name)) for name in _ENTERED},
        "lines": [_line_told(one) for one in lines],
        "planned": planned_sums(lines).as_money(),
    }


_ENTERED = ("guest_class", "class_decided_by", "who_pays", "inputs", "overrides")
_AMOUNTS = ("unit_amount", "norm_limit")


def _line_told(one: LineFigures) -> dict[str, Any]:
    told = {name: plain(getattr(one, name)) for name in ("id", *FIGURES)}
    for name in _AMOUNTS:
        told[name] = None if told[name] is None else one.currency.money(told[name])
    return told | {"planned": one.currency.money(one.planned) if one.is_priced else None}
