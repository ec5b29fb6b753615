"""Who is in charge of an event: the account that prepares it, and that is told as its owner.

Whoever may change an event puts somebody in charge of it, or takes charge. That gives no further right: it must be an
account that may read the event anyhow, and not only because it is shared with another office. One that can't any more,
or was switched off, stays named and the event warns (:mod:`service.actions.reminders.reach`), until its events are
handed over.
"""

from typing import Any

from sqlalchemy import union_all
from sqlmodel import Session, col, select

from models.accounts import User
from models.errors import Invalid
from models.events import Event
from models.i18n import N_, message
from models.places import Organisation
from models.queries.event_readers import TAKING_PART, ReadingRights
from models.queries.offices import Offices
from models.queries.organisation_lines import OrganisationLines
from service.actions import permissions
from service.actions.context import ActionContext

MOST_CHOICES = 500


def check(session: Session, event: Event) -> None:
    """Refuse somebody in charge who can't be told of the event; the event must have been flushed with its new values.

    Raises:
        Invalid: under ``in_charge_id``, if the account is switched off or may not read the event.
    """
    if event.in_charge_id is None:
        return
    if not may_take(session, event, session.get_one(User, event.in_charge_id)):
        raise Invalid({"in_charge_id": [message(N_("This account is switched off or may not read the event."))]})


def may_take(session: Session, event: Event, user: User) -> bool:
    """Whether an account may be put in charge of an event: it is active and may read it."""
    return bool(_able(session, event, select(User).where(User.id == user.id)))


def candidates(session: Session, act: ActionContext, event: Event) -> list[User]:
    """The accounts of the reader's office that may be put in charge of an event: the reader itself, those of the
    event's organisation, the others, each by name; at most :data:`MOST_CHOICES` are looked at."""
    accounts = select(User).where(permissions.own_accounts(session)).order_by(User.name, User.id).limit(MOST_CHOICES)
    me = act.user.id if act.user else None
    able = _able(session, event, accounts)
    return sorted(able, key=lambda user: (user.id != me, user.organisation_id != event.organisation_id))


def _able(session: Session, event: Event, accounts: Any) -> list[User]:
    """Those of some accounts that are active and may read an event; a few queries however many they are."""
    offices, lines = Offices.load(session), OrganisationLines.load(session)
    pairs = (part.where(part.selected_columns[0] == event.id) for part in TAKING_PART)
    taking_part = {row[1] for row in session.execute(union_all(*pairs))}
    with_flag = accounts.where(col(User.active)).add_columns(col(Organisation.protocol_office))
    rows = session.execute(with_flag.join(Organisation, col(Organisation.id) == User.organisation_id, isouter=True))
    return [
        user
        for user, protocol_office in rows
        if ReadingRights.of(user, protocol_office, offices)
        .carrying_on(lines)
        .may_read(event, takes_part=(user.organisation_id or "") in taking_part, shared=None)
    ]
