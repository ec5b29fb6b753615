"""All warnings of events, and their direction, for whoever reads them; in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import attributes
from sqlmodel import Session, col, select

from calendars.commitments.event_matching import CommitmentTerms
from calendars.conflicts import commitment_checks
from calendars.conflicts.ceremony_checks import ceremony_not_allowed
from calendars.conflicts.second_visits import LinkedVisit, ceremony_in_another_year, is_bounded, second_of_year
from calendars.days.spans import Days, days_of
from models.agreements import Agreement, Commitment
from models.events import Event, Performance, TrainingPhase
from models.queries.anniversary_levels import between_states
from models.vocabulary import EventKind, EventStatus
from service.actions import permissions
from service.actions.commitment_terms import terms_of
from service.actions.context import ActionContext
from service.actions.directory import ended_organisations
from service.actions.locality_index import DirectionResolver
from service.actions.permissions import Sight
from service.actions.reminders.reach import reach_warnings
from service.actions.scheduling.event_surroundings import WarningContext, linked_visits

UNWARNED = frozenset({EventStatus.COMPLETED, EventStatus.CANCELLED, EventStatus.POSTPONED})


MEETINGS = frozenset({"host_overlap", "person_double_committed", "second_of_year"})
"""Warnings about two events: ``with_`` is the other one."""


class EventPresenter:
    """Computes the direction and the warnings of events, without a query per event."""

    def __init__(self, session: Session, act: ActionContext) -> None:
        self.session = session
        self.act = act
        self.compass = DirectionResolver.load(session, act)
        self._terms: dict[str, CommitmentTerms] = {}
        self._linked: dict[str, list[LinkedVisit]] = {}
        self._between_states: dict[str, bool] = {}
        self._conflicts: dict[str, list[commitment_checks.EventWarning]] = {}

    def prefetch(self, events: Sequence[Event], *, closely: bool = False) -> None:
        """Load the parts of these events, their commitments and what their warnings are calculated from.

        As many queries for many events as for one. ``closely`` also searches free days for each event with a conflict.
        """
        self._load_parts(events, EventKind.TRAINING_BATCH, "phases", TrainingPhase)
        self._load_parts(events, EventKind.ART_TROUPE_VISIT, "performances", Performance)
        self._load_terms(events)
        self._load_anniversaries(events)
        self._load_conflicts(events, closely)

    def _load_parts(self, events: Sequence[Event], kind: EventKind, name: str, model: type[Any]) -> None:
        wanted = {event.id: event for event in events if event.kind is kind and name not in event.__dict__}
        if not wanted:
            return
        found: dict[str, list[Any]] = {event_id: [] for event_id in wanted}
        for part in self.session.exec(
            select(model).where(col(model.event_id).in_(wanted)).order_by(col(model.position))
        ):
            found[part.event_id].append(part)
        for event_id, parts in found.items():
            attributes.set_committed_value(wanted[event_id], name, parts)

    def _load_terms(self, events: Sequence[Event]) -> None:
        wanted = {event.commitment_id for event in events if event.commitment_id} - set(self._terms)
        if not wanted:
            return
        found = self.session.exec(
            select(Commitment, Agreement).where(col(Commitment.id).in_(wanted), Commitment.agreement_id == Agreement.id)
        ).all()
        for commitment, agreement in found:
            self._terms[commitment.id] = terms_of(agreement, commitment)

    def _load_conflicts(self, events: Sequence[Event], closely: bool) -> None:
        # Reloaded each time: within one request an event may be shown before and after its days have changed.
        warned = [event for event in events if event.status not in UNWARNED]
        if not warned:
            return
        context = WarningContext(
            self.session,
            self.act.today,
            warned,
            localities=self.compass.gazetteer,
            closely=closely,
        )
        self._load_terms(warned)
        self._linked = linked_visits(
            self.session,
            {
                event.commitment_id
                for event in warned
                if event.commitment_id and is_bounded(self._terms[event.commitment_id])
            },
        )
        self._conflicts |= self._without_hidden_ids(
            {event.id: [*self._second_of_year(event), *context.warnings(event)] for event in warned}
        )
        for event_id, ended in ended_organisations.warnings(self.session, warned).items():
            self._conflicts[event_id] += ended
        # Reminders are seen by those who see everything of an event; so is that there are none.
        whole = [event for event in warned if permissions.sight(self.session, event) is Sight.WHOLE]
        for event_id, found in reach_warnings(self.session, self.act, whole).items():
            self._conflicts[event_id] += found

    def _second_of_year(self, event: Event) -> list[commitment_checks.EventWarning]:
        if event.commitment_id not in self._linked:
            return []
        visit = LinkedVisit(event.id, event.title, Days(event.first_day, event.last_day), event.status)
        found = second_of_year(visit, self._terms[event.commitment_id], self._linked[event.commitment_id])
        return [found] if found else []

    def warnings(self, event: Event) -> list[commitment_checks.EventWarning]:
        """The warnings about an event; none for one that is completed, postponed or cancelled.

        None for readers of another office or side: what is still wrong with it is not their business.

        For one that was not prefetched, free days are searched too (as with ``closely``).
        """
        if event.status in UNWARNED or permissions.sight(self.session, event) is Sight.SHARED:
            return []
        if event.id not in self._conflicts:
            self._load_conflicts([event], closely=True)
        checked = commitment_checks.CheckedEvent(
            days_of(event), event.headcount, event.activity_type, event.composition or {}
        )
        self._load_terms([event])
        found = []
        if event.commitment_id:
            found += commitment_checks.commitment_warnings(checked, self._terms[event.commitment_id])
        if (short := commitment_checks.short_notice(checked, self.act.today)) is not None:
            found.append(short)
        if (other_year := ceremony_in_another_year(event.year, checked.days)) is not None:
            found.append(other_year)
        if event.anniversary_id is not None:
            self._load_anniversaries([event])
            of_states = self._between_states[event.anniversary_id]
            if (
                refused := ceremony_not_allowed(event.anniversary_id, event.ordinal, between_states=of_states)
            ) is not None:
                found.append(refused)
        if event.changed_since_confirmed:
            found.append(commitment_checks.changed_since_confirmed())
        return found + self._conflicts[event.id]

    def _load_anniversaries(self, events: Sequence[Event]) -> None:
        wanted = {event.anniversary_id for event in events if event.anniversary_id} - self._between_states.keys()
        self._between_states |= between_states(self.session, {one for one in wanted if one})

    def _without_hidden_ids(
        self, warnings: Mapping[str, list[commitment_checks.EventWarning]]
    ) -> dict[str, list[commitment_checks.EventWarning]]:
        """The same warnings without the ids of events the reader may not see."""
        hidden = permissions.hidden(
            self.session,
            {one.with_ for found in warnings.values() for one in found if one.code in MEETINGS},
        )
        return {
            event_id: [replace(one, with_=None) if one.with_ in hidden else one for one in found]
            for event_id, found in warnings.items()
        }
