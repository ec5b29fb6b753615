"""Agreements: their commitments by article, their progress, and what needs attention."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, request
from marshmallow import ValidationError

from models.agreements import Agreement
from models.vocabulary import ProgressState
from service.actions import crud
from service.actions.agreements import agreement_tree, progress
from service.actions.files import files
from service.actions.ledger import project_records
from service.http.error_responses import flat
from service.schemas.progress import ProgressQuery
from service.web import bar_chart
from service.web.agreements.papers import read_paper
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
        groups=(groups := _as_tree(accounts))[:SHOWN],
        has_more_groups=len(groups) > SHOWN,
        needing_attention=needing,
        has_more=has_more,
        over=over,
        has_more_over=has_more_over,
        states=list(ProgressState),
        shares=bar_chart.shares,
    )


@dataclass(frozen=True, slots=True)
class AgreementGroup:
    """An agreement that stands below no other, with the papers below it and how deep they stand."""

    account: progress.AgreementProgress
    below: list[tuple[progress.AgreementProgress, int]]


def _as_tree(accounts: Sequence[progress.AgreementProgress]) -> list[AgreementGroup]:
    by_id = {account.agreement.id: account for account in accounts}
    groups: list[AgreementGroup] = []
    for branch in agreement_tree.in_tree_order([account.agreement for account in accounts]):
        account = by_id[branch.agreement.id]
        if branch.depth == 0:
            groups.append(AgreementGroup(account, []))
        else:
            groups[-1].below.append((account, branch.depth))
    return groups


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
    in_dong = "in_dong" in request.args
    year_table = read_year_table(view, agreement, as_of, in_dong=in_dong)
    commitment_ids = [row.commitment.id for row in year_table.rows]
    return view.page(
        "agreements/agreement.html",
        agreement=agreement,
        paper=read_paper(view, agreement),
        year_table=year_table,
        file_counts=files.counts(view.session, "commitment_id", commitment_ids)
        | {"own": files.counts(view.session, "agreement_id", [agreement.id]).get(agreement.id, 0)},
        asked=request.args.get("as_of", "").strip(),
        problems=problems,
        named_projects=project_records.named_projects(view.session, commitment_ids),
        in_dong=in_dong,
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
