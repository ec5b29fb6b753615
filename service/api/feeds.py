"""/feeds, where people make them; and /feeds/TOKEN.ics and .ifb, where calendar programs read them."""

import gzip
import logging
import re
import unicodedata
from datetime import datetime
from typing import Any
from urllib.parse import quote

import flask
from flask import Response, g, request
from flask_smorest.pagination import PaginationParameters
from sqlalchemy.exc import DBAPIError
from sqlmodel import col
from werkzeug.http import http_date

from models.feeds import Feed
from models.vocabulary import Role
from service.actions import feed_bodies, feed_doctor, feeds
from service.actions.acting import Act
from service.api.resource import Blueprint, Resource, act, page, requires, session, sliced
from service.desk import Desk, current_desk
from service.problems import reader_language
from service.schemas.feed_doctor import ExaminationSchema, FeedReaderSchema
from service.schemas.feeds import FeedSchema
from service.schemas.queries import QuerySchema

log = logging.getLogger("desk.web")

blp = Blueprint("feeds", __name__, description="Calendars to subscribe to")
public = flask.Blueprint("public_feeds", __name__)


def _with_address(issued: feeds.IssuedFeed) -> dict[str, Any]:
    """The feed as it is answered once. Its ETag is that of the feed as it is read from then on."""
    office = act().office
    blp.set_etag(issued.feed, FeedSchema)
    return issued.feed.model_dump() | {"url": issued.url(office), "webcal_url": issued.webcal_url(office)}


@blp.route("/feeds")
class Feeds(Resource):
    @requires(Role.VIEWER)
    @blp.arguments(QuerySchema, location="query")
    @blp.many(FeedSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List your feeds, without their addresses; administrators see everybody's"""
        return page(pagination_parameters, feeds.feeds_where(act()), col(Feed.id))

    @requires(Role.VIEWER)
    @blp.arguments(FeedSchema)
    @blp.created(FeedSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Make a feed for yourself; its address is shown this once"""
        return _with_address(feeds.create_feed(session(), act(), values))


@blp.route("/feeds/<feed_id>")
class OneFeed(Resource):
    @requires(Role.VIEWER)
    @blp.one(FeedSchema)
    def get(self, feed_id: str) -> Any:
        """Read what a feed shows, without its address"""
        return feeds.find_feed(session(), act(), feed_id)

    @requires(Role.VIEWER)
    @blp.arguments(FeedSchema(partial=True))
    @blp.one(FeedSchema)
    def patch(self, values: dict[str, Any], feed_id: str) -> Any:
        """Change a feed; its address stays"""
        feed = feeds.find_feed(session(), act(), feed_id)
        blp.check_etag(feed, FeedSchema)
        return feeds.change_feed(session(), act(), feed, values)

    @requires(Role.VIEWER)
    @blp.gone()
    def delete(self, feed_id: str) -> None:
        """Delete a feed; its address is dead at once"""
        feed = feeds.find_feed(session(), act(), feed_id)
        blp.check_etag(feed, FeedSchema)
        feeds.delete_feed(session(), act(), feed)


@blp.route("/feeds/<feed_id>/rotate")
class Rotation(Resource):
    @requires(Role.VIEWER)
    @blp.one(FeedSchema)
    def post(self, feed_id: str) -> Any:
        """Give a feed a new address, shown this once; the old one is dead at once"""
        return _with_address(feeds.rotate_feed(session(), act(), feeds.find_feed(session(), act(), feed_id)))


@blp.route("/feeds/<feed_id>/readers")
class Readers(Resource):
    @requires(Role.VIEWER)
    @blp.arguments(QuerySchema, location="query")
    @blp.many(FeedReaderSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, feed_id: str) -> Any:
        """List the kinds of calendar programs that read a feed, who read it last first"""
        feed = feeds.find_feed(session(), act(), feed_id)
        return sliced(feed_doctor.readers_of(session(), act(), feed), pagination_parameters)


@blp.route("/feeds/<feed_id>/doctor")
class Doctor(Resource):
    @requires(Role.VIEWER)
    @blp.arguments(QuerySchema, location="query")
    @blp.response(200, ExaminationSchema)
    def get(self, query: dict[str, Any], feed_id: str) -> Any:
        """Examine a feed: its size, who reads it, what keeps it from arriving as it was meant, and what to do"""
        found = feed_doctor.examine_feed(session(), act(), feeds.find_feed(session(), act(), feed_id))
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
    desk = current_desk()
    doing = _reader(desk)
    with desk.database.transaction(write=False) as opened:
        feed = feeds.feed_of_token(opened, doing, token)
        answer = feed_bodies.feed_body(opened, doing, feed)
    if answer.fresh:
        _keep(desk, doing, feed, answer)
    return _calendar(answer.body, answer.etag, f"{feed.name}.ics", answer.last_modified)


@public.get("/feeds/<token>.ifb")
def read_busy_time(token: str) -> Response:
    """When a feed's events take place, without saying what they are."""
    desk = current_desk()
    doing = _reader(desk)
    with desk.database.transaction(write=False) as opened:
        feed = feeds.feed_of_token(opened, doing, token)
        body = feed_bodies.free_busy(opened, doing, feed)
    return _calendar(body, feed_bodies.etag_of(body), f"{feed.name}.ifb")


@public.after_request
def _keep_secret(response: Response) -> Response:
    """The address is the key: no copy in shared caches, no referrer, no search engine. Errors too."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _reader(desk: Desk) -> Act:
    return Act(user=None, now=desk.clock(), office=desk.settings.office, request_id=g.request_id)


def _keep(desk: Desk, doing: Act, feed: Feed, answer: feed_bodies.FeedBody) -> None:
    """Spare the next reader the rendering. Where that fails this one has its answer all the same."""
    try:
        with desk.database.transaction() as opened:
            feed_bodies.keep_fragments(opened, doing, feed, answer.fresh)
    except DBAPIError as problem:
        log.warning("fragments_not_kept", extra={"problem": type(problem.orig).__name__})


def _calendar(body: bytes, etag: str, filename: str, last_modified: datetime | None = None) -> Response:
    """200, or 304 when the reader has these bytes. Compressed they have another ETag (RFC 9110, 8.8.3.3)."""
    zipped = request.accept_encodings.quality("gzip") > 0
    tags = {True: f"{etag}-gzip", False: etag}
    if any(request.if_none_match.contains_weak(tag) for tag in tags.values()):
        response = Response(status=304)
    else:
        response = Response(gzip.compress(body, 1, mtime=0) if zipped else body)
        response.headers["Content-Type"] = "text/calendar; charset=utf-8"
        response.headers["Content-Disposition"] = _disposition(filename)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
    response.set_etag(tags[zipped])
    response.headers["Vary"] = "Accept-Encoding"
    if last_modified is not None:
        response.headers["Last-Modified"] = http_date(last_modified)
    return response


def _disposition(filename: str) -> str:
    """Shown, not saved; a name in plain letters for old programs, the real one for others. Source: RFC 6266."""
    stem, _dot, extension = filename.rpartition(".")
    latin = unicodedata.normalize("NFKD", stem.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", latin).strip("-") or "calendar"
    return f"inline; filename=\"{plain}.{extension}\"; filename*=UTF-8''{quote(filename, safe='')}"
