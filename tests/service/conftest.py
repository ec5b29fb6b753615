"""A real application on a real database, and one caller per role."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, has_request_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.database import Database, in_transaction
from models.vocabulary import Role
from service.actions.accounts import accounts, credentials
from service.actions.context import ActionContext
from service.app import create_app
from service.http.app_context import AppContext
from service.settings import Settings, load_settings
from service.web import progress_stream
from tests import factories
from tests.cluster import Cluster
from tests.conftest import fresh_database
from tests.service.http.document_checks import Document
from tests.service.web.populated_database import load_programme


@dataclass
class Clock:
    """A clock that stands still until it is moved on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def move(self, **units: float) -> None:
        self.now += timedelta(**units)


@cache
def document_of(app: Flask) -> Document:
    """An application's API document."""
    return Document(app)


@dataclass
class Caller:
    """Somebody with an account who talks to the API. Answers are werkzeug's; ``headers`` go with every request."""

    client: FlaskClient
    user_id: str
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """One request below /api/v1; header names are written with underscores (``If_Match``).

        Its answer must be what the API's document says.
        """
        sent = {"Authorization": f"Bearer {self.token}"} | self.headers
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.open(f"/api/v1{path}", method=method, json=body, headers=sent)
        wrong = document_of(self.client.application).disagreements(method, f"/api/v1{path.partition('?')[0]}", answer)
        assert wrong == [], f"{method} {path} answered {answer.status_code} otherwise than the document says"
        return answer

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, etag: str | None = None) -> TestResponse:
        """Change a thing; its present ETag is read first unless one is given."""
        return self.call("PATCH", path, body, If_Match=etag or self.etag(path))

    def delete(self, path: str, etag: str | None = None) -> TestResponse:
        return self.call("DELETE", path, If_Match=etag or self.etag(path))

    def etag(self, path: str) -> str:
        return self.get(path).headers["ETag"]

    def made(self, path: str, body: Any) -> Any:
        """POST something that must succeed; the thing made."""
        answer = self.post(path, body)
        assert answer.status_code == 201, answer.text
        return answer.json


OWN_HASHER, OWN_NOBODY = credentials._hasher, credentials._DUMMY_HASH
"""What the service hashes passwords with, and its hash of nobody's password."""


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """A password takes no time here; there are thousands of them."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "_hasher", cheap)
        patch.setattr(credentials, "_DUMMY_HASH", cheap.hash("nobody's password"))
        yield


class HashedInATransaction(AssertionError):
    """A password was hashed while the thread that waits for it was inside a transaction."""


@pytest.fixture(scope="session", autouse=True)
def passwords_outside_transactions(cheap_passwords: None) -> Iterator[None]:
    """No request hashes a password inside a transaction; actions that tests call in one of their own may."""
    in_turn = credentials._in_turn

    def checked(queue: credentials.Queue, work: Callable[[], Any]) -> Any:
        if has_request_context() and in_transaction():
            raise HashedInATransaction
        return in_turn(queue, work)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "_in_turn", checked)
        yield


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, a page that is made shows nothing of its making; tests of that say so."""
    monkeypatch.setattr(progress_stream, "PATIENCE_SECONDS", 3600.0)


@pytest.fixture
def clock(now: datetime) -> Clock:
    """The application's clock."""
    return Clock(now)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of an office on a throw-away database."""
    return load_settings(
        {
            "DESK_DATABASE_URL": database_url,
            "DESK_VAR": str(tmp_path / "var"),
            "DESK_PUBLIC_URL": "https://desk.example.org",
            "DESK_SECRET_KEY": "a secret for tests, long enough to be one",
        }
    )


@cache
def built_app() -> Flask:
    """One application for all tests, as building its API takes longer than most of them; its belongings change."""
    return create_app(load_settings({"DESK_VAR": tempfile.mkdtemp(), "DESK_SECRET_KEY": "x" * 40}))


def add_localities(url: str) -> None:
    """The two provinces, Hải Phòng and both countries."""
    database = Database(url)
    with database.transaction() as session:
        for code in ("hai-phong", "hai-duong", "vientiane-province", "vietnam", "laos"):
            factories.make_locality(session, code)
    database.dispose()


@pytest.fixture(scope="session")
def sqlite_office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with :func:`add_localities`, made once per worker; to be copied."""
    path = tmp_path_factory.mktemp("office") / "desk.sqlite"
    shutil.copyfile(sqlite_template, path)
    add_localities(f"sqlite:///{path}")
    return path  # whoever closes a database last empties its -wal file


@pytest.fixture(scope="session")
def postgresql_office(postgresql: Cluster, postgresql_template: str) -> str:
    """The name of a PostgreSQL database with :func:`add_localities`, made once per worker; to be copied."""
    name = f"office_{postgresql_template}"
    add_localities(postgresql.create(name, postgresql_template))
    return name


def add_programme(url: str) -> None:
    """The programme that comes with the service, loaded at the tests' instant."""
    database = Database(url)
    load_programme(database, factories.OFFICE, factories.NOW)
    database.dispose()


@pytest.fixture(scope="session")
def sqlite_programme(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with :func:`add_programme`, made once per worker; to be copied."""
    path = tmp_path_factory.mktemp("programme") / "desk.sqlite"
    shutil.copyfile(sqlite_template, path)
    add_programme(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_programme(postgresql: Cluster, postgresql_template: str) -> str:
    """The name of a PostgreSQL database with :func:`add_programme`, made once per worker; to be copied."""
    name = f"programme_{postgresql_template}"
    add_programme(postgresql.create(name, postgresql_template))
    return name


@pytest.fixture
def seeded(database_url: str) -> None:
    """Asked for by tests that find the programme that comes with the service in their database."""


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database, this test's own.

    It holds the programme if the test is ``seeded``, else localities if there is an application, else nothing.
    """
    asked = request.fixturenames
    template = "programme" if "seeded" in asked else "office" if "app" in asked else "template"
    yield from fresh_database(request, database_kind, tmp_path, template)


@pytest.fixture
def app(settings: Settings, database: Database, clock: Clock) -> Flask:
    """The application, with the two provinces, Hải Phòng and both countries in it."""
    app = built_app()
    app.extensions["desk"] = AppContext(settings, database, clock)
    app.extensions["desk"].day_turn.look()  # as before the first request, which tests of queries do not count
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody without an account."""
    return app.test_client(use_cookies=False)


@pytest.fixture
def caller(
    app: Flask, client: FlaskClient, database: Database, settings: Settings, clock: Clock
) -> Callable[..., Caller]:
    """Make an account of a role and give the one who calls with it."""

    def make(role: Role | str = Role.OFFICER, **values: Any) -> Caller:
        with database.transaction() as session:
            act = ActionContext(None, clock.now, settings.office)
            user = factories.make_user(session, Role(role), **values)
            issued = accounts.issue_token(session, act, user, "test")
            issued.row.last_used_at = clock.now  # or its first use would be written down in the midst of a test
            return Caller(client, user.id, issued.secret)

    return make


@pytest.fixture
def viewer(caller: Callable[..., Caller]) -> Caller:
    return caller(Role.VIEWER)


@pytest.fixture
def officer(caller: Callable[..., Caller]) -> Caller:
    return caller(Role.OFFICER)


@pytest.fixture
def approver(caller: Callable[..., Caller]) -> Caller:
    return caller(Role.APPROVER)


@pytest.fixture
def admin(caller: Callable[..., Caller]) -> Caller:
    return caller(Role.ADMIN)


BATCH = {
    "title": {"vi": "Lớp bồi dưỡng cán bộ", "lo": "ຊຸດຝຶກອົບຮົມພະນັກງານ", "en": "Cadre training batch"},
    "host": "hai-duong",
    "guest": "vientiane-province",
    "first_day": "2027-03-10",
    "last_day": "2027-03-21",
    "headcount": 12,
    "location": {"vi": "Trường Chính trị tỉnh", "en": "Provincial political school"},
}
"""A training batch: "from 10 to 21 March" is twelve days."""
