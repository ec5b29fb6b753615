"""/openings: days on which nothing clashes."""

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
        """Find windows of days in which nothing clashes, best first

        No public holiday of host or guest falls on a day of a window (of one longer than 31 days: on its first and
        last day), the host receives no other visit then, the people asked for are free, and 14 days are left to
        prepare. With `containing` the window holds a day or a festival instead of keeping clear of holidays.
        """
        found = find_openings(session(), act(), OpeningsQuery.request(query))
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
                for opening in found.openings[: query.get("limit")]
            ],
            "total": len(found.openings),
            "refused": found.refused,
        }
