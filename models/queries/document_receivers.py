"""Who a kept paper may be mailed to: the one rule, for who sends it and for the worker right before it leaves.

A paper holds more of a visit than its calendar entry does, so that the visit is public is no reason. It may go

- to an account that may read the visit, at its own address;
- to somebody of the visit (a member, the head, whom a task is given to), if their address counts
  (:mod:`models.queries.audience`);
- to the mailbox of an organisation that is in charge of the visit or takes part in it, if the mailbox is the
  organisation's own word (:mod:`models.queries.trusted_mailboxes`);
- to any other address, if whoever sends it may change everything of the visit's office: that is their word for it.

The address of a disabled account, and of one that may not read the visit, gets none.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlmodel import Session

from models.accounts import User
from models.events import Event
from models.places import Locality, Organisation
from models.queries.audience import AudienceIndex, EventSelection, Reader
from models.queries.event_readers import TAKING_PART, ReadingRights
from models.queries.languages import reader_language
from models.queries.offices import Offices
from models.queries.trusted_mailboxes import trusted_mailboxes

_EVENT: Table = Event.__table__  # type: ignore[attr-defined]
_USER: Table = User.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]
_LOCALITY: Table = Locality.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class DocumentReceivers:
    """What decides to which of some addresses papers of some events may go."""

    directory: AudienceIndex = field(default_factory=AudienceIndex)
    mailboxes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Event and address in lower case → the country of the organisation whose mailbox it is."""
    senders: Mapping[str, ReadingRights] = field(default_factory=dict)
    """The accounts that had papers sent, as far as they are active."""

    @classmethod
    def load(
        cls,
        work: Session | Connection,
        addresses: Collection[str],
        event_ids: Collection[str],
        senders: Collection[str] = (),
    ) -> "DocumentReceivers":
        """Read it; nothing where there are no addresses."""
        if not addresses:
            return cls()
        connection = work if isinstance(work, Connection) else work.connection()
        named = sorted({address.lower() for address in addresses})
        ids = sorted(set(event_ids))
        directory = AudienceIndex.load(connection, {f"email:{one}" for one in named}, EventSelection(tuple(ids)))
        offices = Offices.load(connection)
        mailboxes = _mailboxes(connection, named, ids, offices)
        return cls(directory, mailboxes, _rights(connection, senders, offices))

    def reader(self, address: str, event: Any, *, vouched: bool) -> Reader | None:
        """Who an address is to a paper of an event; None: it may not go there. ``vouched``: it goes there on the word
        of somebody entitled."""
        address = address.lower()
        if self.directory.is_shut(address, event):
            return None
        found = self.directory.reader(address, event, vouched=vouched)
        if found is not None and (
            vouched or found.account_id is not None or (event.id, address) in self.directory.people
        ):
            return found
        country = self.mailboxes.get((event.id, address))
        if country is None or address in self.directory.by_email:
            return None
        countries = self.directory.countries
        chosen = self.directory.office_language(event.organisation_id)
        language = reader_language((), country, countries.get(event.organisation_id), countries.get(""), office=chosen)
        return Reader(address, language, is_mailbox=True)

    def vouches(self, sender_id: str | None, event: Any) -> bool:
        """Whether an account may have papers of an event sent to any address."""
        rights = self.senders.get(sender_id or "")
        return rights is not None and rights.whole_office and rights.is_of_office(event.organisation_id)


def _mailboxes(
    connection: Connection, addresses: Collection[str], event_ids: Collection[str], offices: Offices
) -> dict[tuple[str, str], str]:
    address = func.lower(_ORGANISATION.c.email)
    bodies = connection.execute(
        select(_ORGANISATION.c.id, address.label("address"), _LOCALITY.c.country)
        .join(_LOCALITY, _LOCALITY.c.code == _ORGANISATION.c.locality)
        .where(address.in_(addresses))
    ).all()
    if not bodies:
        return {}
    ids = [row.id for row in bodies]
    takes_part: set[tuple[str, str | None]] = set()
    for pairs in TAKING_PART:
        event_id, organisation_id = pairs.selected_columns
        rows: Any = connection.execute(pairs.where(event_id.in_(event_ids), organisation_id.in_(ids)))
        takes_part.update((row[0], row[1]) for row in rows)
    in_charge = select(_EVENT.c.id, _EVENT.c.organisation_id).where(
        _EVENT.c.id.in_(event_ids), _EVENT.c.organisation_id.in_(ids)
    )
    takes_part.update((row[0], row[1]) for row in connection.execute(in_charge))
    trusted = trusted_mailboxes(connection, ids, offices)
    return {
        (event, row.address): row.country
        for row in bodies
        if row.id in trusted
        for event, organisation in takes_part
        if organisation == row.id
    }


def _rights(connection: Connection, senders: Collection[str], offices: Offices) -> dict[str, ReadingRights]:
    if not senders:
        return {}
    names = ("id", "organisation_id", "role", "office")
    rows = connection.execute(
        select(*(_USER.c[name] for name in names), _ORGANISATION.c.protocol_office)
        .outerjoin(_ORGANISATION, _ORGANISATION.c.id == _USER.c.organisation_id)
        .where(_USER.c.id.in_(sorted(senders)), _USER.c.active)
    )
    return {row.id: ReadingRights.of(row, row.protocol_office, offices) for row in rows}
