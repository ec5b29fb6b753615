"""What rows are called that others refer to by their ids."""

from markupsafe import Markup

from models.agreements import Agreement
from models.places import Organisation
from service.actions import crud
from service.web.view import View


def named_organisations(view: View, wanted: set[str]) -> dict[str, Markup | str]:
    """What the organisations with these ids are called; one query."""
    return {one.id: view.text(one.name) for one in crud.by_id(view.session, Organisation, wanted).values()}


def titled_agreements(view: View, wanted: set[str]) -> dict[str, Markup | str]:
    """What the agreements with these ids are called; one query."""
    return {one.id: view.text(one.title) for one in crud.by_id(view.session, Agreement, wanted).values()}
