"""The projects between an agreement's parties: which are the agreement's, and what of their money counts.

One rule for the list of projects and for the sums. A project of one of the commitments is the agreement's, with
everything paid for it. Of one that belongs to no commitment counts what was paid within the period; it is the
agreement's if something was, or if it was accepted or handed over within the period. Everything else is listed besides
and counted nowhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from calendars.commitments.ledger_totals import LedgerEntry, LedgerTotals
from calendars.days.spans import Days
from calendars.documents.agreement_ledger import KnownDays
from calendars.gifts.days import bounds
from calendars.money.sums import Sums
from calendars.projects import figures
from calendars.projects.facts import Amount, ProjectFacts
from models.agreements import Commitment
from models.projects import Project
from models.text import LocalizedText
from models.vocabulary import ProjectState
from service.actions.ledger import rights
from service.actions.ledger.handovers import Handover, readable_handovers
from service.actions.locality_index import AgreementParties


@dataclass(frozen=True, slots=True)
class Scope:
    """The agreement that is asked about: its parties with the localities ``codes`` that count as one of them, its
    commitments, its period, and the day it is told of."""

    parties: AgreementParties
    codes: frozenset[str]
    commitments: Sequence[Commitment]
    period: Days
    as_of: date

    @property
    def ids(self) -> list[str]:
        """The ids of the commitments."""
        return [one.id for one in self.commitments]

    def is_within(self, days: Days | None) -> bool:
        """Whether something certainly was within the period."""
        return days is not None and days.first in self.period and days.last in self.period

    def way(self, giver: str, receiver: str, known: KnownDays | None) -> tuple[str, str]:
        """The parties that two localities count as, on a day or else on that of the report."""
        day = known.days.first if known else self.as_of
        return self.parties.of(giver, day), self.parties.of(receiver, day)


def known_days(text: str | None) -> KnownDays | None:
    """What is written of a day, a month or a year; None: nothing is."""
    return KnownDays(*bounds(text)) if text else None


class Disbursed(NamedTuple):
    """A payment: the locality that made it, the amount, and when it was; ``known`` None: nobody knows."""

    payer: str
    amount: Amount
    known: KnownDays | None


@dataclass(frozen=True, slots=True)
class ProjectMoney:
    """A project as it stood on the day of the report, and which of its payments count for the agreement."""

    title: LocalizedText
    given_by: str
    host: str
    commitment_id: str | None
    state: ProjectState
    known: KnownDays | None
    handed_over: KnownDays | None
    year: int | None
    planned: Sums
    shares: Sequence[tuple[str, Amount]]
    is_own: bool
    counted: Sequence[Disbursed] = field(default=())
    besides: Sequence[Disbursed] = field(default=())


def read_projects(session: Session, scope: Scope) -> list[ProjectMoney]:
    """The projects of the commitments, and those between the parties that belong to none, by title; in a fixed number
    of queries. What was done, paid, accepted or handed over only after the day of the report is not told."""
    between = and_(
        col(Project.commitment_id).is_(None),
        col(Project.given_by).in_(sorted(scope.codes)),
        col(Project.host).in_(sorted(scope.codes)),
    )
    statement = (
        select(Project)
        .where(or_(col(Project.commitment_id).in_(scope.ids), between), rights.entries_readable(session, Project))
        .order_by(col(Project.sort_key), col(Project.id))
    )
    rows = session.exec(statement).all()
    handovers = readable_handovers(session, [one.handover_event_id for one in rows])
    return [_money_of(one, handovers.get(one.handover_event_id or ""), scope) for one in rows]


def _money_of(row: Project, handover: Handover | None, scope: Scope) -> ProjectMoney:
    facts = ProjectFacts.of(row)
    then = facts.until(scope.as_of)
    is_held = handover is not None and handover.is_held and handover.days.first <= scope.as_of
    is_coming = handover is not None and (handover.is_coming or handover.is_held) and not is_held
    handed_over = known_days(then.handed_over_on)
    if handed_over is None and is_held and handover is not None:
        handed_over = KnownDays(handover.days, handover.known_to)
    known = handed_over or known_days(then.accepted_on)
    paid = [
        Disbursed(one.payer or row.given_by, (one.currency, one.amount), known_days(one.paid_on))
        for one in row.disbursement_rows
    ]
    paid = [one for one in paid if one.known is None or one.known.days.first <= scope.as_of]

    def counts(one: Disbursed) -> bool:
        return row.commitment_id is not None or scope.is_within(one.known.days if one.known else None)

    counted = [one for one in paid if counts(one)]
    is_own = row.commitment_id is not None or bool(counted) or scope.is_within(known.days if known else None)
    return ProjectMoney(
        row.title,
        row.given_by,
        row.host,
        row.commitment_id,
        figures.state_of(then, is_held=is_held, is_coming=is_coming),
        known,
        handed_over,
        figures.year_of(facts) or (known.days.first.year if known else None),
        figures.planned(facts),
        figures.shares(row.given_by, [one.locality for one in row.source_rows], facts),
        is_own,
        counted,
        [one for one in paid if not counts(one)],
    )


def paid(payments: Iterable[Disbursed]) -> Sums:
    """What was paid, by currency."""
    return Sums.of(one.amount for one in payments)


def project_entries(session: Session, scope: Scope) -> Iterator[LedgerEntry]:
    """What the parties are to pay, and paid, for the agreement's projects that stand with another party.

    What the side pays where the project stands is its own. What it is to cost belongs to the year of its handover; a
    payment to its own year.
    """
    for one in read_projects(session, scope):
        if not one.is_own:
            continue
        for payer, amount in one.shares:
            ways = scope.way(payer, one.host, one.known)
            yield LedgerEntry(*ways, one.year, one.commitment_id, LedgerTotals(money_planned=Sums.of([amount])))
        for payment in one.counted:
            ways = scope.way(payment.payer, one.host, payment.known)
            year = payment.known.days.first.year if payment.known else None
            yield LedgerEntry(*ways, year, one.commitment_id, LedgerTotals(money=Sums.of([payment.amount])))
