"""The Flask application: settings, database, API, pages, errors, security headers. It starts no scheduler."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin, common
from flask import Flask, Response, g, request
from flask_smorest import Api
from marshmallow import Schema, fields
from werkzeug.middleware.proxy_fix import ProxyFix

from models.clock import utcnow
from models.database import Database
from service import health, metrics, problems
from service.api import (
    accounts,
    agreements,
    bookings,
    conflicts,
    docs,
    events,
    feeds,
    holidays,
    imports,
    members,
    openings,
    passports,
    places,
    programme,
    progress,
    reminders,
    task_templates,
    tasks,
)
from service.desk import Desk, current_desk, request_id
from service.feed_door import FeedDoor
from service.schemas.events import KIND_SCHEMAS
from service.settings import Settings, load_settings
from service.web import pages

API_PREFIX = "/api/v1"
VERSION = "0.1.0"
MAX_BODY = 2 * 1024 * 1024
_OPERATION_ID = re.compile(r"[a-z]+([A-Z][a-z]+)+")

_NOUNS = (
    passports,
    places,
    agreements,
    progress,
    holidays,
    imports,
    events,
    openings,
    members,
    programme,
    tasks,
    task_templates,
    bookings,
    conflicts,
    accounts,
    reminders,
    feeds,
)


class Problem(Schema):
    """An error (RFC 9457). ``code`` is stable; ``errors`` names fields; ``conflicts`` what it clashes with."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    code = fields.String()
    request_id = fields.String(allow_none=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    conflicts = fields.List(fields.Dict())
    suggestions = fields.List(
        fields.Dict(), metadata={"description": "Nearest free times and resources as good, after a booking clash."}
    )
    openings = fields.List(
        fields.Dict(), metadata={"description": "Days on which the event and all its bookings would fit."}
    )
    possible = fields.List(
        fields.String(), metadata={"description": "Statuses that can follow, after an impossible one."}
    )


def _schema_name(schema: Any) -> str:
    """A schema's name in the document; one whose fields are all optional is another schema and has its own."""
    instance = common.resolve_schema_instance(schema)
    name = type(instance).__name__.removesuffix("Schema")
    return f"{name.removesuffix('Change')}Change" if instance.partial else name


class DeskApi(Api):
    """flask-smorest with problem documents instead of its own errors."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        problems.register(self._app)

    def _register_responses(self) -> None:
        # Private in flask-smorest, whose version is pinned for it: its documented errors would say application/json.
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"


def create_app(
    settings: Settings | None = None,
    database: Database | None = None,
    clock: Callable[[], datetime] = utcnow,
) -> Flask:
    """Build the application.

    Args:
        settings: read from the environment when not given.
        database: opened from the settings when not given.
        clock: the present instant; tests give their own.
    """
    settings = settings or load_settings()
    app = Flask("service", static_folder=None)
    app.extensions["desk"] = Desk(settings, database or Database(settings.database_url), clock)
    app.config.update(
        API_TITLE="Protocol Desk",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=API_PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,  # a list that was looked at comes back in a form's field
        SECRET_KEY=settings.secret_key,
        JSON_SORT_KEYS=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.strict_slashes = False
    _register_api(app)
    app.register_blueprint(feeds.public)
    app.register_blueprint(docs.blp)
    app.register_blueprint(pages.blp)
    app.before_request(_name_request)
    app.after_request(_secure)
    health.register(app)
    metrics.register(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    app.wsgi_app = FeedDoor(app.wsgi_app, app.extensions["desk"])  # type: ignore[method-assign]
    return app


def _register_api(app: Flask) -> None:
    api = DeskApi(
        app,
        spec_kwargs={
            "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_schema_name),
            "info": {
                "description": "Plans delegations, training batches, art troupe visits and anniversaries between twin "
                "provinces; reminds people in time; publishes calendars.",
                "license": {"name": "Apache-2.0"},
            },
        },
    )
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    api.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "desk"})
    for module in _NOUNS:
        api.register_blueprint(module.blp, url_prefix=API_PREFIX)
    # An event of any kind is exactly one of the five.
    kinds = [f"#/components/schemas/{schema.__name__.removesuffix('Schema')}" for schema in KIND_SCHEMAS.values()]
    api.spec.components.schemas["AnyEvent"] = {"oneOf": [{"$ref": kind} for kind in kinds]}
    _check_operations(app)


def _check_operations(app: Flask) -> None:
    """Refuse to start while an operation of the API has no role, or no name of its own in the document."""
    names: dict[str, str] = {}
    for rule in app.url_map.iter_rules():
        view = getattr(app.view_functions[rule.endpoint], "view_class", None)
        if view is None or not rule.rule.startswith(API_PREFIX):
            continue
        for method in rule.methods - {"HEAD", "OPTIONS"} if rule.methods else ():
            handler, operation = getattr(view, method.lower()), f"{method} {rule.rule}"
            if not hasattr(handler, "required_role"):
                raise RuntimeError(f"{operation} has no role")
            name = getattr(handler, "operation_id", "")
            if not _OPERATION_ID.fullmatch(name):
                raise RuntimeError(f"{operation} has no operationId like changePerson, but {name!r}")
            if name in names:
                raise RuntimeError(f"{operation} and {names[name]} have the same operationId, {name}")
            names[name] = operation


def _name_request() -> None:
    g.request_id = request_id(request.headers.get("X-Request-Id", ""))


def _secure(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = getattr(g, "request_id", "")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    if request.path.startswith(API_PREFIX):
        headers.setdefault("Cache-Control", "private, no-cache")
        headers["Vary"] = "Authorization, Cookie, Accept-Language"
    if current_desk().settings.is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response
