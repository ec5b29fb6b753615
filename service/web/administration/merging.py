"""Merging doubles: the two side by side with what would move, one button, the list with undo, and likely doubles."""

import json
from hashlib import sha256
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.errors import Stale
from models.i18n import N_, NP_
from models.places import Organisation, Person
from models.successions import Merge
from models.vocabulary import MergedEntity, Role
from service.actions import crud, outside, permissions
from service.actions.directory import directory_queries, doubles, merges, moved_rows
from service.actions.directory.merges import MergeOutcome
from service.actions.dry_run import dry_run_savepoint
from service.web.administration.moved_kinds import shown_kinds
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.query_params import page_number, pages_for
from service.web.row_names import named_organisations
from service.web.view import View, ids

SIZE = 20
CHOICES = 20
DONE = {
    "made": N_("Both are one now. It can be undone for seven days."),
    "undone": N_("It was undone."),
}
_AREAS = {MergedEntity.PERSON: "people", MergedEntity.ORGANISATION: "organisations"}
_LABELS = {
    "name": NP_("of a person", "Name"),
    "name_lo": N_("Name in Lao script"),
    "name_latin": N_("Name as in the passport"),
    "honorific": N_("Form of address"),
    "locality": N_("Locality"),
    "aliases": N_("Also called"),
    "organisation_id": N_("Organisation"),
    "position": N_("Position"),
    "precedence": N_("Precedence"),
    "email": N_("E-mail address"),
    "phone": N_("Telephone"),
    "languages": N_("Languages"),
}
_COMPARED = {
    MergedEntity.PERSON: (
        "name", "name_lo", "name_latin", "honorific", "organisation_id", "position", "precedence", "email", "phone",
        "languages",
    ),
    MergedEntity.ORGANISATION: ("name", "locality", "aliases", "email"),
}  # fmt: skip


@page(read=Role.APPROVER, write=Role.APPROVER, is_trial=True)
def merge_person(view: View, person_id: str) -> Response:
    """Merge a person who was entered twice."""
    return _merge(view, MergedEntity.PERSON, person_id)


@page(read=Role.APPROVER, write=Role.APPROVER, is_trial=True)
def merge_organisation(view: View, organisation_id: str) -> Response:
    """Merge an organisation that was entered twice."""
    return _merge(view, MergedEntity.ORGANISATION, organisation_id)


def _address(entity: MergedEntity, identity: str, into: str | None = None) -> str:
    """Where a double is merged."""
    if entity is MergedEntity.PERSON:
        return url_for("pages.merge_person", person_id=identity, into=into)
    return url_for("pages.merge_organisation", organisation_id=identity, into=into)


def _merge(view: View, entity: MergedEntity, identity: str) -> Response:
    double = crud.find(view.session, merges.MODELS[entity], identity)
    asked = request.form if request.method == "POST" else request.args
    into_id = asked.get("into", "")[:26]
    if not into_id:
        return _choose(view, entity, double)
    refusal = None
    if request.method == "POST":
        refusal = attempt(view, lambda: _make(view, entity, identity, into_id))
        if refusal is None:
            return redirect(url_for("pages.merges", done="made"), 303)
    return _show(view, entity, identity, into_id, refusal)


def _make(view: View, entity: MergedEntity, identity: str, into_id: str) -> None:
    """Merge.

    Raises:
        Stale: something else would move than what the page showed.
    """
    done = merges.merge(view.session, view.act, entity, identity, into_id)
    # In a trial nothing is kept: it is run only to show the page anew.
    if _digest(done) != request.form.get("seen") or outside.is_trial(view.session):
        raise Stale


def _digest(done: MergeOutcome) -> str:
    told = [done.row.moved, list(done.filled), list(done.combined)]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:20]


def _show(view: View, entity: MergedEntity, identity: str, into_id: str, refusal: FormRefusal | None) -> Response:
    """Both side by side as they are, and what would move."""
    model = merges.MODELS[entity]
    double, into = crud.find(view.session, model, identity), view.session.get(model, into_id)
    lines = _side_by_side(view, entity, double, into) if into is not None else []
    names = [view.text(one.name) if entity is MergedEntity.ORGANISATION else one.name for one in (double, into) if one]
    preview: list[dict[str, Any]] = []
    if refusal is None or refusal.status == 412:
        wrong = attempt(view, lambda: preview.append(_preview(view, entity, identity, into_id)))
        refusal = refusal or wrong
    return view.page(
        "administration/merge.html",
        refusal.status if refusal else 200,
        area=_AREAS[entity],
        target=_address(entity, identity),
        swapped=_address(entity, into_id, into=identity) if into is not None else "",
        names=names,
        into_id=into_id,
        lines=lines,
        preview=preview[0] if preview else None,
        refusal=refusal,
        chosen=None,
    )


def _preview(view: View, entity: MergedEntity, identity: str, into_id: str) -> dict[str, Any]:
    with dry_run_savepoint(view.session, is_dry=True):
        done = merges.merge(view.session, view.act, entity, identity, into_id)
        return {
            "kinds": shown_kinds(view, done.row.moved, {}),
            "filled": [view.say(_LABELS.get(name, name)) for name in done.filled],
            "combined": moved_rows.named(view.session, [("event", one) for one in done.combined]),
            "seen": _digest(done),
        }


def _side_by_side(view: View, entity: MergedEntity, double: Any, into: Any) -> list[tuple[str, Any, Any]]:
    """What both say, field by field; what neither says is left out."""
    shown = [
        directory_queries.shown(view.session, one) if entity is MergedEntity.PERSON else one for one in (double, into)
    ]
    bodies = named_organisations(view, ids(*(getattr(one, "organisation_id", None) for one in shown)))
    lines = []
    for name in _COMPARED[entity]:
        told = [_told(view, name, getattr(one, name), bodies) for one in shown]
        if any(told):
            lines.append((view.say(_LABELS[name]), told[0] or "–", told[1] or "–"))
    return lines


def _told(view: View, name: str, value: Any, bodies: Any) -> Any:
    if name == "organisation_id":
        return bodies.get(value or "", "")
    if name == "locality":
        return view.place(value)
    if isinstance(value, dict):
        return view.text(value)
    return ", ".join(value) if isinstance(value, list) else value or ""


def _choose(view: View, entity: MergedEntity, double: Any) -> Response:
    """Who is it that stays? Searched by words, by its own name at first."""
    is_person = entity is MergedEntity.PERSON
    own = double.name if is_person else view.plain(double.name)
    q = request.args.get("q", "")[:200] or own.split()[-1]
    found: list[Any] = (
        crud.page_matching(view.session, Organisation, q, 0, CHOICES + 1)[0]
        if not is_person
        else directory_queries.people_page(view.session, q, 0, CHOICES + 1)[0]
    )
    bodies = named_organisations(view, ids(*(getattr(one, "organisation_id", None) for one in found)))
    rows = [one for one in found if one.id != double.id and _is_own(view, entity, one)][:CHOICES]
    return view.page(
        "administration/merge.html",
        area=_AREAS[entity],
        target=_address(entity, double.id),
        names=[own],
        lines=[],
        preview=None,
        refusal=None,
        q=q,
        chosen=[
            (
                one.id,
                one.name if is_person else view.text(one.name),
                bodies.get(one.organisation_id or "", "") if is_person else view.place(one.locality),
            )
            for one in rows
        ],
    )


def _is_own(view: View, entity: MergedEntity, row: Any) -> bool:
    return permissions.oversees(view.session, merges.whose(entity, row))


@page(read=Role.APPROVER, write=Role.APPROVER)
def listing(view: View) -> Response:
    """The merges, newest first; with POST one of them is undone."""
    refusal = None
    if request.method == "POST":
        identity = request.form.get("id", "")[:26]
        refusal = attempt(view, lambda: merges.undo(view.session, view.act, merges.find(view.session, identity)))
        if refusal is None:
            return redirect(url_for("pages.merges", done="undone"), 303)
    number = page_number("number")
    found, total = crud.page_of(
        view.session, merges.merges_where(view.session), merges.MERGE_ORDER, (number - 1) * SIZE, SIZE
    )
    return view.page(
        "administration/merges.html",
        refusal.status if refusal else 200,
        lines=[_line(view, one) for one in found],
        refusal=refusal,
        done=DONE.get(request.args.get("done", ""), "") if refusal is None else "",
        number=number,
        pages=pages_for(total, SIZE),
    )


def _line(view: View, row: Merge) -> dict[str, Any]:
    stays = view.session.get(merges.MODELS[row.entity], row.into_id)
    name = "" if stays is None else stays.name if isinstance(stays.name, str) else view.text(stays.name)
    return {
        "row": row,
        "area": _AREAS[row.entity],
        "name": name,
        "kinds": shown_kinds(view, row.moved, {}),
        "undo_until": merges.undo_until(view.act, row),
        "stayed": moved_rows.named(view.session, [(one["entity"], one["id"]) for one in row.stayed]),
    }


@page(read=Role.APPROVER)
def likely_doubles(view: View) -> Response:
    """Pairs that are probably one, page by page: of people, or of organisations."""
    is_of_bodies = request.args.get("of") == "organisations"
    entity = MergedEntity.ORGANISATION if is_of_bodies else MergedEntity.PERSON
    pairs = doubles.likely(view.session, entity)
    number = page_number("number")
    shown = pairs[(number - 1) * SIZE : number * SIZE]
    both: list[Any] = [one for pair in shown for one in (pair.stays, pair.double)]
    bodies = named_organisations(view, ids(*(getattr(one, "organisation_id", None) for one in both)))
    return view.page(
        "administration/doubles.html",
        of="organisations" if is_of_bodies else "people",
        pairs=[
            {
                "link": _address(entity, pair.double.id, into=pair.stays.id),
                "rows": [_facts(view, one, bodies) for one in (pair.stays, pair.double)],
                "reasons": [view.say(reason) for reason in pair.reasons],
            }
            for pair in shown
        ],
        total=len(pairs),
        number=number,
        pages=pages_for(len(pairs), SIZE),
    )


def _facts(view: View, row: Any, bodies: Any) -> tuple[Any, list[Any]]:
    """What a row is called, and what tells it apart."""
    if isinstance(row, Person):
        seen = directory_queries.shown(view.session, row)
        told = [view.text(seen.position), bodies.get(seen.organisation_id or "", ""), seen.email or ""]
        return seen.name, [one for one in told if one]
    return view.text(row.name), [one for one in (view.place(row.locality), row.email or "") if one]
