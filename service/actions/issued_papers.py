"""What went out stays: a paper that once had a number or was sent, its visit, and its signed copy.

Asked wherever a row is deleted (:func:`service.actions.crud.delete`), because a paper goes with its event and loses a
file that is deleted. That the number was taken out again changes nothing.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, col, select

from models.documents import KeptDocument
from models.errors import Conflict
from models.events import Event
from models.files import File
from models.i18n import N_, message

NUMBERED = N_(
    "This paper was issued under a number, or sent, and stays. Correct its number if that was wrong; to withdraw the"
    " paper, keep another one."
)
EVENT_STAYS = N_(
    "Papers of this event were issued under a number, or sent, and stay with it, so it can’t be deleted. Cancel it"
    " instead."
)
COPY_STAYS = N_(
    "This file is the signed copy of a paper that was issued under a number, or sent: it can’t be deleted before the"
    " paper has another one."
)


def has_issued(session: Session, event: Event) -> bool:
    """Whether papers of an event went out, of whichever office."""
    issued = select(KeptDocument.id).where(KeptDocument.event_id == event.id, col(KeptDocument.was_issued))
    return session.exec(issued.limit(1)).first() is not None


def check_deleting(session: Session, row: SQLModel) -> None:
    """Check that nothing goes with a row that went out; nobody issues it meanwhile.

    Raises:
        Conflict: a paper that went out would go, or lose its signed copy.
    """
    match row:
        case KeptDocument() if row.was_issued:
            raise Conflict(message(NUMBERED), code="numbered")
        case Event():
            if _locked(session, col(KeptDocument.event_id) == row.id):
                raise Conflict(message(EVENT_STAYS), code="has_issued_papers")
        case File():
            session.exec(select(File.id).where(File.id == row.id).with_for_update())
            if _locked(session, col(KeptDocument.signed_file_id) == row.id):
                raise Conflict(message(COPY_STAYS), code="signed_copy")
        case _:
            pass


def _locked(session: Session, which: ColumnElement[bool]) -> bool:
    """Whether some of these papers went out; all of them stay as they are until the transaction ends."""
    found: Sequence[bool] = session.exec(select(KeptDocument.was_issued).where(which).with_for_update()).all()
    return any(found)
