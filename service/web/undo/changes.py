"""What I did: the latest changes of the reader, each with its button where it can be undone, and the page that asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from models.events import Event
from models.i18n import N_
from models.vocabulary import Role
from service.actions import crud, permissions
from service.actions.undo import offers, undo
from service.actions.undo.checks import CHANGED_SINCE
from service.actions.undo.offers import UndoOffer
from service.web.forms import FormRefusal, attempt
from service.web.history import HistoryEntry, HistoryFormatter
from service.web.labels import FIELDS
from service.web.page_decorator import page
from service.web.view import View

ROWS_SHOWN = 10
"""Of one change; there may be hundreds, of a visit that was moved."""


@dataclass(frozen=True, slots=True)
class OwnChange:
    """One of the reader's changes as pages show it: what was done, at which events, and how it can be undone."""

    offer: UndoOffer
    entries: Sequence[HistoryEntry]
    more: int
    events: Sequence[tuple[str, Markup | str]]

    @property
    def request_id(self) -> str:
        """What it is undone by."""
        return self.offer.change.request_id

    @property
    def is_undo(self) -> bool:
        """Whether it undid another one, so that undoing it does that again."""
        return self.offer.change.undoes is not None


@page(read=Role.OFFICER)
def own_changes(view: View) -> Response:
    """The reader's latest changes; with ``show=undoable`` only those that can be undone."""
    found = _told(view, offers.offers(view.session, view.act, offers.own_requests(view.session, view.act)))
    only = request.args.get("show") == "undoable"
    return view.page(
        "undo/own_changes.html",
        changes=[one for one in found if one.offer.can_be or not only],
        only=only,
        done=request.args.get("done") == "undone",
    )


@page(read=Role.OFFICER)
def undo_change(view: View, request_id: str) -> Response:
    """Undo a change; where that is refused, say why beside what was done."""
    done: list[undo.UndoneChange] = []

    def wish() -> None:
        done.append(undo.undo(view.session, view.act, request_id))

    found = offers.offers(view.session, view.act, [request_id])
    if request_id not in found:
        wish()  # nothing of the reader's own: the error says it
    refusal = attempt(view, wish)
    if refusal is None:
        return redirect(_address_after(done[-1].event_ids), 303)
    refusal = _in_words(view, refusal)
    return view.page("undo/undo_change.html", refusal.status, change=_told(view, found)[0], refusal=refusal)


def _in_words(view: View, refusal: FormRefusal) -> FormRefusal:
    """A refusal that names a field, with what pages call it."""
    field = refusal.extra.get("field")
    if not isinstance(field, str) or field not in FIELDS or "changed_by" not in refusal.extra:
        return refusal
    name = refusal.extra["changed_by"] or view.say(N_("somebody else"))
    return replace(refusal, sentence=view.say(CHANGED_SINCE, field=view.say(FIELDS[field]), name=name))


def _address_after(event_ids: Sequence[str]) -> str:
    """Where it is told that a change was undone: on its event's page, of several events among one's own changes."""
    if len(event_ids) == 1:
        return url_for("pages.event", event_id=event_ids[0], done="undone", undo=g.request_id)
    return url_for("pages.own_changes", done="undone")


def _told(view: View, found: Mapping[str, UndoOffer]) -> list[OwnChange]:
    """Changes in words, the newest first; as many queries for many as for one."""
    shown = sorted(found.values(), key=lambda one: -one.change.last_row)
    rows = {one.change.request_id: one.rows[:ROWS_SHOWN] for one in shown}
    ids = {row.event_id for one in shown for row in one.rows if row.event_id is not None}
    titles = {one.id: one.title for one in crud.by_id(view.session, Event, ids).values()} if ids else {}
    readable = permissions.titles(view.session, titles)
    teller = HistoryFormatter(view, None, [row for some in rows.values() for row in some], {})
    return [
        OwnChange(
            one,
            [teller.entry(row, view.user) for row in rows[one.change.request_id]],
            len(one.rows) - len(rows[one.change.request_id]),
            [
                (event_id, view.text(readable[event_id]))
                for event_id in dict.fromkeys(row.event_id for row in one.rows)
                if event_id is not None and event_id in readable and not view.is_busy(readable[event_id])
            ],
        )
        for one in shown
    ]
