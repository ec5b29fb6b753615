"""What the other side of a shared visit says of its own people: whether they come, and how they travel.

Who acts for the other side (:mod:`service.actions.event_sides`) changes these fields of its own side's people and
nothing else; who meets them is the hosts' to say, and stays. Nothing of the visit itself follows from it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from models.errors import Conflict, Invalid, NotFound, Stale
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, message
from models.vocabulary import EventStatus, Role
from service.actions import crud, permissions
from service.actions.audit import changes, record, snapshot
from service.actions.context import ActionContext
from service.actions.event_sides import SideOfReader, share_row, side_of
from service.actions.events import members
from service.actions.events.attendance import ComingSight

OWN_FIELDS = frozenset({"answer", "arrival", "departure"})
"""The fields of a member that their own side may enter."""

SETTLED = frozenset({EventStatus.CANCELLED, EventStatus.COMPLETED})
"""Whether somebody comes to such a visit is no question any more."""

Wish = tuple[str, int, Mapping[str, Any]]
"""What is to be entered of a member: the id, the version that was read, the values."""

NO_QUESTION = N_("This visit is cancelled or over: who comes is no question any more.")


def may_answer(session: Session, act: ActionContext, event: Event) -> bool:
    """Whether the session may say now, for the other side, whether its people come."""
    return (
        act.user is not None
        and act.user.role.suffices_for(Role.OFFICER)
        and event.status not in SETTLED
        and not permissions.may_change(session, event)
        and side_of(session, event) is SideOfReader.OTHER
    )


def change_member(
    session: Session, act: ActionContext, event: Event, member: Member, values: Mapping[str, Any]
) -> Member:
    """Change a member as who is in charge of the event, or what the other side may say of its own people.

    Raises:
        Forbidden: the session is neither, or it is another field or somebody else's people.
        Conflict: the visit is cancelled or over.
        Stale: somebody else changed the member meanwhile.
    """
    if permissions.may_change(session, event):
        return members.change_member(session, act, event, member, values)
    # Who may not do it at all keeps nobody waiting.
    _check_own(session, event, member, values)
    found = _begin(session, event, [(member.id, member.version, values)])
    return _enter(session, act, event, found[member.id], values)


def answer_for_own(session: Session, act: ActionContext, event: Event, wishes: Sequence[Wish]) -> None:
    """Enter for several people of the own side whether they come and how: all of it, or nothing.

    Raises:
        Forbidden, Conflict, Stale: as :func:`change_member`.
        NotFound: somebody is not on the list any more.
        Invalid: a journey is not right; the fields begin with the member's id.
    """
    found = _begin(session, event, wishes)
    for identity, _version, values in wishes:
        try:
            _enter(session, act, event, found[identity], values)
        except Invalid as wrong:
            raise Invalid({f"{identity}.{name}": told for name, told in wrong.errors.items()}) from None


def _begin(session: Session, event: Event, wishes: Sequence[Wish]) -> dict[str, Member]:
    """The members as they are now, locked, if all of it may be entered."""
    found = _lock(session, event, [identity for identity, _version, _values in wishes])
    for identity, version, values in wishes:
        if identity not in found:
            raise NotFound(crud.called(Member), identity)
        _check_own(session, event, found[identity], values)
        if found[identity].version != version:
            raise Stale
    if event.status in SETTLED:
        raise Conflict(message(NO_QUESTION), code="event_closed")
    return found


def _lock(session: Session, event: Event, member_ids: Sequence[str]) -> dict[str, Member]:
    """Let nobody else change the event, its share or these people until the transaction ends, and read them anew."""
    session.flush()
    if session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one_or_none() is None:
        raise NotFound(crud.called(Event), event.id)
    session.refresh(event)
    if (share := share_row(session, event.id)) is not None:
        session.expire(share)
    rows = (
        select(Member)
        .where(Member.event_id == event.id, col(Member.id).in_(member_ids))
        .order_by(col(Member.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in session.exec(rows)}


def _check_own(session: Session, event: Event, member: Member, values: Mapping[str, Any]) -> None:
    """Raise if the session may not write this of a member for the other side.

    Raises:
        Forbidden: it does not act for the other side, or it is another field, or not one of its people.
    """
    is_own = side_of(session, event) is SideOfReader.OTHER and ComingSight.of(session, event).sees(member)
    if not is_own or not OWN_FIELDS.issuperset(values):
        permissions.check_change(session, event)


def _enter(session: Session, act: ActionContext, event: Event, member: Member, values: Mapping[str, Any]) -> Member:
    before = snapshot(member)
    kept = {name: _journey(member, name, one) if name != "answer" else one for name, one in values.items()}
    with permissions.in_place_of_owner(session, event):
        members.change_member(session, act, event, member, kept)
    if changed := changes(before, snapshot(member)):
        # Its own office does not read the history of the event: what its account did stands in its trail as well.
        record(session, act, "change", "member", member.id, changed)
    return member


def _journey(member: Member, name: str, given: Mapping[str, str] | None) -> dict[str, str] | None:
    """A journey as it is given, with who meets them as the hosts have it."""
    met_by = (getattr(member, name) or {}).get("met_by")
    journey = {part: value for part, value in (given or {}).items() if part != "met_by"}
    return (journey | ({"met_by": met_by} if met_by else {})) or None
