"""The programme editor: a table per day, typed like a spreadsheet, saved as a whole; the same without script."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.programmes.halls import Hall
from calendars.programmes.items import ProgrammeItemValues
from calendars.programmes.pasted_table import MOST_CELLS, MOST_HTML, count_cells, read_matrix
from calendars.programmes.pasting import BEGINS, PastedRow, columns_of, spread
from models.errors import Conflict
from models.event_parts import ProgrammeItem
from models.events import Event
from models.i18n import N_, message
from models.queries.dated import has_days
from models.queries.event_parts import programme_of
from models.vocabulary import Language, Role
from service.actions import permissions
from service.actions.events import events
from service.actions.programmes import editing
from service.actions.programmes.event_halls import halls_of
from service.web.form_fields import read_day
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.programme import merged_rows, notes, rows, sheet
from service.web.programme.notes import Notes
from service.web.programme.rows import EditorRow
from service.web.view import View

BOOK = "book"
UNKNOWN_STEP = N_("This page does not know that step. Reload it and try again.")


@dataclass(slots=True)
class Editing:
    """A programme that somebody edits: its rows as they are shown or were typed, and what is saved now.

    ``base`` is the programme that the editing began with.
    """

    view: View
    event: Event
    languages: tuple[Language, Language]
    items: Sequence[ProgrammeItem]
    halls: Sequence[Hall]
    rows: list[EditorRow]
    base: editing.Digests
    days: Sequence[date] = ()
    told: Notes = field(default_factory=dict)

    @property
    def stored(self) -> dict[str, ProgrammeItem]:
        """The items as they are saved, by id."""
        return {item.id: item for item in self.items}

    def values(self) -> dict[int, ProgrammeItemValues]:
        """What the rows say, by their places; empty ones are left out."""
        stored = self.stored
        read = ((place, rows.values_of(row, self.languages, stored)) for place, row in enumerate(self.rows))
        return {place: one for place, one in read if one is not None}

    def tell(self, more: Notes) -> None:
        """Add notes to rows."""
        for place, told in more.items():
            self.told.setdefault(place, []).extend(told)


@page(read=Role.OFFICER)
def edit(view: View, event_id: str) -> Response:
    """The programme of an event as tables; with POST, it is saved, checked, or rows are added."""
    event = events.find_event(view.session, event_id)
    permissions.check_change(view.session, event)
    if not has_days(event):
        return view.page("programme/editor.html", event=event, days=[])
    if request.method != "POST":
        return _show(_opened(view, event))
    word = request.form.get("do", "")
    outcome: list[Response | Editing] = []
    refusal = attempt(view, lambda: _do(view, event, word, outcome))
    if refusal is None and outcome and isinstance(outcome[0], Response):
        return outcome[0]
    if refusal is None and outcome and isinstance(outcome[0], Editing):
        return _show(outcome[0])
    # What was undone discarded what was read along: it is read again.
    return _show_refused(view, events.find_event(view.session, event_id), refusal)


def _opened(view: View, event: Event) -> Editing:
    """The editor as it opens: with the programme as it is saved."""
    languages = sheet.languages_of(view, event)
    items = programme_of(view.session, event.id)
    found = Editing(
        view,
        event,
        languages,
        items,
        halls_of(view.session, event),
        [EditorRow.of(item, languages) for item in items],
        editing.digests_of(items),
    )
    found.days = sheet.days_of(event, [item.day for item in items])
    sheet.add_empty(found.rows, found.days)
    found.tell(_warned(found))
    return found


def _typed(view: View, event: Event) -> Editing:
    """The editor as it was typed.

    Raises:
        Conflict: the form can't be read.
    """
    languages = sheet.languages_of(view, event)
    typed = rows.read_rows(request.form, languages)
    typed_days = [day for row in typed if (day := read_day(row.day))]
    return Editing(
        view,
        event,
        languages,
        programme_of(view.session, event.id),
        halls_of(view.session, event),
        typed,
        sheet.read_version(request.form.get("version", "")),
        sheet.days_of(event, typed_days),
    )


def _do(view: View, event: Event, word: str, outcome: list[Response | Editing]) -> None:
    if word == "save":
        _save(view, event)
        outcome.append(redirect(url_for("pages.edit_programme", event_id=event.id, done="saved"), 303))
        return
    typed = _typed(view, event)
    if word == "look":
        typed.tell(_warned(typed))
        outcome.append(_only_notes(typed) if request.form.get("only") == "notes" else typed)
    elif word == "paste":
        outcome.append(_pasted(typed))
    elif word in ("more", "day"):
        _add(typed, word)
        outcome.append(typed)
    else:
        raise Conflict(message(UNKNOWN_STEP))


def _save(view: View, event: Event) -> None:
    typed = _typed(view, event)

    def read(present: Sequence[ProgrammeItem]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        typed.items = present
        return rows.load(typed.rows, typed.languages, typed.stored), _bookings(typed)

    editing.save_edited(view.session, view.act, event, read, typed.base)


def _bookings(typed: Editing) -> list[dict[str, Any]]:
    """The bookings that are ticked.

    Raises:
        Conflict: the hours of one changed since it was ticked.
    """
    gaps = notes.gaps_of(typed.event, list(typed.values().values()), typed.halls)
    offered = {gap.key: gap for gap in gaps if gap.key}
    ticked = dict.fromkeys(request.form.getlist(BOOK))
    for key in ticked:
        hall = next((gap.hall for gap in gaps if key.startswith(f"{gap.hall.id}|")), None)
        if key not in offered and hall is not None:
            sentence = N_("The hours at “{hall}” changed after you ticked to book it. Tick it again, or not.")
            raise Conflict(message(sentence, hall=hall.name))
    return [
        {
            "event_id": typed.event.id,
            "resource_id": offered[key].hall.id,
            "from_": offered[key].begins,
            "to": offered[key].ends,
        }
        for key in ticked
        if key in offered
    ]


def _warned(found: Editing) -> Notes:
    for row in found.rows:
        for column, told in rows.hours_of(row)[2].items():
            row.wrong[column] = [found.view.say(one) for one in told]
    return notes.warnings(found.view, found.event, found.values(), found.halls, request.form.getlist(BOOK))


def _add(typed: Editing, word: str) -> None:
    """Add empty rows to every day, or a day."""
    if word == "day":
        day = read_day(request.form.get("another_day", ""))
        if day is None or day not in sheet.stay_of(typed.event):
            raise Conflict(message(N_("Choose a day of the event.")))
        typed.days = sorted({*typed.days, day})
        sheet.add_empty(typed.rows, typed.days)
    else:
        sheet.add_empty(typed.rows, typed.days, always=True)
    typed.tell(_warned(typed))


def _pasted(typed: Editing) -> Response | Editing:
    """The rows of what was pasted: to the page's script as they are, else put into their days."""
    start = request.form.get("paste_at", BEGINS)
    if start not in columns_of(typed.languages):
        raise Conflict(message(UNKNOWN_STEP))
    html, text = request.form.get("pasted_html", ""), request.form.get("pasted", "")
    matrix = read_matrix(html, text) if len(html) <= MOST_HTML else []
    if len(html) > MOST_HTML or count_cells(matrix) > MOST_CELLS:
        raise Conflict(message(N_("That table is too large: {count} cells at the most."), count=MOST_CELLS))
    found = spread(matrix, start, typed.languages, typed.days)
    if request.form.get("only") == "rows":
        return jsonify(rows=[{"day": one.day.isoformat() if one.day else "", "cells": one.cells} for one in found])
    day = read_day(request.form.get("paste_day", "")) or typed.days[0]
    _put(typed, found, day)
    typed.tell(_warned(typed))
    return typed


def _put(typed: Editing, found: Sequence[PastedRow], day: date) -> None:
    """Put pasted rows into their days, ``day`` for those that name none, before the empty rows."""
    for one in found:
        typed.rows.append(EditorRow((one.day or day).isoformat(), cells=dict(one.cells)))
    typed.days = sheet.days_of(typed.event, [*typed.days, day])
    sheet.in_days(typed.rows)


def _show_refused(view: View, event: Event, refusal: FormRefusal | None) -> Response:
    """The page with what was typed and why it was refused; merged with what others saved meanwhile."""
    try:
        typed = _typed(view, event)
    except Conflict:
        return _show(_opened(view, event), refusal)
    others: list[str] = []
    if refusal is not None and refusal.status == 412:
        merged = merged_rows.merge_saved(view, typed.rows, typed.languages, typed.stored, typed.base)
        typed.rows, typed.base = merged.rows, editing.digests_of(typed.items)
        typed.days = sheet.days_of(event, [day for row in typed.rows if (day := read_day(row.day))])
        others = merged.gone
        typed.tell(_warned(typed))
        typed.tell(merged.told)
    else:
        left = rows.mark(typed.rows, typed.languages, typed.stored, refusal.fields if refusal else {})
        refusal = replace(refusal, fields={"": left} if left else {}) if refusal else None
        typed.tell(_warned(typed))
        if refusal is not None:
            typed.tell(notes.clashes(view, event, typed.values(), typed.halls, refusal.extra))
    return _show(typed, refusal, others)


def _only_notes(found: Editing) -> Response:
    """What is told beside the rows, for the page's script."""
    return found.view.page(
        "programme/editor_notes.html",
        told=sheet.notes_by_place(found.rows, found.told),
        attention=sheet.attention(found.view, found.rows, found.told),
    )


def _show(found: Editing, refusal: FormRefusal | None = None, others: Sequence[str] = ()) -> Response:
    view, event = found.view, found.event
    is_saved = request.args.get("done") == "saved" and request.method != "POST"
    return view.page(
        "programme/editor.html",
        refusal.status if refusal else 200,
        **sheet.shown(view, event, found.languages, found.items, found.halls, found.rows, found.days, found.told),
        version=sheet.version_of(found.base),
        refusal=refusal,
        others=others,
        is_unsaved=request.method == "POST" and refusal is None,
        is_saved=is_saved,
        publishing=sheet.publishing(view, event, found.items) if is_saved else None,
        pasted=request.form.get("pasted", "") if refusal else "",
    )
