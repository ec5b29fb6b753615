"""Preview of a rule about observances, anniversaries or ends of agreements: the same answer as for events."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import inspect
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from calendars.mails.occasion_mail import compose_occasion
from calendars.reminders import due_times
from calendars.reminders.due_times import RuleFacts
from calendars.reminders.occasions import OVER, DueOccasion, Occasion, OfficeOccasions, due_occasions
from models.accounts import User
from models.i18n import N_, message
from models.queries.audience import MESSENGER
from models.queries.ceremonies import Ceremonies
from models.queries.occasion_readers import OccasionReaders, Private
from models.queries.occasions import OccasionRows
from models.queries.office_rows import OfficeZones
from models.reminders import Reminder, ReminderRule
from models.vocabulary import OCCASIONS, AboutType, Language, ReminderState
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.reminders import previewed, reminder_rules

REMINDERS_SHOWN = 50
DEALT_WITH = N_("This was dealt with when it was due.")
_NO_EVENT = N_("A rule that counts from this reminds of no event: leave the event out.")

Made = Mapping[tuple[str | None, datetime], set[ReminderState]]


def preview(
    session: Session,
    act: ActionContext,
    rule: ReminderRule,
    reader: str,
    *,
    event_id: str | None = None,
    locale: Language | None = None,
) -> dict[str, Any]:
    """What a rule, stored or not, would send of what is to come; as :func:`service.actions.reminders.preview.preview`.

    Raises:
        Invalid: an event is given.
    """
    crud.check({"event_id": [message(_NO_EVENT)] if event_id is not None else []})
    facts = RuleFacts.of(rule)
    rows = OccasionRows.load(session, {OCCASIONS[rule.anchor]} if rule.anchor in OCCASIONS else ())
    occasions = OfficeOccasions(rows)
    office = occasions.office_of(rule) if inspect(rule).persistent else permissions.own_office(session)
    zones = OfficeZones.load(session, act.common.office.timezone, rows.offices)
    zone = zones.of_office.get(office, zones.default)
    made = _made(session, rule)
    found = due_occasions(facts, occasions.sources(office), zone, occasions.days_off(office), act.common.today)
    dues = [due for due in found if _may_know(session, due.occasion)]
    judged = [(due, _why_not(rule, due, made, zone, act.now)) for due in dues]
    judged.sort(key=lambda pair: (pair[1] is not None, pair[0].due_at))
    readers = OccasionReaders.load(session, rows.offices)
    ceremonies = Ceremonies.load(session, {one.id for one in rows.anniversaries}, readers.mailboxes)
    is_kept = inspect(rule).persistent
    vouched = reminder_rules.is_vouched(session, rule) if is_kept else permissions.oversees_own(session)
    reminders = []
    for due, why_not in judged[:REMINDERS_SHOWN]:
        whose = due.occasion.organisation_id or rule.organisation_id
        private = Private.of(due.occasion)
        people = readers.addresses(rule.audience, office, whose, vouched=vouched, private=private)
        told = {one: people[one] for one in people if not _knows(ceremonies, one, due.occasion)}
        reminders.append(_to_json(act, rule, due, why_not, _seen(session, told), zone, reader))
    return {
        "reminders": reminders,
        "total": len(judged),
        "shown": len(reminders),
        "letters": _letters(act, rule, judged[0][0], previewed.languages(act, reminders[0], locale)) if judged else [],
    }


def _may_know(session: Session, one: Occasion) -> bool:
    """Whether the session may read what is to be reminded of; as :mod:`service.actions.ledger.rights` says of it."""
    rights = permissions.reader(session)
    if rights is None or not one.is_private or rights.whole_office:
        return True
    return one.organisation_id is not None and one.organisation_id in {rights.organisation_id, *rights.predecessors}


def _knows(ceremonies: Ceremonies, recipient: str, one: Occasion) -> bool:
    """Whether somebody may be told of a ceremony, whose own reminders they get."""
    return one.type is AboutType.ANNIVERSARY and ceremonies.is_known(recipient, one.id, one.day.year)


def _seen(session: Session, people: Mapping[str, Language]) -> Mapping[str, Language]:
    """The recipients as far as the session sees them: all if it changes everything of its office, else only itself."""
    reader = permissions.reader(session)
    if reader is None or reader.whole_office:
        return people
    own = session.get_one(User, reader.user_id).email
    return {address: language for address, language in people.items() if address.removeprefix(MESSENGER) == own}


def _made(session: Session, rule: ReminderRule) -> Made:
    """What is and the due instant → the states of a stored rule's reminders of it."""
    found: dict[tuple[str | None, datetime], set[ReminderState]] = {}
    if inspect(rule).persistent:
        columns = (col(Reminder.about_id), col(Reminder.due_at), col(Reminder.state))
        own = core_select(*columns).where(col(Reminder.rule_id) == rule.id, col(Reminder.about_id).is_not(None))
        for about_id, due_at, state in session.execute(own):
            found.setdefault((about_id, due_at), set()).add(state)
    return found


def _why_not(rule: ReminderRule, due: DueOccasion, made: Made, zone: str, now: datetime) -> str | None:
    """Why a reminder would not be sent; None if it would."""
    if not rule.active:
        return due_times.RULE_OFF
    if due.due_at >= now:
        return None
    if states := made.get((due.occasion.id, due.due_at)):
        return None if states & {ReminderState.PENDING, ReminderState.SENDING} else DEALT_WITH
    if now >= due.occasion.useful_until(due.due_at, zone):
        return OVER
    return due_times.TOO_LATE if due_times.too_late(due.due_at, now) and not rule.catch_up else None


def _to_json(
    act: ActionContext,
    rule: ReminderRule,
    due: DueOccasion,
    why_not: str | None,
    people: Mapping[str, Language],
    zone: str,
    reader: str,
) -> dict[str, Any]:
    one = due.occasion
    at = max(due.due_at, act.now) if why_not is None and rule.catch_up else due.due_at
    return previewed.reminder((one.type, one.id, one.name), at, zone, why_not, people, reader)


def _letters(
    act: ActionContext, rule: ReminderRule, due: DueOccasion, languages: Sequence[Language]
) -> list[dict[str, Any]]:
    contents = [
        (language, compose_occasion(due.occasion, rule.name, act.office.public_url, language)) for language in languages
    ]
    return [
        {"locale": language, "subject": content.subject, "text": content.text, "html": content.html}
        for language, content in contents
    ]
