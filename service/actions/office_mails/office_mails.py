"""The office's own mails, composed for one recipient when they are sent, each with a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, SQLModel, col, select

from calendars.days.calendar_grid import week_of
from calendars.days.office_clock import times_of
from calendars.events.labels import PROGRESS_NAMES
from calendars.mails import approver_mail, digests, weekly_mail
from calendars.mails.digests import (
    MOST_LINES,
    UNSEEN_FOR,
    ConsoleLinks,
    Digest,
    FailedMail,
    ListExcerpt,
    OverdueTask,
    Risk,
)
from calendars.mails.event_mail import MailContent, OfficeMail
from calendars.people.names import name_text
from calendars.reminders import due_times
from models.accounts import User
from models.clock import today
from models.event_parts import Task
from models.events import Event
from models.i18n import N_, Message, message
from models.office import Office
from models.places import Organisation, Person
from models.queries.organisation_lines import OrganisationLines
from models.reminders import Reminder
from models.text import LocalizedText
from models.vocabulary import ProgressState, ReminderPurpose, Role
from service.actions import permissions
from service.actions.accounts.mail_subscriptions import FLAGS, leaving_url
from service.actions.acting import context_of_reader, own_office
from service.actions.agreements import progress
from service.actions.context import ActionContext
from service.actions.effects import confirmation, confirmation_answers
from service.actions.events import task_queries
from service.actions.reminders import reminder_queries
from service.actions.scheduling.weekly_schedule import read_week

_GONE = N_("This account is gone or disabled.")
_SWITCHED_OFF = N_("Its reader has switched this mail off.")
_NOT_MEANT = N_("Accounts of this role do not get this mail.")
_NOTHING = N_("There is nothing to tell.")
_WEEK_OVER = N_("It could not be sent before the week was over.")
_DAY_OVER = N_("It could not be sent on its day.")


@dataclass(frozen=True, slots=True)
class OfficeMailWriter:
    """Composes the weekly schedule, the daily digest, escalations and mails to approvers, by the clock of the office of
    whom they go to; ``office`` is the default one.

    Unsubscribe links are signed with the service's secret.
    """

    office: Office
    secret_key: str

    def write(
        self, session: Session, purpose: ReminderPurpose, recipient: str, due_at: datetime, now: datetime
    ) -> OfficeMail | Message:
        """The mail for a recipient, or why there is none (any more); ``due_at`` is the scheduled instant.

        Raises:
            ValueError: the purpose is not one of the office's own mails.
        """
        user = session.exec(select(User).where(User.email == recipient.lower())).first()
        if user is None or not user.active:
            return message(_GONE)
        if purpose in FLAGS and not getattr(user, FLAGS[purpose]):
            return message(_SWITCHED_OFF)
        if purpose is not ReminderPurpose.WEEKLY and not user.role.suffices_for(Role.OFFICER):
            return message(_NOT_MEANT)
        leave = leaving_url(self.office, self.secret_key, user.id, purpose) if purpose in FLAGS else None
        with permissions.reading_as(session, user):
            content = self._content(session, purpose, user, due_at, now, leave)
        return content if isinstance(content, Message) else OfficeMail(user.locale, content, leave)

    def write_to_approver(
        self, session: Session, purpose: ReminderPurpose, recipient: str, event_id: str
    ) -> OfficeMail | Message:
        """The mail about an event for an account that may confirm it, or that asked for it and was answered; or why
        there is none (any more)."""
        user = session.exec(select(User).where(User.email == recipient.lower())).first()
        if user is None or not user.active:
            return message(_GONE)
        with permissions.reading_as(session, user):
            event = session.get(Event, event_id)
            if event is None or permissions.hidden(session, [event_id]):
                return message(due_times.NOT_SECOND)
            if purpose is ReminderPurpose.ASKED and (answer := confirmation_answers.answer_to(session, event, user)):
                answered = self._answered(event, answer, own_office(session, self.office))
                content = approver_mail.to_who_asked(answered, user.locale)
                return OfficeMail(user.locale, content)
            since = event.asked_at if purpose is ReminderPurpose.ASKED else event.changed_at
            if confirmation.refusal_of(session, since or event.updated_at, event, user):
                return message(due_times.NOT_SECOND)
            if purpose is ReminderPurpose.CHANGED and not event.changed_since_confirmed:
                return message(due_times.AS_CONFIRMED)
            if purpose is ReminderPurpose.ASKED and event.asked_at is None:
                return message(due_times.NOT_ASKED)
            zone = own_office(session, self.office).timezone
            about = _to_confirm(session, event, self.office.event_url(event.id), zone)
        return OfficeMail(user.locale, approver_mail.to_approver(purpose, about, zone, user.locale))

    def _answered(
        self, event: Event, answer: confirmation_answers.ConfirmationAnswer, office: Office
    ) -> approver_mail.AnsweredRequest:
        return approver_mail.AnsweredRequest(
            title=event.title,
            days=times_of(event, office.timezone).days,
            url=office.event_url(event.id),
            is_granted=answer.is_granted,
            name=answer.name,
            reason=answer.reason,
        )

    def _content(
        self, session: Session, purpose: ReminderPurpose, user: User, due_at: datetime, now: datetime, leave: str | None
    ) -> MailContent | Message:
        act = context_of_reader(session, user, now, self.office)
        office, site = act.office, ConsoleLinks(act.office.public_url, act.office.timezone)
        due_on, day = today(office.timezone, due_at), act.today
        match purpose:
            case ReminderPurpose.WEEKLY:
                days = week_of(due_on)
                if day > days.last:
                    return message(_WEEK_OVER)
                week = read_week(session, days, office.timezone, office.event_url)
                return weekly_mail.weekly(week, user.locale, leave)
            case ReminderPurpose.DIGEST:
                if day > due_on:
                    return message(_DAY_OVER)
                digest = _digest(session, act)
                return message(_NOTHING) if digest.is_empty else digests.digest(digest, site, user.locale, leave)
            case ReminderPurpose.ESCALATION:
                failures = _failures(session, office.timezone, col(Reminder.updated_at) <= now - UNSEEN_FOR)
                return digests.escalation(failures, site, user.locale) if failures.total else message(_NOTHING)
            case _:
                raise ValueError(f"not one of the office's own mails: {purpose}")


def _digest(session: Session, act: ActionContext) -> Digest:
    return Digest(
        act.today, _overdue(session, act), _risks(session, act.today), _failures(session, act.office.timezone)
    )


def _to_confirm(session: Session, event: Event, url: str, zone: str) -> approver_mail.EventToConfirm:
    differ = confirmation.differing(session, event)
    sides = [{name: getattr(one, side) for name, one in (differ or {}).items()} for side in ("confirmed", "now")]
    accounts = confirmation.accounts_in(session, event)
    return approver_mail.EventToConfirm(
        title=event.title,
        days=times_of(event, zone).days,
        url=url,
        differs=differ,
        changed_by={name: accounts.get(str(one.get("by")), "") for name, one in event.corrections.items()},
        names=confirmation.names_in(session, *sides),
        asked_by=accounts.get(event.asked_by or "", ""),
        asked_at=event.asked_at,
    )


def _overdue(session: Session, act: ActionContext) -> ListExcerpt[OverdueTask]:
    """The overdue tasks that concern a recipient: those of their organisation and those in its events. Accounts without
    an organisation and administrators get all."""
    late = task_queries.tasks_where(session, act, {"overdue": True})
    lines = OrganisationLines.load(session)
    own = act.account.organisation_id
    if own is not None and act.account.role is not Role.ADMIN:
        bodies = sorted({own, *lines.predecessors(own)})
        late = late.where(or_(col(Task.organisation_id).in_(bodies), col(Event.organisation_id).in_(bodies)))
    total = session.execute(late.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one()
    found = session.execute(late.order_by(*task_queries.TASK_ORDER).limit(MOST_LINES)).all()
    organisations = _by_id(session, Organisation, (row.Task.organisation_id for row in found))
    people = _by_id(session, Person, (row.Task.person_id for row in found))

    def responsible(row: task_queries.Row) -> list[LocalizedText | str]:
        person = people.get(row.Task.person_id)
        body = lines.shown(organisations.get(row.Task.organisation_id), row.first_day)
        return [*([name_text(person)] if person else []), *([body.name] if body else [])]

    overdue = [OverdueTask(row.Task.title, row.title, row.Task.due_day, responsible(row)) for row in found]
    return ListExcerpt(overdue, total)


def _by_id(session: Session, model: type[Any], wanted: Iterable[str | None]) -> dict[str | None, Any]:
    ids = {one for one in wanted if one}
    found: Sequence[SQLModel] = session.exec(select(model).where(col(model.id).in_(ids))).all()
    return {row.id: row for row in found}  # type: ignore[attr-defined]


def _risks(session: Session, day: date) -> ListExcerpt[Risk]:
    """The commitments that are missed or at risk this year, the missed ones first."""
    found = [
        (state, one.agreement, line)
        for one in progress.all_agreements_progress(session, day)
        for line in one.lines
        if (state := _state_this_year(line, one.agreement.ends_on, day)) is not None
    ]
    found.sort(key=lambda one: one[0] is not ProgressState.MISSED)  # stable: agreement by agreement otherwise
    return ListExcerpt.of(
        [
            Risk(
                agreement.id,
                agreement.title,
                line.commitment.article,
                line.commitment.title,
                PROGRESS_NAMES[state],
                line.progress.detail,
            )
            for state, agreement, line in found
        ]
    )


def _state_this_year(line: progress.ProgressLine, ends_on: date, day: date) -> ProgressState | None:
    """Missed or at risk if that is so this year; None otherwise: what was missed before can't be made up for."""
    year = next((one for one in line.progress.years if one.year == day.year), None)
    if year is not None and year.due and year.state in {ProgressState.MISSED, ProgressState.AT_RISK}:
        return year.state
    if line.progress.state is ProgressState.AT_RISK:  # the number of people
        return ProgressState.AT_RISK
    has_ended = ends_on.year == day.year and ends_on < day
    return ProgressState.MISSED if has_ended and line.progress.state is ProgressState.MISSED else None


def _failures(session: Session, zone: str, *which: ColumnElement[bool]) -> ListExcerpt[FailedMail]:
    """The failed mails that nobody has looked at and that the recipient sees, the latest first."""
    unseen = (reminder_queries.UNSEEN, reminder_queries.seen_reminders(session), *which)
    total = session.execute(core_select(func.count()).select_from(Reminder).where(*unseen)).scalar_one()
    columns = (Reminder.id, Reminder.recipient, Reminder.purpose, Reminder.reason, Reminder.updated_at)
    found = session.execute(
        core_select(*(col(column) for column in columns), Event)
        .select_from(Reminder)
        .outerjoin(Event, col(Event.id) == col(Reminder.event_id))
        .where(*unseen)
        .order_by(col(Reminder.updated_at).desc(), col(Reminder.id).desc())
        .limit(MOST_LINES)
    )
    lines = [
        FailedMail(
            row.id,
            row.recipient,
            row.purpose,
            row.reason or "",
            row.updated_at,
            row.Event.title if row.Event else None,
            times_of(row.Event, zone).days if row.Event else None,
        )
        for row in found
    ]
    return ListExcerpt(lines, total)
