"""The ticked box that shares an event when it enters the plan: in the form that plans one, and at the step itself."""

from dataclasses import dataclass

from flask import request

from models.events import Event
from models.vocabulary import EventStatus
from service.actions.both_sides import shares, sides
from service.actions.both_sides.shares import WantedShare
from service.web.both_sides.words import office_name
from service.web.form_fields import TICKED
from service.web.view import View

_PLANNED_FROM = frozenset({EventStatus.DRAFT, EventStatus.POSTPONED})

WHICHEVER = "*"
"""In place of an office's code: that of whoever is chosen as the partner in the same form."""
_NAMED = 5


@dataclass(frozen=True, slots=True)
class ShareBox:
    """What is offered: with which office (code and name), ticked or not, and the law where people would be shared.

    While the partner is not chosen, ``office`` is :data:`WHICHEVER` and ``name`` names the offices there are.
    """

    office: str
    name: str
    is_ticked: bool
    law: str


def box_of(view: View, event: Event) -> ShareBox | None:
    """The box at the step that puts an event into the plan; None where it is shared, or there is nobody to share it
    with."""
    if event.status not in _PLANNED_FROM or sides.share_row(view.session, event) is not None:
        return None
    needs_law = shares.needs_acknowledgement(view.session, event, ())
    return _box(view, sides.candidates(view.session, event), needs_law=needs_law)


def box_for_new(
    view: View, host: str, guest: str | None, *, with_people: bool, chooses_partner: bool = False
) -> ShareBox | None:
    """The box in the form that plans an event of the reader's organisation; with ``chooses_partner`` the partner may
    still be chosen in it."""
    organisation_id = view.act.account.organisation_id
    found = sides.candidates_of(view.session, organisation_id, host, guest)
    if found or not chooses_partner or guest is not None:
        return _box(view, found, needs_law=with_people)
    others = sides.offices_beside(view.session, organisation_id)
    names = [office_name(view, code) for code in others[:_NAMED]] + ["…"] * (len(others) > _NAMED)
    return _box(view, (WHICHEVER,), needs_law=with_people, name=", ".join(names)) if others else None


def _box(view: View, offices: tuple[str, ...], *, needs_law: bool, name: str | None = None) -> ShareBox | None:
    if not offices:
        return None
    is_ticked = request.form.get("share") == TICKED if "share_offered" in request.form else True
    law = view.say(shares.LAW) if needs_law else ""
    return ShareBox(offices[0], name or office_name(view, offices[0]), is_ticked, law)


def share_if_ticked(view: View, event: Event) -> None:
    """Share an event that has just entered the plan, if the box was ticked.

    Raises:
        Conflict: the law on personal data was not acknowledged.
    """
    form = request.form
    if form.get("share") != TICKED or event.status is not EventStatus.PLANNED:
        return
    found = sides.candidates(view.session, event)
    office = next(iter(found), "") if form.get("share_offered") == WHICHEVER else form.get("share_offered", "")
    if office not in found:
        return  # another guest was chosen since: what was ticked was another office, or this one has none
    acknowledged = form.get("acknowledged") == TICKED
    shares.replace_share(view.session, view.act, event, WantedShare(office, acknowledged=acknowledged))
