"""Who is told of proposed days by mail, and when: asked, reminded, answered, and that no answer came."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from calendars.days.spans import days_after, wall_time
from models.clock import today
from models.i18n import N_

MORNING = time(8)
"""The hour of reminders, by the clock of the office that is asked."""

UNHURRIED_DAYS = 7
"""After so many days a proposal without a day for the answer is recalled, once."""


class ProposalNotice(StrEnum):
    """What a mail about proposed days says; the first part of its key in the queue."""

    ASKED = "asked"
    DUE = "due"
    LATE = "late"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


WHILE_OPEN = frozenset({ProposalNotice.ASKED, ProposalNotice.DUE, ProposalNotice.LATE})
"""The notices that nobody needs once there is an answer."""

SETTLED = N_("The proposed days were answered or taken back.")
PROPOSAL_GONE = N_("The visit whose days were proposed was deleted, or is not shared with this office any more.")
NOT_AGREED_ON = N_("The visit was called off, has begun or is over: its days are not agreed on any more.")


@dataclass(frozen=True, slots=True)
class DueNotice:
    """A mail to plan: what it says, to which office, and when it is due (aware, UTC)."""

    notice: ProposalNotice
    office: str
    due_at: datetime


def planned_notices(
    *, office: str, to_office: str, made_at: datetime, answer_by: date | None, expires_at: datetime, zone: str
) -> Iterator[DueNotice]:
    """The mails that a new proposal needs as long as nobody answers; ``zone`` is that of the office that is asked.

    It is asked at once, reminded in the morning of the day before its last one and of that last day, and both sides are
    told when it has passed. Without such a day there is one reminder, a week later.
    """
    yield DueNotice(ProposalNotice.ASKED, to_office, made_at)
    made_on = today(zone, made_at)
    mornings = [days_after(made_on, UNHURRIED_DAYS)] if answer_by is None else [days_after(answer_by, -1), answer_by]
    for day in mornings:
        due = wall_time(day, MORNING, zone)
        if day > made_on and due < expires_at:
            yield DueNotice(ProposalNotice.DUE, to_office, due)
    yield DueNotice(ProposalNotice.LATE, to_office, expires_at)
    yield DueNotice(ProposalNotice.LATE, office, expires_at)
