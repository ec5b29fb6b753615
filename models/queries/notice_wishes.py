"""Which mails the accounts behind some addresses do not want."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import Session, col

from models.accounts import User
from models.personal.notice_choices import NoticeChoice
from models.vocabulary import BOOKING_PURPOSES, AboutType, NoticeTopic, NoticeWay, ReminderPurpose

_TOPICS: Mapping[ReminderPurpose, NoticeTopic] = {
    ReminderPurpose.REMINDER: NoticeTopic.REMINDERS,
    ReminderPurpose.UPDATE: NoticeTopic.CHANGES,
    ReminderPurpose.POSTPONED: NoticeTopic.CHANGES,
    ReminderPurpose.MOVED: NoticeTopic.CHANGES,
    ReminderPurpose.REMOVED: NoticeTopic.CHANGES,
    ReminderPurpose.ASKED: NoticeTopic.CONFIRMATIONS,
    ReminderPurpose.CHANGED: NoticeTopic.CONFIRMATIONS,
    ReminderPurpose.DOCUMENT: NoticeTopic.PAPERS,
    ReminderPurpose.MENTION: NoticeTopic.MENTIONS,
    **dict.fromkeys(BOOKING_PURPOSES, NoticeTopic.BOOKINGS),
}


def topic_of(purpose: ReminderPurpose, about: AboutType | None) -> NoticeTopic | None:
    """The topic of a mail; None: it can't be turned off here."""
    if purpose is ReminderPurpose.REMINDER and about is not None:
        return NoticeTopic.PROPOSALS if about is AboutType.PROPOSAL else NoticeTopic.OCCASIONS
    return _TOPICS.get(purpose)


@dataclass(frozen=True, slots=True)
class NoticeWishes:
    """What the accounts of some addresses chose; whoever chose nothing wants everything."""

    ways: Mapping[tuple[str, NoticeTopic], NoticeWay] = field(default_factory=dict)
    with_messenger: frozenset[str] = frozenset()

    @classmethod
    def load(cls, session: Session, addresses: Collection[str]) -> "NoticeWishes":
        """Read the choices behind mail addresses; one query."""
        if not addresses:
            return cls()
        found = session.execute(
            select(col(User.email), col(NoticeChoice.topic), col(NoticeChoice.way), col(User.messenger).is_not(None))
            .join(NoticeChoice, col(NoticeChoice.user_id) == col(User.id))
            .where(col(User.email).in_(sorted({one.lower() for one in addresses})))
        ).all()
        ways = {(email, topic): way for email, topic, way, _has in found}
        return cls(ways, frozenset(email for email, _topic, _way, has in found if has))

    def is_wanted(self, address: str, topic: NoticeTopic | None, *, by_messenger: bool) -> bool:
        """Whether the account of an address wants a mail about a topic, or a message of its messenger."""
        email = address.lower()
        way = self.ways.get((email, topic)) if topic is not None else None
        match way:
            case None:
                return True
            case NoticeWay.MAIL:
                return not by_messenger
            case NoticeWay.MESSENGER:
                return by_messenger or email not in self.with_messenger
            case _:
                return False
