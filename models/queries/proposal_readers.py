"""Who speaks for an office about the days of a shared visit, and which of them are told of proposed days.

For the office of the event speak the accounts in charge of it; for the one it is shared with, the accounts that read
their whole office and those of organisations that take part. Officers of these take steps; viewers read. Whoever speaks
for an office reads what that office proposed and was asked, and nothing of what two others said to each other
(:func:`is_between`): an event may be shared with one office after the other.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, true, union
from sqlmodel import Session, col

from models.both_sides.proposals import Proposal
from models.queries.audience import MESSENGER
from models.queries.event_readers import TAKING_PART, ReadingRights
from models.queries.occasion_readers import OccasionReaders
from models.queries.offices import Offices
from models.queries.shares import SharedEvents, office_line
from models.vocabulary import Language, Role


def speaks_for(rights: ReadingRights, event: Any, shared: str | None, *, takes_part: bool) -> str | None:
    """The office that an account speaks for about an event (a row with its columns), whatever its role; None: it is of
    neither side. ``shared`` is the stored code of the office that the event is shared with, None: with none;
    ``takes_part``: the account's organisation does."""
    if rights.side is not None:
        return None
    if rights.is_of_office(event.organisation_id):
        return rights.office if rights.is_in_charge(event) else None
    if shared is None or rights.offices.named(shared) != rights.office:
        return None
    return rights.office if rights.is_shared(shared) or takes_part else None


def is_between(offices: Offices, office: str) -> ColumnElement[bool]:
    """The condition for proposals that an office made or was asked for, as it is called now."""
    if offices.alone:
        return true()
    codes = sorted(office_line(offices, office))
    return or_(col(Proposal.from_office).in_(codes), col(Proposal.to_office).in_(codes))


def taking_part(connection: Connection, event_ids: Collection[str]) -> frozenset[tuple[str, str]]:
    """Event and organisation of those that take part in some events; one query."""
    ids = sorted(event_ids)
    if not ids:
        return frozenset()
    selects = []
    for pairs in TAKING_PART:
        event_id, organisation_id = pairs.selected_columns
        selects.append(pairs.where(event_id.in_(ids), organisation_id.is_not(None)))
    rows: Iterable[Any] = connection.execute(union(*selects)).all()
    return frozenset((row[0], row[1]) for row in rows)


@dataclass(frozen=True, slots=True)
class ProposalReaders:
    """Whom mails about the days of some events go to; loaded at once for all of them."""

    readers: OccasionReaders
    parts: frozenset[tuple[str, str]] = frozenset()
    shared: SharedEvents = field(default_factory=SharedEvents)

    @classmethod
    def load(cls, session: Session, offices: Offices, event_ids: Collection[str]) -> "ProposalReaders":
        """Read the accounts, who takes part and what is shared: five queries, and one or two more where some accounts
        are older than offices."""
        connection = session.connection()
        return cls(
            OccasionReaders.load(connection, offices),
            taking_part(connection, event_ids),
            SharedEvents.of(connection, event_ids),
        )

    def told(self, event: Any, office: str, also: str | None = None) -> dict[str, Language]:
        """The addresses told of an event's days at an office, with each reader's language; an account with a messenger
        is a second recipient. ``also`` is an account that is told too if it speaks for the office: who proposed the
        days.

        At the event's office it is the account in charge of it, else who made it, else the accounts of its
        organisation; at the other one officers and approvers. Where none of these may answer, all who may.
        """
        speaking = [user for user in self.readers.accounts if self._may_answer(user, event, office)]
        chosen = self._chosen(speaking, event, office) or speaking
        found: dict[str, Language] = {}
        for user in speaking:
            if user in chosen or user.id == also:
                found[user.email] = user.locale
                if user.messenger is not None:
                    found[f"{MESSENGER}{user.email}"] = user.locale
        return found

    def account(self, address: str, event: Any, office: str) -> Any:
        """The account with an address that may answer for an office; None if there is none."""
        return next(
            (one for one in self.readers.accounts if one.email == address and self._may_answer(one, event, office)),
            None,
        )

    def _may_answer(self, user: Any, event: Any, office: str) -> bool:
        if not user.active or not Role(user.role).suffices_for(Role.OFFICER):
            return False
        takes_part = (event.id, user.organisation_id) in self.parts
        speaks = speaks_for(self.readers.rights[user.id], event, self.shared.code(event.id), takes_part=takes_part)
        return speaks == office

    def _chosen(self, speaking: Collection[Any], event: Any, office: str) -> list[Any]:
        if self.readers.offices.of(event.organisation_id) != office:
            return [user for user in speaking if Role(user.role) is not Role.ADMIN]
        for account_id in (event.in_charge_id, event.created_by):
            if found := [user for user in speaking if user.id == account_id]:
                return found
        return [user for user in speaking if user.organisation_id == event.organisation_id]
