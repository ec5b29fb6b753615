"""Whether a row of a list may mean a person that somebody else has entered.

Whose person somebody is decides who reads the visit, and their address where its mail goes. Anybody can enter a
namesake, so a row that does not say more than the name is not taken for another organisation's person.
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlmodel import Session, col

from calendars.member_lists.rows import MemberRow
from models.accounts import Audit, User
from models.i18n import N_, Message, message
from models.places import Organisation, Person
from models.queries.event_readers import ReadingRights
from service.actions import permissions
from service.actions.imports.name_matching import KnownPerson


def doubts(
    session: Session,
    entry: MemberRow,
    person: KnownPerson,
    organisation_id: str | None,
    names_its_own: str | None = None,
) -> dict[str, Message]:
    """Column → why a row can't be taken for a known person without saying more; empty if it can.

    ``organisation_id`` is what the row says. The service itself and a person's own organisation have no doubts; nor are
    there any of people of the office that ``names_its_own``: whom it names are its people, and it reads the visit.
    """
    one = permissions.account_rights(session)
    if person.id is None or one is None or (person.organisation_id and person.organisation_id == one.organisation_id):
        return {}
    if names_its_own is not None and one.offices.of(person.organisation_id) == names_its_own:
        return {}
    if person.organisation_id != organisation_id and _is_others(session, person.organisation_id):
        whose = session.get_one(Organisation, person.organisation_id).name
        if organisation_id is None:
            text = N_(
                "{name} is known as one of “{organisation}”, which would then read this visit. Write that organisation"
                " if they are meant; otherwise your own."
            )
        else:
            text = N_("{name} is known as one of “{organisation}”, not of this one. Which is right?")
        return {"organisation": message(text, name=entry.name, organisation=whose)}
    is_given = person.email is None or (entry.email or "").lower() == person.email.lower()
    if not is_given and not _is_trusted(session, one, person.id):
        text = N_("Others have entered the address of {name}, to which mail would go. Write the address in this row.")
        return {"email": message(text, name=entry.name)}
    return {}


def _is_others(session: Session, organisation_id: str | None) -> bool:
    """Whether an organisation enters its own people: it has accounts, or is another office's, which may give it some at
    any time."""
    if permissions.has_accounts(session, organisation_id):
        return True
    return not permissions.is_of_own_office(session, organisation_id)


def is_safe_by_name(session: Session, person_id: str) -> bool:
    """Whether a name alone may mean a person."""
    person = session.get_one(Person, person_id)
    known = KnownPerson(person.id, person.name, person.email, person.kept_by)
    return not doubts(session, MemberRow(0, person.name), known, None)


def _is_trusted(session: Session, one: ReadingRights, person_id: str) -> bool:
    """Whether a person's address was last written by the service itself, by the session's own organisation, or by who
    oversees its office."""
    written = session.execute(
        select(
            col(Audit.actor_id),
            col(Audit.action),
            col(Audit.changes),
            *(col(getattr(User, name)) for name in ("id", "organisation_id", "role", "office")),
            col(Organisation.protocol_office),
        )
        .outerjoin(User, col(User.id) == col(Audit.actor_id))
        .outerjoin(Organisation, col(Organisation.id) == col(User.organisation_id))
        .where(col(Audit.entity) == "person", col(Audit.entity_id) == person_id)
        .order_by(col(Audit.id).desc())
    )
    for row in written:
        changes: Mapping[str, object] = row.changes
        if row.action == "create" or "email" in changes:
            if row.actor_id is None:
                return True
            if row.id is None:
                return False
            rights = ReadingRights.of(row, row.protocol_office, one.offices)
            is_own = one.organisation_id is not None and row.organisation_id == one.organisation_id
            return is_own or (rights.whole_office and rights.office == one.office)
    return True  # entered by the service itself, before there was a trail
