"""The main navigation, in the order an officer needs it."""

from dataclasses import dataclass

from models.i18n import N_
from models.vocabulary import Role


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A page of the main navigation; ``role`` is the minimum role."""

    endpoint: str
    name: str
    role: Role = Role.VIEWER


ENTRIES = (
    NavigationEntry("pages.coming", N_("What is coming")),
    NavigationEntry("pages.calendar", N_("Calendar")),
    NavigationEntry("pages.this_week", N_("This week")),
    NavigationEntry("pages.tasks", N_("Things to do")),
    NavigationEntry("pages.agreements", N_("Agreements")),
    NavigationEntry("pages.anniversaries", N_("Anniversaries")),
    NavigationEntry("pages.projects", N_("Projects"), Role.OFFICER),
    NavigationEntry("pages.gifts", N_("Gifts and goods"), Role.OFFICER),
    NavigationEntry("pages.resources", N_("Rooms and cars")),
    NavigationEntry("pages.reminders", N_("Reminders")),
    NavigationEntry("pages.conflicts", N_("Conflicts")),
    NavigationEntry("pages.administration", N_("Administration"), Role.OFFICER),
    NavigationEntry("pages.feeds", N_("Subscribe")),
)


def entries_for(role: Role) -> list[NavigationEntry]:
    """The entries shown to this role."""
    return [entry for entry in ENTRIES if role.suffices_for(entry.role)]
