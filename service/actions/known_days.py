"""What an event can't have while only its month or year is known, and how that is said."""

from calendars.days.formatting import format_known
from calendars.days.spans import Days
from models.errors import Invalid
from models.events import Event
from models.i18n import N_, Message, message
from models.queries.dated import has_days
from models.text import LocalizedText
from models.vocabulary import KnownTo, Language


def known_in_words(days: Days, known_to: KnownTo) -> LocalizedText:
    """Days as far as they are known, as a value of a message."""
    return {str(language): format_known(days, known_to, language) for language in Language}


def no_day(days: Days, known_to: KnownTo) -> Message:
    """The error of a value that needs a day."""
    return message(
        N_("Its day is not known ({known}): leave this empty, or give the event its days first."),
        known=known_in_words(days, known_to),
    )


def check_has_days(event: Event, field: str) -> None:
    """Refuse to give an event whose day is not known a part that needs one.

    Raises:
        Invalid: its day is not known; ``field`` is what was asked for.
    """
    if not has_days(event):
        raise Invalid({field: [no_day(Days(event.first_day, event.last_day), event.known_to)]})
