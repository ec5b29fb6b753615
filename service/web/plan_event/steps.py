"""Plan a visit: what it is for, what it needs, and days without conflicts, chosen with one click."""

from collections.abc import Mapping
from typing import Any

from flask import request
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from calendars.days.spans import Days
from models.agreements import Anniversary
from models.errors import Conflict
from models.vocabulary import EventKind, Language, Role
from service.actions.agreements.agreement_queries import all_anniversaries
from service.actions.copies.repeats import Repeatable, last_visits
from service.actions.events.create_with_bookings import create_on_opening
from service.actions.scheduling.openings import festival_choices
from service.http.error_responses import flat
from service.schemas.openings import OpeningsQuery
from service.web.form_tokens import new_token, token_of_form
from service.web.forms import FormRefusal, attempt
from service.web.labels import ACTIVITY_TYPES
from service.web.language import SELF_NAMES
from service.web.page_decorator import page
from service.web.plan_event import opening_choices, resource_choices
from service.web.plan_event.form_state import FormState, bound
from service.web.plan_event.proposal import (
    DIRECTIONS,
    PlanRequest,
    ProposedFigures,
    figures_of,
    last_of,
    months_offered,
    promises,
    read_plan_request,
)
from service.web.plan_event.submit import (
    answered,
    arrangement,
    fields_wrong,
    nothing_chosen,
    recalled,
    share_box,
    shared_if_ticked,
    window,
)
from service.web.query_params import whole
from service.web.view import View

NEEDS, OPENINGS = "needs", "openings"

_MOST_ANNIVERSARIES = 200


@page(read=Role.OFFICER)
def new_visit(view: View) -> Response:
    """The step of the address; with POST, the visit made on the opening that was pressed, or why not."""
    if request.method == "POST":
        return recalled(view) or _take(view)
    asked = FormState.read()
    case = read_plan_request(view, asked)
    step = request.args.get("step", NEEDS if case.promise else "")
    if case.kind is None or case.wrong or step not in {NEEDS, OPENINGS}:
        return _show_what(view, case, case.wrong if step else {})
    return _show_needs(view, case, {}) if step == NEEDS else _show_openings(view, case)


def _take(view: View) -> Response:
    """Make the visit on the opening that was pressed, with all its bookings or not at all."""
    case = read_plan_request(view, FormState.read())
    if case.kind is None or case.wrong:
        return _show_what(view, case, case.wrong)
    made: list[str] = []
    refusal = attempt(view, lambda: made.append(_make(view, case)))
    if refusal is None:
        return answered(view, made[0])
    # Undoing took what was read along: it is read again.
    return _show_openings(view, read_plan_request(view, FormState.read()), refusal)


def _make(view: View, case: PlanRequest) -> str:
    figures = figures_of(view, case)
    wanted = _wanted(view, case, figures)
    asked = OpeningsQuery.request(OpeningsQuery().load(opening_choices.query_of(case, figures, list(wanted))))
    days = window(request.form.get("opening", ""), asked.days)
    if days is None:
        raise Conflict(nothing_chosen())
    wish = arrangement(view, case, figures, days, wanted)
    return shared_if_ticked(view, create_on_opening(view.session, view.act, wish, asked))


def _wanted(view: View, case: PlanRequest, figures: ProposedFigures) -> dict[str, int]:
    """What is booked: resource → how many."""
    items = _items(view, case, figures)
    known = {item.resource.id: item.quantity for item in items if item.is_chosen}
    # One that is gone or out of service by now is named by the search.
    return known | dict.fromkeys((one for one in case.asked.many.get("resource", ()) if one not in known), 1)


def _items(view: View, case: PlanRequest, figures: ProposedFigures) -> list[resource_choices.ResourceChoice]:
    resources = resource_choices.active_resources(view)
    people, days = whole(figures.people) or 0, whole(figures.days) or 0
    proposed = [] if case.asked.has_needs else resource_choices.proposal(view, case, resources, people, days)
    return resource_choices.items_of(resources, case.asked, proposed, people)


# The steps


def shared(view: View, case: PlanRequest) -> dict[str, Any]:
    """What the pages of all steps are written with."""
    places = view.compass.gazetteer
    ours = places.line(view.act.office.locality)
    standing = places.standing(view.act.today)
    partners = [(code, standing[code]) for code in view.places_in_order if code in standing and code not in ours]
    return {
        "asked": case.asked,
        "case": case,
        "ours": ours,
        "directions": {word: view.say(told) for word, told in DIRECTIONS.items()},
        "partners": [(code, view.plain(name)) for code, name in partners],
        "kinds": list(EventKind),
        "languages_typed": sorted(Language, key=lambda one: one != view.language),
        "language_names": SELF_NAMES,
        "must_type": Language.EN if view.language is Language.EN else Language.VI,
        "activity_types": [(word, view.say(ACTIVITY_TYPES[word])) for word in case.activity_types],
    }


def anniversaries(view: View, case: PlanRequest) -> list[Anniversary]:
    """What a ceremony can be held for; one query, and none for other kinds."""
    if case.kind is not EventKind.ANNIVERSARY:
        return []
    return list(all_anniversaries(view.session, _MOST_ANNIVERSARIES))


def _show_what(view: View, case: PlanRequest, wrong: Mapping[str, list[str]]) -> Response:
    return view.page(
        "plan_event/what.html",
        422 if wrong else 200,
        **shared(view, case),
        wrong=wrong,
        promises=promises(view, case.kind) if case.kind else [],
        day=case.asked.date("day"),
        chosen_days=_chosen_days(view, case.asked),
    )


def _chosen_days(view: View, asked: FormState) -> str:
    """The days that were chosen in the calendar, in words; of one day alone nothing."""
    first, last = asked.date("first_day"), asked.date("last_day")
    return view.days(first, last) if first and last and first < last else ""


def _show_needs(view: View, case: PlanRequest, wrong: Mapping[str, list[str]]) -> Response:
    figures, asked = figures_of(view, case), case.asked
    words = request.args.get("who", "").strip()[:100]
    return view.page(
        "plan_event/needs.html",
        422 if wrong else 200,
        **shared(view, case),
        figures=figures,
        form=bound(view, asked, wrong, **figures.titles, people=figures.people, days=figures.days),
        wrong=wrong,
        groups=resource_choices.grouped(view, _items(view, case, figures)),
        people=resource_choices.people_for(view, asked, words),
        who=words,
        months=months_offered(view, figures.first_month, figures.last_month),
        festivals=_festivals(view, case, figures),
        anniversaries=anniversaries(view, case),
        last=_last(view, case),
    )


def _last(view: View, case: PlanRequest) -> Repeatable | None:
    """The last visit for the same commitment, which can be copied instead."""
    if case.commitment is None:
        return None
    return last_visits(view.session, [case.commitment.id]).get(case.commitment.id)


def _festivals(view: View, case: PlanRequest, figures: ProposedFigures) -> list[tuple[str, str]]:
    """What the visit can come for: the office's festivals, and both countries' holidays in the months looked at."""
    country_of = view.compass.gazetteer.country_of
    countries = dict.fromkeys(country_of[code] for code in (case.host, case.guest) if code in country_of)
    within = Days(figures.first_month, max(figures.first_month, last_of(figures.last_month)))
    return [
        (word, f"{view.plain(name)}, {view.days(days.first, days.last)}" if days else view.plain(name))
        for word, name, days in festival_choices(view.session, list(countries), within)
    ]


def _show_openings(view: View, case: PlanRequest, refusal: FormRefusal | None = None) -> Response:
    figures = figures_of(view, case)
    items = _items(view, case, figures)
    chosen = [item for item in items if item.is_chosen]
    wish = opening_choices.query_of(case, figures, list(_wanted(view, case, figures)))
    found = opening_choices.search(view, wish)
    wrong = dict(found.wrong) or _wrong_words(view, case, figures)
    if wrong:
        return _show_needs(view, case, wrong)
    types = {item.resource.id: item.resource.type for item in items}
    most = opening_choices.SHOWN_ALL if request.values.get("more") else opening_choices.SHOWN
    return view.page(
        "plan_event/opening_choices.html",
        refusal.status if refusal else 200,
        **shared(view, case),
        figures=figures,
        form=bound(view, case.asked, {}),
        share_offer=share_box(view, case),
        refusal=refusal,
        openings=[(one, view.say(opening_choices.score_word(one.score))) for one in found.openings[:most]],
        total=len(found.openings),
        obstacles=found.refused,
        received=[] if found.openings else opening_choices.received(view, wish),
        helps=[] if found.openings else opening_choices.what_helps(view, case, wish, types),
        chosen=chosen,
        people=[one for one in resource_choices.people_for(view, case.asked, "") if one[2]],
        token=token_of_form() if request.method == "POST" else new_token(),
    )


def _wrong_words(view: View, case: PlanRequest, figures: ProposedFigures) -> dict[str, list[str]]:
    """What the event itself would be refused for, whatever its days: told before days are chosen."""
    try:
        arrangement(view, case, figures, window(view.act.today.isoformat(), 1), {})
    except ValidationError as wrong:
        return error_texts(view, wrong)
    return {}


def error_texts(view: View, wrong: ValidationError) -> dict[str, list[str]]:
    """Errors of a form in the reader's language, under the names of the page's fields."""
    return fields_wrong({name: [view.said(line) for line in lines] for name, lines in flat(wrong.messages).items()})
