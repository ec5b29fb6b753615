"""The service does what its document says, whatever it is sent: schemathesis asks every operation, as every role."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from models.database import Database
from models.vocabulary import Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.app import create_app
from service.settings import Settings
from tests import factories
from tests.service.conftest import Clock
from tests.service.http.test_requests import operations

# Left out: positive_data_acceptance and negative_data_rejection (a schema can't say which ids lead somewhere, nor what
# the office's rules refuse), use_after_free and ensure_resource_availability (ids are made up here), ignored_auth and
# unsupported_method (test_requests asks every operation without an account, with each role and with other methods).
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
)


def findings(app: Flask, headers: dict[str, str], examples: int, only: str = "") -> tuple[list[str], int]:
    """What does not agree, and how many operations were asked; so many times each."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    found: list[str] = []
    count = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if f"{operation.method.upper()} {operation.path}".endswith(only):
            found += _asked(operation, headers, examples)
            count += 1
    return found, count


def _asked(operation: Any, headers: dict[str, str], examples: int) -> list[str]:
    found: list[str] = []

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        answer = case.call(headers=headers)
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as problems:
            name = f"{operation.method.upper()} {operation.path}: {answer.status_code}"
            found.extend(f"{name} {problem}" for problem in problems.exceptions)

    ask()
    return found


@pytest.fixture
def fuzzed(settings: Settings, app: Flask, database: Database) -> Flask:
    """An application of its own: what is left out of another's requests must not show here."""
    return create_app(settings, database, app.extensions["desk"].clock)


def headers_of(database: Database, settings: Settings, clock: Clock, role: Role) -> dict[str, str]:
    with database.transaction() as session:
        user = factories.make_user(session, role)
        issued = accounts.issue_token(session, ActionContext(user, clock.now, settings.office), user, "fuzz")
    return {"Authorization": f"Bearer {issued.secret}"}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_operation_agrees_with_the_document(
    fuzzed: Flask, database: Database, settings: Settings, clock: Clock
) -> None:
    found, count = findings(fuzzed, headers_of(database, settings, clock, Role.ADMIN), 2)
    assert found == []
    assert count == len(operations(fuzzed))


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("role", Role)
def test_every_operation_agrees_with_the_document_as_every_role(
    fuzzed: Flask, database: Database, settings: Settings, clock: Clock, role: Role
) -> None:
    found, _count = findings(fuzzed, headers_of(database, settings, clock, role), 100)
    assert found == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_lie_would_be_found(
    fuzzed: Flask, database: Database, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: an operation that fails, and one that answers otherwise than the document says."""
    headers = headers_of(database, settings, clock, Role.ADMIN)

    def broken(**_values: Any) -> Any:
        raise RuntimeError("broken")

    (endpoint,) = {rule.endpoint for rule in fuzzed.url_map.iter_rules() if rule.rule == "/api/v1/me"}
    monkeypatch.setitem(fuzzed.view_functions, endpoint, broken)
    fuzzed.testing = False
    monkeypatch.setitem(fuzzed.config, "PROPAGATE_EXCEPTIONS", False)
    found, count = findings(fuzzed, headers, 2, only="GET /api/v1/me")
    assert count == 1
    assert found
