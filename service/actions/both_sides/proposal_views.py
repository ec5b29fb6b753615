"""What was proposed for an event, as its readers see it: names of who acted, state at this instant, possible steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from calendars.proposals.steps import ProposalStep
from models.accounts import User
from models.both_sides.proposals import Proposal
from models.events import Event
from models.vocabulary import ProposalState
from service.actions import crud, permissions
from service.actions.both_sides.proposal_sides import TwoSides, possible_steps
from service.actions.context import ActionContext
from service.actions.effects.open_proposals import facts_of


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal for one reader. ``office`` proposed the days and ``to_office`` is asked, as they are called now;
    ``is_own``: the reader's side proposed them; ``row.refused_reason`` is for the event's own side only.
    ``made_by`` and ``answered_by`` are ids of accounts of the reader's office, None for others': who stops sharing
    withdraws what the other side proposed.
    """

    row: Proposal
    state: ProposalState
    office: str
    to_office: str
    made_by: str | None
    made_by_name: str
    answered_by: str | None
    answered_by_name: str | None
    answered_at: datetime | None
    possible: tuple[ProposalStep, ...]
    is_own: bool
    is_of_owner: bool

    def as_json(self) -> dict[str, Any]:
        """As the API answers it. Ids of accounts are for their own office; so is what stands in the event's way."""
        row = self.row
        columns = ("id", "event_id", "first_day", "last_day", "note", "answer_by", "expires_at", "made_at")
        return {name: getattr(row, name) for name in (*columns, "counters_id", "answer_note")} | {
            "state": self.state,
            "office": self.office,
            "to_office": self.to_office,
            "made_by": self.made_by,
            "made_by_name": self.made_by_name,
            "answered_by": self.answered_by,
            "answered_by_name": self.answered_by_name,
            "answered_at": self.answered_at,
            "refused_at": row.refused_at if self.is_of_owner else None,
            "refused_reason": row.refused_reason if self.is_of_owner else None,
            "possible": list(self.possible),
        }


def views_of(
    session: Session, act: ActionContext, event: Event, sides: TwoSides, rows: Sequence[Proposal]
) -> list[ProposalView]:
    """Proposals of one event for the session; one query for the names of all who acted."""
    ids = {one for row in rows for one in (row.made_by, row.answered_by) if one}
    users = crud.by_id(session, User, ids) if ids else {}
    names = {identity: user.name for identity, user in users.items()}
    one, offices = permissions.account_rights(session), permissions.offices(session)
    reads_for = sides.owner if one is None else one.office
    told = {identity for identity, user in users.items() if one is None or offices.named(user.office) == reads_for}
    found = []
    for row in rows:
        facts = facts_of(session, row)
        state = facts.state_at(act.now)
        is_settled = row.answered_at is not None or state is ProposalState.EXPIRED
        found.append(
            ProposalView(
                row,
                state,
                facts.office,
                facts.to_office,
                row.made_by if row.made_by in told else None,
                names.get(row.made_by or "", ""),
                row.answered_by if row.answered_by in told else None,
                names.get(row.answered_by) if row.answered_by else None,
                (row.answered_at or row.expires_at) if is_settled else None,
                possible_steps(session, act, event, row, sides),
                is_own=facts.office == reads_for,
                is_of_owner=sides.owner == reads_for,
            )
        )
    return found
