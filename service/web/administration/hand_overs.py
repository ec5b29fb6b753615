"""Handing an organisation over: what would go, one button, and the list on which it can be undone."""

import json
from hashlib import sha256
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.errors import Stale
from models.i18n import N_
from models.places import Organisation
from models.successions import OrganisationHandOver
from models.vocabulary import Role
from service.actions import crud, outside, permissions
from service.actions.directory import directory_queries, hand_overs, merges, moved_rows, organisation_times
from service.actions.directory.hand_overs import HandedOver
from service.actions.dry_run import dry_run_savepoint
from service.schemas.hand_overs import HandOverRequestSchema
from service.web.administration.moved_kinds import NAMES_SHOWN, shown_kinds
from service.web.bound_form import BoundForm
from service.web.form_fields import FieldSpec, FieldType, read_day, values_of
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.query_params import page_number, pages_for
from service.web.row_names import named_organisations
from service.web.view import View, ids

SIZE = 20
DONE = {
    "made": N_("It was handed over. It can be undone for seven days."),
    "undone": N_("It was undone."),
}


def _fields(view: View, organisation: Organisation) -> list[FieldSpec]:
    asked = _asked()
    day = read_day(asked.get("from_day", "")) or view.act.today
    there = directory_queries.organisations_on(view.session, day, day, [asked.get("to", "")])
    others = [("", "–")]
    others += [
        (one.id, view.plain(one.name))
        for one in organisation_times.of_same_line(view.session, organisation, there)
        if permissions.oversees(view.session, one.id)
    ]
    hint = N_("What begins on this day or later goes over. The day before is the organisation's last one.")
    return [
        FieldSpec("to", FieldType.CHOICE, N_("Who carries on its work"), options=others, is_required=True),
        FieldSpec("from_day", FieldType.DAY, N_("From which day on"), hint, is_required=True),
    ]


@page(read=Role.ADMIN, write=Role.ADMIN, is_trial=True)
def hand_over(view: View, organisation_id: str) -> Response:
    """Ask to whom and from when, show what would go, and do exactly that."""
    organisation = crud.find(view.session, Organisation, organisation_id)
    fields = _fields(view, organisation)
    if request.method == "POST":
        refusal = attempt(view, lambda: _make(view, organisation, fields))
        if refusal is None:
            return redirect(url_for("pages.hand_overs", done="made"), 303)
        organisation = crud.find(view.session, Organisation, organisation_id)
        return _show(view, organisation, fields, refusal)
    return _show(view, organisation, fields, None)


def _asked() -> Any:
    return request.form if request.method == "POST" else request.args


def _loaded(fields: list[FieldSpec]) -> dict[str, Any]:
    found: dict[str, Any] = HandOverRequestSchema().load(values_of(fields, _asked()))
    return found


def _make(view: View, organisation: Organisation, fields: list[FieldSpec]) -> None:
    """Hand over.

    Raises:
        Stale: something else would go than what the page showed.
    """
    wish = _loaded(fields)
    done = hand_overs.hand_over(view.session, view.act, organisation, wish["to"], wish["from_day"])
    # In a trial nothing is kept: it is run only to show the page anew.
    if _digest(done) != request.form.get("seen") or outside.is_trial(view.session):
        raise Stale


def _show(view: View, organisation: Organisation, fields: list[FieldSpec], refusal: FormRefusal | None) -> Response:
    """The form, and below it what would go, if the form says enough."""
    asked = _asked()
    is_asked = bool(asked.get("to") or asked.get("from_day"))
    preview: dict[str, Any] = {}
    if is_asked and (refusal is None or refusal.status == 412):
        found: list[dict[str, Any]] = []
        wrong = attempt(view, lambda: found.append(_preview(view, organisation, fields)))
        refusal, preview = refusal or wrong, found[0] if found else {}
    return view.page(
        "administration/hand_over.html",
        refusal.status if refusal else 200,
        organisation=organisation,
        form=BoundForm(view, fields, typed=asked if is_asked else None, refusal=refusal),
        refusal=refusal,
        asked=asked,
        shown=NAMES_SHOWN,
        **({"preview": preview} if preview else {"preview": None}),
    )


def _preview(view: View, organisation: Organisation, fields: list[FieldSpec]) -> dict[str, Any]:
    wish = _loaded(fields)
    with dry_run_savepoint(view.session, is_dry=True):
        done = hand_overs.hand_over(view.session, view.act, organisation, wish["to"], wish["from_day"])
        return {
            "kinds": shown_kinds(view, done.row.moved, done.rows),
            "left": hand_overs.left_events(view.session, done.row),
            "to": crud.find(view.session, Organisation, done.row.to_id),
            "from_day": done.row.from_day,
            "seen": _digest(done),
        }


def _digest(done: HandedOver) -> str:
    """Tells one outcome from another: what goes by kind, and what stays."""
    told = {kind: sorted(one for _table, one in rows) for kind, rows in done.rows.items()}
    return sha256(json.dumps([told, done.row.left], sort_keys=True).encode()).hexdigest()[:20]


@page(read=Role.ADMIN, write=Role.ADMIN)
def listing(view: View) -> Response:
    """The hand-overs, newest first; with POST one of them is undone."""
    refusal = None
    if request.method == "POST":
        identity = request.form.get("id", "")[:26]

        def undo() -> None:
            hand_overs.undo(view.session, view.act, hand_overs.find(view.session, identity))

        refusal = attempt(view, undo)
        if refusal is None:
            return redirect(url_for("pages.hand_overs", done="undone"), 303)
    number = page_number("number")
    statement = hand_overs.hand_overs_where(view.session)
    found, total = crud.page_of(view.session, statement, hand_overs.HAND_OVER_ORDER, (number - 1) * SIZE, SIZE)
    names = named_organisations(view, ids(*(one.organisation_id for one in found), *(one.to_id for one in found)))
    return view.page(
        "administration/hand_overs.html",
        refusal.status if refusal else 200,
        lines=[_line(view, one, names) for one in found],
        refusal=refusal,
        done=DONE.get(request.args.get("done", ""), "") if refusal is None else "",
        number=number,
        pages=pages_for(total, SIZE),
    )


def _line(view: View, row: OrganisationHandOver, names: Any) -> dict[str, Any]:
    return {
        "row": row,
        "name": names.get(row.organisation_id, ""),
        "to": names.get(row.to_id, ""),
        "kinds": shown_kinds(view, row.moved, {}),
        "left": hand_overs.left_events(view.session, row),
        "undo_until": merges.undo_until(view.act, row),
        "stayed": moved_rows.named(view.session, [(one["entity"], one["id"]) for one in row.stayed]),
    }
