"""Days that one side of a shared visit proposes to the other, and what came of them."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from models.base import Identified, Versioned, one_of
from models.types import UtcDateTime, WordType
from models.vocabulary import ProposalState

LONGEST_NOTE = 2000
_OPEN = "state = 'open'"


class Proposal(Identified, Versioned, table=True):
    """Days proposed for an event by one of the two offices that share it; ``counters_id`` is the one it answers.

    ``from_office`` and ``to_office`` are the codes of the side that proposes and of the side that is asked, as they
    were then. An open one is expired from ``expires_at`` on: that is written down when somebody next takes a step.
    ``answer_note`` is what whoever declined wrote. ``refused_at`` is when it was last tried to accept it in vain, and
    ``refused_reason`` what stood in the way, as an English sentence with its values: for the event's own side only.
    """

    __tablename__ = "proposal"
    UNTOLD: ClassVar[frozenset[str]] = frozenset({"note", "answer_note"})
    """Not in the trail, which both offices keep when the sharing is taken back."""
    __table_args__ = (
        one_of("state", ProposalState),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        CheckConstraint("from_office <> to_office", name="of_two_offices"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="open_until_answered"),
        CheckConstraint("(refused_at IS NULL) = (refused_reason IS NULL)", name="refused_with_reason"),
        Index(
            "uq_proposal_open_of_event",
            "event_id",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index("ix_proposal_event_id_made_at", "event_id", "made_at"),
    )

    event_id: str = Field(foreign_key="event.id", max_length=26, ondelete="CASCADE")
    state: ProposalState = Field(default=ProposalState.OPEN, sa_type=WordType(ProposalState))
    first_day: date
    last_day: date
    note: str | None = Field(default=None, max_length=LONGEST_NOTE)
    answer_by: date | None = None
    expires_at: datetime = Field(sa_type=UtcDateTime)
    from_office: str = Field(foreign_key="locality.code", index=True, max_length=60)
    to_office: str = Field(foreign_key="locality.code", index=True, max_length=60)
    made_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    made_at: datetime = Field(sa_type=UtcDateTime)
    counters_id: str | None = Field(default=None, foreign_key="proposal.id", max_length=26, ondelete="CASCADE")
    answered_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer_note: str | None = Field(default=None, max_length=LONGEST_NOTE)
    refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refused_reason: str | None = Field(default=None, max_length=LONGEST_NOTE)
