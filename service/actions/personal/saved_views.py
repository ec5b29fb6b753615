"""Saved views: addresses within lists that an account keeps by a name; they hold no rights."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.accounts import User
from models.errors import Conflict, Invalid, NotFound
from models.i18n import N_, message
from models.labels import noun
from models.personal.saved_views import SavedView
from models.vocabulary import SavedPage
from service.actions import crud
from service.actions.audit import record
from service.actions.context import ActionContext

MOST = 50
"""Saved views an account can have."""

LONGEST_QUERY = 2000

_OF_EVENTS = frozenset({"q", "kind", "status", "locality", "organisation_id", "direction"})
PARAMETERS: Mapping[SavedPage, frozenset[str]] = MappingProxyType(
    {
        SavedPage.COMING: frozenset({"q", "kind", "status", "from", "to", "known_to", "in_charge_id", "columns"}),
        SavedPage.CALENDAR: _OF_EVENTS | {"view", "day", "lanes"},
        SavedPage.TASKS: frozenset({"q", "organisation_id", "from", "to", "which", "columns"}),
        SavedPage.HISTORY: frozenset({"locality", "q", "columns"}),
        SavedPage.REMINDERS: frozenset({"state"}),
        SavedPage.BOOKINGS: frozenset(),
        SavedPage.CONFLICTS: frozenset({"from"}),
        SavedPage.GIFTS: frozenset({"given_by", "given_to", "kind", "year", "agreement_id", "q", "columns"}),
        SavedPage.PROJECTS: frozenset({"q", "state", "agreement_id", "commitment_id", "columns"}),
        SavedPage.PEOPLE: frozenset({"q", "columns"}),
        SavedPage.SEARCH: frozenset({"q"}),
    }
)
"""The parameters of each list that a view keeps; everything else of an address is dropped."""


def cleaned(page: str, query: str) -> str:
    """A query of a list's address with nothing but the list's own parameters; empty for a page that is no more.

    Whatever else a text holds, a host, a path or a fragment, is none of them.
    """
    try:
        known = PARAMETERS[SavedPage(page)]
        pairs = parse_qsl(query.lstrip("?"), max_num_fields=100)
    except ValueError:
        return ""
    return urlencode([(name, value) for name, value in pairs if name in known])


def is_there(page: str) -> bool:
    """Whether this version still has the page of a view."""
    return page in set(SavedPage)


def views_where(user_id: str, page: str | None = None) -> Any:
    """The SELECT of an account's views."""
    statement = select(SavedView).where(SavedView.user_id == user_id)
    return statement if page is None else statement.where(SavedView.page == page)


VIEW_ORDER = (col(SavedView.page), col(SavedView.name), col(SavedView.id))


def views_of(session: Session, user_id: str, page: str | None = None) -> list[SavedView]:
    """An account's views of a page, or of all; one query."""
    return list(session.exec(views_where(user_id, page).order_by(*VIEW_ORDER)).all())


def find_view(session: Session, act: ActionContext, view_id: str) -> SavedView:
    """One of the account's own views, locked until the transaction ends.

    Raises:
        NotFound: there is none, or it is another account's.
    """
    row = session.get(SavedView, view_id)
    if row is None or row.user_id != act.account.id:
        raise NotFound(noun("saved_view"), view_id)
    return row


def save_view(session: Session, act: ActionContext, values: Mapping[str, Any]) -> SavedView:
    """Save a view of the account's own.

    Raises:
        Conflict: it has as many as it can have, or one of this name for the page.
        Invalid: the query is too long.
    """
    # Two at once wait for each other, so that neither is one too many.
    session.execute(select(User.id).where(User.id == act.account.id).with_for_update())
    count = session.execute(select(func.count()).where(SavedView.user_id == act.account.id)).scalar_one()
    if count >= MOST:
        raise Conflict(
            message(N_("You have {count} saved views, and more can't be kept: delete one first."), count=MOST)
        )
    return crud.create(session, act, SavedView(user_id=act.account.id, **_checked(values)))


def change_view(session: Session, act: ActionContext, row: SavedView, values: Mapping[str, Any]) -> SavedView:
    """Rename a view, or keep another query by its name."""
    wanted = _checked({"page": row.page, "query": row.query, **values})
    is_change = any(getattr(row, name) != value for name, value in wanted.items())
    if is_change and not crud.change(session, act, row, wanted):
        # The trail tells that a view was changed, not its name and query.
        crud.touch(row, act)
        crud.flush(session)
        record(session, act, "change", "saved_view", row.id, {})
    return row


def delete_view(session: Session, act: ActionContext, row: SavedView) -> None:
    """Delete a view; the list it shows stays as it is."""
    crud.delete(session, act, row)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    query = cleaned(values["page"], values.get("query") or "")
    if len(query) > LONGEST_QUERY:
        raise Invalid({"query": [message(N_("Longer than maximum length {max}."), max=LONGEST_QUERY)]})
    return {**values, "page": str(values["page"]), "query": query}
