"""The people of an event, in order of precedence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlmodel import Session, col, select

from calendars.events.precedence import Claim, in_order
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, message
from models.places import Person
from models.text import LocalizedText
from models.vocabulary import MemberRole, Side
from service.actions import crud, permissions
from service.actions.audit import plain
from service.actions.context import ActionContext
from service.actions.effects import changes, confirmation
from service.actions.events import attendance
from service.actions.events.sides import EventSides
from service.actions.reminders import reminder_planning


@dataclass(frozen=True, slots=True)
class MemberPosition:
    """A member at their position; ``is_tied`` if only the name decides the order with a neighbour."""

    member: Member
    person: Person
    counterpart: Person | None
    is_tied: bool

    @property
    def position(self) -> LocalizedText | None:
        """What they were when they were added; what they are today if nothing was known of it then."""
        return self.member.position or self.person.position

    @property
    def organisation_id(self) -> str | None:
        """Whose they were when they were added; whose they are today if nobody's then."""
        return self.member.organisation_id or self.person.organisation_id


def members_of(session: Session, event_id: str) -> list[tuple[Member, Person]]:
    """The people of an event in order of precedence: heads, deputies, members by precedence, then supporting staff. The
    people of either side are in its own order.

    People of equal precedence are ordered by their rank in the visit, then by name, then by id, so that every list
    shows the same order.
    """
    return [pair for pair, _is_tied in people_in_order(session, event_id)]


def positions_of(session: Session, event_id: str) -> list[MemberPosition]:
    """The people of an event in order of precedence, with their counterparts and whether their position is tied."""
    ordered = people_in_order(session, event_id)
    counterpart_ids = {member.counterpart_id for (member, _person), _is_tied in ordered if member.counterpart_id}
    counterparts = (
        session.exec(select(Person).where(col(Person.id).in_(counterpart_ids))).all() if counterpart_ids else ()
    )
    people = {person.id: person for person in counterparts}
    return [
        MemberPosition(member, person, people.get(member.counterpart_id or ""), is_tied)
        for (member, person), is_tied in ordered
    ]


def position_of(session: Session, event_id: str, member_id: str) -> MemberPosition:
    """One member's position.

    Raises:
        NotFound: there is no such member in this event.
    """
    member = crud.part(session, Member, event_id, member_id)
    return next(one for one in positions_of(session, event_id) if one.member is member)


def people_in_order(session: Session, event_id: str) -> list[tuple[tuple[Member, Person], bool]]:
    """The members of an event with their people, in order of precedence, each with whether only the name settles
    the place; one query."""
    found = session.exec(select(Member, Person).where(Member.event_id == event_id, Member.person_id == Person.id)).all()
    pairs = [(member, person) for member, person in found]
    tied: dict[str, bool] = {}
    for side in Side:  # two people of different sides are neighbours in no list
        of_side = in_order([pair for pair in pairs if pair[0].side is side], lambda pair: claim_of(*pair))
        tied |= {member.id: is_tied for (member, _person), is_tied in of_side}
    return [(pair, tied[pair[0].id]) for pair, _is_tied in in_order(pairs, lambda pair: claim_of(*pair))]


def claim_of(member: Member, person: Person) -> Claim:
    """What a member's position is decided by."""
    return Claim(member.role, person.precedence, member.rank, person.name, person.id)


def add_member(session: Session, act: ActionContext, event: Event, values: Mapping[str, Any]) -> Member:
    """Add a person to an event; nobody can be added twice."""
    permissions.check_change(session, event)
    crud.check(_member_errors(session, event, None, values))
    heads = confirmation.heads_of(session, event)
    values = attendance.settled(act, event, None, _with_side(session, event, None, values))
    member, kept = Member(event_id=event.id, **values), confirmation.kept_of(event)
    crud.create(session, act, member, event_id=event.id, kept=kept)
    changes.event_parts_changed(session, act, event, heads)
    return member


def change_member(
    session: Session, act: ActionContext, event: Event, member: Member, values: Mapping[str, Any]
) -> Member:
    """Change a member of an event. Whether and how they come changes nothing of the visit itself; who has not answered
    may have reminders to come."""
    permissions.check_change(session, event)
    crud.check(_member_errors(session, event, member, values))
    heads = confirmation.heads_of(session, event)
    values = attendance.settled(act, event, member, _with_side(session, event, member, values))
    changed = crud.change(session, act, member, values, event_id=event.id, kept=confirmation.kept_of(event))
    if changed.difference(attendance.COMING):
        changes.event_parts_changed(session, act, event, heads)
    elif "answer" in changed:
        reminder_planning.plan_event(session, act, event)
    return member


def move_member(session: Session, act: ActionContext, event: Event, member: Member, step: int) -> Member:
    """Move a member up (``step`` -1) or down (1) among those of the same side, role and precedence, whose ranks become
    1, 2, 3 … in the new order. Who is the first or last of them already stays there: role and precedence come before
    ranks.
    """
    permissions.check_change(session, event)
    session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()
    equal = next(group for group in _equals(people_in_order(session, event.id)) if member in group)
    place = equal.index(member)
    if 0 <= place + step < len(equal):
        heads = confirmation.heads_of(session, event)
        equal.insert(place + step, equal.pop(place))
        changed = [
            crud.change(session, act, one, {"rank": rank}, event_id=event.id) for rank, one in enumerate(equal, 1)
        ]
        if any(changed):
            changes.event_parts_changed(session, act, event, heads)
    return member


def _equals(ordered: Iterable[tuple[tuple[Member, Person], bool]]) -> list[list[Member]]:
    """Members in order, side by side, those that only rank and name part together."""
    pairs = sorted((pair for pair, _is_tied in ordered), key=lambda pair: pair[0].side)
    groups = groupby(pairs, key=lambda pair: (pair[0].side, pair[0].role, pair[1].precedence))
    return [[member for member, _person in group] for _standing, group in groups]


def movable(seats: Sequence[MemberPosition]) -> dict[str, tuple[bool, bool]]:
    """Member → whether they can be moved up, and down, among their equals."""
    found: dict[str, tuple[bool, bool]] = {}
    for equal in _equals(((seat.member, seat.person), seat.is_tied) for seat in seats):
        for place, member in enumerate(equal):
            found[member.id] = (place > 0, place < len(equal) - 1)
    return found


def remove_member(session: Session, act: ActionContext, event: Event, member: Member) -> None:
    """Remove a person from an event."""
    permissions.check_change(session, event)
    heads = confirmation.heads_of(session, event)
    kept = confirmation.kept_of(event) | {"created_at": plain(member.created_at)}
    crud.delete(session, act, member, event_id=event.id, kept=kept)
    changes.event_parts_changed(session, act, event, heads)


def _with_side(session: Session, event: Event, member: Member | None, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values with a side: a new person's, and another person's, is that of their organisation's locality unless it
    is given."""
    person_id = values.get("person_id")
    if "side" in values or person_id is None or (member is not None and member.person_id == person_id):
        return values
    person = session.get_one(Person, person_id)
    return {**values, "side": EventSides(session, event).of(person.organisation_id)}


def _member_errors(session: Session, event: Event, member: Member | None, values: Mapping[str, Any]) -> crud.Errors:
    errors = crud.missing_references(session, Member, values)
    others = [other for other, _person in members_of(session, event.id) if other is not member]
    if any(other.person_id == values.get("person_id") for other in others):
        errors["person_id"] = [message(N_("This person is already in the list."))]
    if "person_id" not in errors:
        before = {"role": member.role, "side": member.side} if member is not None else {"role": MemberRole.MEMBER}
        after: dict[str, Any] = {**before, **_with_side(session, event, member, values)}
        heads = {other.side for other in others if other.role is MemberRole.HEAD}
        if after["role"] is MemberRole.HEAD and after["side"] in heads:
            field = "role" if "role" in values or "side" not in values else "side"
            errors[field] = [message(SECOND_HEAD)]
    person_id, counterpart_id = (
        values.get(name, getattr(member, name, None)) for name in ("person_id", "counterpart_id")
    )
    if person_id is not None and person_id == counterpart_id:
        errors["counterpart_id"] = [message(OWN_COUNTERPART)]
    return errors


SECOND_HEAD = N_("There is already a head; make that person a member or deputy first.")
OWN_COUNTERPART = N_("Nobody is their own counterpart; name somebody of the other side.")
