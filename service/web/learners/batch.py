"""The learners of a batch: a table by stage, several added, going on or finishing with one form; and one learner."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import redirect, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from calendars.days.formatting import numeric_day
from calendars.learners.stages import StageFacts, begins_before, who
from models.errors import Conflict, Invalid, Stale
from models.events import Event
from models.i18n import N_, message
from models.learners import Learner
from models.vocabulary import Currency, EventStatus, Role
from service.actions import permissions
from service.actions.directory import directory_queries
from service.actions.events.members import members_of
from service.actions.ledger import learners
from service.schemas.learners import LearnerSchema
from service.web.form_fields import Groups
from service.web.forms import FormRefusal, attempt
from service.web.learner_lines import LearnerLine, lines_of
from service.web.learners.entries import by_stage, outcome_choices, shown, stage_choices, typed
from service.web.learners.refusals import labelled
from service.web.page_decorator import page
from service.web.view import View, ids

MOST_AT_ONCE = 100
_STAGE = ("stage", "institution_id", "starts_on", "ends_on", "stipend", "payer", "permit_expires_on")
_ENDED = ("ends_on", "outcome")
_OUTCOME = ("outcome", "ends_on", "qualification")
_ONE = (*_STAGE, "outcome", "qualification", "note")

OF_DRAFT = N_("The batch is still a draft: plan or confirm it, if its learners have begun.")
TOO_EARLY = N_("The batch begins on {day}, the studies of these before: {names}. Correct one of the two.")
NOBODY_CHOSEN = N_("Tick who is meant.")
TOO_MANY = N_("At most {count} at once.")
_DONE: Mapping[str, str] = {
    "add": N_("They were added."),
    "next": N_("They go on to the next stage."),
    "outcome": N_("The outcome was saved."),
    "save": N_("The learner was saved."),
    "remove": N_("The entry was taken out."),
}


@page(read=Role.OFFICER)
def batch(view: View, event_id: str) -> Response:
    """The learners of a batch; with POST, several are added or changed: all of them, or none."""
    event = learners.find_batch(view.session, event_id)
    word = request.form.get("do", "")
    refusal: FormRefusal | None = None
    if request.method == "POST":
        names: list[str] = []
        refusal = attempt(view, lambda: _deed(word)(view, event, names))
        if refusal is None:
            return redirect(url_for("pages.batch_learners", event_id=event_id, done=word), 303)
        refusal = labelled(view, refusal, names)
        event = learners.find_batch(view.session, event_id)
    return _show(view, event, word, refusal)


def _deed(word: str) -> Callable[[View, Event, list[str]], None]:
    deeds: Mapping[str, Callable[[View, Event, list[str]], None]] = {"add": _add, "next": _next, "outcome": _finish}
    if word not in deeds:
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
    return deeds[word]


def _show(view: View, event: Event, word: str, refusal: FormRefusal | None) -> Response:
    entries = learners.learners_of(view.session, event)
    soon = view.act.today + timedelta(days=learners.EXPIRING_DAYS)
    lines = lines_of(view, [(one, event) for one in entries], soon)
    may_change = permissions.may_change(view.session, event)
    known = {one.learner.person_id for one in entries}
    members = members_of(view.session, event.id) if may_change else []
    return view.page(
        "learners/batch.html",
        refusal.status if refusal else 200,
        event=event,
        groups=by_stage(lines, view),
        people=len({who(one.learner.person_id, one.learner.name) for one in entries}),
        doubts=_doubts(view, event, lines),
        members=[(person.id, view.person(person)) for _member, person in members if person.id not in known],
        may_change=may_change,
        refusal=refusal,
        form=request.form,
        word=word if refusal else "",
        chosen=set(request.form.getlist("chosen")) if refusal else set(),
        done=view.say(_DONE[request.args["done"]]) if request.args.get("done") in _DONE and not refusal else "",
        **_choices(view, event, set(), may_change=may_change),
    )


def _doubts(view: View, event: Event, lines: Sequence[LearnerLine]) -> list[str]:
    """What to warn of: the batch is not sure to be held, somebody begins before it."""
    found = []
    if lines and event.status is EventStatus.DRAFT:
        found.append(message(OF_DRAFT))
    early = [one.plain_name for one in lines if begins_before(StageFacts.of(one.learner), event.first_day)]
    if early:
        names = ", ".join(dict.fromkeys(early))
        found.append(message(TOO_EARLY, day=numeric_day(event.first_day), names=names))
    return [view.say(one) for one in found]


def _choices(view: View, event: Event, chosen: set[str], *, may_change: bool) -> dict[str, Any]:
    """What the forms offer; ``chosen`` are schools that are entered already."""
    schools = _schools(view, event, chosen) if may_change else []
    return {
        "stages": stage_choices(view),
        "outcomes": outcome_choices(view),
        "schools": schools,
        "places": view.place_choices if may_change else [],
        "currencies": [currency.value for currency in Currency],
    }


MOST_SCHOOLS = 500


def _schools(view: View, event: Event, chosen: set[str]) -> Groups:
    """The bodies that can be chosen: those that teach learners or host batches first, the others below, of each those
    of the batch's host first."""
    days = event.first_day, max(event.last_day, view.act.today)
    found = directory_queries.organisations_on(view.session, *days, chosen, MOST_SCHOOLS)
    teaching = learners.teaching(view.session) | chosen
    hosts = view.compass.gazetteer.line(event.host)
    in_order = sorted(found, key=lambda one: one.locality not in hosts)
    groups = [
        (view.say(heading), [(one.id, view.plain(one.name)) for one in in_order if (one.id in teaching) is teaches])
        for heading, teaches in ((N_("Institutions of training batches"), True), (N_("Other organisations"), False))
    ]
    return [(heading, listed) for heading, listed in groups if listed]


def _loaded(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as the API takes it.

    Raises:
        ValidationError: it makes no sense.
    """
    schema: type[Schema] = LearnerSchema
    loaded: dict[str, Any] = schema(partial=True).load(values)
    return loaded


def _add(view: View, event: Event, names: list[str]) -> None:
    """Add members of the batch and people of whom only a name is known, in one stage."""
    _check_may(view, event)
    chosen = request.form.getlist("person")
    written = [line for one in request.form.get("names", "").splitlines() if (line := " ".join(one.split()))]
    if not chosen and not written:
        raise Invalid({"person": [message(NOBODY_CHOSEN)]})
    _check_count(len(chosen) + len(written))
    values = _loaded(typed(view, _STAGE))
    known = {person.id: person for _member, person in members_of(view.session, event.id)}
    if any(one not in known for one in chosen):
        raise Stale
    names += [view.person(known[one]) for one in chosen] + written
    people = [{"person_id": one} for one in chosen]
    learned = [_loaded({"name": one}) for one in written]
    people += [{"name": one["name"]} for one in learned]
    learners.add_learners(view.session, view.act, event, [{**values, **person} for person in people])


def _next(view: View, event: Event, names: list[str]) -> None:
    """Let those who are ticked go on to another stage."""
    listed = _ticked(view, event, names)
    values = _loaded(typed(view, _STAGE, "next."))
    ended = _loaded(typed(view, _ENDED, "before."))
    learners.next_stage(view.session, view.act, event, listed, values, ended)


def _finish(view: View, event: Event, names: list[str]) -> None:
    """Enter what became of those who are ticked; what is left empty stays as it is."""
    listed = _ticked(view, event, names)
    sent = {name: value for name, value in typed(view, _OUTCOME, "outcome.").items() if value is not None}
    values = _loaded(sent)
    learners.change_learners(view.session, view.act, event, [(one, values) for one in listed])


def _ticked(view: View, event: Event, names: list[str]) -> list[Learner]:
    _check_may(view, event)
    chosen = list(dict.fromkeys(request.form.getlist("chosen")))
    if not chosen:
        raise Invalid({"chosen": [message(NOBODY_CHOSEN)]})
    _check_count(len(chosen))
    known = {one.learner.id: one for one in learners.learners_of(view.session, event)}
    for identity in chosen:
        one = known.get(identity)
        if one is None or request.form.get(f"version.{identity}") != str(one.learner.version):
            raise Stale
        names.append(view.plain(one.name))
    return [known[identity].learner for identity in chosen]


def _check_count(count: int) -> None:
    if count > MOST_AT_ONCE:
        raise Invalid({"chosen": [message(TOO_MANY, count=MOST_AT_ONCE)]})


def _check_may(view: View, event: Event) -> None:
    learners.find_batch(view.session, event.id, to_change=True)


# One learner


@page(read=Role.OFFICER)
def one_learner(view: View, event_id: str, learner_id: str) -> Response:
    """One entry of a learner: to be read, changed or taken out."""
    event = learners.find_batch(view.session, event_id)
    entry = learners.entry_of(view.session, event, learner_id)
    refusal: FormRefusal | None = None
    if request.method == "POST":
        word = request.form.get("do", "")
        refusal = attempt(view, lambda: _change_one(view, event, entry.learner, word))
        if refusal is None:
            anchor = None if word == "remove" else f"learner-{learner_id}"
            return redirect(url_for("pages.batch_learners", event_id=event_id, done=word, _anchor=anchor), 303)
        refusal = labelled(view, refusal, ())
        event = learners.find_batch(view.session, event_id)
        entry = learners.entry_of(view.session, event, learner_id)
    may_change = permissions.may_change(view.session, event)
    (line,) = lines_of(view, [(entry, event)], view.act.today)
    return view.page(
        "learners/one.html",
        refusal.status if refusal else 200,
        event=event,
        line=line,
        values=request.form if refusal else shown(entry.learner),
        version=request.form.get("version") if refusal and refusal.status != STALE else entry.learner.version,
        refusal=refusal,
        may_change=may_change,
        **_choices(view, event, ids(entry.learner.institution_id), may_change=may_change),
    )


STALE = 412


def _change_one(view: View, event: Event, learner: Learner, word: str) -> None:
    _check_may(view, event)
    if request.form.get("version") != str(learner.version):
        raise Stale
    if word == "remove":
        learners.remove_learner(view.session, view.act, event, learner)
        return
    if word != "save":
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
    sent = typed(view, _ONE)
    if learner.person_id is None:
        sent["name"] = request.form.get("name", "")
    learners.change_learner(view.session, view.act, event, learner, _loaded(sent))
