"""Progress of agreements: their commitments and the events held against them, read in a fixed number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import String, and_, func, or_, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.commitments.evaluation import CommitmentTerms, Evaluation, Evaluator, EventRecord, Match, Names
from calendars.commitments.exchange_totals import Expense, Flow, exchange_totals
from calendars.commitments.outstanding import Outstanding, outstanding
from calendars.commitments.progress import CommitmentProgress, ProgressCounter, progress
from calendars.days.spans import Days, days_after
from calendars.events.host_days import MINIMUM_DAYS
from models.agreements import Agreement, Commitment
from models.events import Event
from models.vocabulary import EventKind, EventStatus, ProgressState
from service.actions import permissions
from service.actions.commitment_terms import terms_of
from service.actions.locality_index import AgreementParties, LocalityIndex

_KINDS = {kind.value: kind for kind in EventKind}
_STATUSES = {status.value: status for status in EventStatus}
_COSTS = (col(Event.funded_by), col(Event.budget_amount), type_coerce(col(Event.budget_currency), String))
_AT_ONCE = 1000
_NO_TITLE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """A commitment with its progress."""

    commitment: Commitment
    progress: CommitmentProgress


@dataclass(frozen=True, slots=True)
class AgreementProgress:
    """An agreement's account on a day: commitment by commitment in the order of its articles, and both ways."""

    agreement: Agreement
    as_of: date
    lines: tuple[ProgressLine, ...]
    passages: tuple[Flow, ...] = ()
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of the events that there are reasons for, by id."""
    outstanding: Mapping[str, Outstanding] = field(default_factory=dict)
    """What each commitment still lacks, by its id."""

    def count(self) -> dict[str, int]:
        """State → how many commitments are in it."""
        counted = dict.fromkeys((state.value for state in ProgressState), 0)
        for line in self.lines:
            counted[line.progress.state.value] += 1
        return counted


def agreement_progress(session: Session, agreement: Agreement, as_of: date) -> AgreementProgress:
    """The progress of an agreement on the day ``as_of``; in a fixed number of queries."""
    gazetteer = LocalityIndex.load(session)
    parties = gazetteer.parties(agreement)
    commitments = _commitments(session, agreement.id)
    own = _of_agreement(agreement, gazetteer, [one.id for one in commitments])
    rows = [*read_rows(session, own, *_COSTS)]
    occasions = [event_record(row, parties) for row in rows]
    found = evaluated(agreement, commitments, occasions, as_of, gazetteer.names(as_of))
    lines = [
        ProgressLine(commitment, progress(undertaking, own, as_of))
        for commitment, (undertaking, own) in zip(commitments, found, strict=True)
    ]
    earliest = days_after(as_of, MINIMUM_DAYS)
    lacking = {undertaking.id: outstanding(undertaking, own, as_of, earliest) for undertaking, own in found}
    period = Days(agreement.starts_on, agreement.ends_on)
    passages = exchange_totals(parties.codes, period, occasions, _expenses(rows, parties), as_of)
    explained = [one.occasion.id for line in lines for one in (*line.progress.near, *line.progress.remarkable)]
    return AgreementProgress(agreement, as_of, tuple(lines), tuple(passages), titles_of(session, explained), lacking)


def all_agreements_progress(session: Session, as_of: date) -> list[AgreementProgress]:
    """The progress of every agreement, oldest first, in four queries.

    Without reasons, what is outstanding and what passed each way. Events are taken in as they come from the database,
    none is kept.
    """
    gazetteer = LocalityIndex.load(session)
    agreements = session.exec(select(Agreement).order_by(col(Agreement.starts_on), col(Agreement.id))).all()
    by_id = {one.id: (one, gazetteer.parties(one)) for one in agreements}
    # What was added since the last query is left out; it will be there the next time.
    commitments = [one for one in _commitments(session) if one.agreement_id in by_id]
    books: dict[str, tuple[Evaluator, ProgressCounter, AgreementParties]] = {}
    for commitment in commitments:
        agreement, parties = by_id[commitment.agreement_id]
        undertaking = terms_of(agreement, commitment)
        books[commitment.id] = (Evaluator(undertaking, as_of), ProgressCounter(undertaking, as_of), parties)
    for row in read_rows(session, col(Event.commitment_id).is_not(None)):
        if (book := books.get(row.commitment_id)) is None:
            continue
        judge, tally, parties = book
        occasion = event_record(row, parties)
        if (standing := judge.standing(occasion)) is not Match.NEAR:
            tally.count(occasion, standing)
    lines: dict[str, list[ProgressLine]] = {one.id: [] for one in agreements}
    for commitment in commitments:
        lines[commitment.agreement_id].append(ProgressLine(commitment, books[commitment.id][1].progress()))
    return [AgreementProgress(one, as_of, tuple(lines[one.id])) for one in agreements]


def held_against(
    session: Session, agreement: Agreement, gazetteer: LocalityIndex, as_of: date
) -> tuple[Sequence[Commitment], list[tuple[CommitmentTerms, list[Evaluation]]]]:
    """An agreement's commitments, each with the events linked to it (titles among them); in three queries."""
    commitments, parties = _commitments(session, agreement.id), gazetteer.parties(agreement)
    linked = [*read_rows(session, col(Event.commitment_id).in_([one.id for one in commitments]))]
    titles = titles_of(session, [row.id for row in linked])
    occasions = [event_record(row, parties)._replace(title=titles.get(row.id, _NO_TITLE)) for row in linked]
    return commitments, evaluated(agreement, commitments, occasions, as_of, gazetteer.names(as_of))


def _commitments(session: Session, agreement_id: str | None = None) -> Sequence[Commitment]:
    statement = select(Commitment).order_by(col(Commitment.position), col(Commitment.id))
    if agreement_id is not None:
        statement = statement.where(Commitment.agreement_id == agreement_id)
    return session.exec(statement).all()


def _of_agreement(agreement: Agreement, gazetteer: LocalityIndex, commitment_ids: Collection[str]) -> Any:
    """The condition for an agreement's events: linked to it, or received by a party within its period."""
    lines = frozenset[str]().union(*(gazetteer.line(code) for code in agreement.parties))
    received = and_(
        col(Event.host).in_(sorted(lines)),
        col(Event.first_day) >= agreement.starts_on,
        col(Event.first_day) <= agreement.ends_on,
    )
    return or_(col(Event.commitment_id).in_(commitment_ids), received)


def read_rows(session: Session, which: Any, *more: Any) -> Iterable[Any]:
    """The columns of events that progress needs, then ``more``, row by row; one query.

    Words stay text until they are used: the column types would look each of them up again.
    """
    columns = (
        col(Event.id),
        type_coerce(col(Event.kind), String).label("kind"),
        type_coerce(col(Event.status), String).label("status"),
        col(Event.first_day),
        col(Event.last_day),
        col(Event.host),
        col(Event.guest),
        func.coalesce(col(Event.headcount_actual), col(Event.headcount)),
        col(Event.commitment_id),
        *more,
    )
    return session.execute(core_select(*columns).where(which)).yield_per(_AT_ONCE)


def event_record(row: Any, parties: AgreementParties) -> EventRecord:
    """A row of :func:`read_rows` as progress sees it, without its title; its sides are parties of the agreement."""
    identity, kind, status, first, last, host, guest, people, commitment_id = row[:9]
    return EventRecord(
        identity,
        _KINDS[kind],
        _STATUSES[status],
        Days(first, last),
        parties.of(host, first),
        parties.of(guest, first) if guest else None,
        people,
        commitment_id,
    )


def _expenses(rows: Iterable[Any], parties: AgreementParties) -> dict[str, Expense]:
    """What events cost, by event; from rows read with their costs."""
    found = {}
    for identity, _kind, _status, first, *_others, payer, amount, currency in rows:
        if payer is not None and amount is not None:
            found[identity] = Expense(parties.of(payer, first), amount, currency)
    return found


def evaluated(
    agreement: Agreement,
    commitments: Sequence[Commitment],
    occasions: Iterable[EventRecord],
    as_of: date,
    names: Names,
) -> list[tuple[CommitmentTerms, list[Evaluation]]]:
    """Each commitment with the events held against it, those that name none among them where they nearly count."""
    linked: dict[str, list[EventRecord]] = {}
    unlinked: list[EventRecord] = []
    for occasion in occasions:
        if occasion.commitment_id is None:
            unlinked.append(occasion)
        else:
            linked.setdefault(occasion.commitment_id, []).append(occasion)
    found = []
    for commitment in commitments:
        judge = Evaluator(terms_of(agreement, commitment), as_of, names)
        own = [judge.linked(one) for one in linked.get(commitment.id, ())]
        near = (judge.unlinked(one) for one in unlinked)
        found.append((judge.undertaking, own + [one for one in near if one is not None]))
    return found


def titles_of(session: Session, event_ids: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Event id → title."""
    found: dict[str, Mapping[str, str]] = {}
    for start in range(0, len(event_ids), 500):
        some = event_ids[start : start + 500]
        rows = session.exec(select(Event.id, Event.title).where(col(Event.id).in_(some)))
        found |= dict(rows.all())
    return permissions.titles(session, found)
