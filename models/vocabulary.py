"""The closed word lists of the contract: kinds, states, roles, grades, units."""

from decimal import Decimal
from enum import StrEnum


class Language(StrEnum):
    """The languages people read here, in the office's order of preference."""

    VI = "vi"
    LO = "lo"
    EN = "en"


class Role(StrEnum):
    """What an account may do; each role includes the ones before it."""

    VIEWER = "viewer"
    OFFICER = "officer"
    APPROVER = "approver"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Position in the order of growing rights, 0 = viewer."""
        return list(Role).index(self)

    def suffices_for(self, needed: "Role") -> bool:
        """Whether an account of this role may do what ``needed`` may do."""
        return self.rank >= needed.rank


class TokenScope(StrEnum):
    """What an API token may do of all that its account may: look only, or everything."""

    READ = "read"
    WRITE = "write"


class LocalityLevel(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    CAPITAL = "capital"
    COUNTRY = "country"


class EventKind(StrEnum):
    DELEGATION = "delegation"
    TRAINING_BATCH = "training_batch"
    ART_TROUPE_VISIT = "art_troupe_visit"
    ANNIVERSARY = "anniversary"
    ACTIVITY = "activity"


class EventStatus(StrEnum):
    DRAFT = "draft"
    PLANNED = "planned"
    CONFIRMED = "confirmed"
    ONGOING = "ongoing"
    COMPLETED = "completed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class Direction(StrEnum):
    """Seen from the office's own locality (đoàn vào, đoàn ra)."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    DOMESTIC = "domestic"


class Visibility(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


class DelegationLevel(StrEnum):
    HIGH = "high"
    DEPARTMENT = "department"
    WORKING = "working"


class ActivityType(StrEnum):
    MEETING = "meeting"
    SEMINAR = "seminar"
    FORUM = "forum"
    FAIR = "fair"
    SPORTS = "sports"
    CEREMONY = "ceremony"
    SURVEY = "survey"
    HANDOVER = "handover"
    OTHER = "other"


class MemberRole(StrEnum):
    """What a person is in a visit; the order is the order of the printed list."""

    HEAD = "head"
    DEPUTY = "deputy"
    MEMBER = "member"
    INTERPRETER = "interpreter"
    SECURITY = "security"
    DRIVER = "driver"


class ResourceType(StrEnum):
    ROOM = "room"
    LODGING = "lodging"
    VEHICLE = "vehicle"
    INTERPRETER = "interpreter"
    EQUIPMENT = "equipment"


class BookingState(StrEnum):
    """Whether a booking takes its resource: one that was only asked for does so when its event is confirmed; one of an
    event that is postponed or cancelled does not, until the event takes place after all."""

    HELD = "held"
    REQUESTED = "requested"
    RELEASED = "released"


class TaskAnchor(StrEnum):
    """What a task's offset counts from: the day the visit arrives, or the day it departs."""

    ARRIVAL = "arrival"
    DEPARTURE = "departure"


class DurationUnit(StrEnum):
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


class FrequencyType(StrEnum):
    PER_YEAR = "per_year"
    EVERY = "every"
    IN_PERIOD = "in_period"
    OPEN = "open"


class ProgressState(StrEnum):
    """Where a commitment stands; the worse comes first, an open one is only counted."""

    MISSED = "missed"
    AT_RISK = "at_risk"
    ON_TRACK = "on_track"
    FULFILLED = "fulfilled"
    OPEN = "open"


class Grade(StrEnum):
    """Classes of an anniversary year. Source: Decree 145/2013/NĐ-CP (năm tròn, năm lẻ 5, năm khác)."""

    ROUND = "round"
    HALF_ROUND = "half_round"
    OTHER = "other"


class HolidayCategory(StrEnum):
    """What a day is: off for everybody, worked although it would be free, or celebrated without a day off."""

    PUBLIC = "public"
    WORKDAY = "workday"
    FESTIVAL = "festival"


class HolidayCalendar(StrEnum):
    """The calendar a yearly day is told in; the lunar one is the Vietnamese, at UTC+7."""

    SOLAR = "solar"
    LUNAR = "lunar"


class Currency(StrEnum):
    """Currencies the office pays in."""

    VND = "VND"
    LAK = "LAK"
    USD = "USD"

    @property
    def decimals(self) -> int:
        """Digits after the point: đồng and kip are whole, dollars have cents."""
        return 2 if self is Currency.USD else 0

    def money(self, amount: int) -> dict[str, str]:
        """An amount in smallest units (đồng, kip, cents) as the contract writes it: a decimal string, its currency."""
        return {"amount": f"{Decimal(amount).scaleb(-self.decimals):.{self.decimals}f}", "currency": self.value}


class ReminderAnchor(StrEnum):
    ARRIVAL = "arrival"
    START = "start"
    END = "end"
    TASK_DUE = "task_due"


class ReminderState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class ReminderPurpose(StrEnum):
    """What a mail is for: a rule's reminder; that an event is cancelled, or has changed since people put it into their
    calendars; that a mail did not arrive; the office's own: the week's schedule, the day's digest, failures unseen."""

    REMINDER = "reminder"
    CANCELLATION = "cancellation"
    UPDATE = "update"
    FAILURE = "failure"
    WEEKLY = "weekly"
    DIGEST = "digest"
    ESCALATION = "escalation"


OFFICE_PURPOSES = (ReminderPurpose.WEEKLY, ReminderPurpose.DIGEST, ReminderPurpose.ESCALATION)
"""Those that are about the office as a whole, not about one event."""


class Channel(StrEnum):
    """How a rule reaches people."""

    EMAIL = "email"


class ReminderChannel(StrEnum):
    """How one reminder travels: by mail, or through the messenger its reader chose."""

    EMAIL = "email"
    MESSENGER = "messenger"


class AttemptOutcome(StrEnum):
    """How an attempt to hand a mail over ended: taken; not now; never."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"


class FeedClient(StrEnum):
    """The calendar programs that are told apart by how they treat a feed."""

    GOOGLE = "google"
    OUTLOOK = "outlook"
    APPLE = "apple"
    THUNDERBIRD = "thunderbird"
    DAVX5 = "davx5"
    NEXTCLOUD = "nextcloud"
    BROWSER = "browser"
    OTHER = "other"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    BLOCKING = "blocking"
