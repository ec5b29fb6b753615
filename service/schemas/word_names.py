"""What the words of the closed lists are called, for pages and for lists as files.

Kinds, statuses, roles and the like that mails and calendars write too stand in :mod:`calendars.events.labels`.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from calendars.days.holiday_names import festival_name
from calendars.estimates.labels import CLASS_NAMES, ITEM_NAMES, ROLE_NAMES, UNIT_NAMES
from calendars.events.activity_types import ACTIVITY_TYPE_NAMES
from calendars.events.confirmation import LEVEL_NAMES, VISIBILITY_NAMES
from calendars.events.labels import (
    AGREEMENT_KIND_NAMES,
    KIND_NAMES,
    MEMBER_ANSWER_NAMES,
    MEMBER_ROLE_NAMES,
    MEMBER_SIDE_NAMES,
    PROGRESS_NAMES,
    STATUS_NAMES,
)
from calendars.feeds.clients import HABITS
from calendars.learners.stages import OUTCOME_NAMES, STAGE_NAMES
from calendars.mails.digests import PURPOSE_NAMES
from calendars.people.passport_words import PASSPORT_KIND_NAMES
from calendars.projects.figures import STATE_NAMES
from calendars.proposals.steps import STATE_NAMES as PROPOSAL_STATES
from calendars.proposals.steps import ProposalStep
from models.i18n import N_, NP_, translate
from models.labels import noun
from models.text import LocalizedText, localized
from models.vocabulary import (
    AboutType,
    ActivityType,
    AgreementKind,
    BookingState,
    Channel,
    DelegationLevel,
    Direction,
    DurationUnit,
    EventKind,
    EventStatus,
    FeedClient,
    Festival,
    FileKind,
    FileVisibility,
    FrequencyType,
    GiftKind,
    Grade,
    GuestClass,
    HolidayCalendar,
    HolidayCategory,
    KnownTo,
    Language,
    LearnerOutcome,
    LearnerStage,
    LinkSubject,
    LocalityLevel,
    MemberAnswer,
    MemberRole,
    MergedEntity,
    MilestoneState,
    NormItem,
    NormRole,
    NormUnit,
    NoteSource,
    NoteVisibility,
    PassportKind,
    ProgressState,
    ProjectState,
    ProposalState,
    ReminderAnchor,
    ReminderChannel,
    ReminderPurpose,
    ReminderState,
    ResourceType,
    Role,
    SavedPage,
    Severity,
    Side,
    SubmissionState,
    TaskAnchor,
    TokenScope,
    Visibility,
)

DIRECTIONS: Mapping[Direction, str] = {
    Direction.INCOMING: N_("Incoming"),
    Direction.OUTGOING: N_("Outgoing"),
    Direction.DOMESTIC: N_("In the country"),
}
PASSPORT_KINDS = PASSPORT_KIND_NAMES
GRADES: Mapping[Grade, str] = {
    Grade.ROUND: N_("round years (ending in 0)"),
    Grade.HALF_ROUND: N_("half-round years (ending in 5)"),
    Grade.OTHER: N_("other years"),
}
TASK_ANCHORS: Mapping[TaskAnchor, str] = {
    TaskAnchor.ARRIVAL: N_("Arrival"),
    TaskAnchor.DEPARTURE: N_("Departure"),
}
REMINDER_STATES: Mapping[ReminderState, str] = {
    ReminderState.FAILED: N_("Could not be sent"),
    ReminderState.SENDING: N_("Being sent"),
    ReminderState.PENDING: N_("To be sent"),
    ReminderState.SENT: N_("Sent"),
    ReminderState.SKIPPED: N_("Not sent"),
}
"""In display order."""

TONGUES: Mapping[str, LocalizedText] = {
    "vi": {"vi": "Việt", "lo": "ຫວຽດ", "en": "Vietnamese"},
    "lo": {"vi": "Lào", "lo": "ລາວ", "en": "Lao"},
    "en": {"vi": "Anh", "lo": "ອັງກິດ", "en": "English"},
    "th": {"vi": "Thái", "lo": "ໄທ", "en": "Thai"},
    "zh": {"vi": "Trung", "lo": "ຈີນ", "en": "Chinese"},
    "fr": {"vi": "Pháp", "lo": "ຝຣັ່ງ", "en": "French"},
}
"""Languages that people interpret between. Not in the catalogues: the languages' own names are on every page."""

CHANNELS: Mapping[ReminderChannel, str] = {
    ReminderChannel.EMAIL: N_("By mail"),
    ReminderChannel.MESSENGER: N_("By messenger"),
}
RESOURCE_TYPES: Mapping[ResourceType, str] = {
    ResourceType.ROOM: N_("Rooms and halls"),
    ResourceType.LODGING: N_("Lodging"),
    ResourceType.VEHICLE: N_("Vehicles"),
    ResourceType.INTERPRETER: N_("Interpreters"),
    ResourceType.EQUIPMENT: N_("Equipment"),
}
BOOKING_STATES: Mapping[BookingState, str] = {
    BookingState.HELD: N_("Booked"),
    BookingState.REQUESTED: N_("Asked for"),
    BookingState.RELEASED: N_("Given back"),
    BookingState.ASKED: N_("Waiting for approval"),
    BookingState.REFUSED: N_("Refused"),
}
FILE_KINDS: Mapping[FileKind, str] = {
    FileKind.SIGNED: N_("Signed paper"),
    FileKind.LETTER: N_("Letter"),
    FileKind.PHOTO: N_("Photograph"),
    FileKind.REPORT: N_("Report"),
    FileKind.LIST: N_("List"),
    FileKind.OTHER: N_("Other file"),
}
FILE_VISIBILITIES: Mapping[FileVisibility, str] = {
    FileVisibility.INTERNAL: N_("Only our side"),
    FileVisibility.SHARED: N_("The other side too"),
}
GIFT_KINDS: Mapping[GiftKind, str] = {
    GiftKind.GOODS: NP_("given", "Goods"),
    GiftKind.MONEY: NP_("given", "Money"),
}
ROLES: Mapping[Role, str] = {
    Role.VIEWER: N_("Viewer"),
    Role.OFFICER: N_("Officer"),
    Role.APPROVER: N_("Approver"),
    Role.ADMIN: N_("Administrator"),
}
ANCHORS: Mapping[ReminderAnchor, str] = {
    ReminderAnchor.ARRIVAL: N_("Arrival"),
    ReminderAnchor.START: N_("First day"),
    ReminderAnchor.END: N_("Last day"),
    ReminderAnchor.TASK_DUE: N_("Due day of a task"),
    ReminderAnchor.OBSERVANCE: N_("Day of greetings"),
    ReminderAnchor.ANNIVERSARY: N_("Anniversary without a ceremony"),
    ReminderAnchor.AGREEMENT_END: N_("End of an agreement"),
    ReminderAnchor.AGREEMENT_REVIEW: N_("Review of an agreement"),
    ReminderAnchor.EXPIRY: N_("Last day of a learner's permit"),
    ReminderAnchor.MILESTONE: N_("Milestone of a project"),
}
MILESTONE_STATES: Mapping[MilestoneState, str] = {
    MilestoneState.PLANNED: N_("Still to come"),
    MilestoneState.DONE: N_("Reached"),
}
PROJECT_STATES: Mapping[ProjectState, str] = STATE_NAMES
LOCALITY_LEVELS: Mapping[LocalityLevel, str] = {
    LocalityLevel.PROVINCE: N_("Province"),
    LocalityLevel.CITY: N_("City"),
    LocalityLevel.CAPITAL: N_("Capital"),
    LocalityLevel.COUNTRY: N_("Country"),
    LocalityLevel.DISTRICT: N_("District"),
    LocalityLevel.COMMUNE: N_("Commune or ward"),
    LocalityLevel.VILLAGE: N_("Village"),
}
HOLIDAY_CATEGORIES: Mapping[HolidayCategory, str] = {
    HolidayCategory.PUBLIC: N_("Day off: it does not count as a working day"),
    HolidayCategory.WORKDAY: N_("Worked, although it would be free"),
    HolidayCategory.FESTIVAL: N_("Festival: celebrated, and worked as usual"),
}
RECURRENCES: Mapping[HolidayCalendar, str] = {
    HolidayCalendar.SOLAR: N_("Every year, by the solar calendar"),
    HolidayCalendar.LUNAR: N_("Every year, by the Vietnamese lunar calendar"),
}
DURATION_UNITS: Mapping[DurationUnit, str] = {
    DurationUnit.DAYS: N_("Days"),
    DurationUnit.MONTHS: NP_("unit of time", "Months"),
    DurationUnit.YEARS: N_("Years"),
}
FREQUENCIES: Mapping[FrequencyType, str] = {
    FrequencyType.PER_YEAR: N_("So many times every year"),
    FrequencyType.EVERY: N_("Once every so many years"),
    FrequencyType.IN_PERIOD: N_("So many times in the whole period"),
    FrequencyType.OPEN: N_("As both sides agree, no fixed number"),
}
SEVERITIES: Mapping[Severity, str] = {
    Severity.BLOCKING: N_("Does not work"),
    Severity.WARNING: N_("Warning"),
    Severity.INFO: N_("Good to know"),
}
KNOWN_TO: Mapping[KnownTo, str] = {
    KnownTo.DAY: N_("Known to the day"),
    KnownTo.MONTH: N_("Known to the month"),
    KnownTo.YEAR: N_("Known to the year"),
}
TOKEN_SCOPES: Mapping[TokenScope, str] = {
    TokenScope.READ: N_("May only read"),
    TokenScope.WRITE: N_("May read and change"),
}

SUBMISSION_STATES: Mapping[SubmissionState, str] = {
    SubmissionState.SUBMITTED: N_("Waits for you"),
    SubmissionState.ACCEPTED: N_("Taken over"),
    SubmissionState.REJECTED: N_("Not taken over"),
    SubmissionState.REPLACED: N_("Replaced by a later one"),
}
"""What becomes of what was handed in with a link."""
PROPOSAL_STEPS: Mapping[ProposalStep, str] = {
    ProposalStep.ACCEPT: N_("Accept"),
    ProposalStep.DECLINE: N_("Decline"),
    ProposalStep.COUNTER: N_("Propose other days"),
    ProposalStep.WITHDRAW: N_("Withdraw"),
}
LINK_SUBJECTS: Mapping[LinkSubject, str] = {
    LinkSubject.MEMBERS: N_("The people, with passports, meals and photos"),
    LinkSubject.TRAVEL: N_("Arrival and departure"),
    LinkSubject.DAYS: N_("Other days"),
}
NOTE_VISIBILITIES: Mapping[NoteVisibility, str] = {
    NoteVisibility.OWN: N_("Only our side"),
    NoteVisibility.SHARED: N_("Both sides"),
}
NOTE_SOURCES: Mapping[NoteSource, str] = {
    NoteSource.PERSON: N_("Written here"),
    NoteSource.MAIL: N_("Came by mail"),
}

SAVED_PAGES: Mapping[SavedPage, str] = {
    SavedPage.COMING: N_("What is coming"),
    SavedPage.CALENDAR: N_("Calendar"),
    SavedPage.TASKS: N_("Things to do"),
    SavedPage.HISTORY: N_("History by year"),
    SavedPage.REMINDERS: N_("Reminders"),
    SavedPage.BOOKINGS: N_("Rooms and cars"),
    SavedPage.CONFLICTS: N_("Conflicts"),
    SavedPage.GIFTS: N_("Gifts and goods"),
    SavedPage.PROJECTS: N_("Projects"),
    SavedPage.PEOPLE: N_("People"),
    SavedPage.SEARCH: N_("Search"),
}
"""The lists whose views can be saved."""

_NAMES: Mapping[type[StrEnum], Mapping[Any, str | LocalizedText]] = {
    AboutType: {word: noun(word).text for word in AboutType},
    ActivityType: ACTIVITY_TYPE_NAMES,
    AgreementKind: AGREEMENT_KIND_NAMES,
    BookingState: BOOKING_STATES,
    Channel: {Channel.EMAIL: CHANNELS[ReminderChannel.EMAIL]},
    DelegationLevel: LEVEL_NAMES,
    Direction: DIRECTIONS,
    DurationUnit: DURATION_UNITS,
    EventKind: KIND_NAMES,
    EventStatus: STATUS_NAMES,
    FeedClient: {client: habits.name for client, habits in HABITS.items()},
    Festival: {festival: festival_name(festival) for festival in Festival},
    FileKind: FILE_KINDS,
    FileVisibility: FILE_VISIBILITIES,
    FrequencyType: FREQUENCIES,
    GiftKind: GIFT_KINDS,
    Grade: GRADES,
    GuestClass: CLASS_NAMES,
    HolidayCalendar: RECURRENCES,
    HolidayCategory: HOLIDAY_CATEGORIES,
    KnownTo: KNOWN_TO,
    LearnerOutcome: OUTCOME_NAMES,
    LearnerStage: STAGE_NAMES,
    Language: {language: TONGUES[language] for language in Language},
    LocalityLevel: LOCALITY_LEVELS,
    MemberAnswer: MEMBER_ANSWER_NAMES,
    MemberRole: MEMBER_ROLE_NAMES,
    MergedEntity: {word: noun(word).text for word in MergedEntity},
    NoteSource: NOTE_SOURCES,
    NoteVisibility: NOTE_VISIBILITIES,
    LinkSubject: LINK_SUBJECTS,
    SubmissionState: SUBMISSION_STATES,
    ProposalState: PROPOSAL_STATES,
    ProposalStep: PROPOSAL_STEPS,
    NormItem: ITEM_NAMES,
    NormRole: ROLE_NAMES,
    NormUnit: UNIT_NAMES,
    PassportKind: PASSPORT_KINDS,
    ProgressState: PROGRESS_NAMES,
    MilestoneState: MILESTONE_STATES,
    ProjectState: PROJECT_STATES,
    SavedPage: SAVED_PAGES,
    ReminderAnchor: ANCHORS,
    ReminderChannel: CHANNELS,
    ReminderPurpose: PURPOSE_NAMES,
    ReminderState: REMINDER_STATES,
    ResourceType: RESOURCE_TYPES,
    Role: ROLES,
    Severity: SEVERITIES,
    Side: MEMBER_SIDE_NAMES,
    TaskAnchor: TASK_ANCHORS,
    TokenScope: TOKEN_SCOPES,
    Visibility: VISIBILITY_NAMES,
}


# By type too: words of two lists may be the same text, and are equal then.
@lru_cache(maxsize=2000, typed=True)
def word_name(word: StrEnum, language: str) -> str:
    """What a word is called in a language; a word that nothing has named yet is itself."""
    name = _NAMES.get(type(word), {}).get(word)
    if name is None:
        return word.value
    return translate(name, language) if isinstance(name, str) else localized(name, language)
