"""Which columns of a list I want to see, and in which order."""

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from models.vocabulary import Role, SavedPage
from service.actions.personal import chosen_columns
from service.web.list_columns import LISTINGS
from service.web.page_decorator import page
from service.web.query_params import whole
from service.web.view import View


@page(write=Role.VIEWER)
def columns(view: View, listing: str) -> Response:
    """The columns of a list with the place of each; saving leads back to the list."""
    if listing not in set(SavedPage) or SavedPage(listing) not in LISTINGS:
        abort(404)
    one = LISTINGS[SavedPage(listing)]
    if not view.may(one.role):
        abort(404)
    target = url_for(one.endpoint, **dict(one.fixed))  # type: ignore[arg-type]
    if request.method == "POST":
        keys = [] if request.form.get("do") == "usual" else _in_order([column.key for column in one.columns])
        chosen_columns.choose_columns(view.session, view.act, listing, keys)
        return redirect(target, 303)
    held = chosen_columns.columns_of(view.session, view.act.account.id, listing)
    places = {column.key: number for number, column in enumerate(one.named(held), 1)}
    return view.page(
        "personal/columns.html",
        listing=listing,
        title=view.say(one.title),
        target=target,
        columns=[(column.key, view.say(column.heading), places.get(column.key)) for column in one.columns],
        has_chosen=bool(places),
    )


def _in_order(keys: list[str]) -> list[str]:
    """The columns with a place, by place; of those with the same the first of the list comes first."""
    places = {key: whole(request.form.get(f"place-{key}", "")) or 0 for key in keys}
    return sorted((key for key in keys if places[key]), key=lambda key: places[key])
