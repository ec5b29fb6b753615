"""Whether the organisation in charge of an event still exists on its days."""

from datetime import date

from calendars.conflicts.commitment_checks import EventWarning
from models.i18n import N_, message
from models.text import LocalizedText
from models.vocabulary import Severity

ORGANISATION_ENDED = "organisation_ended"


def organisation_ended(name: LocalizedText, ends_on: date, successor: LocalizedText | None) -> EventWarning:
    """The warning that an event begins after the last day of the organisation in charge; ``successor`` carries on its
    work then, if anybody does."""
    detail = message(N_("“{organisation}”, which is in charge, ended on {day}."), organisation=name, day=ends_on)
    if successor is None:
        advice = message(N_("Choose the organisation that is in charge now."))
    else:
        advice = message(N_("Choose “{successor}”, which carries on its work."), successor=successor)
    return EventWarning(ORGANISATION_ENDED, Severity.WARNING, detail, advice=advice)
