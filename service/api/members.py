"""/events/{}/members: the people of an event."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.events import Event
from models.parts import Member
from models.places import Person
from models.vocabulary import Role
from service.actions import events, members, rows
from service.api.resource import Blueprint, Resource, act, requires, session, sliced
from service.schemas.members import MemberSchema
from service.schemas.queries import QuerySchema

blp = Blueprint("members", __name__, description="The people of an event")


def _member(member: Member, person: Person) -> dict[str, Any]:
    return member.model_dump() | {"person": person}


def _member_by_id(event: Event, member_id: str) -> tuple[Member, Person]:
    member = rows.part(session(), Member, event.id, member_id)
    return member, rows.find(session(), Person, member.person_id)


@blp.route("/events/<event_id>/members")
class Members(Resource):
    @requires(Role.VIEWER)
    @blp.arguments(QuerySchema, location="query")
    @blp.many(MemberSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """The people of an event in order of precedence"""
        events.find_event(session(), event_id)
        return sliced([_member(*pair) for pair in members.members_of(session(), event_id)], pagination_parameters)

    @requires(Role.OFFICER)
    @blp.arguments(MemberSchema)
    @blp.created(MemberSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Put a person into a visit"""
        event = events.find_event(session(), event_id)
        member = members.add_member(session(), act(), event, values)
        return _member(*_member_by_id(event, member.id))


@blp.route("/events/<event_id>/members/<member_id>")
class OneMember(Resource):
    @requires(Role.OFFICER)
    @blp.arguments(MemberSchema(partial=True))
    @blp.one(MemberSchema)
    def patch(self, values: dict[str, Any], event_id: str, member_id: str) -> Any:
        """Change what a person is in a visit"""
        event = events.find_event(session(), event_id)
        member, person = _member_by_id(event, member_id)
        blp.check_etag(_member(member, person), MemberSchema)
        members.change_member(session(), act(), event, member, values)
        return _member(*_member_by_id(event, member_id))

    @requires(Role.OFFICER)
    @blp.gone()
    def delete(self, event_id: str, member_id: str) -> None:
        """Take a person out of a visit"""
        event = events.find_event(session(), event_id)
        member, person = _member_by_id(event, member_id)
        blp.check_etag(_member(member, person), MemberSchema)
        members.remove_member(session(), act(), event, member)
