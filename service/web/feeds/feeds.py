"""Subscribe: one's own calendar feeds, created, changed, rotated, revoked; their readers and diagnostics."""

from functools import partial
from typing import Any
from urllib.parse import quote

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.feeds.clients import client_name
from models.errors import Conflict, NotFound
from models.feeds import Feed
from models.i18n import N_, message
from models.labels import noun
from models.office import Office
from models.vocabulary import Role
from service.actions.feeds import feeds as actions
from service.actions.feeds.diagnostics import examine_feeds
from service.schemas.feeds import FeedSchema
from service.schemas.word_names import SEVERITIES
from service.web import form_tokens
from service.web.feeds import feed_form
from service.web.forms import FormRefusal, attempt
from service.web.labels import FEED_EXTRAS, FEED_PARTS
from service.web.page_decorator import page
from service.web.qr import qr_picture
from service.web.view import View

ISSUES = {"create": "subscribe", "renew": "new address"}
"""The steps that show an address, as they are remembered."""


@page(write=Role.VIEWER)
def feeds(view: View) -> Response:
    """One's own feeds and the form for another."""
    if request.method != "POST":
        return _show(view)
    issued: list[actions.IssuedFeed] = []
    if (
        request.form.get("do") in ISSUES
        and (before := form_tokens.recalled(view, ISSUES[request.form["do"]])) is not None
    ):
        return _again(view, before)
    refusal = attempt(view, lambda: _do(view, issued))
    if refusal is None and not issued:
        return redirect(url_for("pages.feeds", done=request.form.get("do", "")), 303)
    if refusal is not None:
        return _show(view, None, refusal)
    # The address is in this answer and nowhere else: a redirect would lose it.
    form_tokens.keep(view, ISSUES[request.form["do"]], feed=issued[0].feed.id, secret=issued[0].secret)
    return _show(view, issued[0])


def _again(view: View, before: dict[str, str]) -> Response:
    """The page that showed the address, loaded anew: the same address as long as it is good, and no second one."""
    issued = actions.issued_before(view.session, before["feed"], before["secret"])
    return _show(view, issued) if issued else redirect(url_for("pages.feeds"), 303)


def _do(view: View, issued: list[actions.IssuedFeed]) -> None:
    match request.form.get("do"):
        case "create":
            values: dict[str, Any] = FeedSchema().load(feed_form.wish(view))  # type: ignore[no-untyped-call]
            issued.append(actions.create_feed(view.session, view.act, values))
        case "change":
            feed = _own(view)
            values = FeedSchema(partial=True).load(feed_form.wish(view, feed))  # type: ignore[no-untyped-call]
            actions.change_feed(view.session, view.act, feed, values)
        case "renew":
            issued.append(actions.rotate_feed(view.session, view.act, _own(view)))
        case "revoke":
            actions.delete_feed(view.session, view.act, _own(view))
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _own(view: View) -> Feed:
    """The feed of the form; here everybody, administrators too, sees to their own only."""
    identity = request.form.get("feed", "")
    feed = view.session.get(Feed, identity)
    if feed is None or feed.user_id != view.act.account.id:
        raise NotFound(noun("feed"), identity)
    return feed


def _show(view: View, issued: actions.IssuedFeed | None = None, refusal: FormRefusal | None = None) -> Response:
    examined = examine_feeds(view.session, view.act, actions.own_feeds(view.session, view.act))
    forms = feed_form.FeedForms(view)
    # Where something was typed that can't be had, it stands in its own form again; elsewhere stands what is.
    again = (request.form.get("do"), request.form.get("feed")) if refusal else (None, None)
    return view.page(
        "feeds/feeds.html",
        refusal.status if refusal else 200,
        examined=examined,
        forms={
            one.feed.id: forms.form(one.feed, refusal=refusal if again == ("change", one.feed.id) else None)
            for one in examined
        },
        new=forms.new(refusal=refusal if again[0] == "create" else None),
        is_unfolded=feed_form.is_unfolded,
        filter_of=partial(feed_form.told_filter, view),
        again=again,
        issued=issued,
        links=subscribing_links(issued, view.act.office) if issued else None,
        # webcal: the camera of a telephone then opens the calendar; at https it would open a browser, which takes the
        # entries in once and never looks again.
        picture=qr_picture(issued.webcal_url(view.act.office)) if issued else None,
        refusal=refusal,
        done=request.args.get("done", ""),
        public_url=public_calendar_url(view),
        parts=FEED_PARTS,
        extras=FEED_EXTRAS,
        severities=SEVERITIES,
        directions=forms.directions,
        localities=forms.localities,
        agreements=forms.agreements,
        client_name=client_name,
        new_token=form_tokens.new_token,
    )


def subscribing_links(issued: actions.IssuedFeed, office: Office) -> dict[str, str]:
    """Addresses at which Google Calendar and Outlook on the web ask whether to subscribe to a feed."""
    webcal, name = quote(issued.webcal_url(office), safe=""), quote(issued.feed.name, safe="")
    return {
        "google": f"https://calendar.google.com/calendar/r?cid={webcal}",
        "outlook": (
            f"https://outlook.office.com/calendar/0/addfromweb?url={quote(issued.url(office), safe='')}&name={name}"
        ),
    }


def public_calendar_url(view: View) -> str | None:
    """Where everybody may read what is marked for the public; None when this office does not offer that."""
    if not view.desk.settings.public_feed:
        return None
    return f"{view.act.office.public_url}/feeds/public.ics"
