"""Preview of a reminder rule: which reminders it would send, to whom, when, and their text. Nothing is stored."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, inspect, true
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.days.working_days import WorkingDays
from calendars.events.lifecycle import REMINDED
from calendars.ical.vevent import EventFacts
from calendars.mails.event_mail import MailTopic, compose
from calendars.reminders import due_times
from calendars.reminders.due_times import DueReminder, EventDays, RuleFacts
from models.accounts import User
from models.clock import today
from models.event_parts import Task, last_revisions
from models.events import Event
from models.i18n import Message, message
from models.places import Locality, Organisation
from models.queries.audience import MESSENGER, AudienceIndex, EventSelection, is_coming
from models.queries.office_rows import OfficeZones
from models.queries.organisation_lines import OrganisationLines
from models.reminders import Reminder, ReminderRule
from models.text import LocalizedText
from models.vocabulary import (
    EVENT_ANCHORS,
    AboutType,
    EventStatus,
    Language,
    ReminderAnchor,
    ReminderPurpose,
    ReminderState,
)
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.permissions import Sight
from service.actions.reminders import occasion_preview, previewed, reminder_rules

REMINDERS_SHOWN = occasion_preview.REMINDERS_SHOWN
DEALT_WITH = occasion_preview.DEALT_WITH

_COLUMNS = (
    *("id", "kind", "status", "title", "first_day", "last_day", "start_time", "end_time", "timezone"),
    *("arrives_on", "departs_on", "created_by", "in_charge_id", "organisation_id", "visibility"),
)
_IN_PROGRESS = frozenset({ReminderState.PENDING, ReminderState.SENDING})

Occurrence = tuple[str, str, datetime]
"""Event id, task id (or empty) and due instant: a rule's reminders with the same three differ only in recipient."""


@dataclass(frozen=True, slots=True)
class _PreviewedReminder:
    """One reminder without its recipients; ``why_not`` says why it would not be sent."""

    event: Any
    task_id: str | None
    due_at: datetime
    why_not: Message | str | None

    @property
    def order(self) -> tuple[Any, ...]:
        """Sort key: by the time it is sent; reminders that are not sent come last."""
        return (self.why_not is not None, self.due_at, self.event.first_day, self.event.id, self.task_id or "")


def preview(
    session: Session,
    act: ActionContext,
    rule: ReminderRule,
    reader: str,
    *,
    event_id: str | None = None,
    locale: Language | None = None,
) -> dict[str, Any]:
    """What a rule, stored or not, would send: reminders, their total number, and the mail's text.

    For the event ``event_id``, even one without reminders (then with the reason), otherwise for all events the rule
    covers from today on. The first reminders are shown, those to be sent before those that are skipped. The texts are
    those of the first one, in ``locale`` or in its recipients' languages (in the acting account's if there are none).
    ``reader`` is the language of the reasons. What a stored rule has already handled is not sent again. A bounded
    number of statements, however many events there are.

    Raises:
        Invalid: there is no event ``event_id``.
    """
    if rule.anchor not in EVENT_ANCHORS:
        return occasion_preview.preview(session, act, rule, reader, event_id=event_id, locale=locale)
    crud.check(event_errors(session, event_id))
    facts = RuleFacts.of(rule)
    which = and_(_which(act, facts, event_id), permissions.visible(session), permissions.near_office(session))
    found = session.execute(core_select(*(getattr(Event, name) for name in _COLUMNS)).where(which)).all()
    rule_preview = _RulePreview(
        act,
        facts,
        rule.catch_up,
        due_times.office_days(permissions.own_holidays(session)) if rule.working_days else None,
        _past(session, act, rule, which),
        OfficeZones.load(session, act.common.office.timezone) if rule.anchor is ReminderAnchor.TASK_DUE else None,
        event_id is None,
    )
    tasks = _open_tasks(session, which) if rule.anchor is ReminderAnchor.TASK_DUE else {}
    calculated = sorted(
        (one for event in found for one in rule_preview.of(event, tasks.get(event.id, ()))), key=lambda one: one.order
    )
    shown = calculated[:REMINDERS_SHOWN]
    audience_index = AudienceIndex.load(
        session,
        rule.audience,
        EventSelection(tuple(sorted({one.event.id for one in shown}))),
        of_tasks=bool(tasks),
    )
    vouched = _is_vouched(session, rule)
    titles = _task_titles(session, shown)
    by_id = {task.id: task for of_event in tasks.values() for task in of_event}
    reminders = [
        _to_json(one, _seen(session, one, _people(audience_index, rule, one, by_id, vouched)), titles, reader)
        for one in shown
    ]
    return {
        "reminders": reminders,
        "total": len(calculated),
        "shown": len(shown),
        "letters": _mail_contents(session, act, rule, shown[0], previewed.languages(act, reminders[0], locale))
        if shown
        else [],
    }


def _people(
    index: AudienceIndex, rule: ReminderRule, one: _PreviewedReminder, tasks: Mapping[str, Any], vouched: bool
) -> Mapping[str, Language]:
    task = None if one.task_id is None else tasks[one.task_id]
    return index.addresses(rule.audience, one.event, vouched=vouched, task=task)


def _task_titles(session: Session, shown: Sequence[_PreviewedReminder]) -> Mapping[str, LocalizedText]:
    wanted = {one.task_id for one in shown if one.task_id is not None}
    if not wanted:
        return {}
    found = session.execute(core_select(col(Task.id), col(Task.title)).where(col(Task.id).in_(wanted)))
    return {row.id: row.title for row in found}


def _seen(session: Session, one: _PreviewedReminder, people: Mapping[str, Language]) -> Mapping[str, Language]:
    """The recipients as far as the session sees them: those of its own events, else only itself."""
    if permissions.sight(session, one.event) is Sight.WHOLE or (reader := permissions.reader(session)) is None:
        return people
    own = session.get_one(User, reader.user_id).email
    return {address: language for address, language in people.items() if address.removeprefix(MESSENGER) == own}


def event_errors(session: Session, event_id: str | None) -> crud.Errors:
    """The error if the requested event does not exist."""
    return crud.missing_references(session, Reminder, {"event_id": event_id})


def _is_vouched(session: Session, rule: ReminderRule) -> bool:
    """Whether the addresses a rule names are approved; those of a rule that is not stored, by whoever asks."""
    if not inspect(rule).persistent:
        return permissions.oversees_own(session)
    return reminder_rules.is_vouched(session, rule)


def _which(act: ActionContext, rule: RuleFacts, event_id: str | None) -> ColumnElement[bool]:
    """The condition for events: the given one, or those to come that the rule covers."""
    if event_id is not None:
        return col(Event.id) == event_id
    since = act.common.today - timedelta(days=due_times.days_after_end(rule))
    return and_(is_coming(since), col(Event.status).in_(REMINDED), _covered(rule))


def _covered(rule: RuleFacts) -> ColumnElement[bool]:
    """``RuleFacts.covers`` as a condition on the event table."""
    return col(Event.kind).in_(rule.kinds) if rule.kinds else true()


def _open_tasks(session: Session, which: ColumnElement[bool]) -> Mapping[str, Sequence[Any]]:
    tasks: dict[str, list[Any]] = defaultdict(list)
    columns = (
        *(col(Task.id), col(Task.event_id), col(Task.due_day), col(Task.done)),
        *(col(Task.organisation_id), col(Task.person_organisation_id)),
    )
    open_ones = core_select(*columns).where(
        col(Task.event_id) == col(Event.id), col(Task.done).is_(False), which, permissions.seen_tasks(session)
    )
    for task in session.execute(open_ones):
        tasks[task.event_id].append(task)
    return tasks


def _past(
    session: Session, act: ActionContext, rule: ReminderRule, which: ColumnElement[bool]
) -> Mapping[Occurrence, Sequence[tuple[ReminderState, str | None]]]:
    """State and reason of a stored rule's reminders of these events that were due before now."""
    past: dict[Occurrence, list[tuple[ReminderState, str | None]]] = defaultdict(list)
    if not inspect(rule).persistent:
        return past
    columns = ("event_id", "task_key", "due_at", "state", "reason")
    made = core_select(*(getattr(Reminder, name) for name in columns)).where(
        col(Reminder.rule_id) == rule.id, col(Reminder.due_at) < act.now, col(Reminder.event_id) == col(Event.id), which
    )
    for row in session.execute(made):
        past[row.event_id, row.task_key, row.due_at].append((row.state, row.reason))
    return past


@dataclass(frozen=True, slots=True)
class _RulePreview:
    """Calculates which reminders a rule would send about an event, and which not and why."""

    act: ActionContext
    rule: RuleFacts
    catch_up: bool
    days_off: WorkingDays | None
    past: Mapping[Occurrence, Sequence[tuple[ReminderState, str | None]]]
    zones: OfficeZones | None
    is_of_all: bool
    """Of all events; then what was due for one that is over is left out."""

    def of(self, event: Any, tasks: Sequence[Any]) -> list[_PreviewedReminder]:
        """The reminders of one event, also if its status or the rule currently allows none."""
        days = EventDays.of(event, tasks, self.zones)
        as_if = replace(self.rule, active=True, kinds=frozenset())
        try:
            dues = due_times.due_reminders(as_if, replace(days, status=EventStatus.PLANNED), self.days_off)
        except ValueError:
            return []  # the offset leads from these days to a date outside the calendar
        if self.is_of_all and days.last_day < self.act.common.today:
            dues = [due for due in dues if due.due_at >= self.act.now]
        return [_PreviewedReminder(event, due.task_id, *self._outcome(days, due)) for due in dues]

    def _outcome(self, days: EventDays, due: DueReminder) -> tuple[datetime, Message | str | None]:
        """When a reminder is due or sent, and why it is not sent."""
        if days.status not in REMINDED or not self.rule.active or not self.rule.covers(days.scope):
            return due.due_at, due_times.skip_reason(self.rule, days, due.task_id, due.due_at, self.days_off)
        if due.due_at >= self.act.now:
            return due.due_at, None
        if made := self.past.get((days.id, due.task_id or "", due.due_at)):
            return due.due_at, _past_reason(made)
        if self.catch_up:
            is_over = self.act.now >= due_times.useful_until(days, due.due_at)
            return (due.due_at, message(due_times.OVER)) if is_over else (self.act.now, None)
        late = due_times.too_late(due.due_at, self.act.now)
        return due.due_at, message(due_times.TOO_LATE) if late else None


def _past_reason(made: Sequence[tuple[ReminderState, str | None]]) -> str | None:
    """Why reminders that exist already are not sent now; None if one of them is pending or being sent."""
    states = {state for state, _reason in made}
    if states & _IN_PROGRESS:
        return None
    reasons = {reason for _state, reason in made}
    reason = reasons.pop() if states == {ReminderState.SKIPPED} and len(reasons) == 1 else None
    return reason or DEALT_WITH


def _to_json(
    one: _PreviewedReminder, people: Mapping[str, Language], titles: Mapping[str, LocalizedText], reader: str
) -> dict[str, Any]:
    return previewed.reminder(
        (AboutType.EVENT, one.event.id, one.event.title), one.due_at, one.event.timezone, one.why_not, people, reader
    ) | {"task_id": one.task_id, "task_title": titles.get(one.task_id or "")}


def _mail_contents(
    session: Session, act: ActionContext, rule: ReminderRule, one: _PreviewedReminder, languages: Sequence[Language]
) -> list[dict[str, Any]]:
    """The mail for one reminder as of now, in some languages."""
    event = session.get_one(Event, one.event.id)
    task = session.get(Task, one.task_id) if one.task_id else None
    localities = {place.code: place for place in session.exec(select(Locality))}
    body = session.get(Organisation, event.organisation_id) if event.organisation_id else None
    topic = MailTopic(
        ReminderPurpose.REMINDER,
        EventFacts.of(
            event,
            localities=localities,
            organisation=OrganisationLines.load(session).shown(body, event.first_day),
            revision=last_revisions(session, [event.id]).get(event.id),
            url=act.office.event_url(event.id),
            office_zone=act.office.timezone,
        ),
        rule.name,
        task.title if task else None,
        task.due_day if task else None,
        today=today(act.office.timezone, max(one.due_at, act.now)),
    )
    contents = [(language, compose(topic, language)) for language in languages]
    return [
        {"locale": language, "subject": content.subject, "text": content.text, "html": content.html}
        for language, content in contents
    ]
