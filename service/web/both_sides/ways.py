"""How what is asked of the other side is answered, and in which language the two sides read each other."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from models.accounts import User
from models.events import Event
from models.i18n import N_
from models.queries.office_profiles import OfficeProfiles
from models.vocabulary import Asked
from service.actions import permissions
from service.actions.both_sides.shares import Ask
from service.web.both_sides.words import office_name
from service.web.language import SELF_NAMES
from service.web.view import View

_WAYS: Mapping[Asked, tuple[str, str, Mapping[str, Any]]] = {
    Asked.DAYS: (N_("Answer about the days, or propose others"), "pages.event_proposals", {}),
    Asked.ANSWER: (
        N_("Write the answer to the invitation as a note for both sides"),
        "pages.event_notes",
        {"visibility": "shared", "_anchor": "write"},
    ),
}
"""What is answered on a page: what to do there, and where. The rest is filled in with a link."""


def ways_to_answer(view: View, event: Event, asks: Sequence[Ask]) -> list[tuple[str, str]]:
    """What the other side can do about what it is asked: each with the address of its page."""
    return [
        (view.say(told), url_for(endpoint, event_id=event.id, **more))
        for told, endpoint, more in (_WAYS[one.what] for one in asks if one.what in _WAYS)
    ]


def person_in_charge(view: View, event: Event) -> str:
    """Who prepares an event; empty where nobody does."""
    found = view.session.get(User, event.in_charge_id or "")
    return found.name if found is not None and found.active else ""


def reads_in(view: View, office: str) -> str:
    """In which language an office reads; empty where that is the reader's own, or not known."""
    profiles = OfficeProfiles.load(view.session, permissions.offices(view.session))
    language = profiles.of(office).language
    if language is None or language is view.language:
        return ""
    told = N_("The office of {office} reads {tongue}: write so that it is understood there.")
    return view.say(told, office=office_name(view, office), tongue=SELF_NAMES[language])
