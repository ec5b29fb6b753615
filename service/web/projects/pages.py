"""All projects, and each one: what is known of it, what is next, and its form."""

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.projects.facts import bounds
from models.errors import Stale
from models.i18n import N_
from models.projects import Project
from models.vocabulary import ActivityType, EventKind, KnownTo, ProjectState, Role, SavedPage
from service.actions import crud
from service.actions.agreements import agreement_queries
from service.actions.ledger import projects, rights, seen_projects
from service.schemas.projects import ProjectSchema, told
from service.schemas.word_names import PROJECT_STATES
from service.web.forms import FormRefusal, attempt
from service.web.labels import money
from service.web.list_columns import chosen, table_of
from service.web.page_decorator import page
from service.web.projects import form
from service.web.query_params import page_number, pages_for
from service.web.view import View

SIZE = 50
_SCHEMA: Any = ProjectSchema  # its constructor has no types
DONE = {"saved": N_("The project was saved."), "deleted": N_("The project was deleted.")}


@page(read=Role.OFFICER)
def all_projects(view: View) -> Response:
    """The projects that the reader may read, by title."""
    asked = {"q": request.args.get("q", "").strip()[:200], "state": request.args.get("state", "")}
    asked |= {name: request.args.get(name, "")[:26] for name in ("agreement_id", "commitment_id")}
    state = next((one for one in ProjectState if one == asked["state"]), None)
    number = page_number("number")
    statement = projects.projects_where(view.session, asked | {"state": state})
    rows, total = crud.page_of(view.session, statement, projects.PROJECT_ORDER, (number - 1) * SIZE, SIZE)
    filters = {name: value for name, value in asked.items() if value}
    found = seen_projects.seen(view.session, rows)
    return view.page(
        "projects/projects.html",
        found=found,
        table=table_of(view, chosen(view, SavedPage.PROJECTS), found),
        states=PROJECT_STATES,
        filters=filters,
        number=number,
        pages=pages_for(total, SIZE),
        done=view.say(DONE["deleted"]) if request.args.get("done") == "deleted" else "",
    )


@page(read=Role.OFFICER)
def new_project(view: View) -> Response:
    """The form of a new project; a commitment may be named in the address."""
    commitment_id = request.args.get("commitment_id", "")[:26] or None
    agreement_id = request.args.get("agreement_id", "")[:26]
    made: list[Project] = []

    def create() -> None:
        schema = _SCHEMA()
        values = {name: value for name, value in form.wanted(request.form).items() if value is not None}
        if commitment_id is not None and "commitment_id" not in request.form:
            values["commitment_id"] = commitment_id
        made.append(projects.create_project(view.session, view.act, schema.load(values)))

    refusal = attempt(view, create) if request.method == "POST" else None
    if made and refusal is None:
        return redirect(url_for("pages.project", project_id=made[0].id, done="saved"), 303)
    typed = form.without_emptied(request.form) if refusal is not None else None
    return view.page(
        "projects/new.html",
        refusal.status if refusal else 200,
        form=form.bound(view, None, _prefilled(view, commitment_id, agreement_id), typed, refusal),
        target=url_for("pages.new_project", commitment_id=commitment_id),
    )


def _prefilled(view: View, commitment_id: str | None, agreement_id: str) -> dict[str, Any]:
    """What a commitment says of its project, or an agreement's only one that a handover fulfils: it stands with its
    host, and who is bound besides gives it."""
    found = agreement_queries.find_commitment(view.session, commitment_id) if commitment_id is not None else None
    if found is None and agreement_id:
        known = [
            one
            for one in agreement_queries.commitments_of(view.session, agreement_id)
            if one.activity is EventKind.ACTIVITY and ActivityType.HANDOVER in one.activity_types
        ]
        found = agreement_queries.find_commitment(view.session, known[0].id) if len(known) == 1 else None
    if found is None:
        return {}
    commitment, agreement = found
    others = [one for one in agreement.parties if one != commitment.host]
    giver = others[0] if commitment.host is not None and len(others) == 1 else None
    told = {"commitment_id": commitment.id, "given_by": giver, "host": commitment.host, "title": commitment.title}
    return {name: value for name, value in told.items() if value is not None}


@page(read=Role.OFFICER)
def project(view: View, project_id: str) -> Response:
    """A project: milestones with their state, money planned and paid, documents, what is next; and its form."""
    found = projects.find_project(view.session, project_id)
    refusal = attempt(view, lambda: _do(view, project_id)) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        if request.form.get("do") == "delete":
            return redirect(url_for("pages.projects", done="deleted"), 303)
        return redirect(url_for("pages.project", project_id=project_id, done="saved"), 303)
    if refusal is not None:
        view.session.expire_all()
        found = projects.find_project(view.session, project_id)
    return _show(view, found, refusal)


def _do(view: View, project_id: str) -> None:
    found = projects.find_project(view.session, project_id, to_change=True)
    if request.form.get("version") != str(found.version):
        raise Stale
    if request.form.get("do") == "delete":
        projects.delete_project(view.session, view.act, found)
        return
    schema = _SCHEMA(partial=True)
    projects.change_project(view.session, view.act, found, schema.load(form.wanted(request.form)))


def _show(view: View, found: Project, refusal: FormRefusal | None) -> Response:
    seen = seen_projects.seen_one(view.session, found)
    typed = form.without_emptied(request.form) if refusal is not None else None
    coming = sorted(one.day for one in found.milestone_rows if one.done_on is None and one.day is not None)
    promise = agreement_queries.find_commitment(view.session, found.commitment_id) if found.commitment_id else None
    return view.page(
        "projects/project.html",
        refusal.status if refusal else 200,
        project=seen,
        commitment=promise[0] if promise else None,
        state=view.say(PROJECT_STATES[seen.progress]),
        differences=[told(one, view.language) for one in seen.differences],
        next_day=coming[0] if coming else None,
        known=lambda written: view.known(bounds(written), KnownTo({4: "year", 7: "month"}.get(len(written), "day"))),
        money=lambda amount: money(amount, view.language),
        files=projects.file_count(view.session, found),
        may_write=rights.changes_entry(view.session, found),
        form=form.bound(view, seen, form.present_of(seen), typed, refusal),
        version=found.version,
        done=view.say(DONE["saved"]) if request.args.get("done") == "saved" and refusal is None else "",
    )
