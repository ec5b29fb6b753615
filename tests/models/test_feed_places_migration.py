"""The migration that writes into feeds whose directions they mean: each shows what it showed, up, down and up again."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from models.database import Database
from models.feeds import Feed
from models.migrate import downgrade, upgrade
from models.vocabulary import Role
from tests import factories

BEFORE = "0053"
KEPT = {"kinds": ["activity"], "ways": ["outgoing:hai-duong", "incoming:hai-duong"]}
OLD = {"kinds": ["activity"], "direction": ["outgoing", "incoming"]}


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def made(database: Database, locality: str, **filter_: list[str]) -> str:
    """A feed of an account in a place; its id."""
    with database.transaction() as session:
        body = factories.make_organisation(session, locality=locality)
        owner = factories.make_user(session, Role.OFFICER, organisation_id=body.id)
        feed = Feed(user_id=owner.id, name="x", filter=filter_, token_hash=f"{owner.id:0>64}")
        session.add(feed)
        session.flush()
        return feed.id


def filters(database: Database) -> dict[str, object]:
    with database.transaction(write=False) as session:
        return {row.id: row.filter for row in session.execute(select(Feed.id, Feed.filter))}


def versions(database: Database) -> list[tuple[object, ...]]:
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT id, version, updated_at, token_hash FROM feed ORDER BY id"))
        return [tuple(row) for row in found]


@pytest.mark.both_databases("a JSON column rewritten up and down")
def test_directions_become_those_of_the_installation(database: Database) -> None:
    """Also in feeds of another office's readers: they showed what came to the installation's place, and still do."""
    at_home = made(database, "hai-duong", **KEPT)
    abroad = made(database, "vientiane-province", **KEPT)
    without = made(database, "vientiane-province", kinds=["activity"])
    before, stamps = filters(database), versions(database)
    database.dispose()
    downgrade(url_of(database), BEFORE)
    assert filters(database) == {at_home: OLD, abroad: OLD, without: {"kinds": ["activity"]}}
    database.dispose()
    upgrade(url_of(database), locality="hai-duong")
    assert filters(database) == before
    assert versions(database) == stamps


@pytest.mark.both_databases("a JSON column read on the way")
def test_it_is_not_guessed_whose_they_are(database: Database) -> None:
    made(database, "hai-duong", **KEPT)
    url = url_of(database)
    database.dispose()
    downgrade(url, BEFORE)
    with pytest.raises(RuntimeError, match=r"1 feeds select by direction.*DESK_LOCALITY"):
        upgrade(url)
    assert list(filters(database).values()) == [OLD]
    database.dispose()
    upgrade(url, locality="hai-duong")
    assert list(filters(database).values()) == [KEPT]


@pytest.mark.both_databases("a JSON column read on the way")
@pytest.mark.parametrize("locality", ["hai-duong", None])
def test_another_places_directions_stop_the_way_down(database: Database, locality: str | None) -> None:
    made(database, "hai-duong", **KEPT)
    made(database, "hai-phong", **KEPT)
    made(database, "vientiane-province", ways=["incoming:vientiane-province"])
    before = filters(database)
    database.dispose()
    with pytest.raises(RuntimeError, match="1 feeds with directions as seen from vientiane-province"):
        downgrade(url_of(database), BEFORE, locality=locality)
    assert filters(database) == before


def test_of_one_place_alone_they_go_down_without_being_told_which(database: Database) -> None:
    """The control."""
    made(database, "hai-duong", **KEPT)
    database.dispose()
    downgrade(url_of(database), BEFORE)
    assert list(filters(database).values()) == [OLD]
