"""The people of an event, in order of precedence."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from models.events import Event
from models.i18n import _, message
from models.parts import Member
from models.places import Person
from models.vocabulary import MemberRole
from service.actions import reminders, rows
from service.actions.acting import Act

ROLE_ORDER = {role: place for place, role in enumerate(MemberRole)}


def members_of(session: Session, event_id: str) -> list[tuple[Member, Person]]:
    """The people of an event in order of precedence: head, deputies, members by rank, then who serves them.

    People of equal rank stand by name, then by id, so that every list shows the same order.
    """
    found = session.exec(select(Member, Person).where(Member.event_id == event_id, Member.person_id == Person.id)).all()
    return sorted(
        ((member, person) for member, person in found),
        key=lambda pair: (ROLE_ORDER[pair[0].role], pair[1].precedence, pair[1].search_text, pair[1].id),
    )


def add_member(session: Session, act: Act, event: Event, values: Mapping[str, Any]) -> Member:
    """Put a person into a visit, once."""
    rows.check(_member_errors(session, event, None, values))
    member = Member(event_id=event.id, **values)
    rows.create(session, act, member, event_id=event.id)
    reminders.plan_event(session, act, event)
    return member


def change_member(session: Session, act: Act, event: Event, member: Member, values: Mapping[str, Any]) -> Member:
    """Change what a person is in a visit."""
    rows.check(_member_errors(session, event, member, values))
    if rows.change(session, act, member, values, event_id=event.id):
        reminders.plan_event(session, act, event)
    return member


def remove_member(session: Session, act: Act, event: Event, member: Member) -> None:
    """Take a person out of a visit."""
    rows.delete(session, act, member, event_id=event.id)
    reminders.plan_event(session, act, event)


def _member_errors(session: Session, event: Event, member: Member | None, values: Mapping[str, Any]) -> rows.Errors:
    errors = rows.missing_references(session, Member, values)
    others = [other for other, _person in members_of(session, event.id) if other is not member]
    if any(other.person_id == values.get("person_id") for other in others):
        errors["person_id"] = [message(_("This person is already in the list."))]
    if values.get("role") is MemberRole.HEAD and any(other.role is MemberRole.HEAD for other in others):
        errors["role"] = [message(_("There is already a head; make that person a member or deputy first."))]
    return errors
