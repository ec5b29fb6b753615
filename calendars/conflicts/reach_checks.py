"""Whether anybody hears of an event: warnings that somebody has to see to it."""

from calendars.conflicts.commitment_checks import EventWarning
from models.i18n import N_, message
from models.vocabulary import Severity

NOBODY_IN_CHARGE, NOBODY_REACHED = "nobody_in_charge", "nobody_reached"


def nobody_in_charge(*, was_chosen: bool) -> EventWarning:
    """The warning that no account is in charge of an event; ``was_chosen``: one is, but can't be told of it now."""
    detail = (
        N_("Whoever is in charge of it can't sign in or may not read it any more.")
        if was_chosen
        else N_("Nobody is in charge of it.")
    )
    advice = message(N_("Take charge of it, or choose somebody who does."))
    return EventWarning(NOBODY_IN_CHARGE, Severity.WARNING, message(detail), advice=advice)


def nobody_reached() -> EventWarning:
    """The warning that no reminder of an event was sent to anybody, or will be."""
    return EventWarning(
        NOBODY_REACHED,
        Severity.WARNING,
        message(N_("No reminder of it reaches anybody.")),
        advice=message(
            N_("Take charge of it, give its tasks to somebody with an account or an address, or add a reminder rule.")
        ),
    )
