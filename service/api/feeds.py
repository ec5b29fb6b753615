"""/feeds, where people make them; and /feeds/TOKEN.ics and .ifb, where calendar programs read them."""

import re
import unicodedata
from typing import Any
from urllib.parse import quote

import flask
from flask import Response, g, request
from flask_smorest.pagination import PaginationParameters
from sqlmodel import Session
from werkzeug.http import http_date

from models.feeds import Feed
from models.vocabulary import Role
from service.actions.context import ActionContext
from service.actions.feeds import cache, diagnostics, feeds
from service.actions.feeds.cache import CachedFeed
from service.actions.tokens import token_hash
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session, sliced
from service.http.app_context import current_context
from service.http.error_responses import reader_language
from service.http.feed_urls import ANSWER, FeedKey, is_known, public_language, takes_gzip
from service.schemas.feed_doctor import ExaminationSchema, FeedReaderSchema
from service.schemas.feeds import FeedSchema
from service.schemas.queries import QuerySchema

_CALENDAR = "text/calendar; charset=utf-8"

blp = ApiBlueprint("feeds", __name__, description="Calendars to subscribe to")
public = flask.Blueprint("public_feeds", __name__)


def _with_address(issued: feeds.IssuedFeed) -> dict[str, Any]:
    """The feed as it is answered once. Its ETag is that of the feed as it is read from then on."""
    office = act().office
    blp.set_etag(issued.feed, FeedSchema)
    return issued.feed.model_dump() | {"url": issued.url(office), "webcal_url": issued.webcal_url(office)}


@blp.route("/feeds")
class FeedsView(ApiView):
    @requires(Role.VIEWER)
    @operation("listFeeds")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(FeedSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List your feeds, without their addresses; administrators see everybody's"""
        return page(pagination_parameters, feeds.feeds_where(act()), *feeds.FEED_ORDER)

    @requires(Role.VIEWER)
    @operation("createFeed")
    @blp.arguments(FeedSchema)
    @blp.created(FeedSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Make a feed for yourself; its address is shown this once"""
        return _with_address(feeds.create_feed(session(), act(), values))


@blp.route("/feeds/<feed_id>")
class FeedView(ApiView):
    @requires(Role.VIEWER)
    @operation("getFeed")
    @blp.one(FeedSchema)
    def get(self, feed_id: str) -> Any:
        """Read what a feed shows, without its address"""
        return feeds.find_feed(session(), act(), feed_id)

    @requires(Role.VIEWER)
    @operation("changeFeed")
    @blp.arguments(FeedSchema(partial=True))
    @blp.one(FeedSchema)
    def patch(self, values: dict[str, Any], feed_id: str) -> Any:
        """Change a feed; its address stays"""
        feed = feeds.find_feed(session(), act(), feed_id)
        blp.check_etag(feed, FeedSchema)
        return feeds.change_feed(session(), act(), feed, values)

    @requires(Role.VIEWER)
    @operation("deleteFeed")
    @blp.gone()
    def delete(self, feed_id: str) -> None:
        """Delete a feed; its address is dead at once"""
        feed = feeds.find_feed(session(), act(), feed_id)
        blp.check_etag(feed, FeedSchema)
        feeds.delete_feed(session(), act(), feed)


@blp.route("/feeds/<feed_id>/rotate")
class RotationView(ApiView):
    @requires(Role.VIEWER)
    @operation("rotateFeed")
    @blp.one(FeedSchema)
    def post(self, feed_id: str) -> Any:
        """Give a feed a new address, shown this once; the old one is dead at once"""
        return _with_address(feeds.rotate_feed(session(), act(), feeds.find_feed(session(), act(), feed_id)))


@blp.route("/feeds/<feed_id>/calendar")
class FeedCalendarView(ApiView):
    @requires(Role.VIEWER)
    @operation("getFeedCalendar")
    @blp.doc(
        responses={
            "200": {"description": "The calendar.", "content": {"text/calendar": {"schema": {"type": "string"}}}}
        }
    )
    def get(self, feed_id: str) -> Any:
        """Download what a feed shows now, with your own account instead of its address"""
        feed = feeds.find_feed(session(), act(), feed_id)
        whole = cache.render_feed(session(), act(), feed)
        response = Response(whole.body, content_type=_CALENDAR)
        response.headers["Content-Disposition"] = _disposition(f"{feed.name}.ics").replace("inline", "attachment", 1)
        response.set_etag(whole.etag)
        return response.make_conditional(request)


@blp.route("/feeds/<feed_id>/readers")
class ReadersView(ApiView):
    @requires(Role.VIEWER)
    @operation("listFeedReaders")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(FeedReaderSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, feed_id: str) -> Any:
        """List the kinds of calendar programs that read a feed, who read it last first"""
        feed = feeds.find_feed(session(), act(), feed_id)
        return sliced(diagnostics.readers_of(session(), act(), feed), pagination_parameters)


@blp.route("/feeds/<feed_id>/doctor")
class DoctorView(ApiView):
    @requires(Role.VIEWER)
    @operation("diagnoseFeed")
    @blp.arguments(QuerySchema, location="query")
    @blp.response(200, ExaminationSchema)
    def get(self, query: dict[str, Any], feed_id: str) -> Any:
        """Examine a feed: its size, who reads it, what keeps it from arriving as it was meant, and what to do"""
        found = diagnostics.examine_feed(session(), act(), feeds.find_feed(session(), act(), feed_id))
        language = reader_language()
        findings = [
            {
                "code": one.code,
                "severity": one.severity,
                "detail": one.detail.to(language),
                "advice": one.advice.to(language),
            }
            for one in found.findings
        ]
        return {
            "size": found.size,
            "compressed_size": found.compressed_size,
            "entries": found.entries,
            "etag": found.etag,
            "last_changed_at": found.last_changed_at,
            "url_length": found.url_length,
            "readers": found.readers,
            "findings": findings,
        }


@public.get("/feeds/<token>.ics")
def read_calendar(token: str) -> Response:
    """A feed as iCalendar; the token in the address is all it takes."""
    return _calendar(token, FeedKey(_name(token), busy=False))


@public.get("/feeds/<token>.ifb")
def read_busy_time(token: str) -> Response:
    """When a feed's events take place, without saying what they are."""
    return _calendar(token, FeedKey(_name(token), busy=True))


def _name(token: str) -> str:
    return token if public_language(token) else token_hash(token)


def _calendar(token: str, key: FeedKey) -> Response:
    """200, or 304 when the reader has these bytes. Compressed they have another ETag (RFC 9110, 8.8.3.3)."""
    desk = current_context()
    language = public_language(token)
    if language is not None and not desk.settings.public_feed:
        raise feeds.FeedNotFound
    doing = ActionContext(user=None, now=desk.clock(), office=desk.settings.office, request_id=g.request_id)

    def find(opened: Session, doing: ActionContext) -> Feed:
        if language is not None:
            return feeds.public_feed(opened, doing, language)
        return feeds.feed_of_token(opened, doing, token)

    kept = desk.shelf.read(key, doing, find, busy=key.busy)
    if kept.recorded_as is not None and not key.busy:
        desk.readers.note(kept.recorded_as, request.user_agent.string, kept.tag, doing.now)
    zipped = takes_gzip(request.headers.get("Accept-Encoding", ""))
    unchanged = is_known(kept.tag, request.headers.get("If-None-Match", ""))
    request.environ[ANSWER] = (kept, (unchanged, zipped))
    extension = "ifb" if key.busy else "ics"
    return _answer(kept, f"{kept.feed.name}.{extension}", zipped=zipped, unchanged=unchanged)


def _answer(kept: CachedFeed, filename: str, *, zipped: bool, unchanged: bool) -> Response:
    if unchanged:
        response = Response(status=304)
    else:
        response = Response(kept.packed if zipped else kept.body(), content_type=_CALENDAR)
        response.headers["Content-Disposition"] = _disposition(filename)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{kept.tag}-gzip" if zipped else kept.tag)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Last-Modified"] = http_date(kept.changed_at)
    if kept.recorded_as is not None:
        _keep_secret(response)
    else:
        response.headers["Cache-Control"] = "public, no-cache"
    return response


def _keep_secret(response: Response) -> None:
    """The address is the key: no copy in shared caches, no referrer, no search engine."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"


@public.after_request
def _keep_errors_secret(response: Response) -> Response:
    """What is not found may be an address that was right a moment ago."""
    if response.status_code >= 400:
        _keep_secret(response)
    return response


def _disposition(filename: str) -> str:
    """Shown, not saved; a name in plain letters for old programs, the real one for others. Source: RFC 6266."""
    stem, _dot, extension = filename.rpartition(".")
    latin = unicodedata.normalize("NFKD", stem.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", latin).strip("-") or "calendar"
    return f"inline; filename=\"{plain}.{extension}\"; filename*=UTF-8''{quote(filename, safe='')}"
