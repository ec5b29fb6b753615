"""Who reads which notes on an event: the one rule, for the pages, the API and the worker's mail.

A note of one side is read by accounts of its author's office that may read the event; of the office in charge of the
event only by those that see it as a department of that office does. A shared note is read by these, and by accounts of
the other office as long as the event is shared with it. Accounts that are older than offices, whose side is not their
office's, read the notes of their own side's events only.
"""

from typing import Any

from models.both_sides.notes import EventNote
from models.queries.event_readers import ReadingRights
from models.queries.offices import Offices, line_end
from models.vocabulary import NoteVisibility


def sees_as_department(rights: ReadingRights, event: Any) -> bool:
    """Whether an account sees an event that it may read as a department of the event's office does, or more."""
    return rights.is_in_charge(event) or rights.carries_on(event) or rights.is_near(event.organisation_id)


def reads_note(rights: ReadingRights, event: Any, note: EventNote, shared_code: str | None) -> bool:
    """Whether an account reads a note on an event that it may read.

    ``shared_code`` is the office with which the event is shared now, as it is stored; None: with none.
    """
    is_own = means(rights.offices, note.office, rights.office)
    is_shared = note.visibility is NoteVisibility.SHARED
    if sees_as_department(rights, event):
        return is_own or is_shared
    if not is_other_side(rights, event):
        return False
    if not is_shared:
        return is_own
    is_between = is_own or means(rights.offices, note.shared_with, rights.office)
    return is_between and shared_code is not None and means(rights.offices, shared_code, rights.office)


def is_other_side(rights: ReadingRights, event: Any) -> bool:
    """Whether an account is of another office than the event's, and of that office's own side."""
    return rights.side is None and rights.office != rights.offices.of(event.organisation_id)


def means(offices: Offices, code: str | None, office: str) -> bool:
    """Whether a stored code means an office now, None the default one. The code of an office that has ended means none:
    what was its own does not become another's."""
    if offices.alone:
        return True
    return office == (offices.default if code is None else line_end(offices.successors, code))
