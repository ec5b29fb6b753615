"""Papers of the office: the weekly schedule, the year's plan of delegations, the report on an agreement."""

from typing import Any

from flask import Response

from models.vocabulary import Role
from service.actions.documents.agreement_report import make_agreement_report
from service.actions.documents.week_schedule import make_week_schedule
from service.actions.documents.year_plan import make_year_plan
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.documents.rendering import MEDIA_TYPES
from service.http import document_answers
from service.schemas.documents import languages
from service.schemas.office_papers import AgreementReportQuery, OfficePaperQuery

blp = ApiBlueprint("office_papers", __name__, description="Papers of the office: of a week, a year, an agreement")

_FILE: dict[str, Any] = {
    "200": {
        "description": "The file.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()},
    },
    # A template that can't be filled in, or a PDF that can't be set.
    "409": {"$ref": "#/components/responses/DEFAULT_ERROR"},
    # More than anybody prints.
    "413": {"$ref": "#/components/responses/DEFAULT_ERROR"},
}


@blp.route("/weeks/<week>/schedule.<file_format>")
class WeekScheduleView(ApiView):
    @requires(Role.VIEWER)
    @operation("makeWeekSchedule")
    @blp.arguments(OfficePaperQuery, location="query")
    @blp.doc(responses=_FILE)
    def get(self, query: dict[str, Any], week: str, file_format: str) -> Response:
        """Make the weekly schedule (`2027-W14`) as `docx`, `pdf` or `xlsx`: what you see on the week's page"""
        made = make_week_schedule(session(), act(), week, file_format, languages(query["language"]))
        return document_answers.answer(made)


@blp.route("/plans/<year>/delegations.<file_format>")
class DelegationPlanView(ApiView):
    @requires(Role.VIEWER)
    @operation("makeDelegationPlan")
    @blp.arguments(OfficePaperQuery, location="query")
    @blp.doc(responses=_FILE)
    def get(self, query: dict[str, Any], year: str, file_format: str) -> Response:
        """Make the plan of a year's delegations as `docx`, `pdf` or `xlsx`: in, out, and in the country

        Visits that begin in the year and that you may read, cancelled ones left out; who pays and how much only of
        those of which you see everything. More than 2,000 visits are 422 `too_many_rows`.
        """
        made = make_year_plan(session(), act(), year, file_format, languages(query["language"]))
        return document_answers.answer(made)


@blp.route("/agreements/<agreement_id>/documents/report.<file_format>")
class AgreementReportView(ApiView):
    @requires(Role.VIEWER)
    @operation("makeAgreementReport")
    @blp.arguments(AgreementReportQuery, location="query")
    @blp.doc(responses=_FILE)
    def get(self, query: dict[str, Any], agreement_id: str, file_format: str) -> Response:
        """Make the report on a year of an agreement as `docx`, `pdf` or `xlsx`

        What was due, held and planned, what is missed or at risk and why, and what passed each way: visits, money
        planned, approved and paid, goods, projects, learners, each with what is not known. A year that is over is told
        as it stood at its end, others as they stand today. Amounts are told in đồng too only when asked (`in_dong`).
        """
        wanted = languages(query["language"])
        year, in_dong = query.get("year"), query.get("in_dong", False)
        made = make_agreement_report(session(), act(), agreement_id, file_format, wanted, year, in_dong=in_dong)
        return document_answers.answer(made)
