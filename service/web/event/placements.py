"""The page of placements: who is in which car, room and seat; proposed, changed and saved in one form."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Response as FlaskResponse
from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.documents.value import Run, Seat, SeatingPlan
from calendars.placements import checks
from calendars.placements.checks import PlacementWarning
from calendars.placements.item_forms import ItemForm
from calendars.placements.proposals import WantedTables
from calendars.placements.values import (
    SEATS_OF_A_ROUND_TABLE,
    Carrier,
    Guest,
    PlacedTable,
    Placements,
    Setting,
    TableForm,
)
from models.errors import Conflict, NotFound, Stale
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.vocabulary import Severity, Side
from service.actions.documents import placements
from service.actions.documents.placements import PlacementBoard
from service.actions.events import events
from service.documents import figures
from service.http.app_context import current_context
from service.schemas.placements import MOST_SEATS, MOST_TABLES, PlacementsSchema
from service.web.event.placement_form import WHOLE_VISIT, FormTable, PlacementForm, columns
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.view import View

_PROPOSALS = {"propose_vehicles": "vehicles", "propose_rooms": "rooms", "propose_tables": "tables"}
_FORMS = {TableForm.LONG: N_("long, two sides"), TableForm.ROUND: N_("round")}
NEW = "new"


@dataclass(frozen=True, slots=True)
class SeatedItem:
    """An item of the programme with its tables; ``key`` stands for it in the form's names."""

    key: str
    title: str
    tables: Sequence[FormTable]
    people: Sequence[tuple[Guest, str, str]]


@dataclass(frozen=True, slots=True)
class PageWarning:
    """A warning, and where what causes it is changed on this page or another."""

    severity: Severity
    detail: str
    advice: str
    link: str


@page()
def placements_page(view: View, event_id: str) -> Response:
    """Who is in which car, room and seat of an event; a proposal fills the form and saves nothing."""
    event = events.find_event(view.session, event_id)
    board = placements.read_board(view.session, event)
    if request.method != "POST":
        return _show(view, event, board, PlacementForm.of(board.placed, board.setting), board.warnings)
    outcome = _FormOutcome()
    refusal = attempt(view, lambda: _do(view, event, board, outcome))
    if refusal is None and outcome.form is None:
        return redirect(url_for("pages.placements", event_id=event_id, done="saved"), 303)
    event = events.find_event(view.session, event_id)  # rolling back discarded it
    form = outcome.form or PlacementForm.typed(request.form, board.setting)
    return _show(view, event, board, form, outcome.warnings, refusal, is_open=True)


@dataclass(slots=True)
class _FormOutcome:
    """A form that was filled in or changed but not saved, with what does not fit in it; None: it was saved."""

    form: PlacementForm | None = None
    warnings: Sequence[PlacementWarning] = ()


def _do(view: View, event: Event, board: PlacementBoard, outcome: _FormOutcome) -> None:
    word = request.form.get("do", "")
    typed = PlacementForm.typed(request.form, board.setting)
    if word == "save":
        placements.lock(view.session, event)
        if request.form.get("version") != str(placements.read_board(view.session, event).version):
            raise Stale
        wanted = PlacementsSchema().load(typed.placements().to_json())
        placements.replace_placements(view.session, view.act, event, Placements.read(wanted))
    elif word in _PROPOSALS:
        outcome.form, outcome.warnings = _proposed(view, event, typed, _PROPOSALS[word])
    elif word == "add_table":
        outcome.form = _with_table(typed)
    else:
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _proposed(
    view: View, event: Event, typed: PlacementForm, part: str
) -> tuple[PlacementForm, Sequence[PlacementWarning]]:
    """The form with one part filled in by a proposal, the others as they were typed."""
    wanted = _wanted(typed) if part == "tables" else []
    made = placements.propose_placements(view.session, event, current_context().settings.secret_key, wanted)
    if part == "tables" and not made.placed.tables:
        raise Conflict(
            message(N_("No item of the programme is called talks or a banquet: add a table to an item, then propose."))
        )
    kept = typed.without_rooms() if part == "rooms" else typed
    placed = replace(kept.placements(), **{part: getattr(made.placed, part)})
    told = [one for one in made.warnings if one.code == "sex_unknown"] if part == "rooms" else []
    return PlacementForm.of(placed, typed.setting), [*checks.warnings(placed, typed.setting), *told]


def _wanted(typed: PlacementForm) -> list[WantedTables] | None:
    """The items that have tables in the form, each by the form of its first table; None where there are none."""
    first: dict[str, FormTable] = {}
    for table in typed.tables:
        if table.item_id is not None and not table.is_removed:
            first.setdefault(table.item_id, table)
    found = []
    for item, table in first.items():
        if table.form == TableForm.ROUND:
            typed_size = int(table.seats) if table.seats.isdecimal() and len(table.seats) < 4 else 0
            size = typed_size if 2 <= typed_size <= MOST_SEATS else SEATS_OF_A_ROUND_TABLE
            found.append(WantedTables(item, ItemForm.BANQUET, size))
        else:
            found.append(WantedTables(item, ItemForm.SESSION))
    return found or None


def _with_table(typed: PlacementForm) -> PlacementForm:
    item = request.form.get(f"{NEW}.item", "")
    if item != WHOLE_VISIT and item not in {one.id for one in typed.setting.items}:
        raise Conflict(message(N_("Choose the item of the programme at which the table stands.")))
    if len(typed.tables) >= MOST_TABLES:
        raise Conflict(message(N_("More tables are not possible.")))
    form = TableForm.ROUND if request.form.get(f"{NEW}.form") == TableForm.ROUND else TableForm.LONG
    seats = request.form.get(f"{NEW}.seats", "").strip()
    return typed.with_table(item, form, seats)


def _show(
    view: View,
    event: Event,
    board: PlacementBoard,
    form: PlacementForm,
    warnings: Sequence[PlacementWarning],
    refusal: FormRefusal | None = None,
    *,
    is_open: bool = False,
) -> Response:
    setting = board.setting
    return view.page(
        "event/placements.html",
        refusal.status if refusal else 200,
        event=event,
        target=url_for("pages.placements", event_id=event.id),
        may_change=view.may_change(event),
        version=request.form.get("version", "") if is_open else str(board.version),
        people=form.people,
        guests=[one for one in form.people if one.side is Side.GUEST],
        hosts=[one for one in form.people if one.side is Side.HOST],
        cars=[(number, _when(view, column), column) for number, column in enumerate(columns(setting.vehicles))],
        houses=setting.rooms,
        items=[(item.id, _item(view, setting, item.id)) for item in setting.items],
        whole_visit=WHOLE_VISIT,
        seated=_seated(view, form),
        forms=[(one.value, view.say(label)) for one, label in _FORMS.items()],
        values=form.values,
        told=[_linked(view, event, one) for one in warnings],
        refusal=refusal,
        is_unsaved=is_open and refusal is None,
        done=request.args.get("done") == "saved",
        pictures=[] if is_open else _pictures(view, board),
    )


def _when(view: View, column: Sequence[Carrier]) -> str:
    """From when to when the bookings of a column are, in one line."""
    first, last = min(one.starts for one in column), max(one.ends for one in column)
    return view.days(first.date(), max(first.date(), column[0].nights[1], last.date()))


def _item(view: View, setting: Setting, key: str) -> str:
    item = next((one for one in setting.items if one.id == key), None)
    return view.say(N_("The whole visit")) if item is None else f"{view.plain(item.title)}, {view.numeric(item.day)}"


def _seated(view: View, form: PlacementForm) -> list[SeatedItem]:
    """The items at which there are tables, in the order of the programme."""
    keys = [WHOLE_VISIT, *(item.id for item in form.setting.items)]
    return [
        SeatedItem(key, _item(view, form.setting, key), of_item, form.people_at(key))
        for key in keys
        if (of_item := [table for table in form.tables if table.item == key])
    ]


def _pictures(view: View, board: PlacementBoard) -> list[tuple[int, str, str]]:
    """The tables that are drawn: number, name, and who sits where in words."""
    names = {one.id: one.name for one in board.setting.people}
    return [
        (
            number,
            f"{_item(view, board.setting, table.item_id or WHOLE_VISIT)}: {table_name(view, table)}",
            ", ".join(f"{seat} {names[one]}" for seat, one in enumerate(table.seats, 1) if one in names),
        )
        for number, table in enumerate(board.placed.tables)
        if table.seated
    ]


def table_name(view: View, table: PlacedTable) -> str:
    """What a table is called: a number, or the name somebody gave it."""
    if table.name.isascii() and table.name.isdigit():
        return view.say(N_("Table {number}"), number=table.name)
    return table.name


_MENDED = {
    "too_few_seats": "cars",
    "two_cars": "cars",
    "too_few_beds": "rooms",
    "two_rooms": "rooms",
    "two_seats": "tables",
    "item_gone": "tables",
}
"""Warning → the part of the page where it is mended; others by where they are about."""

_ELSEWHERE = frozenset({"booking_gone", "too_few_rooms"})
"""Warnings that another booking mends."""


def _linked(view: View, event: Event, one: PlacementWarning) -> PageWarning:
    part = _MENDED.get(one.code) or {"vehicles": "cars"}.get(one.at.partition(".")[0], one.at.partition(".")[0])
    link = f"#{part}" if part else ""
    if one.code in _ELSEWHERE:
        link = url_for("pages.event", event_id=event.id, _anchor="bookings")
    elif one.code == "seats_unknown":
        link = url_for("pages.resources")
    return PageWarning(one.severity, view.say(one.detail), view.say(one.advice), link)


@page()
def picture(view: View, event_id: str, number: str) -> Response:
    """A table as it is saved, seen from above: a drawing."""
    event = events.find_event(view.session, event_id)
    board = placements.read_board(view.session, event)
    place = int(number) if number.isdecimal() and len(number) < 6 else MOST_TABLES
    if place >= len(board.placed.tables):
        raise NotFound(noun("placement"), number)
    table = board.placed.tables[place]
    names = {one.id: one.name for one in board.setting.people}
    seats = [
        Seat(seat, ((Run(names[one], view.language),),) if one in names else ())
        for seat, one in enumerate(table.seats, 1)
    ]
    middle = len(table.sides[0])
    title = ((Run(table_name(view, table), view.language, bold=True),),)
    is_round = table.form is TableForm.ROUND
    drawn = figures.svg(SeatingPlan(title, tuple(seats[:middle]), tuple(seats[middle:]), round=is_round))
    answer = FlaskResponse(drawn, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store"
    return answer
