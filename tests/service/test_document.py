"""The API's document: every operation has a name of its own."""

import re
from collections import Counter

import pytest
from flask import Flask

from service.api import holidays, places
from service.app import create_app
from service.settings import Settings
from tests.service.test_requests import at_once, operations

VERBS = {
    "get": {"list", "get", "find", "diagnose"},
    "put": {"replace", "import"},
    "patch": {"change"},
    "delete": {"delete"},
    "post": {
        *("create", "transition", "plan", "publish", "import", "rotate"),
        *("preview", "retry", "mark", "reveal", "change"),
    },
}
"""The verbs an operation's name begins with, by its method."""


@pytest.fixture
def database_kind() -> str:
    """What the document says does not depend on the database."""
    return "sqlite"


def test_every_operation_has_a_name_of_its_own(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").json
    names = {
        (method, path): operation.get("operationId", "")
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in VERBS
    }
    assert [name for name, count in Counter(names.values()).items() if count > 1] == []
    assert {"listPeople", "createPerson", "getPerson", "changePerson", "deletePerson"} <= set(names.values())
    for (method, path), name in names.items():
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name), name
        assert re.match("[a-z]+", name)[0] in VERBS[method], (method, path, name)  # type: ignore[index]


@pytest.mark.parametrize("name", ["", "Lunar", "lunar", "get_lunar", "getLUNAR"])
def test_an_operation_without_a_name_does_not_start(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, name: str
) -> None:
    monkeypatch.setattr(holidays.Lunar.get, "operation_id", name)
    with pytest.raises(RuntimeError, match="GET /api/v1/lunar has no operationId"):
        create_app(settings)


def test_an_operation_with_the_name_of_another_does_not_start(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(holidays.Lunar.get, "operation_id", places.People.get.operation_id)  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="have the same operationId, listPeople"):
        create_app(settings)


def test_everybody_gets_the_same_document_at_once(settings: Settings) -> None:
    app = create_app(settings)
    answers = at_once([lambda: app.test_client().get("/api/v1/openapi.json").data for _ in range(8)])
    assert len(set(answers)) == 1
    assert len(operations(app)) > 100
