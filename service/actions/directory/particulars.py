"""People's particulars: sex, birth date, nationality, diet, photo. Stored encrypted, shown to those concerned only.

Nobody else learns whether any are stored. The trail says that they changed, never what.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import true
from sqlmodel import Session, col, select

from models.accounts import Audit, User
from models.encryption import seal, unseal
from models.errors import NotFound, Stale
from models.event_parts import Member
from models.events import Event
from models.files import File
from models.i18n import N_, message
from models.labels import noun
from models.places import Organisation, Particulars, Person
from models.queries.event_readers import ReadingRights
from models.vocabulary import EventStatus, FileKind, Sex
from service.actions import crud, permissions
from service.actions.audit import plain, record
from service.actions.context import ActionContext

_PURPOSE = "particulars"
_CURRENT = (EventStatus.PLANNED, EventStatus.CONFIRMED, EventStatus.ONGOING)


@dataclass(frozen=True, slots=True)
class OpenParticulars:
    """What is known of a person; None: not known. ``nationality`` is ISO 3166-1 alpha-2. ``seen`` names this state: who
    changes it says what they saw."""

    person_id: str
    sex: Sex | None = None
    born_on: date | None = None
    nationality: str | None = None
    diet: str | None = None
    photo_id: str | None = None
    seen: str = ""


_FIELDS = ("sex", "born_on", "nationality", "diet", "photo_id")


def particulars_of(session: Session, secret: str, person: Person) -> OpenParticulars:
    """A person's particulars.

    Raises:
        NotFound: none are stored, this secret does not open them, or the reader has no right to them
            (:func:`may_read`).
    """
    row = session.get(Particulars, person.id) if may_read(session, person) else None
    found = opened(secret, row) if row is not None else None
    if found is None:
        raise _not_found(person)
    # The file may have been deleted since.
    return replace(found, photo_id=None) if photo_errors(session, person, found.photo_id) else found


def sexes_of(session: Session, secret: str, people: Sequence[Person]) -> dict[str, Sex]:
    """Person → sex, of those of whom it is known and the reader's to know (:func:`may_read`)."""
    by_id = {person.id: person for person in people}
    rows = session.exec(select(Particulars).where(col(Particulars.person_id).in_(by_id))).all() if by_id else ()
    found = [opened(secret, row) for row in rows if may_read(session, by_id[row.person_id])]
    return {one.person_id: one.sex for one in found if one is not None and one.sex is not None}


def opened_of(session: Session, secret: str, people: Sequence[Person]) -> dict[str, OpenParticulars]:
    """Person → particulars, of those of whom any are stored and the reader's to read (:func:`readable`)."""
    allowed = readable(session, people) if people else frozenset()
    rows = session.exec(select(Particulars).where(col(Particulars.person_id).in_(allowed))).all() if allowed else ()
    return {row.person_id: found for row in rows if (found := opened(secret, row)) is not None}


def store_particulars(
    session: Session,
    act: ActionContext,
    secret: str,
    person: Person,
    values: Mapping[str, Any],
    seen: str | None = None,
) -> OpenParticulars:
    """Store a person's particulars in place of those before; what ``values`` leaves out is not known. Nothing is kept
    of somebody of whom nothing is known.

    Raises:
        NotFound: the reader has no right to them (:func:`may_read`).
        Stale: they are not what ``seen`` names; None: whatever they are.
        Invalid: the day of birth is to come, or the photo is no file of this person.
    """
    if not may_read(session, person):
        raise _not_found(person)
    row = session.get(Particulars, person.id)
    if seen is not None and seen != seen_as(row):
        raise Stale
    given = {name: values.get(name) for name in _FIELDS}
    errors = {"photo_id": photo_errors(session, person, given["photo_id"])}
    if given["born_on"] is not None and given["born_on"] > act.today:
        errors["born_on"] = [message(N_("A day of birth can't be in the future."))]
    crud.check(errors)
    is_known = row is not None
    if row is not None:
        session.delete(row)
        session.flush()
    if any(value is not None for value in given.values()):
        sealed = seal(secret, _PURPOSE, json.dumps(plain(given), ensure_ascii=False))
        session.add(Particulars(person_id=person.id, sealed=sealed, stored_at=act.now))
        record(session, act, "change" if is_known else "create", "particulars", person.id, {})
    elif is_known:
        record(session, act, "delete", "particulars", person.id, {})
    crud.flush(session)
    return OpenParticulars(person.id, **given, seen=seen_as(session.get(Particulars, person.id)))


def photo_errors(session: Session, person: Person, photo_id: str | None) -> list[Any]:
    """What is wrong with a photo's id: it is one of the person's own files of that kind."""
    if photo_id is None or photo_id in {one.id for one in photos_of(session, person)}:
        return []
    return [message(N_("This person has no such photo: upload it with the person’s files first."))]


def photos_of(session: Session, person: Person) -> Sequence[File]:
    """A person's photos, the last uploaded first."""
    own = select(File).where(File.person_id == person.id, File.kind == FileKind.PHOTO)
    return session.exec(own.order_by(col(File.uploaded_at).desc(), col(File.id))).all()


def seen_as(row: Particulars | None) -> str:
    """What names the present state; empty if nothing is stored. It says nothing of it: sealing twice gives other
    bytes."""
    return "" if row is None else hashlib.sha256(row.sealed).hexdigest()[:32]


def not_opened(session: Session, secret: str) -> list[str]:
    """Of whom this secret does not open what is stored; names in no order."""
    rows = session.exec(select(Person.name, Particulars.sealed).where(Particulars.person_id == Person.id)).all()
    return [name for name, sealed in rows if unseal(secret, _PURPOSE, sealed) is None]


def may_read(session: Session, person: Person) -> bool:
    """Whether the reader may read and write a person's particulars.

    The person's own organisation may, approvers and the protocol office of its office. So may the organisation of a
    planned, confirmed or ongoing event, if the person's own side made them a member of it as that organisation's:
    planning a visit and adding somebody takes one step, and must open nothing; nor does having made an event for
    others, or taking it over afterwards.
    """
    return person.id in readable(session, [person])


def readable(session: Session, people: Sequence[Person]) -> frozenset[str]:
    """Those of these people of whom :func:`may_read` holds; the number of queries does not grow with them."""
    one = permissions.reader(session)
    own = {
        person.id
        for person in people
        if one is None or permissions.is_for(session, person.kept_by) or permissions.oversees(session, person.kept_by)
    }
    others = {person.id: person for person in people if person.id not in own}
    if one is None or not others:
        return frozenset(own)
    of_reader = true() if one.whole_office else col(Event.organisation_id) == one.organisation_id
    current = (
        select(Member.id, Member.event_id, Member.person_id)
        .join(Event, col(Event.id) == col(Member.event_id))
        .where(
            col(Member.person_id).in_(others),
            permissions.changed_by(one),
            of_reader,
            col(Event.status).in_(_CURRENT),
        )
    )
    rows = session.exec(current).all()
    added = _adders(session, {member_id: event_id for member_id, event_id, _person_id in rows}) if rows else {}
    if not added:
        return frozenset(own)
    sides = _Sides.load(session, set(added.values()), [others[person_id] for _member, _event, person_id in rows])
    return frozenset(own) | {
        person_id
        for member_id, _event, person_id in rows
        if member_id in added and sides.is_of(others[person_id], added[member_id])
    }


def _adders(session: Session, members: Mapping[str, str]) -> dict[str, str | None]:
    """Who made somebody a member, of each of these members (id → event) whose event is still of the organisation that
    it was of then; None: the service itself."""
    trail = (
        select(Audit.id, Audit.entity_id, Audit.actor_id, Audit.changes)
        .where(Audit.entity == "member", col(Audit.entity_id).in_(members), col(Audit.action).in_(["create", "change"]))
        .order_by(col(Audit.id))
    )
    found: dict[str, tuple[int, str | None]] = dict.fromkeys(members, (0, None))
    for number, member_id, actor_id, changes in session.exec(trail):
        if "person_id" in changes:
            found[member_id] = (number or 0, actor_id)
    turned = dict.fromkeys(members.values(), 0)
    of_events = (
        select(Audit.id, Audit.entity_id, Audit.changes)
        .where(Audit.entity == "event", col(Audit.entity_id).in_(turned), Audit.action == "change")
        .order_by(col(Audit.id))
    )
    for number, event_id, changes in session.exec(of_events):
        if "organisation_id" in changes:
            turned[event_id] = number or 0
    return {
        member_id: actor_id for member_id, (number, actor_id) in found.items() if number >= turned[members[member_id]]
    }


@dataclass(frozen=True, slots=True)
class _Sides:
    """Which accounts are of the side that people belong to: accounts with their rights, organisations that have
    accounts, and who entered whom."""

    rights: Mapping[str, ReadingRights]
    with_accounts: frozenset[str]
    entered: Mapping[str, str]

    @classmethod
    def load(cls, session: Session, accounts: Collection[str | None], people: Sequence[Person]) -> "_Sides":
        """Read it; four queries, one more where there are several offices."""
        ids = sorted(one for one in accounts if one is not None)
        flags = (
            select(User, Organisation.protocol_office)
            .outerjoin(Organisation, col(Organisation.id) == col(User.organisation_id))
            .where(col(User.id).in_(ids))
        )
        offices = permissions.offices(session)
        bodies = {person.kept_by for person in people if person.kept_by is not None}
        having = select(User.organisation_id).where(col(User.organisation_id).in_(bodies)).distinct()
        entered = (
            select(Audit.entity_id, User.id, User.organisation_id)
            .join(Audit, col(Audit.actor_id) == col(User.id))
            .where(
                Audit.entity == "person",
                col(Audit.entity_id).in_({person.id for person in people}),
                Audit.action == "create",
            )
        )
        return cls(
            {user.id: ReadingRights.of(user, flag, offices) for user, flag in session.exec(flags)},
            frozenset(one for one in session.exec(having) if one is not None),
            {person_id: body or user_id for person_id, user_id, body in session.exec(entered)},
        )

    def is_of(self, person: Person, account_id: str | None) -> bool:
        """Whether an account is of the side a person belongs to: of their organisation; of those who change everything
        of its office; and where their organisation has no accounts, of the organisation that entered them here."""
        if account_id is None:
            return True
        rights = self.rights.get(account_id)
        if rights is None:
            return False
        if rights.organisation_id is not None and rights.organisation_id == person.kept_by:
            return True
        if rights.whole_office and rights.is_of_office(person.kept_by):
            return True
        if person.kept_by in self.with_accounts or not rights.is_of_office(person.kept_by):
            return False
        own = {account_id, *([rights.organisation_id] if rights.organisation_id else [])}
        return self.entered.get(person.id) in own


def opened(secret: str, row: Particulars) -> OpenParticulars | None:
    """What a row holds; None: this secret does not open it. Whether the reader may see it is asked before."""
    text = unseal(secret, _PURPOSE, row.sealed)
    if text is None:
        return None
    kept = json.loads(text)
    return OpenParticulars(
        row.person_id,
        sex=Sex(kept["sex"]) if kept["sex"] else None,
        born_on=date.fromisoformat(kept["born_on"]) if kept["born_on"] else None,
        nationality=kept["nationality"],
        diet=kept["diet"],
        photo_id=kept["photo_id"],
        seen=seen_as(row),
    )


def shown(found: OpenParticulars) -> dict[str, Any]:
    """The fields of particulars, as a form has them."""
    values = asdict(found)
    return {name: plain(values[name]) for name in _FIELDS}


def _not_found(person: Person) -> NotFound:
    return NotFound(noun("particulars"), person.id)
