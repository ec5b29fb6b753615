"""/openings: days without conflicts."""

from typing import Any

from models.vocabulary import Role
from service.actions.scheduling.openings import find_openings
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.http.error_responses import reader_language
from service.schemas.openings import OpeningsQuery, OpeningsSchema

blp = ApiBlueprint("openings", __name__, description="Free days for what is to be planned")


@blp.route("/openings")
class OpeningsView(ApiView):
    @requires(Role.VIEWER)
    @operation("findOpenings")
    @blp.arguments(OpeningsQuery, location="query")
    @blp.response(200, OpeningsSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Find windows of days without conflicts, best first

        No day of a window is a public holiday of host or guest (for a window longer than 31 days: its first and last
        day), the host receives no other visit then, the requested people are free, and 14 days are left to prepare.
        If the other one of host and guest has an office here too, both diaries count: what either of them receives or
        visits, of the other office only what the reader may read, and the days off of both offices.
        With `containing` the window contains a day or a festival instead of avoiding holidays.
        """
        result = find_openings(session(), act(), OpeningsQuery.request(query))
        language = reader_language()
        return {
            "openings": [
                {
                    "first_day": opening.days.first,
                    "last_day": opening.days.last,
                    "score": opening.score,
                    "reasons": [
                        {"code": reason.code, "detail": reason.detail.to(language)} for reason in opening.reasons
                    ],
                }
                for opening in result.openings[: query.get("limit")]
            ],
            "total": len(result.openings),
            "refused": result.refused,
        }
