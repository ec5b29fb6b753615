"""Labels of the domain's words and columns, and ranges and frequencies in words."""

from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_decimal

from calendars.days.formatting import BABEL_LOCALES
from calendars.events.confirmation import LEVEL_NAMES, VISIBILITY_NAMES
from models.agreements import Commitment
from models.i18n import N_, NP_, Message, message
from models.text import LocalizedText
from models.vocabulary import (
    ActivityType,
    AttemptOutcome,
    BookingState,
    Direction,
    DurationUnit,
    FrequencyType,
    Language,
    ReminderChannel,
    ReminderState,
    ResourceType,
    TaskAnchor,
)

DIRECTIONS: Mapping[Direction, str] = {
    Direction.INCOMING: N_("Incoming"),
    Direction.OUTGOING: N_("Outgoing"),
    Direction.DOMESTIC: N_("In the country"),
}
VISIBILITIES = VISIBILITY_NAMES
LEVELS = LEVEL_NAMES
ACTIVITY_TYPES: Mapping[ActivityType, str] = {
    ActivityType.MEETING: N_("Meeting"),
    ActivityType.SEMINAR: N_("Seminar"),
    ActivityType.FORUM: N_("Forum"),
    ActivityType.FAIR: N_("Trade fair"),
    ActivityType.SPORTS: N_("Sports"),
    ActivityType.CEREMONY: N_("Ceremony"),
    ActivityType.SURVEY: N_("Field survey"),
    ActivityType.HANDOVER: N_("Handover"),
    ActivityType.OTHER: N_("Other activity"),
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
OUTCOMES: Mapping[AttemptOutcome, str] = {
    AttemptOutcome.SENT: N_("Accepted"),
    AttemptOutcome.DEFERRED: N_("Put off"),
    AttemptOutcome.REFUSED: N_("Refused"),
}
"""Results of delivery attempts."""

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
}
FIELDS: Mapping[str, str] = {
    "title": N_("Title"),
    "description": N_("Description"),
    "host": N_("Host"),
    "direction": N_("Direction"),
    "guest": N_("Guest"),
    "first_day": N_("First day"),
    "last_day": N_("Last day"),
    "start_time": N_("Begins at"),
    "end_time": N_("Ends at"),
    "timezone": N_("Time zone"),
    "arrives_on": N_("Arrival"),
    "departs_on": N_("Departure"),
    "location": N_("Place"),
    "status": N_("Status"),
    "headcount": N_("People planned"),
    "headcount_actual": N_("People who came"),
    "commitment_id": N_("Commitment"),
    "organisation_id": N_("Responsible organisation"),
    "in_charge_id": N_("Person in charge"),
    "funded_by": N_("Funded by"),
    "budget": N_("Budget"),
    "visibility": N_("Shown to"),
    "purpose": N_("Purpose"),
    "level": N_("Level"),
    "head_id": N_("Head of delegation"),
    "head": N_("Head of delegation"),
    "subject": N_("Subject"),
    "institution_id": N_("Institution"),
    "composition": N_("Composition"),
    "troupe": N_("Troupe"),
    "occasion": N_("Occasion"),
    "anniversary_id": N_("Anniversary"),
    "year": N_("Year"),
    "ordinal": N_("Which anniversary"),
    "activity_type": N_("Type of activity"),
    "phases": N_("Phases"),
    "performances": N_("Performances"),
    "items": N_("Programme"),
    "resource_id": N_("Room, car or interpreter"),
    "quantity": N_("How many"),
    "person_id": N_("Person"),
    "role": NP_("in a delegation", "Role"),
    "rank": N_("Rank"),
    "counterpart_id": N_("Counterpart"),
    "due_on": N_("Due day"),
    "due_offset": N_("Due, counted from the arrival"),
    "anchor": N_("Counted from"),
    "working_days": N_("Only working days count"),
    "done": N_("Done"),
    "state": N_("State"),
}
"""Labels of columns; those missing here are internal and not shown."""

DEEDS: Mapping[tuple[str, str], str] = {
    ("create", "event"): N_("Event entered"),
    ("change", "event"): N_("Event changed"),
    ("transition", "event"): N_("Status changed"),
    ("accept", "event"): N_("Changes accepted"),
    ("ask", "event"): N_("Confirmation asked for"),
    ("delete", "event"): N_("Event deleted"),
    ("create", "member"): N_("Person added"),
    ("change", "member"): N_("Person's role changed"),
    ("delete", "member"): N_("Person taken off the list"),
    ("change", "programme"): N_("Programme changed"),
    ("move", "programme"): N_("Programme moved along with the event"),
    ("create", "programme_revision"): N_("Programme published"),
    ("create", "task"): N_("Task added"),
    ("change", "task"): N_("Task changed"),
    ("delete", "task"): N_("Task deleted"),
    ("create", "booking"): N_("Booking made"),
    ("change", "booking"): N_("Booking changed"),
    ("delete", "booking"): N_("Booking released"),
    ("retry", "reminder"): N_("Reminder sent again"),
    ("see", "reminder"): N_("Failed reminder marked as seen"),
}
"""Labels of audit entries, by action and entity."""

OTHER_DEED = N_("Other change")

FEED_PARTS: Mapping[str, str] = {
    "visits": N_("The visits and events themselves"),
    "programme": N_("Programme items, each as an entry of its own"),
    "tasks": N_("Tasks"),
}
"""What a feed shows, by the field that switches it on."""

FEED_EXTRAS: Mapping[str, str] = {"lunar": N_("With the lunar date"), "alarms": N_("With alarms")}
"""What a feed adds to each entry."""

_ONE_OF_UNIT = {DurationUnit.DAYS: N_("1 day"), DurationUnit.MONTHS: N_("1 month"), DurationUnit.YEARS: N_("1 year")}
_IN_UNIT = {
    DurationUnit.DAYS: N_("{range} days"),
    DurationUnit.MONTHS: N_("{range} months"),
    DurationUnit.YEARS: N_("{range} years"),
}


def number_range(low: int | None, high: int | None) -> str | Message | None:
    """``10–15``, one number if both are equal, "at least 10", "at most 15"; None without bounds."""
    if low is not None and high is not None:
        return str(low) if low == high else f"{low}–{high}"
    if low is not None:
        return message(N_("at least {number}"), number=low)
    return message(N_("at most {number}"), number=high) if high is not None else None


def duration(commitment: Commitment) -> Message | None:
    """How long an occurrence lasts, in words; None if not agreed."""
    unit, span = commitment.duration_unit, number_range(commitment.duration_min, commitment.duration_max)
    if unit is None or span is None:
        return None
    return message(_ONE_OF_UNIT[unit]) if span == "1" else message(_IN_UNIT[unit], range=span)


def people(commitment: Commitment) -> list[Message]:
    """How many people come each time, and over the whole period; empty if not agreed."""
    sentences = []
    each = number_range(commitment.headcount_min, commitment.headcount_max)
    if each is not None:
        one = message(N_("1 person each time"))
        sentences.append(one if each == "1" else message(N_("{range} people each time"), range=each))
    if commitment.headcount_total is not None:
        sentences.append(message(N_("{count} people in total over the period"), count=commitment.headcount_total))
    return sentences


def frequency(commitment: Commitment) -> Message:
    """How often it is to take place, in words."""
    low, high, count = commitment.frequency_min_years, commitment.frequency_max_years, commitment.frequency_count
    match commitment.frequency_type:
        case FrequencyType.PER_YEAR:
            return message(N_("Once every year") if count == 1 else N_("{count} times every year"), count=count)
        case FrequencyType.IN_PERIOD:
            return message(N_("Once in the period") if count == 1 else N_("{count} times in the period"), count=count)
        case FrequencyType.EVERY:
            return message(N_("Once every {range} years"), range=low if low == high else f"{low}–{high}")
        case _:
            return message(N_("As both sides agree, no fixed number"))


def promised(commitment: Commitment) -> list[Message]:
    """All quantities of a commitment: how often, how many people, how long."""
    lasts = duration(commitment)
    return [frequency(commitment), *people(commitment), *([lasts] if lasts else [])]


def money(budget: Mapping[str, str] | None, language: Language) -> str:
    """An amount with its currency code, digits grouped as usual in the language; empty for None."""
    if not budget:
        return ""
    amount = format_decimal(Decimal(budget["amount"]), locale=BABEL_LOCALES[language])
    return f"{amount} {budget['currency']}"
