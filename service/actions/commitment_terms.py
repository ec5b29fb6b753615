"""The terms of commitments."""

from calendars.commitments.event_matching import CommitmentTerms
from calendars.days.spans import Days
from calendars.projects.standing import ProjectRecord
from models.agreements import Agreement, Commitment
from models.vocabulary import ActivityType


def terms_of(agreement: Agreement, commitment: Commitment, projects: tuple[ProjectRecord, ...] = ()) -> CommitmentTerms:
    """The terms of a commitment, as warnings, progress and planning use them; ``projects`` are those that keep it."""
    return CommitmentTerms(
        id=commitment.id,
        activity=commitment.activity,
        period=Days(agreement.starts_on, agreement.ends_on),
        host=commitment.host,
        guest=commitment.guest,
        headcount_min=commitment.headcount_min,
        headcount_max=commitment.headcount_max,
        headcount_total=commitment.headcount_total,
        duration_min=commitment.duration_min,
        duration_max=commitment.duration_max,
        duration_unit=commitment.duration_unit,
        frequency=commitment.frequency_type,
        count=commitment.frequency_count,
        min_years=commitment.frequency_min_years,
        max_years=commitment.frequency_max_years,
        agreement_id=agreement.id,
        activity_types=frozenset(map(ActivityType, commitment.activity_types)),
        composition=commitment.composition,
        records_since=agreement.records_since,
        projects=projects,
    )
