"""What the types of activities are called."""

from collections.abc import Collection, Mapping

from models.i18n import N_, Message, message
from models.vocabulary import ActivityType

ACTIVITY_TYPE_NAMES: Mapping[ActivityType, str] = {
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
"""English sentences, translated where they are read."""


def type_names(wanted: Collection[ActivityType]) -> tuple[Message, ...]:
    """What some types are called, in their usual order."""
    return tuple(message(name) for word, name in ACTIVITY_TYPE_NAMES.items() if word in wanted)
