"""Check a claimed reminder of an observance, an anniversary, an agreement or a permit, right before it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from calendars.mails.event_mail import OfficeMail
from calendars.mails.occasion_mail import compose_occasion
from calendars.reminders import due_times
from calendars.reminders.due_times import RuleFacts
from calendars.reminders.occasions import CEREMONY, OfficeOccasions, occasion_at
from jobs.queue import ClaimedReminder
from models.i18n import Message, message
from models.office import Office
from models.queries.approved_rules import approved_rules
from models.queries.audience import MESSENGER
from models.queries.ceremonies import Ceremonies
from models.queries.occasion_readers import OccasionReaders, Private
from models.queries.occasions import OccasionRows
from models.queries.office_rows import OfficeZones
from models.queries.stand_ins import StandIns
from models.reminders import ReminderRule
from models.vocabulary import AboutType


@dataclass(frozen=True, slots=True)
class OccasionMail:
    """A reminder that is still to be sent: its mail, the messenger it goes to instead of a mailbox, and the address of
    who stands in for its recipient, None: it goes to the recipient."""

    mail: OfficeMail
    messenger: bytes | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class OccasionChecks:
    """What decides whether reminders of occasions are still to be sent; read at once for a batch."""

    office: Office
    rules: Mapping[str, ReminderRule]
    occasions: OfficeOccasions
    zones: OfficeZones
    readers: OccasionReaders
    ceremonies: Ceremonies
    vouched: frozenset[str]
    stand_ins: StandIns

    @classmethod
    def load(
        cls,
        session: Session,
        claimed: Sequence[ClaimedReminder],
        rules: Mapping[str, ReminderRule],
        office: Office,
        stand_ins: StandIns,
    ) -> "OccasionChecks | None":
        """Read it for these reminders; None if none of them is about an occasion."""
        types = {one.about_type for one in claimed if one.about_type is not None} - {AboutType.PROPOSAL}
        if not types:
            return None
        rows = OccasionRows.load(session, types)
        return cls(
            office,
            rules,
            OfficeOccasions(rows),
            OfficeZones.load(session, office.timezone, rows.offices),
            OccasionReaders.load(session, rows.offices),
            Ceremonies.load(
                session,
                {str(one.about_id) for one in claimed if one.about_type is AboutType.ANNIVERSARY},
                {one.recipient for one in claimed if one.about_type is AboutType.ANNIVERSARY} | stand_ins.addresses,
            ),
            approved_rules(session, {rule_id: rule.audience for rule_id, rule in rules.items()}),
            stand_ins,
        )

    def check(self, one: ClaimedReminder, now: datetime) -> OccasionMail | Message:
        """The mail as it is to be sent, or the reason to skip it."""
        rule = self.rules.get(one.rule_id or "")
        if rule is None or one.about_type is None or one.about_id is None or one.about_day is None:
            return message(due_times.RULE_DELETED)
        facts = RuleFacts.of(rule)
        about = (one.about_type.value, one.about_id)
        office = self.occasions.office_of(rule)
        zone = self.zones.of_office.get(office, self.zones.default)
        if reason := self.occasions.skip_reason(facts, office, about, one.about_day, one.due_at, zone, now):
            return message(reason)
        occasion = occasion_at(self.occasions.sources(office), facts, about, one.about_day)
        if occasion is None:
            return message(due_times.MOVED)
        is_anniversary = occasion.type is AboutType.ANNIVERSARY
        if is_anniversary and self.ceremonies.is_known(one.recipient, occasion.id, occasion.day.year):
            return message(CEREMONY)
        if one.created_at is not None and one.created_at <= now and self._was_late(one, rule):
            return message(due_times.TOO_LATE)
        whose = occasion.organisation_id or rule.organisation_id
        private = Private.of(occasion)
        people = self.readers.addresses(rule.audience, office, whose, vouched=rule.id in self.vouched, private=private)
        if one.recipient not in people:
            return message(due_times.NOT_ADDRESSED)
        address = one.recipient.removeprefix(MESSENGER)
        absence = self.stand_ins.away.get(address)
        instead = None if absence is None else self.readers.account_language(absence.stand_in, office, private)
        # Who knows of a ceremony is not told that none is planned.
        knows = absence is not None and is_anniversary
        if absence is not None and knows:
            knows = self.ceremonies.is_known(absence.stand_in, occasion.id, occasion.day.year)
        if absence is not None and instead is not None and not knows:
            if address != one.recipient or absence.stand_in in people:
                return message(due_times.STOOD_IN_FOR)
            who = (absence.name, absence.until)
            content = compose_occasion(occasion, rule.name, self.office.public_url, instead, who)
            return OccasionMail(OfficeMail(instead, content), to=absence.stand_in)
        language = people[one.recipient]
        content = compose_occasion(occasion, rule.name, self.office.public_url, language)
        messenger: Any = None
        if one.recipient.startswith(MESSENGER):
            messenger = self.readers.messenger_of(address, office)
        return OccasionMail(OfficeMail(language, content), messenger)

    def _was_late(self, one: ClaimedReminder, rule: ReminderRule) -> bool:
        """Whether it came too late when it was planned; as for events, a clock ahead may have brought it back."""
        return one.created_at is not None and due_times.too_late(one.due_at, one.created_at) and not rule.catch_up
