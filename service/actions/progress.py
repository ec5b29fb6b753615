"""Progress of agreements: their commitments and the events held against them, read in a fixed number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import String, and_, func, or_, type_coerce
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.progress import Progress, progress
from calendars.reciprocity import Expense, Passage, reciprocity
from calendars.spans import Days
from calendars.undertakings import Judge, Judgement, Names, Occasion, Undertaking
from models.agreements import Agreement, Commitment
from models.events import Event
from models.vocabulary import EventKind, EventStatus, ProgressState
from service.actions.gazetteer import Gazetteer, Parties
from service.actions.undertakings import undertaking_of

_KINDS = {kind.value: kind for kind in EventKind}
_STATUSES = {status.value: status for status in EventStatus}
_NO_TITLE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Standing:
    """A commitment with its progress."""

    commitment: Commitment
    progress: Progress


@dataclass(frozen=True, slots=True)
class Account:
    """An agreement's account on a day: commitment by commitment in the order of its articles, and both ways."""

    agreement: Agreement
    as_of: date
    standings: tuple[Standing, ...]
    passages: tuple[Passage, ...] = ()
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of the events that there are reasons for, by id."""

    def count(self) -> dict[str, int]:
        """State → how many commitments are in it."""
        counted = dict.fromkeys((state.value for state in ProgressState), 0)
        for standing in self.standings:
            counted[standing.progress.state.value] += 1
        return counted


def account_of(session: Session, agreement: Agreement, as_of: date) -> Account:
    """The progress of an agreement on the day ``as_of``; in a fixed number of queries."""
    gazetteer = Gazetteer.load(session)
    parties = gazetteer.parties(agreement)
    commitments = _commitments(session, agreement.id)
    own = _of_agreement(agreement, gazetteer, [one.id for one in commitments])
    occasions = [occasion_of(row, parties) for row in read_rows(session, own)]
    standings = _standings(agreement, commitments, occasions, as_of, gazetteer.names(as_of))
    period = Days(agreement.starts_on, agreement.ends_on)
    passages = reciprocity(parties.codes, period, occasions, _expenses(session, own, parties), as_of)
    explained = [
        one.occasion.id for standing in standings for one in (*standing.progress.near, *standing.progress.remarkable)
    ]
    return Account(agreement, as_of, tuple(standings), tuple(passages), titles_of(session, explained))


def accounts_of_all(session: Session, as_of: date) -> list[Account]:
    """The progress of every agreement, oldest first, without reasons and what passed each way; in four queries."""
    gazetteer = Gazetteer.load(session)
    agreements = session.exec(select(Agreement).order_by(col(Agreement.starts_on), col(Agreement.id))).all()
    by_agreement: dict[str, list[Commitment]] = {one.id: [] for one in agreements}
    for commitment in _commitments(session):
        by_agreement[commitment.agreement_id].append(commitment)
    rows: dict[str | None, list[Any]] = {}
    for row in read_rows(session, col(Event.commitment_id).is_not(None)):
        rows.setdefault(row.commitment_id, []).append(row)
    accounts = []
    for agreement in agreements:
        parties, own = gazetteer.parties(agreement), by_agreement[agreement.id]
        linked = [occasion_of(row, parties) for one in own for row in rows.get(one.id, ())]
        accounts.append(Account(agreement, as_of, tuple(_standings(agreement, own, linked, as_of))))
    return accounts


def held_against(
    session: Session, agreement: Agreement, gazetteer: Gazetteer, as_of: date
) -> tuple[Sequence[Commitment], list[tuple[Undertaking, list[Judgement]]]]:
    """An agreement's commitments, each with the events linked to it (titles among them); in three queries."""
    commitments, parties = _commitments(session, agreement.id), gazetteer.parties(agreement)
    linked = read_rows(session, col(Event.commitment_id).in_([one.id for one in commitments]))
    titles = titles_of(session, [row.id for row in linked])
    occasions = [occasion_of(row, parties)._replace(title=titles.get(row.id, _NO_TITLE)) for row in linked]
    return commitments, judged(agreement, commitments, occasions, as_of, gazetteer.names(as_of))


def _standings(
    agreement: Agreement,
    commitments: Sequence[Commitment],
    occasions: Iterable[Occasion],
    as_of: date,
    names: Names | None = None,
) -> list[Standing]:
    found = judged(agreement, commitments, occasions, as_of, names)
    return [
        Standing(commitment, progress(undertaking, own, as_of))
        for commitment, (undertaking, own) in zip(commitments, found, strict=True)
    ]


def _commitments(session: Session, agreement_id: str | None = None) -> Sequence[Commitment]:
    statement = select(Commitment).order_by(col(Commitment.position), col(Commitment.id))
    if agreement_id is not None:
        statement = statement.where(Commitment.agreement_id == agreement_id)
    return session.exec(statement).all()


def _of_agreement(agreement: Agreement, gazetteer: Gazetteer, commitment_ids: Collection[str]) -> Any:
    """The condition for an agreement's events: linked to it, or received by a party within its period."""
    lines = frozenset[str]().union(*(gazetteer.line(code) for code in agreement.parties))
    received = and_(
        col(Event.host).in_(sorted(lines)),
        col(Event.first_day) >= agreement.starts_on,
        col(Event.first_day) <= agreement.ends_on,
    )
    return or_(col(Event.commitment_id).in_(commitment_ids), received)


def read_rows(session: Session, which: Any) -> Sequence[Any]:
    """The columns of events that progress needs; one query.

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
    )
    return session.execute(core_select(*columns).where(which)).all()


def occasion_of(row: Any, parties: Parties) -> Occasion:
    """A row of :func:`read_rows` as progress sees it, without its title; its sides are parties of the agreement."""
    identity, kind, status, first, last, host, guest, people, commitment_id = row
    return Occasion(
        identity,
        _KINDS[kind],
        _STATUSES[status],
        Days(first, last),
        parties.of(host, first),
        parties.of(guest, first) if guest else None,
        people,
        commitment_id,
    )


def _expenses(session: Session, which: Any, parties: Parties) -> dict[str, Expense]:
    """What these events cost, by event; one query."""
    columns = [
        col(getattr(Event, name)) for name in ("id", "funded_by", "first_day", "budget_amount", "budget_currency")
    ]
    paid = and_(which, col(Event.funded_by).is_not(None), col(Event.budget_amount).is_not(None))
    return {
        identity: Expense(parties.of(payer, first), amount, currency.value)
        for identity, payer, first, amount, currency in session.execute(core_select(*columns).where(paid))
    }


def judged(
    agreement: Agreement,
    commitments: Sequence[Commitment],
    occasions: Iterable[Occasion],
    as_of: date,
    names: Names | None = None,
) -> list[tuple[Undertaking, list[Judgement]]]:
    """Each commitment with the events held against it, those that name none among them where they nearly count.

    Without ``names`` no reasons are given, which takes a third of the time.
    """
    linked: dict[str, list[Occasion]] = {}
    unlinked: list[Occasion] = []
    for occasion in occasions:
        if occasion.commitment_id is None:
            unlinked.append(occasion)
        else:
            linked.setdefault(occasion.commitment_id, []).append(occasion)
    found = []
    for commitment in commitments:
        judge, mine = Judge(undertaking_of(agreement, commitment), as_of, names or {}), linked.get(commitment.id, ())
        if names is None:
            own = [Judgement(one, judge.standing(one)) for one in mine]
        else:
            own = [judge.linked(one) for one in mine]
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
    return found
