"""Agreements: their commitments by article, their progress, and what needs attention."""

from collections.abc import Iterable, Sequence
from datetime import date

from flask import Response, request
from marshmallow import ValidationError

from models.agreements import Agreement
from models.vocabulary import ProgressState
from service.actions import crud
from service.actions.agreements import progress
from service.http.error_responses import flat
from service.schemas.progress import ProgressQuery
from service.web import bar_chart
from service.web.agreements.year_table import LINKS_SHOWN, WANT_ATTENTION, read_year_table
from service.web.page_decorator import page
from service.web.query_params import whole
from service.web.view import View

SHOWN = 200
ATTENTION_SHOWN = 100

AttentionList = list[tuple[Agreement, list[progress.ProgressLine]]]
"""Agreements with their commitments that need attention."""


@page()
def agreements(view: View) -> Response:
    """All agreements, latest first, with their progress, and all commitments that need attention."""
    accounts = progress.all_agreements_progress(view.session, view.act.today)
    accounts.sort(key=lambda account: account.agreement.starts_on, reverse=True)
    today = view.act.today
    needing, has_more = _needing_attention(account for account in accounts if account.agreement.ends_on >= today)
    over, has_more_over = _needing_attention(account for account in accounts if account.agreement.ends_on < today)
    return view.page(
        "agreements/agreements.html",
        accounts=[(account, account.count()) for account in accounts[:SHOWN]],
        has_more_accounts=len(accounts) > SHOWN,
        needing_attention=needing,
        has_more=has_more,
        over=over,
        has_more_over=has_more_over,
        states=list(ProgressState),
        shares=bar_chart.shares,
    )


def _needing_attention(all_progress: Iterable[progress.AgreementProgress]) -> tuple[AttentionList, bool]:
    """What is missed or at risk, by agreement; cut off where it becomes too long for a page."""
    result: AttentionList = []
    remaining = ATTENTION_SHOWN
    for entry in all_progress:
        concerned = [one for one in entry.lines if one.progress.state in WANT_ATTENTION]
        if len(concerned) > remaining:
            return [*result, (entry.agreement, concerned[:remaining])] if remaining else result, True
        if concerned:
            result.append((entry.agreement, concerned))
            remaining -= len(concerned)
    return result, False


@page()
def agreement(view: View, agreement_id: str) -> Response:
    """One agreement: its year table as of the parameter ``as_of`` (today by default), and the exchange each way."""
    agreement = crud.find(view.session, Agreement, agreement_id)
    as_of, problems = _read_day(view)
    return view.page(
        "agreements/agreement.html",
        agreement=agreement,
        predecessor=view.session.get(Agreement, agreement.predecessor_id) if agreement.predecessor_id else None,
        year_table=read_year_table(view, agreement, as_of),
        asked=request.args.get("as_of", "").strip(),
        problems=problems,
        made=whole(request.args.get("made", "")),
        links_shown=LINKS_SHOWN,
        frame=bar_chart,
    )


def _read_day(view: View) -> tuple[date, Sequence[str]]:
    """The day of the evaluation, and errors of the requested one, in which case it is today."""
    asked = request.args.get("as_of", "").strip()
    if not asked:
        return view.act.today, ()
    try:
        day: date = ProgressQuery().load({"as_of": asked})["as_of"]
    except ValidationError as wrong:
        return view.act.today, [view.said(line) for lines in flat(wrong.messages).values() for line in lines]
    return day, ()
