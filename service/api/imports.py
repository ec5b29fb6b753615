"""/events/import: import of a calendar file."""

from collections import Counter
from typing import Any

from flask import request

from calendars.ical_import.content_lines import invalid_file
from models.errors import Invalid
from models.i18n import N_, message
from models.vocabulary import EventKind, Language, Role
from service.actions import outside
from service.actions.dry_run import dry_run_savepoint
from service.actions.imports.calendar_files import RESULTS, ComponentOutcome, ImportDefaults, import_calendar
from service.api.resource import FORM, ApiBlueprint, ApiView, act, operation, requires, session, takes
from service.http.error_responses import reader_language
from service.schemas.imports import CalendarImportQuery, CalendarImportSchema

blp = ApiBlueprint("imports", __name__, description="Calendar files of others taken in")

ICS = "text/calendar"


@blp.route("/events/import")
class CalendarImportView(ApiView):
    @requires(Role.OFFICER)
    @operation("importEvents")
    @takes(ICS, FORM)
    @blp.arguments(CalendarImportQuery, location="query")
    @blp.response(200, CalendarImportSchema)
    def post(self, query: dict[str, Any]) -> dict[str, Any]:
        """Import the events of an .ics file, sent as the body or as the form field `file`

        New events begin as drafts. An event with a known UID is changed when the file's entry is newer. The response
        lists every component with its outcome and the reason; one that can't be imported does not stop the others. A
        series is expanded from a year ago to two years ahead. Importing the same file again changes nothing.
        """
        return _import(query)

    @requires(Role.OFFICER)
    @operation("importCalendarFile")
    @takes(ICS)
    @blp.arguments(CalendarImportQuery, location="query")
    @blp.response(200, CalendarImportSchema)
    def put(self, query: dict[str, Any]) -> dict[str, Any]:
        """Import the events of an .ics file sent as the body"""
        return _import(query)


def _import(query: dict[str, Any]) -> dict[str, Any]:
    content, name, charset = _uploaded_file()
    is_dry = query.get("dry_run", False)
    defaults = ImportDefaults(
        kind=query.get("kind", EventKind.ACTIVITY),
        host=query.get("host"),
        guest=query.get("guest"),
        language=Language(reader_language()),
        source=name,
        charset=charset,
    )
    with dry_run_savepoint(session(), is_dry=is_dry):
        outcomes = import_calendar(session(), act(), content, defaults)
    count = Counter(one.result for one in outcomes)
    return {
        "dry_run": is_dry,
        **{result: count[result] for result in RESULTS},
        "components": [_outcome(one, defaults.language, is_dry) for one in outcomes],
    }


def _uploaded_file() -> tuple[bytes, str, str]:
    """The uploaded file, its name and its charset; empty where there is none.

    Raises:
        Invalid: a form without a file, or with other fields, which belong in the query and would be ignored here.
    """
    if request.mimetype != FORM:
        return request.get_data(cache=True), "", request.mimetype_params.get("charset", "")
    if unknown := sorted({*request.form, *request.files} - {"file"}):
        raise Invalid({one[:60]: [message(N_("Unknown parameter."))] for one in unknown})
    files = request.files.getlist("file")
    if len(files) != 1:
        raise invalid_file(message(N_("Send one file, in the form's field “file”.")))

    def read() -> bytes:
        with files[0].stream as opened:
            return opened.read()

    content = outside.ask("upload", lambda: read)  # it can be read once only
    return content, files[0].filename or "", files[0].mimetype_params.get("charset", "")


def _outcome(one: ComponentOutcome, language: Language, is_dry: bool) -> dict[str, Any]:
    values = {
        "number": one.number,
        "component": one.component,
        "uid": one.uid,
        "title": one.title,
        "result": one.result,
        "event_id": None if is_dry and one.result == "created" else one.event_id,
        "reasons": [reason.to(language) for reason in one.reasons],
    }
    return values | ({"recurrence_id": one.recurrence_id} if one.recurrence_id else {})
