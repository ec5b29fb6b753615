"""The pages of gifts and goods: the list of all, those of a visit, and the form of one."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.errors import Conflict, Stale
from models.events import Event
from models.i18n import N_, message
from models.vocabulary import GiftKind, Role, SavedPage, Side
from service.actions import crud, permissions
from service.actions.ledger import gift_rounds, gifts, rights
from service.actions.ledger.gift_queries import GIFT_ORDER, GiftReader, gifts_where, totals
from service.schemas.gifts import GiftQuery
from service.schemas.word_names import GIFT_KINDS
from service.web.bound_form import BoundForm
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.form_tokens import keep, new_token, recalled, token_of_form
from service.web.forms import FormRefusal, attempt
from service.web.gifts import fields
from service.web.gifts.lines import lines_of, totals_of
from service.web.list_columns import chosen, table_of
from service.web.page_decorator import page
from service.web.query_params import filters, page_number, pages_for
from service.web.view import View

PAGE_SIZE = 100
SHOWN = 500
DONE: Mapping[str, str] = {
    "new": N_("The gift was entered."),
    "round": N_("The gifts were entered."),
    "change": N_("The gift was changed."),
    "delete": N_("The gift was deleted."),
}
_FILTERS = ("given_by", "given_to", "kind", "year", "agreement_id", "q")
_NEW, _ROUND = "enter a gift", "enter gifts for members"


@page(read=Role.OFFICER)
def gift_list(view: View) -> Response:
    """All gifts and goods that the reader may read, the latest first, with sums currency by currency."""
    asked = {name: request.args.get(name, "").strip() for name in _FILTERS}
    query, problems = filters(view, GiftQuery, {name: value for name, value in asked.items() if value})
    number = page_number()
    found = gifts_where(view.session, query)
    rows, total = crud.page_of(view.session, found, GIFT_ORDER, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    pages = pages_for(total, PAGE_SIZE)

    def url(**changed: Any) -> str:
        values = {**asked, "page": None} | changed
        return url_for("pages.gifts", **{name: value for name, value in values.items() if value})

    lines = lines_of(view, rows)
    return view.page(
        "gifts/list.html",
        lines=lines,
        table=table_of(view, chosen(view, SavedPage.GIFTS), lines),
        totals=totals_of(view, totals(view.session, view.act, query)),
        total=total,
        number=number,
        pages=pages,
        url=url,
        asked=asked,
        problems=problems,
        places=view.place_choices,
        kinds=[(kind.value, view.say(name)) for kind, name in GIFT_KINDS.items()],
        done=_done(),
    )


@page(read=Role.OFFICER)
def event_gifts(view: View, event_id: str) -> Response:
    """The gifts of a visit, given and received; entering one for each of several members at once."""
    event = rights.find_event(view.session, event_id)
    refusal: FormRefusal | None = None
    if request.method == "POST":
        refusal = attempt(view, lambda: _give_round(view, rights.find_event(view.session, event_id, to_change=True)))
        if refusal is None:
            return redirect(url_for("pages.event_gifts", event_id=event_id, done="round"), 303)
        event = rights.find_event(view.session, event_id)
    rows, total = crud.page_of(view.session, gifts_where(view.session, {"event_id": event.id}), GIFT_ORDER, 0, SHOWN)
    lines = lines_of(view, rows)
    may_change = view.may_change(event)
    people = fields.people_of(view, event) if may_change else []
    hosts = view.compass.gazetteer.line(event.host)
    return view.page(
        "gifts/event.html",
        refusal.status if refusal else 200,
        event=event,
        groups=[
            (Side.HOST, [one for one in lines if one.record.row.given_by in hosts]),
            (Side.GUEST, [one for one in lines if one.record.row.given_by not in hosts]),
        ],
        totals=totals_of(view, totals(view.session, view.act, {"event_id": event.id})),
        count=total,
        may_change=may_change,
        form=_round_form(view, people, refusal) if people and event.guest else None,
        token=token_of_form() if refusal else new_token(),
        refusal=refusal,
        done=_done(),
    )


def _round_specs(view: View, people: list[tuple[str, str]]) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("people", FieldType.MANY, N_("For whom"), options=people),
        FieldSpec("spouse", FieldType.FLAG, N_("Also for the spouse of the head of the delegation")),
        FieldSpec("description", FieldType.TEXTS, N_("What each is given"), is_required=True),
        FieldSpec("unit", FieldType.LINE, N_("Counted in"), N_("For example: piece, set, box."), length=40),
        FieldSpec(
            "value",
            FieldType.MONEY,
            N_("Value of each"),
            N_("Leave it empty if it is not known."),
        ),
    )


def _round_form(view: View, people: list[tuple[str, str]], refusal: FormRefusal | None) -> BoundForm:
    return BoundForm(
        view,
        _round_specs(view, people),
        typed=request.form if refusal else None,
        refusal=refusal,
        prefix="round-",
    )


def _give_round(view: View, event: Event) -> None:
    if recalled(view, _ROUND) is not None:
        return
    wish = values_of(_round_specs(view, fields.people_of(view, event)), request.form)
    people, spouse = wish.pop("people"), wish.pop("spouse")
    # Who gives follows from who receives, person by person.
    values = fields.loaded(wish | {"kind": GiftKind.GOODS.value})
    gift_rounds.give_each(view.session, view.act, event, values, people, spouse=spouse)
    keep(view, _ROUND, event=event.id)


@page(read=Role.OFFICER)
def new_gift(view: View) -> Response:
    """The form of a new gift; of a visit if the address names one."""
    event_id = request.values.get("event_id", "")
    event = rights.find_event(view.session, event_id, to_change=True) if event_id else None
    refusal: FormRefusal | None = None
    if request.method == "POST":
        refusal = attempt(view, lambda: _enter(view, event))
        if refusal is None:
            return redirect(_back(event_id or None, "new"), 303)
        event = rights.find_event(view.session, event_id) if event_id else None
    own = permissions.own_office(view.session)
    held: dict[str, Any] = {"given_by": own}
    if event is not None:
        own_line = view.compass.gazetteer.line(own)
        sides = [place for place in (event.host, event.guest) if place]
        held["given_by"] = next((place for place in sides if place in own_line), own)
        held["given_to"] = next((place for place in sides if place not in own_line), None)
        held["is_planned"] = gifts.is_planned(view.act, event, None)
    return _form(view, event, None, held, refusal)


def _enter(view: View, event: Event | None) -> None:
    if recalled(view, _NEW) is not None:
        return
    values = fields.read(view, event) | ({"event_id": event.id} if event is not None else {})
    keep(view, _NEW, gift=gifts.create_gift(view.session, view.act, values).id)


@page(read=Role.OFFICER)
def gift(view: View, gift_id: str) -> Response:
    """One gift: its form for who may change it, and what to warn of."""
    row = gifts.find_gift(view.session, gift_id)
    event = view.session.get(Event, row.event_id) if row.event_id else None
    refusal: FormRefusal | None = None
    if request.method == "POST":
        event_id, word = row.event_id, request.form.get("do", "")
        refusal = attempt(view, lambda: _change(view, gift_id, word))
        if refusal is None:
            return redirect(_back(event_id, word), 303)
        row = gifts.find_gift(view.session, gift_id)  # rolling back discarded it
        event = view.session.get(Event, row.event_id) if row.event_id else None
    return _form(view, event, row, fields.present(view, row), refusal)


def _change(view: View, gift_id: str, word: str) -> None:
    row = gifts.find_gift(view.session, gift_id, to_change=True)
    if request.form.get("version") != str(row.version):
        raise Stale
    event = view.session.get(Event, row.event_id) if row.event_id else None
    match word:
        case "change":
            gifts.change_gift(view.session, view.act, row, fields.read(view, event, partial=True))
        case "delete":
            gifts.delete_gift(view.session, view.act, row)
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _form(view: View, event: Event | None, row: Any, held: Mapping[str, Any], refusal: FormRefusal | None) -> Response:
    form = BoundForm(
        view,
        fields.specs(view, event),
        held,
        fields.choices(view, event),
        typed=request.form if refusal else None,
        refusal=refusal,
        prefix="g-",
    )
    record = GiftReader(view.session).record(row) if row is not None else None
    return view.page(
        "gifts/form.html",
        refusal.status if refusal else 200,
        event=event,
        gift=row,
        form=form,
        warnings=record.warnings if record is not None else (),
        may_change=row is None or gifts.may_change(view.session, row),
        token=token_of_form() if refusal else new_token(),
    )


def _back(event_id: str | None, word: str) -> str:
    if event_id is not None:
        return url_for("pages.event_gifts", event_id=event_id, done=word)
    return url_for("pages.gifts", done=word)


def _done() -> str:
    return DONE.get(request.args.get("done", ""), "")
