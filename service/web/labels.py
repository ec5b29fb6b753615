"""What pages call the words and fields of the domain, and ranges and frequencies in words."""

from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_decimal

from calendars.days.formatting import BABEL_LOCALES
from models.agreements import Commitment
from models.i18n import Message, _, message
from models.vocabulary import (
    ActivityType,
    AttemptOutcome,
    BookingState,
    DelegationLevel,
    Direction,
    DurationUnit,
    FrequencyType,
    Language,
    ReminderChannel,
    ReminderState,
    ResourceType,
    TaskAnchor,
    Visibility,
)

DIRECTIONS: Mapping[Direction, str] = {
    Direction.INCOMING: _("Incoming"),
    Direction.OUTGOING: _("Outgoing"),
    Direction.DOMESTIC: _("In the country"),
}
VISIBILITIES: Mapping[Visibility, str] = {
    Visibility.PUBLIC: _("For the public"),
    Visibility.INTERNAL: _("For the office only"),
}
LEVELS: Mapping[DelegationLevel, str] = {
    DelegationLevel.HIGH: _("High-level delegation"),
    DelegationLevel.DEPARTMENT: _("Delegation of departments"),
    DelegationLevel.WORKING: _("Working-level delegation"),
}
ACTIVITY_TYPES: Mapping[ActivityType, str] = {
    ActivityType.MEETING: _("Meeting"),
    ActivityType.SEMINAR: _("Seminar"),
    ActivityType.FORUM: _("Forum"),
    ActivityType.FAIR: _("Trade fair"),
    ActivityType.SPORTS: _("Sports"),
    ActivityType.CEREMONY: _("Ceremony"),
    ActivityType.SURVEY: _("Field survey"),
    ActivityType.HANDOVER: _("Handover"),
    ActivityType.OTHER: _("Other activity"),
}
TASK_ANCHORS: Mapping[TaskAnchor, str] = {
    TaskAnchor.ARRIVAL: _("Arrival"),
    TaskAnchor.DEPARTURE: _("Departure"),
}
REMINDER_STATES: Mapping[ReminderState, str] = {
    ReminderState.FAILED: _("Could not be sent"),
    ReminderState.SENDING: _("Being sent"),
    ReminderState.PENDING: _("To be sent"),
    ReminderState.SENT: _("Sent"),
    ReminderState.SKIPPED: _("Not sent"),
}
"""In the order people should see them."""

CHANNELS: Mapping[ReminderChannel, str] = {
    ReminderChannel.EMAIL: _("By mail"),
    ReminderChannel.MESSENGER: _("By messenger"),
}
OUTCOMES: Mapping[AttemptOutcome, str] = {
    AttemptOutcome.SENT: _("Accepted"),
    AttemptOutcome.DEFERRED: _("Put off"),
    AttemptOutcome.REFUSED: _("Refused"),
}
"""How an attempt to hand a mail over ended."""

RESOURCE_TYPES: Mapping[ResourceType, str] = {
    ResourceType.ROOM: _("Rooms and halls"),
    ResourceType.LODGING: _("Lodging"),
    ResourceType.VEHICLE: _("Vehicles"),
    ResourceType.INTERPRETER: _("Interpreters"),
    ResourceType.EQUIPMENT: _("Equipment"),
}
BOOKING_STATES: Mapping[BookingState, str] = {
    BookingState.HELD: _("Booked"),
    BookingState.REQUESTED: _("Asked for"),
    BookingState.RELEASED: _("Given back"),
}
FIELDS: Mapping[str, str] = {
    "title": _("Title"),
    "description": _("Description"),
    "host": _("Host"),
    "direction": _("Direction"),
    "guest": _("Guest"),
    "first_day": _("First day"),
    "last_day": _("Last day"),
    "start_time": _("Begins at"),
    "end_time": _("Ends at"),
    "timezone": _("Time zone"),
    "arrives_on": _("Arrival"),
    "departs_on": _("Departure"),
    "location": _("Place"),
    "status": _("Status"),
    "headcount": _("People planned"),
    "headcount_actual": _("People who came"),
    "commitment_id": _("Commitment"),
    "organisation_id": _("Responsible organisation"),
    "funded_by": _("Funded by"),
    "budget": _("Budget"),
    "visibility": _("Shown to"),
    "purpose": _("Purpose"),
    "level": _("Level"),
    "head_id": _("Head of delegation"),
    "subject": _("Subject"),
    "institution_id": _("Institution"),
    "composition": _("Composition"),
    "troupe": _("Troupe"),
    "occasion": _("Occasion"),
    "anniversary_id": _("Anniversary"),
    "year": _("Year"),
    "ordinal": _("Which anniversary"),
    "activity_type": _("Type of activity"),
    "phases": _("Phases"),
    "performances": _("Performances"),
    "items": _("Programme"),
    "resource_id": _("Room, car or interpreter"),
    "quantity": _("How many"),
    "person_id": _("Person"),
    "role": _("Role"),
    "rank": _("Rank"),
    "counterpart_id": _("Counterpart"),
    "due_on": _("Due day"),
    "due_offset": _("Due, counted from the arrival"),
    "anchor": _("Counted from"),
    "working_days": _("Only working days count"),
    "done": _("Done"),
    "state": _("State"),
}
"""What a column is called; those missing here serve the machine and are not shown."""

DEEDS: Mapping[tuple[str, str], str] = {
    ("create", "event"): _("Event entered"),
    ("change", "event"): _("Event changed"),
    ("transition", "event"): _("Status changed"),
    ("delete", "event"): _("Event deleted"),
    ("create", "member"): _("Person added"),
    ("change", "member"): _("Person's role changed"),
    ("delete", "member"): _("Person taken off the list"),
    ("change", "programme"): _("Programme changed"),
    ("move", "programme"): _("Programme moved along with the event"),
    ("create", "programme_revision"): _("Programme published"),
    ("create", "task"): _("Task added"),
    ("change", "task"): _("Task changed"),
    ("delete", "task"): _("Task deleted"),
    ("create", "booking"): _("Booking made"),
    ("change", "booking"): _("Booking changed"),
    ("delete", "booking"): _("Booking released"),
    ("retry", "reminder"): _("Reminder sent again"),
    ("see", "reminder"): _("Failed reminder marked as seen"),
}
"""What was done, by the audit trail's action and entity."""

OTHER_DEED = _("Other change")

_ONE_OF_UNIT = {DurationUnit.DAYS: _("1 day"), DurationUnit.MONTHS: _("1 month"), DurationUnit.YEARS: _("1 year")}
_IN_UNIT = {
    DurationUnit.DAYS: _("{range} days"),
    DurationUnit.MONTHS: _("{range} months"),
    DurationUnit.YEARS: _("{range} years"),
}


def number_range(low: int | None, high: int | None) -> str | Message | None:
    """``10–15``, one number where both are the same, "at least 10", "at most 15"; None without bounds."""
    if low is not None and high is not None:
        return str(low) if low == high else f"{low}–{high}"
    if low is not None:
        return message(_("at least {number}"), number=low)
    return message(_("at most {number}"), number=high) if high is not None else None


def duration(commitment: Commitment) -> Message | None:
    """How long an occurrence lasts, in words; None when nothing was agreed."""
    unit, span = commitment.duration_unit, number_range(commitment.duration_min, commitment.duration_max)
    if unit is None or span is None:
        return None
    return message(_ONE_OF_UNIT[unit]) if span == "1" else message(_IN_UNIT[unit], range=span)


def people(commitment: Commitment) -> list[Message]:
    """How many people come each time, and over the whole period; empty when nothing was agreed."""
    found = []
    each = number_range(commitment.headcount_min, commitment.headcount_max)
    if each is not None:
        one = message(_("1 person each time"))
        found.append(one if each == "1" else message(_("{range} people each time"), range=each))
    if commitment.headcount_total is not None:
        found.append(message(_("{count} people in total over the period"), count=commitment.headcount_total))
    return found


def frequency(commitment: Commitment) -> Message:
    """How often it is to happen, in words."""
    low, high, count = commitment.frequency_min_years, commitment.frequency_max_years, commitment.frequency_count
    match commitment.frequency_type:
        case FrequencyType.PER_YEAR:
            return message(_("Once every year") if count == 1 else _("{count} times every year"), count=count)
        case FrequencyType.IN_PERIOD:
            return message(_("Once in the period") if count == 1 else _("{count} times in the period"), count=count)
        case FrequencyType.EVERY:
            return message(_("Once every {range} years"), range=low if low == high else f"{low}–{high}")
        case _:
            return message(_("As both sides agree, no fixed number"))


def promised(commitment: Commitment) -> list[Message]:
    """All that is countable about a commitment: how often, for how many, how long."""
    lasts = duration(commitment)
    return [frequency(commitment), *people(commitment), *([lasts] if lasts else [])]


def money(budget: Mapping[str, str] | None, language: Language) -> str:
    """An amount with its currency's code, digits grouped as the language does; empty when there is none."""
    if not budget:
        return ""
    amount = format_decimal(Decimal(budget["amount"]), locale=BABEL_LOCALES[language])
    return f"{amount} {budget['currency']}"
