"""/events/{}/members: the people of an event."""

from collections import Counter
from typing import Any

from flask import Response, request
from flask_smorest.pagination import PaginationParameters

from calendars.member_lists.csv_files import read_csv
from models.events import Event
from models.vocabulary import Language, Role
from service.actions.both_sides import own_people
from service.actions.dry_run import dry_run_savepoint
from service.actions.events import events, members
from service.actions.events.attendance import ComingSight
from service.actions.events.members import MemberPosition
from service.actions.imports.member_list_export import member_template
from service.actions.imports.member_lists import import_member_file
from service.actions.imports.xlsx_reader import read_workbook
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session, sliced, takes
from service.http.error_responses import reader_language
from service.schemas.members import ImportQuery, MemberImportSchema, MemberSchema
from service.schemas.queries import QuerySchema

blp = ApiBlueprint("members", __name__, description="The people of an event")


CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def _member(event: Event, seat: MemberPosition) -> dict[str, Any]:
    shown = ComingSight.of(session(), event).shown(seat.member)
    return shown | {"person": seat.person, "counterpart": seat.counterpart, "tied": seat.is_tied}


@blp.route("/events/<event_id>/members")
class MembersView(ApiView):
    @requires(Role.VIEWER)
    @operation("listEventMembers")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(MemberSchema, told="member")
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """The people of an event in order of precedence

        Readers of another office, or of the other side, see `answer`, `answered_at`, `came`, `arrival` and `departure`
        of their own side's people only; of others they are null.
        """
        event = events.find_event(session(), event_id)
        return sliced(
            [_member(event, seat) for seat in members.positions_of(session(), event_id)], pagination_parameters
        )

    @requires(Role.OFFICER)
    @operation("createMember")
    @blp.arguments(MemberSchema)
    @blp.created(MemberSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Add a person to a visit"""
        event = events.find_event(session(), event_id)
        member = members.add_member(session(), act(), event, values)
        return _member(event, members.position_of(session(), event.id, member.id))


@blp.route("/members/template.xlsx")
class MemberTemplateView(ApiView):
    @requires(Role.OFFICER)
    @operation("getMemberListTemplate")
    @blp.arguments(QuerySchema, location="query")
    @blp.doc(
        responses={
            "200": {
                "description": "The workbook.",
                "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    )
    def get(self, query: dict[str, Any]) -> Response:
        """Download an empty member list as a workbook to fill in, in the reader's language"""
        response = Response(member_template(Language(reader_language())), mimetype=XLSX)
        response.headers["Content-Disposition"] = 'attachment; filename="members.xlsx"'
        return response


@blp.route("/events/<event_id>/members/import")
class MemberImportView(ApiView):
    @requires(Role.OFFICER)
    @operation("importMembers")
    @takes(CSV, XLSX, XLS, ODS)
    @blp.arguments(ImportQuery, location="query")
    @blp.response(200, MemberImportSchema)
    def post(self, query: dict[str, Any], event_id: str) -> dict[str, Any]:
        """Import a member list from a CSV, XLSX, XLS or ODS file: all of it, or nothing and the errors of each row

        Columns are recognised by their header in Vietnamese, Lao or English, in any order: name (the only required
        one), name_lo (in Lao script), name_latin (as in the passport), role, position, organisation, precedence, rank,
        email, phone, languages, counterpart (known already, or in the same list), side; a numbering column is ignored,
        and what else is not read is named in `remarks`. Titles may stand above the header, and the list on another
        sheet than the first. Without ranks people of equal precedence keep the order of the file. Errors are named
        `rows.7.role`, 7 being the row number in the spreadsheet program. Importing the same file again changes nothing.
        """
        event = events.find_event(session(), event_id)
        is_dry = query.get("dry_run", False)
        read = read_csv if request.mimetype == CSV else read_workbook
        with dry_run_savepoint(session(), is_dry=is_dry):
            imported = import_member_file(session(), act(), event, request.get_data(cache=True), read)
        count, language = Counter(one.action for one in imported.rows), reader_language()
        return {
            "dry_run": is_dry,
            "rows": [
                {
                    "row": one.row,
                    "name": one.name,
                    "role": one.role,
                    "action": one.action,
                    "person": "new" if one.is_new else "known",
                    "person_id": None if one.is_new and is_dry else one.person_id,
                    "changed": one.changed,
                    "kept": one.kept,
                }
                for one in imported.rows
            ],
            "remarks": [remark.to(language) for remark in imported.remarks],
            **{action: count[action] for action in ("added", "changed", "unchanged")},
        }


@blp.route("/events/<event_id>/members/<member_id>")
class MemberView(ApiView):
    @requires(Role.OFFICER)
    @operation("changeMember")
    @blp.arguments(MemberSchema(partial=True))
    @blp.one(MemberSchema)
    def patch(self, values: dict[str, Any], event_id: str, member_id: str) -> Any:
        """Change a person's part in a visit

        Another person in their place has answered nothing yet. Who came can be entered from the arrival day on (409
        `too_early` before). `arrival` and `departure` are replaced as a whole.

        Of a shared visit officers of the other side change `answer`, `arrival` and `departure` of their own side's
        people, nothing else (403), until it is cancelled or over (409 `event_closed`); `met_by` stays the hosts'.
        """
        event = events.find_event(session(), event_id)
        seat = members.position_of(session(), event.id, member_id)
        blp.check_etag(_member(event, seat), MemberSchema)
        own_people.change_member(session(), act(), event, seat.member, values)
        return _member(event, members.position_of(session(), event.id, member_id))

    @requires(Role.OFFICER)
    @operation("deleteMember")
    @blp.gone()
    def delete(self, event_id: str, member_id: str) -> None:
        """Remove a person from a visit"""
        event = events.find_event(session(), event_id)
        seat = members.position_of(session(), event.id, member_id)
        blp.check_etag(_member(event, seat), MemberSchema)
        members.remove_member(session(), act(), event, seat.member)
