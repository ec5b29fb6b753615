"""Particulars and passports of a visit's people for the papers that need them, as far as their reader may read them."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from calendars.documents.facts import PersonalFacts
from models.places import Particulars, Passport, Person
from service.actions.directory import particulars, passports


def personal_facts(session: Session, secret: str, people: Sequence[Person]) -> dict[str, PersonalFacts]:
    """Person → what is known of them; those of whom the reader may read nothing are left out.

    Particulars and passports have rights of their own: of somebody only one of them may be read.
    """
    ids = [person.id for person in people]
    open_to = particulars.readable(session, people)
    shown = passports.readable(session, people)
    sealed = {
        row.person_id: row for row in session.exec(select(Particulars).where(col(Particulars.person_id).in_(ids)))
    }
    held = {row.person_id: row for row in session.exec(select(Passport).where(col(Passport.person_id).in_(ids)))}
    found: dict[str, PersonalFacts] = {}
    for identity in ids:
        known = particulars.opened(secret, sealed[identity]) if identity in open_to & sealed.keys() else None
        passport = held[identity] if identity in shown & held.keys() else None
        if identity not in open_to | shown:
            continue
        found[identity] = PersonalFacts(
            sex=known.sex if known else None,
            born_on=known.born_on if known else None,
            nationality=known.nationality if known else None,
            diet=known.diet if known else None,
            passport_number=passports.number_of(passport, secret) if passport else None,
            passport_kind=passport.kind if passport else None,
            passport_expires_on=passport.expires_on if passport else None,
        )
    return found
