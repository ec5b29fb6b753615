"""The pages of every section: its list, a form for a new row, a form for an existing one."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from models.accounts import User
from models.errors import Conflict, Forbidden, Merged, Stale
from models.i18n import N_, message
from models.vocabulary import Role, SavedPage
from service.actions import crud, permissions
from service.web.administration import (
    accounts,
    agreements,
    exchange_rates,
    holidays,
    norms,
    observances,
    places_and_people,
    reminder_rules,
    templates_and_resources,
)
from service.web.administration.section import AdminSection
from service.web.bound_form import BoundForm
from service.web.form_fields import FieldSpec, values_of
from service.web.forms import FormRefusal, attempt
from service.web.list_columns import chosen, table_of
from service.web.page_decorator import page
from service.web.query_params import page_number, pages_for
from service.web.view import View

SIZE = 50
AREAS: Mapping[str, AdminSection] = {
    area.name: area
    for area in (
        accounts.AREA,
        reminder_rules.AREA,
        templates_and_resources.TEMPLATES,
        templates_and_resources.RESOURCES,
        agreements.AGREEMENTS,
        agreements.COMMITMENTS,
        agreements.ANNIVERSARIES,
        holidays.AREA,
        observances.AREA,
        norms.AREA,
        exchange_rates.AREA,
        places_and_people.LOCALITIES,
        places_and_people.ORGANISATIONS,
        places_and_people.PEOPLE,
    )
}
LISTS: Mapping[str, str] = {
    "accounts": "accounts.UsersView",
    "rules": "reminders.ReminderRulesView",
    "task-templates": "task_templates.TaskTemplatesView",
    "resources": "bookings.ResourcesView",
    "agreements": "agreements.AgreementsView",
    "anniversaries": "agreements.AnniversariesView",
    "holidays": "holidays.OfficeHolidaysView",
    "observances": "observances.ObservancesView",
    "norms": "norms.NormsView",
    "exchange-rates": "exchange_rates.ExchangeRatesView",
    "localities": "places.LocalitiesView",
    "organisations": "places.OrganisationsView",
    "people": "places.PeopleView",
}
"""Area → the list of the API that holds the same, which can be had as a file."""

DONE = {
    "create": N_("It was made."),
    "change": N_("Your changes were saved."),
    "delete": N_("It was deleted."),
    "password": N_("The password was set. It must be changed at the next sign-in; all browsers are signed out."),
    "sessions": N_("All browsers of this account are signed out."),
    "access": N_("All tokens and calendars of this account were revoked, and its browsers are signed out."),
    "passport": N_("The passport was kept."),
    "forget": N_("The passport was forgotten."),
    "particulars": N_("The particulars were saved."),
    "positions": N_("Your changes were saved."),
}


@page(read=Role.OFFICER)
def administration(view: View) -> Response:
    """The areas a reader may use."""
    areas = [(area, view.may(area.write)) for area in AREAS.values() if view.may(area.read)]
    return view.page("administration/index.html", areas=areas)


def _area(view: View, name: str, role: str = "read") -> AdminSection:
    """The area of a page.

    Raises:
        Forbidden: the reader's role does not suffice for it.
    """
    area = AREAS.get(name) or abort(404)
    if not view.may(getattr(area, role)):
        raise Forbidden(message(N_("Your account may read this, but not change it.")))
    return area


@page(read=Role.OFFICER)
def listing(view: View, area: str) -> Response:
    """What there is, page by page."""
    one = _area(view, area)
    number = page_number("number")
    q = request.args.get("q", "")[:200]
    found, total = one.found(view, q, (number - 1) * SIZE, SIZE)
    return view.page(
        "administration/list.html",
        area=one,
        lines=one.lines(view, found),
        table=table_of(view, chosen(view, SavedPage.PEOPLE), found) if one.name == SavedPage.PEOPLE else None,
        may_write=view.may(one.write),
        q=q,
        number=number,
        pages=pages_for(total, SIZE),
        total=total,
        more=one.more(view, None),
        listed=LISTS.get(one.name, ""),
        done=DONE.get(request.args.get("done", ""), ""),
    )


@page(read=Role.OFFICER)
def new(view: View, area: str) -> Response:
    """A form for something new."""
    one = _area(view, area, "write")
    fields = one.fields(view, None)
    if request.method != "POST":
        return _form(view, one, None, fields, None)
    made: list[Any] = []

    def make() -> None:
        body = one.compose(values_of(fields, request.form))
        made.append(one.create(view.session, view.act, _loaded(view, one.schema(), body)))

    refusal = attempt(view, make)
    if refusal:
        return _form(view, one, None, fields, refusal)
    if isinstance(made[0], User) and made[0].office not in {None, permissions.own_office(view.session)}:
        # It has opened another office, and only that one sees it now.
        return redirect(url_for("pages.administered_list", area=area, done="create"), 303)
    return redirect(url_for("pages.administered", area=area, identity=crud.identity(made[0]), done="create"), 303)


@page(read=Role.OFFICER)
def administered(view: View, area: str, identity: str) -> Response:
    """One thing: its form, and the steps that can be taken with it."""
    one = _area(view, area, "write" if request.method == "POST" else "read")
    try:
        row = crud.find(view.session, one.model, identity)
    except Merged as gone:
        return redirect(url_for("pages.administered", area=area, identity=gone.extra["merged_into"]), 302)
    fields = one.fields(view, row)
    if request.method != "POST":
        return _form(view, one, row, fields, None)
    deed = request.form.get("do", "")
    told: list[str | None] = []
    refusal = attempt(view, lambda: told.append(_do(view, one, row, fields, deed)))
    if refusal:
        row = crud.find(view.session, one.model, identity)
        return _form(view, one, row, fields, refusal, deed=deed)
    if told[0]:
        return _form(view, one, row, fields, None, told=told[0])
    if deed == "delete":
        return redirect(url_for("pages.administered_list", area=area, done="delete"), 303)
    return redirect(url_for("pages.administered", area=area, identity=identity, done=deed), 303)


def _do(view: View, area: AdminSection, row: Any, fields: Sequence[FieldSpec], deed: str) -> str | None:
    """Take a step; what comes back is to be shown this once."""
    if request.form.get("version") != str(row.version):
        raise Stale
    if deed == "change":
        schema = area.change_schema or area.schema
        body = _loaded(view, schema(partial=True), area.compose(values_of(fields, request.form)))
        area.change(view.session, view.act, row, body)
    elif deed == "delete" and area.delete is not None:
        if not view.may(area.remove):
            raise Forbidden(message(N_("Your account may read this, but not change it.")))
        area.delete(view.session, view.act, row)
    elif deed in area.steps:
        return area.steps[deed](view, row)
    else:
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
    return None


def _loaded(view: View, schema: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema.load(body)
    return found


def _form(
    view: View,
    area: AdminSection,
    row: Any,
    fields: Sequence[FieldSpec],
    refusal: FormRefusal | None,
    *,
    deed: str = "change",
    told: str = "",
) -> Response:
    is_again = refusal is not None and deed == "change"
    asks = {**area.asks, **(area.asked(view, row) if row is not None else {})}
    step = deed if refusal is not None and deed in asks else ""
    holds = area.holds(view, row) if row is not None else {}
    return view.page(
        "administration/form.html",
        refusal.status if refusal else 200,
        area=area,
        row=row,
        name=area.title_of(view, row) if row is not None else "",
        identity=crud.identity(row) if row is not None else "",
        # The form stands there with the version it was read in: saved again, it is still refused.
        version=(request.form.get("version", "") if is_again else row.version) if row is not None else "",
        form=BoundForm(
            view,
            fields,
            _present(fields, row) | area.beside(view, row),
            typed=request.form if is_again else None,
            refusal=None if step else refusal,
        ),
        asked={
            name: BoundForm(view, asked, typed=request.form, refusal=refusal)
            if name == step
            else BoundForm(view, asked, holds.get(name, {}))
            for name, asked in asks.items()
        },
        refusal=refusal,
        step=step,
        may_write=area.may_write(view, row),
        may_delete=area.may_delete(view, row),
        more=area.more(view, row),
        told=told,
        done=DONE.get(request.args.get("done", ""), "") if refusal is None and not told else "",
    )


def _present(fields: Sequence[FieldSpec], row: Any) -> dict[str, Any]:
    """What a row says; None is something new."""
    return {field.name: getattr(row, field.name) for field in fields if row is not None and hasattr(row, field.name)}
