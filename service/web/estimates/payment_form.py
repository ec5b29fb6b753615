"""The form of a payment: for which line, how much, when, with which voucher and its picture."""

from dataclasses import replace
from typing import Any

from flask import request, url_for

from calendars.money.formatting import format_amount
from models.events import Event
from models.i18n import N_
from models.vocabulary import Currency, FileKind, FileVisibility
from service.actions import crud
from service.actions.events import estimates
from service.actions.files import files
from service.actions.files.file_rights import About
from service.actions.files.media_types import ENDINGS
from service.actions.ledger import estimates as ledger
from service.actions.ledger.estimate_values import LineView
from service.http import uploads
from service.http.app_context import current_context
from service.web.bound_form import BoundForm
from service.web.estimates import entry
from service.web.estimates.board import Board
from service.web.estimates.steps import Steps
from service.web.form_fields import FieldSpec, FieldType, ungrouped, values_of
from service.web.form_tokens import keep, new_token, recalled
from service.web.forms import FormRefusal
from service.web.view import View

MEGABYTE = 1_000_000
MOST_FILES = 100
_ACTION = "pay"

LONGEST_VOUCHER = 100
_VOUCHER_HINT = N_("It can be entered later; nothing is settled without it.")


def _specs(options: list[tuple[str, str]], kept: list[tuple[str, str]]) -> list[FieldSpec]:
    return [
        FieldSpec("line_id", FieldType.CHOICE, N_("For which line"), options=options, is_required=True),
        FieldSpec("amount", FieldType.LINE, N_("Amount paid"), N_("In the currency of the line."), length=24),
        FieldSpec("paid_on", FieldType.DAY, N_("Paid on"), is_required=True),
        FieldSpec("voucher", FieldType.LINE, N_("Number of the voucher"), _VOUCHER_HINT, length=LONGEST_VOUCHER),
        FieldSpec("file_id", FieldType.CHOICE, N_("A file of the visit"), N_("Or send one along below."), options=kept),
    ]


def add(view: View, event: Event) -> None:
    """Enter the payment that the form says; sent twice, it is entered once."""
    if recalled(view, f"{_ACTION} {event.id}") is not None:
        return
    sent = uploads.read_form()
    values = values_of(_specs([], []), request.form)
    found = ledger.read_estimate(view.session, view.act, event)
    line = next((one for one in found.lines if one.id == values.get("line_id")), None)
    currency = line.figures.currency if line is not None else Currency.VND
    values["amount"] = {"amount": ungrouped(values.get("amount") or ""), "currency": currency.value}
    wanted = entry.wanted_payment({name: value for name, value in values.items() if value is not None})
    if sent.upload is not None or sent.problems:
        title = view.say(N_("Voucher {number}"), number=values.get("voucher") or view.numeric(wanted.paid_on))
        about = {"title": title[:200], "kind": FileKind.OTHER, "visibility": FileVisibility.INTERNAL}
        context = current_context()
        file = files.add_file(view.session, view.act, context.files, About("event_id", event.id), sent.file(), about)
        wanted = replace(wanted, file_id=file.id)
    estimates.add_payment(view.session, view.act, event, wanted)
    keep(view, f"{_ACTION} {event.id}")


def shown(view: View, event: Event, board: Board, steps: Steps, refusal: FormRefusal | None) -> dict[str, Any]:
    """What the page shows of it: the form, where a payment can be entered."""
    empty: dict[str, Any] = {
        "payment_form": None,
        "file_problems": [],
        "token": "",
        "payments_target": "",
        "accept": "",
        "megabytes": "",
    }
    payable = [line for line in board.estimate.lines if board.may_pay(line)]
    if not steps.may_pay or not payable or (refusal is None and "pay" not in request.args):
        return empty
    kept, _count = crud.page_of(
        view.session,
        files.files_of(view.session, view.act, About("event_id", event.id)),
        files.FILE_ORDER,
        0,
        MOST_FILES,
    )
    options = [(line.id, _told(board, line)) for line in payable]
    chosen = next((line for line in payable if line.id == request.args.get("pay")), payable[0])
    left = (chosen.figures.approved or 0) - chosen.figures.paid
    present = {
        "line_id": chosen.id,
        "amount": format_amount(chosen.figures.currency.money(left), view.language) if left > 0 else "",
        "paid_on": view.act.today.isoformat(),
    }
    form = BoundForm(
        view,
        _specs(options, [(one.id, one.title) for one in kept]),
        present,
        typed=request.form if refusal is not None else None,
        refusal=refusal,
        prefix="payment-",
    )
    return empty | {
        "payment_form": form,
        "file_problems": refusal.fields.get("file", []) if refusal else [],
        "token": request.form.get("token", "") or new_token(),
        "payments_target": url_for("pages.estimate_payments", event_id=event.id),
        "accept": ",".join(f".{ending}" for endings in ENDINGS.values() for ending in endings),
        "megabytes": f"{current_context().files.limit / MEGABYTE:g}",
    }


def _told(board: Board, line: LineView) -> str:
    left = (line.figures.approved or 0) - line.figures.paid
    told = N_("{line} ({left} left)")
    return board.view.say(told, line=board.line_name(line.figures), left=board.money(left, line.figures.currency))
