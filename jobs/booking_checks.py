"""Check a claimed mail about a booking, right before it is sent: whether its reader is still to hear of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from calendars.bookings.notices import BookingSnapshot
from calendars.mails.booking_mail import BookingTopic, compose_booking
from calendars.mails.event_mail import OfficeMail
from calendars.reminders import due_times
from jobs.queue import ClaimedReminder
from models.accounts import User
from models.clock import today
from models.events import Event
from models.i18n import N_, Message, message
from models.office import Office
from models.queries.audience import AudienceIndex, EventSelection
from models.queries.keepers import KeeperAddress, Keepers
from models.resources import BookingNotice, Resource
from models.text import LocalizedText
from models.vocabulary import BOOKING_PURPOSES

GONE = N_("What was booked is not there any more.")
NO_KEEPER = N_("This address does not keep what was booked (any more).")


@dataclass(frozen=True, slots=True)
class BookingMail:
    """A mail that is still to be sent, and the office that lends what was booked, in whose name it is written."""

    mail: OfficeMail
    office: str | None


@dataclass(frozen=True, slots=True)
class BookingChecks:
    """What decides whether mails about bookings are still to be sent; read at once for a batch."""

    office: Office
    notices: Mapping[str, BookingNotice]
    resources: Mapping[str, Resource]
    events: Mapping[str, Event]
    names: Mapping[str, str]
    keepers: Keepers
    directory: AudienceIndex

    @classmethod
    def load(cls, session: Session, claimed: Sequence[ClaimedReminder], office: Office) -> "BookingChecks | None":
        """Read it for these reminders; None if none of them is about a booking."""
        mails = [one for one in claimed if one.purpose in BOOKING_PURPOSES]
        if not mails:
            return None
        rows = select(BookingNotice).where(col(BookingNotice.reminder_id).in_(sorted(one.id for one in mails)))
        notices = {row.reminder_id: row for row in session.execute(rows).scalars()}
        resources = _by_id(session, Resource, {row.resource_id for row in notices.values()})
        told = [each for row in notices.values() for each in (row.before, row.after) if each is not None]
        events = _by_id(session, Event, {one["event_id"] for one in told})
        people = {one[name] or "" for one in told for name in ("booked_by", "asked_by", "answered_by")}
        words = {f"email:{one.recipient}" for one in mails}
        return cls(
            office,
            notices,
            resources,
            events,
            {identity: user.name for identity, user in _by_id(session, User, people).items()},
            Keepers.load(session, resources.values()),
            AudienceIndex.load(session, words, EventSelection(tuple(sorted(events))), of_tasks=True),
        )

    def check(self, one: ClaimedReminder, now: datetime) -> BookingMail | Message:
        """The mail, or the reason to skip it."""
        notice = self.notices.get(one.id)
        resource = self.resources.get(notice.resource_id) if notice is not None else None
        if notice is None or resource is None:
            return message(GONE)
        before, after = BookingSnapshot.read(notice.before), BookingSnapshot.read(notice.after)
        shown = after or before
        if shown is None:
            return message(GONE)
        if shown.last_day < today(self.office.timezone, now):
            return message(due_times.OVER)
        event = self.events.get(shown.event_id)
        reader = self._reader(one, resource, shown, event)
        if reader is None:
            return message(NO_KEEPER)
        topic = BookingTopic(
            one.purpose,
            resource.name,
            shown,
            title=self._title(reader, event),
            before=before if before is not None and before != shown else None,
            booked_by=self.names.get(shown.asked_by or shown.booked_by or ""),
            answered_by=self.names.get(shown.answered_by or ""),
            url=self._url(reader, resource, event),
        )
        return BookingMail(OfficeMail(reader.language, compose_booking(topic, reader.language)), resource.office)

    def _reader(
        self, one: ClaimedReminder, resource: Resource, shown: BookingSnapshot, event: Event | None
    ) -> KeeperAddress | None:
        """Who the recipient is: a keeper now, or who asked and may still read the event."""
        if (keeper := self.keepers.of(resource).get(one.recipient)) is not None:
            return keeper
        user = self.directory.by_email.get(one.recipient)
        if user is None or user.id != shown.asked_by or event is None:
            return None
        return KeeperAddress(user.email, user.locale, user.id) if self.directory.can_tell(user.id, event) else None

    def _title(self, reader: KeeperAddress, event: Event | None) -> LocalizedText | None:
        return event.title if event is not None and self._reads(reader, event) else None

    def _reads(self, reader: KeeperAddress, event: Event) -> bool:
        return reader.account_id is not None and self.directory.can_tell(reader.account_id, event)

    def _url(self, reader: KeeperAddress, resource: Resource, event: Event | None) -> str | None:
        if reader.account_id is None:
            return None
        if self.keepers.of(resource).get(reader.address) is not None or event is None:
            return self.office.page_url("resources/kept")
        return f"{self.office.event_url(event.id)}/bookings"


def _by_id(session: Session, model: type[Any], ids: set[str]) -> dict[str, Any]:
    if not ids:
        return {}
    return {row.id: row for row in session.execute(select(model).where(col(model.id).in_(sorted(ids)))).scalars()}
