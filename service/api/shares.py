"""/events/{}/share: with the office of the other side, and what is asked of it."""

from collections.abc import Callable
from typing import Any

from flask import request

from models.both_sides.share import EventShare
from models.events import Event
from models.vocabulary import Role
from service.actions.both_sides import shares
from service.actions.both_sides.shares import Ask, WantedShare
from service.actions.events import events
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.schemas.shares import ShareSchema

blp = ApiBlueprint("shares", __name__, description="Events shared with the office of the other side")


def wanted_share(values: dict[str, Any]) -> WantedShare:
    """What a body of :class:`ShareSchema` asks for."""
    asks = [Ask(one["what"], one["until"]) for one in values["asks"]]
    return WantedShare(values.get("with"), asks, values["note"], values["acknowledged"])


def _checked(event: Event) -> Callable[[EventShare | None], None]:
    """Refuse to write over what somebody has changed since it was read, if the client says what it read."""

    def check(share: EventShare | None) -> None:
        if "If-Match" in request.headers:
            blp.check_etag({} if share is None else shares.as_json(session(), event, share), ShareSchema)

    return check


@blp.route("/events/<event_id>/share")
class ShareView(ApiView):
    @requires(Role.VIEWER)
    @operation("getShare")
    @blp.one(ShareSchema)
    def get(self, event_id: str) -> Any:
        """Read with whom an event is shared, and what is asked

        For both sides: those who read the event as its own office does, and the office that it is shared with. Others
        find none, nor does anybody of an event that is not shared: 404.
        """
        event = events.find_event(session(), event_id)
        return shares.as_json(session(), event, shares.find_share(session(), event))

    @requires(Role.OFFICER)
    @operation("replaceShare")
    @blp.arguments(ShareSchema)
    @blp.response(200, ShareSchema)
    def put(self, values: dict[str, Any], event_id: str) -> Any:
        """Share an event with the office of the other side, or change what is asked of it

        That office then reads the days, the published programme, the members without their addresses, the files marked
        `shared` and the tasks given to its own bodies; nothing else. 409 where there is nobody to share it with
        (`no_other_side`, `no_other_office`), where it is called off (`event_cancelled`), and until the law on personal
        data was acknowledged (`law_not_acknowledged`). With `If-Match` only if it is still what was read.
        """
        event = events.find_event(session(), event_id)
        share = shares.replace_share(session(), act(), event, wanted_share(values), _checked(event))
        return shares.as_json(session(), event, share)

    @requires(Role.OFFICER)
    @operation("deleteShare")
    @blp.response(204)
    def delete(self, event_id: str) -> None:
        """Take back the sharing of an event

        The other side reads nothing of it from then on: 404, at once. Bodies of it that take part, by a task, a member
        or the head, read the event as they would without sharing, and everybody does if it is public. With `If-Match`
        only if it is still what was read.
        """
        event = events.find_event(session(), event_id)
        shares.delete_share(session(), act(), event, _checked(event))
