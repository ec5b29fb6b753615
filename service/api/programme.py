"""/events/{}/programme: the items, their warnings and the published revisions."""

from dataclasses import asdict
from typing import Any

from models.queries.event_parts import programme_of
from models.vocabulary import Role
from service.actions import permissions
from service.actions.events import events, programme, programme_revisions
from service.actions.permissions import Sight
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.http.error_responses import reader_language
from service.schemas.programme import ProgrammeRevisionSchema, ProgrammeSchema

blp = ApiBlueprint("programme", __name__, description="The programme of an event and its published revisions")


def _programme(event_id: str) -> dict[str, Any]:
    event = events.find_event(session(), event_id)
    revisions = programme_revisions.revisions_of(session(), event_id)
    if permissions.sight(session(), event) is Sight.SHARED:
        published = revisions[-1].items if revisions else []
        return {
            # They have no ids: these are places in the revision.
            "items": [asdict(item) | {"id": f"published-{place}"} for place, item in enumerate(published)],
            "warnings": [],
            "unpublished": None,
            "revisions": [_revision(revision) for revision in revisions],
        }
    items = programme_of(session(), event_id)
    unpublished = programme_revisions.unpublished(revisions[-1].row if revisions else None, items)
    language = reader_language()
    return {
        "items": items,
        "warnings": [
            {
                "code": hitch.code,
                "severity": hitch.severity.value,
                "detail": hitch.detail.to(language),
                "advice": hitch.advice.to(language),
                "items": list(hitch.items),
            }
            for hitch in programme.warnings_of(event, items)
        ],
        "unpublished": None if unpublished is None else [change.to_json() for change in unpublished],
        "revisions": [_revision(revision) for revision in revisions],
    }


def _revision(revision: programme_revisions.PublishedRevision) -> dict[str, Any]:
    row = revision.row
    return {
        "number": row.number,
        "label": revision.label,
        "note": row.note,
        "published_at": row.published_at,
        "published_by": row.published_by,
        "items": [item.to_json() for item in revision.items],
        "changes": [change.to_json() for change in revision.changes],
    }


@blp.route("/events/<event_id>/programme")
class ProgrammeView(ApiView):
    @requires(Role.VIEWER)
    @operation("getProgramme")
    @blp.one(ProgrammeSchema)
    def get(self, event_id: str) -> Any:
        """Read the working programme in running order with its warnings, and the revisions published so far

        Readers of another office see the revision published last instead of the working programme.
        """
        return _programme(event_id)

    @requires(Role.OFFICER)
    @operation("replaceProgramme")
    @blp.arguments(ProgrammeSchema)
    @blp.one(ProgrammeSchema)
    def put(self, values: dict[str, Any], event_id: str) -> Any:
        """Replace the working programme

        Days outside the visit are refused; any other inconsistency only causes a warning. Feeds and reminders show the
        last published revision until the next one is published.
        """
        event = events.find_event(session(), event_id)
        programme.lock(session(), event)  # what the tag is compared with stays until this ends
        blp.check_etag(_programme(event_id), ProgrammeSchema)
        programme.replace_programme(session(), act(), event, values["items"])
        return _programme(event_id)


@blp.route("/events/<event_id>/programme/revisions")
class ProgrammeRevisionsView(ApiView):
    @requires(Role.OFFICER)
    @operation("publishProgramme")
    @blp.arguments(ProgrammeRevisionSchema)
    @blp.created(ProgrammeRevisionSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Publish the working programme as the next numbered revision; feeds and reminders follow it"""
        event = events.find_event(session(), event_id)
        return _revision(programme_revisions.publish_programme(session(), act(), event, values.get("note")))


@blp.route("/events/<event_id>/programme/revisions/<number>")
class ProgrammeRevisionView(ApiView):
    @requires(Role.VIEWER)
    @operation("getProgrammeRevision")
    @blp.one(ProgrammeRevisionSchema)
    def get(self, event_id: str, number: str) -> Any:
        """Read a published revision, and what changed in it since the one before"""
        events.find_event(session(), event_id)
        return _revision(programme_revisions.find_revision(session(), event_id, number))
