"""/events/{}/links, /events/{}/submissions: links without an account, and what is handed in with them."""

from collections.abc import Sequence
from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.both_sides.links import EventLink, Submission
from models.events import Event
from models.vocabulary import Role, SubmissionState
from service.actions.both_sides import acceptance, links, submissions
from service.actions.both_sides.differences import differences
from service.actions.events import events
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session, sliced
from service.http.app_context import current_context
from service.schemas.fields import ASSIGNED
from service.schemas.links import AcceptSchema, LinkSchema, RejectSchema, SubmissionSchema
from service.schemas.queries import QuerySchema

blp = ApiBlueprint("links", __name__, description="Links without an account, and what is handed in with them")


def _secret() -> str:
    return current_context().settings.secret_key


def _link(row: EventLink, *, opens: bool, url: str | None = None) -> dict[str, Any]:
    return row.model_dump() | {"opens": opens, "url": url}


def _submissions(event: Event, rows: Sequence[Submission]) -> list[dict[str, Any]]:
    found = submissions.received_of(session(), _secret(), event, rows)
    waiting = [one for one in found.values() if one.row.state is SubmissionState.SUBMITTED]
    differ = differences(session(), act(), _secret(), event, waiting)
    return [
        row.model_dump() | {"recipient": found[row.id].link.recipient, "differences": differ.get(row.id, [])}
        for row in rows
    ]


@blp.route("/events/<event_id>/links")
class LinksView(ApiView):
    @requires(Role.OFFICER)
    @operation("listLinks")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(LinkSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """List the links of a visit, the newest first; their addresses are told once, when they are made"""
        event = events.find_event(session(), event_id)
        found = links.links_of(session(), act(), event)
        return sliced([_link(one.row, opens=one.opens) for one in found], pagination_parameters)

    @requires(Role.OFFICER)
    @operation("createLink")
    @blp.arguments(LinkSchema)
    @blp.response(201, LinkSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Make a link with which somebody without an account fills in what is asked of the other side

        `url` is told this once. It opens until its last day, the day of arrival at the latest, and no longer than the
        visit is to take place and the account that made it is active.
        """
        event = events.find_event(session(), event_id)
        link, token = links.make_link(session(), act(), event, values)
        return _link(link, opens=True, url=links.address_of(act(), token))


@blp.route("/links/<link_id>")
class LinkView(ApiView):
    @requires(Role.OFFICER)
    @operation("deleteLink")
    @blp.response(204)
    def delete(self, link_id: str) -> None:
        """Revoke a link: it opens nothing from now on; what was handed in with it stays"""
        links.revoke(session(), act(), link_id)


@blp.route("/events/<event_id>/submissions")
class SubmissionsView(ApiView):
    @requires(Role.OFFICER)
    @operation("listSubmissions")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(SubmissionSchema, told="submission")
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """List what was handed in for a visit, the newest first, with what of it can be taken"""
        event = events.find_event(session(), event_id)
        rows = sliced(submissions.submissions_of(session(), event), pagination_parameters)
        return _submissions(event, rows)


@blp.route("/submissions/<submission_id>/accept")
class AcceptView(ApiView):
    @requires(Role.OFFICER)
    @operation("acceptSubmission")
    @blp.arguments(AcceptSchema)
    @blp.response(200, SubmissionSchema)
    def post(self, values: dict[str, Any], submission_id: str) -> Any:
        """Take what was handed in, in whole or in part: all of what is asked for, or nothing and why not"""
        take = values.get("take")
        row = acceptance.accept(session(), act(), _secret(), submission_id, take, ASSIGNED)
        return _submissions(events.find_event(session(), row.event_id), [row])[0]


@blp.route("/submissions/<submission_id>/reject")
class RejectView(ApiView):
    @requires(Role.OFFICER)
    @operation("rejectSubmission")
    @blp.arguments(RejectSchema)
    @blp.response(200, SubmissionSchema)
    def post(self, values: dict[str, Any], submission_id: str) -> Any:
        """Take nothing of what was handed in; whoever did reads the reason on the link's page"""
        row = submissions.reject(session(), act(), _secret(), submission_id, values["reason"])
        return _submissions(events.find_event(session(), row.event_id), [row])[0]
