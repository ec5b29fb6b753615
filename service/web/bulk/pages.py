"""Ticked events or tasks: choose a change, see what it would do to each, do it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from models.accounts import User
from models.errors import Conflict
from models.i18n import N_, message
from models.places import Organisation
from service.actions import crud
from service.actions.accounts import account_queries
from service.actions.bulk import changes
from service.actions.bulk.changes import BulkStep, TriedRow
from service.actions.bulk.event_steps import EventStep, event_step, in_turn
from service.actions.bulk.task_steps import TaskStep, task_step
from service.actions.directory.directory_queries import organisations_on
from service.actions.events import event_queries
from service.web.forms import FormRefusal, attempt
from service.web.labels import FIELDS, VISIBILITIES
from service.web.page_decorator import page
from service.web.query_params import whole
from service.web.view import View, ids

_MOST_OPTIONS = 500


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """A change as the page offers it, with what can be chosen or typed for it."""

    word: str
    label: str
    options: Sequence[tuple[str, str]] = ()
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A row of the preview in words."""

    identity: str
    version: int
    name: Markup | str
    detail: Markup | str
    is_change: bool
    before: Markup | str
    after: Markup | str
    why_not: Sequence[str]


@dataclass(frozen=True, slots=True)
class BulkForm:
    """What is typed on the page: the rows, the change, its values, and with which versions the rows were shown."""

    rows: Sequence[str]
    what: str
    typed: Mapping[str, str]
    versions: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "BulkForm":
        """What this request says."""
        form = request.form
        listed = [*form.getlist("row"), *(one for many in form.getlist("all") for one in many.split())]
        rows = [one[:26] for one in dict.fromkeys(listed) if one.isascii()]
        typed = {
            name.removeprefix("value-"): text.strip()[:60] for name, text in form.items() if name.startswith("value-")
        }
        versions = {}
        for one in form.getlist("version"):
            identity, _colon, number = one.partition(":")
            versions[identity[:26]] = whole(number) or 0
        return cls(rows, form.get("what", ""), typed, versions)

    @property
    def value(self) -> str:
        """The value of the chosen change."""
        return self.typed.get(self.what, "")


@page()
def change_events(view: View) -> Response:
    """Several events: who is in charge, the organisation, the visibility, other days."""
    form = BulkForm.read()

    def step() -> BulkStep[Any]:
        return event_step(view.session, view.act, EventStep(form.what), form.value)

    def ordered(rows: Sequence[str]) -> list[str]:
        return in_turn(view.session, list(rows), EventStep(form.what), form.value)

    back = (url_for("pages.coming"), view.say(N_("What is coming")))
    return _answer(view, form, set(EventStep), step, ordered, _offered_events, _event_lines, back)


@page()
def change_tasks(view: View) -> Response:
    """Several tasks: done, for whom, other days."""
    form = BulkForm.read()

    def step() -> BulkStep[Any]:
        return task_step(view.session, view.act, TaskStep(form.what), form.value)

    back = (url_for("pages.tasks"), view.say(N_("Things to do")))
    return _answer(view, form, set(TaskStep), step, list, _offered_tasks, _task_lines, back)


def _answer(
    view: View,
    form: BulkForm,
    known: set[Any],
    step: Callable[[], BulkStep[Any]],
    ordered: Callable[[Sequence[str]], list[str]],
    offered: Callable[[View], list[OfferedStep]],
    lines_of: Callable[[View, BulkForm, list[TriedRow[Any]]], list[PreviewLine]],
    back: tuple[str, str],
) -> Response:
    refusal: FormRefusal | None = None
    lines: list[PreviewLine] = []
    target = request.path
    match request.form.get("do") if request.method == "POST" else None:
        case None | "choose":
            pass
        case "preview":
            tried: list[TriedRow[Any]] = []
            refusal = _checked(view, form, known) or attempt(
                view, lambda: tried.extend(changes.preview(view.session, ordered(form.rows), step()))
            )
            lines = lines_of(view, form, tried)
        case "apply":
            count: list[int] = []

            def do() -> None:
                versions = {identity: form.versions.get(identity, 0) for identity in ordered(form.rows)}
                count.append(changes.apply(view.session, versions, step()))

            refusal = _checked(view, form, known) or attempt(view, do)
            if refusal is None:
                return redirect(f"{target}?done={count[0]}", 303)
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
    return view.page(
        "bulk/change.html",
        refusal.status if refusal else 200,
        rows=form.rows,
        steps=offered(view) if form.rows else [],
        what=form.what,
        typed=form.typed,
        lines=lines,
        changing=[line for line in lines if line.is_change],
        refusal=refusal,
        target=target,
        back=back[0],
        back_name=back[1],
        done=whole(request.args.get("done", "")),
    )


def _checked(view: View, form: BulkForm, known: set[Any]) -> FormRefusal | None:
    """A refusal where no change is chosen that there is."""
    if form.what in known:
        return None
    return FormRefusal(422, view.say(N_("Choose what is to be changed.")))


def _offered_events(view: View) -> list[OfferedStep]:
    accounts = account_queries.active_accounts(view.session, _MOST_OPTIONS)
    return [
        OfferedStep(EventStep.IN_CHARGE, view.say(N_("Person in charge")), accounts),
        OfferedStep(EventStep.ORGANISATION, view.say(FIELDS["organisation_id"]), _bodies(view)),
        OfferedStep(
            EventStep.VISIBILITY, view.say(FIELDS["visibility"]),
            [(word.value, view.say(name)) for word, name in VISIBILITIES.items()],
        ),
        OfferedStep(EventStep.SHIFT, view.say(N_("Move by so many days (-2: earlier)")), is_number=True),
    ]  # fmt: skip


def _offered_tasks(view: View) -> list[OfferedStep]:
    return [
        OfferedStep(TaskStep.DONE, view.say(N_("Mark as done"))),
        OfferedStep(TaskStep.RESPONSIBLE, view.say(N_("For whom")), _bodies(view)),
        OfferedStep(TaskStep.SHIFT, view.say(N_("Move by so many days (-2: earlier)")), is_number=True),
    ]


def _bodies(view: View) -> list[tuple[str, str]]:
    today = view.act.today
    return [(one.id, view.plain(one.name)) for one in organisations_on(view.session, today, today, ())]


def _event_lines(view: View, form: BulkForm, tried: list[TriedRow[Any]]) -> list[PreviewLine]:
    told = _teller(view, form.what, tried)
    return [_line(view, one, one.row.title, view.event_days(one.row), told) for one in tried]


def _task_lines(view: View, form: BulkForm, tried: list[TriedRow[Any]]) -> list[PreviewLine]:
    told = _teller(view, form.what, tried)
    events = event_queries.events_by_id(view.session, ids(*(one.row.event_id for one in tried)))
    return [_line(view, one, one.row.title, view.text(events[one.row.event_id].title), told) for one in tried]


def _line(
    view: View, one: TriedRow[Any], title: Mapping[str, str], detail: Markup | str, told: Callable[[Any], Markup | str]
) -> PreviewLine:
    difference = one.difference
    return PreviewLine(
        one.identity,
        one.version,
        view.text(title),
        detail,
        difference is not None and difference.is_change,
        told(difference.before) if difference else "",
        told(difference.after) if difference else "",
        [view.say(why) for why in one.why_not],
    )


def _teller(view: View, what: str, tried: Sequence[TriedRow[Any]]) -> Callable[[Any], Markup | str]:
    """How the values of a change are told; one query however many rows there are."""
    values = {value for one in tried if one.difference for value in (one.difference.before, one.difference.after)}
    names: Mapping[str, Markup | str] = {}
    if what == EventStep.IN_CHARGE:
        found = crud.by_id(view.session, User, {value for value in values if value})
        names = {identity: user.name for identity, user in found.items()}
    elif what in {EventStep.ORGANISATION, TaskStep.RESPONSIBLE}:
        bodies = crud.by_id(view.session, Organisation, {value for value in values if value})
        names = {identity: view.text(body.name) for identity, body in bodies.items()}

    def told(value: Any) -> Markup | str:
        match value:
            case None:
                return "–"
            case (first, last):
                return view.days(first, last)
            case bool():
                return view.say(N_("yes")) if value else view.say(N_("no"))
            case _ if what == EventStep.VISIBILITY:
                return view.say(VISIBILITIES[value])
            case str():
                return names.get(value, "–")
            case _:
                return view.day(value)

    return told
