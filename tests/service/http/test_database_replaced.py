"""What the service answers while the file of its SQLite database is not where it was."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from models.database import Database
from tests import factories
from tests.service.conftest import Caller

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def path(database: Database) -> Path:
    """Where the database's file is."""
    assert database.file is not None
    return database.file.path


def test_nothing_is_answered_from_it_and_nothing_written_to_it(
    officer: Caller, client: FlaskClient, database: Database, path: Path
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
    feed = officer.made("/feeds", {"name": "Lịch"})["url"].removeprefix("https://desk.example.org")
    assert client.get(feed).status_code == 200
    assert client.get(feed).status_code == 200  # from memory
    path.rename(path.with_name("aside"))
    for answer in (
        officer.get("/events"),
        officer.post("/feeds", {"name": "Lịch hai"}),
        officer.patch(f"/delegations/{event.id}", {"title": {"vi": "Khác"}}, etag='"1"'),
        client.get(feed),
    ):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert answer.json["code"] == "database_replaced"  # type: ignore[index]
    page = client.get("/login")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert not path.exists()
    path.with_name("aside").rename(path)
    assert officer.get("/events").status_code == 200
    assert client.get(feed).status_code == 200


def test_readyz_says_so(client: FlaskClient, path: Path) -> None:
    client.get("/readyz")  # the file is known by having been opened
    path.rename(path.with_name("aside"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json is not None
    assert (answer.json["ready"], answer.json["database"], answer.json["code"]) == (False, False, "database_replaced")
    path.with_name("aside").rename(path)
    assert "code" not in (client.get("/readyz").json or {})
