"""What is on record between an agreement's parties: gifts, projects and learners, as the session may read them.

What lies outside the agreement's period, or has no known day, is listed besides; it is nowhere counted.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from calendars.days.spans import Days
from calendars.documents.agreement_ledger import (
    AgreementLedger,
    GiftAccount,
    KnownDays,
    LearnersAccount,
    LedgerPart,
    ProjectAccount,
)
from calendars.events.lifecycle import CALLED_OFF
from calendars.gifts.days import gives_day
from calendars.learners.counting import counted
from calendars.learners.stages import StageFacts
from calendars.money.sums import Sums
from models.events import Event
from models.gifts import Gift
from models.learners import Learner
from models.vocabulary import EventKind, EventStatus, KnownTo
from service.actions import permissions
from service.actions.ledger import rights
from service.actions.ledger.agreement_projects import Scope, known_days, paid, read_projects
from service.actions.ledger.exchange_entries import gifts_readable

MOST_LISTED = 300
"""Gifts, and projects, that a report lists; its sums have all."""

_BEGUN = (EventStatus.ONGOING, EventStatus.COMPLETED)


def read_ledger(session: Session, scope: Scope) -> AgreementLedger:
    """Gifts, projects and learners between the parties until the day, in a fixed number of queries."""
    gifts = _gifts(session, scope)
    projects = _projects(session, scope)
    learners = _learners(session, scope)

    def part(*, own: bool) -> LedgerPart:
        return LedgerPart(
            [one for one, is_own in gifts if is_own is own][:MOST_LISTED],
            [one for one, is_own in projects if is_own is own][:MOST_LISTED],
            [one for one, is_own in learners if is_own is own],
        )

    has_more = max(len(gifts), len(projects)) > MOST_LISTED
    return AgreementLedger(part(own=True), part(own=False), has_more=has_more)


def _gifts(session: Session, scope: Scope) -> list[tuple[GiftAccount, bool]]:
    """Each gift with whether it is the agreement's; oldest first, those of no known day last: what was given at a visit
    that was not held has no day but its own."""
    columns: tuple[Any, ...] = (Gift, Event.first_day, Event.last_day, Event.known_to, Event.status)
    statement = (
        select(*columns)
        .outerjoin(Event, col(Event.id) == col(Gift.event_id))
        .where(col(Gift.given_by).in_(sorted(scope.codes)), col(Gift.given_to).in_(sorted(scope.codes)))
        .where(gifts_readable(session))
        .order_by(col(Gift.received_on), col(Event.first_day), col(Gift.id))
        .limit(2 * MOST_LISTED + 1)
    )
    found = []
    for gift, first, last, known_to, status in session.exec(statement):
        given = known_days(gift.received_on)
        if status in CALLED_OFF and given is None and gift.is_planned:
            continue
        if given is None and first is not None and gives_day(status, first, scope.as_of, is_planned=gift.is_planned):
            given = KnownDays(Days(first, first) if known_to is KnownTo.DAY else Days(first, last), known_to)
        if given is not None and given.days.first > scope.as_of and not gift.is_planned:
            continue
        giver, receiver = scope.way(gift.given_by, gift.given_to, given)
        if giver == receiver:
            continue
        value = Sums() if gift.value is None or gift.currency is None else Sums({gift.currency: gift.value})
        account = GiftAccount(
            giver, receiver, gift.kind, gift.description, given, gift.quantity, gift.unit, value, gift.is_planned
        )
        found.append((account, scope.is_within(given.days if given else None)))
    return sorted(found, key=lambda one: one[0].given.days.first if one[0].given else date.max)


def _projects(session: Session, scope: Scope) -> list[tuple[ProjectAccount, bool]]:
    """Each project with whether it is the agreement's; one of which only some payments count is listed with the others
    besides, too."""
    found = []
    for one in read_projects(session, scope):
        giver, receiver = scope.way(one.given_by, one.host, one.known)
        account = ProjectAccount(giver, receiver, one.title, one.state, one.handed_over)
        rest = paid(one.besides)
        if one.is_own:
            told = replace(account, planned=one.planned, paid=paid(one.counted), is_paid_besides=bool(rest))
            found.append((told, True))
            if rest:
                found.append((replace(account, paid=rest, is_planned_elsewhere=True), False))
        else:
            found.append((replace(account, planned=one.planned, paid=rest), False))
    return found


def _learners(session: Session, scope: Scope) -> list[tuple[LearnersAccount, bool]]:
    """Counts by commitment; of batches that belong to none those within the period, then those outside it."""
    between = and_(col(Event.host).in_(sorted(scope.codes)), col(Event.guest).in_(sorted(scope.codes)))
    columns: tuple[Any, ...] = (
        Event.id,
        Event.commitment_id,
        Event.first_day,
        Event.last_day,
        Event.known_to,
        Event.status,
        Learner,
    )
    statement = (
        select(*columns)
        .outerjoin(Learner, col(Learner.event_id) == col(Event.id))
        .where(col(Event.kind) == EventKind.TRAINING_BATCH)
        .where(or_(col(Event.commitment_id).in_(scope.ids), and_(col(Event.commitment_id).is_(None), between)))
        .where(permissions.visible(session), rights.money_readable(session))
    )
    stages: dict[tuple[bool, str | None], list[StageFacts]] = {}
    unknown: dict[tuple[bool, str | None], set[str]] = {}
    for event_id, commitment_id, first, last, known_to, status, learner in session.exec(statement):
        days = Days(first, first) if known_to is KnownTo.DAY else Days(first, last)
        key = (commitment_id is not None or scope.is_within(days), commitment_id)
        if learner is not None:
            stages.setdefault(key, []).append(StageFacts.of(learner))
        elif status in _BEGUN and first <= scope.as_of:
            unknown.setdefault(key, set()).add(event_id)
    titles = {one.id: one.title for one in scope.commitments}
    return [
        (
            LearnersAccount(
                titles.get(commitment_id or ""),
                counted(stages.get((is_own, commitment_id), ()), scope.as_of),
                len(unknown.get((is_own, commitment_id), ())),
            ),
            is_own,
        )
        for is_own, commitment_id in _in_order([*stages, *unknown], [*titles])
    ]


def _in_order(keys: Iterable[tuple[bool, str | None]], ids: Collection[str]) -> list[tuple[bool, str | None]]:
    places = {one: place for place, one in enumerate(ids)}
    return sorted(set(keys), key=lambda key: (not key[0], places.get(key[1] or "", len(places))))
