"""Who reads and who changes the files of what: they follow the rights of the thing they belong to.

- An event's are read by who sees the whole event, and changed by who may change it. The other side of a shared event
  reads those that are marked as shared.
- An agreement's or commitment's are its office's: all of it reads them and its officers change them. Another office,
  and accounts of the other side, read those that are marked as shared.
- A person's are read and changed by officers of the person's own organisation, and by those who oversee its office.
  That somebody is in charge of a visit opens nothing: what a visit needs is kept with the visit.
- A project's are read by officers who read the project, whatever their ``visibility``, and changed by who may change
  it: they tell of money.

What one may not read is as if it were not there.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlmodel import Session, col

from models.agreements import Agreement, Commitment
from models.errors import Forbidden, NotFound
from models.events import Event
from models.files import ABOUT, File
from models.i18n import N_, message
from models.labels import noun
from models.places import Person
from models.projects import Project
from models.vocabulary import FileVisibility, Role
from service.actions import crud, event_sides, permissions
from service.actions.context import ActionContext
from service.actions.event_sides import SideOfReader
from service.actions.events import events
from service.actions.ledger import projects
from service.actions.permissions import Sight

_MODELS: dict[str, type[Any]] = {"agreement_id": Agreement, "commitment_id": Commitment, "person_id": Person}

NOT_ITS_OFFICE = N_("Another office uploaded this file: only it can change or delete it.")


@dataclass(frozen=True, slots=True)
class About:
    """What a file belongs to: one of the columns :data:`models.files.ABOUT`, and the id of the thing."""

    column: str
    identity: str

    @classmethod
    def of(cls, file: File) -> "About":
        """What a file belongs to."""
        return next(cls(column, getattr(file, column)) for column in ABOUT if getattr(file, column) is not None)

    @property
    def event_id(self) -> str | None:
        """The event, for the audit trail; None if it is another thing."""
        return self.identity if self.column == "event_id" else None


def thing(session: Session, act: ActionContext, about: About) -> Any:
    """The event, agreement, commitment, person or project, if its files may be read.

    Raises:
        NotFound: there is none, or its files are not the reader's to see.
    """
    if about.column == "event_id":
        event = events.find_event(session, about.identity)
        is_whole = permissions.sight(session, event) is Sight.WHOLE
        if not is_whole and event_sides.side_of(session, event) is not SideOfReader.OTHER:
            raise NotFound(noun("event"), about.identity)
        return event
    if about.column == "project_id":
        if not _is_officer(act):
            raise NotFound(noun("project"), about.identity)
        return projects.find_project(session, about.identity)
    found = crud.find(session, _MODELS[about.column], about.identity)
    if isinstance(found, Person) and not may_see_files_of(session, act, found):
        raise NotFound(noun("person"), about.identity)
    return found


def may_see_files_of(session: Session, act: ActionContext, person: Person) -> bool:
    """Whether a person's files may be read and changed."""
    if not _is_officer(act):
        return False
    return permissions.is_for(session, person.kept_by) or permissions.oversees(session, person.kept_by)


def _is_officer(act: ActionContext) -> bool:
    return act.user is None or act.user.role.suffices_for(Role.OFFICER)


def seen(session: Session, column: str) -> ColumnElement[bool]:
    """The condition for the files of things of a kind that the session reads, as far as it may read those of the
    thing."""
    one = permissions.reader(session)
    if one is None or column in ("person_id", "project_id"):
        return true()
    is_shared = col(File.visibility) == FileVisibility.SHARED
    if column == "event_id":
        return true() if one.offices.alone else or_(is_shared, _of_overseen(session))
    is_own_office = permissions.marked_own(session, col(File.office)) if one.side is None else ~true()
    return or_(is_own_office, is_shared, col(File.uploaded_by) == one.user_id)


def _of_overseen(session: Session) -> ColumnElement[bool]:
    """The condition for files of events of which the session sees everything."""
    return col(File.event_id).in_(select(col(Event.id)).where(permissions.overseen(session)))


def check_change(session: Session, file: File, owner: Any) -> None:
    """Raise if a file that the session reads, of ``owner``, may not be changed.

    Raises:
        Forbidden: others are in charge of its event or project, or it is another office's.
    """
    about = About.of(file)
    check_adding(session, about, owner)
    if about.column in ("agreement_id", "commitment_id") and not _is_own(session, file):
        raise Forbidden(message(NOT_ITS_OFFICE), code="not_in_charge")


def check_adding(session: Session, about: About, owner: Any) -> None:
    """Raise if the session may add no file to a thing whose files it reads.

    Raises:
        Forbidden: others are in charge of the event or the project.
    """
    if about.column == "event_id":
        permissions.check_change(session, owner)
    elif isinstance(owner, Project):
        projects.check_change(session, owner)


def may_add(session: Session, about: About, owner: Any) -> bool:
    """Whether a file may be added to a thing whose files the session reads."""
    try:
        check_adding(session, about, owner)
    except Forbidden:
        return False
    return True


def may_change(session: Session, file: File, owner: Any) -> bool:
    """Whether a file that the session reads may be changed."""
    try:
        check_change(session, file, owner)
    except Forbidden:
        return False
    return True


def _is_own(session: Session, file: File) -> bool:
    one = permissions.reader(session)
    if one is None or file.uploaded_by == one.user_id:
        return True
    return one.side is None and permissions.is_marked_own(session, file.office)
