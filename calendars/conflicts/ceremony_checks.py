"""Whether an anniversary's year allows a ceremony, gifts and a banquet.

Decree 111/2018/NĐ-CP, on founding and traditional days of ministries, sectors and localities: a ceremony only in years
ending in 0; in all others, those ending in 5 too, neither a ceremony nor gifts nor a banquet. A relation between
localities has a founding day of that kind. Days between states follow Decree 145/2013/NĐ-CP, which knows round years
and those ending in 5; in other years they are observed without a ceremony as well.
"""

from calendars.conflicts.commitment_checks import EventWarning
from calendars.days.anniversaries import grade_of
from models.i18n import N_, message
from models.vocabulary import Grade, Severity

OF_LOCALITIES = N_(
    "Year {ordinal}: Decree 111/2018/NĐ-CP allows a ceremony of a founding day only in years ending in 0; in all others"
    " no ceremony, no gifts and no banquet."
)
OF_STATES = N_(
    "Year {ordinal}: Decrees 145/2013/NĐ-CP and 111/2018/NĐ-CP allow a ceremony only in years ending in 0 or 5; in all"
    " others no ceremony, no gifts and no banquet."
)
_ADVICE = N_("Mark the day in another way, or ask the competent authority before anything is prepared.")


def is_ceremony_allowed(ordinal: int, *, between_states: bool) -> bool:
    """Whether the n-th year allows a ceremony, gifts and a banquet; from 1 on."""
    allowed = {Grade.ROUND, Grade.HALF_ROUND} if between_states else {Grade.ROUND}
    return grade_of(ordinal) in allowed


def ceremony_not_allowed(
    anniversary_id: str | None, ordinal: int | None, *, between_states: bool
) -> EventWarning | None:
    """A warning that cites the act when a ceremony is in a year that does not allow it; an unknown year allows it."""
    if ordinal is None or ordinal < 1 or is_ceremony_allowed(ordinal, between_states=between_states):
        return None
    detail = message(OF_STATES if between_states else OF_LOCALITIES, ordinal=ordinal)
    return EventWarning("ceremony_not_allowed", Severity.WARNING, detail, anniversary_id, message(_ADVICE))
