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
    DISTRICT = "district"
    COMMUNE = "commune"
    VILLAGE = "village"


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


class FileKind(StrEnum):
    """What a file is. Passports are no kind: their numbers are kept sealed, and pictures of them are not kept."""

    SIGNED = "signed"
    LETTER = "letter"
    PHOTO = "photo"
    REPORT = "report"
    LIST = "list"
    OTHER = "other"


class FileVisibility(StrEnum):
    """``SHARED`` files may be read by the other side, as far as it may read what they belong to."""

    INTERNAL = "internal"
    SHARED = "shared"


class DocumentKind(StrEnum):
    """Papers that are made from what is known of a visit, a week, a year or an agreement."""

    PROGRAMME = "programme"
    PROGRAMME_POCKET = "programme-pocket"
    MEMBERS = "members"
    HOSTS = "hosts"
    NAME_PLATES = "name-plates"
    BADGES = "badges"
    VEHICLES = "vehicles"
    ROOMS = "rooms"
    DRIVER_SHEET = "driver-sheet"
    HOTEL_SHEET = "hotel-sheet"
    SEATING = "seating"
    RECEPTION_PLAN = "reception-plan"
    SUBMISSION = "submission"
    DECISION = "decision"
    INVITATION = "invitation"
    ASSIGNMENT_LETTERS = "assignment-letters"
    RESIDENCE = "residence"
    GIFTS = "gifts"
    ESTIMATE = "estimate"
    SETTLEMENT = "settlement"
    REPORT = "report"
    WEEKLY_SCHEDULE = "weekly-schedule"
    DELEGATION_PLAN = "delegation-plan"
    AGREEMENT_REPORT = "agreement-report"


class DocumentFormat(StrEnum):
    """In which file format a paper is written."""

    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"


class KnownTo(StrEnum):
    """How exactly the days of an event are known: to the day, or only to the month or the year."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


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


class PassportKind(StrEnum):
    """Which passport: which visas it needs depends on it."""

    ORDINARY = "ordinary"
    OFFICIAL = "official"
    DIPLOMATIC = "diplomatic"


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


class MemberAnswer(StrEnum):
    """Whether somebody takes part, in the words of RFC 5545's PARTSTAT."""

    NEEDS_ACTION = "needs_action"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class NoteVisibility(StrEnum):
    """Whose note on an event it is: of its author's side only, or of both."""

    OWN = "own"
    SHARED = "shared"


class NoteSource(StrEnum):
    """How a note came to be: somebody wrote it here, or an answer by mail said it."""

    PERSON = "person"
    MAIL = "mail"


class Sex(StrEnum):
    """As a passport has it."""

    FEMALE = "female"
    MALE = "male"


class Side(StrEnum):
    """Whether somebody in a visit receives it or comes with it."""

    HOST = "host"
    GUEST = "guest"


class ResourceType(StrEnum):
    ROOM = "room"
    LODGING = "lodging"
    VEHICLE = "vehicle"
    INTERPRETER = "interpreter"
    EQUIPMENT = "equipment"


class BookingState(StrEnum):
    """Whether a booking occupies its resource.

    A requested one does so once its event is confirmed; a released one, of a postponed or cancelled event, does not
    until the event takes place after all. Of a resource whose keepers approve what is booked, one that they are asked
    for occupies it as a held one does, until they approve or refuse it; a refused one does not.
    """

    HELD = "held"
    REQUESTED = "requested"
    RELEASED = "released"
    ASKED = "asked"
    REFUSED = "refused"


TAKING = (BookingState.HELD, BookingState.ASKED)
"""The states in which a booking occupies its resource."""


class CopyTake(StrEnum):
    """What of an event its copy takes along besides what the event itself says."""

    MEMBERS = "members"
    PROGRAMME = "programme"
    TASKS = "tasks"
    BOOKINGS = "bookings"
    ESTIMATE = "estimate"


class CopyPart(StrEnum):
    """What of an event did not come along into its copy, or came along as something to look at."""

    TITLE = "title"
    DAYS = "days"
    COMMITMENT = "commitment"
    INSTITUTION = "institution"
    PERFORMANCE = "performance"
    MEMBER = "member"
    ITEM = "item"
    TASK = "task"
    BOOKING = "booking"
    ESTIMATE = "estimate"


class TaskAnchor(StrEnum):
    """The day a task's offset counts from: the visit's arrival or departure."""

    ARRIVAL = "arrival"
    DEPARTURE = "departure"


class DurationUnit(StrEnum):
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


class AgreementKind(StrEnum):
    """What a paper between parties is: memoranda, plans and minutes mostly stand below an agreement."""

    AGREEMENT = "agreement"
    MEMORANDUM = "memorandum"
    PLAN = "plan"
    MINUTES = "minutes"


class FrequencyType(StrEnum):
    PER_YEAR = "per_year"
    EVERY = "every"
    IN_PERIOD = "in_period"
    OPEN = "open"


class ProgressState(StrEnum):
    """The state of a commitment, worst first; an open one is only counted, and of one nothing may be on record."""

    MISSED = "missed"
    AT_RISK = "at_risk"
    ON_TRACK = "on_track"
    FULFILLED = "fulfilled"
    NO_RECORDS = "no_records"
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


class Festival(StrEnum):
    """Festivals whose day is computed each year: Lao Buddhist ones, Pi Mai, and those of Viet Nam's lunar calendar."""

    TET = "tet"
    HUNG_KINGS = "hung_kings"
    PI_MAI = "pi_mai"
    MAKHA_BOUSA = "makha_bousa"
    VISAKHA_BOUSA = "visakha_bousa"
    BEGIN_OF_LENT = "begin_of_lent"
    HAW_KHAO_PADAPDIN = "haw_khao_padapdin"
    HAW_KHAO_SALARK = "haw_khao_salark"
    END_OF_LENT = "end_of_lent"
    BOAT_RACING = "boat_racing"
    THAT_LUANG = "that_luang"


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


class GuestClass(StrEnum):
    """Classes of foreign guests. Source: annex of Circular 35/2026/TT-BTC (khách đặc biệt; hạng A, B, C; khách khác).

    A class is entered with who decided it, never computed.
    """

    SPECIAL = "special"
    A = "A"
    B = "B"
    C = "C"
    OTHER = "other"


class NormRole(StrEnum):
    """For whom within a delegation a norm is."""

    HEAD = "head"
    DEPUTY = "deputy"
    MEMBER = "member"
    SPOUSE = "spouse"


class NormItem(StrEnum):
    """What money is planned for; norms exist for some of it, the rest is as agreed or invoiced."""

    LODGING = "lodging"
    MEALS = "meals"
    BREAKFAST = "breakfast"
    BANQUET = "banquet"
    SESSION = "session"
    FLOWERS = "flowers"
    GIFT = "gift"
    INTERPRETING = "interpreting"
    BOOTH_INTERPRETING = "booth_interpreting"
    TRANSLATION_INTO = "translation_into"
    TRANSLATION_FROM = "translation_from"
    PERFORMANCE = "performance"
    CAR = "car"
    LOUNGE = "lounge"
    DRINKS = "drinks"
    DOMESTIC_MEAL = "domestic_meal"
    PER_DIEM = "per_diem"
    TICKET = "ticket"
    VISA = "visa"
    INSURANCE = "insurance"
    TUITION = "tuition"
    STIPEND = "stipend"
    OTHER = "other"


class NormUnit(StrEnum):
    """What an amount is for."""

    PERSON_NIGHT = "person_night"
    PERSON_DAY = "person_day"
    PERSON_HALF_DAY = "person_half_day"
    PERSON = "person"
    PERSON_MONTH = "person_month"
    HOUR = "hour"
    PAGE = "page"
    PIECE = "piece"
    TRIP = "trip"
    TOTAL = "total"


class WhoPays(StrEnum):
    """Who pays for a delegation received here. Source: Circular 35/2026/TT-BTC, articles 5–15, 16 and 18."""

    HOST_ALL = "host_all"
    GUESTS_LODGING_AND_MEALS = "guests_lodging_and_meals"
    GUESTS_ALL = "guests_all"


class EstimateState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SETTLED = "settled"


class GiftKind(StrEnum):
    """Whether goods or money were given."""

    GOODS = "goods"
    MONEY = "money"


class MilestoneState(StrEnum):
    PLANNED = "planned"
    DONE = "done"


class ProjectState(StrEnum):
    """How far a project has come; computed, never entered.

    Nothing is done or paid yet; something is; accepted by who is to get it; handed over. Unknown: there is no step, no
    payment, no day and no handover to come from which it could be known.
    """

    UNKNOWN = "unknown"
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    ACCEPTED = "accepted"
    HANDED_OVER = "handed_over"


class LearnerStage(StrEnum):
    """What somebody learns in a part of their time abroad."""

    LANGUAGE = "language"
    SCHOOL = "school"
    VOCATIONAL = "vocational"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"
    COURSE = "course"


class LearnerOutcome(StrEnum):
    """What has become of a learner, in one stage."""

    STUDYING = "studying"
    GRADUATED = "graduated"
    LEFT = "left"


class ProposalState(StrEnum):
    """What became of days that one side of a visit proposed to the other."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COUNTERED = "countered"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Asked(StrEnum):
    """What the other side of a shared event is asked for."""

    MEMBERS = "members"
    TRAVEL = "travel"
    PHOTOS = "photos"
    DIETS = "diets"
    PASSPORTS = "passports"
    DAYS = "days"
    ANSWER = "answer"


class ReminderAnchor(StrEnum):
    """What a rule counts from: a day of an event or of its tasks, or of something else (:class:`AboutType`)."""

    ARRIVAL = "arrival"
    START = "start"
    END = "end"
    TASK_DUE = "task_due"
    OBSERVANCE = "observance"
    ANNIVERSARY = "anniversary"
    AGREEMENT_END = "agreement_end"
    AGREEMENT_REVIEW = "agreement_review"
    EXPIRY = "expiry"
    MILESTONE = "milestone"


EVENT_ANCHORS = (ReminderAnchor.ARRIVAL, ReminderAnchor.START, ReminderAnchor.END, ReminderAnchor.TASK_DUE)
"""Rules that count from these remind of events; the others of other things."""


class AboutType(StrEnum):
    """What a reminder is about."""

    EVENT = "event"
    AGREEMENT = "agreement"
    ANNIVERSARY = "anniversary"
    OBSERVANCE = "observance"
    LEARNER = "learner"
    PROJECT = "project"
    PROPOSAL = "proposal"
    ACCOUNT = "account"
    RESOURCE = "resource"


OCCASIONS = {
    ReminderAnchor.OBSERVANCE: AboutType.OBSERVANCE,
    ReminderAnchor.ANNIVERSARY: AboutType.ANNIVERSARY,
    ReminderAnchor.AGREEMENT_END: AboutType.AGREEMENT,
    ReminderAnchor.AGREEMENT_REVIEW: AboutType.AGREEMENT,
    ReminderAnchor.EXPIRY: AboutType.LEARNER,
    ReminderAnchor.MILESTONE: AboutType.PROJECT,
}
"""Anchor → what a rule with it reminds of. Of the anchors that are missing nothing is kept yet."""


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
    delivered; to those who may confirm: an event is to be confirmed, or is no longer what was confirmed; a kept paper
    of an event; to a member who has not answered whether they come; to an account that a note mentions; to the
    keepers of a resource, and to who booked it: a booking was made, changed, given back, asked for, approved, refused;
    and the office's own: the weekly schedule, the daily digest, failures unseen.
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
    DOCUMENT = "document"
    UNANSWERED = "unanswered"
    MENTION = "mention"
    BOOKING_MADE = "booking_made"
    BOOKING_CHANGED = "booking_changed"
    BOOKING_RELEASED = "booking_released"
    BOOKING_ASKED = "booking_asked"
    BOOKING_APPROVED = "booking_approved"
    BOOKING_REFUSED = "booking_refused"
    WEEKLY = "weekly"
    DIGEST = "digest"
    ESCALATION = "escalation"


OFFICE_PURPOSES = (ReminderPurpose.WEEKLY, ReminderPurpose.DIGEST, ReminderPurpose.ESCALATION)
"""Mails about the office as a whole, not about one event."""

BOOKING_PURPOSES = (
    ReminderPurpose.BOOKING_MADE,
    ReminderPurpose.BOOKING_CHANGED,
    ReminderPurpose.BOOKING_RELEASED,
    ReminderPurpose.BOOKING_ASKED,
    ReminderPurpose.BOOKING_APPROVED,
    ReminderPurpose.BOOKING_REFUSED,
)
"""Mails about one booking to the keepers of its resource and to who booked it."""

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


class MergedEntity(StrEnum):
    """What can have been entered twice and be merged; each is its table's name."""

    PERSON = "person"
    ORGANISATION = "organisation"


class LinkSubject(StrEnum):
    """What somebody without an account may fill in with a link."""

    MEMBERS = "members"
    TRAVEL = "travel"
    DAYS = "days"


class SubmissionState(StrEnum):
    """What became of something that was handed in with a link; a later one from the same link replaces it."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPLACED = "replaced"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    BLOCKING = "blocking"


class InboxOutcome(StrEnum):
    """What became of a message in the inbox of answers.

    It was applied; it may be an answer, but without proof; it is no answer that is understood, and stays unread; a
    machine sent it; it is proven, but nothing followed from it (any more).
    """

    APPLIED = "applied"
    UNPROVEN = "unproven"
    UNREAD = "unread"
    AUTOMATIC = "automatic"
    REFUSED = "refused"


class AnswerReason(StrEnum):
    """Why an answer that was understood was not applied by itself."""

    UNKNOWN_EVENT = "unknown_event"
    NO_TOKEN = "no_token"  # noqa: S105 - a reason
    BAD_TOKEN = "bad_token"  # noqa: S105 - a reason
    OTHER_EVENT = "other_event"
    OTHER_ATTENDEE = "other_attendee"
    ONE_DAY_ONLY = "one_day_only"
    OTHER_DAYS = "other_days"
    CALLED_OFF = "called_off"
    OLDER = "older"
    TOO_MANY = "too_many"


class SavedPage(StrEnum):
    """The lists whose views an account can save."""

    COMING = "coming"
    CALENDAR = "calendar"
    TASKS = "tasks"
    HISTORY = "history"
    REMINDERS = "reminders"
    BOOKINGS = "bookings"
    CONFLICTS = "conflicts"
    GIFTS = "gifts"
    PROJECTS = "projects"
    PEOPLE = "people"
    SEARCH = "search"


class NoticeTopic(StrEnum):
    """What mails are about, as far as an account can choose whether it gets them.

    Cancellations, mails that could not be delivered and what administrators must see are no such topic.
    """

    REMINDERS = "reminders"
    OCCASIONS = "occasions"
    CHANGES = "changes"
    CONFIRMATIONS = "confirmations"
    PROPOSALS = "proposals"
    PAPERS = "papers"
    MENTIONS = "mentions"
    BOOKINGS = "bookings"


class NoticeWay(StrEnum):
    """How an account gets mails about a topic, where it chose: by mail and never by messenger, by messenger and never
    by mail where there is a messenger, or not at all."""

    MAIL = "mail"
    MESSENGER = "messenger"
    NONE = "none"
