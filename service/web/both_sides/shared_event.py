"""The page of the other side of a shared event: what it reads of it, what is asked of it, its own tasks.

Who is in charge of the event sees the same page as the other side will. Everything on it is chosen by what the other
side may read, not by the rights of who looks.
"""

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.both_sides.share import EventShare
from models.events import Event
from models.places import Organisation
from models.vocabulary import Asked
from service.actions import crud, permissions
from service.actions.both_sides import own_people, shared_reading, shares, sides
from service.actions.event_sides import SideOfReader, side_of
from service.actions.events import events, programme_revisions
from service.actions.events.members import positions_of
from service.web.both_sides.section import read_section
from service.web.both_sides.ways import person_in_charge, ways_to_answer
from service.web.both_sides.words import ask_lines, asks_with_answers, office_name
from service.web.page_decorator import page
from service.web.programme_board import published_board
from service.web.task_facts import may_finish
from service.web.view import View, ids

_BY_LINK = frozenset({Asked.MEMBERS, Asked.TRAVEL, Asked.PHOTOS, Asked.DIETS, Asked.PASSPORTS})
"""What is asked for and is filled in with a link."""


@page()
def shared_event(view: View, event_id: str) -> Response:
    """What the other side reads of an event."""
    event = events.find_event(view.session, event_id)
    side = side_of(view.session, event)
    if side is SideOfReader.NONE or (side is SideOfReader.OWN and not view.sees_whole(event)):
        return redirect(url_for("pages.event", event_id=event_id), 303)
    share = shares.find_share(view.session, event)
    return view.page("both_sides/shared_event.html", **_facts(view, event, share, side))


def _facts(view: View, event: Event, share: EventShare, side: SideOfReader) -> dict[str, Any]:
    session = view.session
    seats = positions_of(session, event.id)
    tasks = shared_reading.tasks_of_other_side(session, event, share)
    concerned = ids(
        event.organisation_id, *(seat.organisation_id for seat in seats), *(task.organisation_id for task in tasks)
    )
    bodies = crud.by_id(session, Organisation, concerned)
    own = permissions.offices(session).of(event.organisation_id)
    asks = asks_with_answers(view, event, share)
    return {
        "event": event,
        "share": share,
        "is_preview": side is SideOfReader.OWN,
        "asked": ask_lines(view, asks),
        "is_by_link": any(one.given is None and one.ask.what in _BY_LINK for one in asks),
        "may_answer": any(one.given is None and one.ask.what is Asked.ANSWER for one in asks)
        and own_people.may_answer(session, view.act, event),
        "owner": office_name(view, own),
        "reader": office_name(view, sides.office_of_share(session, share)),
        "contact": view.body(bodies.get(event.organisation_id or ""), event.first_day),
        "seats": seats,
        "bodies": {key: view.body(row, event.first_day) for key, row in bodies.items()},
        "board": published_board(programme_revisions.last_revision(session, event.id)),
        "tasks": [(task, bool(side is SideOfReader.OTHER and may_finish(view, event, task))) for task in tasks],
        "files": shared_reading.files_for_other_side(session, view.act, event),
        "entries": read_section(view, event) if side is SideOfReader.OTHER else [],
        "done": request.args.get("done", ""),
        "ways": ways_to_answer(view, event, shares.asks_of(share)) if side is SideOfReader.OTHER else [],
        "in_charge": person_in_charge(view, event),
    }
