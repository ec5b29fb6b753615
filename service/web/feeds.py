"""Subscribe: one's own calendars, made, renewed and revoked; an address is shown once, right after it was made."""

from typing import Any

from flask import redirect, request, url_for
from sqlmodel import col, select
from werkzeug.wrappers import Response

from models.errors import Conflict, NotFound
from models.feeds import Feed
from models.i18n import _, message
from models.nouns import noun
from models.vocabulary import EventKind, Role
from service.actions import feeds as actions
from service.schemas.feeds import FeedSchema
from service.web.forms import Refusal, attempt
from service.web.gate import page
from service.web.view import View
from service.web.words import DIRECTIONS


@page(write=Role.VIEWER)
def feeds(view: View) -> Response:
    """One's own feeds and the form for another."""
    if request.method != "POST":
        return _show(view)
    issued: list[actions.IssuedFeed] = []
    refusal = attempt(view, lambda: _do(view, issued))
    if refusal is None and not issued:
        return redirect(url_for("pages.feeds", done=request.form.get("do", "")), 303)
    # The address is in this answer and nowhere else: a redirect would lose it.
    return _show(view, issued[0] if issued and refusal is None else None, refusal)


def _do(view: View, issued: list[actions.IssuedFeed]) -> None:
    match request.form.get("do"):
        case "create":
            wish: dict[str, Any] = FeedSchema().load(_wish())  # type: ignore[no-untyped-call]
            issued.append(actions.create_feed(view.session, view.act, wish))
        case "renew":
            issued.append(actions.rotate_feed(view.session, view.act, _own(view)))
        case "revoke":
            actions.delete_feed(view.session, view.act, _own(view))
        case _:
            raise Conflict(message(_("This page does not know that step. Reload it and try again.")))


def _wish() -> dict[str, Any]:
    form = request.form
    wish: dict[str, Any] = {
        "name": form.get("name", ""),
        "locale": form.get("locale", ""),
        "alarms": form.get("alarms") == "yes",
        "filter": {name: form.getlist(name) for name in ("kinds", "direction") if form.getlist(name)},
    }
    if form.get("expires_on"):
        wish["expires_on"] = form["expires_on"]
    return wish


def _own(view: View) -> Feed:
    """The feed of the form; here everybody, administrators too, sees to their own only."""
    identity = request.form.get("feed", "")
    feed = view.session.get(Feed, identity)
    if feed is None or feed.user_id != view.act.account.id:
        raise NotFound(noun("feed"), identity)
    return feed


def _show(view: View, issued: actions.IssuedFeed | None = None, refusal: Refusal | None = None) -> Response:
    own = select(Feed).where(Feed.user_id == view.act.account.id).order_by(col(Feed.created_at).desc(), col(Feed.id))
    return view.page(
        "feeds.html",
        refusal.status if refusal else 200,
        feeds=list(view.session.exec(own).all()),
        issued=issued,
        refusal=refusal,
        form=request.form,
        done=request.args.get("done", ""),
        kinds=list(EventKind),
        directions={word: view.say(told) for word, told in DIRECTIONS.items()},
    )
