"""The pages every page leads to, in the order an officer needs them."""

from dataclasses import dataclass

from models.i18n import _
from models.vocabulary import Role


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A page of the main navigation; ``role`` is whom it is for."""

    endpoint: str
    name: str
    role: Role = Role.VIEWER


ENTRIES = (
    NavigationEntry("pages.coming", _("What is coming")),
    NavigationEntry("pages.calendar", _("Calendar")),
    NavigationEntry("pages.this_week", _("This week")),
    NavigationEntry("pages.tasks", _("Things to do")),
    NavigationEntry("pages.agreements", _("Agreements")),
    NavigationEntry("pages.anniversaries", _("Anniversaries")),
    NavigationEntry("pages.resources", _("Rooms and cars")),
    NavigationEntry("pages.reminders", _("Reminders")),
    NavigationEntry("pages.conflicts", _("Conflicts")),
    NavigationEntry("pages.administration", _("Administration"), Role.OFFICER),
    NavigationEntry("pages.feeds", _("Subscribe")),
)


def entries_for(role: Role) -> list[NavigationEntry]:
    """What a reader of this role is shown."""
    return [entry for entry in ENTRIES if role.suffices_for(entry.role)]
