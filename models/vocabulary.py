"""The closed word lists of the API: kinds, states, roles, grades, units."""

from decimal import Decimal
from enum import StrEnum


class Language(StrEnum):
    """The supported languages, in the office's order of preference."""

    VI = "vi"
    LO = "lo"
    EN = "en"


class Role(StrEnum):
    """The permissions of an account; each role includes those before it."""

    VIEWER = "viewer"
    OFFICER = "officer"
    APPROVER = "approver"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Position in the order of growing permissions, 0 = viewer."""
        return list(Role).index(self)

    def suffices_for(self, needed: "Role") -> bool:
        """Whether this role has the permissions of ``needed``."""
        return self.rank >= needed.rank


class TokenScope(StrEnum):
    """The permissions of an API token among those of its account: read only, or all of them."""

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
    """As seen from the office's own locality (đoàn vào, đoàn ra)."""

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
    """A person's role in a visit, in the order of the printed list."""

    HEAD = "head"
    DEPUTY = "deputy"
    MEMBER = "member"
    SECRETARY = "secretary"
    STAFF = "staff"
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
    """Whether a booking occupies its resource.

    A requested one does so once its event is confirmed; a released one, of a postponed or cancelled event, does not
    until the event takes place after all.
    """

    HELD = "held"
    REQUESTED = "requested"
    RELEASED = "released"


class TaskAnchor(StrEnum):
    """The day a task's offset counts from: the visit's arrival or departure."""

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
    """The state of a commitment, worst first; an open one is only counted."""

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
    """The category of a day: a day off, a working day in place of a day off, or a festival without a day off."""

    PUBLIC = "public"
    WORKDAY = "workday"
    FESTIVAL = "festival"


class HolidayCalendar(StrEnum):
    """The calendar of a recurring date; the lunar one is the Vietnamese, at UTC+7."""

    SOLAR = "solar"
    LUNAR = "lunar"


class Currency(StrEnum):
    """Currencies the office pays in."""

    VND = "VND"
    LAK = "LAK"
    USD = "USD"

    @property
    def decimals(self) -> int:
        """Digits after the decimal point: đồng and kip have none, dollars have cents."""
        return 2 if self is Currency.USD else 0

    def units(self, amount: str) -> int:
        """A decimal amount in smallest units."""
        return int(Decimal(amount).scaleb(self.decimals))

    def money(self, amount: int) -> dict[str, str]:
        """An amount in smallest units (đồng, kip, cents) as in the API: a decimal string and its currency."""
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
    """The purpose of a mail.

    A rule's reminder; a cancelled event; another change of an event that people have in their calendars; a postponed
    event; new days or hours; to whoever is no longer part of an event that is in their calendar; a mail that was not
    delivered; to those who may confirm: an event is to be confirmed, or is no longer what was confirmed; and the
    office's own: the weekly schedule, the daily digest, failures unseen.
    """

    REMINDER = "reminder"
    CANCELLATION = "cancellation"
    UPDATE = "update"
    POSTPONED = "postponed"
    MOVED = "moved"
    REMOVED = "removed"
    FAILURE = "failure"
    ASKED = "asked"
    CHANGED = "changed"
    WEEKLY = "weekly"
    DIGEST = "digest"
    ESCALATION = "escalation"


OFFICE_PURPOSES = (ReminderPurpose.WEEKLY, ReminderPurpose.DIGEST, ReminderPurpose.ESCALATION)
"""Mails about the office as a whole, not about one event."""

APPROVER_PURPOSES = (ReminderPurpose.ASKED, ReminderPurpose.CHANGED)
"""Mails about one event to those who may confirm it."""


class Channel(StrEnum):
    """How a rule reaches people."""

    EMAIL = "email"


class ReminderChannel(StrEnum):
    """How one reminder is delivered: by mail, or through the messenger its recipient chose."""

    EMAIL = "email"
    MESSENGER = "messenger"


class AttemptOutcome(StrEnum):
    """The outcome of an attempt to deliver a mail: accepted; not now; never."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"


class FeedClient(StrEnum):
    """The calendar programs that treat a feed differently."""

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
