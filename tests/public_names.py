"""The names that other programs, people and stored rows rely on, collected from the code as it is now.

``python -m tests.public_names`` prints them as JSON. ``tests/data/public_names.json`` was made by version 0.1, before
modules and classes were moved and renamed.
"""

import ast
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click
import yaml

from tests.paths import ROOT

ROOMS = ("models", "calendars", "jobs", "service", "seed")
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical"}
FIELD = re.compile(r'\bname="([a-z][\w.-]*)"')

Names = dict[str, list[str]]


def trees() -> Iterator[ast.Module]:
    """The parsed modules of the five rooms, migrations left out."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield ast.parse(path.read_text())


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def error_codes(tree: ast.AST) -> Iterator[str]:
    """``code="…"`` of calls and of classes: what errors, warnings and findings are recognised by."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (text for word in node.keywords if word.arg == "code" and (text := _text(word.value)))
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                if isinstance(line, ast.Assign) and any(getattr(one, "id", "") == "code" for one in line.targets):
                    yield from filter(None, [_text(line.value)])


def audit_words(tree: ast.AST) -> Iterator[str]:
    """The actions and entities that audit rows name as literals."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "record":
            yield from filter(None, map(_text, node.args[2:4]))
        yield from (text for word in node.keywords if word.arg == "action" and (text := _text(word.value)))


def log_events(tree: ast.AST) -> Iterator[str]:
    """The first argument of each log call."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LOG_METHODS
            and getattr(node.func.value, "id", "") == "log"
            and node.args
        ):
            yield from filter(None, [_text(node.args[0])])


def metric_names(tree: ast.AST) -> Iterator[str]:
    """What Prometheus is given: literals that begin with ``desk_``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"desk_\w+", node.value):
            yield node.value


def settings(tree: ast.AST) -> Iterator[str]:
    """``DESK_…`` names that stand alone as literals."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"DESK_\w+", node.value):
            yield node.value


def form_fields() -> Iterator[str]:
    """The names of controls that templates write as literals, and those of the fields that forms are written from."""
    for path in (ROOT / "service" / "web" / "templates").rglob("*.html"):
        yield from FIELD.findall(path.read_text())
    for path in (ROOT / "service" / "web").rglob("*.py"):
        yield from field_specs(ast.parse(path.read_text()))


def field_specs(tree: ast.AST) -> Iterator[str]:
    """The names that ``FieldSpec("…")`` is called with as literals."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FieldSpec" and node.args:
            yield from filter(None, [_text(node.args[0])])


def commands(command: click.Command, path: str = "desk") -> Iterator[str]:
    """Every command of ``desk`` with its options and arguments."""
    for parameter in command.params:
        yield from (f"{path} {option}" for option in (parameter.opts if parameter.param_type_name == "option" else []))
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield f"{path} {name}"
            yield from commands(below, f"{path} {name}")


def seed_keys(node: Any, path: str = "") -> Iterator[str]:
    """The keys that programme files use, with the list they stand in; values of free mappings too."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield f"{path}{name}"
            yield from seed_keys(value, f"{path}{name}.")
    elif isinstance(node, list):
        for value in node:
            yield from seed_keys(value, path)


def _properties(
    document: Mapping[str, Any], schema: Any, path: str, left_out: str, above: tuple[str, ...] = ()
) -> Iterator[str]:
    if not isinstance(schema, Mapping) or schema.get(left_out):
        return
    if reference := schema.get("$ref"):
        if reference not in above:
            found = document["components"]["schemas"][reference.rpartition("/")[2]]
            yield from _properties(document, found, path, left_out, (*above, reference))
        return
    for word in ("allOf", "oneOf", "anyOf"):
        for one in schema.get(word, ()):
            yield from _properties(document, one, path, left_out, above)
    yield from _properties(document, schema.get("items"), path, left_out, above)
    for name, one in schema.get("properties", {}).items():
        if not (isinstance(one, Mapping) and one.get(left_out)):
            yield f"{path}{name}"
            yield from _properties(document, one, f"{path}{name}.", left_out, above)


def api(document: Mapping[str, Any]) -> Iterator[str]:
    """Every operation, its parameters, the properties of its request and of its good answers."""
    for address, operations in document["paths"].items():
        for method, operation in operations.items():
            if method not in {"get", "post", "put", "patch", "delete"}:
                continue
            name = f"{method.upper()} {address}"
            yield name
            for parameter in [*operations.get("parameters", ()), *operation.get("parameters", ())]:
                if "$ref" not in parameter and parameter["in"] == "query":
                    yield f"{name} ?{parameter['name']}"
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield from _properties(document, content.get("schema"), f"{name} < ", "readOnly")
            for status, answer in operation["responses"].items():
                for content in answer.get("content", {}).values() if status.startswith("2") else ():
                    yield from _properties(document, content.get("schema"), f"{name} > ", "writeOnly")


def addresses(app: Any) -> Iterator[str]:
    """Every address the application answers, with its methods."""
    for rule in app.url_map.iter_rules():
        where = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?\w+>", "<>", rule.rule)
        yield from (f"{method} {where}" for method in rule.methods - {"HEAD", "OPTIONS"})


def _unique(found: Iterable[str]) -> list[str]:
    return sorted(set(found))


def collect() -> Names:
    """All of them, by kind; sorted."""
    from service.app import create_app
    from service.cli import desk
    from service.settings import load_settings

    with tempfile.TemporaryDirectory() as var:
        app = create_app(load_settings({"DESK_VAR": var, "DESK_SECRET_KEY": "x" * 40}))
        document = app.test_client().get("/api/v1/openapi.json").get_json()
    parsed = list(trees())
    files = [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "seed" / "programme").glob("*.yaml"))]
    by_tree = {
        "error codes": error_codes, "audit words": audit_words, "log events": log_events, "metrics": metric_names,
        "settings": settings,
    }  # fmt: skip
    return {
        "api": _unique(api(document)),
        "addresses": _unique(addresses(app)),
        "commands": _unique(commands(desk)),
        "form fields": _unique(form_fields()),
        "seed keys": _unique(key for file in files for key in seed_keys(file)),
    } | {kind: _unique(name for tree in parsed for name in find(tree)) for kind, find in by_tree.items()}


def missing(before: Names, now: Names) -> Names:
    """What stood in a list and does not any more, by kind."""
    gone = {kind: sorted(set(names) - set(now.get(kind, ()))) for kind, names in before.items()}
    return {kind: names for kind, names in gone.items() if names}


if __name__ == "__main__":
    json.dump(collect(), sys.stdout, indent=0, ensure_ascii=False)
    sys.stdout.write("\n")
