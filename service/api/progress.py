"""/progress of all agreements and of each one: what is fulfilled, what is outstanding, and drafts for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from calendars.commitments.event_matching import Evaluation
from calendars.commitments.exchange_totals import ExchangeTotals, Flow
from models.agreements import Agreement
from models.vocabulary import ProgressState, Role
from service.actions import crud, permissions
from service.actions.agreements import planning, progress
from service.actions.dry_run import dry_run_savepoint
from service.api.events import shown
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.http.error_responses import reader_language
from service.schemas.events import AnyEventSchema
from service.schemas.progress import (
    AgreementProgressSchema,
    OfficeProgressSchema,
    PlanOptionsSchema,
    PlanSchema,
    ProgressQuery,
)

blp = ApiBlueprint("progress", __name__, description="What agreements promised: fulfilled, owed, planned")

Titles = Mapping[str, Mapping[str, str]]
"""Event → its title."""

_WANT_ATTENTION = (ProgressState.MISSED, ProgressState.AT_RISK)


@blp.route("/progress")
class OfficeProgressView(ApiView):
    @requires(Role.VIEWER)
    @operation("getOfficeProgress")
    @blp.arguments(ProgressQuery, location="query")
    @blp.response(200, OfficeProgressSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Summarise the whole office: every agreement, and the commitments that need attention"""
        as_of, language = query.get("as_of") or act().today, reader_language()
        accounts = progress.all_agreements_progress(session(), as_of)
        counts = [account.count() for account in accounts]
        return {
            "as_of": as_of,
            "states": {state: sum(count[state] for count in counts) for state in ProgressState},
            "agreements": [
                {
                    "agreement_id": account.agreement.id,
                    "title": account.agreement.title,
                    "starts_on": account.agreement.starts_on,
                    "ends_on": account.agreement.ends_on,
                    "states": count,
                    "attention": [
                        _in_short(one, language) for one in account.lines if one.progress.state in _WANT_ATTENTION
                    ],
                }
                for account, count in zip(accounts, counts, strict=True)
            ],
        }


@blp.route("/agreements/<agreement_id>/progress")
class AgreementProgressView(ApiView):
    @requires(Role.VIEWER)
    @operation("getAgreementProgress")
    @blp.arguments(ProgressQuery, location="query")
    @blp.response(200, AgreementProgressSchema)
    def get(self, query: dict[str, Any], agreement_id: str) -> dict[str, Any]:
        """Read an agreement's progress: fulfilled, on track, at risk, missed or open by year, and the exchange each way

        An event belongs to the year it begins in. Fewer people or days than agreed don't count (`near` lists which
        events and why), nor does another composition or type of activity; more do, with a remark. `no_records`: records
        of the year began only later (`records_since` of the agreement), and less is known than was due.
        """
        agreement = crud.find(session(), Agreement, agreement_id)
        account = progress.agreement_progress(session(), agreement, query.get("as_of") or act().today)
        years = [year for line in account.lines for year in line.progress.years]
        hidden = permissions.hidden(session(), [event_id for year in years for event_id in year.event_ids])
        language = reader_language()
        return {
            "agreement_id": agreement.id,
            "as_of": account.as_of,
            "states": account.count(),
            "commitments": [
                _in_short(one, language) | _in_full(one, account.titles, hidden, language) for one in account.lines
            ],
            "reciprocity": [_passage(one) for one in account.passages],
        }


@blp.route("/agreements/<agreement_id>/plan")
class PlanView(ApiView):
    @requires(Role.OFFICER)
    @operation("planAgreement")
    @blp.arguments(PlanOptionsSchema)
    @blp.response(200, PlanSchema)
    def post(self, options: dict[str, Any], agreement_id: str) -> dict[str, Any]:
        """Create drafts for everything outstanding until an agreement's end, on days without conflicts

        What already has a draft is skipped: a second plan adds nothing. What finds no days is listed in `unplaced` with
        the reason and does not stop the rest.
        """
        agreement = crud.find(session(), Agreement, agreement_id)
        is_dry, language = options.get("dry_run", False), reader_language()
        with dry_run_savepoint(session(), is_dry=is_dry):
            outcome = planning.make_plan(session(), act(), agreement)
            drafts: Sequence[dict[str, Any]] = AnyEventSchema(many=True).dump(
                shown([one.event for one in outcome.made])
            )
        reasons = [[reason.to(language) for reason in one.reasons] for one in outcome.made]
        return {
            "created": [
                draft | ({"id": None, "uid": None} if is_dry else {}) | {"reasons": why}
                for draft, why in zip(drafts, reasons, strict=True)
            ],
            "unplaced": [
                {"commitment_id": one.commitment.id, "reason": one.reason.to(language)} for one in outcome.left
            ],
            "dry_run": is_dry,
        }


def _in_short(line: progress.ProgressLine, language: str) -> dict[str, Any]:
    commitment, progress = line.commitment, line.progress
    return {
        "commitment_id": commitment.id,
        "article": commitment.article,
        "title": commitment.title,
        "state": progress.state,
        "detail": progress.detail.to(language),
    }


def _in_full(line: progress.ProgressLine, titles: Titles, hidden: Collection[str], language: str) -> dict[str, Any]:
    progress = line.progress
    return {
        "field": line.commitment.field,
        "years": [
            replace(year, event_ids=tuple(one for one in year.event_ids if one not in hidden))
            for year in progress.years
        ],
        "totals": progress.totals,
        **({} if progress.learners is None else {"learners": progress.learners}),
        "near": [_explained(one, titles, language) for one in progress.near],
        "remarks": [_explained(one, titles, language) for one in progress.remarkable],
    }


def _explained(judgement: Evaluation, titles: Titles, language: str) -> dict[str, Any]:
    occasion = judgement.occasion
    listed = occasion.listed_days
    return {
        "event_id": None if titles.get(occasion.id) is permissions.BUSY else occasion.id,
        "title": titles.get(occasion.id),
        "first_day": listed.first.isoformat(),
        "last_day": listed.last.isoformat(),
        "status": occasion.status.value,
        "reasons": [reason.to(language) for reason in judgement.why],
    }


def _passage(passage: Flow) -> dict[str, Any]:
    return {
        "giver": passage.giver,
        "receiver": passage.receiver,
        **_totals(passage.totals),
        "years": [{"year": one.year, **_totals(one.totals)} for one in passage.years],
        "fields_": [{"field": one.field, **_totals(one.totals)} for one in passage.fields],
    }


def _totals(totals: ExchangeTotals) -> dict[str, Any]:
    ledger = totals.ledger
    return {
        "visits": totals.visits,
        "people": totals.people,
        "people_unknown": totals.unknown,
        "days": totals.days,
        "planned": totals.planned,
        "money": ledger.money.as_money(),
        "money_planned": ledger.money_planned.as_money(),
        "money_approved": ledger.money_approved.as_money(),
        "money_unknown": ledger.money_unknown,
        "goods": {
            "count": ledger.goods.count,
            "value": ledger.goods.value.as_money(),
            "value_unknown": ledger.goods.unknown,
        },
    }
