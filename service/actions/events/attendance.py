"""Who of an event's people comes: what they answered, how they travel, whether they came, and who sees that.

Whoever sees an event as a department of its office does sees it of everybody. Readers of another office, or of the
other side, see it of their own side's people; who meets these is part of their journey.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from calendars.events.journeys import are_in_order, journey_of
from models.errors import Conflict
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, Message, message
from models.vocabulary import MemberAnswer, Side
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.known_days import check_has_days
from service.actions.permissions import Sight

COMING = ("answer", "answered_at", "came", "arrival", "departure")
"""The fields of a member that say whether and how they come; nothing of the visit itself follows from them."""

_JOURNEYS = ("arrival", "departure")
_NOTHING: Mapping[str, Any] = {"answer": MemberAnswer.NEEDS_ACTION} | dict.fromkeys(COMING[1:])
DEPARTS_FIRST = N_("Nobody departs before they arrive; give a later day or hour.")


@dataclass(frozen=True, slots=True)
class ComingSight:
    """Of which people of an event the session sees whether and how they come."""

    event: Event
    rights: Any
    sees_all: bool

    @classmethod
    def of(cls, session: Session, event: Event) -> "ComingSight":
        """Of an event that the session may read; no query."""
        sees_all = permissions.sight(session, event) is not Sight.SHARED
        return cls(event, permissions.reader(session), sees_all)

    def sees(self, member: Member) -> bool:
        """Whether it is seen of this member: one of the reader's own side, by the organisation they take part from,
        without one by the side of the visit they stand on."""
        if self.sees_all:
            return True
        if member.organisation_id is not None:
            return bool(self.rights.is_near(member.organisation_id))
        place = self.event.host if member.side is Side.HOST else self.event.guest
        return place is not None and self.rights.side is None and self.rights.offices.at(place) == self.rights.office

    def shown(self, member: Member) -> dict[str, Any]:
        """A member's values as the session may see them."""
        values = member.model_dump()
        return values if self.sees(member) else values | dict.fromkeys(COMING)


def settled(act: ActionContext, event: Event, member: Member | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a member with what follows from them: when an answer was given; of another person nothing is known.

    Raises:
        Conflict: whether somebody came is not known before the arrival day.
        Invalid: a journey of an event without days, or a departure before the arrival.
    """
    found = dict(values)
    if member is not None and found.get("person_id", member.person_id) != member.person_id:
        found = {**_NOTHING, **found}
    for name in _JOURNEYS:
        if found.get(name):
            check_has_days(event, name)
            found[name] = journey_of(found[name])
    present = {name: found.get(name, getattr(member, name, None)) for name in _JOURNEYS}
    if not are_in_order(present["arrival"], present["departure"]):
        field = "departure" if "departure" in found else "arrival"
        crud.check({f"{field}.at": [message(DEPARTS_FIRST)]})
    if found.get("came") is not None and found["came"] != getattr(member, "came", None):
        check_has_come(act, event)
    if "answer" in found:
        found["answer"] = found["answer"] or MemberAnswer.NEEDS_ACTION
        before = MemberAnswer.NEEDS_ACTION if member is None else member.answer
        is_other = member is not None and found.get("person_id", member.person_id) != member.person_id
        if (found["answer"] is not before or is_other) and "answered_at" not in values:
            found["answered_at"] = None if found["answer"] is MemberAnswer.NEEDS_ACTION else act.now
    return found


def check_has_come(act: ActionContext, event: Event) -> None:
    """Refuse to say who came before the day they arrive.

    Raises:
        Conflict: ``too_early``, with the day.
    """
    if act.today < event.arrives_on:
        raise Conflict(
            message(
                N_("The people of this visit arrive on {day}; who came can be entered from then on."),
                day=event.arrives_on,
            ),
            code="too_early",
            day=event.arrives_on.isoformat(),
        )


@dataclass(frozen=True, slots=True)
class Answers:
    """How many of an event's people answered what, and how many came."""

    people: int
    accepted: int
    tentative: int
    declined: int
    came: int
    stayed_away: int

    @property
    def answered(self) -> int:
        """How many answered at all."""
        return self.accepted + self.tentative + self.declined

    @classmethod
    def of(cls, members: Iterable[Member]) -> "Answers":
        """Of these members."""
        listed = list(members)
        given = [one.answer for one in listed]
        return cls(
            len(listed),
            given.count(MemberAnswer.ACCEPTED),
            given.count(MemberAnswer.TENTATIVE),
            given.count(MemberAnswer.DECLINED),
            sum(one.came is True for one in listed),
            sum(one.came is False for one in listed),
        )

    def sentence(self) -> Message:
        """“12 of 15 answered, 2 of them declined”."""
        if self.declined:
            return message(
                N_("{answered} of {people} answered, {declined} declined"),
                answered=self.answered,
                people=self.people,
                declined=self.declined,
            )
        return message(N_("{answered} of {people} answered"), answered=self.answered, people=self.people)
