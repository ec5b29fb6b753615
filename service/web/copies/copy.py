"""Copying a visit: a proposed day, what can come along, what of it fits, and one button that makes the draft."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.conflicts.commitment_checks import EventWarning
from models.i18n import N_, NP_
from models.vocabulary import CopyTake, Role
from service.actions.copies import copying, source
from service.actions.copies.proposed_days import ProposedDay, propose_day
from service.actions.copies.values import CopyOutcome, CopyWish
from service.actions.dry_run import dry_run_savepoint
from service.schemas.copies import CopyRequestSchema
from service.web import copied_lines, form_tokens
from service.web.bound_form import BoundForm
from service.web.copied_lines import LeftLine
from service.web.form_fields import FieldSpec, FieldType, read_day, values_of
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.query_params import whole
from service.web.view import View

FIELDS = (FieldSpec("first_day", FieldType.DAY, is_required=True),)
TAKES: Mapping[CopyTake, str] = {
    CopyTake.MEMBERS: N_("Who takes part"),
    CopyTake.PROGRAMME: N_("Programme"),
    CopyTake.TASKS: N_("Tasks"),
    CopyTake.BOOKINGS: N_("Rooms, cars, interpreters"),
    CopyTake.ESTIMATE: NP_("of money", "Estimate"),
}
_LAST_YEAR = 2199


@dataclass(frozen=True, slots=True)
class Preview:
    """What the copy would be: the event, how much of each came along, what did not, and what its days clash with.

    ``when`` are its days, ``title`` what it would be called.
    """

    title: str
    when: str
    copied: Mapping[CopyTake, int]
    left: Sequence[LeftLine]
    notices: Sequence[EventWarning]


@page(read=Role.OFFICER, is_trial=True)
def copy_page(view: View, event_id: str) -> Response:
    """What a copy would be; with POST, looked at for other days, or made."""
    if request.method != "POST":
        return _show(view, event_id)
    if request.form.get("do") == "look":
        return _show(view, event_id)
    known = form_tokens.recalled(view, copied_lines.ACTION)
    if known is not None:
        return _to(known["event"])
    made: list[str] = []
    refusal = attempt(view, lambda: made.append(_make(view, event_id)))
    # Undoing took what was read along: it is read again.
    return _to(made[0]) if refusal is None else _show(view, event_id, refusal)


def _to(event_id: str) -> Response:
    token = form_tokens.token_of_form()
    return redirect(url_for("pages.event", event_id=event_id, copied=token), 303)


def _wish(typed: str, taken: Collection[str]) -> CopyWish:
    """What was typed and ticked, as the API takes it.

    Raises:
        ValidationError: the day is no day.
    """
    day = values_of(FIELDS, {"first_day": typed})["first_day"]
    values = CopyRequestSchema().load({"first_day": day, "take": [take.value for take in TAKES if take in taken]})
    return CopyWish(values["first_day"], frozenset(values["take"]))


def _ticked() -> Sequence[str]:
    return request.form.getlist("take")


def _make(view: View, event_id: str) -> str:
    wish = _wish(request.form.get("first_day", ""), _ticked())
    outcome = copying.copy_event(view.session, view.act, event_id, wish)
    copied_lines.keep(view, outcome.event.id, outcome.left)
    return outcome.event.id


def _show(view: View, event_id: str, refusal: FormRefusal | None = None) -> Response:
    found = source.find_source(view.session, event_id)
    counts = source.counts(view.session, found)
    is_sent = request.method == "POST"
    proposed = None if is_sent or _asked_day() else propose_day(view.session, view.act, found, _asked_year())
    typed = request.form.get("first_day", "") if is_sent else _day_of_address(proposed)
    taken = set(_ticked()) if is_sent else {take.value for take in TAKES if counts[take]}
    previews: list[Preview] = []
    if refusal is None:
        refusal = attempt(view, lambda: previews.append(_look(view, event_id, typed, taken)))
        found = source.find_source(view.session, event_id)
    return view.page(
        "copies/copy.html",
        refusal.status if refusal else 200,
        event=found,
        form=BoundForm(view, FIELDS, typed={"first_day": typed}, refusal=refusal),
        refusal=refusal,
        proposed=proposed,
        takes=[(take.value, view.say(label), counts[take], take.value in taken) for take, label in TAKES.items()],
        preview=previews[0] if previews else None,
        token=form_tokens.token_of_form() if is_sent else form_tokens.new_token(),
    )


def _asked_day() -> str:
    day = read_day(request.args.get("first_day", ""))
    return day.isoformat() if day else ""


def _asked_year() -> int | None:
    year = whole(request.args.get("year", ""))
    return year if year is not None and 1900 <= year <= _LAST_YEAR else None


def _day_of_address(proposed: ProposedDay | None) -> str:
    return proposed.first_day.isoformat() if proposed is not None else _asked_day()


def _look(view: View, event_id: str, typed: str, taken: Collection[str]) -> Preview:
    """Try it out: what there would be, and what not."""
    with dry_run_savepoint(view.session, is_dry=True):
        return _seen(view, copying.copy_event(view.session, view.act, event_id, _wish(typed, taken)))


def _seen(view: View, outcome: CopyOutcome) -> Preview:
    """An outcome in words, before what it was read from is undone."""
    event = outcome.event
    return Preview(
        view.plain(event.title),
        view.days(event.first_day, event.last_day),
        outcome.copied,
        copied_lines.lines_of(view, outcome.left),
        outcome.notices,
    )
