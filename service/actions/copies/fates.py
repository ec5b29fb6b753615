"""What becomes of every column of an event and of its parts when the event is copied: one decision for each.

A column that is added to one of these tables fails ``tests/service/copies/test_fates.py`` until it is decided here.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Fate(Enum):
    """What becomes of a column.

    ``COPIED``: as it stands. ``MOVED``: a day, by as many days as the visit. ``COMPUTED``: anew, by today's rules, for
    the new days or from the new row. ``NEVER``: what was of that visit alone, or is not the copier's to pass on.
    """

    COPIED = "copied"
    MOVED = "moved"
    COMPUTED = "computed"
    NEVER = "never"


def _decided(**fates: str) -> Mapping[str, Fate]:
    return MappingProxyType({name: Fate[fate.upper()] for fate, names in fates.items() for name in names.split()})


FATES: Mapping[str, Mapping[str, Fate]] = {
    "event": _decided(
        copied="kind description host guest start_time end_time timezone location headcount funded_by visibility"
        " purpose level subject composition troupe occasion anniversary_id activity_type",
        moved="first_day last_day arrives_on departs_on",
        computed="title commitment_id organisation_id created_by in_charge_id head_id head_organisation_id"
        " institution_id year ordinal budget_amount budget_currency corrections search_text sort_key",
        never="id uid sequence known_to status results results_text postponed_from headcount_actual confirmed_by"
        " confirmed_at changed_since_confirmed confirmed_values changed_at asked_by asked_at created_at"
        " updated_at version",
    ),
    "training_phase": _decided(
        copied="position title", moved="first_day last_day", computed="institution_id", never="id event_id"
    ),
    "performance": _decided(copied="position time venue title", moved="day", never="id event_id"),
    "member": _decided(
        copied="person_id role rank side",
        computed="organisation_id position counterpart_id",
        never="id event_id answer answered_at came arrival departure created_at updated_at version",
    ),
    "programme_item": _decided(
        copied="position start_time end_time title place hosted_by attendees travel_minutes",
        moved="day",
        computed="search_text",
        never="id event_id",
    ),
    "task": _decided(
        copied="title due_offset anchor working_days",
        moved="due_on",
        computed="organisation_id person_id person_organisation_id due_day template_id search_text",
        never="id event_id done done_at created_at updated_at version",
    ),
    "booking": _decided(
        copied="resource_id quantity note",
        moved="first_day last_day start_time end_time",
        computed="timezone state starts_at ends_at length_class is_exclusive created_by asked_by",
        never="id event_id made_for answered_by answered_at answer_reason created_at updated_at version",
    ),
    "estimate": _decided(
        copied="who_pays",
        computed="inputs",
        never="event_id state guest_class class_decided_by overrides written_by written_at submitted_by submitted_at"
        " returned_reason approved_by approved_at settled_by settled_at created_at updated_at version",
    ),
}
"""Table → column → what becomes of it. Of tables named nowhere here nothing is copied (:data:`NEVER_COPIED`)."""

NEVER_COPIED = frozenset(
    {
        "booking_notice",
        "document",
        "estimate_approval",
        "estimate_line",
        "event_link",
        "event_note",
        "event_share",
        "event_version",
        "file",
        "gift",
        "imported_entry",
        "inbox_message",
        "learner",
        "link_draft",
        "note_mention",
        "payment",
        "placement",
        "programme_revision",
        "proposal",
        "reminder",
        "reminder_attempt",
        "share_opening",
        "submission",
        "submission_file",
    }
)
"""The tables whose rows belong to an event, or to such a row, and never come along; lines of an estimate are computed
anew from its inputs."""


def copied_columns(table: str) -> list[str]:
    """The columns of a table that a copy has as they stand."""
    return [name for name, fate in FATES[table].items() if fate is Fate.COPIED]
