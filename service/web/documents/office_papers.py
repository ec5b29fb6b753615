"""Papers of the office as files: a week's schedule, the plan of a year's delegations, the report on an agreement."""

from flask import request
from werkzeug.wrappers import Response

from models.errors import Invalid
from models.i18n import N_, message
from service.actions.documents.agreement_report import make_agreement_report
from service.actions.documents.week_schedule import make_week_schedule
from service.actions.documents.year_plan import make_year_plan
from service.http import document_answers
from service.web.documents.choice import asked_languages
from service.web.form_fields import read_number
from service.web.page_decorator import page
from service.web.view import View

IN_DONG = "in_dong"
"""The parameter that asks for amounts in đồng beside those in other currencies."""


@page()
def week_schedule(view: View, week: str, file_format: str) -> Response:
    """The schedule of a week (``2027-W14``), as its page shows it."""
    return document_answers.answer(
        make_week_schedule(view.session, view.act, week, file_format, asked_languages(view, request.args))
    )


@page()
def delegation_plan(view: View, year: str, file_format: str) -> Response:
    """The plan of a year's delegations, of the visits that the reader may read."""
    return document_answers.answer(
        make_year_plan(view.session, view.act, year, file_format, asked_languages(view, request.args))
    )


@page()
def agreement_report(view: View, agreement_id: str, file_format: str) -> Response:
    """The report on a year of an agreement; without one on this year, or the nearest of its period."""
    asked = request.args.get("year", "")
    year = read_number(asked) if asked else None
    if asked and year is None:
        raise Invalid({"year": [message(N_("Not a year, like 2027."))]})
    languages = asked_languages(view, request.args)
    return document_answers.answer(
        make_agreement_report(
            view.session, view.act, agreement_id, file_format, languages, year, in_dong=IN_DONG in request.args
        )
    )
