"""The Flask application: settings, database, API, pages, errors, security headers. It starts no scheduler."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from models.clock import utcnow
from models.database import Database
from models.errors import Busy, NoSpace
from service.api import (
    accounts,
    agreements,
    bookings,
    changes,
    conflicts,
    copies,
    docs,
    document_templates,
    documents,
    estimates,
    events,
    exchange_rates,
    feeds,
    files,
    gifts,
    hand_overs,
    holidays,
    imports,
    learners,
    links,
    members,
    merges,
    norms,
    notes,
    observances,
    office_papers,
    offices,
    openings,
    particulars,
    passports,
    placements,
    places,
    programme,
    progress,
    projects,
    proposals,
    reminders,
    saved_views,
    shares,
    task_templates,
    tasks,
)
from service.api.document import DeskApi, check_operations
from service.http import bounds, uploads
from service.http.app_context import AppContext, current_context, request_id
from service.http.feed_middleware import FeedMiddleware
from service.http.front_door import FrontDoor
from service.http.refusal import REFUSED, WAITED, refusal
from service.http.rereading import RereadingFlask
from service.monitoring import health, metrics
from service.settings import Settings, load_settings
from service.web import routes

API_PREFIX = "/api/v1"
MAX_BODY = bounds.MAX_BODY

_NOUNS = (
    passports,
    particulars,
    learners,
    links,
    placements,
    estimates,
    places,
    agreements,
    progress,
    projects,
    holidays,
    norms,
    notes,
    observances,
    exchange_rates,
    imports,
    events,
    proposals,
    shares,
    openings,
    members,
    merges,
    hand_overs,
    programme,
    tasks,
    task_templates,
    bookings,
    changes,
    conflicts,
    copies,
    accounts,
    reminders,
    feeds,
    files,
    gifts,
    documents,
    document_templates,
    office_papers,
    offices,
    saved_views,
)


def create_app(
    settings: Settings | None = None,
    database: Database | None = None,
    clock: Callable[[], datetime] = utcnow,
) -> Flask:
    """Build the application.

    Args:
        settings: read from the environment by default.
        database: opened from the settings by default.
        clock: returns the current instant; tests pass their own.
    """
    settings = settings or load_settings()
    app = RereadingFlask("service", static_folder=None)
    app.extensions["desk"] = AppContext(settings, database or _opened(settings), clock)
    app.config.update(
        API_TITLE="Protocol Desk",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=API_PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,  # a previewed list is sent back in a form field
        SECRET_KEY=settings.secret_key,
        JSON_SORT_KEYS=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.strict_slashes = False
    _register_api(app)
    app.register_blueprint(feeds.public)
    app.register_blueprint(docs.blp)
    app.register_blueprint(routes.blp)
    app.before_request(_name_request)
    app.before_request(_begin_day)
    app.before_request(_refuse_without_body)
    uploads.let_in(app)
    app.before_request(bounds.check_address)
    app.before_request(bounds.check_form)
    app.after_request(_secure)
    health.register(app)
    metrics.register(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    middleware = FeedMiddleware(app.wsgi_app, app.extensions["desk"])
    app.wsgi_app = middleware  # type: ignore[method-assign]
    app.extensions["feed_middleware"] = middleware
    app.extensions["front_door"] = FrontDoor(app.extensions["desk"])
    return app


def _opened(settings: Settings) -> Database:
    return Database(settings.database_url, identity=settings.database_identity)


def _register_api(app: Flask) -> None:
    api = DeskApi(app)
    for module in _NOUNS:
        api.register_blueprint(module.blp, url_prefix=API_PREFIX)
    check_operations(app, API_PREFIX)


def _name_request() -> None:
    g.request_id = request_id(request.headers.get("X-Request-Id", ""))


def _begin_day() -> None:
    """Before anything of the office is read; what only asks whether the service works does not depend on it."""
    if request.blueprint is not None:
        current_context().day_turn.look()


def _refuse_without_body() -> None:
    """Refuse a request whose body did not arrive, or that waited too long for a thread, as the server in front says."""
    if request.environ.get(WAITED):
        raise Busy
    if request.environ.get(REFUSED) == HTTPStatus.INSUFFICIENT_STORAGE:
        raise NoSpace
    if (status := request.environ.get(REFUSED)) is not None:
        raise refusal(status)


def _secure(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = getattr(g, "request_id", "")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    if request.path.startswith(API_PREFIX):
        headers.setdefault("Cache-Control", "private, no-cache")
        headers["Vary"] = "Authorization, Cookie, Accept-Language"
    if current_context().settings.is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response
