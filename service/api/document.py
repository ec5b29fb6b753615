"""The API's document (OpenAPI 3.1): made from the operations and their schemas when it is first asked for."""

import re
import threading
from typing import Any

import flask
from apispec.ext.marshmallow import MarshmallowPlugin, common
from flask import Flask
from flask_smorest import Api
from marshmallow import Schema, fields

from service import problems
from service.schemas.events import KIND_SCHEMAS

_INFO = {
    "description": "Plans delegations, training batches, art troupe visits and anniversaries between twin "
    "provinces; reminds people in time; publishes calendars.",
    "license": {"name": "Apache-2.0"},
}
_OPERATION_ID = re.compile(r"[a-z]+([A-Z][a-z]+)+")


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
    """flask-smorest with problem documents instead of its own errors, and a document that is made when it is wanted.

    To make it takes longer than to build all the rest of the application. Private methods of flask-smorest are
    overridden, whose version is pinned for it.
    """

    ERROR_SCHEMA = Problem

    def __init__(self, app: Flask) -> None:
        self._blueprints: list[Any] = []
        self._making = threading.Lock()
        self._made: str | None = None
        super().__init__(app)

    def _init_spec(self, **options: Any) -> None:
        """Nothing yet: see :meth:`document`."""

    def register_blueprint(self, blp: Any, *, parameters: Any = None, **options: Any) -> None:
        """Add a noun's operations to the application; the document gets them when it is made."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        self._blueprints.append(blp)

    def document(self) -> str:
        """The document as JSON; made once."""
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _make(self) -> str:
        super()._init_spec(marshmallow_plugin=MarshmallowPlugin(schema_name_resolver=_schema_name), info=_INFO)
        self.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
        self.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "desk"})
        for blp in self._blueprints:
            blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
            self.spec.tag({"name": blp.name, "description": blp.description})
        # An event of any kind is exactly one of the five.
        kinds = [f"#/components/schemas/{schema.__name__.removesuffix('Schema')}" for schema in KIND_SCHEMAS.values()]
        self.spec.components.schemas["AnyEvent"] = {"oneOf": [{"$ref": kind} for kind in kinds]}
        return flask.json.dumps(self.spec.to_dict(), indent=2, sort_keys=False)

    def _openapi_json(self) -> flask.Response:
        return flask.Response(self.document(), mimetype="application/json")

    def _register_error_handlers(self) -> None:
        problems.register(self._app)

    def _register_responses(self) -> None:
        # Its documented errors would say application/json.
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"

    def _register_pagination_header(self) -> None:
        """None: each list describes its own (:class:`service.api.resource.Blueprint`)."""


def check_operations(app: Flask, prefix: str) -> None:
    """Refuse to start while an operation of the API has no role, or no name of its own in the document.

    Raises:
        RuntimeError: it names the operation.
    """
    names: dict[str, str] = {}
    for rule in app.url_map.iter_rules():
        view = getattr(app.view_functions[rule.endpoint], "view_class", None)
        if view is None or not rule.rule.startswith(prefix):
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
