"""Who of an event's people comes: answers, journeys, who came; and asking those who have not answered."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from calendars.events.labels import MEMBER_ANSWER_NAMES
from models.errors import Conflict, Stale
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, NP_, message
from models.queries.dated import has_days
from models.vocabulary import MemberAnswer, Side
from service.actions import crud
from service.actions.both_sides import own_people
from service.actions.events import chasing, events
from service.actions.events.attendance import Answers, ComingSight
from service.actions.events.members import MemberPosition, change_member, positions_of
from service.schemas.members import MemberSchema
from service.web.both_sides import own_people_form
from service.web.both_sides.wrong_fields import FieldPlaces, wrong_fields
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.view import View

JOURNEYS = ("arrival", "departure")
_PARTS = ("day", "hour", "by", "place", "met_by")
_DONE: Mapping[str, str] = {
    "answer": N_("It was saved."),
    "own": N_("It was saved."),
    "all": N_("It was saved."),
    "came": N_("It was saved."),
    "away": N_("It was saved."),
    "unknown": N_("It was saved."),
    "headcount": N_("The number of people who came was entered."),
}
_JOURNEY_NAMES: Mapping[str, str] = {
    "arrival": NP_("of a member", "Arrival"),
    "departure": NP_("of a member", "Departure"),
}
_TEXTS: Mapping[str, str] = {
    "by": N_("By flight, train or car"),
    "place": N_("Border gate, airport"),
    "met_by": N_("Who meets them"),
}
_CAME = {"came": True, "away": False, "unknown": None}


@page()
def coming_people(view: View, event_id: str) -> Response:
    """Who comes; with POST an answer, a journey, who came is entered, or those who have not answered are asked."""
    event = events.find_event(view.session, event_id)
    refusal: FormRefusal | None = None
    if request.method == "POST":
        word, told = request.form.get("do", ""), dict[str, Any]()
        refusal = attempt(view, lambda: told.update(_do(view, event, word)))
        if refusal is None:
            row = request.form.get("row", "")[:26]
            anchor = f"person-{row}" if row else None
            return redirect(url_for("pages.coming_people", event_id=event_id, done=word, _anchor=anchor, **told), 303)
        event = events.find_event(view.session, event_id)
    return _show(view, event, refusal)


def _do(view: View, event: Event, word: str) -> Mapping[str, int]:
    deeds: Mapping[str, Callable[[View, Event], Mapping[str, int]]] = {
        "answer": _answer,
        "own": own_people_form.save,
        "all": own_people_form.save,
        "came": _came,
        "away": _came,
        "unknown": _came,
        "chase": _chase,
        "headcount": _count,
    }
    if word not in deeds:
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
    return deeds[word](view, event)


def _member(view: View, event: Event) -> Member:
    member = crud.part(view.session, Member, event.id, request.form.get("row", ""))
    if request.form.get("version") != str(member.version):
        raise Stale
    return member


def _answer(view: View, event: Event) -> Mapping[str, int]:
    wish: dict[str, Any] = {"answer": request.form.get("answer") or None}
    if has_days(event):
        wish |= {name: _journey(name) for name in JOURNEYS}
    schema: type[Schema] = MemberSchema
    values: dict[str, Any] = schema(partial=True).load(wish)
    change_member(view.session, view.act, event, _member(view, event), values)
    return {}


def _journey(name: str) -> dict[str, str] | None:
    """A journey as it was typed, as the API takes it."""
    typed = {part: request.form.get(f"{name}.{part}", "").strip() for part in _PARTS}
    day, hour = typed.pop("day"), typed.pop("hour")
    if day or hour:
        typed["at"] = f"{day}T{hour}" if hour else day
    return {part: value for part, value in typed.items() if value} or None


def _came(view: View, event: Event) -> Mapping[str, int]:
    came = _CAME[request.form["do"]]
    change_member(view.session, view.act, event, _member(view, event), {"came": came})
    return {}


def _chase(view: View, event: Event) -> Mapping[str, int]:
    found = chasing.chase(view.session, view.act, event)
    return {"asked": found.asked, "lately": found.lately, "unreachable": found.unreachable}


def _count(view: View, event: Event) -> Mapping[str, int]:
    came = _guests_who_came(view, event)
    events.change_event(view.session, view.act, event, {"headcount_actual": came})
    return {}


def _guests_who_came(view: View, event: Event) -> int:
    return sum(one.member.came is True for one in positions_of(view.session, event.id) if one.member.side is Side.GUEST)


def _show(view: View, event: Event, refusal: FormRefusal | None) -> Response:
    sight = ComingSight.of(view.session, event)
    seats = [seat for seat in positions_of(view.session, event.id) if sight.sees(seat.member)]
    may_change = view.may_change(event)
    has_begun = has_days(event) and view.act.today >= event.arrives_on
    guests = sum(seat.member.came is True for seat in seats if seat.member.side is Side.GUEST)
    counted = Answers.of(seat.member for seat in seats)
    may_answer = own_people.may_answer(view.session, view.act, event)
    if may_answer:
        refusal = own_people_form.with_names(view, seats, refusal)
    opened = request.form.get("row", "") if refusal else request.args.get("edit", "")
    return view.page(
        "both_sides/coming.html",
        refusal.status if refusal else 200,
        event=event,
        seats=seats,
        counted=counted,
        answers=[(word.value, view.answer(word)) for word in MEMBER_ANSWER_NAMES],
        may_change=may_change,
        may_answer=may_answer,
        own=own_people_form.OwnFields(bool(refusal)),
        has_journeys=has_days(event),
        has_begun=has_begun,
        opened=opened if may_change else "",
        typed=_typed if refusal and request.form.get("do") == "answer" else _kept,
        guests_who_came=guests,
        offers_count=may_change and has_begun and guests > 0 and guests != event.headcount_actual,
        may_chase=may_change and any(map(_is_reachable, seats)) and chasing.may_chase(view.session, view.act, event),
        refusal=refusal,
        problems=wrong_fields(refusal, _places(view)),
        done="" if refusal else _told(view),
    )


def _is_reachable(seat: MemberPosition) -> bool:
    """Whether somebody has not answered and has an address to be asked at."""
    return seat.member.answer is MemberAnswer.NEEDS_ACTION and bool(seat.person.email)


def _places(view: View) -> FieldPlaces:
    places = {"answer": (view.say(NP_("of a member", "Answer")), "answer")}
    for name, told in _JOURNEY_NAMES.items():
        journey = view.say(told)
        places[name] = places[f"{name}.at"] = (f"{journey} – {view.say(N_('Day'))}", f"{name}-day")
        for part, label in _TEXTS.items():
            places[f"{name}.{part}"] = (f"{journey} – {view.say(label)}", f"{name}-{part}")
    return places


def _typed(member: Member, name: str, part: str) -> str:
    """What was typed into a field of the form that was refused."""
    return request.form.get(f"{name}.{part}" if part else name, "")


def _kept(member: Member, name: str, part: str) -> str:
    """What is known for a field of the form."""
    if not part:
        return str(member.answer.value)
    journey: Mapping[str, str] = getattr(member, name) or {}
    day, _t, hour = journey.get("at", "").partition("T")
    return {"day": day, "hour": hour}.get(part) if part in {"day", "hour"} else journey.get(part, "")  # type: ignore[return-value]


def _told(view: View) -> str:
    done = request.args.get("done", "")
    if done != "chase":
        return view.say(_DONE[done]) if done in _DONE else ""
    asked, lately, unreachable = (request.args.get(name, 0, int) for name in ("asked", "lately", "unreachable"))
    told = [view.say(N_("Asked by mail: {count}."), count=asked)]
    if lately:
        told.append(view.say(N_("Asked within the last 24 hours already: {count}."), count=lately))
    if unreachable:
        told.append(
            view.say(N_("Without an address that may be written to, ask them yourself: {count}."), count=unreachable)
        )
    return " ".join(told)
