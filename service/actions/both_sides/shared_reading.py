"""What of a shared event its other side reads, whoever looks: its tasks, the files marked for it."""

from collections.abc import Sequence

from sqlalchemy import union
from sqlmodel import Session, col

from models.both_sides.share import EventShare
from models.event_parts import Task
from models.events import Event
from models.files import File
from models.places import Organisation
from models.queries.event_readers import TAKING_PART
from models.vocabulary import FileVisibility
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.events import task_queries
from service.actions.files import files
from service.actions.files.file_rights import About

MOST_FILES = 100


def tasks_of_other_side(session: Session, event: Event, share: EventShare) -> list[Task]:
    """The tasks of the other side's bodies, of those that the session sees."""
    offices = permissions.offices(session)
    office = offices.named(share.office)
    found = task_queries.tasks_of_event(session, event)
    return [task for task in found if task.organisation_id is not None and offices.of(task.organisation_id) == office]


def bodies_taking_part(session: Session, event: Event, office: str) -> list[Organisation]:
    """The bodies of the other side's office that read an event without its being shared: they have tasks in it, or
    their people are members or head it; two queries."""
    offices = permissions.offices(session)
    pairs = union(*(part.where(part.selected_columns[0] == event.id) for part in TAKING_PART))
    bodies = {row[1] for row in session.execute(pairs) if row[1] and offices.of(row[1]) == office}
    found = crud.by_id(session, Organisation, bodies) if bodies else {}
    return [found[one] for one in sorted(found)]


def files_for_other_side(session: Session, act: ActionContext, event: Event) -> Sequence[File]:
    """The files of an event that are marked as shared, the first hundred."""
    listed = files.files_of(session, act, About("event_id", event.id))
    shared = listed.where(col(File.visibility) == FileVisibility.SHARED)
    return crud.page_of(session, shared, files.FILE_ORDER, 0, MOST_FILES)[0]
