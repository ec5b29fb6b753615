"""The API's document (OpenAPI 3.1), generated from the operations and their schemas on first request.

Requests and responses have separate components, though both come from one marshmallow schema: ``PersonInput`` creates a
person, ``PersonChange`` changes one, ``Person`` is the response.
"""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import flask
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_instance
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from apispec.ext.marshmallow.schema_resolver import SchemaResolver
from flask import Flask
from flask_smorest import Api
from marshmallow import Schema, fields
from werkzeug.routing import UnicodeConverter

from models.vocabulary import Language
from models.waiting import WAIT_SECONDS
from service.api.resource import MOST_OF_A_STEP, MOST_PAGES
from service.http import error_responses
from service.http.bounds import MOST_OF_A_HEADER
from service.schemas.events import KIND_SCHEMAS
from service.schemas.fields import MAX_TEXT, MAX_TITLE, Bounded, LocalizedTextField
from service.schemas.problems import ProblemSchema

_INFO = {
    "description": "Plans delegations, training batches, art troupe visits and anniversaries between twin provinces; "
    "reminds people in time; publishes calendars.\n\n"
    "What a request may hold is closed: unknown fields and words are refused. Answers grow: a later version may add "
    "fields, and words to the lists named `x-extensible-enum`. A client leaves aside what it does not know.",
    "license": {"name": "Apache-2.0"},
}
_WRITING = {"post", "put", "patch", "delete"}
_OPERATION_ID = re.compile(r"[a-z]+([A-Z][a-z]+)+")
_LOCALIZED_INPUTS = {MAX_TITLE: "LocalizedTitleInput", MAX_TEXT: "LocalizedTextInput"}
_KINDS: Mapping[type[Schema], str] = {schema: kind.value for kind, schema in KIND_SCHEMAS.items()}


class DirectedConverter(OpenAPIConverter):
    """Describes a schema as request or as response, with a component for each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_request = False
        self._request_refs: dict[Any, str] = {}
        self.schema_name_resolver = self._name

    @contextmanager
    def requests(self) -> Iterator[None]:
        """Describe requests inside this block; outside it responses are described."""
        answer_refs = self.refs
        self.is_request, self.refs = True, self._request_refs
        try:
            yield
        finally:
            self.is_request, self.refs = False, answer_refs

    def _name(self, schema: Any) -> str:
        instance = resolve_schema_instance(schema)
        name = type(instance).__name__.removesuffix("Schema")
        if not self.is_request:
            return name
        return f"{name.removesuffix('Change')}Change" if instance.partial else f"{name}Input"

    def init_attribute_functions(self) -> None:
        """Register apispec's attribute functions, then ours; nullability is last, as it depends on their result."""
        super().init_attribute_functions()
        nullable = self.attribute_functions.pop()
        self.attribute_functions += [
            self.words2properties,
            self.localized2properties,
            self.bounds2properties,
            self.answer2properties,
            nullable,
        ]

    def words2properties(self, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
        """An enumeration: closed in a request, open in a response."""
        words = field.metadata.get("enum", ret.pop("enum", None))
        ret.pop("enum", None)
        if words is None:
            return {}
        known = [word for word in words if word is not None]
        if self.is_request:
            return {"enum": [*known, None] if field.allow_none else known}
        return {"x-extensible-enum": known}

    def localized2properties(self, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
        """A text in several languages, as one shared component; a request also states the maximum length."""
        if not isinstance(field, LocalizedTextField):
            return {}
        name = "LocalizedText"
        text: dict[str, Any] = {"type": "string"}
        described: dict[str, Any] = {"description": "The same text in several languages, `vi` or `en` among them."}
        if self.is_request:
            name = _LOCALIZED_INPUTS[field.max_length]
            text["maxLength"] = field.max_length
            described |= {"minProperties": 1, "additionalProperties": False}
        if name not in self.spec.components.schemas:
            properties = {language.value: text for language in Language}
            self.spec.components.schema(name, {"type": "object", "properties": properties} | described)
        reference: dict[str, Any] = self.spec.components.get_ref("schema", name)
        return {"anyOf": [reference, text]} if self.is_request and field.plain_allowed else reference

    def bounds2properties(self, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
        """How long a value may be in a request, for fields that know."""
        if not self.is_request or not isinstance(field, Bounded) or "enum" in ret:
            return {}
        return {field.bound: field.longest}

    def answer2properties(self, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
        """What a field declares for responses only (``metadata["answer"]``)."""
        return {} if self.is_request else dict(field.metadata.get("answer", {}))

    def field2property(self, field: fields.Field[Any]) -> dict[str, Any]:
        """As apispec does, without the ``"format": null`` that it writes for times of day."""
        return {name: value for name, value in super().field2property(field).items() if value is not None}

    def fields2jsonschema(self, fields: Mapping[str, Any], *, partial: Any = None) -> dict[str, Any]:
        """Only the fields of this direction. In a response every field is required unless ``always_present: False``."""
        other_way = "dump_only" if self.is_request else "load_only"
        shown = {name: one for name, one in fields.items() if not getattr(one, other_way)}
        described: dict[str, Any] = super().fields2jsonschema(shown, partial=partial)
        always = [one.data_key or name for name, one in shown.items() if one.metadata.get("always_present", True)]
        if always and not self.is_request:
            described["required"] = sorted(always)
        return described

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """A schema in this direction; a response schema with ``alternatives`` is one of them."""
        if not self.is_request and (alternatives := getattr(schema, "alternatives", ())):
            return self._one_of(alternatives)
        described: dict[str, Any] = super().schema2jsonschema(schema)
        if self.is_request:
            return described
        described.pop("additionalProperties", None)
        if kind := _KINDS.get(type(schema)):
            described["properties"]["kind"] = {"type": "string", "const": kind, "readOnly": True}
        return described

    def _one_of(self, alternatives: Sequence[type[Schema]]) -> dict[str, Any]:
        refs = [self.resolve_nested_schema(schema) for schema in alternatives]
        if not set(alternatives) <= set(_KINDS):
            return {"oneOf": refs}
        mapping = {_KINDS[schema]: ref["$ref"] for schema, ref in zip(alternatives, refs, strict=True)}
        return {"oneOf": refs, "discriminator": {"propertyName": "kind", "mapping": mapping}}


class DirectedResolver(SchemaResolver):
    """Tells the converter which schemas of an operation are requests."""

    def resolve_operations(self, operations: dict[str, Any], **kwargs: Any) -> None:
        """Replace the schemas of an operation by references."""
        with self.converter.requests():
            for operation in operations.values():
                if "parameters" in operation:
                    operation["parameters"] = self.resolve_parameters(operation["parameters"])
                self.resolve_schema(operation.get("requestBody"))
        super().resolve_operations(operations, **kwargs)


class DirectedPlugin(MarshmallowPlugin):
    """apispec's marshmallow plugin with separate components for requests and responses."""

    Converter = DirectedConverter
    Resolver = DirectedResolver


class DeskApi(Api):
    """flask-smorest with problem documents instead of its own errors, and a document generated on demand.

    Generating the document takes longer than building all the rest of the application. This overrides private methods
    of flask-smorest, so its version is pinned.
    """

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask) -> None:
        self._blueprints: list[Any] = []
        self._making = threading.Lock()
        self._made: str | None = None
        super().__init__(app)

    def _init_spec(self, **options: Any) -> None:
        """Do nothing yet: see :meth:`document`."""

    def register_blueprint(self, blp: Any, *, parameters: Any = None, **options: Any) -> None:
        """Register a blueprint's operations; they enter the document when it is generated."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        self._blueprints.append(blp)

    def document(self) -> str:
        """The document as JSON, generated once."""
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _make(self) -> str:
        super()._init_spec(marshmallow_plugin=DirectedPlugin(), info=_INFO)
        self.register_converter(
            UnicodeConverter, lambda _converter: {"type": "string", "minLength": 1, "maxLength": MOST_OF_A_STEP}
        )
        self.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
        self.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "desk"})
        for blp in self._blueprints:
            blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
            self.spec.tag({"name": blp.name, "description": blp.description})
        document = self.spec.to_dict()
        _describe_busy(document)
        _describe_away(document)
        for header in document["components"]["parameters"].values():
            header["schema"]["maxLength"] = MOST_OF_A_HEADER
        for operations in document["paths"].values():
            for operation in operations.values():
                for parameter in operation.get("parameters", ()) if isinstance(operation, Mapping) else ():
                    if parameter.get("name") == "page":
                        parameter["schema"]["maximum"] = MOST_PAGES
        return flask.json.dumps(document, indent=2, sort_keys=False)

    def _openapi_json(self) -> flask.Response:
        return flask.Response(self.document(), mimetype="application/json")

    def _register_error_handlers(self) -> None:
        error_responses.register(self._app)

    def _register_responses(self) -> None:
        # Otherwise its documented errors would say application/json.
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"

    def _register_pagination_header(self) -> None:
        """Do nothing: each list describes its own header (:class:`service.api.resource.ApiBlueprint`)."""


def _describe_busy(document: dict[str, Any]) -> None:
    """Say of every operation that writes what it answers when its turn to write does not come."""
    problem = document["components"]["responses"]["DEFAULT_ERROR"]["content"]
    document["components"]["responses"]["BUSY"] = {
        "description": f"`busy`: others were writing for {WAIT_SECONDS:g} seconds. `unavailable`: the database does "
        "not answer; `database_replaced`: its file was moved, removed or replaced; `files_away`: the folder of files "
        "is not there (only of operations on files). Nothing was changed; try again.",
        "headers": {"Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}},
        "content": problem,
    }
    for item in document["paths"].values():
        for method in _WRITING & item.keys():
            item[method]["responses"]["503"] = {"$ref": "#/components/responses/BUSY"}


def check_operations(app: Flask, prefix: str) -> None:
    """Refuse to start while an API operation has no role or no unique name in the document.

    Raises:
        RuntimeError: names the operation.
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


def _describe_away(document: dict[str, Any]) -> None:
    """Say of every operation what it answers when the database is not there."""
    document["components"]["responses"]["AWAY"] = {
        "description": "`unavailable`: the database does not answer; `database_replaced`: its file was moved, removed "
        "or replaced, and nothing is read or written until it is back; `files_away`: the folder of files is not there "
        "(only of operations on files). Try again.",
        "headers": {"Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}},
        "content": document["components"]["responses"]["DEFAULT_ERROR"]["content"],
    }
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["responses"].setdefault("503", {"$ref": "#/components/responses/AWAY"})
