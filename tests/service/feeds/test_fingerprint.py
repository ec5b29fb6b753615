"""Cached calendar bytes are rendered again when code that renders them changes, at whatever depth it is."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update

import calendars
from models.database import Database
from models.feeds import FeedChunk, IcalFragment
from models.office import Office
from models.vocabulary import Language
from service.actions.feeds import rendered_parts
from service.app import create_app
from tests import factories
from tests.service.conftest import Caller

Changed = Callable[[str], None]


@pytest.fixture
def change_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Changed]:
    """Append a line to a module of ``calendars``, as the next version of the service might: in a copy of the room."""
    copy = tmp_path / "calendars"
    shutil.copytree(Path(str(calendars.__file__)).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(calendars, "__file__", str(copy / "__init__.py"))
    rendered_parts.fingerprint.cache_clear()

    def change(name: str) -> None:
        with (copy / name).open("a") as module:
            module.write("CHANGED = True\n")
        rendered_parts.fingerprint.cache_clear()

    yield change
    rendered_parts.fingerprint.cache_clear()


def fingerprint() -> str:
    return rendered_parts.fingerprint(Language.VI, Office("hai-duong", "Asia/Ho_Chi_Minh", "https://desk.example.org"))


@pytest.mark.parametrize("name", ["__init__.py", "ical/vevent.py", "days/spans.py", "ical/further/deep.py"])
def test_fingerprint_depends_on_modules_at_every_depth(change_module: Changed, tmp_path: Path, name: str) -> None:
    before = fingerprint()
    (tmp_path / "calendars" / "ical" / "further").mkdir()
    assert fingerprint() == before
    change_module(name)
    assert fingerprint() != before


def test_cached_bytes_are_rendered_again_when_a_nested_module_changes(
    app: Flask, officer: Caller, client: FlaskClient, database: Database, change_module: Changed
) -> None:
    with database.transaction() as session:
        factories.make_event(session)
    path = urlsplit(officer.made("/feeds", {"name": "Lịch"})["url"]).path
    fresh = client.get(path).data
    app.extensions["desk"].afterwards.close()
    spoil(database)

    def next_process() -> bytes:
        forget_chunks(database)
        desk = app.extensions["desk"]
        opened = Database(database.url.render_as_string(hide_password=False))
        try:
            return create_app(desk.settings, opened, desk.clock).test_client().get(path).data
        finally:
            opened.dispose()

    assert b"STALE" in next_process(), "without a change the cached bytes are served"
    change_module("ical/vevent.py")
    assert next_process() == fresh


def spoil(database: Database) -> None:
    """Have cached parts say something that nothing renders."""
    with database.transaction() as session:
        session.execute(update(IcalFragment).values(body=b"BEGIN:VEVENT\r\nSUMMARY:STALE\r\nEND:VEVENT\r\n"))


def forget_chunks(database: Database) -> None:
    """Compressed chunks are found by the digests of their parts, which :func:`spoil` leaves as they were."""
    with database.transaction() as session:
        session.execute(delete(FeedChunk))
