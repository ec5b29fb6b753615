"""/feeds, where people manage them; /feeds/TOKEN.ics and .ifb, which calendar programs read."""

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
from service.actions.feeds import cache, diagnostics, feed_filters, feeds
from service.actions.feeds.cache import CachedFeed
from service.actions.tokens import token_hash
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session, sliced
from service.http.app_context import current_context
from service.http.error_responses import reader_language
from service.http.feed_urls import ANSWER, FeedKey, is_known, public_language, takes_gzip
from service.schemas.feed_doctor import FeedReaderSchema, FeedReportSchema
from service.schemas.feeds import FeedSchema
from service.schemas.queries import QuerySchema

_CALENDAR = "text/calendar; charset=utf-8"

blp = ApiBlueprint("feeds", __name__, description="Calendars to subscribe to")
public = flask.Blueprint("public_feeds", __name__)


def _with_address(issued: feeds.IssuedFeed) -> dict[str, Any]:
    """The feed with its address, returned only once. The ETag is that of later reads, without the address."""
    office = act().office
    blp.set_etag(_told(issued.feed), FeedSchema)
    return _told(issued.feed) | {"url": issued.url(office), "webcal_url": issued.webcal_url(office)}


def _told(feed: Feed) -> dict[str, Any]:
    """The feed with its filter as the reader's office says it."""
    return feed.model_dump() | {"filter": feed_filters.told(feed.filter, act().office.locality)}


@blp.route("/feeds")
class FeedsView(ApiView):
    @requires(Role.VIEWER)
    @operation("listFeeds")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(FeedSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List your feeds, without their addresses; administrators see everybody's"""
        found = page(pagination_parameters, feeds.feeds_where(session(), act()), *feeds.FEED_ORDER)
        return [_told(feed) for feed in found]

    @requires(Role.VIEWER)
    @operation("createFeed")
    @blp.arguments(FeedSchema)
    @blp.created(FeedSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Create a feed for yourself; its address is shown only once"""
        return _with_address(feeds.create_feed(session(), act(), values))


@blp.route("/feeds/<feed_id>")
class FeedView(ApiView):
    @requires(Role.VIEWER)
    @operation("getFeed")
    @blp.one(FeedSchema)
    def get(self, feed_id: str) -> Any:
        """Read what a feed contains, without its address"""
        return _told(feeds.find_feed(session(), act(), feed_id))

    @requires(Role.VIEWER)
    @operation("changeFeed")
    @blp.arguments(FeedSchema(partial=True))
    @blp.one(FeedSchema)
    def patch(self, values: dict[str, Any], feed_id: str) -> Any:
        """Change a feed; its address stays"""
        feed = feeds.find_feed(session(), act(), feed_id)
        blp.check_etag(_told(feed), FeedSchema)
        return _told(feeds.change_feed(session(), act(), feed, values))

    @requires(Role.VIEWER)
    @operation("deleteFeed")
    @blp.gone()
    def delete(self, feed_id: str) -> None:
        """Delete a feed; its address stops working immediately"""
        feed = feeds.find_feed(session(), act(), feed_id)
        blp.check_etag(_told(feed), FeedSchema)
        feeds.delete_feed(session(), act(), feed)


@blp.route("/feeds/<feed_id>/rotate")
class RotationView(ApiView):
    @requires(Role.VIEWER)
    @operation("rotateFeed")
    @blp.one(FeedSchema)
    def post(self, feed_id: str) -> Any:
        """Give a feed a new address, shown only once; the old one stops working immediately"""
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
        """Download a feed's current content, signed in with your account instead of using its address"""
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
        """List the kinds of calendar programs that read a feed, most recent first"""
        feed = feeds.find_feed(session(), act(), feed_id)
        return sliced(diagnostics.readers_of(session(), act(), feed), pagination_parameters)


@blp.route("/feeds/<feed_id>/doctor")
class DoctorView(ApiView):
    @requires(Role.VIEWER)
    @operation("diagnoseFeed")
    @blp.arguments(QuerySchema, location="query")
    @blp.response(200, FeedReportSchema)
    def get(self, query: dict[str, Any], feed_id: str) -> Any:
        """Examine a feed: its size, its readers, what keeps it from arriving as intended, and what to do"""
        report = diagnostics.examine_feed(session(), act(), feeds.find_feed(session(), act(), feed_id))
        language = reader_language()
        findings = [
            {
                "code": one.code,
                "severity": one.severity,
                "detail": one.detail.to(language),
                "advice": one.advice.to(language),
            }
            for one in report.findings
        ]
        return {
            "size": report.size,
            "compressed_size": report.compressed_size,
            "entries": report.entries,
            "etag": report.etag,
            "last_changed_at": report.last_changed_at,
            "url_length": report.url_length,
            "readers": report.readers,
            "findings": findings,
        }


@public.get("/feeds/<token>.ics")
def read_calendar(token: str) -> Response:
    """A feed as iCalendar; the token in the address is the only credential."""
    return _calendar(token, FeedKey(_name(token), busy=False))


@public.get("/feeds/<token>.ifb")
def read_busy_time(token: str) -> Response:
    """When a feed's events take place, without their details."""
    return _calendar(token, FeedKey(_name(token), busy=True))


def _name(token: str) -> str:
    return token if public_language(token) else token_hash(token)


def _calendar(token: str, key: FeedKey) -> Response:
    """200, or 304 when the reader has this version. The compressed form has its own ETag (RFC 9110, 8.8.3.3)."""
    desk = current_context()
    language = public_language(token)
    if language is not None and not desk.settings.public_feed:
        raise feeds.FeedNotFound
    doing = ActionContext(user=None, now=desk.clock(), office=desk.settings.office, request_id=g.request_id)

    def find(opened: Session, doing: ActionContext) -> Feed:
        if language is not None:
            return feeds.public_feed(opened, doing, language)
        return feeds.feed_of_token(opened, doing, token)

    cached = desk.shelf.read(key, doing, find, busy=key.busy)
    if cached.recorded_as is not None and not key.busy:
        desk.readers.note(cached.recorded_as, request.user_agent.string, cached.tag, doing.now)
    zipped = takes_gzip(request.headers.get("Accept-Encoding", ""))
    unchanged = is_known(cached.tag, request.headers.get("If-None-Match", ""))
    request.environ[ANSWER] = (cached, (unchanged, zipped))
    extension = "ifb" if key.busy else "ics"
    return _answer(cached, f"{cached.feed.name}.{extension}", zipped=zipped, unchanged=unchanged)


def _answer(cached: CachedFeed, filename: str, *, zipped: bool, unchanged: bool) -> Response:
    if unchanged:
        response = Response(status=304)
    else:
        response = Response(cached.packed if zipped else cached.body(), content_type=_CALENDAR)
        response.headers["Content-Disposition"] = _disposition(filename)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{cached.tag}-gzip" if zipped else cached.tag)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Last-Modified"] = http_date(cached.changed_at)
    if cached.recorded_as is not None:
        _keep_secret(response)
    else:
        response.headers["Cache-Control"] = "public, no-cache"
    return response


def _keep_secret(response: Response) -> None:
    """The address is a credential: no shared caches, no referrer, no search engines."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"


@public.after_request
def _keep_errors_secret(response: Response) -> Response:
    """Protect error responses too: an address that is not found may have been valid until recently."""
    if response.status_code >= 400:
        _keep_secret(response)
    return response


def _disposition(filename: str) -> str:
    """Inline, with an ASCII file name for old programs and the real one for the others. Source: RFC 6266."""
    stem, _dot, extension = filename.rpartition(".")
    latin = unicodedata.normalize("NFKD", stem.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", latin).strip("-") or "calendar"
    return f"inline; filename=\"{plain}.{extension}\"; filename*=UTF-8''{quote(filename, safe='')}"
