"""History: what is over, year by year, and the form by which it is entered as closely as it is known."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from models.agreements import Agreement
from models.collation import localized_key
from models.events import RESULTS_LENGTH, Event
from models.i18n import N_
from models.vocabulary import ActivityType, EventKind, EventStatus, Role, SavedPage, Visibility
from service.actions import permissions
from service.actions.events import events, history_queries, undated
from service.schemas.events import KIND_SCHEMAS
from service.schemas.queries import KindEventQuery
from service.web.bound_form import BoundForm
from service.web.form_fields import FieldSpec, FieldType, values_of, with_days_read
from service.web.form_tokens import keep, new_token, recalled, token_of_form
from service.web.forms import FormRefusal, attempt
from service.web.labels import ACTIVITY_TYPES, VISIBILITIES
from service.web.list_columns import chosen, table_of
from service.web.page_decorator import page
from service.web.query_params import filters, page_number, pages_for
from service.web.view import View

PAGE_SIZE = 100
_FIRST, _LAST = 1900, 2199
_KINDS = (EventKind.ACTIVITY, EventKind.DELEGATION, EventKind.TRAINING_BATCH, EventKind.ART_TROUPE_VISIT)
"""What is entered without an anniversary to belong to."""

_WISH = "enter history"
"""The wish of the form, by which what it made is found again when it comes twice."""

WHEN_HINT = N_("As closely as it is known: 2008, 6/2021 or 7/3/2024.")


@dataclass(frozen=True, slots=True)
class PastYear:
    """What is known of a year: its events, those with a day first, and the agreements signed in it."""

    year: int
    events: list[Event]
    signed: list[Agreement]


@page()
def past(view: View) -> Response:
    """What is over, the latest year first; narrowed to a locality or to words."""
    asked = {name: request.args.get(name, "").strip() for name in ("locality", "q")}
    query, problems = filters(view, KindEventQuery, {name: value for name, value in asked.items() if value})
    number = page_number()
    found, total = history_queries.past_events(view.session, view.act, query, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    pages = pages_for(total, PAGE_SIZE)

    def url(**changed: Any) -> str:
        values = {**asked, "page": None} | changed
        return url_for("pages.history", **{name: value for name, value in values.items() if value})

    return view.page(
        "lists/past.html",
        years=_by_year(view, query, found, is_first=number == 1, is_last=number >= pages),
        table=table_of(view, chosen(view, SavedPage.HISTORY), found),
        total=total,
        number=number,
        pages=pages,
        url=url,
        asked=asked,
        problems=problems,
        places=_places(view),
        may_enter=view.may(Role.OFFICER) and permissions.oversees_own(view.session),
    )


def _by_year(view: View, query: dict[str, Any], found: list[Event], *, is_first: bool, is_last: bool) -> list[PastYear]:
    """The events of a page by year, with the agreements signed in the years it covers."""
    listed = {year: list(some) for year, some in groupby(found, key=lambda one: one.first_day.year)}
    earliest = _FIRST if is_last or not listed else min(listed)
    years = range(earliest, 1 + (_LAST if is_first or not listed else max(listed)))
    signed: dict[int, list[Agreement]] = {}
    for one in history_queries.agreements_signed(view.session, query, years):
        if one.signed_on is not None:
            signed.setdefault(one.signed_on.year, []).append(one)
    return [
        PastYear(year, listed.get(year, []), signed.get(year, [])) for year in sorted({*listed, *signed}, reverse=True)
    ]


def _places(view: View) -> list[tuple[str, str]]:
    known = view.compass.gazetteer.localities
    in_order = sorted(known.items(), key=lambda one: localized_key(one[1].name))
    return [(code, view.plain(place.name)) for code, place in in_order]


def _specs(view: View) -> tuple[FieldSpec, ...]:
    """The questions about something that is over."""
    places = _places(view)
    return (
        FieldSpec("kind", FieldType.CHOICE, N_("Kind"), options=[(one.value, view.kind(one)) for one in _KINDS],
                  default=EventKind.ACTIVITY.value, is_required=True),
        FieldSpec("title", FieldType.TEXTS, is_required=True),
        FieldSpec("first_day", FieldType.LINE, N_("When"), WHEN_HINT, is_required=True, length=20),
        FieldSpec("last_day", FieldType.LINE, N_("Until"), N_("Only if it went on into another day, month or year."),
                  length=20),
        FieldSpec("host", FieldType.CHOICE, options=places, default=view.act.office.locality, is_required=True),
        FieldSpec("guest", FieldType.CHOICE, options=places),
        FieldSpec("activity_type", FieldType.CHOICE, options=[
            (one.value, view.say(ACTIVITY_TYPES[one])) for one in ActivityType], hint=N_("Only of an activity.")),
        FieldSpec("headcount_actual", FieldType.NUMBER),
        FieldSpec("results", FieldType.LINES, length=RESULTS_LENGTH),
        FieldSpec("description", FieldType.PROSE, hint=N_("Say where it is known from.")),
        FieldSpec("visibility", FieldType.CHOICE, options=[
            (one.value, view.say(VISIBILITIES[one])) for one in Visibility], default=Visibility.INTERNAL.value,
                  is_required=True),
    )  # fmt: skip


@page(read=Role.OFFICER)
def new_past(view: View) -> AnyResponse:
    """The form; with POST, what is over is entered."""
    undated.check_may_enter(view.session, "status")
    specs = _specs(view)
    if request.method != "POST":
        return _form(view, specs, None)
    made: list[str] = []

    def enter() -> None:
        known = recalled(view, _WISH)
        made.append(known["event"] if known is not None else _enter(view, specs))
        if known is None:
            keep(view, _WISH, event=made[0])

    refusal = attempt(view, enter)
    if refusal is not None:
        return _form(view, specs, refusal)
    return redirect(url_for("pages.event", event_id=made[0], done="entered"), 303)


def _enter(view: View, specs: tuple[FieldSpec, ...]) -> str:
    wish = {name: value for name, value in values_of(specs, request.form).items() if value is not None}
    word = wish.pop("kind", "")
    kind = EventKind(word) if word in {one.value for one in _KINDS} else EventKind.ACTIVITY
    if kind is not EventKind.ACTIVITY:
        wish.pop("activity_type", None)
    values: dict[str, Any] = KIND_SCHEMAS[kind]().load(with_days_read(wish))
    return events.create_event(view.session, view.act, kind, values, status=EventStatus.COMPLETED).id


def _form(view: View, specs: tuple[FieldSpec, ...], refusal: FormRefusal | None) -> Response:
    is_again = refusal is not None
    return view.page(
        "lists/new_past.html",
        refusal.status if refusal else 200,
        form=BoundForm(view, specs, typed=request.form if is_again else None, refusal=refusal),
        token=token_of_form() if is_again else new_token(),
    )
