"""The page of a visit's estimate: entered in a short form, submitted, approved, paid, settled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.estimates.comparison import Comparison, compare
from calendars.estimates.inputs import EstimateInputs, VisitFigures, inputs_from_json
from calendars.estimates.labels import CLASS_NAMES, WHO_PAYS_NAMES, state_name
from models.errors import Conflict, NotFound, Stale
from models.estimates import Estimate
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.text import LocalizedText
from models.vocabulary import DocumentKind, EstimateState
from service.actions.documents import access
from service.actions.dry_run import dry_run_savepoint
from service.actions.events import estimates
from service.actions.ledger import estimate_steps, payments, rights
from service.actions.ledger import estimates as ledger
from service.actions.ledger.estimate_values import EstimateView, EstimateWarning, LineView
from service.actions.ledger.estimate_visit import visit_figures
from service.schemas.estimates import EstimateReasonSchema, VoucherSchema
from service.web.bound_form import BoundField, BoundForm
from service.web.estimates import entry, payment_form
from service.web.estimates import form as fields
from service.web.estimates.board import Board
from service.web.estimates.choices import EstimateChoices
from service.web.estimates.steps import steps_of
from service.web.forms import FormRefusal, attempt
from service.web.labels import PAPER_FORMATS, money
from service.web.page_decorator import page
from service.web.view import View

UNPROVEN = N_("The payment was saved without a voucher. Nothing can be settled until its number is entered below.")

DONE: Mapping[str, str] = {
    "save": N_("The estimate was saved."),
    "submit": N_("The estimate is submitted: it waits for an approver."),
    "approve": N_("The estimate is approved."),
    "return": N_("The estimate was returned with your reason."),
    "settle": N_("The estimate is settled."),
    "reverse": N_("The settlement is open again."),
    "pay": N_("The payment was saved."),
    "pay_unproven": UNPROVEN,
    "set_voucher": N_("The voucher was saved."),
    "remove_payment": N_("The payment was taken out."),
}
"""What is said when something is done."""

UNPAID = "unpaid"
"""The field that says which unpaid lines were shown before settling."""

STILL_UNPAID = N_(
    "Approved, and nothing is paid of it yet: {lines}. Nothing is settled: enter the payments first, or settle once"
    " more if nothing will be paid of it."
)

MOST_NAMED = 4
"""Lines that a warning names; about more of them it speaks of all."""

_STEPS: Mapping[str, Callable[..., Any]] = {
    "submit": estimates.submit,
    "approve": estimates.approve,
    "settle": estimates.settle,
}
_REASONED: Mapping[str, Callable[..., Any]] = {"return": estimates.give_back, "reverse": estimates.reverse}
"""Steps that ask for a reason."""


@page()
def estimate(view: View, event_id: str) -> Response:
    """A visit's estimate; with POST, it is reckoned, saved, or taken a step further."""
    event = rights.find_event(view.session, event_id)
    if request.method != "POST":
        return _show(view, event, ledger.read_estimate(view.session, view.act, event))
    word = request.form.get("do", "")
    if word == "reckon":
        return _reckoned(view, event)
    body: dict[str, Any] = {}
    refusal = attempt(view, lambda: _do(view, event, word, body))
    if refusal is None:
        return redirect(url_for("pages.estimate", event_id=event_id, done=word), 303)
    # Undoing took what was read along: it is read again.
    event = rights.find_event(view.session, event_id)
    found = ledger.read_estimate(view.session, view.act, event)
    if word == "save" or view.restored:
        return _show(view, event, found, fields.in_form(refusal, body), "form")
    return _show(view, event, found, refusal, "steps")


@page()
def add_payment(view: View, event_id: str) -> Response:
    """Enter a payment, with a picture of its voucher where one is sent along."""
    event = rights.find_event(view.session, event_id)
    refusal = attempt(view, lambda: payment_form.add(view, rights.find_event(view.session, event_id, to_change=True)))
    if refusal is None:
        done = "pay" if request.form.get("voucher", "").strip() else "pay_unproven"
        return redirect(url_for("pages.estimate", event_id=event_id, done=done, _anchor="payments"), 303)
    event = rights.find_event(view.session, event_id)
    return _show(view, event, ledger.read_estimate(view.session, view.act, event), refusal, "payment")


def _reckoned(view: View, event: Event) -> Response:
    """What saving would give, found out by saving it and undoing that."""
    before = ledger.read_estimate(view.session, view.act, event)
    made: list[EstimateView] = []
    body: dict[str, Any] = {}

    def reckon() -> None:
        with dry_run_savepoint(view.session, is_dry=True):
            _do(view, event, "save", body)
            made.append(ledger.read_estimate(view.session, view.act, event))

    refusal = attempt(view, reckon)
    event = rights.find_event(view.session, event.id)
    if refusal is not None:
        return _show(view, event, before, fields.in_form(refusal, body), "form")
    return _show(view, event, made[0], change=_change(before, made[0]), standing=before)


def _change(before: EstimateView, after: EstimateView) -> Comparison:
    return compare(_figures(before), _figures(after), before.terms, after.terms)


def _figures(found: EstimateView) -> list[Any]:
    return [line.figures for line in found.lines if _is_planned(line)]


def _do(view: View, event: Event, word: str, body: dict[str, Any]) -> None:
    """Take a step; ``body`` becomes what the form asks for."""
    session, act = view.session, view.act
    event = rights.find_event(session, event.id, to_change=True)
    if word == "settle":
        _check_unpaid(view, event)
    if word in _STEPS:
        _STEPS[word](session, act, event, _check_version)
    elif word in _REASONED:
        reason = EstimateReasonSchema().load({"reason": request.form.get("reason", "")})["reason"]
        _REASONED[word](session, act, event, reason, _check_version)
    elif word in {"remove_payment", "set_voucher"}:
        payment = payments.find_payment(session, request.form.get("row", ""))
        if payment.event_id != event.id:
            raise NotFound(noun("payment"), payment.id)
        if word == "remove_payment":
            estimates.delete_payment(session, act, event, payment)
        else:
            values = VoucherSchema().load({"voucher": request.form.get("voucher", "").strip()})
            estimates.set_voucher(session, act, event, payment, values)
    elif word == "save":
        found = ledger.read_estimate(session, act, event)
        figures = visit_figures(session, act, event)
        standing = (_entered(found, request.form.get("guest_class")), _overrides(found), found.inputs)
        body |= fields.wanted(request.form, figures.direction, *standing)
        estimates.replace_estimate(session, act, event, entry.wanted_estimate(body), _check_version)
    else:
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _check_unpaid(view: View, event: Event) -> None:
    """Ask once before an estimate is settled of which something was approved and nothing was paid."""
    found = ledger.read_estimate(view.session, view.act, event)
    lines = _unpaid(found)
    is_possible = found.state is EstimateState.APPROVED and not estimate_steps.not_yet_settled(view.act, event)
    if is_possible and lines and request.form.get(UNPAID) != _ids(lines):
        board = Board(view, event, found)
        names = "; ".join(board.line_name(line.figures) for line in lines)
        raise Conflict(message(STILL_UNPAID, lines=names), code="unpaid_lines", unpaid=_ids(lines))


def _unpaid(found: EstimateView) -> list[LineView]:
    """Lines of which something was approved and nothing was paid."""
    return [line for line in found.lines if line.figures.approved and not line.figures.paid]


def _ids(lines: Sequence[LineView]) -> str:
    return " ".join(line.id for line in lines)


def _check_version(found: EstimateView) -> None:
    """Refuse a form made before somebody else changed the estimate."""
    if request.form.get("version") != str(found.version):
        raise Stale


def _computed(board: Board, typed: Mapping[str, str]) -> list[fields.ComputedLine]:
    """The computed lines of the plan, and those that were typed about and are not in it any more."""
    of_plan = [
        fields.ComputedLine(line.figures.rule, board.line_name(line.figures), line.figures.currency)
        for line in board.estimate.lines
        if line.figures.rule is not None and _is_planned(line)
    ]
    known = {one.rule for one in of_plan}
    beyond = [one for one in fields.computed_in(typed) if one.rule not in known]
    filled = [
        replace(one, name=one.rule)
        for one in beyond
        if any(typed.get(begin + one.rule) for begin in (fields.PRICE, fields.PAYER, fields.BODY))
    ]
    return [*of_plan, *filled]


def _entered(found: EstimateView, guest_class: str | None = None) -> list[fields.EnteredLine]:
    """The lines entered by hand; without their norms where these are for another class, which the form does not ask
    for."""

    def without_norm(line: LineView) -> bool:
        return guest_class is not None and line.norm is not None and line.norm.guest_class not in (None, guest_class)

    return [
        fields.EnteredLine(one["id"], {**one, "norm_id": None} if without_norm(line) else one)
        for one, line in zip(found.as_json()["lines"], found.lines, strict=True)
        if line.figures.rule is None and _is_planned(line)
    ]


def _is_planned(line: LineView) -> bool:
    """Whether a line is in the plan, not only kept for what was approved or paid of it."""
    return bool(line.figures.quantity or line.figures.planned)


def _overrides(found: EstimateView) -> dict[str, dict[str, Any]]:
    """What was entered for computed lines, by their rules."""
    return {
        line.figures.rule: {name: one[name] for name in line.overridden}
        for one, line in zip(found.as_json()["lines"], found.lines, strict=True)
        if line.figures.rule is not None and line.overridden
    }


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields of the form under a heading; ``is_folded``: folded away unless something in it wants to be seen.

    ``parts`` are groups within it, under headings of their own.
    """

    legend: str
    fields: Sequence[BoundField] = ()
    hint: str = ""
    is_folded: bool = False
    parts: Sequence["FieldGroup"] = ()

    @property
    def is_open(self) -> bool:
        """Whether something that is folded away is filled in or wrong."""
        return any(one.is_open for one in self.parts) or any(
            one.errors or len(one.rows) > 1 or (not one.spec.columns and one.text()) for one in self.fields
        )

    @property
    def is_table(self) -> bool:
        """Whether all it has is one table, which has a heading itself."""
        return len(self.fields) == 1 and bool(self.fields[0].spec.columns)


def _groups(view: View, form: BoundForm, computed: Sequence[fields.ComputedLine]) -> list[FieldGroup]:
    there = {one.name: one for one in form.fields}

    def group(legend: str, *specs: Any, hint: str = "", is_folded: bool = False) -> FieldGroup:
        found = [there[spec.name] for spec in specs if spec.name in there]
        return FieldGroup(view.say(legend), found, view.say(hint) if hint else "", is_folded)

    groups = [
        group(N_("Class of the guests, and who pays"), *fields.CLASS,
              hint=N_("The articles are those of Circular 35/2026/TT-BTC.")),
        group(N_("Guests and days"), *fields.PEOPLE, hint=N_("Filled in from the visit. What you leave follows it.")),
        group(N_("Banquet and sessions"), *fields.RECEPTION),
        group(N_("Interpreting"), *fields.LANGUAGES),
        group(N_("Flowers and gifts"), *fields.GIFTS),
        group(N_("Abroad"), fields.ABROAD),
        group(N_("Cars and other things"), fields.LINES),
        group(N_("Translation, breakfast, nothing computed"), fields.TRANSLATIONS, fields.BREAKFAST, fields.BY_HAND,
              is_folded=True),
    ]  # fmt: skip
    parts = [
        FieldGroup(line.name, [there[begin + line.rule] for begin in (fields.PRICE, fields.PAYER, fields.BODY)])
        for line in computed
    ]
    if parts:
        hint = view.say(N_("Empty: as the norm says, and nobody in particular pays."))
        groups.append(FieldGroup(view.say(N_("Another price or payer of a line")), (), hint, True, parts))
    return [one for one in groups if one.fields or one.parts]


def _form(
    view: View,
    found: EstimateView,
    figures: VisitFigures,
    computed: Sequence[fields.ComputedLine],
    choices: EstimateChoices,
    refusal: FormRefusal | None,
    *,
    is_typed: bool,
) -> BoundForm:
    inputs: EstimateInputs | None = None if found.inputs is None else inputs_from_json(found.inputs)
    is_by_hand = inputs is None and found.version > 0
    entered, overrides = _entered(found), _overrides(found)
    present = fields.shown(inputs, figures, entered, overrides, view.language, is_by_hand=is_by_hand)
    present |= {
        "guest_class": found.guest_class,
        "class_decided_by": found.class_decided_by,
        "who_pays": found.who_pays,
    }
    return BoundForm(
        view,
        fields.specs_of(figures.direction, computed),
        present,
        choices.of,
        typed=request.form if is_typed else None,
        refusal=refusal,
        prefix="f-",
    )


def _show(
    view: View,
    event: Event,
    found: EstimateView,
    refusal: FormRefusal | None = None,
    refused_in: str = "",
    *,
    change: Comparison | None = None,
    standing: EstimateView | None = None,
) -> Response:
    """The page; ``change`` and ``standing`` are of a plan that was reckoned and not saved."""
    is_unsaved = standing is not None
    steps = steps_of(view, event, standing or found)
    board = Board(view, event, found)
    is_typed = is_unsaved or refused_in == "form"
    opens = is_typed or request.args.get("edit") == "yes" or (not found.lines and found.version == 0)
    computed = _computed(board, request.form if is_typed else {})
    form, groups, line_ids, of_visit = None, [], [], {}
    if steps.may_write and opens:
        figures = visit_figures(view.session, view.act, event)
        choices = EstimateChoices(view, event, found)
        form = _form(view, found, figures, computed, choices, refusal if refused_in == "form" else None,
                     is_typed=is_typed)  # fmt: skip
        groups = _groups(view, form, computed)
        of_visit = (
            {name: request.form.get(fields.VISIT + name, "") for name in fields.FROM_VISIT}
            if is_typed
            else fields.of_visit(figures, view.language)
        )
        line_ids = fields.line_ids(request.form) if is_typed else list(enumerate(one.id for one in _entered(found)))
    word = request.form.get("do", "") if refusal else ""
    return view.page(
        "estimates/estimate.html",
        refusal.status if refusal else 200,
        event=event,
        target=url_for("pages.estimate", event_id=event.id),
        estimate=found,
        state=view.plain(_state(standing or found)),
        papers=_papers(view, event) if not is_unsaved else [],
        guest_class=view.plain(CLASS_NAMES[found.guest_class]) if found.guest_class else "",
        who_pays=view.plain(WHO_PAYS_NAMES[found.who_pays]),
        steps=steps,
        board=board,
        planned=view.sums(found.planned),
        submitted_by=board.who(found.submitted_by),
        may_enter_vouchers=view.may_change(event) and found.state is not EstimateState.SETTLED,
        settled_by=board.who(found.settled_by),
        unpaid=refusal.extra.get("unpaid", "") if refusal else "",
        above=_above(board, found) if steps.may_settle else [],
        warnings=[_named(board, one) for one in found.warnings],
        form=form,
        groups=groups,
        line_ids=line_ids,
        currencies=[(one.rule, one.currency.value) for one in computed],
        of_visit=of_visit,
        version=request.form.get("version", "") if is_typed else str(found.version),
        is_unsaved=is_unsaved,
        change=change if standing is not None and standing.lines else None,
        refusal=refusal,
        refused_in=refused_in,
        reasoned=word if word in _REASONED else "",
        reason=request.form.get("reason", "") if word in _REASONED else "",
        replaced=money(event.budget, view.language) if found.version == 0 and event.budget else "",
        is_done_well=request.args.get("done") != "pay_unproven",
        done=view.say(DONE[request.args["done"]]) if request.args.get("done") in DONE and not refusal else "",
        **payment_form.shown(view, event, board, steps, refusal if refused_in == "payment" else None),
    )


def _state(found: EstimateView) -> LocalizedText:
    return state_name(found.state, is_returned=found.returned_reason is not None, needs_approval=found.needs_approval)


def _papers(view: View, event: Event) -> list[tuple[str, list[tuple[str, str]]]]:
    """The papers of the event's money, with their formats and addresses."""
    row = view.session.get(Estimate, event.id)
    if row is None:
        return []
    return [
        (
            view.say(terms.name),
            [
                (
                    PAPER_FORMATS[one],
                    url_for("pages.make_paper", event_id=event.id, kind=kind.value, file_format=one.value),
                )
                for one in terms.formats
            ],
        )
        for kind, terms in access.kinds_of(view.session, view.act, event).items()
        if terms.is_of_money and (kind is not DocumentKind.SETTLEMENT or row.approved_at is not None)
    ]


def _above(board: Board, found: EstimateView) -> list[str]:
    """The lines of which more was paid than the norm allows, or than was approved."""
    return [
        f"{board.line_name(one.figures)}: {', '.join(board.remarks_of_payment(one.figures))}"
        for one in found.lines
        if board.remarks_of_payment(one.figures)
    ]


@dataclass(frozen=True, slots=True)
class NamedWarning:
    """A warning with the names of the lines it is about."""

    severity: Any
    detail: Any
    names: Sequence[str]


def _named(board: Board, one: EstimateWarning) -> NamedWarning:
    names = {line.id: board.line_name(line.figures) for line in board.estimate.lines}
    found = [names[line] for line in one.lines if line in names]
    return NamedWarning(one.severity, one.detail, found if len(found) <= MOST_NAMED else [])
