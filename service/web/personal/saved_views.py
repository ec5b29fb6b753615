"""My saved views: saving, opening, renaming and deleting them; a view is an address within a list and nothing more."""

from collections.abc import Mapping
from urllib.parse import parse_qs

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.errors import Conflict, Stale
from models.i18n import N_, message
from models.personal.saved_views import SavedView
from models.vocabulary import Role, SavedPage
from service.actions.personal import saved_views
from service.schemas.saved_views import SavedViewSchema
from service.schemas.word_names import SAVED_PAGES
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.view import View

ENDPOINTS: Mapping[SavedPage, tuple[str, Mapping[str, str]]] = {
    SavedPage.COMING: ("pages.coming", {}),
    SavedPage.CALENDAR: ("pages.calendar", {}),
    SavedPage.TASKS: ("pages.tasks", {}),
    SavedPage.HISTORY: ("pages.history", {}),
    SavedPage.REMINDERS: ("pages.reminders", {}),
    SavedPage.BOOKINGS: ("pages.resources", {}),
    SavedPage.CONFLICTS: ("pages.conflicts", {}),
    SavedPage.GIFTS: ("pages.gifts", {}),
    SavedPage.PROJECTS: ("pages.projects", {}),
    SavedPage.PEOPLE: ("pages.administered_list", {"area": "people"}),
    SavedPage.SEARCH: ("pages.search", {}),
}
DONE: Mapping[str, str] = {
    "rename": N_("The view was renamed."),
    "delete": N_("The view was deleted."),
}


def address_of(view: SavedView) -> str:
    """Where a view leads: always to a list of this service; empty if there is no such list any more."""
    if not saved_views.is_there(view.page):
        return ""
    endpoint, fixed = ENDPOINTS[SavedPage(view.page)]
    query = parse_qs(saved_views.cleaned(view.page, view.query))
    return url_for(endpoint, **fixed, **query)  # type: ignore[arg-type]


@page(write=Role.VIEWER)
def listing(view: View) -> Response:
    """All saved views, page by page; with POST saving, renaming or deleting one."""
    if request.method != "POST":
        return _show(view)
    match request.form.get("do"):
        case "save":
            made: list[SavedView] = []
            refusal = attempt(view, lambda: made.append(_save(view)))
            return _show(view, refusal) if refusal else redirect(address_of(made[0]), 303)
        case "rename" | "delete" as deed:
            refusal = attempt(view, lambda: _change(view, deed))
            return _show(view, refusal) if refusal else redirect(url_for("pages.saved_views", done=deed), 303)
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


@page()
def opened(view: View, view_id: str) -> Response:
    """A view's list; a view of a list that is no more is named among the others."""
    found = saved_views.find_view(view.session, view.act, view_id)
    return redirect(address_of(found) or url_for("pages.saved_views", gone=found.id), 303)


def _save(view: View) -> SavedView:
    typed = {name: request.form.get(name, "").strip() for name in ("name", "page", "query")}
    schema = SavedViewSchema()  # type: ignore[no-untyped-call]
    return saved_views.save_view(view.session, view.act, schema.load(typed))


def _change(view: View, deed: str) -> None:
    row = saved_views.find_view(view.session, view.act, request.form.get("view", ""))
    if request.form.get("version") != str(row.version):
        raise Stale
    if deed == "delete":
        saved_views.delete_view(view.session, view.act, row)
        return
    schema = SavedViewSchema(partial=True)  # type: ignore[no-untyped-call]
    name = {"name": request.form.get("name", "").strip()}
    saved_views.change_view(view.session, view.act, row, schema.load(name))


def _show(view: View, refusal: FormRefusal | None = None) -> Response:
    rows = saved_views.views_of(view.session, view.act.account.id)
    groups = []
    for word in SavedPage:
        lines = [(row, address_of(row)) for row in rows if row.page == word]
        if lines:
            groups.append((view.say(SAVED_PAGES[word]), lines))
    return view.page(
        "personal/saved_views.html",
        refusal.status if refusal else 200,
        groups=groups,
        gone=[row for row in rows if not saved_views.is_there(row.page)],
        refusal=refusal,
        most=saved_views.MOST,
        done=DONE.get(request.args.get("done", "")),
    )
