"""Progress of agreements: their commitments and the events evaluated against them, in a fixed number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import String, and_, case, func, or_, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.commitments.event_matching import (
    NOBODY,
    CommitmentTerms,
    Evaluation,
    Evaluator,
    EventRecord,
    Match,
    Names,
)
from calendars.commitments.exchange_totals import Flow, exchange_totals
from calendars.commitments.ledger_totals import Cost
from calendars.commitments.outstanding import Outstanding, outstanding
from calendars.commitments.progress import CommitmentProgress, ProgressCounter, counter_of, progress
from calendars.days.spans import Days, days_after, days_taken
from calendars.events.host_days import MINIMUM_DAYS
from calendars.learners.counting import NO_LEARNERS, Stages
from calendars.projects.standing import ProjectRecord
from models.agreements import Agreement, Commitment
from models.events import Event
from models.vocabulary import ActivityType, Currency, EventKind, EventStatus, KnownTo, ProgressState
from service.actions import permissions
from service.actions.agreements.agreement_queries import AGREEMENT_ORDER
from service.actions.commitment_terms import terms_of
from service.actions.ledger import (
    agreement_projects,
    estimate_budgets,
    exchange_entries,
    learner_stages,
    project_records,
    rights,
)
from service.actions.locality_index import AgreementParties, LocalityIndex

_KINDS = {kind.value: kind for kind in EventKind}
_TYPES: Mapping[str | None, ActivityType | None] = {None: None} | {one.value: one for one in ActivityType}
_STATUSES = {status.value: status for status in EventStatus}
_CURRENCIES = {one.value: one for one in Currency}
_KNOWN = {one.value: one for one in KnownTo}
_AT_ONCE = 1000
_COLUMNS = 14
"""How many columns :func:`read_rows` reads of every event."""
_NO_TITLE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """A commitment with its progress."""

    commitment: Commitment
    progress: CommitmentProgress


@dataclass(frozen=True, slots=True)
class AgreementProgress:
    """An agreement's progress on a day: its commitments in the order of the articles, and the exchange totals."""

    agreement: Agreement
    as_of: date
    lines: tuple[ProgressLine, ...]
    passages: tuple[Flow, ...] = ()
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Event id → title, of the events that the reasons name."""
    outstanding: Mapping[str, Outstanding] = field(default_factory=dict)
    """Commitment id → what is still outstanding."""

    def count(self) -> dict[str, int]:
        """State → how many commitments are in it."""
        counted = dict.fromkeys((state.value for state in ProgressState), 0)
        for line in self.lines:
            counted[line.progress.state.value] += 1
        return counted


def agreement_progress(session: Session, agreement: Agreement, as_of: date) -> AgreementProgress:
    """The progress of an agreement on the day ``as_of``, as its reader may know it; in a fixed number of queries.

    Events that the session may not read count for nothing, and of the ledger only what it may read of it.
    """
    localities = LocalityIndex.load(session)
    parties = localities.parties(agreement)
    commitments = _commitments(session, agreement.id)
    ids = [one.id for one in commitments]
    related = _of_agreement(agreement, localities, ids)
    own = and_(related, permissions.visible(session))
    rows = [*read_rows(session, own, *_costs(session))]
    learners = learner_stages.stages_where(session, own)
    records = [event_record(row, parties, learners) for row in rows]
    projects = project_records.records_of(session, ids)
    found = evaluated(agreement, commitments, records, as_of, localities.names(as_of), projects)
    lines = [
        ProgressLine(commitment, progress(terms, own, as_of))
        for commitment, (terms, own) in zip(commitments, found, strict=True)
    ]
    earliest = days_after(as_of, MINIMUM_DAYS)
    lacking = {terms.id: outstanding(terms, own, as_of, earliest) for terms, own in found}
    period = Days(agreement.starts_on, agreement.ends_on)
    codes = frozenset[str]().union(*(localities.line(code) for code in agreement.parties))
    flows = exchange_totals(
        parties.codes,
        period,
        records,
        as_of,
        costs=exchange_entries.event_money(session, related, parties, as_of),
        budgets=_budgets(rows, parties),
        entries=[
            *exchange_entries.gift_entries(session, parties, codes, period, as_of),
            *agreement_projects.project_entries(
                session, agreement_projects.Scope(parties, codes, commitments, period, as_of)
            ),
        ],
        fields={one.id: one.field for one in commitments},
    )
    explained = [one.occasion.id for line in lines for one in (*line.progress.near, *line.progress.remarkable)]
    return AgreementProgress(agreement, as_of, tuple(lines), tuple(flows), titles_of(session, explained), lacking)


def all_agreements_progress(session: Session, as_of: date) -> list[AgreementProgress]:
    """The progress of every agreement, oldest first, as its reader may know it, in a fixed number of queries.

    Without reasons, outstanding items and exchange totals. Events are counted as they are read from the database; none
    is kept in memory.
    """
    localities = LocalityIndex.load(session)
    agreements = session.exec(select(Agreement).order_by(*AGREEMENT_ORDER)).all()
    by_id = {one.id: (one, localities.parties(one)) for one in agreements}
    # A commitment to an agreement added since the query above is left out; the next call includes it.
    commitments = [one for one in _commitments(session) if one.agreement_id in by_id]
    counters: dict[str, tuple[Evaluator, ProgressCounter, AgreementParties]] = {}
    projects = project_records.records_of(session)
    for commitment in commitments:
        agreement, parties = by_id[commitment.agreement_id]
        terms = terms_of(agreement, commitment, projects.get(commitment.id, ()))
        counters[commitment.id] = (Evaluator(terms, as_of), counter_of(terms, as_of), parties)
    linked = and_(col(Event.commitment_id).is_not(None), permissions.visible(session))
    learners = learner_stages.stages_where(session, linked)
    for row in read_rows(session, linked):
        if (found := counters.get(row.commitment_id)) is None:
            continue
        evaluator, counter, parties = found
        record = event_record(row, parties, learners)
        if (match := evaluator.standing(record)) is not Match.NEAR:
            counter.count(record, match)
        else:
            counter.postpone(record)
    lines: dict[str, list[ProgressLine]] = {one.id: [] for one in agreements}
    for commitment in commitments:
        lines[commitment.agreement_id].append(ProgressLine(commitment, counters[commitment.id][1].progress()))
    return [AgreementProgress(one, as_of, tuple(lines[one.id])) for one in agreements]


def evaluate_linked(
    session: Session, agreement: Agreement, localities: LocalityIndex, as_of: date
) -> tuple[Sequence[Commitment], list[tuple[CommitmentTerms, list[Evaluation]]]]:
    """An agreement's commitments, each with the evaluations of the events linked to it, titles included; in a
    fixed number of queries. For planning: events that the session may not read are among them, and nothing of them may
    be told."""
    commitments, parties = _commitments(session, agreement.id), localities.parties(agreement)
    of_commitments = col(Event.commitment_id).in_([one.id for one in commitments])
    linked = [*read_rows(session, of_commitments)]
    learners = learner_stages.stages_where(session, of_commitments)
    titles = titles_of(session, [row.id for row in linked])
    records = [event_record(row, parties, learners)._replace(title=titles.get(row.id, _NO_TITLE)) for row in linked]
    projects = project_records.records_of(session, [one.id for one in commitments])
    return commitments, evaluated(agreement, commitments, records, as_of, localities.names(as_of), projects)


def _commitments(session: Session, agreement_id: str | None = None) -> Sequence[Commitment]:
    statement = select(Commitment).order_by(col(Commitment.position), col(Commitment.id))
    if agreement_id is not None:
        statement = statement.where(Commitment.agreement_id == agreement_id)
    return session.exec(statement).all()


def _of_agreement(agreement: Agreement, localities: LocalityIndex, commitment_ids: Collection[str]) -> Any:
    """The condition for an agreement's events: linked to it, or hosted by a party within its period."""
    hosts = frozenset[str]().union(*(localities.line(code) for code in agreement.parties))
    hosted = and_(
        col(Event.host).in_(sorted(hosts)),
        col(Event.first_day) >= agreement.starts_on,
        col(Event.first_day) <= agreement.ends_on,
    )
    return or_(col(Event.commitment_id).in_(commitment_ids), hosted)


def read_rows(session: Session, which: Any, *more: Any) -> Iterable[Any]:
    """Yield the event columns that progress needs, then ``more``, row by row; one query.

    Enums are read as text and converted only when used: their column types would convert every value.
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
        type_coerce(col(Event.activity_type), String).label("activity_type"),
        col(Event.composition),
        col(Event.start_time),
        col(Event.end_time),
        type_coerce(col(Event.known_to), String).label("known_to"),
        *more,
    )
    return session.execute(core_select(*columns).where(which)).yield_per(_AT_ONCE)


def event_record(row: Any, parties: AgreementParties, learners: Stages = NO_LEARNERS) -> EventRecord:
    """The record of a row of :func:`read_rows`, without title; host and guest are mapped to the agreement's parties."""
    identity, kind, status, first, last, host, guest, people, commitment_id = row[:9]
    activity_type, composition, starts, ends, known_to = row[9:_COLUMNS]
    return EventRecord(
        identity,
        _KINDS[kind],
        _STATUSES[status],
        # Hardly any event has hours, and where it has none the days it takes are its own.
        Days(first, last) if ends is None else days_taken(first, last, starts, ends),
        parties.of(host, first),
        parties.of(guest, first) if guest else None,
        people,
        commitment_id,
        activity_type=_TYPES[activity_type],
        composition=composition or NOBODY,
        last_day=last,
        known_to=_KNOWN[known_to],
        learners=learners.get(identity, ()),
    )


def _costs(session: Session) -> tuple[Any, ...]:
    """The columns of :func:`_budgets`; empty of events whose budget the session does not see."""
    known = estimate_budgets.budget_readable(session)
    costs = (col(Event.funded_by), col(Event.budget_amount), type_coerce(col(Event.budget_currency), String))
    return costs if rights.reads_all_money(session) else tuple(case((known, cost)) for cost in costs)


def _budgets(rows: Iterable[Any], parties: AgreementParties) -> dict[str, Cost]:
    """Event id → its budget and who pays; from rows read with :func:`_costs`."""
    found = {}
    for row in rows:
        payer, amount, currency = row[_COLUMNS:]
        if payer is not None and amount is not None:
            found[row.id] = Cost(parties.of(payer, row.first_day), _CURRENCIES[currency], amount)
    return found


def evaluated(
    agreement: Agreement,
    commitments: Sequence[Commitment],
    records: Iterable[EventRecord],
    as_of: date,
    names: Names,
    projects: Mapping[str, tuple[ProjectRecord, ...]],
) -> list[tuple[CommitmentTerms, list[Evaluation]]]:
    """Each commitment with its evaluated events: the linked ones, and unlinked ones that nearly match it."""
    linked: dict[str, list[EventRecord]] = {}
    unlinked: list[EventRecord] = []
    for record in records:
        if record.commitment_id is None:
            unlinked.append(record)
        else:
            linked.setdefault(record.commitment_id, []).append(record)
    found = []
    for commitment in commitments:
        evaluator = Evaluator(terms_of(agreement, commitment, projects.get(commitment.id, ())), as_of, names)
        own = [evaluator.linked(one) for one in linked.get(commitment.id, ())]
        near = (evaluator.unlinked(one) for one in unlinked)
        found.append((evaluator.undertaking, own + [one for one in near if one is not None]))
    return found


def titles_of(session: Session, event_ids: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Event id → title."""
    found: dict[str, Mapping[str, str]] = {}
    for start in range(0, len(event_ids), 500):
        some = event_ids[start : start + 500]
        rows = session.exec(select(Event.id, Event.title).where(col(Event.id).in_(some)))
        found |= dict(rows.all())
    return permissions.titles(session, found)
