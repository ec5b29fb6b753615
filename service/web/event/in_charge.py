"""Who is in charge of an event: shown on its page, taken over with one click, given to somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from models.accounts import User
from models.events import Event
from models.i18n import N_
from service.actions.events import events
from service.actions.events.in_charge import candidates
from service.schemas.events import KIND_SCHEMAS
from service.web.event.editor import check_version, load
from service.web.view import View

TAKEN = N_("You are in charge of it now.")
CHANGED = N_("Who is in charge was changed.")


@dataclass(frozen=True, slots=True)
class PersonInCharge:
    """The account in charge of an event (an empty name: nobody), and who may be put in charge by this reader.

    ``suggested`` is the choice that is selected at first: who is in charge, else the reader.
    """

    name: str
    is_off: bool
    is_reader: bool
    choices: Sequence[User]
    suggested: str


def read(view: View, event: Event) -> PersonInCharge:
    """Read who is in charge; the choices only for a reader who may change the event."""
    account = view.session.get(User, event.in_charge_id) if event.in_charge_id else None
    me = view.user.id if view.user else ""
    return PersonInCharge(
        name=account.name if account else "",
        is_off=account is not None and not account.active,
        is_reader=account is not None and account.id == me,
        choices=candidates(view.session, view.act, event) if view.may_change(event) else [],
        suggested=event.in_charge_id or me,
    )


def take_over(view: View, event: Event) -> None:
    """Put the reader in charge."""
    events.take_over(view.session, view.act, event)


def change(view: View, event: Event) -> None:
    """Put the chosen account in charge, or nobody."""
    check_version(event.version)
    wish = {"in_charge_id": request.form.get("in_charge_id") or None}
    events.change_event(view.session, view.act, event, load(KIND_SCHEMAS[event.kind], wish, partial=True))
