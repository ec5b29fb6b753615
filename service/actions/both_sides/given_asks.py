"""What was asked of the other side of shared visits, each with whether it has been given: the same for both sides.

The particulars of people are opened here to learn whether they are there, whoever looks; nothing else of them leaves.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.links.given import Given, GuestFacts, SideFacts, Taking, given
from models.both_sides.links import Submission
from models.both_sides.proposals import Proposal
from models.both_sides.share import EventShare
from models.event_parts import Member
from models.events import Event
from models.places import Particulars, Passport
from models.queries.offices import Offices
from models.queries.shares import office_there
from models.vocabulary import Asked, MemberAnswer, ProposalState, Side, SubmissionState
from service.actions import permissions
from service.actions.both_sides.shares import Ask, asks_of
from service.actions.directory import particulars

_T = TypeVar("_T")

_SEALED = frozenset({Asked.PHOTOS, Asked.DIETS})
_OF_FORMS = frozenset({Asked.MEMBERS, Asked.TRAVEL, Asked.PASSPORTS}) | _SEALED
_OF_PEOPLE = _OF_FORMS | {Asked.ANSWER}


@dataclass(frozen=True, slots=True)
class AnsweredAsk:
    """One thing that is asked, with how it was given; None: it is waited for."""

    ask: Ask
    given: Given | None

    def is_late(self, today: date) -> bool:
        """Whether it is waited for and its day is over."""
        return self.given is None and self.ask.until < today


def answered_asks(
    session: Session, secret: str, shared: Sequence[tuple[Event, EventShare]]
) -> dict[str, list[AnsweredAsk]]:
    """Event → what is asked of its other side, the most urgent first; five queries at most, however many events."""
    asks = {event.id: asks_of(share) for event, share in shared}
    facts = _facts(session, secret, shared, {ask.what for found in asks.values() for ask in found})
    return {
        event_id: [AnsweredAsk(ask, given(ask.what, facts[event_id])) for ask in found]
        for event_id, found in asks.items()
    }


def _facts(
    session: Session, secret: str, shared: Sequence[tuple[Event, EventShare]], asked: Collection[Asked]
) -> Mapping[str, SideFacts]:
    ids = [event.id for event, _share in shared]
    offices = permissions.offices(session)
    sides = {event.id: _side(offices, event, share) for event, share in shared}
    members = _members(session, ids, sides) if _OF_PEOPLE.intersection(asked) else {}
    going = [one for found in members.values() for one in found if one.answer is not MemberAnswer.DECLINED]
    guests = _guests(session, secret, going, asked)
    takings = _takings(session, ids) if _OF_FORMS.intersection(asked) else {}
    agreed = _agreed(session, ids) if Asked.DAYS in asked else {}
    return {
        event.id: SideFacts(
            share.shared_at,
            [guests[one.id] for one in members.get(event.id, ()) if one.id in guests],
            takings.get(event.id, ()),
            agreed.get(event.id, ()),
            [one.answered_at for one in members.get(event.id, ())],
        )
        for event, share in shared
    }


def _side(offices: Offices, event: Event, share: EventShare) -> Side:
    """On which side of a visit the people of the office stand that it is shared with."""
    return Side.HOST if office_there(offices, event.guest) != offices.named(share.office) else Side.GUEST


def _members(session: Session, ids: Sequence[str], sides: Mapping[str, Side]) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    for one in session.exec(select(Member).where(col(Member.event_id).in_(ids)).order_by(col(Member.id))):
        if one.side is sides[one.event_id]:
            found.setdefault(one.event_id, []).append(one)
    return found


def _guests(
    session: Session, secret: str, members: Sequence[Member], asked: Collection[Asked]
) -> dict[str, GuestFacts]:
    """Member → what is there of them."""
    people = {one.person_id for one in members}
    has_passport: set[str] = set()
    if Asked.PASSPORTS in asked:
        stored = core_select(col(Passport.person_id)).where(col(Passport.person_id).in_(people))
        has_passport.update(session.execute(stored).scalars())
    kept = {}
    if _SEALED.intersection(asked):
        rows = session.exec(select(Particulars).where(col(Particulars.person_id).in_(people)))
        kept = {row.person_id: particulars.opened(secret, row) for row in rows}
    facts = {}
    for one in members:
        known = kept.get(one.person_id)
        facts[one.id] = GuestFacts(
            one.created_at,
            has_arrival=bool(one.arrival),
            has_photo=known is not None and known.photo_id is not None,
            has_diet=known is not None and bool(known.diet),
            has_passport=one.person_id in has_passport,
        )
    return facts


def _takings(session: Session, ids: Sequence[str]) -> dict[str, list[Taking]]:
    accepted = core_select(col(Submission.event_id), col(Submission.decided_at), col(Submission.taken)).where(
        col(Submission.event_id).in_(ids), col(Submission.state) == SubmissionState.ACCEPTED
    )
    return _by_event((event_id, Taking(at, taken)) for event_id, at, taken in session.execute(accepted) if at)


def _agreed(session: Session, ids: Sequence[str]) -> dict[str, list[datetime]]:
    accepted = core_select(col(Proposal.event_id), col(Proposal.answered_at)).where(
        col(Proposal.event_id).in_(ids), col(Proposal.state) == ProposalState.ACCEPTED
    )
    return _by_event((event_id, at) for event_id, at in session.execute(accepted) if at)


def _by_event(pairs: Iterable[tuple[str, _T]]) -> dict[str, list[_T]]:
    found: dict[str, list[_T]] = {}
    for event_id, one in pairs:
        found.setdefault(event_id, []).append(one)
    return found
