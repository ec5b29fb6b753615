"""A visit on freely chosen days, without an opening: conflicts are shown before anything is written."""

from collections.abc import Sequence
from dataclasses import replace

from flask import redirect, request
from werkzeug.wrappers import Response

from calendars.conflicts.commitment_checks import EventWarning
from models.i18n import N_
from models.vocabulary import Role
from service.actions.dry_run import dry_run_savepoint
from service.actions.events.create_with_bookings import EventRequest, create_with_bookings
from service.actions.scheduling.event_warnings import EventPresenter
from service.web.form_tokens import new_token, token_of_form
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.plan_event.form_state import TITLES, FormState, bound
from service.web.plan_event.proposal import PlanRequest, ProposedFigures, figures_of, read_plan_request
from service.web.plan_event.quick_line import told_of
from service.web.plan_event.resource_choices import ResourceChoice, active_resources, items_of, people_for
from service.web.plan_event.steps import anniversaries, shared
from service.web.plan_event.submit import (
    answered,
    arrangement,
    fields_wrong,
    recalled,
    share_box,
    shared_if_ticked,
    window,
)
from service.web.query_params import whole
from service.web.view import View


@page(read=Role.OFFICER)
def own_days(view: View) -> Response:
    """The form; with POST, what would clash, or the event made."""
    asked = FormState.read()
    case = read_plan_request(view, asked)
    if case.kind is None:
        return redirect(asked.url(), 303)
    if request.method != "POST":
        return _show(view, case)
    if case.wrong:
        return _show(view, case, FormRefusal(422, view.say(N_("Some entries are not right.")), case.wrong))
    match request.form.get("do"):
        case "look":
            notices: list[EventWarning] = []
            refusal = attempt(view, lambda: _look(view, case, notices))
            return _show(view, read_plan_request(view, asked), refusal, notices)
        case "make":
            return recalled(view) or _make(view, case)
        case _:
            wrong = view.say(N_("This page does not know that step. Reload it and try again."))
            return _show(view, case, FormRefusal(409, wrong))


def _make(view: View, case: PlanRequest) -> Response:
    made: list[str] = []
    refusal = attempt(view, lambda: made.append(_made(view, case)))
    if refusal is None:
        return answered(view, made[0])
    return _show(view, read_plan_request(view, FormState.read()), refusal)


def _made(view: View, case: PlanRequest) -> str:
    return shared_if_ticked(view, create_with_bookings(view.session, view.act, _wish(view, case)))


def _look(view: View, case: PlanRequest, notices: list[EventWarning]) -> None:
    """Try it out: what there would be to say about it."""
    with dry_run_savepoint(view.session, is_dry=True):
        event = create_with_bookings(view.session, view.act, _wish(view, case))
        presenter = EventPresenter(view.session, view.act)
        presenter.prefetch([event], closely=True)
        notices += presenter.warnings(event)


def _wish(view: View, case: PlanRequest) -> EventRequest:
    wanted = {item.resource.id: item.quantity for item in _taken(view, case)}
    return arrangement(view, case, _typed(view, case), None, wanted)


def _typed(view: View, case: PlanRequest) -> ProposedFigures:
    """Number and titles as they were typed: in a form that was sent an empty field is empty."""
    titles = {name: case.asked.get(name) for name in TITLES}
    return replace(figures_of(view, case), people=case.asked.get("people"), titles=titles)


def _taken(view: View, case: PlanRequest) -> list[ResourceChoice]:
    """What was chosen to be booked; no query when nothing was."""
    if not case.asked.many.get("resource"):
        return []
    people = case.asked.number("people") or 0
    chosen = FormState({**case.asked.one, "needs": "1"}, case.asked.many)
    return [item for item in items_of(active_resources(view), chosen, (), people) if item.is_chosen]


def _show(
    view: View, case: PlanRequest, refusal: FormRefusal | None = None, notices: Sequence[EventWarning] | None = None
) -> Response:
    figures = _typed(view, case) if request.method == "POST" else figures_of(view, case)
    wrong = fields_wrong(refusal.fields) if refusal else {}
    proposed = {
        "first_day": case.asked.get("first_day") or case.asked.get("day"),
        "last_day": case.asked.get("last_day") or ("" if request.method == "POST" else _last_day(case, figures)),
        "people": figures.people,
    }
    is_look = request.form.get("do") == "look"
    return view.page(
        "plan_event/own_days.html",
        refusal.status if refusal else 200,
        **shared(view, case),
        form=bound(view, case.asked, wrong, **proposed, **figures.titles),
        refusal=None if is_look else refusal,
        objection=refusal if is_look else None,
        wrong=wrong,
        line=told_of(view),
        notices=notices if refusal is None else None,
        chosen=_taken(view, case),
        share_offer=share_box(view, case, chooses_partner=case.promise is None),
        people=[one for one in people_for(view, case.asked, "") if one[2]] if case.asked.many.get("person") else [],
        anniversaries=anniversaries(view, case),
        token=token_of_form() if request.method == "POST" else new_token(),
    )


def _last_day(case: PlanRequest, figures: ProposedFigures) -> str:
    """Where a visit of the proposed length ends that begins on the day of the address."""
    length = whole(figures.days) or 0
    days = window(case.asked.get("day"), length) if length > 1 else None
    return days.last.isoformat() if days else ""
