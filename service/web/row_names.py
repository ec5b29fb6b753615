"""What rows are called that others refer to by their ids."""

from collections.abc import Sequence

from markupsafe import Markup

from models.accounts import User
from models.agreements import Agreement
from models.events import Event
from models.places import Organisation
from service.actions import crud, permissions
from service.actions.permissions import Sight
from service.web.view import View, ids


def named_organisations(view: View, wanted: set[str]) -> dict[str, Markup | str]:
    """What the organisations with these ids are called; one query."""
    return {one.id: view.text(one.name) for one in crud.by_id(view.session, Organisation, wanted).values()}


def titled_agreements(view: View, wanted: set[str]) -> dict[str, Markup | str]:
    """What the agreements with these ids are called; one query."""
    return {one.id: view.text(one.title) for one in crud.by_id(view.session, Agreement, wanted).values()}


def in_charge_names(view: View, events: Sequence[Event]) -> dict[str, str]:
    """Event → the name of the account in charge, of those that have one and of whose office and side the reader is; one
    query."""
    own = [one for one in events if one.in_charge_id and permissions.sight(view.session, one) is not Sight.SHARED]
    users = crud.by_id(view.session, User, ids(*(one.in_charge_id for one in own)))
    return {one.id: users[one.in_charge_id].name for one in own if one.in_charge_id}
