"""Plan what is outstanding: the drafts an agreement would get, previewed, then created with one button."""

import json
from hashlib import sha256

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.days.spans import Days
from models.agreements import Agreement
from models.errors import Stale
from models.vocabulary import Role
from service.actions import crud
from service.actions.agreements import planning
from service.actions.agreements.agreement_queries import commitments_of
from service.actions.copies.repeats import last_visits
from service.actions.dry_run import dry_run_savepoint
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.view import View


@page(read=Role.OFFICER, is_trial=True, is_long=True)
def plan(view: View, agreement_id: str) -> Response:
    """Preview a plan or, with POST, carry it out: exactly the previewed drafts, or none."""
    agreement = crud.find(view.session, Agreement, agreement_id)
    if request.method != "POST":
        return _show(view, agreement)
    made: list[int] = []
    refusal = attempt(view, lambda: made.append(_make(view, agreement)))
    if refusal is None:
        return redirect(url_for("pages.agreement", agreement_id=agreement_id, made=made[0]), 303)
    # Rolling back discarded the loaded rows: load them again.
    return _show(view, crud.find(view.session, Agreement, agreement_id), refusal)


def _make(view: View, agreement: Agreement) -> int:
    """Create the drafts; returns how many.

    Raises:
        Stale: they would differ from those on the page, as something has changed since.
    """
    outcome = planning.make_plan(view.session, view.act, agreement)
    if _digest(outcome) != request.form.get("seen"):
        raise Stale
    return len(outcome.made)


def _show(view: View, agreement: Agreement, refusal: FormRefusal | None = None) -> Response:
    """Run the plan, render it and roll it back."""
    with dry_run_savepoint(view.session, is_dry=True):
        outcome = planning.make_plan(view.session, view.act, agreement)
        own = commitments_of(view.session, agreement.id)
        return view.page(
            "agreements/plan_preview.html",
            refusal.status if refusal else 200,
            agreement=agreement,
            drafts=[
                (one.event, len(Days(one.event.first_day, one.event.last_day)), one.reasons) for one in outcome.made
            ],
            left=outcome.left,
            repeatable=last_visits(view.session, {str(one.event.commitment_id) for one in outcome.made}),
            commitments={commitment.id: commitment for commitment in own},
            seen=_digest(outcome),
            refusal=refusal,
        )


def _digest(outcome: planning.PlanOutcome) -> str:
    """Distinguishes plans: for which commitment, on which days, for how many people."""
    drafts = [
        (one.event.commitment_id, str(one.event.first_day), str(one.event.last_day), one.event.headcount)
        for one in outcome.made
    ]
    return sha256(json.dumps(drafts).encode()).hexdigest()[:20]
