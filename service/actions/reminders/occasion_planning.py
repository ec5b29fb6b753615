"""Planning reminders of observances, anniversaries, ends of agreements, milestones of projects and learners' permits.

As for events (:mod:`service.actions.reminders.reminder_planning`) rows are inserted, skipped and reactivated in the
transaction of the change, and a worker checks each again before it is sent. These things are few and come back every
year, so each change plans all of them anew, as far ahead as :func:`calendars.reminders.occasions.due_occasions` says;
the leading worker does so every night, for what has come nearer.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, or_, select, text
from sqlmodel import Session

from calendars.reminders import due_times, occasions
from calendars.reminders.due_times import RuleFacts
from calendars.reminders.occasions import DueOccasion, Occasion, OfficeOccasions, due_occasions
from models.queries.approved_rules import approved_rules
from models.queries.ceremonies import Ceremonies
from models.queries.occasion_readers import OccasionReaders, Private
from models.queries.occasions import OccasionRows
from models.queries.office_rows import OfficeZones
from models.reminders import Reminder, ReminderRule
from models.vocabulary import (
    OCCASIONS,
    AboutType,
    Language,
    ReminderState,
)
from service.actions.context import ActionContext
from service.actions.reminders import planned_rows

_TABLE: Table = Reminder.__table__  # type: ignore[attr-defined]
_RULE: Table = ReminderRule.__table__  # type: ignore[attr-defined]
_LOCK_KEY = 0x6F636361
_LOCK = text("SELECT pg_advisory_xact_lock(:key)")

Key = tuple[str, str, str, str, datetime]
"""The unique key of such a reminder: type and id of what it is about, rule, recipient, due instant."""

_RULES = select(_RULE).where(_RULE.c.active, _RULE.c.anchor.in_(sorted(OCCASIONS))).order_by(_RULE.c.id)
_COLUMNS = ("id", "about_type", "about_id", "rule_key", "recipient", "due_at", "state", "reason", "about_day")
_PRESENT = select(*(_TABLE.c[name] for name in _COLUMNS)).where(
    _TABLE.c.about_id.is_not(None),
    # Mails about what people did (proposed days, a note, a booking) are nobody's rule.
    _TABLE.c.about_type.not_in([AboutType.PROPOSAL, AboutType.EVENT, AboutType.RESOURCE]),
    or_(_TABLE.c.state == ReminderState.PENDING, _TABLE.c.about_day >= bindparam("since")),
)


@dataclass(frozen=True, slots=True)
class _Planned:
    """A reminder that the current rules require."""

    due: DueOccasion
    rule: Any
    locale: Language

    @property
    def catches_up(self) -> bool:
        """Whether it is sent although it was due before it was planned."""
        return bool(self.rule.catch_up)


def plan(session: Session, act: ActionContext, rule_ids: Collection[str] | None = None) -> int:
    """Bring the reminders of occasions in line with the rules, all of them or those of some; return how many are new.

    Missing ones are inserted, pending ones no longer required are skipped with the reason, skipped ones that are
    required again are reactivated. What was due more than a quarter of an hour ago is inserted as skipped, so that
    people see it, unless its rule catches up. The caller holds no other lock of planning that others take after this
    one.
    """
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # A rule and an observance made at the same moment: whoever comes second sees the other.
        connection.execute(_LOCK, {"key": _LOCK_KEY})
    rules = {row.id: row for row in connection.execute(_RULES) if rule_ids is None or row.id in rule_ids}
    office_day = act.common.today
    facts = {rule_id: RuleFacts.of(row) for rule_id, row in rules.items()}
    since = min((occasions.looked_at(one, office_day)[0] for one in facts.values()), default=office_day)
    present = [
        row for row in connection.execute(_PRESENT, {"since": since}) if rule_ids is None or row.rule_key in rule_ids
    ]
    if not rules and not any(row.state is ReminderState.PENDING for row in present):
        return 0
    rows = OccasionRows.load(session, {OCCASIONS[row.anchor] for row in rules.values()})
    readers = OccasionReaders.load(session, rows.offices)
    told = {*readers.mailboxes, *(row.recipient for row in present)}
    planner = _OccasionPlanner(
        OfficeOccasions(rows),
        OfficeZones.load(session, act.common.office.timezone, rows.offices),
        readers,
        Ceremonies.load(session, {one.id for one in rows.anniversaries}, told),
        approved_rules(session, {rule_id: row.audience for rule_id, row in rules.items()}),
        office_day,
    )
    required = {key: one for rule_id, row in rules.items() for key, one in planner.required(row, facts[rule_id])}
    obsolete: dict[str, list[str]] = {}
    reactivated: list[str] = []
    for row in present:
        key: Key = (row.about_type.value, row.about_id, row.rule_key, row.recipient, row.due_at)
        if (one := required.pop(key, None)) is None:
            if row.state is ReminderState.PENDING and (reason := planner.why_not(row, rules, facts, act.now)):
                obsolete.setdefault(reason, []).append(row.id)
        elif row.state is ReminderState.SKIPPED and _is_due_again(row, one, act.now):
            reactivated.append(row.id)
    planned_rows.skip(session, obsolete, act.now)
    planned_rows.reactivate(session, reactivated, act.now)
    new = [_row(act, key, required[key]) for key in sorted(required)]
    planned_rows.insert(session, new)
    return len(new)


def skip_all(session: Session, act: ActionContext, rule_id: str, why: str) -> None:
    """Skip a rule's pending reminders of occasions, for this reason."""
    planned_rows.skip_where(session, why, act.now, _TABLE.c.rule_key == rule_id, _TABLE.c.about_id.is_not(None))


@dataclass(frozen=True, slots=True)
class _OccasionPlanner:
    """Computes what rules require, from data read at once."""

    occasions: OfficeOccasions
    zones: OfficeZones
    readers: OccasionReaders
    ceremonies: Ceremonies
    vouched: frozenset[str]
    today: date

    def required(self, rule: Any, facts: RuleFacts) -> Iterator[tuple[Key, _Planned]]:
        """Yield every reminder that a rule requires, with its unique key."""
        office = self.occasions.office_of(rule)
        zone, days_off = self._zone(office), self.occasions.days_off(office)
        for due in due_occasions(facts, self.occasions.sources(office), zone, days_off, self.today):
            for recipient, locale in self._people(rule, office, due.occasion).items():
                if self._knows_ceremony(recipient, due.occasion):
                    continue
                key = (due.occasion.type.value, due.occasion.id, rule.id, recipient, due.due_at)
                yield key, _Planned(due, rule, locale)

    def why_not(
        self, row: Any, rules: Mapping[str, Any], all_facts: Mapping[str, RuleFacts], now: datetime
    ) -> str | None:
        """Why a pending reminder is no longer required; None if it only comes later than is planned ahead."""
        if row.rule_key not in rules:
            return due_times.RULE_OFF
        rule, facts = rules[row.rule_key], all_facts[row.rule_key]
        office, about = self.occasions.office_of(rule), (row.about_type.value, row.about_id)
        zone = self._zone(office)
        if reason := self.occasions.skip_reason(facts, office, about, row.about_day, row.due_at, zone, now):
            return reason
        one = occasions.occasion_at(self.occasions.sources(office), facts, about, row.about_day)
        if one is not None and self._knows_ceremony(row.recipient, one):
            return occasions.CEREMONY
        people = self._people(rule, office, one)
        return None if row.recipient in people else due_times.NOT_ADDRESSED

    def _knows_ceremony(self, recipient: str, one: Occasion) -> bool:
        is_anniversary = one.type is AboutType.ANNIVERSARY
        return is_anniversary and self.ceremonies.is_known(recipient, one.id, one.day.year)

    def _zone(self, office: str) -> str:
        return self.zones.of_office.get(office, self.zones.default)

    def _people(self, rule: Any, office: str, one: Occasion | None) -> Mapping[str, Language]:
        whose = (one.organisation_id if one else None) or rule.organisation_id
        private = Private.of(one)
        return self.readers.addresses(rule.audience, office, whose, vouched=rule.id in self.vouched, private=private)


def _is_due_again(row: Any, one: _Planned, now: datetime) -> bool:
    """Whether a reminder was skipped, certainly never sent, and is not too late."""
    if row.reason in {due_times.RESTORED, occasions.OVER}:
        return False
    if not due_times.too_late(row.due_at, now):
        return bool(row.reason != due_times.TOO_LATE)
    return one.catches_up


def _row(act: ActionContext, key: Key, planned: _Planned) -> dict[str, Any]:
    about_type, about_id, rule_id, recipient, due_at = key
    is_late = due_times.too_late(due_at, act.now) and not planned.catches_up
    of = {"about_type": AboutType(about_type), "about_id": about_id, "about_day": planned.due.occasion.day}
    of |= {"rule_id": rule_id, "rule_key": rule_id, "task_key": ""}
    late = due_times.TOO_LATE if is_late else None
    return planned_rows.new_row(recipient, planned.locale, due_at, act.now, late=late, **of)
