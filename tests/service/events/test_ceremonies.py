"""One ceremony a year of an anniversary, for each office: what another office plans is neither in the way nor told."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from models.agreements import Anniversary
from models.database import Database
from models.errors import Conflict
from models.migrate import downgrade, upgrade
from models.vocabulary import EventKind, EventStatus, Role
from service.actions.context import ActionContext
from service.actions.events import events
from tests import factories
from tests.service.conftest import Caller
from tests.service.imports.test_planted_people import OTHER, body, sides
from tests.service.web.test_pages import signed_in

__all__ = ["sides", "signed_in"]

pytestmark = pytest.mark.both_databases("a rule that a lock keeps, and the migration that drops its index")

DAYS = {"host": "hai-duong", "guest": OTHER, "first_day": "2027-05-10", "last_day": "2027-05-10"}
WISH = DAYS | {"title": {"vi": "Lễ kỷ niệm"}, "year": 2027}
RETURNED = {"to": "planned"}


@pytest.fixture
def anniversary(sides: dict[str, Caller]) -> str:
    values = {"title": {"vi": "Ngày kết nghĩa"}, "origin": "1984", "parties": ["hai-duong", OTHER]}
    made: str = sides["a"].made("/anniversaries", values)["id"]
    return f"/anniversaries/{made}"


def test_another_offices_ceremony_is_not_in_the_way(sides: dict[str, Caller], anniversary: str) -> None:
    ours = sides["a"].made(f"{anniversary}/ceremonies", WISH)
    theirs = sides["v"].made(f"{anniversary}/ceremonies", WISH)
    for name, shown in (("a", ours), ("v", theirs)):
        years = sides[name].get(f"{anniversary}/occurrences?from_year=2027&to_year=2027").json
        assert [one["ceremony_event_id"] for one in years] == [shown["id"]]  # type: ignore[union-attr]


@pytest.mark.parametrize(("name", "named"), [("a", True), ("b", False)])
def test_within_an_office_the_second_is_refused(
    sides: dict[str, Caller], anniversary: str, name: str, named: bool
) -> None:
    """Department B is refused for a ceremony it may not read, but is not told which one that is."""
    kept = sides["a"].made(f"{anniversary}/ceremonies", WISH)
    refused: Any = sides[name].post(f"{anniversary}/ceremonies", WISH)
    assert (refused.status_code, refused.json["code"]) == (409, "ceremony_exists")
    assert refused.json.get("event_id") == (kept["id"] if named else None)
    other = sides[name].made(f"{anniversary}/ceremonies", WISH | {"year": 2028})
    path = f"{anniversary}/ceremonies/{other['id']}"
    moved: Any = sides[name].patch(path, {"year": 2027}, sides[name].etag(f"/events/{other['id']}"))
    assert (moved.status_code, moved.json["code"]) == (409, "ceremony_exists")


def test_a_cancelled_one_returns_only_to_a_free_place(sides: dict[str, Caller], anniversary: str) -> None:
    ours = sides["a"]
    first = ours.made(f"{anniversary}/ceremonies", WISH)["id"]
    path = f"/events/{first}/transitions"
    assert ours.post(path, {"to": "cancelled", "reason": "Bão"}, If_Match=ours.etag(f"/events/{first}")).json
    sides["v"].made(f"{anniversary}/ceremonies", WISH)
    second = ours.made(f"{anniversary}/ceremonies", WISH)["id"]
    refused: Any = ours.post(path, RETURNED, If_Match=ours.etag(f"/events/{first}"))
    assert (refused.status_code, refused.json["code"], refused.json["event_id"]) == (409, "ceremony_exists", second)
    assert ours.delete(f"{anniversary}/ceremonies/{second}", ours.etag(f"/events/{second}")).status_code == 204
    assert ours.post(path, RETURNED, If_Match=ours.etag(f"/events/{first}")).status_code == 200


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "control"])
def test_of_two_at_one_moment_one_is_made(
    database: Database, sides: dict[str, Caller], anniversary: str, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """The lock on the anniversary is what keeps the second out; without it both look before either is written.
    On SQLite only one transaction writes anyway."""
    if not locked:
        monkeypatch.setattr("sqlmodel.sql.expression.SelectOfScalar.with_for_update", lambda select, **_how: select)
    looked, results = threading.Barrier(2, timeout=3), list[Any]()
    organisation = body(sides["a"])

    def make() -> None:
        values = {
            "title": {"vi": "Lễ kỷ niệm"}, "host": "hai-duong", "year": 2027, "organisation_id": organisation,
            "anniversary_id": anniversary.rsplit("/", 1)[-1],
            "first_day": factories.NOW.date(), "last_day": factories.NOW.date(),
        }  # fmt: skip
        try:
            with database.transaction() as session:
                act = ActionContext(None, factories.NOW, factories.OFFICE)
                if not database.is_sqlite:
                    session.execute(text("SELECT 1"))
                events.create_event(session, act, EventKind.ANNIVERSARY, values)
                with suppress(threading.BrokenBarrierError):
                    looked.wait()
                results.append("made")
        except Conflict as refused:
            results.append(refused.code)

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    both = not locked and not database.is_sqlite
    assert sorted(results) == (["made", "made"] if both else ["ceremony_exists", "made"])


def _anniversary(session: Session) -> str:
    one = Anniversary(title={"vi": "Ngày kết nghĩa"}, origin="1984")
    one.parties = ["hai-duong", OTHER]
    session.add(one)
    session.flush()
    return one.id


def test_the_old_version_cannot_hold_two(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    with database.transaction() as session:
        office = factories.make_organisation(session)
        other = factories.make_organisation(session, locality=OTHER)
        of = _anniversary(session)
        ours, theirs = (
            factories.make_event(
                session, kind=EventKind.ANNIVERSARY, anniversary_id=of, year=2027, organisation_id=one.id
            )
            for one in (office, other)
        )
    database.dispose()
    with pytest.raises(RuntimeError, match=f"anniversary {of} in 2027: 2"):
        downgrade(url, "0028")
    with database.transaction() as session:
        session.get_one(type(theirs), theirs.id).status = EventStatus.CANCELLED
    database.dispose()
    downgrade(url, "0028")
    upgrade(url)
    with database.transaction() as session:
        assert session.get_one(type(ours), ours.id).year == 2027


def test_pages_show_ones_own_ceremony(
    sides: dict[str, Caller], anniversary: str, signed_in: Callable[..., Any]
) -> None:
    ours = sides["a"].made(f"{anniversary}/ceremonies", WISH)["id"]
    theirs = sides["v"].made(f"{anniversary}/ceremonies", WISH | {"visibility": "public"})["id"]
    page = signed_in(Role.OFFICER, organisation_id=body(sides["a"])).get("/anniversaries").text
    assert f"/events/{ours}" in page
    assert f"/events/{theirs}" not in page
