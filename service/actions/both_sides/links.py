"""Links with which somebody without an account fills in what the office asks for: made, listed, revoked, opened.

A link is for one visit and one recipient; its token is a secret of 256 bits that is told once, and kept as its hash.
Whoever holds it sees nothing of the visit but its title, days and hosts, and what was filled in with this link.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.both_sides.links import EventLink
from models.errors import Conflict, NotFound
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.queries import live_links
from models.queries.dated import has_days
from models.text import clean, one_line
from models.vocabulary import Language, LinkSubject
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.events import events
from service.actions.tokens import token_hash

MOST_LINKS = 50
"""Links of one visit that open at the same time."""

UNKNOWN = noun("event_link")
_NOT_OPEN = N_("A link can be made for a visit that is planned or confirmed and has not arrived yet.")
_TOO_MANY = N_("This visit has {count} links that open. Revoke one before you make another.")
_TOO_LATE = N_("A link opens until the day of arrival at the latest: {day}.")
_PAST = N_("This day is over.")


@dataclass(frozen=True, slots=True)
class LinkHolder(ActionContext):
    """The context of somebody who acts with a link: no account, and the recipient's name in the trail."""

    recipient: str = ""

    @property
    def name(self) -> str:
        return f"link: {self.recipient}"


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that opens, with its visit, for whoever holds it."""

    row: EventLink
    event: Event

    def may(self, subject: LinkSubject | str) -> bool:
        """Whether this is filled in with it."""
        return LinkSubject(subject).value in self.row.may

    def holder(self, act: ActionContext) -> LinkHolder:
        """The context of its holder."""
        return LinkHolder(None, act.now, act.office, act.request_id, act.default_office, recipient=self.row.recipient)


@dataclass(frozen=True, slots=True)
class LinkState:
    """A link as who is in charge sees it: whether it opens today."""

    row: EventLink
    opens: bool


def make_link(session: Session, act: ActionContext, event: Event, values: Mapping[str, Any]) -> tuple[EventLink, str]:
    """Make a link; returns it with its token, which is told this once.

    Raises:
        Forbidden: somebody else is in charge of the event.
        Conflict: nothing is to be filled in for it (code ``no_links_now``), or it has too many links.
        Invalid: the last day is over, or after the arrival.
    """
    permissions.check_change(session, event)
    session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()
    if event.status not in live_links.OPEN or event.arrives_on < act.today or not has_days(event):
        raise Conflict(message(_NOT_OPEN), code="no_links_now")
    if len(live_links.live_ids(session, event.id, act.today)) >= MOST_LINKS:
        raise Conflict(message(_TOO_MANY, count=MOST_LINKS), code="too_many_links")
    last = values.get("expires_on") or event.arrives_on
    crud.check({"expires_on": _day_errors(act, event, last)})
    token = secrets.token_urlsafe(32)
    may = set(values["may"])
    link = EventLink(
        event_id=event.id,
        token_hash=token_hash(token),
        may=[subject.value for subject in LinkSubject if subject in may],
        recipient=one_line(clean(values["recipient"])),
        language=values.get("language") or Language.VI,
        expires_on=last,
        made_by=act.user.id if act.user else None,
        made_at=act.now,
    )
    return crud.create(session, act, link, event_id=event.id), token


def _day_errors(act: ActionContext, event: Event, last: date) -> list[Any]:
    if last > event.arrives_on:
        return [message(_TOO_LATE, day=event.arrives_on)]
    return [message(_PAST)] if last < act.today else []


def address_of(act: ActionContext, token: str) -> str:
    """The address that opens a link."""
    return f"{act.office.public_url}/link/{token}"


def links_of(session: Session, act: ActionContext, event: Event) -> list[LinkState]:
    """The links of an event, the newest first; two queries.

    Raises:
        Forbidden: somebody else is in charge of the event.
    """
    permissions.check_change(session, event)
    rows = session.exec(
        select(EventLink).where(EventLink.event_id == event.id).order_by(col(EventLink.id).desc())
    ).all()
    live = live_links.live_ids(session, event.id, act.today)
    return [LinkState(row, row.id in live) for row in rows]


def revoke(session: Session, act: ActionContext, link_id: str, reason: str | None = None) -> EventLink:
    """End a link at once; one that was revoked stays so.

    Raises:
        NotFound: there is none that the reader may see.
        Forbidden: somebody else is in charge of its event.
    """
    link = crud.find_of_event(session, EventLink, link_id)
    permissions.check_change(session, events.find_event(session, link.event_id))
    session.refresh(link, with_for_update=True)
    if link.revoked_at is None:
        values = {"revoked_at": act.now, "revoked_reason": reason}
        crud.change(session, act, link, values, event_id=link.event_id, action="revoke")
    return link


def may_be(token: str) -> bool:
    """Whether a token has the form of one."""
    return re.fullmatch(r"[A-Za-z0-9_-]{43}", token) is not None


def opens(session: Session, act: ActionContext, token: str) -> bool:
    """Whether a token opens a link; one query."""
    return live_links.find_live(session, token_hash(token), act.today) is not None


def open_link(session: Session, act: ActionContext, token: str, *, to_change: bool = False) -> OpenLink:
    """The link that a token opens; ``to_change``: nobody else changes what is filled in with it until the transaction
    ends.

    Raises:
        NotFound: it opens nothing; why is told to nobody.
    """
    row = live_links.find_live(session, token_hash(token), act.today, to_change=to_change)
    if row is None:
        raise NotFound(UNKNOWN, "…")
    return OpenLink(row, session.get_one(Event, row.event_id))


def recipients(session: Session, link_ids: Sequence[str]) -> dict[str, EventLink]:
    """Links by their ids; one query."""
    found = session.exec(select(EventLink).where(col(EventLink.id).in_(set(link_ids)))).all() if link_ids else ()
    return {row.id: row for row in found}
