"""The people of an event: the list in order of precedence, and import of a file: previewed, then confirmed."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from hashlib import sha256

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.days.known_days import known_days_of, machine_readable
from calendars.member_lists.column_names import COLUMNS
from calendars.member_lists.csv_files import TableRow, read_csv, refused
from calendars.member_lists.xlsx_files import is_workbook
from models.errors import Conflict, Stale
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, Message, message
from models.places import Organisation
from models.vocabulary import Role
from service.actions import crud, outside
from service.actions.dry_run import dry_run_savepoint
from service.actions.events import events
from service.actions.events.attendance import Answers, ComingSight
from service.actions.events.members import MemberPosition, movable, move_member, positions_of
from service.actions.imports.member_list_export import member_sheet, member_template
from service.actions.imports.member_lists import ImportedList, ImportedRow, import_member_file
from service.actions.imports.xlsx_reader import read_workbook
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.view import View

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_FILE = 1_400_000
"""In bytes: the file is sent back in a form field, a third longer, and forms have a size limit."""

MOVES: Mapping[str, int] = {"up": -1, "down": 1}

ACTIONS: Mapping[str, str] = {
    "added": N_("Will be added"),
    "changed": N_("Will be changed"),
    "unchanged": N_("Stays as it is"),
}


@page(read=Role.OFFICER, is_long=True)
def members(view: View, event_id: str) -> Response:
    """The list; with POST, a preview of a file, or its import: exactly as previewed, or not at all."""
    event = events.find_event(view.session, event_id)
    if request.method != "POST":
        return _show(view, event)
    content: list[bytes] = []
    imported: list[ImportedList] = []
    refusal = attempt(view, lambda: _do(view, event, content, imported))
    if refusal is None and request.form.get("do") == "import":
        return redirect(url_for("pages.members", event_id=event_id, done="import"), 303)
    if refusal is None and request.form.get("do") in MOVES:
        # Back to whom was moved, so that a next move needs no searching.
        moved = f"person-{request.form.get('row', '')[:26]}"
        return redirect(url_for("pages.members", event_id=event_id, _anchor=moved), 303)
    # Rolling back discarded the loaded rows: load them again.
    return _show(view, events.find_event(view.session, event_id), refusal, content, imported)


@page(read=Role.OFFICER)
def member_file(view: View, event_id: str) -> Response:
    """The list as a file to fill in: a template if nobody is on it yet."""
    event = events.find_event(view.session, event_id)
    response = Response(member_sheet(view.session, event.id, view.language), mimetype="text/csv")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="members-{machine_readable(*known_days_of(event))}.csv"'
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@page(read=Role.OFFICER)
def member_template_file(view: View) -> Response:
    """An empty list as a workbook to fill in."""
    response = Response(member_template(view.language), mimetype=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="members.xlsx"'
    return response


def _do(view: View, event: Event, content: list[bytes], imported: list[ImportedList]) -> None:
    match request.form.get("do"):
        case "look":
            content.append(_uploaded())
            with dry_run_savepoint(view.session, is_dry=True):
                imported.append(import_member_file(view.session, view.act, event, content[0], _lines))
        case "import":
            content.append(_sent_back())
            made = import_member_file(view.session, view.act, event, content[0], _lines)
            if _digest(content[0], made.rows) != request.form.get("seen"):
                raise Stale
        case "up" | "down" as way:
            member = crud.part(view.session, Member, event.id, request.form.get("row", ""))
            if request.form.get("version") != str(member.version):
                raise Stale
            move_member(view.session, view.act, event, member, MOVES[way])
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _uploaded() -> bytes:
    file = request.files.get("file")
    content = outside.ask("upload", lambda: lambda: file.read(MAX_FILE + 1)) if file else b""
    if not content:
        raise refused(message(N_("Choose a file that is not empty.")))
    if len(content) > MAX_FILE:
        raise refused(message(N_("The file is too large. A list alone, without pictures, is far smaller.")))
    return content


def _sent_back() -> bytes:
    try:
        return urlsafe_b64decode(request.form.get("content", "").encode())
    except (NotBase64, ValueError):
        raise Stale from None


def _lines(content: bytes) -> Sequence[TableRow]:
    """The lines of either kind of file; a browser's content type is only a guess from the name."""
    return read_workbook(content) if is_workbook(content) else read_csv(content)


def _digest(content: bytes, imported: Sequence[ImportedRow]) -> str:
    """Distinguishes previews: the file, and what it does to whom."""
    # A new person has another id each time.
    new = {one.person_id for one in imported if one.is_new}

    def told(one: ImportedRow) -> tuple[object, ...]:
        people = tuple("" if person in new else person for person in (one.person_id, one.counterpart_id))
        return (*astuple(one)[:5], *people, one.changed, one.kept, one.counterpart)

    rows = [told(one) for one in imported]
    return sha256(content + json.dumps(rows).encode()).hexdigest()[:20]


def _show(
    view: View,
    event: Event,
    refusal: FormRefusal | None = None,
    content: Sequence[bytes] = (),
    imported: Sequence[ImportedList] = (),
) -> Response:
    rows = imported[0].rows if imported else []
    seats = positions_of(view.session, event.id)
    return view.page(
        "imports/member_lists.html",
        refusal.status if refusal else 200,
        event=event,
        seats=seats,
        moves=movable(seats) if view.may_change(event) else {},
        coming=_coming(view, event, seats),
        refusal=refusal,
        wrong=_by_place(view, refusal.fields) if refusal else [],
        lacks_organisation=any(place.endswith(".organisation") for place in refusal.fields) if refusal else False,
        imported=rows if refusal is None else (),
        remarks=[view.say(remark) for remark in imported[0].remarks] if imported and refusal is None else [],
        count=Counter(one.action for one in rows),
        actions={action: view.say(label) for action, label in ACTIONS.items()},
        organisations=_organisations(view, rows),
        is_given={name: any(getattr(one, name) for one in rows) for name in ("name_lo", "name_latin", "counterpart")},
        columns={name: view.plain(title) for name, title in COLUMNS.items()},
        content=urlsafe_b64encode(content[0]).decode() if imported and content else "",
        seen=_digest(content[0], rows) if imported and content else "",
        done=request.args.get("done", ""),
    )


def _coming(view: View, event: Event, seats: Sequence[MemberPosition]) -> str:
    """How many answered whether they come, of the people of whom the reader sees it; empty if of nobody."""
    sight = ComingSight.of(view.session, event)
    counted = Answers.of(seat.member for seat in seats if sight.sees(seat.member))
    return view.say(counted.sentence()) if counted.people else ""


def _organisations(view: View, rows: Sequence[ImportedRow]) -> dict[str, str]:
    """The names of the organisations of a preview, by id."""
    found = crud.by_id(view.session, Organisation, {one.organisation_id for one in rows if one.organisation_id})
    return {identity: view.plain(one.name) for identity, one in found.items()}


def _by_place(view: View, fields: Mapping[str, list[str]]) -> list[tuple[str, list[str]]]:
    """The errors in row order: ``rows.7.role`` is formatted as “Row 7, Role”."""

    def row_of(place: str) -> int:
        return int(place.split(".")[1]) if place.startswith("rows.") else 0

    return [(view.say(_told(place)), fields[place]) for place in sorted(fields, key=row_of)]


def _told(place: str) -> Message:
    if not place.startswith("rows."):
        return message(N_("Header") if place == "header" else N_("File"))
    _rows, row, column = place.split(".")
    return message(N_("Row {row}, {column}"), row=row, column=COLUMNS.get(column, {"vi": column}))
