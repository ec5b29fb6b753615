"""Labels of the domain's words and columns, and ranges and frequencies in words."""

from collections.abc import Mapping, Sequence

from calendars.commitments.event_matching import counted
from calendars.events.activity_types import ACTIVITY_TYPE_NAMES, type_names
from calendars.events.confirmation import LEVEL_NAMES, VISIBILITY_NAMES
from calendars.money.formatting import format_money
from models.agreements import Commitment
from models.i18n import N_, NP_, Message, message
from models.vocabulary import (
    ActivityType,
    AttemptOutcome,
    DocumentFormat,
    DurationUnit,
    FrequencyType,
    Language,
)
from service.schemas.word_names import BOOKING_STATES as BOOKING_STATES
from service.schemas.word_names import CHANNELS as CHANNELS
from service.schemas.word_names import DIRECTIONS as DIRECTIONS
from service.schemas.word_names import FILE_KINDS as FILE_KINDS
from service.schemas.word_names import FILE_VISIBILITIES as FILE_VISIBILITIES
from service.schemas.word_names import GRADES as GRADES
from service.schemas.word_names import PASSPORT_KINDS as PASSPORT_KINDS
from service.schemas.word_names import REMINDER_STATES as REMINDER_STATES
from service.schemas.word_names import RESOURCE_TYPES as RESOURCE_TYPES
from service.schemas.word_names import SUBMISSION_STATES as SUBMISSION_STATES
from service.schemas.word_names import TASK_ANCHORS as TASK_ANCHORS
from service.schemas.word_names import TONGUES as TONGUES

VISIBILITIES = VISIBILITY_NAMES
LEVELS = LEVEL_NAMES
ACTIVITY_TYPES = ACTIVITY_TYPE_NAMES
money = format_money
OUTCOMES: Mapping[AttemptOutcome, str] = {
    AttemptOutcome.SENT: N_("Accepted"),
    AttemptOutcome.DEFERRED: N_("Put off"),
    AttemptOutcome.REFUSED: N_("Refused"),
}
"""Results of delivery attempts."""

PAPER_FORMATS: Mapping[DocumentFormat, str] = {
    DocumentFormat.DOCX: "Word",
    DocumentFormat.PDF: "PDF",
    DocumentFormat.XLSX: "Excel",
}
"""By which names people know the formats of papers; the same in every language."""

PAPER_LANGUAGES: Sequence[tuple[Language, ...]] = (
    (Language.VI,),
    (Language.LO,),
    (Language.VI, Language.LO),
    (Language.EN,),
)
"""The languages a paper can be in, as pages list them; of two, each in a column or a line of its own."""

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
    "results": N_("Results"),
    "commitment_id": N_("Commitment"),
    "organisation_id": N_("Responsible organisation"),
    "in_charge_id": N_("Person in charge"),
    "funded_by": N_("Funded by"),
    "budget": N_("Budget"),
    "planned": NP_("of money", "Planned"),
    "approved": NP_("of money", "Approved"),
    "paid": NP_("of money", "Paid"),
    "guest_class": N_("Class of guests"),
    "class_decided_by": N_("Who decided the class"),
    "who_pays": N_("Who pays"),
    "inputs": NP_("of an estimate", "What it is computed from"),
    "overrides": NP_("of an estimate", "Prices and payers entered in place of the computed"),
    "lines": NP_("of an estimate", "Lines"),
    "item": NP_("of an estimate", "For what"),
    "amount": N_("Amount"),
    "paid_on": N_("Paid on"),
    "voucher": N_("Voucher"),
    "visibility": N_("Shown to"),
    "shown_to": N_("For whom"),
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
    "passport_kinds": N_("Only if somebody has such a passport"),
    "away_until": N_("Last day of the leave"),
    "stand_in_id": N_("Who stands in"),
    "resource_id": N_("Room, car or interpreter"),
    "quantity": N_("How many"),
    "person_id": N_("Person"),
    "role": NP_("in a delegation", "Role"),
    "side": NP_("in a visit", "Side"),
    "rank": N_("Rank"),
    "counterpart_id": N_("Counterpart"),
    "answer": NP_("of a member", "Answer"),
    "came": N_("Came"),
    "arrival": NP_("of a member", "Arrival"),
    "departure": NP_("of a member", "Departure"),
    "due_on": N_("Due day"),
    "due_offset": N_("Due, counted from the arrival"),
    "anchor": N_("Counted from"),
    "working_days": N_("Only working days count"),
    "done": N_("Done"),
    "state": N_("State"),
    "vehicles": NP_("of placements", "Cars"),
    "rooms": NP_("of placements", "Rooms"),
    "tables": NP_("of placements", "Tables"),
    "answer_by": N_("Answer by"),
    "answer_note": N_("Note on the answer"),
    "shared_with": N_("Shared with the office of"),
    "asks": N_("What is asked"),
    "law_acknowledged": N_("Law on personal data acknowledged"),
}
"""Labels of columns; those missing here are internal and not shown."""

DEEDS: Mapping[tuple[str, str], str] = {
    ("create", "event"): N_("Event entered"),
    ("change", "event"): N_("Event changed"),
    ("transition", "event"): N_("Status changed"),
    ("create", "gift"): N_("Gift entered"),
    ("change", "gift"): N_("Gift changed"),
    ("delete", "gift"): N_("Gift deleted"),
    ("hand_over", "event"): N_("Handed over to a successor"),
    ("hand_over", "task"): N_("Task handed over to a successor"),
    ("undo_hand_over", "event"): N_("Hand-over undone"),
    ("undo_hand_over", "task"): N_("Hand-over of a task undone"),
    ("merge", "event"): N_("Two entries became one"),
    ("merge", "member"): N_("Two entries of a person became one"),
    ("merge", "task"): N_("Two entries became one, of a task"),
    ("undo_merge", "event"): N_("Two entries again"),
    ("undo_merge", "member"): N_("Two entries of a person again"),
    ("undo_merge", "task"): N_("Two entries again, of a task"),
    ("accept", "event"): N_("Changes accepted"),
    ("ask", "event"): N_("Confirmation asked for"),
    ("refuse", "event"): N_("Confirmation refused"),
    ("delete", "event"): N_("Event deleted"),
    ("restore", "event"): N_("Draft restored from the trash"),
    ("purge", "event"): N_("Draft deleted from the trash for good"),
    ("create", "member"): N_("Person added"),
    ("change", "member"): N_("Person's role changed"),
    ("delete", "member"): N_("Person taken off the list"),
    ("chase", "event"): N_("Asked who has not answered"),
    ("create", "event_note"): N_("Note written"),
    ("strike", "event_note"): N_("Note struck out"),
    ("delete", "event_note"): N_("Note deleted"),
    ("change", "programme"): N_("Programme changed"),
    ("move", "programme"): N_("Programme moved along with the event"),
    ("create", "programme_revision"): N_("Programme published"),
    ("create", "task"): N_("Task added"),
    ("change", "task"): N_("Task changed"),
    ("delete", "task"): N_("Task deleted"),
    ("create", "booking"): N_("Booking made"),
    ("change", "booking"): N_("Booking changed"),
    ("delete", "booking"): N_("Booking released"),
    ("change", "placement"): N_("Placements changed"),
    ("create", "event_share"): N_("Shared with the other side"),
    ("change", "event_share"): N_("What is asked of the other side changed"),
    ("delete", "event_share"): N_("Sharing with the other side ended"),
    ("open", "event_share"): N_("Opened by the other side"),
    ("create", "file"): N_("File added"),
    ("change", "file"): N_("File changed"),
    ("delete", "file"): N_("File deleted"),
    ("create", "document"): N_("Paper kept"),
    ("change", "document"): N_("Number or signed scan of a paper entered"),
    ("delete", "document"): N_("Kept paper deleted"),
    ("make", "document"): N_("Paper with particulars made"),
    ("send", "document"): N_("Paper sent by mail"),
    ("create", "estimate"): N_("Estimate made"),
    ("change", "estimate"): N_("Estimate changed"),
    ("delete", "estimate"): N_("Estimate deleted"),
    ("create", "proposal"): N_("Days proposed to the other side"),
    ("accept", "proposal"): N_("Proposed days accepted"),
    ("decline", "proposal"): N_("Proposed days declined"),
    ("counter", "proposal"): N_("Other days proposed in answer"),
    ("withdraw", "proposal"): N_("Proposed days withdrawn"),
    ("expire", "proposal"): N_("Proposed days expired"),
    ("try_accepting", "proposal"): N_("Proposed days could not be accepted"),
    ("submit", "estimate"): N_("Estimate submitted"),
    ("approve", "estimate"): N_("Estimate approved"),
    ("return", "estimate"): N_("Estimate returned"),
    ("settle", "estimate"): N_("Estimate settled"),
    ("reverse", "estimate"): N_("Settlement of the estimate reversed"),
    ("create", "payment"): N_("Payment entered"),
    ("delete", "payment"): N_("Payment taken out"),
    ("retry", "reminder"): N_("Reminder sent again"),
    ("see", "reminder"): N_("Failed reminder marked as seen"),
    ("see", "upgrade_note"): N_("Note on an upgrade marked as seen"),
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
    if commitment.composition:
        sentences.append(message(N_("at least {composition}"), composition=counted(commitment.composition)))
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
    """All that a commitment asks for: how often, of which type, how many people, how long."""
    lasts = duration(commitment)
    types = type_names([ActivityType(word) for word in commitment.activity_types])
    return [frequency(commitment), *types, *people(commitment), *([lasts] if lasts else [])]
