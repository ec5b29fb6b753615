"""Passports: stored encrypted, shown masked, revealed in full only for a reason that is audited."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Audit, User
from models.encryption import seal, unseal
from models.errors import Conflict, Forbidden, NotFound
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.places import Passport, Person
from models.queries.event_readers import ReadingRights
from models.vocabulary import EventStatus
from service.actions import crud, permissions
from service.actions.audit import record
from service.actions.context import ActionContext

_PURPOSE = "passport"
_CURRENT = (EventStatus.PLANNED, EventStatus.CONFIRMED, EventStatus.ONGOING)
NOT_CONCERNED = N_(
    "Only the person's own organisation, the one in charge of the planned visit they joined first, approvers and the"
    " protocol office see a passport."
)
_NUMBER = re.compile(r"[A-Z0-9]{5,20}", re.ASCII)
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class MaskedPassport:
    """A passport as lists and pages show it: only the last three characters of its number."""

    person_id: str
    number: str
    country: str | None
    expires_on: date | None


def store_passport(
    session: Session, act: ActionContext, secret: str, person: Person, values: Mapping[str, Any]
) -> MaskedPassport:
    """Store a person's passport, replacing the previous one.

    Raises:
        Invalid: the number is not valid.
        Forbidden: the reader has no right to it (:func:`check_concerned`) or to the one stored already.
    """
    before = session.get(Passport, person.id)
    check = check_concerned if before is None else _check_reader
    check(session, person)
    number = re.sub(r"[\s.-]+", "", values["number"]).upper()
    if not _NUMBER.fullmatch(number):
        crud.check({"number": [message(N_("A passport number has 5 to 20 letters and digits, like B1234567."))]})
    if before is not None:
        session.delete(before)
        session.flush()
    passport = Passport(
        person_id=person.id,
        sealed_number=seal(secret, _PURPOSE, number),
        country=values.get("country"),
        expires_on=values.get("expires_on"),
        stored_at=act.now,
    )
    session.add(passport)
    crud.flush(session)
    record(session, act, "create" if before is None else "change", "passport", person.id, {})
    return _masked(passport, number)


def passport_of(session: Session, secret: str, person: Person) -> MaskedPassport:
    """A person's passport, masked.

    Raises:
        NotFound: none is stored.
        Forbidden: the reader has no right to it, or it was stored for somebody else's event.
    """
    passport = _find(session, person)
    return _masked(passport, _number(passport, secret))


def reveal(session: Session, act: ActionContext, secret: str, person: Person, reason: str) -> str:
    """The whole number; who asked, when and why is audited.

    Raises:
        NotFound, Forbidden: as in :func:`passport_of`.
        Conflict: it was encrypted with another secret.
    """
    passport = _find(session, person)
    number = _number(passport, secret)
    if number is None:
        raise Conflict(
            message(N_("The number was kept with another secret key of the service; it has to be entered anew.")),
            code="sealed_otherwise",
        )
    record(session, act, "reveal", "passport", person.id, {}, reason=reason)
    return number


def delete_passport(session: Session, act: ActionContext, person: Person) -> None:
    """Delete a person's passport.

    Raises:
        NotFound, Forbidden: as in :func:`passport_of`.
    """
    session.delete(_find(session, person))
    crud.flush(session)
    record(session, act, "delete", "passport", person.id, {})


def check_concerned(session: Session, person: Person) -> None:
    """Raise if the reader has no right to a person's passport.

    The person's own organisation, the protocol office, approvers and administrators have. If that organisation has no
    accounts here, so has whoever is in charge of an event with this person that is planned, confirmed or ongoing; not
    of a draft, which costs nothing to create.

    Raises:
        Forbidden: the reader has no right to it.
    """
    reader = permissions.reader(session)
    if reader is None or permissions.is_for(session, person.organisation_id):
        return
    if permissions.has_accounts(session, person.organisation_id) or not _in_charge_of(session, reader, person):
        raise Forbidden(message(NOT_CONCERNED), code="not_concerned")


def _check_reader(session: Session, person: Person) -> None:
    """As :func:`check_concerned`, for the passport that is stored.

    Planning an event costs little more than drafting one. So being in charge of an event gives access only to a
    passport that the reader's organisation stored, or if no other organisation's event had this person before.

    Raises:
        Forbidden: the reader has no right to it.
    """
    check_concerned(session, person)
    reader = permissions.reader(session)
    if reader is None or permissions.is_for(session, person.organisation_id) or _stored_by(session, reader, person):
        return
    all_events = select(Event.id).where(permissions.takes_part(person.id))
    mine = session.exec(all_events.where(permissions.changed_by(reader))).all()
    others = set(session.exec(all_events).all()).difference(mine)
    own = _in_charge_of(session, reader, person)
    joined = _joined(session, person, others.union(own))
    first = min(joined[event_id] for event_id in own)
    if any(joined[event_id] < first for event_id in others):
        raise Forbidden(message(NOT_CONCERNED), code="not_concerned")


def _in_charge_of(session: Session, reader: ReadingRights, person: Person) -> Sequence[str]:
    """The current events with a person that a reader is in charge of."""
    current = select(Event.id).where(
        permissions.takes_part(person.id), permissions.changed_by(reader), col(Event.status).in_(_CURRENT)
    )
    return session.exec(current).all()


def _stored_by(session: Session, reader: ReadingRights, person: Person) -> bool:
    """Whether the passport was last stored by an account of the reader's organisation."""
    stored = (
        select(User.organisation_id)
        .select_from(Audit)
        .join(User, col(User.id) == col(Audit.actor_id), isouter=True)
        .where(Audit.entity == "passport", Audit.entity_id == person.id, col(Audit.action).in_(["create", "change"]))
        .order_by(col(Audit.id).desc())
    )
    return reader.organisation_id is not None and session.exec(stored).first() == reader.organisation_id


def _joined(session: Session, person: Person, event_ids: Collection[str]) -> Mapping[str, int]:
    """Event → the id of the last audit row that added the person; 0 if there is none."""
    statement = (
        select(Audit.id, Audit.event_id, Audit.changes)
        .where(col(Audit.event_id).in_(event_ids), col(Audit.entity).in_(["event", "member"]))
        .order_by(col(Audit.id))
    )
    joined = dict.fromkeys(event_ids, 0)
    for entry, event_id, changes in session.exec(statement):
        if any(changes.get(name, {}).get("to") == person.id for name in ("person_id", "head_id")):
            joined[str(event_id)] = entry or 0
    return joined


def _find(session: Session, person: Person) -> Passport:
    _check_reader(session, person)
    passport = session.get(Passport, person.id)
    if passport is None:
        raise NotFound(noun("passport"), person.id)
    return passport


def _number(passport: Passport, secret: str) -> str | None:
    return unseal(secret, _PURPOSE, passport.sealed_number)


def _masked(passport: Passport, number: str | None) -> MaskedPassport:
    tail = number[-_SHOWN:] if number else "?" * _SHOWN
    return MaskedPassport(passport.person_id, f"•••••{tail}", passport.country, passport.expires_on)
