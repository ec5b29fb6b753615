"""The pages every page leads to, in the order an officer needs them."""

from dataclasses import dataclass

from models.i18n import _
from models.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the main navigation; ``role`` is whom it is for."""

    endpoint: str
    name: str
    role: Role = Role.VIEWER


ENTRIES = (
    Entry("pages.coming", _("What is coming")),
    Entry("pages.calendar", _("Calendar")),
    Entry("pages.this_week", _("This week")),
    Entry("pages.tasks", _("Things to do")),
    Entry("pages.agreements", _("Agreements")),
    Entry("pages.anniversaries", _("Anniversaries")),
    Entry("pages.resources", _("Rooms and cars")),
    Entry("pages.reminders", _("Reminders")),
    Entry("pages.conflicts", _("Conflicts")),
    Entry("pages.administration", _("Administration"), Role.OFFICER),
    Entry("pages.feeds", _("Subscribe")),
)


def entries_for(role: Role) -> list[Entry]:
    """What a reader of this role is shown."""
    return [entry for entry in ENTRIES if role.suffices_for(entry.role)]
