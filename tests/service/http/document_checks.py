"""The API's document as tests use it: each answer they get is checked against it, more strictly than clients should."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast

import jsonschema_rs
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

METHODS = ("get", "post", "put", "patch", "delete")


def closed(schema: Any) -> Any:
    """A schema in which nothing may grow: no field and no word that the document does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    found = {name: closed(value) for name, value in schema.items()}
    if isinstance(found.get("properties"), dict) and found.get("type") == "object":
        found.setdefault("additionalProperties", False)
    if words := found.pop("x-extensible-enum", None):
        found["enum"] = [*words, None] if "null" in found["type"] else words
    return found


class Document:
    """An application's API document, and what disagrees with it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    @cached_property
    def json(self) -> dict[str, Any]:
        """The document."""
        return cast("dict[str, Any]", self._app.test_client().get("/api/v1/openapi.json").json)

    @property
    def schemas(self) -> dict[str, dict[str, Any]]:
        """Its components, by name."""
        return cast("dict[str, dict[str, Any]]", self.json["components"]["schemas"])

    @property
    def operations(self) -> dict[tuple[str, str], dict[str, Any]]:
        """(method, path) → operation."""
        return {
            (method, path): operation
            for path, item in self.json["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        }

    def errors(self, schema: Mapping[str, Any], value: Any) -> list[str]:
        """What is wrong with a value of an answer."""
        key = repr(schema)
        if key not in self._validators:
            whole = {**closed(schema), "components": {"schemas": self._closed}}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return [f"{error.instance_path}: {error.message}" for error in self._validators[key].iter_errors(value)]

    @cached_property
    def _closed(self) -> dict[str, Any]:
        return cast("dict[str, Any]", closed(self.schemas))

    def disagreements(self, method: str, path: str, answer: TestResponse) -> list[str]:
        """What of an answer is not as the document says; nothing where it is of no operation of the document."""
        try:
            rule, _values = self._app.url_map.bind("").match(path, method, return_rule=True)
        except HTTPException:
            return []
        described = self.json["paths"].get(rule.rule.replace("<", "{").replace(">", "}"), {}).get(method.lower())
        if described is None or not answer.data:
            return []
        responses = described["responses"]
        response = responses.get(str(answer.status_code), responses["default"])
        if "$ref" in response:
            response = self.json["components"]["responses"][response["$ref"].rpartition("/")[2]]
        schema = response.get("content", {}).get(answer.mimetype)
        if schema is None:
            return [f"{answer.status_code} {answer.mimetype} is not in the document"]
        return self.errors(schema["schema"], answer.json) if answer.is_json else []
