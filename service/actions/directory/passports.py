"""Passports: stored encrypted, shown masked, revealed in full only for a reason that is audited."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import true
from sqlmodel import Session, col, select

from models.encryption import seal, unseal
from models.errors import Conflict, Forbidden, NotFound
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.places import Passport, Person
from models.queries.event_readers import ReadingRights
from models.vocabulary import EventStatus, PassportKind
from service.actions import crud, passport_kinds, permissions
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.effects import changes

_PURPOSE = "passport"
_CURRENT = (EventStatus.PLANNED, EventStatus.CONFIRMED, EventStatus.ONGOING)
NOT_CONCERNED = N_(
    "Only the person's own organisation, the one that stored it, approvers and the protocol office see a passport. A"
    " guest's first passport is stored by the organisation in charge of their planned visit."
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
    kind: PassportKind | None


def store_passport(
    session: Session, act: ActionContext, secret: str, person: Person, values: Mapping[str, Any]
) -> MaskedPassport:
    """Store a person's passport, replacing the previous one.

    Raises:
        Invalid: the number is not valid.
        Forbidden: the reader has no right to it (:func:`check_concerned`).
    """
    check_concerned(session, person)
    before = session.get(Passport, person.id)
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
        kind=values.get("kind"),
        stored_at=act.now,
    )
    session.add(passport)
    crud.flush(session)
    record(session, act, "create" if before is None else "change", "passport", person.id, {})
    _make_tasks(session, act, person, passport.kind)
    return _masked(passport, number)


def _make_tasks(session: Session, act: ActionContext, person: Person, kind: PassportKind | None) -> None:
    """Create the tasks that this kind of passport asks for, in the events with this person that the session may
    change."""
    if kind is None:
        return
    reader = permissions.reader(session)
    current = select(Event).where(
        permissions.takes_part(person.id),
        col(Event.status).in_(_CURRENT),
        true() if reader is None else permissions.changed_by(reader),
    )
    for event in session.exec(current.order_by(col(Event.id))).all():
        changes.event_parts_changed(session, act, event)


def passport_of(session: Session, secret: str, person: Person) -> MaskedPassport:
    """A person's passport, masked.

    Raises:
        NotFound: none is stored.
        Forbidden: the reader has no right to it (:func:`check_concerned`).
    """
    passport = _find(session, person)
    return _masked(passport, number_of(passport, secret))


def reveal(session: Session, act: ActionContext, secret: str, person: Person, reason: str) -> str:
    """The whole number; who asked, when and why is audited.

    Raises:
        NotFound, Forbidden: as in :func:`passport_of`.
        Conflict: it was encrypted with another secret.
    """
    passport = _find(session, person)
    number = number_of(passport, secret)
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


def not_opened(session: Session, secret: str) -> list[str]:
    """Whose stored passports this secret does not decrypt; names in no order."""
    rows = session.exec(select(Person.name, Passport.sealed_number).where(Passport.person_id == Person.id)).all()
    return [name for name, sealed in rows if unseal(secret, _PURPOSE, sealed) is None]


def check_concerned(session: Session, person: Person) -> None:
    """Raise if the reader has no right to a person's passport.

    The person's own organisation, the protocol office, approvers and administrators have. A stored passport is also
    open to the organisation whose account stored it, and no event opens it to anybody else. While none is stored and
    the person's organisation has no accounts here, whoever is in charge of a planned, confirmed or ongoing event with
    this person may store one.

    Raises:
        Forbidden: the reader has no right to it.
    """
    reader = permissions.reader(session)
    if permissions.is_for(session, person.kept_by):
        return
    if reader is None or permissions.oversees(session, person.kept_by):
        return
    if session.get(Passport, person.id) is not None:
        is_concerned = passport_kinds.stored_by(session, reader, person)
    else:
        has_accounts = permissions.has_accounts(session, person.kept_by)
        is_concerned = not has_accounts and _is_in_charge_of(session, reader, person)
    if not is_concerned:
        raise Forbidden(message(NOT_CONCERNED), code="not_concerned")


def may_store(session: Session, person: Person) -> bool:
    """Whether :func:`check_concerned` lets the reader store a passport."""
    try:
        check_concerned(session, person)
    except Forbidden:
        return False
    return True


def _is_in_charge_of(session: Session, reader: ReadingRights, person: Person) -> bool:
    """Whether a reader is in charge of a current event with a person."""
    current = select(Event.id).where(
        permissions.takes_part(person.id), permissions.changed_by(reader), col(Event.status).in_(_CURRENT)
    )
    return session.exec(current.limit(1)).first() is not None


def _find(session: Session, person: Person) -> Passport:
    check_concerned(session, person)
    passport = session.get(Passport, person.id)
    if passport is None:
        raise NotFound(noun("passport"), person.id)
    return passport


def readable(session: Session, people: Sequence[Person]) -> frozenset[str]:
    """Those of these people whose stored passport is open to the reader; at most one query."""
    reader = permissions.reader(session)
    own = {
        person.id
        for person in people
        if reader is None
        or permissions.is_for(session, person.kept_by)
        or permissions.oversees(session, person.kept_by)
    }
    others = [person.id for person in people if person.id not in own]
    if reader is None or not others:
        return frozenset(own)
    return frozenset(own) | passport_kinds.stored_by_own(session, reader, others)


def number_of(passport: Passport, secret: str) -> str | None:
    """The whole number; None: this secret does not open it. Whether the reader may see it is asked before."""
    return unseal(secret, _PURPOSE, passport.sealed_number)


def _masked(passport: Passport, number: str | None) -> MaskedPassport:
    tail = number[-_SHOWN:] if number else "?" * _SHOWN
    return MaskedPassport(passport.person_id, f"•••••{tail}", passport.country, passport.expires_on, passport.kind)
