"""A kept paper as pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from calendars.documents import stored
from calendars.documents.kinds import EVENT_KINDS
from calendars.documents.numbering import can_be_numbered
from models.accounts import User
from models.documents import KeptDocument
from models.events import Event
from models.i18n import N_
from models.places import Organisation
from models.vocabulary import DocumentKind, Language
from service.actions import crud, permissions
from service.actions.documents import kept
from service.actions.documents.kept import KeptPaper
from service.web.view import View, ids


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A kept paper: what it is, its number and day as the clerk gave them, and what would be otherwise today.

    ``to`` is the body that a letter is for, of letters to several bodies. ``has_number``: it is of a kind that gets
    one; lists get none.
    """

    id: str
    kind: str
    name: str
    to: str
    languages: Sequence[Language]
    has_number: bool
    number: str | None
    issued_on: date | None
    made_at: datetime
    made_by: str
    is_signed: bool
    is_outdated: bool
    differs: Sequence[str]
    version: int


def kept_lines(view: View, event: Event, papers: Sequence[KeptPaper]) -> list[KeptLine]:
    """Kept papers of an event for a reader, with their makers and, of letters to one body, whose it is; two queries."""
    makers = crud.by_id(view.session, User, ids(*(one.row.made_by for one in papers)))
    bodies = crud.by_id(view.session, Organisation, ids(*(one.row.organisation_id for one in papers)))
    # Who works in another office is told to nobody here.
    names = {one.id: one.name for one in makers.values() if permissions.is_marked_own(view.session, one.office)}
    return [
        _line(
            view,
            one,
            names.get(one.row.made_by or "", ""),
            str(view.body(bodies.get(one.row.organisation_id or ""), event.first_day)),
        )
        for one in papers
    ]


def kept_name(view: View, row: KeptDocument) -> str:
    """What a kept paper is called: its kind."""
    return view.say(EVENT_KINDS[DocumentKind(row.kind)].name)


def _line(view: View, paper: KeptPaper, made_by: str, to: str) -> KeptLine:
    row = paper.row
    gone = [view.say(N_("This paper can’t be made of the visit any more."))]
    return KeptLine(
        id=row.id,
        kind=row.kind,
        name=kept_name(view, row),
        to=to,
        languages=kept.languages_of(row),
        has_number=can_be_numbered(stored.read(row.content)),
        number=row.number,
        issued_on=row.issued_on,
        made_at=row.made_at,
        made_by=made_by,
        is_signed=row.signed_file_id is not None,
        is_outdated=paper.is_outdated,
        differs=gone if paper.differs is None else [view.say(one.detail) for one in paper.differs],
        version=row.version,
    )
