"""All that was published of a visit's programme, on a page to be printed."""

from dataclasses import dataclass

from werkzeug.wrappers import Response

from models.accounts import User
from models.event_parts import ProgrammeRevision
from models.i18n import N_
from models.text import LocalizedText
from service.actions import crud
from service.actions.events import events, programme_revisions
from service.web.page_decorator import page
from service.web.programme_board import ByDay, ItemDifference, by_day, difference_texts
from service.web.view import View, ids


@dataclass(frozen=True, slots=True)
class RevisionEntry:
    """A revision on the page of all revisions."""

    row: ProgrammeRevision
    label: LocalizedText
    publisher: str
    days: ByDay
    differences: list[ItemDifference]


@page()
def revisions(view: View, event_id: str) -> Response:
    """All published revisions of an event's programme, newest first, and what changed each time; printable."""
    event = events.find_event(view.session, event_id)
    revisions_found = programme_revisions.revisions_of(view.session, event.id)
    publishers = ids(*(one.row.published_by for one in revisions_found))
    names = {user.id: user.name for user in crud.by_id(view.session, User, publishers).values()}
    return view.page(
        "programme/revisions.html",
        event=event,
        issues=[
            RevisionEntry(
                row=one.row,
                label=one.label,
                publisher=names.get(one.row.published_by or "") or view.say(N_("The service itself")),
                days=by_day(one.items),
                differences=difference_texts(view, one.changes),
            )
            for one in reversed(revisions_found)
        ],
    )
