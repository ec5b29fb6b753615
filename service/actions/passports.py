"""Passports: kept sealed, shown masked, told in full only for a reason that stays in the trail."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, or_, select

from models.errors import Conflict, Forbidden, NotFound
from models.events import Event
from models.i18n import _, message
from models.nouns import noun
from models.parts import Member
from models.places import Passport, Person
from models.sealing import seal, unseal
from service.actions import rights, rows
from service.actions.acting import Act
from service.actions.trail import record

_PURPOSE = "passport"
_NUMBER = re.compile(r"[A-Z0-9]{5,20}", re.ASCII)
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A passport as lists and pages show it: of its number the last three characters."""

    person_id: str
    number: str
    country: str | None
    expires_on: date | None


def keep_passport(session: Session, act: Act, secret: str, person: Person, values: Mapping[str, Any]) -> Shown:
    """Keep a person's passport in the place of the one there was.

    Raises:
        Invalid: the number is none.
        Forbidden: the person takes part in nothing the reader is in charge of.
    """
    check_concerned(session, person)
    number = re.sub(r"[\s.-]+", "", values["number"]).upper()
    if not _NUMBER.fullmatch(number):
        rows.check({"number": [message(_("A passport number has 5 to 20 letters and digits, like B1234567."))]})
    before = session.get(Passport, person.id)
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
    rows.flush(session)
    record(session, act, "create" if before is None else "change", "passport", person.id, {})
    return _shown(passport, number)


def passport_of(session: Session, secret: str, person: Person) -> Shown:
    """A person's passport, masked.

    Raises:
        NotFound: none is kept.
        Forbidden: as in :func:`keep_passport`.
    """
    passport = _find(session, person)
    return _shown(passport, _number(passport, secret))


def reveal(session: Session, act: Act, secret: str, person: Person, reason: str) -> str:
    """The whole number; who asked, when and why stays in the trail.

    Raises:
        NotFound, Forbidden: as in :func:`passport_of`.
        Conflict: it was sealed with another secret.
    """
    passport = _find(session, person)
    number = _number(passport, secret)
    if number is None:
        raise Conflict(
            message(_("The number was kept with another secret key of the service; it has to be entered anew.")),
            code="sealed_otherwise",
        )
    record(session, act, "reveal", "passport", person.id, {}, reason=reason)
    return number


def delete_passport(session: Session, act: Act, person: Person) -> None:
    """Forget a person's passport.

    Raises:
        NotFound, Forbidden: as in :func:`passport_of`.
    """
    session.delete(_find(session, person))
    rows.flush(session)
    record(session, act, "delete", "passport", person.id, {})


def check_concerned(session: Session, person: Person) -> None:
    """Refuse whoever has nothing to do with a person; who is in no event yet is everybody's.

    Raises:
        Forbidden: the person is neither of the reader's organisation nor in an event it is in charge of.
    """
    reader = rights.reader(session)
    if reader is None or rights.is_for(session, person.organisation_id):
        return
    takes_part = or_(
        col(Event.head_id) == person.id,
        col(Event.id).in_(select(Member.event_id).where(Member.person_id == person.id)),
    )
    events = session.exec(select(Event).where(takes_part)).all()
    if events and not any(rights.may_change(session, event) for event in events):
        raise Forbidden(
            message(_("This person takes part in nothing your organisation is in charge of.")), code="not_concerned"
        )


def _find(session: Session, person: Person) -> Passport:
    check_concerned(session, person)
    passport = session.get(Passport, person.id)
    if passport is None:
        raise NotFound(noun("passport"), person.id)
    return passport


def _number(passport: Passport, secret: str) -> str | None:
    return unseal(secret, _PURPOSE, passport.sealed_number)


def _shown(passport: Passport, number: str | None) -> Shown:
    tail = number[-_SHOWN:] if number else "?" * _SHOWN
    return Shown(passport.person_id, f"•••••{tail}", passport.country, passport.expires_on)
