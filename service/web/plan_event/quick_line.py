"""One typed line becomes the filled-in planning form; nothing is written here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.quick_add.places import folded_names
from calendars.quick_add.reading import LONGEST_LINE, QuickLine, read_line
from models.i18n import N_
from models.vocabulary import EventKind, Language, Role
from service.actions.agreements.agreement_queries import all_agreements
from service.actions.directory.directory_queries import all_localities, all_organisations
from service.web.page_decorator import page
from service.web.plan_event.proposal import INCOMING, OUTGOING
from service.web.view import View

_MOST_BODIES = 1000
_MOST_OTHERS = 3


@dataclass(frozen=True, slots=True)
class LineTold:
    """What a page tells of a typed line: the line, what was understood of it, the words that were not, and which other
    partners it may mean."""

    line: str
    understood: list[tuple[str, str]]
    left_over: str
    doubt: str


@page(read=Role.OFFICER)
def quick_line(view: View) -> Response:
    """The planning form with what the line says; what it does not say is left to the officer."""
    line = request.args.get("line", "").strip()[:LONGEST_LINE]
    if not line:
        return redirect(url_for("pages.new_visit"), 303)
    said = _read(view, line)
    days = said.days
    kind = said.kind or (EventKind.DELEGATION if said.partner else EventKind.ACTIVITY)
    fields: dict[str, Any] = {
        "kind": kind.value,
        "first_day": days.first.isoformat() if days else "",
        "last_day": days.last.isoformat() if days else "",
        "people": str(said.people or ""),
        "partner": said.partner or "",
        "direction": (OUTGOING if said.is_outgoing else INCOMING) if said.partner else "",
        f"title_{_language(view, said)}": said.title,
        "line": line,
    }
    return redirect(url_for("pages.own_days", **{name: value for name, value in fields.items() if value}), 303)


def told_of(view: View) -> LineTold | None:
    """What to tell of the line that filled in the form; None: no line did."""
    line = request.args.get("line", "").strip()[:LONGEST_LINE] if request.method == "GET" else ""
    if not line:
        return None
    said = _read(view, line)
    understood = []
    doubt = ""
    if said.kind is not None:
        understood.append((view.say(N_("Kind")), view.kind(said.kind)))
    if said.days is not None:
        understood.append((view.say(N_("When")), view.days(said.days.first, said.days.last)))
    if said.people is not None:
        understood.append((view.say(N_("People planned")), str(said.people)))
    if said.partner is not None:
        understood.append((view.say(N_("Partner")), view.plain(view.locality_name(said.partner))))
        doubt = ", ".join(view.plain(view.locality_name(code)) for code in said.other_partners[:_MOST_OTHERS])
    return LineTold(line, understood, " ".join(said.left_over), doubt)


def _language(view: View, said: QuickLine) -> Language:
    """In which language the line's words are: in Lao letters Lao, else the reader's, or Vietnamese."""
    if said.is_lao:
        return Language.LO
    return Language.VI if view.language is Language.LO else view.language


def _read(view: View, line: str) -> QuickLine:
    return read_line(line, view.act.today, folded_names(_places(view)))


def _places(view: View) -> Iterator[tuple[str, list[str]]]:
    """The localities that a visit can be with, those of running agreements first, of these the nearest; then bodies as
    the locality they are of."""
    gazetteer, today = view.compass.gazetteer, view.act.today
    running = [one for one in all_agreements(view.session) if one.starts_on <= today <= one.ends_on]
    partners = {gazetteer.carrier(code, today) for one in running for code in one.parties}
    ours = gazetteer.line(view.act.office.locality)
    aliases = {one.code: one.aliases for one in all_localities(view.session)}
    for code in sorted(view.places_in_order, key=lambda code: gazetteer.carrier(code, today) not in partners):
        if code not in ours:
            names = [*gazetteer.localities[code].name.values(), *aliases.get(code, ())]
            yield gazetteer.carrier(code, today), names
    for body in all_organisations(view.session, _MOST_BODIES):
        if body.locality not in ours:
            yield gazetteer.carrier(body.locality, today), [*body.name.values(), *body.aliases]
