"""The agreement 2024–2028 article by article, by hand from its text, and events to hold against it."""

import itertools
from datetime import date, timedelta
from typing import Any

from calendars.commitments.event_matching import CommitmentTerms, Evaluation, Evaluator, EventRecord
from calendars.days.spans import Days
from models.vocabulary import ActivityType, DurationUnit, EventKind, EventStatus, FrequencyType

HD, VC = "hai-duong", "vientiane-province"

PERIOD = Days(date(2024, 1, 1), date(2028, 12, 31))
_numbers = itertools.count(1)

TRAINING, DELEGATION, ACTIVITY = EventKind.TRAINING_BATCH, EventKind.DELEGATION, EventKind.ACTIVITY
DAYS, MONTHS, YEARS = DurationUnit.DAYS, DurationUnit.MONTHS, DurationUnit.YEARS
YEARLY: dict[str, Any] = {"frequency": FrequencyType.PER_YEAR, "count": 1}
ONCE: dict[str, Any] = {"frequency": FrequencyType.IN_PERIOD, "count": 1}
EVERY_2_3: dict[str, Any] = {"frequency": FrequencyType.EVERY, "min_years": 2, "max_years": 3}


TEAM = {"coach": 1, "athlete": 8}


def undertaking(identity: str, activity: EventKind = ACTIVITY, **values: Any) -> CommitmentTerms:
    """A commitment of the agreement; people=(10, 15) and length=(10, 15, DAYS) for short."""
    low, high = values.pop("people", (None, None))
    least, most, unit = values.pop("length", (None, None, None))
    return CommitmentTerms(
        id=identity,
        activity=activity,
        period=values.pop("period", PERIOD),
        headcount_min=low,
        headcount_max=high,
        duration_min=least,
        duration_max=most,
        duration_unit=unit,
        **values,
    )


AGREEMENT = {
    one.id: one
    for one in (
        undertaking("1 in", TRAINING, host=HD, guest=VC, people=(10, 15), length=(10, 15, DAYS), **YEARLY),
        undertaking("1 out", TRAINING, host=VC, guest=HD, people=(10, 15), length=(10, 15, DAYS), **EVERY_2_3),
        undertaking("1 language", TRAINING, host=HD, guest=VC, headcount_total=15, length=(1, 1, YEARS), **ONCE),
        undertaking("1 office", DELEGATION, host=HD, guest=VC, people=(10, 15), length=(4, 4, DAYS), **ONCE),
        undertaking("2 pupils", TRAINING, host=HD, guest=VC, headcount_total=15, length=(1, None, YEARS), **ONCE),
        undertaking("3 health"),
        undertaking("4 trade"),
        undertaking("5 agriculture", TRAINING, host=HD, guest=VC, people=(1, 2), length=(7, 15, DAYS), **YEARLY),
        undertaking("6 justice"),
        undertaking("7 culture", TRAINING, host=HD, guest=VC, headcount_total=2, length=(2, None, YEARS), **ONCE),
        undertaking("7 troupes", EventKind.ART_TROUPE_VISIT, people=(10, 15)),
        undertaking(
            "7 sport", TRAINING, host=HD, guest=VC, people=(9, 9), length=(2, 3, MONTHS), composition=TEAM, **YEARLY
        ),
        undertaking("7 tourism"),
        undertaking("8 information", TRAINING),
        undertaking("9 youth"),
        undertaking("10 school", host=VC, activity_types=frozenset({ActivityType.HANDOVER}), **ONCE),
        undertaking("11 other"),
    )
}
"""All seventeen undertakings (seed 001)."""

CLOSED = [identity for identity, one in AGREEMENT.items() if not one.is_open]


def occasion(of: str | CommitmentTerms, first: date | str, days: int = 12, **values: Any) -> EventRecord:
    """A completed event of a commitment with what it promises: its host, its guest, twelve people for as many days."""
    promised = AGREEMENT[of] if isinstance(of, str) else of
    start = date.fromisoformat(first) if isinstance(first, str) else first
    row: dict[str, Any] = {
        "id": f"event-{next(_numbers)}",
        "kind": promised.activity,
        "status": EventStatus.COMPLETED,
        "days": Days(start, start + timedelta(days=days - 1)),
        "host": promised.host or HD,
        "guest": promised.guest or (HD if promised.host == VC else VC),
        "people": 12,
        "commitment_id": promised.id,
    } | values
    return EventRecord(**row)


def judged(promised: CommitmentTerms, occasions: list[EventRecord], as_of: date) -> list[Evaluation]:
    """The events linked to a commitment, held against it."""
    judge = Evaluator(promised, as_of)
    return [judge.linked(one) for one in occasions if one.commitment_id == promised.id]
