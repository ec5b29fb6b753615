"""/conflicts: conflicts in a range of days."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.vocabulary import Role
from service.actions.scheduling.conflicts import conflicts_between
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session, sliced
from service.http.error_responses import reader_language
from service.schemas.conflicts import ConflictQuery, ConflictSchema

blp = ApiBlueprint("conflicts", __name__, description="What clashes over the whole calendar")


@blp.route("/conflicts")
class ConflictsView(ApiView):
    @requires(Role.VIEWER)
    @operation("listConflicts")
    @blp.arguments(ConflictQuery, location="query")
    @blp.many(ConflictSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List the conflicts of all events between two days, by the first day of the events

        Two conflicting events are one conflict that names both. Double bookings can't occur and are not listed;
        requested bookings that can't be granted are.
        """
        language = reader_language()
        return [
            {
                "code": one.notice.code,
                "severity": one.notice.severity,
                "detail": one.notice.detail.to(language),
                "with_": one.notice.with_,
                "advice": one.notice.advice.to(language) if one.notice.advice else None,
                "event_id": one.event.id,
                "events": one.events,
            }
            for one in sliced(conflicts_between(session(), act(), query), pagination_parameters)
        ]
