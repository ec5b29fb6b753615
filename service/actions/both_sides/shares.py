"""Sharing an event with the office of the other side, asking something of it, and taking it back.

Only an explicit step shares: no status does, and no upgrade. Who is in charge of the event shares it, with one office.
What that office then reads, :mod:`models.queries.event_readers` and :class:`service.actions.permissions.Sight` say. The
first time that people are on the list, or that particulars are asked for, whoever shares it must acknowledge the law on
personal data; the trail keeps that they did.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, select

from models.both_sides.share import EventShare
from models.errors import Conflict, Invalid, NotFound
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, message
from models.queries.shares import office_line
from models.vocabulary import Asked, EventStatus
from service.actions import crud, permissions
from service.actions.audit import changes, record
from service.actions.both_sides import sides
from service.actions.both_sides.sides import SideOfReader
from service.actions.context import ActionContext
from service.actions.effects import open_proposals
from service.actions.effects.changes import event_shared

LAW = N_(
    "What you share holds personal data, or asks for it. The Law on Personal Data Protection (91/2025/QH15) applies:"
    " pass on only what the visit needs, tell the people concerned, and let nobody keep it longer than needed."
)
"""What whoever shares people, or asks for their particulars, acknowledges."""

PRIVATE = frozenset({Asked.PASSPORTS, Asked.PHOTOS, Asked.DIETS})
"""What is asked for and is personal data beyond a name."""

_NOT_ACKNOWLEDGED = N_("{law} Say that you have taken note of it: send “acknowledged”: true.")


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that is asked of the other side, and until which day."""

    what: Asked
    until: date

    def to_json(self) -> dict[str, str]:
        """As it is stored."""
        return {"what": self.what.value, "until": self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class WantedShare:
    """How an event is to be shared: ``office`` is a locality's code, None: the only other office there is."""

    office: str | None = None
    asks: Sequence[Ask] = ()
    note: str | None = None
    acknowledged: bool = False


def find_share(session: Session, event: Event) -> EventShare:
    """The share of an event, for both its sides.

    Raises:
        NotFound: it is not shared, or the session stands on neither side.
    """
    share = sides.share_row(session, event)
    if share is None or sides.side_of(session, event) is SideOfReader.NONE:
        raise NotFound(crud.called(EventShare), event.id)
    return share


def asks_of(share: EventShare) -> list[Ask]:
    """What is asked, the most urgent first."""
    asks = [Ask(Asked(one["what"]), date.fromisoformat(one["until"])) for one in share.asks]
    return sorted(asks, key=lambda one: (one.until, one.what))


def as_json(session: Session, event: Event, share: EventShare) -> dict[str, Any]:
    """A share as the API answers it; which account shared it is for its own side."""
    is_own = sides.side_of(session, event) is SideOfReader.OWN
    return {
        "event_id": share.event_id,
        "with": sides.office_of_share(session, share),
        "asks": [{"what": one.what, "until": one.until} for one in asks_of(share)],
        "note": share.note,
        "acknowledged": share.acknowledged_at is not None,
        "shared_by": share.shared_by if is_own else None,
        "shared_at": share.shared_at,
    }


def lock(session: Session, event: Event) -> EventShare | None:
    """Let nobody else change an event, share it or take that back, until the transaction ends; its share as it is now.

    Raises:
        NotFound: it was deleted in the meantime.
    """
    if session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).first() is None:
        raise NotFound(crud.called(Event), event.id)
    session.refresh(event, ["status", "host", "guest", "organisation_id", "created_by"])
    return session.exec(
        select(EventShare).where(EventShare.event_id == event.id).execution_options(populate_existing=True)
    ).first()


def needs_acknowledgement(session: Session, event: Event, asks: Sequence[Ask]) -> bool:
    """Whether sharing an event so passes on personal data, or asks for it."""
    if PRIVATE.intersection(one.what for one in asks):
        return True
    return session.exec(select(Member.id).where(Member.event_id == event.id).limit(1)).first() is not None


def replace_share(
    session: Session,
    act: ActionContext,
    event: Event,
    wanted: WantedShare,
    check: Callable[[EventShare | None], None] = lambda _share: None,
) -> EventShare:
    """Share an event with the office of its other side, or change what is asked of that.

    ``check`` may refuse it by what was shared until now.

    Raises:
        Forbidden: another organisation is in charge of the event.
        Conflict: it is called off, has no other side, or that has no office here; or the law was not acknowledged.
        Invalid: ``with`` is not the office of its other side, or there are two of them.
    """
    share = lock(session, event)
    permissions.check_change(session, event)
    check(share)
    office = _chosen(session, event, wanted.office)
    if event.status is EventStatus.CANCELLED and share is None:
        raise Conflict(message(N_("This event is called off: it is not shared any more.")), code="event_cancelled")
    before = _told(session, share)
    is_anew = before.get("shared_with") != office
    is_known = not is_anew and share is not None and share.acknowledged_at is not None
    if not (wanted.acknowledged or is_known) and needs_acknowledgement(session, event, wanted.asks):
        raise Conflict(message(_NOT_ACKNOWLEDGED, law=message(LAW)), code="law_not_acknowledged")
    me = act.user.id if act.user else None
    if share is None:
        share = EventShare(event_id=event.id, office=office, shared_at=act.now, created_at=act.now)
    if wanted.acknowledged and not is_known:
        share.acknowledged_at, share.acknowledged_by = act.now, me
    elif not is_known:
        share.acknowledged_at = share.acknowledged_by = None
    asks = [one.to_json() for one in sorted(wanted.asks, key=lambda one: (one.until, one.what))]
    if is_anew:
        share.office, share.shared_at, share.shared_by = office, act.now, me
    crud.assign(share, {"asks": asks, "note": wanted.note})
    if not (changed := changes(before, _told(session, share))):
        return share
    share.updated_at = act.now
    session.add(share)
    crud.flush(session)
    record(session, act, "change" if before else "create", "event_share", event.id, changed, event_id=event.id)
    if "shared_with" in changed:
        open_proposals.end_if_apart(session, act, event)
        event_shared(session, act, event)
    return share


def delete_share(
    session: Session,
    act: ActionContext,
    event: Event,
    check: Callable[[EventShare], None] = lambda _share: None,
) -> None:
    """Take back the sharing of an event: the other side reads nothing of it from now on.

    Raises:
        Forbidden: another organisation is in charge of the event.
        NotFound: it is not shared.
    """
    share = lock(session, event)
    permissions.check_change(session, event)
    if share is None:
        raise NotFound(crud.called(EventShare), event.id)
    check(share)
    before = _told(session, share)
    session.delete(share)
    crud.flush(session)
    record(session, act, "delete", "event_share", event.id, changes(before, {}), event_id=event.id)
    open_proposals.end_if_apart(session, act, event)
    event_shared(session, act, event)


def _told(session: Session, share: EventShare | None) -> Mapping[str, Any]:
    """What of a share stands in the trail."""
    if share is None:
        return {}
    told = {
        "shared_with": sides.office_of_share(session, share),
        "asks": list(share.asks) or None,
        "note": share.note,
        "law_acknowledged": True if share.acknowledged_at is not None else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _chosen(session: Session, event: Event, wanted: str | None) -> str:
    """The office to share an event with."""
    if event.guest is None:
        raise Conflict(message(N_("This event has no other side: enter its guest first.")), code="no_other_side")
    offices = permissions.offices(session)
    found = sides.candidates(session, event)
    if not found:
        what = message(N_("The other side of this event has no office here: there is nobody to share it with."))
        raise Conflict(what, code="no_other_office")
    if wanted is None:
        if len(found) == 1:
            return found[0]
        what = message(N_("Say which office it is shared with: {codes}."), codes=", ".join(found))
        raise Invalid({"with": [what]})
    named = offices.named(wanted)
    if named not in found or wanted not in _line(session, named):
        what = message(N_("This event can be shared with: {codes}."), codes=", ".join(found))
        raise Invalid({"with": [what]})
    return named


def _line(session: Session, office: str) -> frozenset[str]:
    return office_line(permissions.offices(session), office)
