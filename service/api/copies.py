"""/events/{id}/copy: an event once more, on other days."""

from typing import Any

from models.vocabulary import Role
from service.actions.copies.copying import copy_event
from service.actions.copies.values import CopyOutcome, CopyWish
from service.actions.dry_run import dry_run_savepoint
from service.api.events import show
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.http.error_responses import reader_language
from service.schemas.copies import CopiedEventSchema, CopyRequestSchema
from service.schemas.events import AnyEventSchema

blp = ApiBlueprint("copies", __name__, description="Events once more, on other days")


@blp.route("/events/<event_id>/copy")
class EventCopyView(ApiView):
    @requires(Role.OFFICER)
    @operation("copyEvent")
    @blp.arguments(CopyRequestSchema)
    @blp.alt_response(200, schema=CopiedEventSchema, description="What would be made, of a dry run; no id.")
    @blp.created(CopiedEventSchema, at="/api/v1/events")
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Copy an event: a draft of the same kind on other days, with what is to come along

        For who sees the whole of it (403 `not_in_charge` otherwise), and the estimate for who reads its money. The
        draft belongs to the caller's organisation. What does not fit is named in `left` and keeps nothing else back: a
        hall that is taken then, with what is free instead; people who are no longer of their body; tasks of a template
        that is switched off; a commitment whose agreement does not hold on the day. People come as of their position
        today, tasks are open again, an estimate is reckoned anew from its inputs. Answers, journeys, files, papers,
        notes, links, revisions and whatever was decided or paid never come along. Of a ceremony the ordinal is that of
        the new year; if that has one it is 409 `ceremony_exists`.
        """
        wish, is_dry = CopyWish(values["first_day"], frozenset(values["take"])), values.get("dry_run", False)
        with dry_run_savepoint(session(), is_dry=is_dry):
            outcome = copy_event(session(), act(), event_id, wish)
            event = show(outcome.event)
        shown = event | _told(outcome) | {"dry_run": is_dry}
        if is_dry:
            return shown | {"id": None, "uid": None}, 200
        blp.set_etag(event, AnyEventSchema)
        return shown


def _told(outcome: CopyOutcome) -> dict[str, Any]:
    language = reader_language()
    return {
        "copied": {take.value: count for take, count in outcome.copied.items()},
        "left": [
            {
                "what": one.what,
                "why": one.why.to(language),
                "name": one.name,
                "id": one.id,
                "alternatives": [other.as_json() for other in one.alternatives],
            }
            for one in outcome.left
        ],
    }
