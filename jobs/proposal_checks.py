"""Check a claimed mail about proposed days, right before it is sent: nobody is asked for an answer that is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from calendars.days.spans import Days
from calendars.events.place_names import in_sentence
from calendars.mails.event_mail import OfficeMail
from calendars.mails.proposal_mail import ProposalTopic, compose_proposal
from calendars.proposals.notices import NOT_AGREED_ON, PROPOSAL_GONE, SETTLED, WHILE_OPEN, ProposalNotice
from calendars.proposals.steps import NEGOTIABLE, ProposalFacts
from calendars.reminders import due_times
from jobs.queue import ClaimedReminder
from models.both_sides.proposals import Proposal
from models.events import Event
from models.i18n import Message, message
from models.office import Office
from models.places import Locality
from models.queries.audience import MESSENGER
from models.queries.offices import Offices
from models.queries.proposal_readers import ProposalReaders
from models.queries.stand_ins import StandIns
from models.vocabulary import AboutType, EventStatus, ProposalState


@dataclass(frozen=True, slots=True)
class ProposalMail:
    """A mail that is still to be sent to somebody of an office, the version of its proposal, the messenger it goes to
    instead of a mailbox, and the address of who stands in for its recipient."""

    mail: OfficeMail
    office: str
    version: int
    messenger: bytes | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class ProposalChecks:
    """What decides whether mails about proposed days are still to be sent; read at once for a batch."""

    office: Office
    offices: Offices
    proposals: Mapping[str, Proposal]
    events: Mapping[str, Event]
    places: Mapping[str, Locality]
    readers: ProposalReaders
    stand_ins: StandIns

    @classmethod
    def load(
        cls, session: Session, claimed: Sequence[ClaimedReminder], office: Office, stand_ins: StandIns
    ) -> "ProposalChecks | None":
        """Read it for these reminders; None if none of them is about a proposal."""
        ids = {one.about_id for one in claimed if one.about_type is AboutType.PROPOSAL and one.about_id}
        if not ids:
            return None
        proposals = _by_key(session, Proposal, "id", ids)
        events = _by_key(session, Event, "id", {one.event_id for one in proposals.values()})
        offices = Offices.load(session)
        codes = {offices.named(code) for one in proposals.values() for code in (one.from_office, one.to_office)}
        places = _by_key(session, Locality, "code", codes)
        readers = ProposalReaders.load(session, offices, events.keys())
        return cls(office, offices, proposals, events, places, readers, stand_ins)

    def check(self, one: ClaimedReminder, now: datetime) -> ProposalMail | Message:
        """The mail as it is to be sent, or the reason to skip it."""
        row = self.proposals.get(one.about_id or "")
        event = None if row is None else self.events.get(row.event_id)
        notice = ProposalNotice(one.rule_key.partition(":")[0])
        if row is None or event is None or self.readers.shared.code(event.id) is None:
            return message(PROPOSAL_GONE)
        facts = self._facts(row)
        if (why := _why_not(notice, row, facts, event, now)) is not None:
            return message(why)
        is_proposer = one.rule_key.endswith(":from")
        office, other = (facts.office, facts.to_office) if is_proposer else (facts.to_office, facts.office)
        people = self.readers.told(event, office, also=row.made_by if is_proposer else None)
        if one.recipient not in people:
            return message(due_times.NOT_ADDRESSED)
        about = self._topic(notice, row, event, other, is_proposer=is_proposer)
        address = one.recipient.removeprefix(MESSENGER)
        absence = self.stand_ins.away.get(address)
        instead = None if absence is None else self.readers.account(absence.stand_in, event, office)
        if absence is not None and instead is not None:
            if address != one.recipient or absence.stand_in in people:
                return message(due_times.STOOD_IN_FOR)
            content = compose_proposal(about, instead.locale, (absence.name, absence.until))
            return ProposalMail(OfficeMail(instead.locale, content), office, row.version, to=absence.stand_in)
        language = people[one.recipient]
        messenger: Any = None
        if address != one.recipient and (account := self.readers.account(address, event, office)) is not None:
            messenger = account.messenger
        return ProposalMail(OfficeMail(language, compose_proposal(about, language)), office, row.version, messenger)

    def _facts(self, row: Proposal) -> ProposalFacts:
        named = self.offices.named
        return ProposalFacts(row.state, named(row.from_office), named(row.to_office), row.expires_at)

    def _topic(
        self, notice: ProposalNotice, row: Proposal, event: Event, other: str, *, is_proposer: bool
    ) -> ProposalTopic:
        place = self.places.get(other)
        is_postponed = event.status is EventStatus.POSTPONED
        return ProposalTopic(
            notice,
            event.title,
            Days(row.first_day, row.last_day),
            {} if place is None else in_sentence(place.name),
            f"{self.office.event_url(event.id)}/proposals",
            is_proposer,
            days_now=None if is_postponed else Days(event.first_day, event.last_day),
            note=row.note,
            answer_by=row.answer_by,
            answer_note=row.answer_note,
            reason=row.refused_reason if notice is ProposalNotice.REFUSED else None,
            is_accepted=row.state is ProposalState.ACCEPTED,
        )


def _why_not(notice: ProposalNotice, row: Proposal, facts: ProposalFacts, event: Event, now: datetime) -> str | None:
    """Why a notice is not to be sent now; None if it is."""
    state = facts.state_at(now)
    if notice in WHILE_OPEN and event.status not in NEGOTIABLE:
        return NOT_AGREED_ON
    wanted = {
        ProposalNotice.ASKED: state is ProposalState.OPEN,
        ProposalNotice.DUE: state is ProposalState.OPEN,
        ProposalNotice.LATE: state is ProposalState.EXPIRED,
        ProposalNotice.ANSWERED: state in (ProposalState.ACCEPTED, ProposalState.DECLINED),
        ProposalNotice.WITHDRAWN: state is ProposalState.WITHDRAWN,
        ProposalNotice.REFUSED: state is ProposalState.OPEN and row.refused_at is not None,
    }
    return None if wanted[notice] else SETTLED


def _by_key(session: Session, model: type[Any], name: str, keys: Any) -> dict[str, Any]:
    wanted = sorted(keys)
    if not wanted:
        return {}
    found = session.execute(select(model).where(col(getattr(model, name)).in_(wanted))).scalars()
    return {getattr(row, name): row for row in found}
