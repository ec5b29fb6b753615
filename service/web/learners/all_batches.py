"""Who learns what, over all batches: where, until when, until when the permit; as a page and as files."""

from datetime import timedelta
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from models.vocabulary import LearnerOutcome, Role
from service.actions.ledger import learners
from service.schemas.learners import LearnerQuery
from service.web.learner_lines import lines_of
from service.web.learners.entries import outcome_choices, stage_choices
from service.web.page_decorator import page
from service.web.query_params import filters, page_number, pages_for
from service.web.view import View

SIZE = 50
ALL = "all"


@page(read=Role.OFFICER)
def all_batches(view: View) -> Response:
    """The learners of all batches that the reader may read: who studies now, unless another outcome is asked for."""
    asked = {name: request.args.get(name, "").strip() for name in ("outcome", "stage")}
    given = {name: [value] for name, value in asked.items() if value and value != ALL}
    if not asked["outcome"]:
        given["outcome"] = [LearnerOutcome.STUDYING.value]
    is_now = not asked["outcome"]
    query, problems = filters(view, LearnerQuery, given)
    if is_now:
        query["current"] = True
    number = page_number()
    rows, total = learners.page_of_learners(view.session, view.act, query, (number - 1) * SIZE, SIZE)
    soon = view.act.today + timedelta(days=learners.EXPIRING_DAYS)

    def url(page: int) -> str:
        given: dict[str, Any] = {name: value for name, value in asked.items() if value}
        return url_for("pages.learners", **given, page=page)

    return view.page(
        "learners/all.html",
        lines=lines_of(view, rows, soon),
        asked=asked,
        query=query,
        problems=problems,
        stages=stage_choices(view),
        outcomes=outcome_choices(view),
        number=number,
        pages=pages_for(total, SIZE),
        people=learners.people_count(view.session, view.act, query),
        before=url(number - 1),
        after=url(number + 1),
    )
