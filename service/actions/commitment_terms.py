"""Commitments as what they promise."""

from calendars.commitments.evaluation import CommitmentTerms
from calendars.days.spans import Days
from models.agreements import Agreement, Commitment


def terms_of(agreement: Agreement, commitment: Commitment) -> CommitmentTerms:
    """A commitment of an agreement as warnings, progress and plans see it."""
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
    )
